"""Where a layer of darknet's is put, and the activation that goes with it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from archcalc.readers.assembly import Unreached

if TYPE_CHECKING:
    from archcalc.graph import Here
    from archcalc.readers.assembly import Assembly
    from archcalc.readers.darknet.section import Keys

ACTIVATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "logistic": ("sigmoid", {}),
    "relu": ("relu", {}),
    "relu6": ("relu6", {}),
    "leaky": ("leaky_relu", {"slope": Fraction(1, 10)}),
    "relie": ("leaky_relu", {"slope": Fraction(1, 100)}),
    "tanh": ("tanh", {}),
    "elu": ("elu", {"alpha": Fraction(1)}),
    "selu": ("selu", {}),
    "gelu": ("gelu", {}),
    "swish": ("silu", {}),
    "mish": ("mish", {}),
    "hardtan": ("hard_tanh", {}),
    "revleaky": ("leaky_relu", {"slope": Fraction(1, 10)}),
}
"""By darknet's word; `linear` is none."""
STATED = {
    "ramp": {"cmp": 1, "mul": 2, "add": 1},
    "loggy": {"exp": 1, "add": 2, "div": 1},
    "plse": {"cmp": 2, "mul": 1, "add": 1},
    "lhtan": {"cmp": 2, "mul": 1, "add": 1},
    "hard_mish": {"cmp": 2, "mul": 2, "add": 1},
}
"""What activations without an op do to an element: src/activations.h has them as formulas."""


class Behind(Exception):  # noqa: N818 - no error: the layer is named, and the next one is read
    """A layer reads what is not known."""

    def __init__(self, unknown: Unreached) -> None:
        super().__init__()
        self.unknown = unknown


class Place(NamedTuple):
    """Where a layer is to be put: its path, what comes before it, all outputs so far."""

    net: Assembly
    path: str
    entering: Here | Unreached
    outputs: list[Here | Unreached]

    @property
    def before(self) -> Here:
        """What comes before the layer. Raises `Behind` where it is not known."""
        return known(self.entering)

    def add(self, word: str, *inputs: Here, beside: str = "", **fields: Any) -> Here:  # noqa: ANN401 - what an op has
        """Add an op under the layer's own path, or one beside it."""
        path = f"{self.path}.{beside}" if beside else self.path
        return self.net.add(path, word, *(inputs or (self.before,)), **fields)

    def earlier(self, keys: Keys, key: str, number: int) -> Here:
        """Find the output of another layer: counted from 0, or back from here if negative."""
        own = len(self.outputs)
        position = own + number if number < 0 else number
        if not 0 <= position < own:
            before = f"those before are 0 to {own - 1}" if own else "nothing stands before it"
            keys.fail(f"`{key}` names layer {position}, and {before}", key)
        return known(self.outputs[position])


def known(output: Here | Unreached) -> Here:
    """Give an output. Raises `Behind` where it is not known."""
    if isinstance(output, Unreached):
        raise Behind(output)
    return output


def activated(keys: Keys, at: Place, here: Here, default: str = "logistic") -> Here:
    """Add the activation beside a layer."""
    word = keys.word("activation", default)
    if word == "linear":
        return here
    return _activation(keys, at, here, word, f"{at.path}.{ACTIVATIONS.get(word, (word,))[0]}")


def activation(keys: Keys, at: Place) -> Here:
    """Add an activation as a layer of its own."""
    word = keys.word("activation", "linear")
    if word == "linear":
        return at.add("identity")
    return _activation(keys, at, at.before, word, at.path)


def _activation(keys: Keys, at: Place, here: Here, word: str, path: str) -> Here:
    if word in ACTIVATIONS:
        op, fields = ACTIVATIONS[word]
        return at.net.add(path, op, here, **fields)
    if word in STATED:
        does = tuple((key, n * here.shape.size) for key, n in STATED[word].items())
        return at.net.add(path, "opaque", here, output=(*here.shape,), does=does)
    path = path if path == at.path else f"{at.path}.activation"
    why = f"archcalc does not know the activation `{word[:80]}`, {keys.line}"
    return at.net.state(path, "activation", why, here, output=here.shape)
