"""Caffe's networks, worked by hand: small files, the arithmetic beside them."""

from __future__ import annotations

import pytest

from archcalc import Report, count
from archcalc.errors import ArchcalcError
from archcalc.files import File
from archcalc.readers.caffe import read

INPUT = 'input: "data" input_shape { dim: 1 dim: 3 dim: 10 dim: 10 }\n'


def report(layers: str, *, before: str = INPUT, given: str | None = None) -> Report:
    return count(read(File("net.prototxt", (before + layers).encode()), given))


def layer(kind: str, bottom: str = "data", top: str = "y", more: str = "", name: str = "") -> str:
    """Write a layer; `bottom` and `top` may be several names."""
    links = [f'bottom: "{word}"' for word in bottom.split()] + [f'top: "{w}"' for w in top.split()]
    return f'layer {{ name: "{name or top}" type: "{kind}" {" ".join(links)} {more} }}\n'


def shapes(layers: str, *, before: str = INPUT) -> dict[str, str]:
    return {node.path: str(node.y) for node in report(layers, before=before).nodes}


def complaint(text: str, *, before: str = INPUT, given: str | None = None) -> str:
    with pytest.raises(ArchcalcError) as caught:
        report(text, before=before, given=given)
    return str(caught.value)


STRIDED = "num_output: 4 kernel_size: 3 stride: 2 bias_term: false"
TINY = (
    layer("Convolution", top="c", more=f"convolution_param {{ {STRIDED} }}")
    + layer("BatchNorm", "c", "c", name="b")
    + layer("Scale", "c", "c", "scale_param { bias_term: true }", name="s")
    + layer("ReLU", "c", "c", name="r")
    + layer("Pooling", "c", "p", "pooling_param { pool: MAX kernel_size: 3 stride: 2 }")
    + layer("InnerProduct", "p", "f", "inner_product_param { num_output: 5 }")
)  # fmt: skip


def test_sizes_round_as_caffe_rounds_them() -> None:
    tiny = report(TINY)

    # floor((10 - 3) / 2) + 1 = 4; ceil((4 - 3) / 2) + 1 = 2
    assert [(row.path, str(row.output)) for row in tiny.rows] == [
        ("c", "4x4x4"), ("b", "4x4x4"), ("r", "4x4x4"), ("p", "4x2x2"), ("f", "5x1x1"),
    ]  # fmt: skip
    assert tiny["c"].parameters == 4 * 3 * 3 * 3
    assert (tiny["b"].gamma, tiny["b"].beta, tiny["b"].statistics) == (4, 4, 8)
    assert tiny["f"].parameters == 5 * (4 * 2 * 2 + 1)
    assert tiny.total.parameters == 108 + 8 + 85
    assert tiny.total.macs == 108 * 4 * 4 + 5 * 16
    assert tiny.scope == "whole network"


def test_a_scale_that_others_read_before_it_stands_alone() -> None:
    shared = layer("BatchNorm", top="b") + layer("Scale", "b", "s") + layer("ReLU", "b", "r")

    assert [node.path for node in report(shared).nodes] == ["b", "s", "r"]


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("pool: MAX kernel_size: 2 stride: 2", "3x5x5"),
        ("pool: AVE kernel_size: 3 stride: 2", "3x5x5"),  # ceil(7 / 2) + 1
        ("pool: AVE kernel_size: 3 stride: 2 round_mode: FLOOR", "3x4x4"),
        ("pool: MAX kernel_size: 3 stride: 2 ceil_mode: false", "3x4x4"),
        ("pool: MAX kernel_size: 3 stride: 2 pad: 1", "3x6x6"),  # ceil(9 / 2) + 1 = 6: starts at 10
        ("pool: 1 kernel_h: 2 kernel_w: 5 stride_h: 2 stride_w: 5", "3x5x2"),
        ("pool: AVE global_pooling: true", "3x1x1"),
        ("pool: MAX global_pooling: true", "3x1x1"),
    ],
)  # fmt: skip
def test_pools(text: str, output: str) -> None:
    assert shapes(layer("Pooling", more=f"pooling_param {{ {text} }}")) == {"y": output}


