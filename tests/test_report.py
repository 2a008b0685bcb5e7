"""Reports: sums at every depth, heads, batch, another input, memory, receptive fields."""

from __future__ import annotations

import json
from dataclasses import fields
from fractions import Fraction
from io import StringIO

import numpy as np
import pytest

import archcalc
from archcalc.counts import QUANTITIES, Counts
from archcalc.errors import ShapeError
from archcalc.ops.op import Work
from archcalc.row import Row
from tests.exactly import exactly

NETWORKS = ["lenet5", "googlenet", "resnet50", "densenet121", "inception-resnet-v2", "inception-v3"]
SUMS = [*QUANTITIES, "parameters", "macs", "flops"]


def count(text: str, **options: object) -> archcalc.Report:
    return archcalc.count(archcalc.load(StringIO(text)), **options)  # type: ignore[arg-type]


def add_up(rows: tuple[Counts, ...]) -> dict[str, int]:
    return {name: sum(getattr(row, name) for row in rows) for name in SUMS}


@pytest.mark.parametrize("heads", [False, True])
@pytest.mark.parametrize("name", NETWORKS)
def test_rows_add_up_to_the_total_at_every_depth(name: str, *, heads: bool) -> None:
    report = archcalc.count(name, heads=heads)
    total = add_up((report.total,))

    for depth in (1, 2, 3, 4, 9, None):
        rows = report.fold(depth)
        assert add_up(rows) == total
        assert Work(*map(sum, zip(*(row.work for row in rows), strict=True))) == report.total.work
        assert len({row.path for row in rows}) == len(rows)


@pytest.mark.parametrize("name", NETWORKS)
def test_ops_add_up_to_the_total(name: str) -> None:
    report = archcalc.count(name)

    assert add_up(tuple(report.by_op().values())) == add_up((report.total,))


def test_ops_of_vgg16() -> None:
    ops = archcalc.count("vgg16").by_op()

    assert ops["conv"].parameters == 138_357_544 - 123_642_856  # all but the linear layers
    assert ops["linear"].parameters == 123_642_856
    assert ops["conv"].macs + ops["linear"].macs == 15_470_264_320
    assert ops["relu"].work.cmp == 13_556_712 - 1_000  # every unit but the last thousand
    assert list(ops) == ["conv", "relu", "maxpool", "linear", "dropout", "softmax"]


def test_folding_names_blocks_and_how_often_they_stand() -> None:
    rows = archcalc.count("resnet50").fold(1)

    assert [(row.path, row.op, row.repeats, str(row.output)) for row in rows] == [
        ("conv1", "conv", 1, "64x112x112"),
        ("pool1", "maxpool", 1, "64x56x56"),
        ("conv2_x", "bottleneck", 3, "256x56x56"),
        ("conv3_x", "bottleneck", 4, "512x28x28"),
        ("conv4_x", "bottleneck", 6, "1024x14x14"),
        ("conv5_x", "bottleneck", 3, "2048x7x7"),
        ("avgpool", "globalavgpool", 1, "2048x1x1"),
        ("fc", "linear", 1, "1000x1x1"),
    ]
    assert str(rows[2].input) == "64x56x56"
    assert rows[0].statistics == 2 * 64  # the batch norm after it belongs to it


def test_a_path_gives_a_layer_a_block_or_a_group() -> None:
    report = archcalc.count("resnet50")
    first, block, group = report["conv1"], report["conv4_x/2"], report["conv4_x"]

    assert first.parameters == 64 * 3 * 49 + 2 * 64
    # 1x1 to 256, 3x3, 1x1 to 1024, each with gamma and beta
    assert block.parameters == 1024 * 256 + 256 * 256 * 9 + 256 * 1024 + 2 * (256 + 256 + 1024)
    assert (block.op, block.repeats, group.op, group.repeats) == ("bottleneck", 1, "bottleneck", 6)
    assert group.parameters == sum(report[f"conv4_x/{n}"].parameters for n in range(1, 7))


