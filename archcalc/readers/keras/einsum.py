"""Products along letters, as EinsumDense and `einsum` write them.

Source: keras/src/layers/core/einsum_dense.py.
"""

from __future__ import annotations

import re
from math import prod
from typing import TYPE_CHECKING

from archcalc.errors import Reason
from archcalc.ops.fields import shown
from archcalc.readers.keras.activations import activate
from archcalc.readers.keras.call import Unknown, said
from archcalc.readers.keras.values import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.readers.keras.call import Call
    from archcalc.readers.sizes import Dims

_EQUATION = re.compile(r"([A-Za-z]*)((?:,[A-Za-z]*)*)->([A-Za-z]*)")
BATCH = -1
"""The size of a letter that is the batch's."""


def einsum_dense(call: Call) -> Value:
    """Read a linear layer over any letters: those of the kernel that enter are summed over."""
    x, fields = call.x, call.fields
    (entering, kernel), leaving = _letters(fields.word("equation"), len(x.dims) + 1, 2)
    sizes = dict(zip(entering, (BATCH, *x.dims), strict=True))
    listed = fields.values.get("output_shape")
    out = listed if isinstance(listed, list) else [listed]
    for letter, size in zip(reversed(leaving), reversed(out), strict=False):
        if isinstance(size, int) and not isinstance(size, bool) and size > 0:
            sizes.setdefault(letter, size)
    missing = [letter for letter in (*kernel, *leaving) if letter not in sizes]
    if missing:
        raise Unknown(f"the size of `{missing[0]}` in its equation is not told")
    dims = tuple(sizes[letter] for letter in leaving if sizes[letter] != BATCH)
    weights = tuple(sizes[letter] for letter in kernel)
    if BATCH in weights or len(dims) + 1 != len(leaving):
        raise Unknown("its equation mixes the samples of a batch")
    macs = prod(
        sizes[letter] for letter in {*entering, *kernel, *leaving} if sizes[letter] != BATCH
    )
    along = fields.word("bias_axes")
    bias = tuple(sizes[letter] for letter in leaving if letter in along)
    units, holds = prod(dims), (("kernel", weights),)
    found = call.does(
        dims,
        None,
        (*holds, ("bias", bias)) if along else holds,
        {"mac": macs, "connections": macs + units * bool(along), "neurons": units},
        add=units * bool(along),
    )
    return activate(call, found)


def einsum(call: Call) -> Value:
    """Read a product of activations along letters."""
    tensors = [arg for arg in call.args if isinstance(arg, Value)]
    word = call.fields.word("subscripts")
    if len(tensors) != len(call.values) or len(tensors) != 2:
        raise Unknown("a product of other things than two tensors")
    terms, leaving = _letters(word, len(tensors[0].dims) + 1, 2)
    sizes: dict[str, int] = {}
    for term, tensor in zip(terms, tensors, strict=True):
        if len(term) != len(tensor.dims) + 1:
            raise _unlike(word, tensor)
        for letter, size in zip(term, (BATCH, *tensor.dims), strict=True):
            if sizes.setdefault(letter, size) != size:
                raise _unlike(word, tensor)
    if any(letter not in sizes for letter in leaving) or leaving[:1] != terms[0][:1]:
        raise Unknown("its letters are not those of what it reads")
    dims = tuple(sizes[letter] for letter in leaving[1:])
    return product(call, dims, sizes)


def product(call: Call, dims: Dims, sizes: Mapping[str, int]) -> Value:
    """State a product of two activations: a multiply-add for all letters together."""
    macs = prod(size for size in sizes.values() if size != BATCH)
    return call.does(dims, None, mac=macs, interactions=macs)


def _letters(equation: str, rank: int, terms: int) -> tuple[list[str], str]:
    """Take an equation apart; dots stand for as many letters as the first term has axes more.

    >>> _letters("...x,xy->...y", 3, 2)
    (['01x', 'xy'], '01y')
    """
    head = equation.partition(",")[0]
    dots = "0123456789"[: max(rank - len(head.replace("...", "")), 0)]
    plain = equation.replace(" ", "").replace("...", "")
    match = _EQUATION.fullmatch(plain)
    if match is None or len(match[2].split(",")) != terms or len(plain) > 100:
        raise Reason("wrong-type", f"{shown(equation)} is no equation of {terms} terms")
    inner, _, leaving = equation.replace(" ", "").replace("...", dots).partition("->")
    found = inner.split(",")
    if len(found[0]) != rank:
        raise Reason("wrong-rank", f"{shown(equation)} does not fit {rank} axes")
    return found, leaving


def _unlike(equation: str, tensor: Value) -> Reason:
    return Reason("unlike-shapes", f"{shown(equation)} does not fit {said(tensor.dims)}")
