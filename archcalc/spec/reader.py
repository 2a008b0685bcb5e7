"""From text to a marked tree: YAML whose every node knows where it stands.

The tree is composed here from the parser's events, without recursion, so that no nesting can crash
the process, no alias can multiply unseen, and no duplicate key is lost.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import yaml

from archcalc import limits
from archcalc.errors import Diagnostic, Place, SpecError
from archcalc.spec.expression import QUOTE_IT

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ODD_CHARACTER = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""What YAML 1.1 takes for the end of a line."""


@dataclass(frozen=True)
class Source:
    """A text and what to call it."""

    name: str
    text: str

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text, without their ends."""
        return _LINE_BREAK.split(self.text)

    def place(self, line: int, column: int, length: int = 1) -> Place:
        """Mark a stretch of a line; both counted from 0."""
        text = self.lines[line] if line < len(self.lines) else ""
        return Place(self.name, line + 1, column + 1, text, max(1, length))


@dataclass(slots=True, eq=False)
class Scalar:
    """A scalar as its text; `plain` if it was not quoted."""

    text: str
    plain: bool
    line: int
    column: int
    length: int


@dataclass(slots=True, eq=False)
class Sequence:
    """A list."""

    line: int
    column: int
    items: list[Tree] = field(default_factory=list)
    length: int = 1


@dataclass(slots=True, eq=False)
class Mapping:
    """A mapping with the scalars of its keys; keys are texts and differ."""

    line: int
    column: int
    entries: dict[str, Tree] = field(default_factory=dict)
    keys: dict[str, Scalar] = field(default_factory=dict)
    length: int = 1
    alias: bool = False
    """Whether it stands here through an alias, which is where it then begins."""


Tree: TypeAlias = Scalar | Sequence | Mapping


class Document(NamedTuple):
    """A document of a text; `tree` is None if the text is empty."""

    source: Source
    tree: Tree | None


def read(source: Source) -> Document:
    """Compose the first document of a text. Raises SpecError with all mistakes.

    >>> tree = read(Source("text", "conv: 6")).tree
    >>> tree.entries["conv"].text, tree.keys["conv"].column
    ('6', 0)
    """
    return Document(source, next(documents(source), None))


def documents(source: Source) -> Iterator[Tree]:
    """Compose one document after the other, each only when it is asked for."""
    odd = _ODD_CHARACTER.search(source.text)
    if odd:
        raise SpecError([_odd_character(source, odd)])
    composer = _Composer(source)
    try:
        for event in yaml.parse(source.text, Loader=_LOADER):
            composer.take(event)
            if isinstance(event, yaml.DocumentEndEvent):
                yield composer.finish()
    except yaml.MarkedYAMLError as error:
        _judge_before(source, error)
        raise SpecError([*composer.errors, _syntax_error(source, error)]) from None
    except yaml.YAMLError as error:
        raise SpecError([Diagnostic("not-yaml", f"this is not YAML: {error}")]) from None


def _judge_before(source: Source, error: yaml.MarkedYAMLError) -> None:
    """Refuse by our own bounds what stands before a problem; the parser, which looks ahead, met it.

    A parser may have bounds too, of nesting for one, and would speak of them in its own words.
    """
    end = error.problem_mark.index if error.problem_mark else None
    composer = _Composer(source)
    with suppress(yaml.YAMLError):
        for event in yaml.parse(source.text[:end], Loader=_LOADER):
            composer.take(event)


class _Composer:
    """Turns events into a tree; the open collections lie on a stack, with their pending keys."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.limits = limits.now()
        self.errors: list[Diagnostic] = []
        self.anchors: dict[str, Tree] = {}
        self.sizes: dict[str, int] = {}
        self.open: list[_Open] = []
        self.root: Tree | None = None
        self.nodes = 0

    def take(self, event: yaml.Event) -> None:
        """Take the next event of the parser."""
        if isinstance(event, yaml.ScalarEvent):
            node = Scalar(event.value or "", not event.style, *_stretch(event))
            self._add(node, event.anchor, event.tag)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._begin(Sequence(*_stretch(event)[:2]), event.anchor, event.tag)
        elif isinstance(event, yaml.MappingStartEvent):
            self._begin(Mapping(*_stretch(event)[:2]), event.anchor, event.tag)
        elif isinstance(event, yaml.CollectionEndEvent):
            closed = self.open.pop()
            if closed.anchor:
                self.sizes[closed.anchor] = self.nodes - closed.nodes_before
        elif isinstance(event, yaml.AliasEvent):
            line, column, length = _stretch(event)
            self._follow(
                Scalar(event.anchor or "", plain=True, line=line, column=column, length=length)
            )

    def finish(self) -> Tree:
        """Hand out the document, or raise what was wrong with it."""
        if self.errors or self.root is None:
            raise SpecError(self.errors)
        return self.root

    def _begin(self, node: Sequence | Mapping, anchor: str | None, tag: str | None) -> None:
        if len(self.open) >= self.limits.nesting:
            message = f"brackets and indents are nested more than {self.limits.nesting} deep"
            self._complain("too-deep", message, node)
            raise SpecError(self.errors)
        self._add(node, anchor, tag)
        self.open.append(_Open(node, anchor, self.nodes))

    def _follow(self, alias: Scalar) -> None:
        """Put what an anchor marks in the place of its alias."""
        node = self.anchors.get(alias.text)
        if node is None:
            self._complain("unknown-anchor", f"no anchor `&{alias.text}` stands before this", alias)
            return self._attach(alias)
        if any(node is outer.node for outer in self.open):
            self._complain("endless", f"`*{alias.text}` contains itself", alias)
            return self._attach(alias)
        self.nodes += self.sizes.get(alias.text, 1)
        if isinstance(node, Mapping):
            place = alias.line, alias.column
            node = Mapping(*place, node.entries, node.keys, alias.length, alias=True)
        self._attach(node)
        return self._check_size(alias)

    def _add(self, node: Tree, anchor: str | None, tag: str | None) -> None:
        if anchor:
            self.anchors[anchor] = node
            self.sizes.pop(anchor, None)
        if tag is not None:
            message = f"tags such as `{tag[:60]}` are not part of the language"
            self._complain("tag", message, node)
        self.nodes += 1
        self._attach(node)
        if self.nodes > self.limits.values:
            self._check_size(node)

    def _check_size(self, node: Tree) -> None:
        if self.nodes > self.limits.values:
            message = f"the file has more than {self.limits.values:,} values, aliases followed"
            reason = limits.too_large("values", message)
            self._complain(reason.code, reason.message, node, reason.hint)
            raise SpecError(self.errors)

    def _attach(self, node: Tree) -> None:
        if not self.open:
            self.root = node
            return
        top = self.open[-1]
        if isinstance(top.node, Sequence):
            top.node.items.append(node)
        elif top.key is None:
            top.key = self._key(top.node, node)
        else:
            top.node.entries.setdefault(top.key.text, node)
            top.key = None

    def _key(self, parent: Mapping, node: Tree) -> Scalar:
        if not isinstance(node, Scalar):
            self._complain("bad-key", "a key is a word, not a collection", node)
            return Scalar("", plain=True, line=node.line, column=node.column, length=1)
        earlier = parent.keys.setdefault(node.text, node)
        if earlier is not node:
            message = f"`{node.text[:80]}` stands twice; the first is in line {earlier.line + 1}"
            self._complain("duplicate-key", message, node)
        return node

    def _complain(self, code: str, message: str, node: Tree, hint: str | None = None) -> None:
        place = self.source.place(node.line, node.column, node.length)
        self.errors.append(Diagnostic(code, message, place, hint))
        if len(self.errors) >= self.limits.mistakes:
            raise SpecError(self.errors)


