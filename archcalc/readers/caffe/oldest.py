"""The oldest form of Caffe's layers, a `layer` within `layers`, in the words of the later ones.

Source: Caffe, src/caffe/util/upgrade_proto.cpp (UpgradeV0LayerParameter).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.readers.caffe.message import Fields
from archcalc.readers.prototext import Message, Scalar

if TYPE_CHECKING:
    from archcalc.readers.prototext import Value

TYPES = {
    "conv": "Convolution",
    "pool": "Pooling",
    "images": "ImageData",
    "softmax_loss": "SoftmaxWithLoss",
}
"""Types that have another word now, but for their capitals."""
PARAMETERS = {
    "conv": "convolution_param",
    "innerproduct": "inner_product_param",
    "pool": "pooling_param",
    "lrn": "lrn_param",
    "dropout": "dropout_param",
    "concat": "concat_param",
    "padding": "pad_param",
    "data": "data_param",
    "images": "image_data_param",
}
"""Where a type has its own fields now."""
KEYS = {"kernelsize": "kernel_size", "biasterm": "bias_term", "cropsize": "crop_size"}
"""Fields that have another name now."""
OWN = {"name", "type", "blobs", "blobs_lr", "weight_decay"}


def renewed(fields: Fields) -> Fields:
    """Write a layer of the oldest form as one of today's; what it reads stands outside."""
    inner = fields.within("layer")
    found = Message(inner.message.line, inner.message.column)
    found |= {key: values for key, values in fields.message.items() if key != "layer"}
    found |= {key: inner.message[key] for key in OWN if key in inner.message}
    kind = inner.word("type")
    if kind in TYPES:
        found["type"] = [_word(value, TYPES[kind]) for value in inner.message["type"]]
    own = Message(found.line, found.column)
    own |= {KEYS.get(key, key): values for key, values in inner.message.items() if key not in OWN}
    if kind in PARAMETERS and own:
        found[PARAMETERS[kind]] = [own]
    return Fields(fields.source, found)


def _word(value: Value, text: str) -> Value:
    return value._replace(text=text) if isinstance(value, Scalar) else value
