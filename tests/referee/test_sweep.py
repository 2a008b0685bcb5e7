"""Sweeps: what varies, which variants fit, and which are shown."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from io import StringIO
from math import log
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archcalc
from archcalc.errors import ArchcalcError, UsageError
from archcalc.referee.sweeps.axis import read_axis, read_vary
from archcalc.referee.sweeps.plan import Outcome, Plan
from archcalc.referee.sweeps.quartiles import Spread
from archcalc.referee.sweeps.request import shape_for
from archcalc.referee.sweeps.selection import front_of
from archcalc.referee.sweeps.space import Space
from archcalc.referee.sweeps.subject import Subject
from archcalc.referee.sweeps.sweep import sweep

DENSE = {"growth": "12..48..12"}
"""Four variants of DenseNet-121, of 1.4, 4.7, 10.0 and 17.1 million parameters."""


def values(text: str) -> list[object]:
    axis = read_vary(text)
    return [axis.at(i) for i in range(axis.size)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("k=12,24,32", [12, 24, 32]),
        ("k=2..5", [2, 3, 4, 5]),
        ("k=12..48..12", [12, 24, 36, 48]),
        ("k=12..47..12", [12, 24, 36]),
        ("k=3..1..-1", [3, 2, 1]),
        ("k=0.25..1..0.25", [Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), 1]),
        ("k=16..128..x2", [16, 32, 64, 128]),
        ("k=100..120..x1.1", [100, 110]),
        ("k=8..1..x0.5", [8, 4, 2, 1]),
        ("k=basic,bottleneck", ["basic", "bottleneck"]),
        ("k=true,false", [True, False]),
        ("k=1..2,8", [1, 2, 8]),
        ("k=8..24..8..log", [8, 16, 24]),
        ("k=1.5..1.6..0.05..log", [Fraction(3, 2), Fraction(31, 20), Fraction(8, 5)]),
        ("k=[3,4,6,3],[3,4,23,3]", [(3, 4, 6, 3), (3, 4, 23, 3)]),
        ("k=[1..2,4|6]", [(1, 4), (1, 6), (2, 4), (2, 6)]),
        ("k=[[1,2],3]", [((1, 2), 3)]),
        ("k=[1|2]*2", [(1, 1), (1, 2), (2, 1), (2, 2)]),
        ("k=[3,[4]*2]*2,5", [(3, (4, 4), 3, (4, 4)), 5]),
        ("k=[]", [()]),
        ("input=224,1x28x28", [224, "1x28x28"]),
    ],
)
def test_what_an_axis_takes(text: str, expected: list[object]) -> None:
    assert values(text) == expected


def test_values_of_a_call_stay_what_they_are() -> None:
    axis = read_axis("k", [0.5, (1, 2), "same"])
    assert [axis.at(i) for i in range(3)] == [Fraction(1, 2), (1, 2), "same"]


AS_IN = "\n  hint: as in `growth=12..48..4`, `width=16..256..x2`, `block=basic,bottleneck`"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("k", "`--vary k` is not NAME=VALUES"),
        ("k=", "`--vary k=` is not NAME=VALUES"),
        ("k=3..1", "`k`: `3..1` never reaches its end"),
        ("k=1..3..0", "`k`: `1..3..0` never reaches its end"),
        ("k=1..8..x1", "`k`: `1..8..x1` never reaches its end"),
        ("k=0..8..x2", "`k`: `0..8..x2` never reaches its end"),
        (
            "k=0..8..log",
            "`k`: `0..8..log` is drawn by its logarithm: it begins above 0 and rises",
        ),
        (
            "k=8..1..-1..log",
            "`k`: `8..1..-1..log` is drawn by its logarithm: it begins above 0 and rises",
        ),
        ("k=1..8..2..lin", "`k`: `1..8..2..lin` is neither a value nor a range"),
        ("k=1..", "`k`: `1..` is neither a value nor a range"),
        pytest.param(
            f"k=1..{'9' * 5000}",
            f"`k`: `1..{'9' * 54}...` is neither a value nor a range",
            id="longer than any number",
        ),
        ("k=1,,2", "`k`: an empty text is neither a value nor a range"),
        ("k=[1..2]*0", "`k`: `[1..2]*0` is neither a value nor a range"),
        ("k=[1,2", "`k`: the brackets of `[1,2` do not pair"),
        ("k=1]", "`k`: the brackets of `1]` do not pair"),
    ],
)
def test_what_is_no_axis(text: str, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_vary(text)
    assert str(raised.value) == f"error[wrong-type]: {said}{AS_IN}"


def test_values_between_may_have_too_many_digits() -> None:
    """Both ends have 290 digits, 1 + 10^-290 twice as many: 1,931 bits."""
    with pytest.raises(UsageError) as raised:
        read_vary(f"k=.{290 * '0'}1..1{290 * '0'}..1")
    assert str(raised.value) == (
        "error[too-large]: `k`: a number of 1,931 bits; a spec may have 1,024\n"
        "  hint: `--limit integer_bits=N` raises the bound of 1,024"
    )


def test_the_last_axis_changes_first() -> None:
    space = Space((read_vary("a=1,2"), read_vary("b=x,y,z")))
    assert [tuple(space.at(i).values()) for i in range(space.size)] == [
        (1, "x"), (1, "y"), (1, "z"), (2, "x"), (2, "y"), (2, "z"),
    ]  # fmt: skip


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 100, 1000])
def test_all_draws_are_all_variants_once(size: int, seed: int) -> None:
    space = Space((read_vary(f"k=1..{size}"),), draws=size, seed=seed)
    assert sorted(space.at(i)["k"] for i in range(size)) == list(range(1, size + 1))  # type: ignore[type-var]


def test_draws_are_even_and_follow_from_the_seed() -> None:
    axes = (read_vary("k=1..1000000"), read_vary("block=a,b,c,d"))
    space, same, other = (Space(axes, draws=4000, seed=seed) for seed in (5, 5, 6))
    drawn = [space.at(i) for i in range(4000)]
    assert drawn[:50] == [same.at(i) for i in range(50)]
    assert drawn[:50] != [other.at(i) for i in range(50)]
    blocks = Counter(one["block"] for one in drawn)
    tenths = Counter(int(str(one["k"])) * 10 // 1_000_001 for one in drawn)
    assert all(abs(n - 1000) < 5 * 1000**0.5 for n in blocks.values())
    assert all(abs(n - 400) < 5 * 400**0.5 for n in tenths.values())


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("k=1..1" + 30 * "0", 10**30),  # more than a float has digits for
        ("k=0..1" + 30 * "0" + "..3", (10**30 + 2) // 3),  # 0, 3, ..., 10^30 - 1
        ("k=1" + 30 * "0" + "..1..-1", 10**30),
    ],
    ids=["by one", "by three", "downwards"],
)
def test_a_range_that_is_longer_than_any_list(text: str, size: int) -> None:
    axis = read_vary(text)
    assert axis.size == size
    first, second, last = (int(str(axis.at(i))) for i in (0, 1, size - 1))
    assert last == first + (size - 1) * (second - first)


@pytest.mark.parametrize(
    ("text", "middle"),
    [
        (f"k=1..{299 * '9'}..0.0000001..log", 10**149.5),  # the root of 1 · 10^299
        (f"k=.{150 * '0'}1..1{150 * '0'}..1..log", 1.0),  # of 0.5e-151 · 10^150; one step above
    ],
    ids=["many", "far apart"],
)
def test_a_long_range_is_drawn_by_its_logarithm(text: str, middle: float) -> None:
    axis = read_vary(text)
    assert axis.drawn(0) == axis.at(0)
    drawn = [axis.drawn(tick) for tick in (axis.ticks // 2, axis.ticks - 1)]
    found, last = (float(Fraction(str(value))) for value in drawn)
    assert found == pytest.approx(middle, rel=1e-6)
    assert last == pytest.approx(float(Fraction(str(axis.at(axis.size - 1)))), rel=1e-9)


def test_what_is_drawn_by_its_logarithm() -> None:
    """From 1/2 to 16 it is log 32: 1 and 2 have log 2 of it each, 3 has log 3/2, 16 has log 16/15.

    Of 8..1024..8 it is log 256, from 4 on.
    """
    axes = tuple(map(read_vary, ("d=1..16..log", "x=[8..1024..8..log,5|7]", "z=1..3..log,20")))
    drawn = [Space(axes, draws=6000, seed=1).at(i) for i in range(6000)]
    depths = Counter(one["d"] for one in drawn)
    for value, share in ((1, log(2)), (2, log(2)), (3, log(3 / 2)), (16, log(16 / 15))):
        expected = 6000 * share / log(32)
        assert abs(depths[value] - expected) < 4 * expected**0.5
    assert depths.keys() == {*range(1, 17)}
    pairs = [one["x"] for one in drawn if isinstance(one["x"], tuple)]
    octaves = Counter(len(bin(int(str(width)) - 1)) for width, _ in pairs)
    assert len(octaves) == 8
    assert all(abs(n - 750) < 4 * 750**0.5 for n in octaves.values())
    assert abs(sum(beside == 5 for _, beside in pairs) - 3000) < 4 * 1500**0.5
    last = sum(one["z"] == 20 for one in drawn)  # one of four values, however the others are drawn
    assert abs(last - 1500) < 4 * 1500**0.5


def test_every_place_of_a_long_list_is_drawn_evenly() -> None:
    """Of 2^1,600 that can be drawn, more than one hash has bits for."""
    space = Space((read_vary("x=[1..16]*99"), read_vary("y=[1..2..log]*99")), draws=400, seed=2)
    drawn = [space.at(i) for i in range(400)]
    assert len({str(one) for one in drawn}) == 400
    for place in range(99):
        places = [int(str(one["x"][place])) for one in drawn]  # type: ignore[index]
        assert abs(sum(n > 8 for n in places) - 200) < 5 * 100**0.5


def test_a_small_value_may_come_again_but_draws_are_the_same() -> None:
    axes = (read_vary("k=1..8..log"),)
    drawn, same = ([Space(axes, 99, seed=3).at(i)["k"] for i in range(99)] for _ in range(2))
    assert drawn == same
    assert {*drawn} == {*range(1, 9)}
    assert drawn.count(1) > drawn.count(8)


def test_how_often_it_is_drawn_says_nothing_of_all() -> None:
    with pytest.raises(UsageError) as raised:
        sweep("lenet5", inputs="32..64..log")
    assert str(raised.value) == (
        "error[wrong-type]: `input`: `..log` says how often a value is drawn, "
        "and nothing is drawn\n"
        "  hint: `--draw N` draws N variants"
    )


def test_each_variant_counts_what_count_counts() -> None:
    found = sweep("densenet121", DENSE, inputs="64,3x32x32", columns=["parameters", "flops"])
    assert [tuple(one.figures.values()) for one in found.outcomes] == [
        (report.total.parameters, report.total.flops)
        for growth in (12, 24, 36, 48)
        for side in (64, 32)
        for report in [
            archcalc.count(archcalc.load("densenet121", growth=growth), input=(3, side, side))
        ]
    ]


def test_what_fits() -> None:
    found = sweep(
        "densenet121", DENSE, max_parameters="10M", where=["growth % 24 == 0", "macs > 10"]
    )
    assert [one.values["growth"] for one in found.outcomes] == [24]
    assert (found.tried, found.fitting, found.failed) == (4, 1, 0)


def test_what_fits_by_parameters_that_do_not_vary(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of a regular network follow from its line; of what does not fit nothing is counted."""
    vary = {"wa": "20..60..10", "input": "32,64"}
    every = sweep("regnetx-200mf", vary)
    depths = {
        one.number: archcalc.load("regnetx-200mf", wa=one.values["wa"]).parameters["depths"]
        for one in every.outcomes
    }
    counted: list[int] = []
    judged = Plan.judged

    def counting(plan: Plan, number: int, *given: Any) -> Outcome:  # noqa: ANN401
        counted.append(number)
        return judged(plan, number, *given)

    monkeypatch.setattr(Plan, "judged", counting)
    found = sweep("regnetx-200mf", vary, where="depths[3] >= 7 or stages != 4")
    expected = [n for n, blocks in depths.items() if isinstance(blocks, tuple) and blocks[3] >= 7]
    assert [one.number for one in found.outcomes] == expected == counted
    assert 0 < len(expected) < every.fitting
    assert found.failed == every.failed > 0


