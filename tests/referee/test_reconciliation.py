"""Reconciling: terms that add up, words that say what differs, and numbers that are met."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from io import StringIO
from itertools import combinations
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archcalc
from archcalc.convention.figure import apply
from archcalc.convention.library import conventions, find
from archcalc.errors import UnknownName, UsageError
from archcalc.paths import prefixes
from archcalc.referee.reconciliations.counted import CountedReport, Number, read_side
from archcalc.referee.reconciliations.reconciliation import Reconciliation, reconcile
from archcalc.referee.reconciliations.structure import parts
from archcalc.render.tables.reconciliation import reconciliation
from archcalc.report import count
from archcalc.spec.library import load, networks
from tests.exactly import exactly

if TYPE_CHECKING:
    from pathlib import Path

    from archcalc.report import Report

CONVENTIONS = [convention.name for convention in conventions()]
HEAVY = {"resnet1202", "preact-resnet1001", "densenet-bc-250-24", "densenet-bc-190-40"}


def _families() -> dict[str, list[str]]:
    families: dict[str, list[str]] = {}
    for entry in networks():
        if entry.id not in HEAVY:
            families.setdefault(entry.path.stem, []).append(entry.id)
    return families


def _sampled_pairs() -> list[tuple[str, str]]:
    """Draw pairs of networks of a family, each with two conventions."""
    random = Random(1998)  # noqa: S311 - a sample, not a secret
    pairs = [pair for names in _families().values() for pair in combinations(names, 2)]
    return [
        (f"{a}@{random.choice(CONVENTIONS)}", f"{b}@{random.choice(CONVENTIONS)}")
        for a, b in random.sample(pairs, 60)
    ]


@cache
def _report(network: str) -> Report:
    return count(network)


def _side(text: str) -> CountedReport:
    network, _, convention = text.partition("@")
    return CountedReport(_report(network), find(convention))


def _terms(why: Reconciliation) -> list[tuple[int, str]]:
    return [(int(term.amount), term.label) for term in why.terms]


@pytest.mark.parametrize(("a", "b"), _sampled_pairs())
def test_terms_add_up_exactly_to_the_difference(a: str, b: str) -> None:
    for first, second in ((a, b), (b, a)):
        before, after = _side(first), _side(second)
        sides = (before, after)
        if any(apply(s.report, by.convention).partial for s in sides for by in sides):
            pytest.skip("a convention has no rule for one of the ops: it refuses a total")
        why = reconcile(before, after)

        assert sum(term.amount for term in why.terms) == after.total - before.total
        assert why.difference == after.total - before.total


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("network", ["lenet5", "googlenet", "inception-resnet-v1"])
def test_nothing_differs_from_itself(network: str, convention: str) -> None:
    side = _side(f"{network}@{convention}")
    if apply(side.report, side.convention).partial:
        pytest.skip("the convention has no rule for one of the ops: it refuses a total")

    assert reconcile(side, side).terms == ()


def test_terms_stand_largest_first_and_none_is_nothing() -> None:
    amounts = [abs(amount) for amount, _ in _terms(reconcile("vgg11@thop", "vgg19-bn@onnx-tool"))]

    assert amounts == sorted(amounts, reverse=True)
    assert all(amounts)


def test_resnet50_is_4_13_by_the_stride_and_by_the_batch_norm() -> None:
    why = reconcile("resnet50@macs", "resnet50-v1.5@thop")

    assert (why.a.total, why.b and why.b.total) == (3_857_973_248, 4_133_742_592)
    assert _terms(why) == [
        (77_070_336, "stride of conv3_x/1/conv1: 1, not 2"),
        (77_070_336, "stride of conv4_x/1/conv1: 1, not 2"),
        (77_070_336, "stride of conv5_x/1/conv1: 1, not 2"),
        (44_455_936, "batch norm at 4 per element"),
        (102_400, "global average pool at window + 1 per output"),
    ]
    assert why.terms[3].detail == "11,113,984 × 4, 53 layers"


@pytest.mark.parametrize(
    ("convention", "figure", "terms"),
    [
        ("macs", 4_089_184_256, []),
        ("torchinfo", 4_089_238_376, [
            (2_049_000, "linear layers: parameters"),
            (-2_048_000, "multiply-accumulates of linear layers not counted"),
            (53_120, "batch norm: parameters")]),
        ("fvcore", 4_111_512_576, [(22_227_968, "batch norm at 2 per element"),
                                   (100_352, "global average pool at 1 per element of the input")]),
        ("ptflops", 4_132_436_968, [
            (22_227_968, "batch norm at 2 per element"),
            (19_217_408, "ReLU at 2 per element"),
            (1_605_632, "max pool at 2 per element of the input"),
            (200_704, "global average pool at 2 per element of the input"),
            (1_000, "biases of linear layers")]),
        ("torch-flop-counter", 8_178_368_512, [
            (4_089_184_256, "a multiply-accumulate as 2, not 1")]),
    ],
)  # fmt: skip
def test_each_tools_resnet50_comes_about_in_its_own_way(
    convention: str, figure: int, terms: list[tuple[int, str]]
) -> None:
    why = reconcile("resnet50-v1.5@macs", f"resnet50-v1.5@{convention}")

    assert why.b is not None
    assert why.b.total == figure
    assert _terms(why) == terms


def test_what_stands_only_in_one_network_is_told_by_its_highest_path() -> None:
    why = reconcile("resnet50", "resnet101")

    assert _terms(why) == [
        (3_712_221_184, "only in resnet101: conv4_x/7 ... conv4_x/23 (17 in all)")
    ]
    assert _terms(reconcile("resnet101", "resnet50"))[0][0] == -3_712_221_184
    assert [label for _, label in _terms(reconcile("vgg16", "vgg19"))] == [
        "only in vgg19: conv3_4",
        "only in vgg19: conv4_4",
        "only in vgg19: conv5_4",
    ]


def test_layers_that_differ_alike_are_told_together() -> None:
    # a bias in every convolution, of the stages' widths
    why = reconcile("resnet50@torch", "resnet50-keras@torch")

    assert sum(amount for amount, _ in _terms(why)) == 26_560
    assert _terms(why)[-1] == (64, "bias of conv1: true, not false")
    assert _terms(why)[0] == (
        11_264,
        "bias of conv5_x/1/conv1 ... conv5_x/3/conv3 (10 in all): true, not false",
    )


def test_fields_and_ops_that_differ_are_named() -> None:
    assert "conv1: filters 64, not 96; padding 2, not 0" in {
        label for _, label in _terms(reconcile("alexnet", "alexnet-owt", input="3x227x227"))
    }
    assert _terms(reconcile("lenet5", "lenet5-textbook")) == [
        (90_000, "C3: without table"),
        (840, "OUTPUT: linear layers, not radial basis functions"),
    ]


def _own(before: str, after: str, by: str = "macs") -> list[tuple[int, str]]:
    """Reconcile two lists of layers on a 1x8x8 input, by one convention."""
    texts = (f"input: 1x8x8\nlayers: [{text}]\n" for text in (before, after))
    sides = (CountedReport(count(load(StringIO(text))), find(by)) for text in texts)
    return _terms(reconcile(*sides))


def test_layers_of_another_name_are_the_same_layers() -> None:
    before = "{name: a, conv: 2, kernel: 3}, {name: m, maxpool: 2}, {name: d, linear: 5}"
    after = "{name: b, conv: 2, kernel: 3}, {name: n, maxpool: 2}, {name: e, linear: 6}"

    assert _own(before, before) == _own(before, before.replace("name: m", "name: other")) == []
    assert _own(before, after) == [(2 * 3 * 3, "units of e (was d): 6, not 5")]


def test_weights_that_are_shared_are_the_reason() -> None:
    legs = "{{name: l, linear: 10}}, {{name: r, from: input, linear: 10{}}}"
    apart, matrix, both = (
        legs.format(tie) for tie in ("", ", weights: {weight: l}", ", weights: l")
    )
    assert _own(apart, both, "parameters") == [(-10 * 65, "r: shared weights weight, bias")]
    assert _own(matrix, apart, "parameters") == [(10 * 64, "r: without shared weights")]
    assert _own(matrix, both, "parameters") == [
        (-10, "shared weights of r: weight, bias, not weight")
    ]


def test_another_input_besides_is_said() -> None:
    # 2·3·3 and then 4·3·3 taps for each of 8·8 outputs, of 3 maps less than of 2
    assert _own(
        "{conv: 2, kernel: 3, padding: 1}, {name: b, conv: 2, kernel: 3, padding: 1}",
        "{conv: 4, kernel: 3, padding: 1}, {name: b, conv: 3, kernel: 3, padding: 1}",
    ) == [
        (64 * 9 * (4 * 3 - 2 * 2), "filters of b: 3, not 2; another input too"),
        (64 * 9 * 2, "filters of conv1: 4, not 2"),
    ]


def test_what_keeps_a_shape_does_not_answer_for_it() -> None:
    # the rate of the dropout differs too, and a normalisation is gone
    assert _own(
        "{name: a, conv: 2, kernel: 3}, {dropout: 0.5}, {lrn: 5}, {name: d, linear: 5}",
        "{name: a, conv: 4, kernel: 3}, {dropout: 0.2}, {name: d, linear: 5}",
    ) == [(2 * 36 * (9 + 5), "filters of a: 4, not 2")]


def test_a_layer_that_left_answers_for_what_read_it() -> None:
    with_hidden = "{name: h, linear: 7}, {name: d, linear: 5}"

    assert _own(with_hidden, "{name: d, linear: 5}") == [
        (5 * (64 - 7) - 64 * 7, "only in the first: h")
    ]
    assert _own("{name: d, linear: 5}", with_hidden) == [
        (64 * 7 - 5 * (64 - 7), "only in the second: h")
    ]


def test_a_layer_that_keeps_its_maps_only_now_answers_for_their_size() -> None:
    # b keeps 8x8 units, where it left 4x4
    assert _own(
        "{name: a, conv: 2, kernel: 3, padding: 1}, "
        "{name: b, conv: 2, kernel: 3, padding: 1, stride: 2}, {name: d, linear: 5}",
        "{name: a, conv: 4, kernel: 3, padding: 1}, "
        "{name: b, conv: 4, kernel: 3, padding: 1}, {name: d, linear: 5}",
    ) == [
        (
            (64 * 9 * 4 * 4 - 16 * 9 * 2 * 2) + 5 * (4 * 64 - 2 * 16),
            "b: filters 4, not 2; stride 1, not 2; another input too",
        ),
        (64 * 9 * (4 - 2), "filters of a: 4, not 2"),
    ]


def test_what_came_and_keeps_a_shape_does_not_answer_for_it() -> None:
    assert _own(
        "{name: a, conv: 2, kernel: 3}, {name: d, linear: 5}",
        "{name: a, conv: 4, kernel: 3}, {lrn: 5}, {name: d, linear: 5}",
    ) == [(2 * 36 * (9 + 5), "filters of a: 4, not 2")]


def test_the_branch_that_changed_answers_for_a_join() -> None:
    net = (
        "{concat: [{name: a, conv: 2, kernel: %d, padding: half}, "
        "{name: b, conv: %d, kernel: 1}]}, {name: d, linear: 5}"
    )

    assert _own(net % (1, 1), net % (3, 3)) == [
        (64 * 2 * (9 - 1), "kernel of a: 3, not 1"),
        (64 * 2 + 5 * 64 * 2, "filters of b: 3, not 1"),
    ]


def test_a_layer_that_reads_another_one_has_another_input() -> None:
    reading = "{name: a, conv: 2, kernel: 3, padding: 1}, {name: b, conv: 3, kernel: 1%s}"

    assert _own(reading % "", reading % ", from: input") == [(-64 * 3, "b: another input")]


def test_a_softmax_costs_where_it_is_not_the_last() -> None:
    last = "{name: d, linear: 5}, {name: s, op: softmax}"

    assert _own(last, f"{last}, tanh", by="thop") == [(3 * 5 - 1, "s: not the last layer in both")]


def test_a_layer_that_left_a_renamed_block_is_told_alone() -> None:
    block = "{name: %s, layers: [{name: in, conv: 2, kernel: 3}%s]}"

    assert _own(block % ("g", ", {name: out, conv: 3, kernel: 5}"), block % ("s", "")) == [
        (-4 * 3 * 25 * 2, "only in the first: g/out")
    ]


def test_blocks_that_are_unlike_are_told_whole() -> None:
    labels = [label for _, label in _terms(reconcile("inception-v3", "inception-v4"))]

    assert "only in inception-v4: Inception-C" in labels


def test_candidates_stand_with_the_fewest_changes_first_and_options_last() -> None:
    found = reconcile("inception-v2", "2.0G").candidates
    efforts = [(len(c.changes), sum(": " in change for change in c.changes)) for c in found]

    assert efforts == sorted(efforts)
    assert {(1, 0), (1, 1), (2, 0)} <= set(efforts)


def test_a_variant_that_is_wrong_is_no_candidate(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "input: 1x8x8\nlayers: [{linear: 5}]\n"
        "variants: {small: , wrong: {layers: [{conv: 1, kernel: 9}]}, "
        "large: {layers: [{linear: 7}]}}"
    )
    why = reconcile(f"{path}#small", str(64 * 7))

    assert [candidate.changes for candidate in why.candidates] == [("variant large",)]
    (mistake,) = why.untried
    assert mistake.change == "variant wrong"
    assert "conv1: a window of 9 does not fit in the height 8" in mistake.why
    assert why.to_dict()["untried"] == [{"change": "variant wrong", "why": mistake.why}]
    assert f"not tried: variant wrong: {mistake.why}" in next(reconciliation(why)).captions


def test_a_size_that_does_not_fit_is_no_mistake() -> None:
    # its auxiliary head fits at 299 alone: what is tried at other sizes is no network there
    assert reconcile("inception-v3", "5.7G").untried == ()


def _paths(report: Report) -> set[str]:
    return {path for node in report.nodes for path in prefixes(node.path)}


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("lenet1", "lenet5-textbook"),
        ("lenet-caffe", "zip1989"),
        ("resnet101-v1.5", "plain18"),
        ("vgg16", "alexnet"),
        *(tuple(text.partition("@")[0] for text in pair) for pair in _sampled_pairs()[:20]),
    ],
)
def test_every_path_is_of_a_network_that_has_it(a: str, b: str) -> None:
    before, after = _report(a), _report(b)
    found = parts(before, after, apply(before, "flops"), apply(after, "flops"))
    old, new = _paths(before), _paths(after)
    for part in found:
        for cause in part.causes if part.kind != "input" else ():
            path, _, was = cause.removesuffix(")").partition(" (was ")
            assert path in (old if part.kind == "removed" else new)
            assert not was or (was in old and part.kind == "changed")


def test_causes_are_named_in_the_order_of_the_network() -> None:
    macs = find("macs")
    plain = CountedReport(count(load("densenet121", bottleneck=False)), macs)
    labels = [
        label for _, label in _terms(reconcile(CountedReport(count("densenet121"), macs), plain))
    ]

    assert "only in the first: block1/1/1x1 ... block1/6/1x1 (6 in all)" in labels


def test_another_input_is_the_cause_of_all_that_follows() -> None:
    macs = find("macs")
    own = CountedReport(count("resnet18"), macs)
    larger = CountedReport(count("resnet18", input="3x256x256"), macs)
    why = reconcile(own, larger)

    assert _terms(why) == [(larger.total - own.total, "input 3x256x256, not 3x224x224")]
    assert larger.name == "resnet18@macs at 3x256x256"


def test_layers_are_compared_by_the_convention_of_the_first() -> None:
    by_macs = reconcile("resnet50@macs", "resnet50-v1.5@fvcore").terms[0]
    by_fvcore = reconcile("resnet50@fvcore", "resnet50-v1.5@fvcore").terms[0]

    # 128 more maps' elements of 56x56 less 28x28 in the batch norm, 2 each
    assert by_fvcore.amount - by_macs.amount == 2 * 128 * (56 * 56 - 28 * 28)
    assert (by_macs.detail, by_fvcore.detail) == ("1 layer, by macs", "2 layers, by fvcore")


def test_heads_belong_to_a_side() -> None:
    torch = find("torch")
    why = reconcile(
        CountedReport(count("googlenet"), torch),
        CountedReport(count("googlenet", heads=True), torch),
    )

    assert _terms(why) == [
        (3_190_888, "only in the second: aux2"),
        (3_188_840, "only in the second: aux1"),
    ]


def test_options_belong_to_a_side() -> None:
    macs = find("macs")
    plain = CountedReport(count(load("resnet20", option="none")), macs)
    projected = CountedReport(count(load("resnet20", option="B")), macs)

    assert plain.name == "resnet20@macs, option none"
    assert _terms(reconcile(plain, projected))[0][1].startswith("only in the second: ")


def test_an_input_and_parameters_belong_to_both_sides() -> None:
    why = reconcile("densenet121", "densenet121@thop", input="3x160x160", parameters={"growth": 24})
    own = count(load("densenet121", growth=24), input="3x160x160")

    assert why.a.name == "densenet121@macs at 3x160x160, growth 24"
    assert why.b is not None
    assert why.b.name == "densenet121@thop at 3x160x160, growth 24"
    assert (why.a.total, why.b.total) == (own.total.macs, own.figure("thop"))
    assert {term.kind for term in why.terms} == {"convention"}


def test_a_number_is_sought_at_the_input_that_is_given() -> None:
    why = reconcile("resnet18", "2.37G", input="3x256x256")

    assert why.candidates[0].side.name == "resnet18@macs at 3x256x256"
    assert why.candidates[0].changes == ()


PAIRS_OF_INPUTS = [
    ("lenet5@lecun1998", "lenet5-textbook@thop", 32),
    ("alexnet@fvcore", "alexnet-owt@ptflops", 227),
    ("vgg11@onnx-tool", "vgg13-bn@torchinfo", 32),
    ("googlenet@pthflops", "googlenet-torchvision@flops", 224),
    ("inception-v3@keras", "inception-v4@netscope", 299),
    ("resnet18@macs", "resnet50-v1.5@calflops-flops", 32),
    ("resnet20@thop", "preact-resnet110@torchprofile", 16),
    ("densenet121@torch", "densenet-bc-100-12@darknet", 64),
]


@pytest.mark.parametrize(("a", "b", "smallest"), PAIRS_OF_INPUTS)
@given(data=st.data())
@settings(max_examples=5, deadline=None)
def test_terms_add_up_at_any_input(a: str, b: str, smallest: int, data: st.DataObject) -> None:
    height, width = (data.draw(st.integers(smallest, smallest + 99)) for _ in range(2))
    channels = count(a.partition("@")[0]).input.channels
    why = reconcile(a, b, input=f"{channels}x{height}x{width}")

    assert why.b is not None
    assert why.a.report.input == why.b.report.input == (channels, height, width)
    assert sum(term.amount for term in why.terms) == why.b.total - why.a.total


def test_an_input_that_is_none_and_an_unknown_parameter_are_told() -> None:
    with pytest.raises(UsageError) as caught:
        reconcile("lenet5", "lenet5@thop", input="1x0")
    assert str(caught.value) == (
        "error[wrong-type]: expected an input such as 3x224x224 (channels x height x width), "
        "not `1x0`"
    )
    with pytest.raises(UnknownName) as unknown:
        reconcile("densenet121", "resnet50", parameters={"growth": 24})
    assert str(unknown.value) == (
        "error[unknown-parameter]: architectures/resnet.yaml has no parameter `growth`\n"
        "  hint: its parameters: block, depths, option, stride_on, biases, pool1_ceil, norm"
    )


def test_a_batch_is_refused() -> None:
    with pytest.raises(
        UsageError,
        match=exactly("error[wrong-batch]: figures are reconciled for one sample, not for 8"),
    ):
        CountedReport(count("lenet5", batch=8), find("macs"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3.8e9", 3_800_000_000),
        ("61.1M", 61_100_000),
        ("4.11G", 4_110_000_000),
        ("4.11 GFLOPs", 4_110_000_000),
        ("25,557,032", 25_557_032),
        ("25_557_032", 25_557_032),
        ("11.3 billion", 11_300_000_000),
        ("60k", 60_000),
        ("1e99", 10**99),
    ],
)
def test_a_number_is_read_as_it_is_printed(text: str, value: int) -> None:
    number = read_side(text)

    assert isinstance(number, Number)
    assert number.value == value


def test_a_number_with_a_letter_may_count_powers_of_1024() -> None:
    number = read_side("24.37M")

    assert isinstance(number, Number)
    assert [reading.unit for reading in number.readings] == [10**6, 2**20]


@pytest.mark.parametrize(
    ("network", "number", "met"),
    [
        ("resnet50", "3.8e9", ("resnet50@macs", ())),
        ("resnet50", "3.86G", ("resnet50@macs", ())),
        ("resnet50", "4.09G", ("resnet50-v1.5@macs", ("variant resnet50-v1.5",))),
        ("resnet50", "4.11G", ("resnet50-v1.5@fvcore",
                               ("variant resnet50-v1.5", "convention fvcore"))),
        ("resnet50-v1.5", "4.134G", ("resnet50-v1.5@thop", ("convention thop",))),
        ("resnet50-v1.5", "4.14G", ("resnet50-v1.5@pthflops", ("convention pthflops",))),
        ("resnet50-v1.5", "8.18G", ("resnet50-v1.5@darknet", ("convention darknet",))),
        ("resnet50", "24.37M", ("resnet50@parameters",
                                ("convention parameters", "units of 2^20"))),
        ("resnet34", "3.6G", ("resnet34@macs", ())),
        ("alexnet", "61.1M", ("alexnet-owt@parameters",
                              ("variant alexnet-owt", "convention parameters"))),
        ("lenet5", "61,706", ("lenet5-textbook@parameters",
                              ("variant lenet5-textbook", "convention parameters"))),
        ("lenet5", "60,000", ("lenet5@parameters", ("convention parameters",))),
        ("googlenet@torch", "13,378,280", ("googlenet@torch with heads", ("with heads",))),
        ("vgg16", "138,350,184", ("vgg16@onnx-kept-fresh",
                                  ("convention onnx-kept-fresh",))),
        # what archcalc and papers count stands before what a tool counts
        ("vgg16", "138M", ("vgg16@parameters", ("convention parameters",))),
        ("preact-resnet1001", "10.2M", ("preact-resnet1001@weights", ("convention weights",))),
        ("inception-v3", "27.2M", ("inception-v3@parameters with heads",
                                   ("with heads", "convention parameters"))),
        # convolutions alone, where VGG-19 beside it is given as 19.6 with its linear layers
        ("vgg16", "15.3G", ("vgg16@macs-conv", ("convention macs-conv",))),
        ("vgg19", "19.6G", ("vgg19@macs", ())),
        ("vgg16", "30.9G", ("vgg16@darknet", ("convention darknet",))),
        # 2.61 times as much as 224 by 256^2 / 224^2 and two operations for each multiply-accumulate
        ("resnet18", "4.74G", ("resnet18@darknet at 3x256x256",
                               ("input 3x256x256", "convention darknet"))),
    ],
)  # fmt: skip
def test_a_number_is_met_by_the_fewest_changes(
    network: str, number: str, met: tuple[str, tuple[str, ...]]
) -> None:
    why = reconcile(network, number)

    assert why.met
    assert (why.candidates[0].side.name, why.candidates[0].changes) == met
    assert why.b is not None
    assert sum(term.amount for term in why.terms) == why.b.total - why.a.total


def test_two_unrelated_ways_lead_to_3_86() -> None:
    found = {c.side.name: c for c in reconcile("resnet50", "3.86G").candidates}

    assert found["resnet50@macs"].changes == ()
    assert found["resnet50-v1.5@pthflops"].changes == (
        "variant resnet50-v1.5",
        "convention pthflops",
        "units of 2^30",
    )
    assert found["resnet50-v1.5@pthflops"].total == 4_143_375_336


def test_every_candidate_prints_as_the_number() -> None:
    for candidate in reconcile("googlenet", "1.5G").candidates:
        units = candidate.total / candidate.sense.printed.unit
        assert int(units * 10) == 15 or round(units, 1) == pytest.approx(1.5)


def test_conventions_that_agree_are_told_once() -> None:
    (first, *_) = reconcile("alexnet", "0.7244G").candidates

    assert first.side.name == "alexnet@macs"
    assert {"torchvision", "calflops-macs"} <= set(first.alike)
    assert all(first.side.report.figure(name) == first.total for name in first.alike)


def test_conventions_agree_only_on_one_network() -> None:
    for candidate in reconcile("resnet18", "1.814G").candidates:
        figures = {candidate.side.report.figure(name) for name in candidate.alike}
        assert figures <= {candidate.total}


def test_a_number_may_stand_first() -> None:
    assert _terms(reconcile("61,706", "lenet5")) == _terms(reconcile("lenet5", "61,706"))


def test_where_nothing_meets_a_number_the_nearest_are_told() -> None:
    why = reconcile("resnet18", "12,345")

    assert not why.met
    assert why.number is not None
    assert not any(candidate.meets for candidate in why.candidates)
    costs = [candidate.cost for candidate in why.candidates]
    assert costs == sorted(set(costs), reverse=True)  # each is nearer than all that assume less
    distances = [candidate.distance for candidate in why.candidates]
    assert distances == sorted(distances)


def test_a_number_that_was_published_is_answered_by_its_record() -> None:
    why = reconcile("alexnet", "630M")

    (finding,) = why.published
    assert finding.record.note.startswith("not in the paper, and no count gives it: 725 million")
    assert (why.candidates, why.b, why.met) == ((), None, False)


def test_a_published_number_that_a_count_gives_is_explained_besides() -> None:
    why = reconcile("vgg16", "138M")

    assert [finding.verdict for finding in why.published] == ["rounded"]
    assert why.candidates[0].side.name == "vgg16@parameters"


@pytest.mark.parametrize("changed", [{"input": "3x224x224"}, {"parameters": {"towers": 1}}])
def test_no_record_speaks_of_another_network(changed: dict[str, Any]) -> None:
    assert reconcile("alexnet", "630M", **changed).published == ()


def test_of_equal_figures_the_kind_that_was_asked_for_explains() -> None:
    # 2,139,728 parameters and 2 * 512 running statistics; ptflops happens to count as many
    net = "input: 4096\nlayers: [{linear: 512, after: [relu]}, batchnorm, {linear: 80}]"
    report = count(load(StringIO(net)))
    why = reconcile(CountedReport(report, find("parameters")), "2140752")

    assert report.figure("ptflops") == report.figure("keras") == 2_140_752
    assert [c.side.convention.name for c in why.candidates] == ["keras"]
    assert _terms(why) == [(1024, "batch norm: parameters + running statistics, not parameters")]


def test_a_number_of_a_convention_says_how_it_is_off() -> None:
    (nearest, *_) = reconcile("lenet5@parameters", "59,990").candidates

    assert (nearest.side.name, nearest.off) == ("lenet5@parameters", 10)
    assert nearest.to_dict()["off"] == 10


def test_bytes_are_those_of_parameters() -> None:
    # 138,357,544 * 4 = 553,430,176
    for text in ("553MB", "553.43 MB", "527.79MiB", "553430176 bytes", "553430176B", "5.534e8B"):
        (first, *_) = reconcile("vgg16", text).candidates
        assert first.side.name == "vgg16@parameters"
        assert "4 bytes each" in first.changes

    assert "2 bytes each" in reconcile("vgg16@parameters", "276.7MB").candidates[0].changes


def test_megabytes_of_a_summary_are_answered_in_named_terms() -> None:
    # 2·4·28,650,984 = 229,207,872 = 218.59 x 1,024 x 1,024; softmax is of the loss
    why = reconcile("vgg16", "218.59MB")

    assert [candidate.side.name for candidate in why.candidates] == ["vgg16@torchsummary-pass"]
    assert (why.a.name, why.difference) == ("vgg16@memory", 229_207_872 - 668_038_112)
    outputs = "outputs of convolutions, ReLU, max pool, linear layers and dropout"
    assert [(term.amount, term.label) for term in why.terms] == [
        (-553_430_176, "parameters not counted"),
        (4 * 28_650_984, f"{outputs} at 8 bytes, not 4"),
        (-4_000, "outputs of softmax not counted"),
    ]


def test_two_summaries_differ_in_what_has_no_weights() -> None:
    why = reconcile("resnet18@torchinfo-memory", "resnet18@torchsummary-all")

    assert [(term.amount, term.label) for term in why.terms] == [
        (20_074_496, "outputs of ReLU, max pool and global average pool at 8 bytes"),
        (6_021_120, "outputs of blocks, once more, at 8 bytes"),
    ]
    assert why.difference == 113_203_168 - 87_107_552


def test_what_course_notes_print_is_in_no_sum_of_their_rows() -> None:
    # 60,950,432 bytes: 24 million numbers are printed, where the rows have 15,237,608
    why = reconcile("vgg16", "93MB")

    assert (why.candidates, why.terms) == ((), ())
    (found,) = why.published
    assert (found.exact, found.verdict, found.record.key) == (60_950_432, "differs", "cs231n")


def test_megabytes_may_be_of_numbers_of_two_bytes() -> None:
    # 60,950,432 / 2
    (found, *_) = reconcile("vgg16@course-memory", "30.48MB").candidates

    assert (found.side.name, found.changes) == ("vgg16@course-memory", ("2 bytes each, not 4",))


def test_a_number_of_no_bytes_is_none_of_memory_unless_so_asked() -> None:
    kinds = {c.side.convention.figures for c in reconcile("vgg16", "229,207,872").candidates}
    assert "memory" not in kinds

    (found, *_) = reconcile("vgg16@torchsummary-pass", "229,207,872").candidates
    assert (found.side.name, found.changes) == ("vgg16@torchsummary-pass", ())


def test_a_number_asked_of_memory_is_tried_by_all_conventions_of_memory() -> None:
    # 15,237,608 numbers of 4 bytes, one array for each layer, the image included
    (found, *_) = reconcile("vgg16@memory", "60,950,432").candidates

    assert (found.side.name, found.changes) == (
        "vgg16@course-memory",
        ("convention course-memory",),
    )


def test_bytes_are_none_of_operations_but_by_the_convention_that_is_asked() -> None:
    found = reconcile("lenet5@macs", "1.5 MB").candidates
    assert {candidate.side.convention.name for candidate in found} == {"macs"}


def test_a_number_of_parameters_is_explained_by_parameters() -> None:
    why = reconcile("alexnet", "61.1M")

    assert why.a.name == "alexnet@parameters"
    assert why.difference == 61_100_840 - 60_965_224


def test_two_numbers_are_refused() -> None:
    with pytest.raises(UsageError) as caught:
        reconcile("3.8e9", "4.1e9")

    assert str(caught.value) == (
        "error[no-network]: `3.8e9` and `4.1e9` are both numbers: one side names a network\n"
        "  hint: as in `resnet50@macs`"
    )


def test_unknown_names_are_told() -> None:
    with pytest.raises(UnknownName, match="there is no network `resnet5`"):
        reconcile("resnet5@thop", "resnet50")
    with pytest.raises(
        UnknownName,
        match=exactly(
            "error[unknown-convention]: there is no convention `topp`\n  hint: did you mean `thop`?"
        ),
    ):
        reconcile("resnet50@topp", "resnet50")


def test_a_network_and_a_convention_of_ones_own(tmp_path: Path) -> None:
    network, convention = tmp_path / "net.yaml", tmp_path / "products.yaml"
    network.write_text("input: 1x8x8\nlayers: [{conv: 2, kernel: 3}, relu, {linear: 3}]\n")
    convention.write_text("rules: {conv: =mac, linear: =mac, relu: =3 * outputs}\n")
    why = reconcile(f"{network}@macs", f"{network}@{convention}")

    assert _terms(why) == [(3 * 72, "ReLU at 3 per element")]
    assert reconcile(str(network), "864").candidates[0].side.name == "net@macs"


def test_terms_of_a_rule_that_counts_parts_are_exact(tmp_path: Path) -> None:
    network, convention = tmp_path / "net.yaml", tmp_path / "mine.yaml"
    network.write_text("input: 1x1x3\nlayers: [{conv: 1, kernel: 1}]\n")
    convention.write_text("rules: {conv: =0.5 * mac + 0.25 * bias + 0.25 * outputs}\n")
    why = reconcile(f"{network}@macs", f"{network}@{convention}")

    # 3 products, 3 biases, 3 outputs: 3/2 + 3/4 + 3/4 = 3
    assert [term.amount for term in why.terms] == [
        Fraction(-3, 2),
        Fraction(3, 4),
        Fraction(3, 4),
    ]
    assert sum(term.amount for term in why.terms) == why.difference == 0
    assert [term["amount"] for term in why.to_dict()["terms"]] == ["-3/2", "3/4", "3/4"]


def test_everything_is_given_as_plain_values() -> None:
    data = reconcile("alexnet", "61.1M").to_dict()

    assert data["number"] == "61.1M"
    assert data["a"]["figure"] == 60_965_224
    assert data["difference"] == sum(term["amount"] for term in data["terms"])
    assert data["candidates"][0]["changes"] == ["variant alexnet-owt", "convention parameters"]


def test_it_is_a_verb_of_the_package() -> None:
    assert archcalc.reconcile is reconcile
