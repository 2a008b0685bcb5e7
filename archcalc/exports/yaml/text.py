"""A spec as plain values → YAML that reads as one that somebody wrote."""

from __future__ import annotations

import re
from json import dumps
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from archcalc.errors import Reason, UsageError
from archcalc.exports.outline import input_names
from archcalc.exports.yaml.specification import specify

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from archcalc.exports.yaml.entries import Block, Entry
    from archcalc.graph import Graph

WIDTH = 100
PLAIN = re.compile(r"(?:=[\w .*/+()\[\]-]*|[\w][\w .*/+#()-]*)")
"""Texts that need no quotes, within brackets too."""


def yaml(graph: Graph) -> str:
    """Write a network as a spec in YAML. Raises UsageError for what none can say.

    >>> from archcalc.spec.library import load
    >>> from archcalc.spec.unroll import expand
    >>> print(yaml(expand(load("lenet5-textbook"))).splitlines()[2])
    input: 1x32x32
    """
    try:
        found = specify(graph)
    except Reason as reason:
        raise UsageError.because(reason) from None
    sections = {
        "defaults": _mapping(found.defaults, 2),
        "blocks": _blocks(found.blocks),
        "layers": _list(found.layers, 2),
        "heads": _heads(found.heads),
        "outputs": [f"  - {_scalar(name)}" for name in found.outputs],
    }
    lines = _head(graph)
    for name, section in sections.items():
        written = list(section)
        lines += ["", f"{name}:", *written] if written else []
    return "\n".join(lines) + "\n"


def _head(graph: Graph) -> list[str]:
    """Say who the network is, what enters it, and what a reader must know."""
    lines = [f"name: {_scalar(graph.origin.name)}"]
    lines += [f"source: {_scalar(graph.origin.source)}"] if graph.origin.source else []
    lines.append(f"input: {_input(graph)}")
    if any(node.xs != tuple(map(graph.shape_of, node.inputs)) for node in graph.nodes):
        lines.append(
            "# each `layout` moves what no layer of its own moved; it counts as an activation"
        )
    for beside in graph.uncounted:
        if beside.path not in graph.ends:
            lines.append(f"# {beside.case}: {beside.path} ({beside.op}), {beside.why}".rstrip(", "))
    return lines


def _input(graph: Graph) -> str:
    sizes = ["x".join(map(str, shape)) for shape in graph.inputs.values()]
    return _flow(dict(zip(input_names(graph), sizes, strict=True))) if len(sizes) > 1 else sizes[0]


def _blocks(blocks: Mapping[str, Block]) -> Iterator[str]:
    for name, block in blocks.items():
        yield f"  {_scalar(name)}:"
        yield from _parameters(block.parameters) if block.parameters else ()
        yield "    layers:"
        yield from _list(block.layers, 6)


def _heads(heads: Mapping[str, Entry]) -> Iterator[str]:
    for name, head in heads.items():
        yield f"  {_scalar(name)}:"
        yield from _mapping(head, 4)


def _parameters(given: Mapping[str, Any]) -> Iterator[str]:
    line = f"    parameters: {_flow(given)}"
    if len(line) <= WIDTH:
        yield line
        return
    yield "    parameters:"
    yield from _mapping(given, 6)


def _list(entries: Sequence[Any], indent: int) -> Iterator[str]:
    for entry in entries:
        yield from _entry(entry, indent)


def _entry(entry: Any, indent: int) -> Iterator[str]:  # noqa: ANN401 - a mapping, or a word
    """Write an entry on one line if it has room there, else key by key."""
    flow = f"{' ' * indent}- {_flow(entry)}"
    deep = isinstance(entry, dict) and (entry.get("layers") or len(flow) > WIDTH)
    if not deep:
        yield flow
        return
    first, *others = _mapping(entry, indent + 2)
    yield f"{' ' * indent}- {first.lstrip()}"
    yield from others


def _mapping(entry: Mapping[str, Any], indent: int) -> Iterator[str]:
    margin = " " * indent
    for key, value in entry.items():
        line = f"{margin}{key}: {_flow(value)}".rstrip()
        if isinstance(value, list) and value and key == "layers":
            yield f"{margin}{key}:"
            yield from _list(value, indent + 2)
        elif isinstance(value, list) and any(map(_is_branch, value)):
            yield f"{margin}{key}:"
            for branch in value:
                yield from _branch(branch, indent + 2)
        elif isinstance(value, list) and len(line) > WIDTH:
            yield f"{margin}{key}: ["
            yield from _wrapped(value, f"{margin}  ")
        else:
            yield line


def _is_branch(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, list) and any(isinstance(each, dict) for each in value)


def _branch(branch: Sequence[Any], indent: int) -> Iterator[str]:
    """Write a branch of a join: its only layer, or a list of them."""
    if len(branch) < 2:
        yield from _list(branch or [[]], indent)  # nothing, as a list
        return
    first, *others = _list(branch, indent + 2)
    yield f"{' ' * indent}- {first.lstrip()}"
    yield from others


def _wrapped(values: Sequence[Any], margin: str) -> Iterator[str]:
    """Fill lines with the items of a list, and close it."""
    text = ", ".join(_flow(value).replace(" ", "\0") for value in values) + "]"
    lines = wrap(
        text,
        WIDTH,
        initial_indent=margin,
        subsequent_indent=margin,
        break_long_words=False,
        break_on_hyphens=False,
    )
    yield from (line.replace("\0", " ") for line in lines)


def _flow(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, dict):
        if list(value) == ["op"]:
            return str(value["op"])
        return f"{{{', '.join(f'{key}: {_flow(each)}' for key, each in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_flow, value))}]"
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else _scalar(value)


def _scalar(text: str) -> str:
    return (
        text
        if PLAIN.fullmatch(text) and text == text.strip() and " #" not in text
        else dumps(text, ensure_ascii=False)
    )