def test_a_graph_whose_first_input_cannot_be_goes_on() -> None:
    found = sweep(archcalc.read("lenet5"), inputs="10,32")
    assert [one.values["input"] for one in found.outcomes] == [32]
    assert [one.values["input"] for one in found.errors] == [10]


@pytest.mark.parametrize(
    ("net", "inputs", "expected"),
    [
        ("net.py:Net", "3x64x64,3x96x96", "3x64x64"),
        ("net.py:Net", [(3, 64, 64)], "3x64x64"),
        ("net.py:Net", "a=1x8x8,b=1x8x8", "a=1x8x8,b=1x8x8"),
        ("net.py:Net", "64,3x96x96", None),
        ("net.py:Net", (), None),
        ("lenet5", "1x32x32", None),
    ],
)
def test_a_live_module_is_read_at_the_first_input(
    net: str,
    inputs: Any,  # noqa: ANN401
    expected: str | None,
) -> None:
    assert shape_for(net, inputs) == expected


UNKNOWN = {
    "parameters": {"k": 2},
    "input": "3x8x8",
    "layers": [{"conv": "=k", "kernel": 3}, {"opaque": "4x2x2", "name": "head"}],
}


@pytest.mark.parametrize(
    ("limit", "fitting"), [({}, 2), ({"max_macs": "1G"}, 0), ({"where": "macs >= 0"}, 0)]
)
def test_nobody_knows_whether_a_partial_figure_fits(limit: dict[str, str], fitting: int) -> None:
    """The work of an opaque layer is not known: there is at least that of the convolution."""
    found = sweep(archcalc.load(UNKNOWN), {"k": [2, 3]}, **limit)  # type: ignore[arg-type]
    assert found.fitting == fitting
    if fitting:
        assert found.outcomes[0].partial == ("macs",)
        assert found.outcomes[0].figures["macs"] == 2 * 3 * 9 * 6 * 6
        assert "≥ 1,944" in str(found)
    why = "whether a variant fits is not known where MACs are known in part"
    assert (why in str(found)) == (not fitting)