def test_what_stands_after_a_layer_belongs_to_it_and_has_a_path_of_its_own() -> None:
    report = archcalc.count("lenet5")

    assert report["C1"].work.tanh == report["C1.lecun_tanh"].work.tanh == 4_704
    assert report["C1.lecun_tanh"].macs == 0
    assert report["C1"].op == "conv"
    assert report["C1.lecun_tanh"].op == "lecun_tanh"


def test_an_unknown_path() -> None:
    with pytest.raises(archcalc.ArchcalcError) as near:
        archcalc.count("lenet5")["c3"]
    with pytest.raises(archcalc.ArchcalcError) as far:
        archcalc.count("lenet5")["encoder"]

    assert str(near.value) == (
        "error[unknown-layer]: LeNet-5 has no layer `c3`\n  hint: did you mean `C3`?"
    )
    assert str(far.value) == (
        "error[unknown-layer]: LeNet-5 has no layer `encoder`\n"
        "  hint: `archcalc show` lists the layers, `--depth` unfolds blocks"
    )


def test_a_path_of_what_is_switched_off_or_of_a_head_is_explained() -> None:
    with pytest.raises(archcalc.ArchcalcError) as off:
        archcalc.count("resnet50")["conv2_x/2/shortcut"]
    with pytest.raises(archcalc.ArchcalcError) as head:
        archcalc.count("googlenet")["aux1/conv"]
    with pytest.raises(archcalc.ArchcalcError) as whole:
        archcalc.count("googlenet")["aux1"]

    assert str(off.value) == (
        "error[unknown-layer]: ResNet has no layer `conv2_x/2/shortcut`\n"
        "  hint: no layer of it is in place: what is switched off or empty hands its input on"
    )
    assert str(whole.value) == str(head.value).replace("aux1/conv", "aux1")
    assert str(head.value) == (
        "error[unknown-layer]: GoogLeNet has no layer `aux1/conv`\n"
        "  hint: it is of a head: `--heads`, or `count(..., heads=True)`, counts heads too"
    )


def test_a_head_that_is_counted_and_switched_off_is_said_to_be_off() -> None:
    text = "input: 1x8x8\nlayers: [{name: a, relu: }]\nheads: {h: {from: a, relu: , when: false}}"
    report = archcalc.count(archcalc.load(StringIO(text)), heads=True)
    with pytest.raises(archcalc.ArchcalcError) as off:
        report["h"]

    assert str(off.value) == (
        "error[unknown-layer]: spec has no layer `h`\n"
        "  hint: no layer of it is in place: what is switched off or empty hands its input on"
    )


def test_heads_are_counted_apart() -> None:
    without, with_heads = archcalc.count("googlenet"), archcalc.count("googlenet", heads=True)

    assert without.heads == {}
    assert {name: head.parameters for name, head in with_heads.heads.items()} == {
        "aux1": 3_188_840,
        "aux2": 3_190_888,
    }
    assert with_heads.main == without.total == without.main
    assert with_heads.total.parameters == 6_998_552 + 3_188_840 + 3_190_888 == 13_378_280
    assert without.scope == "main path, without heads aux1, aux2"
    assert with_heads.scope == "main path and heads aux1, aux2"
    assert archcalc.count("lenet5").scope == "whole network"
    assert [row.head for row in with_heads.rows if row.head] == ["aux1"] * 4 + ["aux2"] * 4


def test_a_head_that_another_input_does_not_fit_is_no_matter_of_the_main_path() -> None:
    assert archcalc.count("inception-v3", input="3x224x224").total.macs == 2_837_921_120

    with pytest.raises(ShapeError, match="aux/conv2: a window of 5 does not fit"):
        archcalc.count("inception-v3", input="3x224x224", heads=True)


def test_a_head_of_a_head_is_no_matter_of_the_main_path_either() -> None:
    text = """
input: 1x8x8
layers: [{name: a, conv: 3, kernel: 3}]
heads: {h: {from: a, layers: [{maxpool: 6}]}, i: {from: h, linear: 2}}
"""

    assert count(text, input="1x5x5").total.macs == 3 * 9 * 9
    with pytest.raises(ShapeError) as caught:
        count(text, input="1x5x5", heads=True)
    assert caught.value.diagnostics[0].message == (
        "h/maxpool1: a window of 6 does not fit in the height 3; "
        "what enters `maxpool` is 3x3x3 (channels x height x width)"
    )