@pytest.mark.parametrize(
    ("text", "output", "parameters"),
    [
        ("num_output: 6 kernel_size: 3", "6x8x8", 6 * 3 * 9 + 6),
        ("num_output: 6 kernel_h: 1 kernel_w: 7 pad_h: 0 pad_w: 3", "6x10x10", 6 * 3 * 7 + 6),
        ("num_output: 6 kernel_size: 3 kernel_size: 1 pad: 1 pad: 0", "6x10x10", 6 * 3 * 3 + 6),
        ("num_output: 6 kernel_size: 3 group: 3 bias_term: false", "6x8x8", 6 * 9),
        ("num_output: 6 kernel_size: 3 dilation: 2", "6x6x6", 6 * 3 * 9 + 6),
        ("num_output: 6 kernel_size: 0x3 stride: 3", "6x3x3", 6 * 3 * 9 + 6),
    ],
)
def test_convolutions(text: str, output: str, parameters: int) -> None:
    found = report(layer("Convolution", more=f"convolution_param {{ {text} }}"))

    assert (str(found.rows[0].output), found.total.parameters) == (output, parameters)


def test_a_depthwise_convolution_has_a_kernel_for_each_map() -> None:
    text = "convolution_param { num_output: 3 kernel_size: 3 bias_term: false }"

    assert report(layer("ConvolutionDepthwise", more=text)).total.parameters == 3 * 9


def test_the_first_form_of_layers() -> None:
    old = """name: "old" input: "data" input_dim: 1 input_dim: 1 input_dim: 6 input_dim: 6
        layers { name: "c" type: CONVOLUTION bottom: "data" top: "c" blobs_lr: 1
                 convolution_param { num_output: 2 kernel_size: 3 } }
        layers { name: "r" type: RELU bottom: "c" top: "c" }
        layers { name: "i" type: INNER_PRODUCT bottom: "c" top: "i"
                 inner_product_param { num_output: 3 } }
        layers { name: "l" type: SOFTMAX_LOSS bottom: "i" top: "l" }"""
    found = report(old, before="")

    assert found.name == "old"
    assert found.total.parameters == 2 * (9 + 1) + 3 * (2 * 16 + 1)
    assert [(left.path, left.op, left.why) for left in found.uncounted] == [
        ("l", "SOFTMAX_LOSS", "a loss")
    ]


def test_phases_and_what_is_left_out() -> None:
    text = (
        'layer { name: "data" type: "Data" top: "data" top: "label" include { phase: TRAIN }\n'
        "  transform_param { crop_size: 8 } }\n"
        'layer { name: "data" type: "Data" top: "data" top: "label"\n'
        "  include { phase: TEST } transform_param { crop_size: 8 } }\n"
        + layer("InnerProduct", top="f", more="inner_product_param { num_output: 2 }")
        + layer("Dropout", "f", "f", "exclude { phase: TEST }", name="d")
        + layer("SoftmaxWithLoss", "f label", "loss")
        + layer("Accuracy", "f label", "accuracy", 'include { phase: TEST stage: "val" }')
    )
    assert complaint(text, before="") == (
        "net.prototxt:3:28: error[no-input]: `Data` gives `data`, whose size is not in the file\n"
        '    3 | layer { name: "data" type: "Data" top: "data" top: "label"\n'
        "      |                            ^^^^^^\n"
        "  hint: say it: `--input 3x8x8`, or `input=` in Python"
    )
    found = report(text, before="", given="3x8x8")
    assert found.total.parameters == 2 * (3 * 64 + 1)
    assert [left.path for left in found.uncounted] == ["data", "loss"]
    assert str(found.graph.at("1x4x4").nodes[0].xs[0]) == "1x4x4"


