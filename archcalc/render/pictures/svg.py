"""Shapes → SVG: rectangles, paths and texts in generic fonts, written by hand and escaped."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeAlias
from unicodedata import combining, east_asian_width
from xml.sax.saxutils import escape, quoteattr

from archcalc.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from archcalc.render.pictures.layering import Point

FONT = "Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif"
Style: TypeAlias = "Mapping[str, str]"


class Rectangle(NamedTuple):
    """A rectangle with round corners; `tip` is what a browser says of it."""

    x: float
    y: float
    width: float
    height: float
    style: Style
    radius: float = 0
    tip: str = ""

    def moved(self, dx: float, dy: float) -> Rectangle:
        """Move it."""
        return self._replace(x=self.x + dx, y=self.y + dy)

    def turned(self) -> Rectangle:
        """Change rows for columns."""
        return self._replace(x=self.y, y=self.x, width=self.height, height=self.width)

    def to_svg(self) -> str:
        """Write it."""
        place = {"x": self.x, "y": self.y, "width": self.width, "height": self.height}
        attributes = _attributes(place | ({"rx": self.radius} if self.radius else {}), self.style)
        if not self.tip:
            return f"<rect{attributes}/>"
        return f"<rect{attributes}><title>{text(self.tip)}</title></rect>"


class Text(NamedTuple):
    """A line of text: x of its start, middle or end, y of its baseline."""

    x: float
    y: float
    content: str
    size: float = 11
    anchor: str = "middle"
    bold: bool = False
    color: str = "#1a1a1a"
    about: bool = False
    """Whether it tells of the whole picture: a page that says so itself leaves it out."""

    def moved(self, dx: float, dy: float) -> Text:
        """Move it."""
        return self._replace(x=self.x + dx, y=self.y + dy)

    def turned(self) -> Text:
        """Put it where columns are rows; it stays upright."""
        return self._replace(x=self.y, y=self.x)

    def box(self) -> Rectangle:
        """Tell what room it takes, in any usual font."""
        width = text_width(self.content, self.size, bold=self.bold)
        left = self.x - width * {"start": 0, "middle": 0.5, "end": 1}[self.anchor]
        return Rectangle(left, self.y - 0.8 * self.size, width, self.size, {})

    def to_svg(self) -> str:
        """Write it."""
        style = {"fill": self.color} | ({"font-weight": "bold"} if self.bold else {})
        if self.anchor != "start":
            style["text-anchor"] = self.anchor
        if self.about:
            style["class"] = "about"
        attributes = _attributes({"x": self.x, "y": self.y, "font-size": self.size}, style)
        return f"<text{attributes}>{text(self.content)}</text>"


class Path(NamedTuple):
    """A way through points: straight along its direction, else curved; or all straight.

    It leads downwards, or `sideways` to the right.
    """

    points: tuple[Point, ...]
    style: Style
    arrow: bool = False
    closed: bool = False
    curved: bool = True
    sideways: bool = False

    def moved(self, dx: float, dy: float) -> Path:
        """Move it."""
        moved = tuple(point._replace(x=point.x + dx, y=point.y + dy) for point in self.points)
        return self._replace(points=moved)

    def turned(self) -> Path:
        """Change rows for columns."""
        turned = tuple(point._replace(x=point.y, y=point.x) for point in self.points)
        return self._replace(points=turned, sideways=not self.sideways)

    def turns(self, start: Point, end: Point) -> tuple[Point, ...]:
        """Give the two points that bend the way between two others; none if it is straight."""
        aside, ahead = end.x - start.x, end.y - start.y
        if self.sideways:
            aside, ahead = ahead, aside
        if not self.curved or abs(aside) <= 0.05 or not ahead:
            return ()
        x, y = (start.x + end.x) / 2, (start.y + end.y) / 2
        if self.sideways:
            return start._replace(x=x), end._replace(x=x)
        return start._replace(y=y), end._replace(y=y)

    def to_svg(self) -> str:
        """Write it."""
        steps = [f"M{_place(*self.points[0])}"]
        for start, end in pairwise(self.points):
            places = [_place(*point) for point in (*self.turns(start, end), end)]
            steps.append(("C" if len(places) > 1 else "L") + " ".join(places))
        if self.closed:
            steps.append("Z")
        style = {"d": "".join(steps)} | dict(self.style)
        if self.arrow:
            style["marker-end"] = "url(#arrow)"
        return f"<path{_attributes({}, style)}/>"


Shape: TypeAlias = "Rectangle | Text | Path"

ARROW = (
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" '
    'markerHeight="7" orient="auto"><path d="M0 0.5L8 4L0 7.5Z" fill="#4d4d4d"/></marker></defs>'
)


def document(shapes: Iterable[Shape], width: float, height: float, about: str) -> str:
    """Write a picture on a white ground; its viewBox lets it scale.

    >>> print(document([Text(4, 9, "a<b", anchor="start")], 20, 12, "less").splitlines()[-2])
    <text x="4" y="9" font-size="11" fill="#1a1a1a">a&lt;b</text>
    """
    size = f'width="{number(width)}" height="{number(height)}"'
    return "\n".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" {size} '
                f'viewBox="0 0 {number(width)} {number(height)}" role="img" '
                f'font-family="{FONT}">'
            ),
            f"<title>{text(about)}</title>",
            ARROW,
            f'<rect {size} fill="#ffffff"/>',
            *(shape.to_svg() for shape in shapes),
            "</svg>\n",
        ]
    )


def text(content: str) -> str:
    """Make a text safe to stand in SVG: markup and control characters lose their meaning."""
    return escape(printable(content).replace("\n", " "))


def _place(x: float, y: float) -> str:
    return f"{number(x)} {number(y)}"


def number(value: float) -> str:
    """Write a coordinate to a tenth.

    >>> number(12.0), number(3.14159), number(-0.01)
    ('12', '3.1', '0')
    """
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


def _attributes(numbers: Mapping[str, float], words: Mapping[str, str]) -> str:
    written = {name: number(value) for name, value in numbers.items()} | dict(words)
    return "".join(f" {name}={quoteattr(value)}" for name, value in written.items())


NARROW = dict.fromkeys("iIjl|!.,:;' ", 0.32) | dict.fromkeys('ftr()[]-/"`', 0.41)
WIDE = dict.fromkeys("mMW@%…", 0.99) | dict.fromkeys("w×+=<>~OQGD", 0.85)


@cache
def _em(character: str) -> float:
    """Tell the width of a character, of the widest of the usual fonts."""
    if combining(character):
        return 0.0
    if east_asian_width(character) in {"W", "F"}:
        return 1.1
    usual = 0.72 if character.isupper() or not character.isascii() else 0.64
    return NARROW.get(character) or WIDE.get(character, usual)


def text_width(content: str, size: float, *, bold: bool = False) -> float:
    """Tell how wide a text becomes at most in the usual fonts.

    >>> 70 < text_width("115,605,504 MACs", 11) < 120
    True
    """
    return sum(map(_em, printable(content))) * size * (1.12 if bold else 1)


def shortened(content: str, limit: int = 34) -> str:
    """Leave out the middle of a name that is too long for a box.

    >>> shortened("conv" + 50 * "x" + "end", 12)
    'convxx…xxend'
    """
    content = printable(content)
    if len(content) <= limit:
        return content
    return f"{content[: (limit + 1) // 2]}…{content[len(content) - (limit - 1) // 2 :]}"
