"""What the rules of conventions may read of particular ops: norms, windows, gates, attention.

>>> from archcalc.facts import Facts
>>> from archcalc.ops.lstm import Lstm
>>> from archcalc.ops.shape import Shape
>>> x, lstm = Shape(16, 12), Lstm(units=20, bidirectional=True)
>>> particulars(Facts.of(lstm, (x,), lstm.shape(x)))["cells"]  # 2·20 at each of 12 steps
480
"""

from __future__ import annotations

from collections import Counter
from math import prod
from typing import TYPE_CHECKING

from archcalc.ops.attention import Attention
from archcalc.ops.deconv import Deconv
from archcalc.ops.recurrent import Recurrent
from archcalc.ops.scaled_dot_product import ScaledDotProduct
from archcalc.ops.shape import first_of

if TYPE_CHECKING:
    from archcalc.facts import Facts
    from archcalc.spec.values import Value


def particulars(facts: Facts) -> dict[str, Value]:
    """Give what rules read of some ops alone; of all others it is nothing, 1 or false."""
    return {**_arrays(facts), **_window(facts), **_recurrent(facts), **_attention(facts)}


def _arrays(facts: Facts) -> dict[str, Value]:
    """Look at the arrays, whoever holds them."""
    sizes = Counter[str]()
    for weight in facts.op.weights(first_of(facts.xs), facts.y):
        sizes[weight.kind] += weight.size
    return {
        "bias_numbers": sizes["bias"],
        "affine": bool(sizes["scale"] or sizes["shift"]),
        "scaled": bool(sizes["scale"]),
        "shifted": bool(sizes["shift"]),
    }


def _window(facts: Facts) -> dict[str, Value]:
    """Look at the window of a pool, and at that of a convolution which one turns round."""
    op, x = facts.op, first_of(facts.xs)
    window = op.window(x) if op.role == "pool" else None
    convolved = 0
    if isinstance(op, Deconv):
        pairs = zip(x.extents, op.turned(x), strict=True)
        convolved = prod((n + t.before + t.after - t.reach - 1) // t.stride + 1 for n, t in pairs)
    return {"side": window[0].kernel if window else 1, "convolved": convolved}


def _recurrent(facts: Facts) -> dict[str, Value]:
    """Look at the states that are computed."""
    op, ways = facts.op, 1
    if not isinstance(op, Recurrent):
        return {"cells": 0, "directions": ways}
    ways += op.bidirectional
    return {"cells": op.units * op.stack * ways * facts.xs[0].places, "directions": ways}


def _attention(facts: Facts) -> dict[str, Value]:
    """Look at where keys and values come from."""
    op, (x, *beside) = facts.op, facts.xs
    whole = causal = False
    if isinstance(op, Attention):
        own = op.kv_heads in (None, op.heads) and op.inner in (None, x.channels)
        whole = own and {x.channels} == {other.channels for other in facts.xs}
    if isinstance(op, Attention | ScaledDotProduct):
        causal = op.causal
    return {
        "keys": beside[0].places if beside else x.places,
        "causal": causal,
        "multihead": whole,
    }
