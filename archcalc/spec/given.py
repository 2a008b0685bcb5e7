"""From a spec given as a dict to a marked tree, whose places are paths: `layers[2].kernel`."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from numbers import Number

from archcalc import limits
from archcalc.errors import Diagnostic, Place, Reason, SpecError
from archcalc.ops.fields import shown, written
from archcalc.ops.given import from_python
from archcalc.spec.reader import Document, Mapping, Scalar, Sequence, Source, Tree


@dataclass(frozen=True)
class Given(Source):
    """A dict, as text, with the path of each of its places, which stands for a line."""

    paths: list[str] = field(default_factory=list)

    def place(self, line: int, column: int, length: int = 1) -> Place:  # noqa: ARG002 - of a text
        """Name a place by its path."""
        path = self.paths[line] if line < len(self.paths) else ""
        return Place(path.removeprefix(".") or self.name, 0, line)


def tree_of(spec: AnyMapping[str, object]) -> Document:
    """Read a spec from plain values. Raises SpecError for what no spec can hold.

    >>> document = tree_of({"input": [3, 8, 8], "layers": [{"conv": 6, "kernel": 3}, "relu"]})
    >>> document.tree.entries["layers"].items[0].entries["kernel"].text
    '3'
    >>> str(document.source.place(8, 0))
    'layers[0].kernel'
    """
    source = Given("spec", repr(spec))
    return Document(source, _tree(spec, "", source, 0))


def _tree(value: object, path: str, source: Given, depth: int) -> Tree:
    line = len(source.paths)
    source.paths.append(path)
    if depth > limits.now().nesting or line >= limits.now().values:
        bound = "nesting" if depth > limits.now().nesting else "values"
        raise _error(limits.too_large(bound, "the spec is too large"), path, source)
    if isinstance(value, AnyMapping):
        mapping = Mapping(line, 0)
        for key, inner in value.items():
            text = key if isinstance(key, str) else str(key)
            mapping.entries[text] = _tree(inner, f"{path}.{text}", source, depth + 1)
            mapping.keys[text] = Scalar(text, True, mapping.entries[text].line, 0, 1)  # noqa: FBT003
        return mapping
    if isinstance(value, list | tuple):
        items = [_tree(v, f"{path}[{i}]", source, depth + 1) for i, v in enumerate(value)]
        return Sequence(line, 0, items)
    if value is None:
        return Scalar("", plain=True, line=line, column=0, length=1)
    text = value if isinstance(value, str) else _text(value, path, source)
    return Scalar(text, plain=False, line=line, column=0, length=1)


def _text(value: object, path: str, source: Given) -> str:
    try:
        if not isinstance(value, Number) and not hasattr(value, "tolist"):
            raise Reason("wrong-type", f"expected plain values, not {shown(value)}")  # noqa: TRY301
        return written(from_python(value))
    except Reason as reason:
        raise _error(reason, path, source) from None


def _error(reason: Reason, path: str, source: Given) -> SpecError:
    place = source.place(source.paths.index(path), 0)
    return SpecError([Diagnostic(reason.code, reason.message, place, reason.hint)])
