"""Paths: what is below what, and finding it without reading everything."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archcalc import count
from archcalc.convention.figure import apply
from archcalc.paths import Index, is_within, prefixes
from archcalc.spec.family import interpret
from archcalc.spec.reader import Source, read
from tests.steps import steps

SEGMENTS = st.lists(st.sampled_from(["a", "b", "a1", "a-b", "A", "é"]), min_size=1, max_size=4)
PATHS = st.builds(
    lambda segments, beside: "/".join(segments) + beside, SEGMENTS, st.sampled_from(["", ".relu"])
)


@given(st.lists(PATHS), PATHS)
def test_an_index_finds_what_a_look_at_every_path_finds(paths: list[str], wanted: str) -> None:
    index = Index(paths)

    for whole in (*prefixes(wanted), *paths):
        assert index[whole] == [i for i, path in enumerate(paths) if is_within(path, whole)]


@given(PATHS)
def test_a_path_is_within_each_of_its_prefixes_and_in_nothing_else(path: str) -> None:
    assert list(prefixes(path))[-1] == path
    assert all(is_within(path, prefix) for prefix in prefixes(path))
    assert not is_within(path, f"{path}1")
    assert not is_within(path, path[:-1])


def work(layers: int) -> int:
    """Tell how many steps the figures of all rows of a chain take."""
    text = "input: 4x8x8\nlayers:\n" + "  - {conv: 4, kernel: 1}\n" * layers
    report = count(interpret(read(Source("chain.yaml", text)), "chain"))
    figure, paths = apply(report, "macs"), [row.path for row in report.rows]

    return steps(lambda: sum(map(figure.of, paths)))


def test_figures_of_rows_take_work_that_grows_with_their_number() -> None:
    work(10)  # whatever is done once
    assert work(2_000) < 6 * work(500)  # 4 times as many: 16 times if each read all