def test_somebody_is_told_how_far_it_is() -> None:
    told: list[tuple[int, int, int]] = []
    sweep("lenet5", inputs="32..40", tell=lambda *how_far: told.append(how_far))
    assert told[0] == (1, 9, 1)


def test_a_graph_is_swept_over_its_inputs() -> None:
    graph = archcalc.read("lenet5")
    found = sweep(graph, inputs=[32, (1, 36, 36)])
    assert [one.figures["macs"] for one in found.outcomes] == [
        archcalc.count("lenet5", input=side).total.macs for side in ("1x32x32", "1x36x36")
    ]
    with pytest.raises(UsageError) as raised:
        sweep(graph, {"k": [1]})
    assert str(raised.value) == (
        "error[not-a-spec]: `lenet5` has no parameter `k`\n"
        "  hint: variants and parameters are those of specs"
    )
    with pytest.raises(UsageError) as raised:
        sweep(graph, inputs="32", dask="tcp://127.0.0.1:1")
    assert str(raised.value) == (
        "error[not-a-spec]: `lenet5` is no spec: only specs are counted on a cluster\n"
        "  hint: without `dask` it is counted here"
    )


@pytest.mark.parametrize(
    "inputs",
    [
        "left=1x28x28,right=1x28x28, left=1x32x32, right=1x32x32",
        [{"left": "1x28x28", "right": (1, 28, 28)}, {"left": "1x32x32", "right": (1, 32, 32)}],
    ],
    ids=["one text", "by name"],
)
def test_several_inputs_vary_together(inputs: Any) -> None:  # noqa: ANN401
    found = sweep("siamese-mnist", inputs=inputs)
    assert [one.figures["macs"] for one in found.outcomes] == [
        archcalc.count("siamese-mnist", input={"left": side, "right": side}).total.macs
        for side in ("1x28x28", "1x32x32")
    ]
    assert [one.values["input"] for one in found.outcomes] == [
        "left=1x28x28,right=1x28x28",
        "left=1x32x32,right=1x32x32",
    ]


