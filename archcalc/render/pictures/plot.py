"""Report → charts: where parameters and operations sit, and networks against each other.

Drawn by matplotlib, which is imported only here and only when a chart is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from warnings import catch_warnings, simplefilter

from archcalc.errors import UsageError, printable
from archcalc.render.caption import batched, caption
from archcalc.render.pictures.labels import called
from archcalc.render.pictures.raster import SETTINGS, figure, file_of, matplotlib
from archcalc.render.pictures.svg import shortened
from archcalc.render.tables.columns import entering, shape
from archcalc.render.tables.folding import fold_repeats
from archcalc.render.tables.layers import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archcalc.render.tables.folding import FoldedRow
    from archcalc.report import Report

SUFFIXES = (".svg", ".png", ".pdf")
BARS = 1_000
"""More lines than this are no chart."""
ROOMY = 60
"""Up to so many lines each bar has its figure beside it."""
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#E69F00", "#009E73", "#555555"
STYLE = SETTINGS | {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
}


def plot(reports: Sequence[Report], suffix: str = ".svg", depth: int | None = 1) -> bytes:
    """Chart one network along its depth, or several: operations against parameters.

    Gives the file of the suffix: .svg, .png or .pdf. The same call gives the same bytes. Raises
    UsageError for another suffix, or where matplotlib is not installed.
    """
    if suffix not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise UsageError.of(
            "unknown-suffix", f"no chart is written to `{suffix}`", f"one of {known}"
        )
    with matplotlib().rc_context(STYLE), catch_warnings():
        simplefilter("ignore")  # a font without some letter of a name
        return file_of(
            profile(reports[0], depth) if len(reports) == 1 else scatter(reports), suffix
        )


def page(width: float, height: float) -> Any:  # noqa: ANN401 - matplotlib's own class
    """Make a chart of a size in inches, laid out by itself."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine  # noqa: PLC0415

    found = figure(width, height, dpi=120)
    found.set_layout_engine(ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.12))
    return found


def profile(report: Report, depth: int | None = 1) -> Any:  # noqa: ANN401
    """Chart each layer's share of parameters and MACs as two bars, and the size of its output."""
    lines = fold_repeats(report.fold(depth))
    if len(lines) > BARS:
        message = (
            f"{report.name} has {len(lines):,} lines at this depth; {BARS:,} are charted at most"
        )
        raise UsageError.of("too-large", message, "chart less with --depth 1")
    each = 0.36 if len(lines) <= ROOMY else 0.17
    chart = page(11, 1.6 + each * max(len(lines), 4))
    shares, sizes = chart.subplots(1, 2, sharey=True, width_ratios=(3, 2))
    _shares(shares, report, lines)
    _sizes(sizes, lines)
    sizes.tick_params(axis="y", labelleft=False)
    chart.suptitle(_title(report), x=0.01, ha="left", fontweight="bold", fontsize=12)
    found = caption(report)
    said = f"{found['convention']}; {report.scope}; {found['spec']}; archcalc {found['archcalc']}"
    chart.supxlabel(printable(said), x=0.01, ha="left", fontsize=6.5, color=GREY)
    return chart


def _title(report: Report) -> str:
    said = f"{shortened(called(report), 60)}, input {entering(report.inputs)}{batched(report)}"
    return said if report.nodes else f"{said}: {NOTHING}"


def _shares(axes: Any, report: Report, lines: Sequence[FoldedRow]) -> None:  # noqa: ANN401
    """Draw the paired bars; each says its exact figure."""
    total = report.total
    pairs = (
        ("parameters", BLUE, -0.2, [line.row.parameters for line in lines], total.parameters),
        ("MACs", ORANGE, 0.2, [line.row.macs for line in lines], total.macs),
    )
    for word, color, shift, counts, whole in pairs:
        places = [i + shift for i in range(len(lines))]
        shares = [100 * count / whole if whole else 0.0 for count in counts]
        label = f"{word}: {whole:,}"
        axes.barh(places, shares, 0.38, color=color, label=label, edgecolor="black", linewidth=0.3)
        _beside(axes, places, shares, counts)
    axes.set_yticks(range(len(lines)), [_label(line) for line in lines])
    if len(lines) > ROOMY:
        axes.tick_params(axis="y", labelsize=6)
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.set_xlim(0, 1.28 * max((bar.get_width() for bar in axes.patches), default=1.0) or 1.0)
    axes.set_xticks([tick for tick in axes.get_xticks() if tick <= min(100, axes.get_xlim()[1])])
    axes.set_xlabel("share of all, %")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False)


def _sizes(axes: Any, lines: Sequence[FoldedRow]) -> None:  # noqa: ANN401
    sizes = [line.row.output.size for line in lines]
    places = list(range(len(lines)))
    axes.barh(places, sizes, 0.6, color=GREEN, edgecolor="black", linewidth=0.3)
    words = [f"{line.row.output.size:,} = {shape(line.row.output)}" for line in lines]
    plain = [word if "x" in word else f"{size:,}" for word, size in zip(words, sizes, strict=True)]
    _beside(axes, places, sizes, plain)
    axes.set_xlim(0, 1.75 * max(sizes, default=1))
    axes.set_xlabel("size of the output, elements per sample")
    plain_ticks(axes.xaxis)


def _beside(
    axes: Any,  # noqa: ANN401
    places: Sequence[float],
    ends: Sequence[float],
    figures: Sequence[int | str],
) -> None:
    if len(places) > 2 * ROOMY:
        return
    for place, end, value in zip(places, ends, figures, strict=True):
        if value:
            said = value if isinstance(value, str) else f"{value:,}"
            axes.annotate(
                said,
                (end, place),
                (3, 0),
                textcoords="offset points",
                va="center",
                fontsize=6.5,
                color="#333333",
            )