def test_a_head_that_its_own_input_does_not_fit_is_a_mistake_of_the_spec() -> None:
    spec = archcalc.load(
        StringIO("input: 1x4x4\nlayers: [relu]\nheads: {h: {from: relu1, layers: [{maxpool: 9}]}}")
    )
    with pytest.raises(
        ShapeError,
        match=exactly(
            "spec:3:45: error[window-does-not-fit]: h/maxpool1: a window of 9 does "
            "not fit in the height 4; what enters `maxpool` is 1x4x4 (channels x "
            "height x width)\n"
            "    3 | heads: {h: {from: relu1, layers: [{maxpool: 9}]}}\n"
            "      |                                             ^\n"
            "  hint: a smaller kernel, more padding, or a larger input"
        ),
    ):
        archcalc.count(spec)


def test_a_batch_multiplies_work_and_outputs_only() -> None:
    one, many = archcalc.count("lenet5"), archcalc.count("lenet5", batch=32)

    for field in fields(Counts):
        if field.name != "work":
            assert getattr(many.total, field.name) == getattr(one.total, field.name)
    assert many.total.macs == 32 * 325_680
    assert many.total.work == Work(*[32 * n for n in one.total.work])
    assert many.memory().outputs == 32 * one.memory().outputs
    assert many.memory().parameters == one.memory().parameters


def test_a_wrong_batch_of_another_kind() -> None:
    with pytest.raises(archcalc.ArchcalcError) as caught:
        archcalc.count("lenet5", batch=float("inf"))  # type: ignore[arg-type]

    assert str(caught.value) == (
        "error[wrong-type]: a batch is a whole number, 1 or more: "
        "`inf` is not a number to count with"
    )


@pytest.mark.parametrize(
    ("batch", "shown"), [(0, "`0`"), (-1, "`-1`"), (True, "true"), (1.5, "`1.5`"), ("2", "`2`")]
)
def test_a_wrong_batch(batch: object, shown: str) -> None:
    with pytest.raises(archcalc.ArchcalcError) as caught:
        archcalc.count("lenet5", batch=batch)  # type: ignore[arg-type]

    assert str(caught.value) == (
        f"error[wrong-type]: a batch is a whole number, 1 or more, not {shown}"
    )


@pytest.mark.parametrize("depth", [0, -1])
def test_a_wrong_depth(depth: int) -> None:
    with pytest.raises(archcalc.ArchcalcError) as caught:
        archcalc.count("lenet5").fold(depth)

    assert str(caught.value) == f"error[wrong-type]: a depth is 1 or more, not {depth}"


@pytest.mark.parametrize("entering", ["1x36x36", (1, 36, 36)])
def test_another_input_and_what_it_changes(entering: str | tuple[int, int, int]) -> None:
    report = archcalc.count("lenet5", input=entering)

    # C5 gives 120 maps of 2x2, so F6 reads 480 elements instead of 120
    assert report["F6"].parameters == 84 * 481
    assert report.total.parameters == 60_000 + 84 * 360
    assert report.notes == (
        (
            "input 1x36x36 instead of 1x32x32: 90,240 parameters, not 60,000; "
            "a linear layer has a weight for every element that reaches it"
        ),
    )


def test_an_input_that_changes_no_parameters_needs_no_note() -> None:
    assert archcalc.count("lenet5").notes == ()
    assert archcalc.count("resnet50", input="3x299x299").notes == ()


def test_more_channels_change_parameters_at_the_first_layer() -> None:
    report = archcalc.count("resnet50", input="4x224x224")

    assert report.total.parameters == 25_557_032 + 64 * 49
    assert report.notes == (
        (
            "input 4x224x224 instead of 3x224x224: 25,560,168 parameters, not 25,557,032; "
            "a convolution has a weight for every map that reaches it"
        ),
    )