@dataclass(slots=True)
class _Open:
    """A collection that is being read; of a mapping, the key whose value comes next."""

    node: Sequence | Mapping
    anchor: str | None
    nodes_before: int
    key: Scalar | None = None


def _stretch(event: yaml.Event) -> tuple[int, int, int]:
    """Tell line, column and length of an event; the length of its first line, at least 1."""
    start, end = event.start_mark, event.end_mark
    if start is None or end is None:
        return 0, 0, 1
    line, column = start.line, start.column
    length = end.column - column if end.line == line else 1
    return line, column, max(1, length)


def _odd_character(source: Source, odd: re.Match[str]) -> Diagnostic:
    before = _LINE_BREAK.split(source.text[: odd.start()])
    place = source.place(len(before) - 1, len(before[-1]))
    return Diagnostic(
        "odd-character", f"the character {odd.group()!a} may not stand in YAML", place
    )


def _syntax_error(source: Source, error: yaml.MarkedYAMLError) -> Diagnostic:
    problem = (error.problem or error.context or "unreadable").rstrip(".")
    context = f" ({error.context})" if error.context and error.problem else ""
    place = source.place(*_where(source, error))
    hint = None
    if re.search(r"[:\s,\[{]=[^\"',]*[\[\]{},]", place.text):
        hint = QUOTE_IT
    elif re.search(r"\w:[}\],]", place.text):
        hint = "a space belongs behind a colon: `{relu: }`"
    elif "\t" in place.text[: place.column]:
        hint = "YAML indents with spaces, not with tabs"
    return Diagnostic("not-yaml", f"this is not YAML: {problem}{context}", place, hint)


def _where(source: Source, error: yaml.MarkedYAMLError) -> tuple[int, int]:
    """Tell where a problem is; one behind the end of the text is where its context began."""
    lines = _LINE_BREAK.split(source.text.rstrip())
    end = len(lines) - 1, len(lines[-1])
    marks = [mark for mark in (error.problem_mark, error.context_mark) if mark]
    return next(((m.line, m.column) for m in marks if (m.line, m.column) < end), end)
