"""From text to a convention: every mistake found, at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast, get_args

from archcalc import ops
from archcalc.convention.convention import Convention, Figures, Per
from archcalc.convention.rule import Rule
from archcalc.errors import suggestion
from archcalc.ops.fields import shown
from archcalc.spec.checker import Checker
from archcalc.spec.reader import Mapping, Scalar, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping as AnyMapping

    from archcalc.spec.reader import Source, Tree

Choice = TypeVar("Choice", bound=str)
Said = TypeVar("Said")

TEXTS = ("name", "tool", "version", "source", "unit", "notes")
KEYS = (*TEXTS, "like", "aliases", "figures", "per", "rules", "zero", "fails", "default", "each")


def read_convention(source: Source, name: str, find: Callable[[str], Convention]) -> Convention:
    r"""Read a convention from a text; `find` gives the one that it may be `like`.

    Raises SpecError with all mistakes, UnknownName where `like` names nothing.

    >>> from archcalc.spec.reader import Source
    >>> text = "unit: product\nrules: {conv: =mac}\nzero: {no products: [relu]}"
    >>> mine = read_convention(Source("mine.yaml", text), "mine", {}.__getitem__)
    >>> mine.rules, mine.zeros, mine.knows("linear")
    ({'conv': Rule('mac')}, {'relu': 'no products'}, False)
    """
    return _Reader(source, name, find).convention()


class _Reader:
    def __init__(self, source: Source, name: str, find: Callable[[str], Convention]) -> None:
        self.checker = Checker(source)
        self.tree = self.checker.mapping(read(source).tree or Mapping(0, 0), "a convention")
        self.checker.keys(self.tree, KEYS, "a convention")
        self.name = self.text("name") or name
        self.like = find(self.text("like")) if "like" in self.tree.entries else None

    def convention(self) -> Convention:
        """Read every section over those of the convention that it is like."""
        rules, zeros, failures = self._rules(), self._reasons("zero"), self._reasons("fails")
        for said, others in (("the zeros", zeros), ("the failures", failures)):
            for op in sorted({*rules} & {*others}):
                message = f"`{op}` has a rule and is among {said}"
                self.checker.complain("duplicate-key", message, self._mark(op))
        base, own = self.like or Convention(name=""), {*rules, *zeros, *failures}
        default, each = self._ruling("default"), self._ruling("each")
        aliases = self.tree.entries.get("aliases")
        found = Convention(
            name=self.name,
            aliases=self.checker.words(aliases, "an alias") if aliases else (),
            tool=self.text("tool") or base.tool,
            version=self.text("version") or base.version,
            source=self.text("source") or base.source,
            figures=self._choice("figures", get_args(Figures), base.figures),
            unit=self.text("unit") or base.unit,
            per=self._choice("per", get_args(Per), base.per),
            notes=self.text("notes"),
            rules={**_without(base.rules, own), **rules},
            zeros={**_without(base.zeros, own), **zeros},
            failures={**_without(base.failures, own), **failures},
            default=default or base.default,
            each=each or base.each,
        )
        self.checker.finish()
        return found

    def text(self, key: str) -> str:
        """Read a text on one line; nothing where the key is missing."""
        entry = self.tree.entries.get(key)
        if entry is None:
            return ""
        if not isinstance(entry, Scalar):
            self.checker.complain("wrong-type", f"`{key}` is a text", entry)
            return ""
        text = " ".join(entry.text.split())
        if not text.isprintable():
            message = f"`{key}` has a character that cannot be printed"
            self.checker.complain("odd-character", message, entry)
        return text

    def _choice(self, key: str, known: tuple[Choice, ...], default: Choice) -> Choice:
        word = self.text(key)
        if word and word not in known:
            message = f"`{key}` is one of {', '.join(known)}, not {shown(word)}"
            hint = suggestion(word, known)
            self.checker.complain("not-a-choice", message, self.tree.entries[key], hint)
        return cast("Choice", word) or default

    def _rules(self) -> dict[str, Rule]:
        section = self.checker.section(self.tree, "rules")
        found = {}
        for op, entry in section.entries.items():
            self._check_op(op, section.keys[op])
            rule = self._rule(entry, f"the rule of `{op}`")
            if rule is not None:
                found[op] = rule
        return found

    def _ruling(self, key: str) -> Rule | None:
        entry = self.tree.entries.get(key)
        return self._rule(entry, f"`{key}`") if entry else None

    def _rule(self, entry: Tree, what: str) -> Rule | None:
        text = self.checker.word(entry, what)
        if text.startswith("="):
            return self.checker.attempt(entry, lambda: Rule(text[1:]))
        message = f"{what} is an expression, such as `=2 * outputs`, not {shown(text)}"
        hint = "an op that counts nothing stands under `zero:`, with the reason"
        self.checker.complain("wrong-type", message, entry, hint)
        return None

    def _reasons(self, section: str) -> dict[str, str]:
        """Read ops below the reason why they count nothing, or why the tool fails at them."""
        found: dict[str, str] = {}
        for reason, entry in self.checker.section(self.tree, section).entries.items():
            for op in self.checker.words(entry, "an op"):
                self._check_op(op, entry)
                if op in found:
                    message = f"`{op}` is given two reasons"
                    self.checker.complain("duplicate-key", message, entry)
                found[op] = reason
        return found

    def _check_op(self, op: str, mark: Tree) -> None:
        if op not in ops.names():
            hint = suggestion(op, ops.names()) or f"the ops: {', '.join(sorted(ops.names()))}"
            self.checker.complain("unknown-op", f"there is no op {shown(op)}", mark, hint)

    def _mark(self, op: str) -> Tree:
        return self.checker.section(self.tree, "rules").keys[op]


def _without(inherited: AnyMapping[str, Said], own: set[str]) -> dict[str, Said]:
    """Take from what a convention is like the ops that it does not say itself."""
    return {op: said for op, said in inherited.items() if op not in own}