def test_conventions_stand_in_the_place_of_macs() -> None:
    found = sweep("resnet18", inputs="64", conventions=["thop"])
    report = archcalc.count("resnet18", input="3x64x64")
    expected = {"parameters": 11_689_512, "thop": report.figure("thop")}
    assert found.outcomes[0].figures == expected


def test_memory_is_of_a_batch_and_of_so_many_bytes() -> None:
    columns = ["stored_bytes", "activation_bytes", "memory_bytes"]
    found = sweep("lenet5", inputs="32", columns=columns, batch=2, bytes_each=2)
    total = archcalc.count("lenet5").total
    stored, kept = 2 * total.stored, 2 * 2 * total.activations
    assert tuple(found.outcomes[0].figures.values()) == (stored, kept, stored + kept)


def test_what_cannot_be_is_listed_and_stops_nothing() -> None:
    found = sweep("lenet5", inputs="32,10,36")
    assert [one.values["input"] for one in found.outcomes] == [32, 36]
    assert [(one.number, one.code, one.error) for one in found.errors] == [
        (
            1,
            "window-does-not-fit",
            (
                "C3: a window of 5 does not fit in the height 3; "
                "what enters `conv` is 6x3x3 (channels x height x width)"
            ),
        )
    ]


def test_what_is_wrong_with_a_text_is_said_with_its_line() -> None:
    text = "parameters: {k: 2}\ninput: 3x8x8\nlayers:\n  - {conv: 4, kernel: 1, groups: =3 / k}\n"
    found = sweep(archcalc.load(StringIO(text)), {"k": [3, 2]})
    assert [one.error for one in found.errors] == [
        "expected a whole number, 1 or more, not `1.5` (line 4: =3 / k)"
    ]