def test_branches_join_and_part() -> None:
    text = (
        layer("Slice", top="a b", more="slice_param { slice_point: 1 }", name="parts")
        + layer("Split", "b", "b1 b2", name="split")
        + layer("Concat", "b1 a b2", "all")
        + layer("Eltwise", "all all", "sum", "eltwise_param { operation: SUM }")
        + layer("Eltwise", "sum all", "halves", "eltwise_param { coeff: 0.5 coeff: 1 }")
        + layer("Flatten", "halves", "flat")
    )

    assert shapes(text) == {
        "parts/1": "1x10x10", "parts/2": "2x10x10", "split": "2x10x10", "all": "5x10x10",
        "sum": "5x10x10", "halves.scale1": "5x10x10", "halves": "5x10x10", "flat": "500x1x1",
    }  # fmt: skip
    assert report(text).total.work.mul == 500


def test_tops_that_nothing_reads_are_outputs() -> None:
    text = layer("ReLU", top="a") + layer("TanH", top="b")

    assert report(text).scope == "whole network; outputs: b, a"


def test_what_stands_behind_an_unknown_output_counts_where_it_can() -> None:
    text = (
        layer("Convolution", top="c", more="convolution_param { num_output: 4 kernel_size: 3 }")
        + layer("Python", "c", "rois", 'python_param { module: "m" }')
        + layer("InnerProduct", "rois", "f", "inner_product_param { num_output: 8 }")
        + layer("ReLU", "f", "f", name="r")
        + layer("InnerProduct", "f", "g", "inner_product_param { num_output: 2 }")
    )
    found = report(text)

    # the weights of f are not known, its 8 biases are, and all of g
    assert found.total.parameters == 4 * (27 + 1) + 8 + 2 * (8 + 1)
    assert dict(found.total.unknown)["parameters"] == ("f", "rois")
    assert [(gap.path, gap.op, gap.why) for gap in found.uncounted] == [
        ("f", "InnerProduct", "behind `rois`, line 4"),
        ("rois", "Python", "archcalc does not know the layer `Python`, line 3"),
    ]


def test_a_region_pool_is_told_for_one_region() -> None:
    text = layer(
        "ROIPooling", "data data", "p", "roi_pooling_param { pooled_h: 2 pooled_w: 2 }"
    ) + layer("InnerProduct", "p", "f", "inner_product_param { num_output: 7 }")
    found = report(text)

    assert found.total.parameters == 7 * (3 * 4 + 1)
    assert dict(found.total.unknown)["macs"] == ("p",)


def test_permute_moves_axes_and_is_read_on() -> None:
    """SSD's heads: 3 maps of 10x10 become 10 rows of 10x3, then one vector."""
    text = layer("Permute", "data", "p", "permute_param { order: 0 order: 2 order: 3 order: 1 }")
    text += layer("Flatten", "p", "f")

    assert shapes(text) == {"p": "10x10x3", "f": "300x1x1"}