def test_a_field_that_depends_on_the_input_is_the_cause() -> None:
    report = count("input: 1x8x8\nlayers: [{conv: 3, kernel: =height}]", input="1x5x5")

    assert report.notes == (
        (
            "input 1x5x5 instead of 1x8x8: 78 parameters, not 195; "
            "a field of a layer depends on the input"
        ),
    )


def test_a_wrong_input() -> None:
    with pytest.raises(archcalc.ArchcalcError) as caught:
        archcalc.count("lenet5", input="32 by 32")

    assert str(caught.value) == (
        "error[wrong-type]: expected an input such as 3x224x224 (channels x height x width), "
        "not `32 by 32`"
    )


def test_counting_takes_a_name_a_spec_a_graph() -> None:
    spec = archcalc.load("lenet5")
    totals = [archcalc.count(net).total for net in ("lenet5", spec, archcalc.expand(spec))]

    assert totals[0] == totals[1] == totals[2]


def test_a_graph_is_counted_at_another_input_when_asked() -> None:
    graph = archcalc.expand(archcalc.load("lenet5"))

    assert (
        archcalc.count(graph, input="1x36x36").total
        == archcalc.count("lenet5", input="1x36x36").total
    )


def test_numbers_of_numpy_are_numbers() -> None:
    text = "input: 1x32x32\nlayers: [{linear: 3}]"
    report = count(text, input=np.array([1, 36, 36]), batch=np.int64(2))
    same = count(text, input=(np.int32(1), 36.0, Fraction(36)), batch=2.0)

    assert report.total == same.total == count(text, input="1x36x36", batch=2).total
    assert {type(number) for number in (*report.input, *same.input, report.batch)} == {int}


def test_a_block_ends_with_its_output_which_need_not_be_its_last_layer() -> None:
    report = count(
        """
input: 1x8x8
blocks:
  b:
    layers:
      - {name: a, conv: 8, kernel: 3}
      - {name: b, conv: 4, kernel: 3, from: a}
      - {name: off, op: relu, from: a, when: false}
layers:
  - {name: c, block: b}
  - {name: d, block: b, from: input, repeat: 2}
  - {name: e, layers: [relu, {op: relu, from: input, when: false}]}
"""
    )

    assert [str(report[path].output) for path in ("c", "c/b", "d", "d/1", "e")] == [
        "8x6x6", "4x4x4", "8x4x4", "8x6x6", "1x8x8",
    ]  # fmt: skip
    assert [getattr(report[path].field, "size", None) for path in ("c", "c/b", "d", "e")] == [
        (3, 3), (5, 5), (5, 5), (1, 1),
    ]  # fmt: skip
    assert [str(row.output) for row in report.fold(1)] == ["8x6x6", "8x4x4", "1x8x8"]


def test_a_join_of_one_branch_leaves_what_stands_after_it() -> None:
    (row,) = count("input: 1x8x8\nlayers: [{add: [[]], after: [batchnorm, relu]}]").rows

    assert (row.path, row.op, row.layer, row.parameters) == ("add1", "add", None, 2)


def test_flops_are_two_per_mac_and_one_per_other_operation() -> None:
    total = count("input: 2x4x4\nlayers: [{conv: 3, kernel: 3, after: [relu]}]").total

    assert total.work == Work(mac=3 * 4 * 18, add=12, cmp=12)
    assert total.flops == 2 * 216 + 12 + 12


# -- memory -------------------------------------------------------------------------------------


def test_memory_of_a_chain() -> None:
    memory = count("input: 1x4x4\nlayers: [{conv: 2, kernel: 3}, relu, {linear: 3}]").memory()

    assert memory.parameters == 20 + 27
    assert memory.outputs == 8 + 8 + 3
    assert memory.live == 16 + 8  # the input and what the convolution makes of it
    assert memory.total == 47 + 19


def test_an_output_lives_until_its_last_reader_has_run() -> None:
    memory = count("""
input: 2x4x4
layers:
  - add: [[{conv: 8, kernel: 1}, {conv: 2, kernel: 1}], []]
""").memory()

    # x 32, first 128, second 32: all three live when the second convolution has run
    assert memory.live == 32 + 128 + 32
    assert memory.outputs == 128 + 32 + 32


