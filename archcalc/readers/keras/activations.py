"""Keras's activations: the op of each, by its word in a configuration.

Source: keras.activations, keras/src/activations/activations.py.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from archcalc.ops.fields import shown
from archcalc.ops.shape import sides
from archcalc.readers.keras.call import Unknown
from archcalc.readers.keras.fields import Fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.readers.keras.call import Call
    from archcalc.readers.keras.values import Value

WORDS: dict[str, tuple[str, dict[str, Any]]] = {
    "relu": ("relu", {}),
    "relu6": ("relu6", {}),
    "leaky_relu": ("leaky_relu", {"slope": Fraction(1, 5)}),
    "sigmoid": ("sigmoid", {}),
    "tanh": ("tanh", {}),
    "softmax": ("softmax", {}),
    "softplus": ("softplus", {}),
    "elu": ("elu", {}),
    "celu": ("elu", {}),
    "selu": ("selu", {}),
    "gelu": ("gelu", {}),
    "silu": ("silu", {}),
    "swish": ("silu", {}),
    "mish": ("mish", {}),
    "hard_sigmoid": ("hard_sigmoid", {}),
    "hard_silu": ("hard_swish", {}),
    "hard_swish": ("hard_swish", {}),
    "hard_tanh": ("hard_tanh", {}),
}
"""The op of each word, and its fields."""
NONE = {"", "linear"}
EACH: dict[str, dict[str, int]] = {
    "exponential": {"exp": 1},
    "softsign": {"cmp": 1, "add": 1, "div": 1},
    "log_sigmoid": {"exp": 1, "add": 1, "log": 1},
    "tanh_shrink": {"tanh": 1, "add": 1},
    "squareplus": {"mul": 2, "add": 2, "sqrt": 1},
}
"""What an element costs that has no op: softsign is x/(1 + |x|), squareplus (x + √(x² + 4))/2."""


def word_of(found: object) -> str:
    """Read which activation is meant: a word, or what Keras writes for a function or a layer.

    >>> word_of("relu"), word_of({"class_name": "function", "config": "gelu"}), word_of(None)
    ('relu', 'gelu', '')
    """
    if isinstance(found, dict):
        inner = found.get("config")
        if isinstance(inner, str):
            return inner
        config = Fields(inner if isinstance(inner, dict) else {})
        return LAYERS.get(str(found.get("class_name")), "") or config.word("name", "?")
    return found if isinstance(found, str) else "" if found is None else shown(found)


LAYERS = {"ReLU": "relu", "LeakyReLU": "leaky_relu", "ELU": "elu", "Softmax": "softmax"}
"""Layers that stand as the activation of another one."""


def activate(call: Call, value: Value) -> Value:
    """Add the activation that a layer has, beside it."""
    word = word_of(call.fields.values.get("activation"))
    return value if word in NONE else apply_word(call, value, word, beside=True)


def apply_word(call: Call, value: Value, word: str, *, beside: bool = False) -> Value:
    """Add an activation, as a layer or beside one; of unknown ones the shape is known."""
    if word in NONE:
        return call.add("identity", value)
    if word in WORDS:
        op, fields = WORDS[word]
        if op == "softmax":
            return softmax(call, value, len(value.dims) - 1, beside="softmax" if beside else "")
        return call.add(op, value, dims=value.dims, beside=op if beside else "", **fields)
    if word == "log_softmax":
        n, rows = value.size, value.size // value.dims[-1]
        work = {"exp": n, "add": n - rows + n, "log": rows}
        name = word if beside else ""
        return call.does(value.dims, value.axis, figures=work, inputs=(value,), beside=name)
    if word in EACH:
        n = value.size
        figures = {kind: times * n for kind, times in EACH[word].items()}
        name = word if beside else ""
        return call.does(value.dims, value.axis, figures=figures, inputs=(value,), beside=name)
    why = f"archcalc does not know the activation `{word[:80]}`"
    if not beside:
        raise Unknown(why, value.dims, ())
    path = f"{call.path}.activation"
    here = call.net.state(path, "activation", why, value.here(), output=value.shape())
    return value._replace(output=here)


def softmax(call: Call, value: Value, axis: int, beside: str = "") -> Value:
    """Add a softmax along an axis: that of the features, or an extent."""
    extents = [place for place in range(len(value.dims)) if place != value.axis]
    names = sides(len(extents))
    if axis == value.axis or value.dims[axis] == 1 or len(names) < len(extents):
        found = call.add("softmax", value, axis=axis, dims=value.dims, beside=beside)
        return found._replace(axis=value.axis)
    along = names[extents.index(axis)]
    return call.add("softmax", value, dims=value.dims, beside=beside, along=along)


def work_of(word: str) -> Mapping[str, int] | None:
    """Tell what an activation costs for an element; None if that is not known."""
    from archcalc.ops import find  # noqa: PLC0415 - only gates of other kinds ask

    if word in NONE:
        return {}
    if word in EACH:
        return EACH[word]
    each = getattr(find(WORDS[word][0]), "each", None) if word in WORDS else None
    return each._asdict() if each is not None else None
