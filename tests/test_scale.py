"""Long chains and large numbers."""

from __future__ import annotations

import sys
from io import StringIO
from typing import TYPE_CHECKING

import pytest

import archcalc
from archcalc import limits
from archcalc.render.tables.layers import layers as tabulate
from tests.steps import steps

if TYPE_CHECKING:
    from collections.abc import Callable

LINE = "  - {conv: 4, kernel: 3, padding: 1}\n"
ONE = 4 * (4 * 9 + 1)


def chain(layers: int) -> str:
    """Write a chain with one line for each layer."""
    return "input: 4x8x8\nlayers:\n" + LINE * layers


def repeated(layers: int) -> str:
    """Write a chain with one line for all layers."""
    return f"input: 4x8x8\nlayers: [{{conv: 4, kernel: 3, padding: 1, repeat: {layers}}}]"


def surrounded(layers: int) -> str:
    """Write one layer with all others after it."""
    return f"input: 4x8x8\nlayers: [{{conv: 4, kernel: 1, after: [{'relu, ' * layers}]}}]"


def counted(text: str) -> None:
    """Read, expand and count a spec."""
    assert archcalc.count(archcalc.load(StringIO(text))).rows


def test_long_chains_are_written_line_by_line() -> None:
    layers = 10_000
    report = archcalc.count(archcalc.load(StringIO(chain(layers))))

    assert len(report.rows) == layers
    assert report.total.parameters == layers * ONE
    assert report.rows[-1].path == f"conv{layers}"
    assert report[f"conv{layers // 2}"].parameters == ONE


def test_a_chain_of_100_000_layers_does_not_recurse() -> None:
    spec = archcalc.load(StringIO(repeated(100_000)))
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(300)
    try:
        report = archcalc.count(spec)
        total, live = report.total, report.memory().live
        field = report["conv1"].field
    finally:
        sys.setrecursionlimit(limit)

    assert total.parameters == 100_000 * ONE
    assert live == 2 * 256  # what enters a layer and what leaves it
    assert field
    assert field.size == (3 + 99_999 * 2,) * 2


@pytest.mark.parametrize("write", [repeated, chain, surrounded])
def test_work_grows_with_the_length_and_not_faster(write: Callable[[int], str]) -> None:
    with limits.raised(around=2_000):
        counted(write(100))  # whatever is done once
        short = steps(lambda: counted(write(200)))
        long = steps(lambda: counted(write(2_000)))

    assert long < 15 * short  # 10 if it is linear, 100 if it were quadratic


def test_deep_blocks_unroll_without_recursion_over_the_graph() -> None:
    levels = 30
    blocks = "".join(
        f"  b{n}: {{layers: [{{block: b{n + 1}}}, {{conv: 4, kernel: 1}}]}}\n"
        for n in range(levels)
    )
    text = f"input: 4x8x8\nblocks:\n{blocks}  b{levels}: {{layers: [relu]}}\nlayers: [block: b0]"

    assert archcalc.count(archcalc.load(StringIO(text))).total.parameters == levels * 20


def test_counts_beyond_64_bits_are_exact() -> None:
    side = 2**40
    report = archcalc.count(
        archcalc.load(StringIO(f"input: 1x{side}x{side}\nlayers: [{{conv: 3, kernel: 1}}]"))
    )

    assert report.total.connections == 2 * 3 * side * side  # one tap and one bias each
    assert report.total.macs == 3 * 2**80
    assert report.total.parameters == 6


def test_huge_padding_is_counted_without_looking_at_each_pixel() -> None:
    text = f"input: 1x9x9\nlayers: [{{conv: 1, kernel: 3, padding: {10**15}}}]"
    row = archcalc.count(archcalc.load(StringIO(text))).rows[0]
    side = 9 + 2 * 10**15 - 2

    assert row.connections == 10 * side**2
    assert row.connections_in_bounds == (9 * 3) ** 2 + side**2  # each pixel is read by 9 windows


def test_huge_windows_are_counted_without_looking_at_each_tap() -> None:
    size = 10**12
    text = f"input: 1x{size}x{size}\nlayers: [{{conv: 1, kernel: {size}, padding: 1}}]"
    row = archcalc.count(archcalc.load(StringIO(text))).rows[0]  # or it would never end

    assert row.weights == size**2
    # 3 windows a side: all but one row of pixels, all of them, all but one
    assert row.connections_in_bounds == (3 * size - 2) ** 2 + 9


def test_huge_fixed_sizes_are_counted_without_looking_at_each_window() -> None:
    size = 10**12
    text = f"input: 1x{2 * size}x3\nlayers: [{{op: avgpool, output: {size}x1}}]"
    row = archcalc.count(archcalc.load(StringIO(text))).rows[0]

    assert row.work.add == 2 * size * 3 - size  # each window is 2x3
    assert row.work.div == size


def test_a_table_of_what_is_unknown_grows_with_its_length_and_not_faster() -> None:
    def tabulated(number: int) -> int:
        each = "".join(f"  - {{opaque: 4x8x8, holds: {{w: {n + 1}}}}}\n" for n in range(number))
        report = archcalc.count(archcalc.load(StringIO(f"input: 4x8x8\nlayers:\n{each}")))
        return steps(lambda: len(tabulate(report, depth=None).rows))

    tabulated(20)  # whatever is done once
    assert tabulated(1_500) < 15 * tabulated(150)  # 10 if it is linear, else 100 and more
