"""Papers that vary a network by hand: each as one command, the paper's own numbers beside."""

from __future__ import annotations

import re
import shlex
from fractions import Fraction
from statistics import median

import pytest

import archcalc
from archcalc.cli.run import run
from archcalc.referee.sweeps.axis import read_axis, read_vary
from archcalc.referee.sweeps.space import Space
from archcalc.referee.sweeps.sweep import sweep
from archcalc.spec.library import families

COMMANDS = [
    (path.stem, line)
    for path in families()
    for line in re.findall(r"^# +archcalc (sweep .*)$", path.read_text("utf-8"), re.MULTILINE)
]
DEPTHS = "[1..2,1..4,2..8,4..16]"
WIDTHS = "[16..64..16,32..128..16,64..256..16,128..512..16]"


@pytest.mark.parametrize(("family", "line"), COMMANDS)
def test_the_notes_of_families_run(
    capsys: pytest.CaptureFixture[str], family: str, line: str
) -> None:
    words = shlex.split(line)
    if "--first" in words:  # a minute of them
        words[words.index("--first") + 1] = "20"
    assert run(words) == 0, family
    assert "variants of" in capsys.readouterr().out


def test_all_three_papers_are_there() -> None:
    assert [family for family, _ in COMMANDS] == [
        "efficientnet", "efficientnet", "mobilenet-v1", "mobilenet-v1", "regnet",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("vary", "printed"),
    [
        ("width=0.25..1..0.25", [41, 149, 325, 569]),  # Howard et al. 2017, Table 6
        ("resolution=128..224..32", [186, 290, 418, 569]),  # Table 7
    ],
)
def test_the_tables_of_mobilenet(vary: str, printed: list[int]) -> None:
    """In millions: 290.7 is printed as 290, all others are rounded."""
    found = [one.figures["macs"] for one in sweep("mobilenet-v1", [read_vary(vary)]).outcomes]
    assert all(
        million in {n // 10**6, round(n / 10**6)} for n, million in zip(found, printed, strict=True)
    )


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


def test_the_space_that_regnet_began_with() -> None:
    """Radosavovic et al. 2020, section 3.2: some 10^18 networks."""
    stage = {"d": "1..16", "w": "8..1024..8", "b": "1,2,4", "g": "1..32..x2"}
    axes = [read_axis(f"{name}{i}", values) for i in range(4) for name, values in stage.items()]
    assert Space(tuple(axes)).combinations == (16 * 128 * 3 * 6) ** 4
    assert 10**18 < (16 * 128 * 3 * 6) ** 4 < 2 * 10**18


def test_networks_of_one_regime_like_those_of_regnet() -> None:
    """Between 360 and 400 million, drawn of a space of 13 million."""
    options = {"where": "macs >= 360000000", "max_macs": "400M", "draws": 20_000, "first": 20}
    vary = {"depths": DEPTHS, "widths": WIDTHS, "group": "8,16"}
    found = sweep("regnetx-400mf", vary, **options)  # type: ignore[arg-type]
    assert found.fitting == 20
    for one in found.outcomes[:5]:
        macs = archcalc.count(archcalc.load("regnetx-400mf", **one.values)).total.macs
        assert macs == one.figures["macs"]
        assert 360_000_000 <= macs <= 400_000_000
    depths = [sum(one.values["depths"]) for one in found.outcomes]  # type: ignore[call-overload]
    assert 8 <= median(depths) <= 30