@pytest.mark.parametrize(
    ("text", "dims"),
    [
        ("shape { dim: 0 dim: -1 }", "300x1x1"),
        ("shape { dim: 0 dim: 30 dim: 10 }", "30x10"),
        ("shape { dim: 0 dim: 0 dim: -1 dim: 5 }", "3x20x5"),
        ("shape { dim: 3 dim: 100 } axis: 1", "3x100"),
        ("shape { dim: 2 dim: 5 } axis: 2 num_axes: 1", "3x2x5x10"),
        ("shape { dim: -1 dim: 300 }", "300x1x1"),
    ],
)
def test_reshape(text: str, dims: str) -> None:
    assert shapes(layer("Reshape", more=f"reshape_param {{ {text} }}")) == {"y": dims}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            layer("Convolution", more="convolution_param { kernel_size: 3 }"),
            "error[missing-key]: a convolution needs its `num_output`",
        ),
        (
            layer("Convolution", more="convolution_param { num_output: -4 kernel_size: 3 }"),
            "error[wrong-type]: `num_output` is a whole number, 1 or more, not `-4`",
        ),
        (
            layer("InnerProduct", more=f"inner_product_param {{ num_output: {'9' * 5000} }}"),
            f"error[wrong-type]: `num_output` is a whole number, 1 or more, not `{'9' * 57}...`",
        ),
        (
            layer("Pooling", more="pooling_param { pool: MEAN kernel_size: 3 }"),
            "error[wrong-type]: `pool` is one of MAX, AVE, STOCHASTIC, not `MEAN`",
        ),
        (
            layer("Pooling", more="pooling_param { kernel_size: 30 }"),
            "error[window-does-not-fit]: a window of 30 does not fit in the height 10",
        ),
        (layer("ReLU", "x"), "error[wrong-input]: no layer before it gives `x`"),
        (layer("ReLU", "y"), "error[wrong-input]: no layer before it gives `y`"),
        (
            'layer { name: "r" bottom: "data" top: "y" }',
            "error[missing-key]: the layer `r` has no `type`",
        ),
        (
            layer("Reshape", more="reshape_param { shape { dim: 0 dim: 20 } }"),
            "error[wrong-type]: 3x10x10 cannot be arranged as 20",
        ),
        ('layer { name: "r" type: "ReLU" bottom: "data" }', "error[missing-key]: `r` has no `top`"),
        ("", "error[empty]: the file has no layers"),
        (
            'layer { type: "Silence" bottom: "data" }',
            "error[empty]: no layer of the file is counted",
        ),
        (
            layer("Slice", top="a b"), "error[wrong-type]: 3 cannot be cut into 2 equal parts",
        ),
        (
            layer("Slice", top="a b", more="slice_param { slice_point: 3 }"),
            "error[wrong-type]: [3] do not cut 3",
        ),
        (
            layer("Convolution", more="convolution_param: 3"),
            "error[missing-key]: a convolution needs its `num_output`",
        ),
        ('layer { name { } type: "ReLU" }', "error[wrong-type]: `name` is a value, not a message"),
        ("layer { name: 'a' type: 'R'", "error[not-prototxt]: this message is never closed"),
    ],
)  # fmt: skip
def test_mistakes_have_their_place(text: str, message: str) -> None:
    said = complaint(text).splitlines()[0]

    assert said.startswith(("net.prototxt:1:", "net.prototxt:2:"))
    assert message in said


def test_names_that_paths_cannot_have() -> None:
    text = layer("ReLU", top="a", name="fc.1") + layer("ReLU", "a", "b", name="x//\\001")

    assert list(shapes(text)) == ["fc․1", "x/∅/\\x01"]


def test_one_step_of_a_recurrent_layer_is_counted() -> None:
    """16 steps of one sample stand in the file, as a batch: each has 3·2·2 numbers."""
    before = 'input: "data" input_shape { dim: 16 dim: 3 dim: 2 dim: 2 }\n'
    before += 'input: "cont" input_shape { dim: 16 dim: 1 }\n'
    flat = layer("Reshape", top="r", more="reshape_param { shape { dim: 16 dim: 1 dim: 12 } }")
    lstm = layer("LSTM", "r cont", "h", "recurrent_param { num_output: 5 }")
    fc = layer("InnerProduct", "h", "y", "inner_product_param { num_output: 7 axis: 2 }")
    prob = layer("Softmax", "y", "p", "softmax_param { axis: 2 }")
    found = report(flat + lstm + fc + prob, before=before)

    assert found["h"].parameters == 4 * 5 * (12 + 5 + 1)
    assert (found["h"].macs, found["h"].connections) == (4 * 5 * 17, 4 * 5 * 18)
    assert (found["y"].parameters, found["y"].macs) == (7 * (5 + 1), 7 * 5)
    assert found["p"].work.exp == 7
    assert [(gap.path, gap.why) for gap in found.uncounted] == [
        ("h.steps", "all steps but one: how many there are is not in the file, line 4")
    ]
    rnn = report(
        flat + layer("RNN", "r cont", "h", "recurrent_param { num_output: 5 }"), before=before
    )
    # h = tanh(5·12 + 5·5 + 5), o = tanh(5·5 + 5)
    assert (rnn.total.parameters, rnn.total.work.tanh) == (5 * 12 + 25 + 5 + 25 + 5, 10)


