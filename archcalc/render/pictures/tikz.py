"""Shapes → TikZ: a picture for papers, in the paper's own font; it needs the package tikz alone."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from archcalc.errors import printable
from archcalc.render.latex import escaped
from archcalc.render.pictures import svg

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

POINT = 0.75
"""A pixel of SVG in the points of PDF, which TeX calls bp."""
ANCHORS = {"start": "base west", "middle": "base", "end": "base east"}


def document(shapes: Iterable[svg.Shape], about: str) -> str:
    r"""Write a `tikzpicture`, to be read by `\input` or put into a figure.

    >>> print(document([svg.Rectangle(0, 0, 9, 4, {"stroke": "#00568c"})], "box").splitlines()[-2])
    \path[draw={rgb,255:red,0;green,86;blue,140}] (0,0) rectangle (9,4);
    """
    return "\n".join(
        [
            f"% {printable(about)}",
            r"% \usepackage{tikz}",
            f"\\begin{{tikzpicture}}[x={POINT}bp, y=-{POINT}bp, inner sep=0pt, >=latex]",
            *(line for shape in shapes for line in _written(shape)),
            "\\end{tikzpicture}\n",
        ]
    )


def _written(shape: svg.Shape) -> Iterator[str]:
    if isinstance(shape, svg.Text):
        size = shape.size * POINT
        font = f"\\fontsize{{{size:.4g}}}{{{1.2 * size:.4g}}}\\selectfont"
        font += "\\bfseries" if shape.bold else ""
        options = f"anchor={ANCHORS[shape.anchor]}, font={font}, text={_color(shape.color)}"
        place, said = _place(shape.x, shape.y), escaped(shape.content)
        yield f"\\node[{options}] at {place} {{{said}}};"
    elif isinstance(shape, svg.Rectangle):
        radius = min(shape.radius, shape.width / 2, shape.height / 2)
        corners = f", rounded corners={svg.number(radius * POINT)}bp" if radius else ""
        end = _place(shape.x + shape.width, shape.y + shape.height)
        yield f"\\path[{_style(shape.style)}{corners}] {_place(shape.x, shape.y)} rectangle {end};"
    else:
        arrow = "->, " if shape.arrow else ""
        yield f"\\path[{arrow}{_style(shape.style)}] {''.join(_way(shape))};"


def _way(shape: svg.Path) -> Iterator[str]:
    yield _place(*shape.points[0])
    for start, end in pairwise(shape.points):
        turns = " and ".join(_place(*point) for point in shape.turns(start, end))
        yield f" .. controls {turns} .. {_place(*end)}" if turns else f" -- {_place(*end)}"
    if shape.closed:
        yield " -- cycle"


def _style(style: svg.Style) -> str:
    """Say a style of SVG in the words of TikZ."""
    found = []
    for name, value in style.items():
        if name in {"fill", "stroke"} and value != "none":
            found.append(f"{'draw' if name == 'stroke' else name}={_color(value)}")
        elif name == "stroke-width":
            found.append(f"line width={float(value) * POINT:.4g}bp")
        elif name == "fill-opacity":
            found.append(f"fill opacity={value}")
        elif name == "stroke-dasharray":
            on, off = (float(part) * POINT for part in value.split())
            found.append(f"dash pattern=on {on:.4g}bp off {off:.4g}bp")
    return ", ".join(found)


def _color(written: str) -> str:
    """Say a colour of SVG, `#rrggbb`, in the words of xcolor."""
    red, green, blue = bytes.fromhex(written[1:])
    return f"{{rgb,255:red,{red};green,{green};blue,{blue}}}"


def _place(x: float, y: float) -> str:
    return f"({svg.number(x)},{svg.number(y)})"
