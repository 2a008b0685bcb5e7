"""A sweep → a chart: all variants that fit as a cloud of points, and those that none beats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, simplefilter

from archcalc.errors import UsageError, printable
from archcalc.referee.sweeps.selection import front_of
from archcalc.render.pictures.plot import BLUE, GREY, ORANGE, STYLE, SUFFIXES, page, plain_ticks
from archcalc.render.pictures.raster import file_of, matplotlib
from archcalc.render.pictures.svg import shortened
from archcalc.render.tables.columns import QUANTITIES

if TYPE_CHECKING:
    from archcalc.referee.sweeps.sweep import Sweep

MOST = 20_000
"""Points that are drawn; of more every second or third, and all of the front."""
MOST_SHOWN = 10**280
"""The largest figure of a chart: its axes go on beyond, and are floats."""


def cloud(found: Sweep, suffix: str = ".svg") -> bytes:
    """Chart a sweep that kept its cloud; its front is a line through the points that none beats.

    Gives the file of the suffix: .svg, .png or .pdf. Raises UsageError for another suffix, where
    nothing fits, for figures beyond all floats, or where matplotlib is not installed.
    """
    check(suffix)
    if not found.selection.cloud:
        raise UsageError.of("nothing-to-chart", "no variant fits: there is nothing to chart")
    if max(map(max, found.selection.cloud)) > MOST_SHOWN:
        raise UsageError.of("too-large", "a figure is larger than what a chart can show")
    with matplotlib().rc_context(STYLE), catch_warnings():
        simplefilter("ignore")  # a font without some letter of a name
        return file_of(_chart(found), suffix)


def check(suffix: str) -> None:
    """Refuse another kind of file, before all is counted."""
    if suffix not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        message = f"no chart is written to `{suffix}`"
        raise UsageError.of("unknown-suffix", message, f"one of {known}")


def _chart(found: Sweep) -> Any:  # noqa: ANN401 - matplotlib's own class
    selection = found.selection
    names, points = selection.axes or ("", ""), selection.cloud
    large = [aim.large for aim in selection.front[:2]] or [False, False]
    chart = page(8.5, 6.0)
    axes = chart.subplots()
    every = -(-len(points) // MOST)
    axes.scatter(*zip(*points[::every], strict=True), s=9, color=BLUE, alpha=0.5, linewidth=0)
    best = front_of(points, (large[0], large[1]))
    label = f"{len(best):,} that none beats"
    axes.plot(*zip(*best, strict=True), color=ORANGE, marker="o", markersize=4, label=label)
    if all(min(some) > 0 and max(some) > 8 * min(some) for some in zip(*points, strict=True)):
        axes.set(xscale="log", yscale="log")
    axes.grid(visible=True, which="major", color="#dddddd", linewidth=0.6)
    axes.set_xlabel(_said(names[0]))
    axes.set_ylabel(_said(names[1]))
    many = "variant" if len(points) == 1 else "variants"
    title = f"{len(points):,} {many} of {shortened(found.plan.subject.id, 40)}"
    axes.set_title(title, loc="left", fontweight="bold")
    axes.legend(frameon=False)
    plain_ticks(axes.xaxis, axes.yaxis)
    chart.supxlabel(printable(_under(found, every)), x=0.01, ha="left", fontsize=6.5, color=GREY)
    return chart


def _said(name: str) -> str:
    return QUANTITIES[name].column.title if name in QUANTITIES else name


def _under(found: Sweep, every: int) -> str:
    """Say what varies, and how much of it is drawn."""
    varied = ", ".join(f"{axis.name} ({axis.size:,})" for axis in found.plan.space.axes)
    said = f"varied: {varied}; {found.tried:,} counted, {found.fitting:,} fit"
    return f"{said}; 1 point in {every} is drawn" if every > 1 else said
