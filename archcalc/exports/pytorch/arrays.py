"""Where the arrays of a layer lie in its module: archcalc's names, and PyTorch's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.exports.pytorch.writing import Call, Chain
from archcalc.ops.shape import first_of

if TYPE_CHECKING:
    from archcalc.exports.pytorch.writing import Made
    from archcalc.graph import Node

ATTRIBUTES = {
    "kernel": "weight",
    "gamma": "weight",
    "beta": "bias",
    "slope": "weight",
    "coefficient": "weight",
    "mean": "running_mean",
    "variance": "running_var",
    "position_bias": "position_bias",
    **{name: f"{name}.weight" for name in ("query", "key", "value", "output")},
    **{f"{name}_bias": f"{name}.bias" for name in ("query", "key", "value", "output")},
}
"""What is called otherwise."""
BEHIND = {"UnitBias": {"bias"}, "Affine": {"gamma", "beta"}}
"""What stands behind another module and has some of a layer's arrays."""


def arrays(node: Node, made: Made, place: str) -> dict[str, str]:
    """Name where each array of a layer lies, from `Net` on.

    The arrays of recurrent layers are parted otherwise, and not named.
    """
    if node.op.name in {"lstm", "gru", "rnn"}:
        return {}
    names = [weight.name for weight in node.op.weights(first_of(node.xs), node.y)]
    if node.op.name == "learned":
        return dict.fromkeys(names, place)
    head, plus, start = place.rpartition("+")
    if not isinstance(made, Chain):
        return {name: f"{place}.{ATTRIBUTES.get(name, name)}" for name in names}
    above, first = (head, int(start)) if plus else (f"{place}.", 0)
    found = {}
    for name in names:
        number = first + _holder(made, name)
        found[name] = f"{above}{number}.{ATTRIBUTES.get(name, name)}"
    return found


def _holder(chain: Chain, name: str) -> int:
    """Tell which module of a chain has an array: the last that can."""
    for number, each in enumerate(chain.modules):
        if isinstance(each, Call) and name in BEHIND.get(each.name, ()):
            return number
    return next(i for i, each in enumerate(chain.modules) if _has_weights(each))


def _has_weights(made: Made) -> bool:
    return isinstance(made, Call) and "Pad" not in made.name and made.name not in BEHIND


def attribute(path: str) -> str:
    """Write a path of attributes as Python does.

    >>> attribute("encoder.0.attention.query.weight")
    'self.encoder[0].attention.query.weight'
    """
    names = path.split(".")
    return "self" + "".join(f"[{name}]" if name.isdecimal() else f".{name}" for name in names)