def test_a_call_may_say_it_as_the_command_line_does() -> None:
    """Numbers of Python are taken as they are: 5e6 is a limit like `5M`."""
    long = sweep(
        "densenet121", DENSE, inputs=[64], columns=["parameters", "macs"], pareto=["parameters"],
        where=["growth > 12"], quartiles=["growth"], max_parameters="5M", conventions=["torch"],
    )  # fmt: skip
    short = sweep(
        "densenet121", "growth=12..48..12", inputs=64, columns="parameters, macs",
        pareto="parameters", where="growth > 12", quartiles="growth", max_parameters=5e6,
        conventions="torch",
    )  # fmt: skip
    assert short.to_dict() == long.to_dict()
    assert [one.values["growth"] for one in short.outcomes] == [24]
    assert sweep("densenet121", {"growth": 12}, first=1).tried == 1


def test_an_order_and_the_first_of_it() -> None:
    found = sweep("densenet121", DENSE, inputs="32", sort="-parameters", top=2)
    assert [one.values["growth"] for one in found.outcomes] == [48, 36]


def test_how_what_fits_is_spread() -> None:
    """Of 1 to 10 a quarter, 2.5 of them, are 3 at most, half are 5, and three quarters 8."""
    spec = archcalc.load(
        StringIO("parameters: {k: 2, n: =k * k}\ninput: 4\nlayers: [linear: =n]\n")
    )
    found = sweep(spec, {"k": "1..12"}, where="k < 11", top=1, quartiles=["k", "n + 1", "macs / k"])
    assert [tuple(one) for one in found.quartiles] == [
        ("k", 10, 1, 3, 5, 8, 10),
        ("n + 1", 10, 2, 10, 26, 65, 101),
        ("macs / k", 10, 4, 12, 20, 32, 40),
    ]
    assert found.to_dict()["quartiles"][0] == {
        "of": "k", "many": 10, "least": 1, "lower": 3, "median": 5, "upper": 8, "most": 10,
    }  # fmt: skip
    assert sweep(spec, {"k": "1..12"}, where="k > 12", quartiles=["k"]).quartiles == ()


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=30))
def test_quartiles_are_the_first_that_a_share_reaches(values: list[int]) -> None:
    spread = Spread("k", Plan(Subject(archcalc.load("wrn-28-10")), Space((read_vary("k=1"),)), ()))
    for number, value in enumerate(values):
        spread.add(Outcome(number, {"k": value}, {}))
    found = spread.quartiles
    assert found is not None
    for quarters, reached in ((1, found.lower), (2, found.median), (3, found.upper)):
        assert reached in values
        assert 4 * sum(value <= reached for value in values) >= quarters * len(values)
        assert 4 * sum(value < reached for value in values) < quarters * len(values)
    assert (found.many, found.least, found.most) == (len(values), min(values), max(values))