def _label(line: FoldedRow) -> str:
    times = f" × {line.times}" if line.times > 1 else ""
    return shortened(line.row.path, 40) + times


def scatter(reports: Sequence[Report]) -> Any:  # noqa: ANN401
    """Chart operations against parameters, each network with its name beside it."""
    chart = page(8.5 + 0.06 * len(reports), 6.0 + 0.06 * len(reports))
    axes = chart.subplots()
    xs = [report.total.parameters for report in reports]
    ys = [report.total.macs for report in reports]
    if min(*xs, *ys) > 0 and (max(xs) > 8 * min(xs) or max(ys) > 8 * min(ys)):
        axes.set(xscale="log", yscale="log")
    axes.margins(0.14)
    axes.scatter(xs, ys, s=34, color=BLUE, edgecolor="black", linewidth=0.5, zorder=3)
    axes.grid(visible=True, which="major", color="#dddddd", linewidth=0.6)
    axes.set_xlabel("parameters")
    axes.set_ylabel("MACs per sample")
    axes.set_title("Operations against parameters", loc="left", fontweight="bold")
    plain_ticks(axes.xaxis, axes.yaxis)
    inputs = {entering(report.inputs) for report in reports}
    seen = f"input {inputs.pop()}" if len(inputs) == 1 else "each network on its own input"
    said = f"{caption(reports[0])['convention']}; {seen}{batched(reports[0])}"
    chart.supxlabel(printable(said), x=0.01, ha="left", fontsize=6.5, color=GREY)
    chart.canvas.draw()
    chart.set_layout_engine("none")
    _name_points(axes, [_short(report) for report in reports], list(zip(xs, ys, strict=True)))
    return chart


def plain_ticks(*axes: Any) -> None:  # noqa: ANN401
    """Mark whole numbers, or powers of ten (few: also 2 and 5 times each); write 10^7 as 10 M."""
    from matplotlib.ticker import (  # noqa: PLC0415
        EngFormatter,
        LogLocator,
        MaxNLocator,
        NullFormatter,
    )

    for axis in axes:
        if axis.get_scale() == "log":
            low, high = axis.get_view_interval()
            axis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 200 * low else (1,)))
            axis.set_minor_formatter(NullFormatter())
        else:
            axis.set_major_locator(MaxNLocator("auto", integer=True))
        axis.set_major_formatter(EngFormatter())


def _short(report: Report) -> str:
    return shortened(report.graph.origin.id, 32)


class Room(NamedTuple):
    """A rectangle on the page."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: Room) -> bool:
        """Tell whether two rectangles overlap."""
        aside = self.right <= other.left or other.right <= self.left
        return not (aside or self.top <= other.bottom or other.top <= self.bottom)

    def within(self, page: Room) -> bool:
        """Tell whether a rectangle lies inside another."""
        across = page.left <= self.left and self.right <= page.right
        return across and page.bottom <= self.bottom and self.top <= page.top


def _name_points(axes: Any, names: Sequence[str], points: Sequence[tuple[int, int]]) -> None:  # noqa: ANN401
    """Put names near their points where nothing else stands, the nearest free place first."""
    places = [tuple(map(float, axes.transData.transform(point))) for point in points]
    taken = [Room(x - 6, y - 6, x + 6, y + 6) for x, y in places]
    renderer = axes.figure.canvas.get_renderer()
    for name, point, (x, y) in zip(names, points, places, strict=True):
        note = axes.annotate(
            name, point, (0, 0), textcoords="offset pixels", fontsize=8, zorder=4, va="center"
        )
        found = note.get_window_extent(renderer)
        size = found.width + 4, found.height + 2
        dx, dy, room = free_place((x, y), size, taken, Room(*axes.bbox.extents))
        note.set_position((dx, dy))
        taken.append(room)
        if abs(dx) > 12 or abs(dy) > 14:
            near = (min(max(x, room.left), room.right), min(max(y, room.bottom), room.top))
            ends = axes.transData.inverted().transform([(x, y), near])
            axes.plot(
                *zip(*ends, strict=True),
                color=GREY,
                linewidth=0.5,
                zorder=2,
                scalex=False,
                scaley=False,
            )


def free_place(
    point: tuple[float, float], size: tuple[float, float], taken: Sequence[Room], page: Room
) -> tuple[float, float, Room]:
    """Find the nearest place for a label: the offset of its left middle, and the room it takes.

    >>> page = Room(-100, -100, 100, 100)
    >>> free_place((0, 0), (40, 10), [], page)[:2]
    (10.0, 0.0)
    >>> free_place((0, 0), (40, 10), [Room(5, -5, 60, 5)], page)[:2]
    (-50.0, 0.0)
    """
    (x, y), (width, height) = point, size
    for dx, dy in _offsets(width, height):
        room = Room(x + dx, y + dy - height / 2, x + dx + width, y + dy + height / 2)
        if room.within(page) and not any(room.meets(other) for other in taken):
            return dx, dy, room
    raise UsageError.of("too-large", "too many networks for one chart", "chart fewer of them")


def _offsets(width: float, height: float) -> Iterator[tuple[float, float]]:
    """List places around a point, farther and farther away."""
    for ring in range(60):
        up = ring * height * 0.75
        right, left = 10.0 + 4 * ring, -10.0 - 4 * ring - width
        yield from ((right, up), (left, up), (right, -up), (left, -up))
        if ring:
            yield from ((-width / 2, up + height / 2), (-width / 2, -up - height / 2))
