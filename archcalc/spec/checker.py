"""Reading parts of a marked tree while collecting every mistake on the way."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from archcalc import limits
from archcalc.errors import Diagnostic, Reason, SpecError, in_a_row, suggestion
from archcalc.ops.fields import plain
from archcalc.ops.given import bounded
from archcalc.spec.expression import Expression
from archcalc.spec.reader import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from archcalc.spec.reader import Source, Tree
    from archcalc.spec.spec import Template

T = TypeVar("T")


class Checker:
    """The mistakes found in one text so far."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.mistakes: list[Diagnostic] = []
        self.expressions: dict[str, Expression] = {}
        self.characters = 0
        self.read: set[str] = set()

    def complain(self, code: str, message: str, tree: Tree, hint: str | None = None) -> None:
        """Note a mistake at a place and go on."""
        place = self.source.place(tree.line, tree.column, tree.length)
        self.mistakes.append(Diagnostic(code, message, place, hint))
        if len(self.mistakes) >= limits.now().mistakes:
            self.finish()

    def attempt(self, tree: Tree, action: Callable[[], T]) -> T | None:
        """Run an action; a `Reason` becomes a mistake at the place of `tree`."""
        try:
            return action()
        except Reason as reason:
            self.complain(reason.code, reason.message, tree, reason.hint)
            return None

    def finish(self) -> None:
        """Raise all mistakes, each once, in the order of the text."""
        if self.mistakes:
            mistakes = dict.fromkeys(self.mistakes)
            raise SpecError(sorted(mistakes, key=lambda m: m.place[1:3] if m.place else (0, 0)))

    def mapping(self, tree: Tree, what: str) -> Mapping:
        """Expect a mapping; an empty value is an empty one."""
        if isinstance(tree, Mapping):
            return tree
        if not is_empty(tree):
            self.complain("wrong-type", f"{what} is a mapping of names to values", tree)
        return Mapping(tree.line, tree.column)

    def section(self, tree: Mapping, name: str) -> Mapping:
        """Expect a mapping under a key; a missing one is empty."""
        entry = tree.entries.get(name)
        return self.mapping(entry, f"`{name}`") if entry else Mapping(tree.line, tree.column)

    def sequence(self, tree: Tree, what: str) -> list[Tree]:
        """Expect a list."""
        if isinstance(tree, Sequence):
            return tree.items
        self.complain("wrong-type", f"{what} is a list", tree)
        return []

    def word(self, tree: Tree, what: str) -> str:
        """Expect a text, of bounded length."""
        if not isinstance(tree, Scalar):
            self.complain("wrong-type", f"{what} is a word, not a collection", tree)
            return ""
        most = limits.now().text_length
        if len(tree.text) > most:
            message = f"{what} has {len(tree.text):,} characters; {most} are the most"
            reason = limits.too_large("text_length", message)
            self.complain(reason.code, reason.message, tree, reason.hint)
        return tree.text

    def words(self, tree: Tree, what: str) -> tuple[str, ...]:
        """Expect a text or a list of texts."""
        entries = tree.items if isinstance(tree, Sequence) else [tree]
        return tuple(self.word(entry, what) for entry in entries)

    def keys(self, tree: Mapping, known: Collection[str], owner: str) -> None:
        """Complain of every key that `owner` does not know."""
        for key in tree.keys:
            if key not in known:
                self.unknown_key(tree, key, owner, known)

    def unknown_key(
        self,
        tree: Mapping,
        key: str,
        owner: str,
        known: Collection[str],
        hint: str | None = None,
    ) -> None:
        """Complain of one key, and suggest the nearest known one or list them all."""
        hint = hint or suggestion(key, known) or f"its keys: {in_a_row(sorted(known))}"
        self.complain("unknown-key", f"`{key[:80]}` is not a key of {owner}", tree.keys[key], hint)

    def template(
        self,
        tree: Tree,
        variables: Collection[str] | None,
        settle: Callable[[object], Template],
        *,
        mappings: bool = False,
    ) -> Template:
        """Read a value that may be an expression, or a list with expressions in it.

        With `mappings` also names with such values: where one waits, they become a list of pairs.
        """
        if isinstance(tree, Scalar) and tree.text.startswith("="):
            return self.attempt(tree, lambda: self._expression(tree.text[1:], variables))
        if (
            mappings
            and isinstance(tree, Mapping)
            and any(map(_has_expression, tree.entries.values()))
        ):
            return tuple((key, self._item(item, variables)) for key, item in tree.entries.items())
        if isinstance(tree, Sequence) and _has_expression(tree):
            return tuple(self._item(item, variables) for item in tree.items)
        return self.attempt(tree, lambda: settle(untyped(tree, mappings=mappings)))

    def _expression(self, text: str, variables: Collection[str] | None) -> Expression:
        """Parse an expression, each text once, as far as the limit of them all."""
        found = self.expressions.get(text)
        if found is None:
            self.characters += len(text)
            if self.characters > (most := limits.now().expressions):
                message = f"expressions of more than {most:,} characters in one file"
                raise limits.too_large("expressions", message)
            found = self.expressions[text] = Expression(text)
        if variables is not None:
            found.require(variables)
        self.read.update(found.names)
        return found

    @contextmanager
    def reading(self) -> Iterator[set[str]]:
        """Collect the variables that expressions read within a `with`."""
        outside, self.read = self.read, set()
        yield self.read
        outside |= self.read
        self.read = outside

    def _item(self, tree: Tree, variables: Collection[str] | None) -> Template:
        """Read an item of a list that has an expression somewhere."""
        if isinstance(tree, Sequence):
            return tuple(self._item(item, variables) for item in tree.items)
        return self.template(tree, variables, plain_value)


def is_empty(tree: Tree) -> bool:
    """Tell whether nothing stands there: `key:` or null."""
    return isinstance(tree, Scalar) and tree.plain and tree.text in {"", "null", "~"}


def untyped(tree: Tree, *, mappings: bool = False) -> object:
    """Give the texts of a tree as they stand; None for an empty value."""
    if isinstance(tree, Scalar):
        return None if is_empty(tree) else tree.text
    if isinstance(tree, Sequence):
        return [untyped(item) for item in tree.items]
    if not mappings:
        raise Reason("wrong-type", "expected a value, not a mapping")
    return {key: untyped(entry) for key, entry in tree.entries.items()}


def plain_value(value: object) -> object:
    """Settle a value that has no declared type: numbers, true, false, words, lists of them.

    Raises a `Reason` where there is none.

    >>> plain_value(["010", "1.0", "on"])
    (10, 1, 'on')
    """
    if value is None:
        raise Reason("wrong-type", "expected a value, not nothing")
    if isinstance(value, str):
        return bounded(plain(value))
    return tuple(plain_value(item) for item in value) if isinstance(value, list) else value


def _has_expression(tree: Tree) -> bool:
    if isinstance(tree, Scalar):
        return tree.text.startswith("=")
    return isinstance(tree, Sequence) and any(_has_expression(item) for item in tree.items)
