"""What others call things leads to our word, or says that we have none; never to something else."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml

import archcalc
from archcalc import ops
from archcalc.spec import vocabulary
from archcalc.spec.vocabulary import instead_of_op, op_hint

TABLE: dict[str, Any] = yaml.safe_load(
    Path(vocabulary.__file__).with_suffix(".yaml").read_text("utf-8")
)
FIELDS = {field for op in ops.names() for field in ops.field_types(op)} | {"from"}

HINTS = [
    # another name of ours
    ("dense", "it is called `linear` here"), ("fc", "it is called `linear` here"),
    ("InnerProduct", "it is called `linear` here"), ("Gemm", "it is called `linear` here"),
    ("bn", "it is called `batchnorm` here"), ("gap", "it is called `globalavgpool` here"),
    ("BatchNorm2d", "it is called `batchnorm` here"),
    ("max_pool2d", "it is called `maxpool` here"), ("reluLayer", "it is called `relu` here"),
    ("fullyConnectedLayer", "it is called `linear` here"),
    # another thing
    ("Conv2D", "written `conv: 64, kernel: 3` here"),
    ("conv3d", "written `conv: 64, kernel: 3` here; an input such as 3x16x112x112 has three sides"),
    ("activation", "name the function itself, such as `relu`"),
    ("dwconv", "written `depthwise: 3` here, with a `multiplier` if it has one"),
    # a slip in another name, and in ours
    ("denze", "did you mean `dense`? it is called `linear` here"),
    ("conv_transpose", "it is called `deconv` here"),
    ("Conv2DTranspose", "it is called `deconv` here"), ("upconv", "it is called `deconv` here"),
    ("swish", "it is called `silu` here"), ("hswish", "it is called `hard_swish` here"),
    ("mha", "it is called `attention` here"), ("BNLL", "it is called `softplus` here"),
    ("LayerNormalization", "it is called `layernorm` here"),
    ("NLLLoss", "what is computed from labels is not counted: leave it out"),
    ("LazyConv2d", "it is called `conv` here"),
    ("convv", "did you mean `conv`?"), ("Conv", "it is called `conv` here"),
]  # fmt: skip


THEIRS = {
    "PyTorch": "Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d LazyConv2d "
    "Unfold MaxPool1d MaxPool2d MaxUnpool2d AvgPool2d FractionalMaxPool2d LPPool2d "
    "AdaptiveMaxPool2d AdaptiveAvgPool2d ReflectionPad2d ReplicationPad2d ZeroPad2d "
    "ConstantPad1d CircularPad2d ELU Hardshrink Hardsigmoid Hardtanh Hardswish LeakyReLU "
    "LogSigmoid MultiheadAttention PReLU ReLU ReLU6 RReLU SELU CELU GELU Sigmoid SiLU "
    "Mish Softplus Softshrink Softsign Tanh Tanhshrink Threshold GLU Softmin Softmax "
    "Softmax2d LogSoftmax AdaptiveLogSoftmaxWithLoss BatchNorm1d BatchNorm2d BatchNorm3d "
    "LazyBatchNorm2d GroupNorm SyncBatchNorm InstanceNorm2d LayerNorm LocalResponseNorm "
    "RMSNorm RNN LSTM GRU RNNCell LSTMCell GRUCell Transformer TransformerEncoder "
    "TransformerDecoder TransformerEncoderLayer Identity Linear Bilinear LazyLinear "
    "Dropout Dropout2d AlphaDropout FeatureAlphaDropout Embedding EmbeddingBag "
    "CosineSimilarity PairwiseDistance CrossEntropyLoss MSELoss PixelShuffle "
    "PixelUnshuffle Upsample UpsamplingNearest2d UpsamplingBilinear2d ChannelShuffle "
    "Flatten Unflatten",
    "Keras": "InputLayer Dense Activation Masking Lambda EinsumDense Conv1D Conv2D Conv3D "
    "SeparableConv1D SeparableConv2D DepthwiseConv1D DepthwiseConv2D Conv1DTranspose "
    "Conv2DTranspose Conv3DTranspose MaxPooling1D MaxPooling2D AveragePooling2D "
    "GlobalMaxPooling2D GlobalAveragePooling2D GlobalAveragePooling1D "
    "AdaptiveMaxPooling2D SimpleRNN TimeDistributed Bidirectional ConvLSTM2D "
    "StackedRNNCells BatchNormalization LayerNormalization UnitNormalization "
    "GroupNormalization SpectralNormalization SpatialDropout1D GaussianDropout "
    "GaussianNoise ActivityRegularization MultiHeadAttention Attention AdditiveAttention "
    "GroupQueryAttention Reshape RepeatVector Permute Cropping2D UpSampling2D "
    "ZeroPadding2D Concatenate Average Maximum Minimum Add Subtract Multiply Dot "
    "ThresholdedReLU LocallyConnected1D LocallyConnected2D Rescaling Resizing RandomFlip "
    "swish exponential",
    "Caffe": "Convolution Deconvolution Pooling InnerProduct LRN Eltwise Concat Slice Split Scale "
    "Bias BNLL Power Exp Log AbsVal Reduction Tile SPP Crop Interp Silence ArgMax MVN "
    "Embed Recurrent Parameter Im2col Softmax SoftmaxWithLoss Accuracy EuclideanLoss "
    "HingeLoss Data ImageData HDF5Data DummyData MemoryData Python Permute PriorBox "
    "DetectionOutput Normalize ShuffleChannel ROIPooling PSROIPooling Swish",
    "ONNX": "ConvInteger QLinearConv MatMul Gemm MaxRoiPool LpPool GlobalLpPool GlobalAveragePool "
    "GlobalMaxPool InstanceNormalization LpNormalization MeanVarianceNormalization "
    "SpaceToDepth DepthToSpace Gather Scatter Transpose Squeeze Unsqueeze Expand "
    "ReduceMean ReduceSum ReduceMax Clip Where Erf Sqrt Pow Resize Pad Einsum "
    "NonMaxSuppression TopK OneHot QuantizeLinear DequantizeLinear GridSample RoiAlign "
    "HardSigmoid HardSwish Shrink ThresholdedRelu Loop If Scan Constant",
    "darknet": "convolutional connected route shortcut reorg yolo region detection local crnn "
    "conv_lstm deconvolutional scale_channels sam cost reorg3d maxpool_depth "
    "local_avgpool antialiasing logistic leaky loggy ramp stair hardtan lhtan plse "
    "hard_mish norm_chan",
    "papers": "conv_transpose hswish dwconv upconv mha ConvBNReLU SEBlock squeeze_excite se attn "
    "self_attn cross_attention ffn mlp feed_forward pos_embed patch_embed cls_token proj "
    "conv_bn DropPath StochasticDepth fc_layer head avg_pool bottleneck basic_block "
    "inception dense_block transition pointwise ghost spp sppf c2f csp focus aspp fpn nms "
    "softargmax mbconv residual gate unpooling",
}
"""Layers by the names of other tools and of papers, as their documentation lists them."""


@pytest.mark.parametrize("tool", sorted(THEIRS))
def test_the_layers_of_other_tools_lead_somewhere(tool: str) -> None:
    led = {word: instead_of_op(word) for word in THEIRS[tool].split() if word not in ops.names()}

    assert [word for word, hint in led.items() if hint is None] == []


@pytest.mark.parametrize(
    "word",
    ["Unfold", "Gather", "Erf", "Minimum", "Hardshrink", "ReduceSum", "MaxRoiPool", "Expand"],
)
def test_what_has_no_rule_leads_to_no_other_op(word: str) -> None:
    assert op_hint(word) == (
        "archcalc has no rule for it: `opaque` states what comes out and what it holds"
    )


@pytest.mark.parametrize("word", ["unfoldd", "gathers", "ram", "scann", "softie", "rbg", "mpl"])
def test_only_a_slip_is_taken_for_one(word: str) -> None:
    """Who follows a hint to another op gets another number, and no word of it."""
    assert op_hint(word) == f"the ops: {', '.join(sorted(ops.names()))}"


@pytest.mark.parametrize(("word", "hint"), HINTS)
def test_hints_for_an_op(word: str, hint: str) -> None:
    assert op_hint(word) == hint


def test_a_word_leads_to_ours_as_soon_as_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ops, "names", lambda: frozenset({"relu"}))
    assert op_hint("dense") == "archcalc has no `linear` yet"
    assert op_hint("denes") == "did you mean `dense`? archcalc has no `linear` yet"
    monkeypatch.setattr(ops, "names", lambda: frozenset({"relu", "deconv"}))
    assert op_hint("ConvTranspose2d") == "it is called `deconv` here"


def test_no_word_of_another_op_is_taken_for_a_slip() -> None:
    words = [name for ours, names in TABLE["ops"].items() for name in (ours, *names)]
    assert len(words) > 150
    for word in {*words, *TABLE["written"]} - ops.names():
        for written in (word, word.title().replace(" ", ""), word.replace(" ", "_") + "2d"):
            found = instead_of_op(written)
            assert found, written
            assert "did you mean" not in found


def test_no_word_stands_for_two_ops() -> None:
    ours: dict[str, str] = {}
    for op, names in TABLE["ops"].items():
        for name in (op, *names):
            assert ours.setdefault(vocabulary.simplified(name), op) == op
            assert op == name or name not in ops.names()


def test_the_words_of_the_table_are_compared_as_they_stand() -> None:
    for section in ("written", "keys", "paddings", "values"):
        assert [vocabulary.simplified(word) for word in TABLE[section]] == list(TABLE[section])
    assert set(TABLE["fields"]) <= FIELDS


@pytest.mark.parametrize(
    ("layer", "hint"),
    [
        ("{conv: 8, kernel: 3, out_channels: 4}", "it is called `filters` here"),
        ("{conv: 8, kernel: 3, pad: 1}", "it is called `padding` here"),
        ("{conv: 8, kernel_size: 3, kernel: 3}", "it is called `kernel` here"),
        ("{linear: 8, out_features: 4}", "it is called `units` here"),
        ("{conv: 8, kernel: 3, in_channels: 4}", "what enters a layer is inferred: leave it out"),
        ("{linear: 8, activation: relu}", "written `after: [relu]`"),
        ("{conv: 8, kernel: 3, padding: SAME}", "write `same`"),
        ("{conv: 8, kernel: 3, padding: VALID}", "no padding: leave it out, or 0"),
        ("{dense: 10, activation: relu}", "it is called `linear` here"),
        ("{activation: relu, name: a}", "name the function itself, such as `relu`"),
        ("{conv: 8, kernel: 3, after: [prelu]}", "archcalc has no `prelu` yet"),
    ],
)
def test_hints_within_a_spec(layer: str, hint: str) -> None:
    if "prelu" in layer and "prelu" in ops.names():
        pytest.skip("it is an op by now")
    with pytest.raises(archcalc.ArchcalcError) as caught:
        archcalc.load(StringIO(f"input: 3x8x8\nlayers: [{layer}]"))

    assert caught.value.diagnostics[0].hint == hint
