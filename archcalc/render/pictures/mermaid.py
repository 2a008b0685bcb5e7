"""Report → Mermaid: the same boxes and arrows as text, for pages that draw it themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.errors import printable
from archcalc.graph import INPUT
from archcalc.render.pictures.flow import Box, flow
from archcalc.render.pictures.labels import about, figures, heading, kind, lines
from archcalc.render.tables.columns import shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archcalc.render.pictures.flow import Flow, Frame, Item
    from archcalc.report import Report

PLAIN = frozenset(" ,._×…()/@+=")
CLASSES = (
    "classDef weights fill:#dcebf7,stroke:#00568c,color:#1a1a1a",
    "classDef pool fill:#fdebcf,stroke:#9a5b00,color:#1a1a1a",
    "classDef block fill:#dff2ea,stroke:#00624a,color:#1a1a1a",
    "classDef join fill:#ffffff,stroke:#333333,color:#1a1a1a",
    "classDef other fill:#f0f0f0,stroke:#666666,color:#1a1a1a",
    "classDef head stroke-dasharray:5 3",
)


def draw(report: Report, depth: int | None = 1, *, sideways: bool = False) -> str:
    """Write a network as a Mermaid flowchart, downwards or to the right; folded at a depth.

    >>> from archcalc.report import count
    >>> print(draw(count("lenet5")).splitlines()[3])
        n0["C1<br/>conv 5x5<br/>156 parameters<br/>117,600 MACs"]:::weights
    """
    folded = flow(report, depth)
    outputs = {box.number: shape(box.row.output) for box in folded.boxes()}
    inputs = {INPUT - i: name for i, name in enumerate(report.inputs)}
    outputs |= {number: shape(report.inputs[name]) for number, name in inputs.items()}
    said = [
        f"%% {_comment(about(report))}",
        f"flowchart {'LR' if sideways else 'TD'}",
        *(f'    {_id(i)}(["{escaped(name)}"]):::join' for i, name in inputs.items()),
        *_items(folded.items, 1),
        *(f"    {_id(s)} -->|{escaped(outputs[s])}| {_id(t)}" for s, t in folded.edges),
        *_ends(folded, outputs),
        *(f"    {line}" for line in CLASSES),
    ]
    return "\n".join(said) + "\n"


def _ends(folded: Flow, outputs: dict[int, str]) -> Iterator[str]:
    """Let what nobody reads flow out of the network."""
    read = {edge.source for edge in folded.edges}
    for box in folded.boxes():
        if box.number not in read:
            name = escaped(box.row.head or "output")
            target = f'out{box.number}(["{name}"]):::join'
            yield f"    {_id(box.number)} -->|{escaped(outputs[box.number])}| {target}"


def escaped(text: str) -> str:
    """Write what could mean something to Mermaid or HTML as a code of the character.

    >>> escaped('3x3 "reduce" <b>')
    '3x3 #34;reduce#34; #60;b#62;'
    """
    return "".join(
        character if character.isalnum() or character in PLAIN else f"#{ord(character)};"
        for character in printable(text).replace("\n", " ")
    )


def _items(items: Iterable[Item], level: int) -> Iterator[str]:
    margin = "    " * level
    for item in items:
        if isinstance(item, Box):
            yield margin + _box(item)
        else:
            yield f'{margin}subgraph f{_first(item)}_{level}["{_label(_heading(item))}"]'
            yield from _items(item.items, level + 1)
            yield f"{margin}end"


def _box(box: Box) -> str:
    label, of_kind = _label(lines(box)), kind(box.row)
    shaped = f'(["{label}"])' if of_kind == "join" else f'["{label}"]'
    head = f"\n    class {_id(box.number)} head" if box.row.head else ""
    return f"{_id(box.number)}{shaped}:::{of_kind}{head}"


def _heading(frame: Frame) -> list[str]:
    """Say all in one line: Mermaid leaves room for no second one."""
    return [", ".join([heading(frame.title, frame.times), *figures(frame.row, frame.times)[:1]])]


def _label(said: Iterable[str]) -> str:
    return "<br/>".join(map(escaped, said))


def _id(number: int) -> str:
    if number < 0:
        return "input" if number == INPUT else f"input{-number}"
    return f"n{number}"


def _first(frame: Frame) -> int:
    first: Item = frame
    while not isinstance(first, Box):
        first = first.items[0]
    return first.number


def _comment(text: str) -> str:
    return " ".join(printable(text).replace("%", "").replace("{", "(").replace("}", ")").split())