def test_a_table_with_a_term() -> None:
    before = 'input: "t" input_shape { dim: 1 dim: 4 }\n'
    text = layer("Embed", "t", "e", "embed_param { input_dim: 9 num_output: 3 }")
    found = report(text, before=before).total

    assert (found.parameters, found.macs, found.work.add) == (9 * 3 + 3, 0, 4 * 3)
    assert not found.unknown


@pytest.mark.parametrize(
    ("kind", "more", "shape", "work"),
    [
        ("ArgMax", "argmax_param { axis: 1 }", "1x10x10", {"cmp": 200}),
        ("ArgMax", "", "1x1", {"cmp": 299}),
        ("AbsVal", "", "3x10x10", {"cmp": 300}),
        ("Log", "", "3x10x10", {"log": 300}),
        (
            "Power",
            "power_param { power: 2 scale: 3 shift: 1 }",
            "3x10x10",
            {"mul": 600, "add": 300},
        ),
        ("Power", "power_param { power: 3 }", "3x10x10", {"pow": 300}),
        (
            "MVN",
            "",
            "3x10x10",
            {"add": 3 * 300 - 2 * 3 + 3, "div": 300 + 2 * 3, "mul": 300, "sqrt": 3},
        ),
        ("MVN", "mvn_param { normalize_variance: false }", "3x10x10", {"add": 597, "div": 3}),
        ("Reduction", "reduction_param { axis: 1 }", "1x1x1", {"add": 299}),
        (
            "Reduction",
            "reduction_param { axis: 2 operation: SUMSQ }",
            "3x1x1",
            {"add": 297, "mul": 300},
        ),
    ],
)
def test_layers_without_weights_tell_what_they_do(
    kind: str, more: str, shape: str, work: dict[str, int]
) -> None:
    found = report(layer(kind, more=more))

    assert str(found.nodes[-1].y) == shape
    assert {key: n for key, n in found.total.work._asdict().items() if n} == work
    assert not found.total.unknown


def test_the_oldest_form_of_layers() -> None:
    """Kernels and pads are fields of the layer, which stands within another; padding is a layer."""
    before = 'input: "data" input_dim: 1 input_dim: 3 input_dim: 10 input_dim: 10\n'

    def old(kind: str, top: str, bottom: str, more: str = "") -> str:
        inner = f'layer {{ name: "{top}" type: "{kind}" {more} }}'
        return f'layers {{ {inner} bottom: "{bottom}" top: "{top}" }}\n'

    text = old("padding", "p", "data", "pad: 1")
    text += old("conv", "c", "p", "num_output: 4 kernelsize: 3 group: 1 biasterm: false")
    text += old("pool", "m", "c", "pool: MAX kernelsize: 2 stride: 2")
    text += old("innerproduct", "f", "m", "num_output: 5")
    found = report(text, before=before)

    assert [str(node.y) for node in found.nodes] == ["3x12x12", "4x10x10", "4x5x5", "5x1x1"]
    assert found.total.parameters == 4 * 27 + 5 * (4 * 25 + 1)


def test_data_of_training_alone_enter_where_no_other_do() -> None:
    data = 'layer {{ type: "Data" top: "data" include {{ phase: {} {} }} }}\n'
    text = data.format("TRAIN", "") + data.format("TEST", 'stage: "a"') + layer("ReLU")

    assert str(report(text, before="", given="3x4x4").nodes[0].y) == "3x4x4"
    assert complaint(text, before="").splitlines()[0] == (
        "net.prototxt:1:15: error[no-input]: `Data` gives `data`, whose size is not in the file"
    )