def test_concatenation_copies() -> None:
    memory = count("input: 4x2x2\nlayers: [{concat: [relu, tanh]}]").memory()

    assert memory.live == 16 + 16 + 32
    assert memory.outputs == 16 + 16 + 32


def test_bytes_and_batches() -> None:
    report = count("input: 1x4x4\nlayers: [{conv: 2, kernel: 3}, relu, {linear: 3}]", batch=10)

    assert report.memory(4) == (47 * 4, 0, 0, 190 * 4, 240 * 4)


# -- receptive fields ---------------------------------------------------------------------------

FIELDS = [
    ("lenet5", "C1", 5, 1),
    ("lenet5", "S2", 6, 2),
    ("lenet5", "C3", 14, 2),           # 6 + 4·2
    ("lenet5", "S4", 16, 4),           # 14 + 1·2
    ("lenet5", "C5", 32, 4),           # 16 + 4·4: the whole image
    ("alexnet", "conv1", 11, 4),
    ("alexnet", "pool1", 19, 8),       # 11 + 2·4
    ("alexnet", "conv2", 51, 8),       # 19 + 4·8
    ("alexnet", "pool2", 67, 16),      # 51 + 2·8
    ("alexnet", "conv3", 99, 16),      # 67 + 2·16
    ("alexnet", "conv4", 131, 16),
    ("alexnet", "conv5", 163, 16),
    ("alexnet", "pool5", 195, 32),     # 163 + 2·16
    ("vgg16", "pool1", 6, 2),          # 1 + 2 + 2 + 1
    ("vgg16", "pool2", 16, 4),         # 6 + 2·2·2 + 2
    ("vgg16", "pool3", 44, 8),         # 16 + 3·2·4 + 4
    ("vgg16", "pool4", 100, 16),       # 44 + 3·2·8 + 8
    ("vgg16", "pool5", 212, 32),       # 100 + 3·2·16 + 16
    ("resnet50", "conv1", 7, 2),
    ("resnet50", "pool1", 11, 4),      # 7 + 2·2
    ("resnet50", "conv2_x", 35, 4),    # 11 + 3·2·4
    ("resnet50", "conv3_x", 99, 8),    # 35 + 4·2·8: the stride stands before every 3x3
    ("resnet50", "conv4_x", 291, 16),  # 99 + 6·2·16
    ("resnet50", "conv5_x", 483, 32),  # 291 + 3·2·32
    ("resnet50-v1.5", "conv3_x", 91, 8),    # 35 + 2·4 + 3·2·8: the first 3x3 has the stride itself
    ("resnet50-v1.5", "conv5_x", 427, 32),  # 91 + 2·8 + 5·2·16 = 267; + 2·16 + 2·2·32
]  # fmt: skip


@pytest.mark.parametrize(("name", "path", "size", "stride"), FIELDS)
def test_receptive_fields_by_hand(name: str, path: str, size: int, stride: int) -> None:
    field = archcalc.count(name)[path].field

    assert field
    assert field.size == (size, size)
    assert field.stride == (stride, stride)


def test_the_offset_sees_the_padding() -> None:
    report = archcalc.count("resnet50")
    first, pool = report["conv1"].field, report["pool1"].field

    assert first
    assert pool
    assert first.offset == (-3, -3)
    assert pool.offset == (-5, -5)  # -3 - 1·2
    assert archcalc.count("lenet5")["C3"].field == ((14, 14), (2, 2), (0, 0))


def test_rectangles_and_dilation() -> None:
    report = count("""
input: 1x20x20
layers:
  - {name: a, conv: 1, kernel: 1x3, padding: 0x1}
  - {name: b, conv: 1, kernel: 3, dilation: 2, stride: 1x2}
  - {name: c, maxpool: 2}
""")

    assert report["a"].field == ((1, 3), (1, 1), (0, -1))
    assert report["b"].field == ((5, 7), (1, 2), (0, -1))  # 1 + 4; 3 + 4
    assert report["c"].field == ((6, 9), (2, 4), (0, -1))  # 5 + 1; 7 + 2


