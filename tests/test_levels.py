"""Names of one piece, folded as the blocks that they tell of, and never what is not alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from archcalc import count
from archcalc.builder import Builder
from archcalc.errors import UnknownName
from archcalc.inputs import read_inputs
from archcalc.levels import levels
from archcalc.ops import make
from archcalc.origin import Origin
from archcalc.referee.derivations.explanation import explain
from archcalc.render.pictures.flow import flow
from archcalc.render.tables.folding import fold_repeats
from tests.exactly import exactly

if TYPE_CHECKING:
    from archcalc.graph import Graph
    from archcalc.report import Report

CONV = make("conv", filters=4, kernel=(3, 3), padding=(1, 1, 1, 1))
OPS = {"bn": make("batchnorm"), "relu": make("relu"), "act": make("relu"), "drop": make("dropout")}


def network(names: str) -> Graph:
    """Put layers in a row: what is called so is normalised or activated, all else are convolutions.

    A name that begins with `add` or ends so is the sum of what is before it and of the input.
    """
    net = Builder(Origin(id="flat", name="flat", inputs=read_inputs("4x8x8"), flat=True), "4x8x8")
    here = net.input
    for name in names.split():
        words = name.replace("/", "_").split("_")
        op = next((op for key, op in OPS.items() if any(w.startswith(key) for w in words)), CONV)
        if words[-1] == "add":
            here = net.add(name, make("add", branches=2), here, net.input)
        elif words[-1].startswith("pool"):
            here = net.add(name, make("maxpool", kernel=(1, 1)), here)
        else:
            here = net.add(name, op, here)
    return net.graph(here)


def rows(names: str, depth: int = 1) -> list[tuple[str, str]]:
    report = count(network(names))
    found = report.fold(depth)
    assert sum(row.parameters for row in found) == report.total.parameters
    return [(row.path, row.op) for row in found]


def shown(report: Report, depth: int = 1) -> list[str]:
    return [line.row.path for line in fold_repeats(report.fold(depth))]


BLOCKS = """
    conv1_conv conv1_bn conv1_relu pool1_pool
    conv2_block1_0_conv conv2_block1_1_conv conv2_block1_1_bn conv2_block1_add
    conv2_block2_1_conv conv2_block2_1_bn conv2_block2_add
    conv2_block3_1_conv conv2_block3_1_bn conv2_block3_add
    predictions
"""


def test_a_name_is_parted_behind_its_numbers() -> None:
    assert rows(BLOCKS) == [
        ("conv1", "conv"),
        ("pool1_pool", "maxpool"),
        ("conv2", "group"),
        ("predictions", "conv"),
    ]
    assert [path for path, _ in rows(BLOCKS, 2)][4:-1] == [
        "conv2/block1",
        "conv2/block2",
        "conv2/block3",
    ]


def test_equal_blocks_fold_to_one_line_in_the_table_and_in_a_drawing() -> None:
    report = count(network(BLOCKS))

    assert shown(report, 2)[-3:] == ["conv2/block1", "conv2/block2..3", "predictions"]
    lettered = count(network("res2a_c res2a_d res2b_c res2b_add res2c_c res2c_add res2d_c res2d_e"))
    assert shown(lettered) == ["res2a", "res2b..c", "res2d"]
    chain = count(network("block_1_a block_1_b block_2_a block_2_b block_3_a block_3_b fc"))
    assert [box.title for box in flow(chain).boxes()] == ["block_1..3", "fc"]


def test_layers_keep_their_names_and_blocks_are_found_by_either_spelling() -> None:
    report = count(network(BLOCKS))

    assert [row.path for row in report.rows] == BLOCKS.split()
    # 2 convolutions of 4·(4·9 + 1) = 148, and 2·4 of the normalisation
    for name in ("conv2/block1", "conv2_block1"):
        assert (report[name].path, report[name].parameters) == ("conv2/block1", 2 * 148 + 8)
    assert report["conv2_block1_1_conv"].parameters == 148
    with pytest.raises(
        UnknownName,
        match=exactly(
            "error[unknown-layer]: flat has no layer `conv2_block9`\n"
            "  hint: did you mean `conv2_block3_add`?"
        ),
    ):
        report["conv2_block9"]


def test_blocks_that_are_shown_as_one_are_explained_together() -> None:
    found = explain(network(BLOCKS), "conv2/block2..3")

    assert [part.path for part in found.parts] == [
        f"conv2_block{n}_{layer}" for n in (2, 3) for layer in ("1_conv", "1_bn", "add")
    ]


def test_what_comes_after_a_layer_goes_with_it() -> None:
    names = "conv1 bn_conv1 relu1 pool1 res2a_br1 bn2a_br1 res2a_br2 bn2a_br2 res2a_add relu2a fc6"

    assert rows(names) == [
        ("conv1", "conv"),
        ("pool1", "maxpool"),
        ("res2a", "group"),
        ("fc6", "conv"),
    ]
    assert rows("conv1_1 relu1_1 conv1_2 relu1_2 fc6 relu6 drop6") == [
        ("conv1", "group"),
        ("fc6", "conv"),
    ]
    assert rows("conv2_1/dw relu2_1/dw conv2_1/sep relu2_1/sep fc6", 2) == [
        ("conv2/1", "group"),
        ("fc6", "conv"),
    ]


def test_what_all_layers_are_in_is_no_level() -> None:
    assert rows("net/res/conv1 net/res/a/conv net/res/a/relu") == [
        ("net/res/conv1", "conv"),
        ("net/res/a", "group"),
    ]
    assert rows("net/res/a/conv net/res/a/relu") == [
        ("net/res/a/conv", "conv"),
        ("net/res/a/relu", "relu"),
    ]
    assert rows("net/conv") == [("net", "group")]


def test_one_layer_of_another_name_in_the_middle_of_a_block_belongs_to_it() -> None:
    assert rows("res2a_a act_1 res2a_b act_2 res3a_a res3a_b") == [
        ("res2a", "group"),
        ("act_2", "relu"),
        ("res3a", "group"),
    ]


def test_the_name_of_the_whole_network_is_no_level() -> None:
    names = "net17_stage1_a net17_stage1_b net17_stage2_a net17_stage2_b"

    assert [path for path, _ in rows(names)] == ["net17_stage1", "net17_stage2"]
    assert [path for path, _ in rows("net17_conv1_1 net17_conv1_2")] == [
        "net17_conv1_1",
        "net17_conv1_2",
    ]


@pytest.mark.parametrize(
    "names",
    [
        "conv2d conv2d_1 conv2d_2",
        "conv2d_1 act_1 conv2d_2 act_2",
        "dense dense_1 dense_2",
        "left1_a right1_a left1_b right1_b",
        "down1_a middle other down1_b",
        "stem_conv stem_bn top_conv top_bn",
        "a b c",
    ],
)
def test_counters_and_what_stands_apart_are_no_blocks(names: str) -> None:
    assert [path for path, _ in rows(names)] == names.split()


def test_each_layer_has_a_place_of_its_own() -> None:
    names = "fc6 relu6 drop6 a1_b a1_c a1 a1_relu1 x__1 _ _1 1_ a1/b a1/c"
    found = levels(network(names).nodes)

    assert list(found) == names.split()
    assert len(set(found.values())) == len(found)


def test_a_network_with_paths_is_folded_by_them() -> None:
    assert count("vgg16").graph.places == {}
    assert [row.path for row in count("vgg16").fold(1)][:3] == ["conv1_1", "conv1_2", "pool1"]
