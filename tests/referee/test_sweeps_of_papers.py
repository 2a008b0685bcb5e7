"""Papers that vary a network by hand: each as one command, the paper's own numbers beside."""

from __future__ import annotations

import re
import shlex
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

import archcalc
from archcalc.cli.run import run
from archcalc.referee.sweeps.axis import Axis, read_axis, read_vary
from archcalc.referee.sweeps.space import Space
from archcalc.referee.sweeps.sweep import sweep
from archcalc.spec.library import families

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archcalc.referee.sweeps.plan import Outcome
    from archcalc.referee.sweeps.sweep import Sweep

COMMANDS = [
    (path.stem, line)
    for path in families()
    for line in re.findall(r"^# +archcalc (sweep .*)$", path.read_text("utf-8"), re.MULTILINE)
]


@pytest.mark.parametrize(("family", "line"), COMMANDS)
def test_the_notes_of_families_run(
    capsys: pytest.CaptureFixture[str], family: str, line: str
) -> None:
    words = shlex.split(line)
    if "--first" in words:  # minutes of them
        words[words.index("--first") + 1] = "2"
    assert run(words) == 0, family
    assert "variants of" in capsys.readouterr().out


def test_all_three_papers_are_there() -> None:
    assert [family for family, _ in COMMANDS] == [
        *["efficientnet"] * 3, *["mobilenet-v1"] * 3, *["regnet"] * 2,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("vary", "printed", "parameters"),
    [
        ("width=0.25..1..0.25", [41, 149, 325, 569], [0.5, 1.3, 2.6, 4.2]),  # Table 6
        ("resolution=128..224..32", [186, 290, 418, 569], [4.2] * 4),  # Table 7
    ],
)
def test_the_tables_of_mobilenet(vary: str, printed: list[int], parameters: list[float]) -> None:
    """Howard et al. 2017, in millions: 290.7 is printed as 290, all others are rounded."""
    found = sweep("mobilenet-v1", [read_vary(vary)]).outcomes
    macs = [one.figures["macs"] for one in found]
    assert all(
        million in {n // 10**6, round(n / 10**6)} for n, million in zip(macs, printed, strict=True)
    )
    assert [round(one.figures["parameters"] / 10**6, 1) for one in found] == parameters


def test_the_scaling_of_efficientnet() -> None:
    """1.2 · 1.1² · 1.15² is 1.92; 23 blocks for 16 and sides of 9 for 7 make more of it."""
    vary: dict[str, list[float]] = {"depth": [1, 1.2], "width": [1, 1.1], "resolution": [224, 258]}
    outcomes = sweep("efficientnet-b0", vary).outcomes
    first, last = outcomes[0].figures["macs"], outcomes[-1].figures["macs"]
    scaled = archcalc.count(archcalc.load("efficientnet-b0", depth=1.2, width=1.1, resolution=258))
    own = archcalc.count("efficientnet-b0")
    assert Fraction("1.2") * Fraction("1.1") ** 2 * Fraction("1.15") ** 2 == Fraction("1.920270")
    assert (first, last) == (own.total.macs, scaled.total.macs)
    assert round(last / first, 2) == 2.57
    assert [sum(row.op == "mbconv" for row in r.fold(2)) for r in (own, scaled)] == [16, 23]
    assert [str(r["stage9"].output)[-3:] for r in (own, scaled)] == ["7x7", "9x9"]


def test_what_doubles_an_efficientnet() -> None:
    """What keeps Equation 3, depth · width² · resolution² near 2, and what doubles the work."""
    vary = {"depth": "1..2..0.1", "width": "1..1.4..0.05", "resolution": "224..320..8"}
    product = "depth * width * width * resolution * resolution / 224 / 224"
    rule = sweep("efficientnet-b0", vary, where=f"1.92 <= {product} <= 2.08", sort="macs")
    work = sweep("efficientnet-b0", vary, where="macs > 733000000", max_macs="810M")
    numbers = ({one.number for one in found.outcomes} for found in (rule, work))
    assert (rule.fitting, work.fitting, len(set.intersection(*numbers))) == (63, 42, 7)
    own = archcalc.count("efficientnet-b0").total.macs
    ratios = [one.figures["macs"] / own for one in rule.outcomes]
    assert (round(ratios[0], 2), round(ratios[-1], 2)) == (1.89, 3.19)
    assert all(1.9 <= one.figures["macs"] / own <= 2.1 for one in work.outcomes)


STAGE = {"depths": "1..16..log", "widths": "8..1024..8..log", "ratios": "1|2|4"}
GROUPS = {"groups": "1..32..x2"}
REGIME = {"where": "macs >= 360000000", "max_macs": "400M"}


def four(stage: dict[str, str]) -> list[Axis]:
    """Vary something of each of four stages."""
    return [read_axis(name, f"[{values}]*4") for name, values in stage.items()]


SHARED = [read_axis("ratio", "1,2,4"), read_axis("group", "1..32..x2")]


@pytest.mark.parametrize(
    ("axes", "printed"),
    [
        (four({**STAGE, **GROUPS}), "1.8e+18"),
        ([*four({k: STAGE[k] for k in ("depths", "widths")} | GROUPS), SHARED[0]], "6.8e+16"),
        ([*four({k: STAGE[k] for k in ("depths", "widths")}), *SHARED], "3.2e+14"),
        (  # "~64^4 · 6 · 3 ... by quantizing its continuous parameters"
            [read_axis(name, "1..64") for name in ("depth", "w0", "wa", "wm")] + SHARED,
            "3.0e+08",
        ),
    ],
    ids=["AnyNetX_A", "AnyNetX_B", "AnyNetX_C", "RegNet"],
)
def test_the_sizes_of_the_spaces(axes: list[Axis], printed: str) -> None:
    """Radosavovic et al. 2020, Table 1."""
    assert f"{float(Space(tuple(axes), draws=1).combinations):.1e}" == printed


def test_networks_of_one_regime() -> None:
    """Between 360 and 400 million; widths become what the groups divide."""
    axes = four({**STAGE, **GROUPS})
    found = sweep("regnetx-400mf", axes, draws=10_000, first=3, **REGIME)  # type: ignore[arg-type]
    assert (found.fitting, found.failed) == (3, 0)
    for one in found.outcomes:
        macs = archcalc.count(archcalc.load("regnetx-400mf", **one.values)).total.macs
        assert macs == one.figures["macs"]
        assert 360_000_000 <= macs <= 400_000_000


def rising(one: Outcome) -> bool:
    widths = one.values["widths"]
    assert isinstance(widths, tuple)
    return widths == tuple(sorted(widths))


def five_hundred(axes: Sequence[Axis], draws: int, blocks: str) -> Sweep:
    """Draw until 500 are of the regime; tell how blocks and fourth widths are spread."""
    spread = [blocks, "widths[3]"]
    return sweep("regnetx-400mf", axes, draws=draws, first=500, quartiles=spread, **REGIME)  # type: ignore[arg-type]


@pytest.mark.peers
def test_five_hundred_of_the_first_space() -> None:
    """What the note of the family says; minutes."""
    found = five_hundred(four({**STAGE, **GROUPS}), 100_000, "sum(depths)")
    assert (found.tried, found.fitting, found.failed) == (23_108, 500, 0)
    assert [(one.least, one.median, one.most) for one in found.quartiles] == [
        (4, 17, 44),
        (8, 72, 1016),
    ]
    assert sum(map(rising, found.outcomes)) == 24


@pytest.mark.peers
def test_five_hundred_lines() -> None:
    """The same of the last space."""
    texts = (
        "depth=1..63", "w0=8..248..8..log", "wa=8..255.9..0.1..log", "wm=1.5..3..0.001..log",
    )  # fmt: skip
    found = five_hundred([*map(read_vary, texts), *SHARED], 400_000, "depth")
    assert (found.tried, found.fitting, found.failed) == (219_222, 500, 189_911)
    assert [one.median for one in found.quartiles] == [26, 544]


def test_lines_of_other_than_four_stages_are_mistakes() -> None:
    vary = {"depth": "1..63", "w0": "8..248..8..log", "wa": "8..255.9..0.1..log", "wm": "1.5,2.5,3"}
    found = sweep("regnetx-400mf", vary, draws=300)
    assert found.tried == found.fitting + found.failed == 300
    for one in found.outcomes:
        line = archcalc.load("regnetx-400mf", **one.values).parameters["line"]
        assert isinstance(line, tuple)
        assert len(line[0]) == 4
        assert sum(line[0]) == one.values["depth"]
    assert {re.sub(r"`\d+`|\b\d+\b", "N", one.error) for one in found.errors} <= {
        "`stages` is N, not N",
        'step N of this staircase has no block (line N: "=staircase(depth, w0, wa, wm, N)")',
    }
