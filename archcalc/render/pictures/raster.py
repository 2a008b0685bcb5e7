"""Shapes → PNG and PDF, drawn by matplotlib, which is imported only when they are asked for."""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, simplefilter

from archcalc.errors import UsageError, printable
from archcalc.render.pictures import svg

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.render.pictures.layering import Point
    from archcalc.render.pictures.page import Piece

SUFFIXES = (".png", ".pdf")
PIXELS_AN_INCH = 96.0
"""Of the coordinates of shapes, as of SVG."""
SHARPNESS, LARGEST = 2.0, 16_000.0
"""Dots of a PNG for each pixel, unless a side would be longer than this."""
SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "archcalc",
    "pdf.fonttype": 42,
    "font.family": "sans-serif",
    "text.parse_math": False,
}
UNDATED = {
    ".svg": {"Date": None, "Creator": "archcalc"},
    ".png": {"Software": "archcalc"},
    ".pdf": {"CreationDate": None, "Creator": "archcalc", "Producer": None},
}
"""What the files say of themselves: nothing that differs from one run to the next."""
ARROW = 7.0
"""Length of an arrow's head in widths of its line."""


def matplotlib() -> Any:  # noqa: ANN401 - a module that may not be there
    """Import matplotlib. Raises UsageError where it is not installed."""
    try:
        import matplotlib as mpl  # noqa: PLC0415 - slow, and not everybody has it
    except ImportError:
        message = "charts, PNG and PDF are drawn by matplotlib, which is not installed"
        raise UsageError.of("no-matplotlib", message, "pip install 'archcalc[plot]'") from None
    return mpl


def figure(width: float, height: float, dpi: float = PIXELS_AN_INCH) -> Any:  # noqa: ANN401
    """Make an empty figure, measured in inches, that needs no screen."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    found = Figure(figsize=(width, height), dpi=dpi)
    FigureCanvasAgg(found)
    return found


def file_of(drawn: Any, suffix: str) -> bytes:  # noqa: ANN401
    """Write a figure in the format of a suffix; the same figure gives the same bytes."""
    file = BytesIO()
    drawn.savefig(file, format=suffix[1:], metadata=UNDATED[suffix], facecolor="white")
    return file.getvalue()


def picture(piece: Piece, suffix: str) -> bytes:
    """Draw a picture as PNG or PDF. Raises UsageError where matplotlib is not installed."""
    with matplotlib().rc_context(SETTINGS), catch_warnings():
        simplefilter("ignore")  # a font without some letter of a name
        sharpness = min(SHARPNESS, LARGEST / max(piece.width, piece.height))
        width, height = piece.width / PIXELS_AN_INCH, piece.height / PIXELS_AN_INCH
        drawn = figure(width, height, sharpness * PIXELS_AN_INCH)
        axes = drawn.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, piece.width), ylim=(piece.height, 0))
        axes.axis("off")
        for order, shape in enumerate(piece.shapes):
            for artist in _artists(shape):
                artist.set_zorder(order)
                axes.add_artist(artist)
        return file_of(drawn, suffix)


def _artists(shape: svg.Shape) -> Iterator[Any]:
    from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon  # noqa: PLC0415
    from matplotlib.text import Text  # noqa: PLC0415

    if isinstance(shape, svg.Text):
        sides = {"start": "left", "middle": "center", "end": "right"}
        yield Text(
            shape.x,
            shape.y,
            printable(shape.content),
            fontsize=_points(shape.size),
            ha=sides[shape.anchor],
            va="baseline",
            color=shape.color,
            weight="bold" if shape.bold else "normal",
        )
    elif isinstance(shape, svg.Rectangle):
        radius = min(shape.radius, shape.width / 2, shape.height / 2)
        corners = f"round,pad=0,rounding_size={radius}" if radius else "square,pad=0"
        place = (shape.x, shape.y), shape.width, shape.height
        yield FancyBboxPatch(*place, boxstyle=corners, **_style(shape.style))
    else:
        yield PathPatch(_path(shape), **_style(shape.style))
        if shape.arrow:
            color = shape.style.get("stroke", "#000000")
            yield Polygon(list(_head(shape)), closed=True, facecolor=color, edgecolor="none")


def _style(style: svg.Style) -> dict[str, Any]:
    """Say a style of SVG in the words of matplotlib."""
    from matplotlib.colors import to_rgba  # noqa: PLC0415

    fill, stroke = style.get("fill", "#000000"), style.get("stroke", "none")
    opacity = float(style.get("fill-opacity", "1"))
    width = float(style.get("stroke-width", "1"))
    dashes = [float(n) / width for n in style.get("stroke-dasharray", "").split()]
    return {
        "facecolor": "none" if fill == "none" else to_rgba(fill, opacity),
        "edgecolor": stroke,
        "linewidth": _points(width),
        "linestyle": (0, dashes) if dashes else "solid",
    }


def _points(pixels: float) -> float:
    return pixels * 72 / PIXELS_AN_INCH


def _path(shape: svg.Path) -> Any:  # noqa: ANN401
    from matplotlib.path import Path  # noqa: PLC0415

    places, codes = [tuple(shape.points[0])], [Path.MOVETO]
    for start, end in pairwise(shape.points):
        turns = shape.turns(start, end)
        places += [*map(tuple, turns), tuple(end)]
        codes += [Path.CURVE4] * 3 if turns else [Path.LINETO]
    if shape.closed:
        places.append(places[0])
        codes.append(Path.CLOSEPOLY)
    return Path(places, codes)


def _head(shape: svg.Path) -> Iterator[tuple[float, float]]:
    """Give the corners of the arrow's head, which points as the path ends."""
    end = shape.points[-1]
    before: Point = [shape.points[-2], *shape.turns(shape.points[-2], end)][-1]
    dx, dy = end.x - before.x, end.y - before.y
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    dx, dy = dx / length, dy / length
    size = ARROW * float(shape.style.get("stroke-width", "1"))
    back = end.x - size * dx, end.y - size * dy
    yield end.x, end.y
    yield back[0] - 0.45 * size * dy, back[1] + 0.45 * size * dx
    yield back[0] + 0.45 * size * dy, back[1] - 0.45 * size * dx