def test_of_what_is_known_in_part_nothing_is_said() -> None:
    found = sweep(archcalc.load(UNKNOWN), {"k": [2, 3]}, quartiles=["macs", "k"])
    assert [(one.of, one.many) for one in found.quartiles] == [("k", 2)]


def test_it_ends_when_enough_fit() -> None:
    found = sweep("densenet121", DENSE, inputs="32", where="growth > 12", first=2)
    assert [one.values["growth"] for one in found.outcomes] == [24, 36]
    assert found.tried == 3


def test_what_none_beats() -> None:
    """Of each width the smallest map has the fewest MACs, and all have the same parameters."""
    found = sweep(
        "mobilenet-v1", {"width": "0.25,0.5"}, inputs="64,96", pareto=["-parameters", "macs"]
    )
    assert [tuple(one.values.values()) for one in found.outcomes] == [
        (Fraction(1, 2), 64),
        (Fraction(1, 4), 64),
    ]


def test_of_equals_none_beats_the_other_and_all_are_counted() -> None:
    """Depths of 1.1 and 1.2 are rounded to the same; 19 of 22 are beaten by none."""
    vary = {"depth": "1..2..0.1", "width": "1,1.1"}
    found = sweep("efficientnet-b0", vary, pareto=["- macs", "parameters"], top=3)
    assert len(found.outcomes) == 3
    assert str(found).splitlines()[-1] == (
        "the first 3 of 19 that none beats: large macs, small parameters"
    )


