"""Two networks layer by layer: pairs, what changed, and that the changes add up."""

from __future__ import annotations

from io import StringIO
from itertools import pairwise

import pytest

import archcalc
from archcalc.counts import QUANTITIES
from archcalc.referee.comparisons.difference import Difference, diff


def own(before: str, after: str) -> Difference:
    """Compare two lists of layers on a 1x8x8 input."""
    nets = [archcalc.load(StringIO(f"input: 1x8x8\nlayers: [{text}]")) for text in (before, after)]
    return diff(*nets)


def kinds(found: Difference) -> list[tuple[str, str | None, str | None]]:
    """Give each change with the path before and after."""
    return [
        (
            change.kind,
            change.before.path if change.before else None,
            change.after.path if change.after else None,
        )
        for change in found.layers
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        *pairwise(["lenet1", "lenet5", "lenet-caffe", "alexnet", "vgg16", "resnet50", "resnet101"]),
        ("googlenet", "googlenet-torchvision"),
        ("inception-v3", "inception-v4"),
        ("densenet-bc-100-12", "resnet110"),
    ],
)
def test_changes_add_up_to_the_difference_of_the_totals(before: str, after: str) -> None:
    found = diff(before, after, heads=True)

    for quantity in QUANTITIES:
        assert sum(change.change(quantity) for change in found.changes) == found.change(quantity)


@pytest.mark.parametrize(("before", "after"), [("vgg16", "googlenet"), ("resnet34", "resnet18")])
def test_every_layer_stands_in_exactly_one_pair_and_in_order(before: str, after: str) -> None:
    found = diff(before, after)
    old = [change.before.path for change in found.layers if change.before]
    new = [change.after.path for change in found.layers if change.after]

    assert sorted(old) == sorted(row.path for row in archcalc.count(before).rows)
    assert new == [row.path for row in archcalc.count(after).rows]


def test_a_network_does_not_differ_from_itself() -> None:
    found = diff("googlenet", "googlenet")

    assert found.changes == ()
    assert {change.kind for change in found.layers} == {"same"}


def test_a_deeper_network_has_layers_added() -> None:
    found = diff("resnet50", "resnet101")

    assert {change.kind for change in found.changes} == {"added"}
    assert {change.path.rpartition("/")[0] for change in found.changes} == {
        f"conv4_x/{number}" for number in range(7, 24)
    }
    assert found.change("parameters") == 17 * (262_656 + 590_336 + 264_192)


def test_a_removed_layer_stands_where_it_was() -> None:
    found = own(
        "{name: a, conv: 2, kernel: 3}, {name: b, lrn: 5}, {name: c, conv: 4, kernel: 3}",
        "{name: a, conv: 2, kernel: 3}, {name: c, conv: 4, kernel: 3}, {name: d, dropout: 0.5}",
    )

    assert kinds(found) == [
        ("same", "a", "a"), ("removed", "b", None), ("same", "c", "c"), ("added", None, "d"),
    ]  # fmt: skip


def test_a_layer_of_another_name_is_renamed() -> None:
    found = own("{name: a, conv: 2, kernel: 3}, relu", "{name: b, conv: 2, kernel: 3}, relu")

    assert kinds(found) == [("renamed", "a", "b"), ("same", "relu1", "relu1")]
    assert found.changes[0].change("parameters") == 0


def test_what_is_only_written_in_another_way_is_no_change() -> None:
    found = own(
        "{name: a, conv: 2, kernel: 3, padding: half}, {name: m, maxpool: 2}",
        "{name: a, conv: 2, kernel: 3, padding: 1}, {name: m, maxpool: 2, stride: 2}",
    )

    assert found.changes == ()


def test_a_stride_that_was_the_kernel_is_named_by_its_value() -> None:
    found = own("{name: m, maxpool: 2}", "{name: m, maxpool: 2, stride: 1}")

    assert [str(detail) for detail in found.changes[0].details] == [
        "stride 1, not 2",
        "output 1x7x7, not 1x4x4",
    ]


def test_layers_of_other_names_that_differ_in_two_fields_are_no_pair() -> None:
    found = own("{name: a, conv: 2, kernel: 3}", "{name: b, conv: 3, kernel: 5}")

    assert {change.kind for change in found.layers} == {"added", "removed"}


def test_layers_of_equal_fields_are_paired_before_those_with_one_that_differs() -> None:
    found = own(
        "{name: a, conv: 2, kernel: 3}",
        "{name: x, conv: 4, kernel: 3}, {name: b, conv: 2, kernel: 3}",
    )

    assert kinds(found) == [("added", None, "x"), ("changed", "a", "b")]


def test_unlike_layers_are_no_pair() -> None:
    found = diff("vgg16", "resnet50")

    renamed = [c for c in found.layers if c.before and c.after and c.before.path != c.after.path]
    assert [(c.before and c.before.path, c.path) for c in renamed] == [("fc8", "fc")]
    assert {c.kind for c in found.layers if c.path.startswith(("conv", "avgpool"))} == {
        "added",
        "removed",
    }


