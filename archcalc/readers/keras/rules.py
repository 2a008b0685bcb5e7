"""Which rule reads which layer of Keras, by its class; what holds nothing whatever it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.errors import Reason
from archcalc.readers.assembly import Unreached
from archcalc.readers.keras import attention, dense, einsum, joins, moves, recurrent, windows
from archcalc.readers.keras.activations import apply_word, softmax, word_of
from archcalc.readers.keras.call import Unknown
from archcalc.readers.keras.operations import OPERATIONS, TENSORFLOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.readers.keras.call import Call
    from archcalc.readers.keras.model import KerasLayer
    from archcalc.readers.keras.values import Value


def activation(call: Call) -> Value:
    """Read an activation as a layer of its own."""
    return apply_word(call, call.x, word_of(call.fields.values.get("activation")))


def relu(call: Call) -> Value:
    """Read a rectifier: plain, leaky, with a largest value, with a threshold."""
    slope = call.fields.number("negative_slope", "0")
    threshold = call.fields.number("threshold", "0")
    most = call.fields.number("max_value", "0") if call.fields.has("max_value") else None
    if threshold:
        return call.each(cmp=2 if most is not None else 1, mul=1)
    if most is not None:
        if most == 6 and not slope:
            return call.add("relu6", dims=call.x.dims)
        return call.each(cmp=2, mul=1 if slope else 0)
    if slope:
        return call.add("leaky_relu", dims=call.x.dims, slope=slope)
    return call.add("relu", dims=call.x.dims)


def leaky(call: Call) -> Value:
    """Read a leaky rectifier, whose slope is 0.3 unless told."""
    key = "negative_slope" if call.fields.has("negative_slope") else "alpha"
    return call.add("leaky_relu", dims=call.x.dims, slope=call.fields.number(key, "0.3"))


def elu(call: Call) -> Value:
    """Read an exponential linear unit."""
    return call.add("elu", dims=call.x.dims, alpha=call.fields.number("alpha", "1"))


def prelu(call: Call) -> Value:
    """Read a rectifier with trained slopes, which axes may share."""
    x = call.x
    shared = {axis - 1 + x.lead for axis in call.fields.wholes("shared_axes") or []}
    own = [axis for axis in range(x.lead, len(x.dims)) if axis not in shared]
    if not x.lead and len(own) == len(x.dims):
        return call.add("prelu", dims=x.dims, slopes="untied" if len(own) > 1 else "map")
    if len(own) == 1:
        return call.add("prelu", x, axis=own[0], dims=x.dims)._replace(axis=x.axis)
    slopes = tuple(x.dims[axis] for axis in own) or (1,)
    return call.does(x.dims, x.axis, (("slope", slopes),), {"cmp": x.size, "mul": x.size})


def softmax_layer(call: Call) -> Value:
    """Read a softmax along an axis."""
    found = dense.axes(call)
    if len(found) > 1:
        raise Unknown("a softmax over several axes", call.x.dims, ())
    return softmax(call, call.x, found[0])


def masking(call: Call) -> Value:
    """Read a mask: each step is compared, and multiplied by what comes of it."""
    return call.each(cmp=1, mul=1)


def dropout(call: Call) -> Value:
    """Read a dropout."""
    rate = call.fields.number("rate", "0.5")
    if not 0 <= rate < 1:
        message = f"`rate` is from 0 to below 1, not {float(rate):g}"
        raise Reason("wrong-type", message, key="rate")
    return call.add("dropout", dims=call.x.dims, rate=rate)


def same(call: Call) -> Value:
    """Read what changes nothing at inference."""
    return call.add("identity", dims=call.x.dims)


def random_crop(call: Call) -> Value:
    """Read a crop whose place is drawn while training: at inference the middle."""
    return moves.center_crop(call)


RULES: dict[str, Callable[[Call], Value | list[Value]]] = {
    "Dense": dense.dense,
    "EinsumDense": einsum.einsum_dense,
    "Embedding": dense.embedding,
    "Activation": activation,
    "ReLU": relu,
    "LeakyReLU": leaky,
    "ThresholdedReLU": lambda call: call.each(cmp=1, mul=1),
    "ELU": elu,
    "PReLU": prelu,
    "Softmax": softmax_layer,
    "Masking": masking,
    "BatchNormalization": dense.batch_norm,
    "SyncBatchNormalization": dense.batch_norm,
    "LayerNormalization": dense.layer_norm,
    "RMSNormalization": dense.rms_norm,
    "GroupNormalization": dense.group_norm,
    "UnitNormalization": dense.unit_norm,
    "LayerScale": dense.layer_scale,
    "Normalization": dense.normalization,
    "Rescaling": dense.rescaling,
    "Add": joins.join("add"),
    "Subtract": joins.join("subtract"),
    "Multiply": joins.join("multiply"),
    "Maximum": joins.join("maximum"),
    "Minimum": joins.join("minimum"),
    "Average": joins.average,
    "Concatenate": joins.concatenate,
    "Dot": joins.dot,
    "CustomScaleLayer": joins.scaled_sum,
    "Flatten": moves.flatten,
    "Reshape": moves.reshape,
    "Permute": moves.permute,
    "RepeatVector": moves.repeat_vector,
    "Resizing": moves.resizing,
    "CenterCrop": moves.center_crop,
    "RandomCrop": random_crop,
    "MultiHeadAttention": attention.multi_head,
    "GroupQueryAttention": attention.multi_head,
    "GroupedQueryAttention": attention.multi_head,
    "Attention": attention.dot_product,
    "AdditiveAttention": attention.dot_product,
    "Bidirectional": recurrent.bidirectional,
    **dict.fromkeys(
        ("LSTM", "GRU", "SimpleRNN", "CuDNNLSTM", "CuDNNGRU", "RNN"), recurrent.recurrent
    ),
    **dict.fromkeys(
        (
            "Dropout",
            "AlphaDropout",
            "GaussianDropout",
            "SpatialDropout1D",
            "SpatialDropout2D",
            "SpatialDropout3D",
        ),
        dropout,
    ),
    **dict.fromkeys(
        ("Identity", "GaussianNoise", "ActivityRegularization", "StochasticDepth"), same
    ),
}
"""By the name of the class."""
_DRAWN = (
    "AutoContrast", "AugMix", "CutMix", "MixUp", "RandAugment", "RandomBrightness",
    "RandomColorDegeneration", "RandomColorJitter", "RandomContrast", "RandomElasticTransform",
    "RandomErasing", "RandomFlip", "RandomGaussianBlur", "RandomGrayscale", "RandomHue",
    "RandomInvert", "RandomPerspective", "RandomPosterization", "RandomRotation",
    "RandomSaturation", "RandomSharpness", "RandomShear", "RandomTranslation", "RandomZoom",
    "Solarization",
)  # fmt: skip
"""What changes images while training, and leaves them alone at inference."""
RULES |= dict.fromkeys([name for name in _DRAWN if name.startswith("Random")], same)
for _rank in (1, 2, 3):
    RULES |= {
        f"Conv{_rank}D": windows.convolution(_rank),
        f"DepthwiseConv{_rank}D": windows.depthwise(_rank),
        f"SeparableConv{_rank}D": windows.separable(_rank),
        f"Conv{_rank}DTranspose": windows.transposed(_rank),
        f"LocallyConnected{_rank}D": windows.local(_rank),
        f"MaxPooling{_rank}D": windows.pool("maxpool", _rank),
        f"AveragePooling{_rank}D": windows.pool("avgpool", _rank),
        f"GlobalMaxPooling{_rank}D": windows.global_pool("globalmaxpool", _rank),
        f"GlobalAveragePooling{_rank}D": windows.global_pool("globalavgpool", _rank),
        f"AdaptiveAveragePooling{_rank}D": windows.adaptive("avgpool", _rank),
        f"AdaptiveMaxPooling{_rank}D": windows.adaptive("maxpool", _rank),
        f"ZeroPadding{_rank}D": windows.zero_padding(_rank),
        f"Cropping{_rank}D": windows.cropping(_rank),
        f"UpSampling{_rank}D": windows.upsampling(_rank),
        f"ConvLSTM{_rank}D": recurrent.convolutional(_rank),
    }
LAMBDAS = {"TFOpLambda", "SlicingOpLambda"}
"""Functions of TensorFlow, as Keras 2 writes them."""
WEIGHTLESS = {"Lambda", *LAMBDAS, *_DRAWN}
"""What holds nothing, though it is not known what it does."""


def apply(call: Call) -> list[Value]:
    """Read a layer by its rule. Raises `Unknown` where there is none."""
    layer = call.layer
    for value in call.values:
        if isinstance(value.output, Unreached):
            raise Unknown(f"behind `{value.output.behind}`")
    if layer.is_own:
        raise Unknown(f"`{layer.full[:80]}` is a class of somebody's own")
    rule = _rule(layer)
    if rule is None:
        why = (
            "its code is not read" if layer.kind == "Lambda" else "archcalc does not know the layer"
        )
        raise Unknown(why)
    found = rule(call)
    return found if isinstance(found, list) else [found]


def _rule(layer: KerasLayer) -> Callable[[Call], Value | list[Value]] | None:
    """Find the rule of a layer, or of a function that stands as one."""
    if layer.kind in LAMBDAS:
        function = layer.fields.word("function", "getitem").replace("__", ".")
        name = TENSORFLOW.get(function.rpartition(".")[2], "")
        return OPERATIONS.get(name)
    return OPERATIONS.get(layer.kind) if layer.is_op else RULES.get(layer.kind)


def is_weightless(layer: KerasLayer) -> bool:
    """Tell whether a layer holds nothing, whatever it reads."""
    return layer.is_op or (layer.kind in WEIGHTLESS and not layer.is_own)