def test_the_front_agrees_with_its_definition() -> None:
    space = Space((read_vary("x=1..40"), read_vary("y=1..40")), draws=200, seed=3)
    points = [(int(str(p["x"])), int(str(p["y"]))) for p in map(space.at, range(200))]
    for large in ((False, False), (True, False), (False, True), (True, True)):
        signs = [-1 if one else 1 for one in large]
        least = {(signs[0] * x, signs[1] * y) for x, y in points}
        unbeaten = {
            p for p in least if not any(q != p and q[0] <= p[0] and q[1] <= p[1] for q in least)
        }
        assert {(signs[0] * x, signs[1] * y) for x, y in front_of(points, large)} == unbeaten


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            {},
            (
                "error[nothing-varies]: a sweep needs something that varies\n"
                "  hint: `--vary growth=12..48..4`, or `--input 224,256,288`"
            ),
        ),
        (
            {"vary": {"growht": "1,2"}},
            (
                "error[unknown-parameter]: architectures/densenet.yaml has no parameter `growht`\n"
                "  hint: did you mean `growth`?"
            ),
        ),
        (
            {"vary": [read_vary("growth=1"), read_vary("growth=2")]},
            "error[duplicate-name]: `growth` varies twice\n  hint: commas part its values",
        ),
        (
            {"vary": DENSE, "draws": 5},
            "error[too-large]: 5 draws of 4 variants",
        ),
        (
            {"vary": DENSE, "where": "grow > 3"},
            (
                "error[unknown-name]: `--where grow > 3`: nothing is called `grow` here\n"
                "  hint: did you mean `growth`?"
            ),
        ),
        (
            {"vary": DENSE, "quartiles": ["grow"]},
            (
                "error[unknown-name]: `--quartiles grow`: nothing is called `grow` here\n"
                "  hint: did you mean `growth`?"
            ),
        ),
        (
            {"vary": DENSE, "inputs": "64", "quartiles": ["[growth]"]},
            "error[bad-expression]: `--quartiles [growth]`: expected a number, not `[12]`",
        ),
        (
            {"vary": DENSE, "where": "growth"},
            "error[wrong-type]: `--where growth` is neither true nor false",
        ),
        (
            {"vary": DENSE, "top": 0},
            "error[wrong-type]: `top` is a whole number, 1 or more, not `0`",
        ),
        (
            {"vary": DENSE, "first": 2.5},
            "error[wrong-type]: `first` is a whole number, 1 or more, not `2.5`",
        ),
        (
            {"vary": DENSE, "draws": True},
            "error[wrong-type]: `draws` is a whole number, 1 or more, not true",
        ),
        (
            {"vary": DENSE, "batch": 0},
            "error[wrong-type]: `batch` is a whole number, 1 or more, not `0`",
        ),
        (
            {"vary": DENSE, "bytes_each": "x"},
            "error[wrong-type]: `bytes_each` is a whole number, 1 or more, not `x`",
        ),
        (
            {"vary": DENSE, "seed": "x"},
            "error[wrong-type]: `seed` is a whole number, not `x`",
        ),
        (
            {"vary": DENSE, "max_macs": 1.5},
            ("error[wrong-type]: expected an amount such as 5M, 2.5e6 or 5,000,000, not `1.5`"),
        ),
        (
            {"vary": DENSE, "conventions": ["fvcoer"]},
            (
                "error[unknown-convention]: there is no convention `fvcoer`\n"
                "  hint: did you mean `fvcore`?"
            ),
        ),
        (
            {"vary": DENSE, "dask": 5},
            (
                "error[no-cluster]: a cluster is an address or a client of Dask's, not `5`\n"
                "  hint: `Client(cluster)` is one"
            ),
        ),
        (
            {"vary": DENSE, "sort": "mac_s"},
            "error[unknown-column]: a sweep has no column `mac_s`\n  hint: did you mean `macs`?",
        ),
        (
            {"vary": DENSE, "results": "found.txt"},
            (
                "error[unknown-suffix]: results are not written to `found.txt`\n"
                "  hint: one of .jsonl, .csv, .parquet"
            ),
        ),
    ],
)
def test_what_would_be_wrong_with_all(arguments: dict[str, object], said: str) -> None:
    with pytest.raises(ArchcalcError) as raised:
        sweep("densenet121", **arguments)  # type: ignore[arg-type]
    assert str(raised.value) == said
