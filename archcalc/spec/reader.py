"""From text to a marked tree: YAML whose every node knows where it stands.

The tree is composed here from the parser's events, without recursion, so that no nesting can crash
the process, no alias can multiply unseen, and no duplicate key is lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import yaml

from archcalc import limits
from archcalc.errors import Diagnostic, Place, SpecError

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ODD_CHARACTER = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Source:
    """A text and what to call it."""

    name: str
    text: str

    def place(self, line: int, column: int, length: int = 1) -> Place:
        """Mark a stretch of a line; both counted from 0."""
        lines = self.text.split("\n", line + 1)
        text = lines[line].rstrip("\r") if line < len(lines) else ""
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
        raise SpecError([*composer.errors, _syntax_error(source, error)]) from None
    except yaml.YAMLError as error:
        raise SpecError([Diagnostic("not-yaml", f"this is not YAML: {error}")]) from None


class _Composer:
    """Turns events into a tree; the open collections lie on a stack, with their pending keys."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.errors: list[Diagnostic] = []
        self.anchors: dict[str, Tree] = {}
        self.sizes: dict[str, int] = {}
        self.stack: list[Sequence | Mapping] = []
        self.pending: list[Scalar | None] = []
        self.opened: list[tuple[str | None, int]] = []
        self.root: Tree | None = None
        self.nodes = 0

    def take(self, event: yaml.Event) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._add(self._scalar(event), event)
        elif kind is yaml.SequenceStartEvent or kind is yaml.MappingStartEvent:
            self._open(event, is_list=kind is yaml.SequenceStartEvent)
        elif kind is yaml.SequenceEndEvent or kind is yaml.MappingEndEvent:
            self.stack.pop()
            self.pending.pop()
            anchor, before = self.opened.pop()
            if anchor:
                self.sizes[anchor] = self.nodes - before
        elif kind is yaml.AliasEvent:
            self._follow(event)

    def finish(self) -> Tree:
        """Hand out the document, or raise what was wrong with it."""
        if self.errors:
            raise SpecError(self.errors)
        root, self.root = self.root, None
        if root is None:
            raise AssertionError("a document has a root")
        return root

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        start, end = event.start_mark, event.end_mark
        length = end.column - start.column if end.line == start.line else len(event.value)
        plain = event.style is None
        return Scalar(event.value, plain, start.line, start.column, max(1, length))

    def _open(self, event: yaml.CollectionStartEvent, *, is_list: bool) -> None:
        start = event.start_mark
        node = (Sequence if is_list else Mapping)(start.line, start.column)
        if len(self.stack) >= limits.NESTING:
            message = f"brackets and indents are nested more than {limits.NESTING} deep"
            self.errors.append(self._diagnostic("too-deep", message, node))
            raise SpecError(self.errors)
        self._add(node, event)
        self.opened.append((event.anchor, self.nodes))
        self.stack.append(node)
        self.pending.append(None)

    def _follow(self, event: yaml.AliasEvent) -> None:
        start = event.start_mark
        mark = Scalar(f"*{event.anchor}", True, start.line, start.column, len(event.anchor) + 1)  # noqa: FBT003
        if event.anchor not in self.anchors:
            self.errors.append(
                self._diagnostic(
                    "unknown-anchor", f"no anchor `&{event.anchor}` stands before this", mark
                )
            )
            return self._attach(mark)
        if self.anchors[event.anchor] in self.stack:
            self.errors.append(
                self._diagnostic("endless", f"`*{event.anchor}` contains itself", mark)
            )
            return self._attach(mark)
        self._grow(self.sizes.get(event.anchor, 1), mark)
        return self._attach(self.anchors[event.anchor])

    def _add(self, node: Tree, event: yaml.NodeEvent) -> None:
        if event.anchor:
            self.anchors[event.anchor] = node
            self.sizes.pop(event.anchor, None)
        if event.tag is not None:
            message = f"tags such as `{event.tag[:60]}` are not part of the language"
            self.errors.append(self._diagnostic("tag", message, node))
        self._grow(1, node)
        self._attach(node)

    def _grow(self, nodes: int, node: Tree) -> None:
        self.nodes += nodes
        if self.nodes > limits.TREE_NODES:
            message = f"the file has more than {limits.TREE_NODES:,} values, aliases followed"
            self.errors.append(self._diagnostic("too-large", message, node))
            raise SpecError(self.errors)

    def _attach(self, node: Tree) -> None:
        if not self.stack:
            self.root = node
            return
        parent, key = self.stack[-1], self.pending[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif key is None:
            self.pending[-1] = self._key(parent, node)
        else:
            parent.entries.setdefault(key.text, node)
            self.pending[-1] = None

    def _key(self, parent: Mapping, node: Tree) -> Scalar:
        if not isinstance(node, Scalar):
            self.errors.append(
                self._diagnostic("bad-key", "a key is a word, not a collection", node)
            )
            return Scalar("", plain=True, line=node.line, column=node.column, length=1)
        earlier = parent.keys.setdefault(node.text, node)
        if earlier is not node:
            message = f"`{node.text}` stands twice; the first is in line {earlier.line + 1}"
            self.errors.append(self._diagnostic("duplicate-key", message, node))
        return node

    def _diagnostic(self, code: str, message: str, node: Tree) -> Diagnostic:
        return Diagnostic(code, message, self.source.place(node.line, node.column, node.length))


def _odd_character(source: Source, odd: re.Match[str]) -> Diagnostic:
    before = source.text[: odd.start()]
    line = before.count("\n")
    place = source.place(line, odd.start() - (before.rfind("\n") + 1))
    return Diagnostic(
        "odd-character", f"the character {ascii(odd.group())} may not stand in YAML", place
    )


def _syntax_error(source: Source, error: yaml.MarkedYAMLError) -> Diagnostic:
    mark = error.problem_mark or error.context_mark
    problem = (error.problem or error.context or "unreadable").rstrip(".")
    context = f" ({error.context})" if error.context and error.problem else ""
    place = source.place(mark.line, mark.column) if mark else None
    hint = None
    if place and re.search(r"[:\s,\[{]=[^\"',]*[\[\]{},]", place.text):
        hint = 'inside { } or [ ] quote an expression that has [ ] { } or , in it: "=depths[1]"'
    elif place and "\t" in place.text[: place.column]:
        hint = "YAML indents with spaces, not with tabs"
    return Diagnostic("not-yaml", f"this is not YAML: {problem}{context}", place, hint)
