"""darknet's networks, worked by hand: small files, the arithmetic beside them."""

from __future__ import annotations

import pytest

from archcalc import Report, count
from archcalc.errors import ArchcalcError
from archcalc.files import File
from archcalc.readers.darknet import read

NET = "[net]\nbatch=64\nwidth=8\nheight=8\nchannels=3\n"
LINEAR = "activation=linear\n"


def report(text: str, *, net: str = NET, given: str | None = None) -> Report:
    return count(read(File("net.cfg", (net + text).encode()), given))


def shapes(text: str) -> dict[str, str]:
    return {node.path: str(node.y) for node in report(text).nodes}


def complaint(text: str, net: str = NET) -> str:
    with pytest.raises(ArchcalcError) as caught:
        report(text, net=net)
    return str(caught.value)


def conv(filters: int, more: str = "") -> str:
    return f"[convolutional]\nfilters={filters}\nsize=3\npad=1\n{LINEAR}{more}"


def test_batch_norm_and_activation_stand_beside_their_layer() -> None:
    text = (
        "[convolutional]\nbatch_normalize=1\nfilters=4\nsize=3\nstride=2\npad=1\nactivation=relu\n"
    )
    found = report(text)

    # floor((8 + 2·1 - 3) / 2) + 1 = 4; 4·3·3·3 weights, gamma and beta of 4 maps
    assert [(node.path, str(node.y)) for node in found.nodes] == [
        ("0_convolutional", "4x4x4"),
        ("0_convolutional.batchnorm", "4x4x4"),
        ("0_convolutional.relu", "4x4x4"),
    ]
    assert (found.total.parameters, found.total.statistics) == (108 + 8, 8)
    assert found.total.macs == 108 * 16


@pytest.mark.parametrize(
    ("keys", "output", "parameters"),
    [
        ("size=3\npad=1", "4x8x8", 4 * 3 * 9 + 4),
        ("size=3\npadding=1", "4x8x8", 4 * 3 * 9 + 4),
        ("size=2\npad=1", "4x9x9", 4 * 3 * 4 + 4),  # 8 + 2·1 - 2 + 1
        ("size=3", "4x6x6", 4 * 3 * 9 + 4),
        ("size=1\nstride=3", "4x3x3", 4 * 3 + 4),
        ("", "4x8x8", 4 * 3 + 4),
        ("size=1#1\nstride = 3 ; three", "4x3x3", 4 * 3 + 4),
    ],
)
def test_convolutions(keys: str, output: str, parameters: int) -> None:
    found = report(f"[convolutional]\nfilters=4\n{keys}\n{LINEAR}")

    assert (str(found.rows[0].output), found.total.parameters) == (output, parameters)


@pytest.mark.parametrize(
    ("keys", "output"),
    [
        ("size=2\nstride=2", "3x4x4"),  # (8 + 1 - 2) // 2 + 1
        ("size=2\nstride=1", "3x8x8"),
        ("size=3\nstride=2", "3x4x4"),  # (8 + 2 - 3) // 2 + 1
        ("size=3\nstride=2\npadding=0", "3x3x3"),
        ("stride=4", "3x2x2"),  # (8 + 3 - 4) // 4 + 1
    ],
)
def test_max_pools_pad_by_themselves(keys: str, output: str) -> None:
    assert shapes(f"[maxpool]\n{keys}\n") == {"0_maxpool": output}


def test_routes_lay_maps_behind_each_other() -> None:
    text = conv(4) + conv(6) + "[route]\nlayers=-1, 0\n" + conv(2) + "[route]\nlayers=2\n"

    assert shapes(text) == {
        "0_convolutional": "4x8x8", "1_convolutional": "6x8x8", "2_route": "10x8x8",
        "3_convolutional": "2x8x8", "4_route": "10x8x8",
    }  # fmt: skip
    assert report(text).scope == "whole network; outputs: 4_route, 3_convolutional"


def test_a_shortcut_adds_what_both_have() -> None:
    text = conv(4) + conv(6, "stride=2\n") + "[shortcut]\nfrom=0\nactivation=relu\n"
    found = report(text)

    # 4 maps of every second pixel, and 2 of zeros, are added to 6: nothing is trained
    assert str(found.nodes[-1].y) == "6x4x4"
    assert [node.path for node in found.nodes][-3:] == [
        "2_shortcut.pad_channels", "2_shortcut", "2_shortcut.relu",
    ]  # fmt: skip
    assert found.total.parameters == 4 * 28 + 6 * 37


def test_what_reads_outputs_is_left_out_and_ends_one() -> None:
    text = conv(4) + "[yolo]\nmask=0\n[route]\nlayers=0\n" + conv(2) + "[yolo]\nmask=1\n"
    found = report(text)

    assert [(gap.path, gap.why) for gap in found.uncounted] == [
        ("1_yolo", "reads what comes out"),
        ("4_yolo", "reads what comes out"),
    ]
    assert found.outputs == ("3_convolutional",)


def test_a_vector_enters() -> None:
    text = f"[connected]\noutput=5\n{LINEAR}[softmax]\ngroups=1\n[cost]\ntype=sse\n"
    found = report(text, net="[net]\ninputs=12\n")

    assert (str(found.input), found.total.parameters) == ("12x1x1", 5 * 13)
    assert found.graph.at("3x4x4").nodes[0].y == found.nodes[0].y