def test_the_widest_branch_counts() -> None:
    report = count("""
input: 1x20x20
layers:
  - concat:
      - {conv: 1, kernel: 1}
      - {conv: 1, kernel: 5, padding: 2}
      - {conv: 1, kernel: 3, padding: 1}
""")

    assert report["concat1"].field == ((5, 5), (1, 1), (-2, -2))


def test_branches_see_together_what_one_of_them_sees() -> None:
    report = count("""
input: 1x20x20
layers:
  - concat: [{conv: 1, kernel: 1x5, padding: 0x2}, {conv: 1, kernel: 3x1, padding: 1x0}]
""")

    assert report["concat1"].field == ((3, 5), (1, 1), (-1, -2))


def test_branches_of_unlike_strides_have_no_single_field() -> None:
    report = count("""
input: 1x4x4
layers:
  - concat: [{maxpool: 2}, {conv: 1, kernel: 3}]
""")

    assert report["concat1"].field is None


def test_a_layer_that_sees_everything() -> None:
    field = count("input: 1x6x8\nlayers: [{conv: 1, kernel: 3}, {name: all, linear: 2}]")[
        "all"
    ].field

    assert field
    assert field.size == (6, 8)


def test_windows_of_unlike_sizes_have_no_single_field() -> None:
    report = count("input: 1x7x7\nlayers: [{op: avgpool, output: 4}, {name: after, op: relu}]")

    assert report["avgpool1"].field is None
    assert report["after"].field is None


# -- plain values -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["lenet5", "googlenet", "densenet121"])
def test_plain_values_survive_json(name: str) -> None:
    report = archcalc.count(name, heads=True)
    plain = report.to_dict()

    assert json.loads(json.dumps(plain)) == plain
    assert plain["total"]["parameters"] == report.total.parameters
    assert [row["path"] for row in plain["rows"]] == [row.path for row in report.rows]
    assert sum(row["connections"] for row in plain["rows"]) == report.total.connections


def test_plain_values_of_a_small_network() -> None:
    plain = count("input: 1x3x3\nparameters: {r: 0.5, l: [1, a]}\nlayers: [{linear: 2}]").to_dict()

    assert plain["parameters"] == {"r": float(Fraction(1, 2)), "l": [1, "a"]}
    assert plain["total"] == {
        "partial": {},
        "parameters": 20, "weights": 18, "biases": 2, "gamma": 0, "beta": 0, "slope": 0, "fixed": 0,
        "interactions": 0,
        "statistics": 0, "connections": 20, "connections_in_bounds": 20, "neurons": 2,
        "activations": 2, "macs": 18, "flops": 38, "work": {"mac": 18, "add": 2},
    }  # fmt: skip
    assert plain["input"] == [1, 3, 3]
    assert plain["rows"][0]["receptive_field"] == {
        "size": [3, 3], "stride": [1, 1], "offset": [0, 0],
    }  # fmt: skip


def test_a_report_says_what_it_is() -> None:
    assert repr(archcalc.count("lenet5")) == (
        "<Report of LeNet-5: 60,000 parameters, 340,908 connections, 325,680 multiply-accumulates>"
    )


def test_rows_are_frozen() -> None:
    row = archcalc.count("lenet5")["C1"]

    assert isinstance(row, Row)
    with pytest.raises(AttributeError):
        row.weights = 1  # type: ignore[misc]


def test_a_misspelt_path_is_not_led_into_a_head_that_is_not_counted() -> None:
    text = """
input: 2x8x8
layers: [{name: a, layers: [relu]}, {name: b, op: relu}]
heads:
  h: {from: b, layers: [{name: deep, layers: [relu]}]}
"""
    spec = archcalc.load(StringIO(text))

    def hint(path: str, *, heads: bool) -> str | None:
        with pytest.raises(archcalc.ArchcalcError) as caught:
            archcalc.count(spec, heads=heads)[path]
        return caught.value.diagnostics[0].hint

    elsewhere = "`archcalc show` lists the layers, `--depth` unfolds blocks"
    assert hint("g/deep", heads=False) == elsewhere
    assert hint("g/deep", heads=True) == "did you mean `h/deep`?"
    assert hint("A", heads=False) == "did you mean `a`?"
