"""Attention's core, and sums of Einstein: products of what comes in with what comes in."""

from __future__ import annotations

from math import prod

from archcalc.errors import Reason
from archcalc.readers.einsum import letters_of
from archcalc.readers.onnx.call import Call, Unknown, holding
from archcalc.readers.onnx.values import Array, Maps


def attention(call: Call) -> list[Maps]:
    """Read queries, keys and values, of heads by an axis of their own or side by side.

    Source: ONNX operator Attention, since opset 23. The whole square of scores counts, causal or
    masked or not; a past lengthens it.
    """
    q, k, v = (call.value(n) for n in range(3))
    if {len(q.dims), len(k.dims), len(v.dims)} not in ({3}, {4}):
        raise Reason("wrong-rank", f"attention of {[len(each.dims) for each in (q, k, v)]} axes")
    heads, shared = (
        (q.dims[1], k.dims[1])
        if len(q.dims) == 4
        else (call.whole("q_num_heads", 0), call.whole("kv_num_heads", 0))
    )
    if heads < 1 or shared < 1 or heads % shared:
        raise Reason("wrong-type", f"{heads} heads of queries, {shared} of keys")
    rows, per_head = _of_heads(q.dims, heads)
    keys, _ = _of_heads(k.dims, shared)
    _, mixed = _of_heads(v.dims, shared)
    if call.has(4):
        keys += call.value(4).dims[-2] if len(call.value(4).dims) > 1 else 0
    if call.exact("softcap", "0"):
        raise Unknown("it caps its scores")
    samples = q.dims[0] // call.batch if q.dims[0] % call.batch == 0 else q.dims[0]
    scores = samples * heads * rows * keys
    macs = scores * (per_head + mixed)
    dims = (*q.dims[:-1], mixed if len(q.dims) == 4 else heads * mixed)
    y = call.does(
        dims,
        1 if len(dims) == 4 else 2,
        (),
        mac=macs,
        interactions=macs,
        mul=scores,
        exp=scores,
        add=scores - samples * heads * rows + (scores if call.has(3) else 0),
        div=scores,
    )
    present = (q.dims[0], shared, keys)
    rest = [(*present, per_head), (*present, mixed), (q.dims[0], heads, rows, keys)]
    return [y, *(Maps(y.output, sizes) for sizes in rest)][: max(1, len(call.node.outputs))]


def _of_heads(dims: tuple[int, ...], heads: int) -> tuple[int, int]:
    """Give the places, and the features of a head."""
    if dims[-1] % (heads if len(dims) == 3 else 1):
        raise Reason("unlike-shapes", f"{dims[-1]} features of {heads} heads")
    return dims[-2], dims[-1] // (heads if len(dims) == 3 else 1)


def einsum(call: Call) -> Maps:
    """Read a sum of Einstein over one or two operands: all letters together are its products."""
    operands = [call.value(n) for n in range(len(call.values))]
    if not 1 <= len(operands) <= 2:
        raise Unknown("a sum over more than two operands")
    letters, output = letters_of(call.word("equation"), [each.dims for each in operands])
    sizes: dict[str, int] = {}
    for own, each in zip(letters, operands, strict=True):
        for letter, n in zip(own, each.dims, strict=True):
            sizes[letter] = max(sizes.get(letter, 1), n)
    if not set(output) <= sizes.keys():
        raise Reason("unlike-shapes", f"`{call.word('equation')[:80]}` does not fit its operands")
    dims = tuple([sizes[letter] for letter in output])
    spread = prod(n for letter, n in sizes.items() if letter not in output)
    n = call.sample(dims)
    if len(operands) == 1:
        return call.does(dims, None, add=n * spread - n)
    if set(letters[0]) | set(letters[1]) == set(output):
        return call.does(dims, None, mul=n)
    if any(set(own) - set(other) - set(output) for own, other in (letters, letters[::-1])):
        raise Unknown("it sums over an axis of one operand alone")
    kept = [each for each in operands if isinstance(each, Array)]
    if not kept:
        return call.does(dims, None, mac=n * spread, interactions=n * spread)
    macs = n * spread
    return call.does(dims, None, holding(kept), mac=macs, connections=macs, neurons=n)