@pytest.mark.parametrize(
    ("text", "parameters", "macs"),
    [
        # gates, each with a matrix and a bias for the input, and for the own output
        ("[lstm]\noutput=5\n", 4 * 5 * 13 + 4 * 5 * 6, 4 * 5 * (12 + 5)),
        ("[gru]\noutput=5\n", 3 * 5 * 13 + 3 * 5 * 6, 3 * 5 * (12 + 5)),
        ("[rnn]\noutput=5\nhidden=7\n", 7 * 13 + 7 * 8 + 5 * 8, 7 * 12 + 7 * 7 + 5 * 7),
        # gamma and beta in place of biases
        ("[rnn]\noutput=5\nbatch_normalize=1\n", 5 * 12 + 2 * 25 + 2 * 15, 5 * 12 + 2 * 25),
    ],
)
def test_one_step_of_a_recurrent_layer_is_counted(text: str, parameters: int, macs: int) -> None:
    found = report(text, net="[net]\ninputs=12\n")

    assert (found.total.parameters, found.total.macs) == (parameters, macs)
    assert found.total.statistics == (2 * 15 if "batch" in text else 0)
    assert not found.total.unknown
    assert [gap.why for gap in found.uncounted] == [
        "all steps but one: how many there are is not in the file, line 3"
    ]


def test_one_step_of_a_recurrent_convolution() -> None:
    found = report("[crnn]\nhidden_filters=4\noutput_filters=2\nactivation=relu\n").total

    # three convolutions of 3x3 on 8x8 places: from 3 maps to 4, from 4 to 4, to 2
    assert (found.parameters, found.macs) == (
        9 * (12 + 16 + 8) + 10,
        9 * (12 + 16 + 8) * 64,
    )
    assert found.work.cmp == (4 + 4 + 2) * 64


@pytest.mark.parametrize("word", ["ramp", "loggy", "hard_mish"])
def test_an_activation_without_an_op_is_stated(word: str) -> None:
    found = report(f"[activation]\nactivation={word}\n" + conv(2, f"activation={word}\n"))

    assert (found.nodes[0].op.name, found.total.macs) == ("opaque", 2 * 27 * 64)
    assert not found.total.unknown


def test_a_section_that_is_not_known_is_named() -> None:
    text = conv(4) + "[attention]\n" + conv(2) + "[dropout]\n[route]\nlayers=0\n" + conv(5)
    found = report(text)

    assert found.total.parameters == 4 * (27 + 1) + 5 * (36 + 1)
    assert dict(found.total.unknown)["parameters"] == ("1_attention", "2_convolutional")
    assert [(gap.path, str(gap.case), gap.why) for gap in found.uncounted] == [
        ("1_attention", "unknown", "archcalc does not know the section `[attention]`, line 11"),
        ("2_convolutional", "not reached", "behind `1_attention`, line 12"),
        ("3_dropout", "not reached", "behind `1_attention`, line 17"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[convolutional]\nfilters=4\nsize=-3\n",
            (
                "net.cfg:8:1: error[wrong-type]: `size` is a whole number, 1 or more, not `-3`\n"
                "    8 | size=-3\n      | ^^^^^^^"
            ),
        ),
        (
            f"[convolutional]\nfilters={'9' * 5000}\n",
            (
                "net.cfg:7:1: error[wrong-type]: `filters` is a whole number, 1 or more, not "
                f"`{'9' * 57}...`"
            ),
        ),
        (
            "[route]\nlayers=0\n",
            "net.cfg:7:1: error[wrong-type]: `layers` names layer 0, and nothing stands before it",
        ),
        (
            conv(4) + "[route]\nlayers=-2\n",
            "net.cfg:12:1: error[wrong-type]: `layers` names layer -1, and those before are 0 to 0",
        ),
        (
            "[shortcut]\n",
            (
                "net.cfg:6:1: error[missing-key]: `shortcut` needs its `from`\n"
                "    6 | [shortcut]\n      | ^^^^^^^^^^"
            ),
        ),
        (
            conv(4) + conv(4, "stride=2\n") + "[route]\nlayers=0,1\n",
            (
                "net.cfg:18:1: error[wrong-type]: `route` needs layers of equal height and width, "
                "not 4x8x8 and 4x4x4"
            ),
        ),
        (
            "[convolutional]\nsize=30\n",
            "net.cfg:6:1: error[window-does-not-fit]: a window of 30 does not fit in the height 8",
        ),
        ("[cost]\n", "net.cfg:1:1: error[empty]: no layer of the file is counted"),
        ("", "net.cfg:1:1: error[empty]: the file has no layers"),
        ("[maxpool]\nsize\n", "net.cfg:7:1: error[not-cfg]: expected `key=value`, not `size`"),
    ],
)
def test_mistakes_have_their_place(text: str, message: str) -> None:
    assert complaint(text).startswith(message)


def test_a_network_needs_its_size() -> None:
    assert complaint(conv(2), net="[net]\nwidth=8\n") == (
        "net.cfg:1:1: error[missing-key]: `[net]` needs its `channels`, `height` and `width`, "
        "or `inputs`\n    1 | [net]\n      | ^^^^^"
    )