def test_renamed_blocks_keep_their_layers() -> None:
    block = "{name: %s, layers: [{name: in, conv: 2, kernel: 3}, relu, {name: out, conv: %s}]}"
    ending = ", {name: d, linear: 5}"
    before, after = block % ("first", "3, kernel: 1"), block % ("stage", "4, kernel: 1")

    assert kinds(own(before + ending, after + ending)) == [
        ("renamed", "first/in", "stage/in"),
        ("renamed", "first/relu1", "stage/relu1"),
        ("changed", "first/out", "stage/out"),
        ("changed", "d", "d"),
    ]


def test_equal_layers_are_paired_before_those_of_nearly_equal_fields() -> None:
    found = own(
        "{name: a, conv: 2, kernel: 3}",
        "{name: b, conv: 1, kernel: 1}, {name: c, conv: 2, kernel: 3}",
    )

    assert kinds(found) == [("added", None, "b"), ("renamed", "a", "c")]


def test_layers_are_paired_between_the_same_neighbours_only() -> None:
    found = own(
        "{name: a, conv: 2, kernel: 3}, {name: m, maxpool: 2}",
        "{name: m, maxpool: 2}, {name: b, conv: 4, kernel: 3}",
    )

    assert [kind for kind, *_ in kinds(found)] == ["removed", "changed", "added"]


def test_details_name_the_fields_and_shapes_that_differ() -> None:
    found = own(
        "{name: a, conv: 2, kernel: 3, before: [{batchnorm: , eps: 0.1}], after: [relu]}",
        "{name: a, conv: 4, kernel: 3, before: [{batchnorm: , eps: 0.2}], after: [tanh, relu]}",
    )
    (change,) = found.changes

    assert [(d.name, str(d.before), str(d.after)) for d in change.details] == [
        ("filters", "2", "4"),
        ("batchnorm.eps", "1/10", "1/5"),
        ("after", "relu", "tanh, relu"),
        ("output", "2x6x6", "4x6x6"),
    ]
    assert change.change("parameters") == (4 - 2) * (3 * 3 + 1)
    assert change.change("neurons") == (4 - 2) * 6 * 6


def test_what_an_opaque_layer_states_is_told_by_name_and_its_output_once() -> None:
    before, after = (f"{{name: a, opaque: {y}, holds: {{w: 4x{y}, b: {y}}}}}" for y in (8, 6))
    (change,) = own(before, after).changes
    assert [str(detail) for detail in change.details] == [
        "output 6, not 8",
        "holds {w: 4x6, b: 6}, not {w: 4x8, b: 8}",
    ]


def test_more_weights_of_the_same_layer_are_a_change() -> None:
    legs = "{{name: l, linear: 10}}, {{name: r, linear: 10, from: input, weights: {}}}"
    found = own(legs.format("{weight: l}"), legs.format("l"))
    (change,) = found.changes
    assert [str(detail) for detail in change.details] == ["shared weights weight, bias, not weight"]
    assert found.change("parameters") == change.change("parameters") == -10  # r's own bias


def test_another_op_under_the_same_name_is_a_change() -> None:
    found = diff("lenet5", "lenet5-textbook")
    by_path = {change.path: change for change in found.changes}

    assert by_path["S2"].details[0] == ("op", "subsample", "maxpool")
    assert by_path["C3"].change("parameters") == 2_416 - 1_516
    assert by_path["OUTPUT"].details[0] == ("op", "rbf", "linear")
    assert found.change("parameters") == 61_706 - 60_000


def test_another_stride_moves_operations_and_no_parameters() -> None:
    found = diff("resnet50", "resnet50-v1.5")

    assert found.change("parameters") == 0
    assert found.change("macs") == 231_211_008
    assert {
        (detail.name, detail.before, detail.after)
        for change in found.changes
        for detail in change.details
        if detail.name == "stride"
    } == {("stride", (2, 2), (1, 1)), ("stride", (1, 1), (2, 2))}


def test_a_join_that_is_left_with_one_branch_loses_its_op() -> None:
    found = own(
        "{name: sum, add: [[], [{name: a, conv: 1, kernel: 1}]], after: [relu]}",
        "{name: sum, add: [[{name: a, conv: 1, kernel: 1}]], after: [relu]}",
    )
    change = next(change for change in found.changes if change.path == "sum")

    assert [detail.name for detail in change.details][:1] == ["op"]
    assert found.change("flops") == -64


def test_plain_values_tell_what_became_of_each_layer() -> None:
    conv = "{name: a, conv: 2, kernel: 3"
    before = f"{conv}}}, {{name: b, relu: }}, {{name: c, tanh: }}, {{name: e, relu: }}"
    after = f"{conv}, bias: false}}, {{name: d, relu: }}, {{name: e, relu: }}, {{name: f, rbf: 2}}"
    changes = own(before, after).to_dict()["changes"]

    assert {(change["before"], change["after"]): change["kind"] for change in changes} == {
        ("a", "a"): "changed",
        ("b", "d"): "renamed",
        ("c", None): "removed",
        (None, "f"): "added",
    }


@pytest.mark.parametrize(("kernel", "kinds"), [(2, []), (3, ["changed"])])
def test_rounding_up_where_there_is_nothing_to_round_is_no_difference(
    kernel: int, kinds: list[str]
) -> None:
    """Windows of 2 fill 8 cells in steps of 2; those of 3 leave one, and rounding up adds one."""
    pool = f"{{name: a, maxpool: {kernel}, stride: 2, ceil: "
    found = own(f"{pool}true}}", f"{pool}false}}")

    assert [change.kind for change in found.changes] == kinds
