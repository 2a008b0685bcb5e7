"""Saying in words what a rule counts, and how two layers differ."""

from __future__ import annotations

from dataclasses import fields
from fractions import Fraction
from typing import TYPE_CHECKING

from archcalc.ops.fields import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archcalc.ops.op import Op

NAMES = {
    "conv": "convolutions",
    "linear": "linear layers",
    "maxpool": "max pool",
    "avgpool": "average pool",
    "globalavgpool": "global average pool",
    "batchnorm": "batch norm",
    "subsample": "subsampling",
    "lrn": "local response normalisation",
    "relu": "ReLU",
    "add": "additions of branches",
    "concat": "concatenation",
    "rbf": "radial basis functions",
    "lecun_tanh": "scaled tanh",
    "pad_channels": "zero channels",
    "scale": "scaling by a constant",
}
"""Ops by the words of the field, where the word of the language is not one."""

_PER = {
    "outputs": "per element",
    "inputs": "per element of the input",
    "rows": "per place of the map",
    "mac": "per multiply-accumulate",
    "bias": "per biased output",
    "channels": "per map",
}
_PLAIN = {
    "add": "additions",
    "mul": "products",
    "div": "quotients",
    "cmp": "comparisons",
    "exp": "powers of e",
    "pow": "powers",
    "statistics": "running statistics",
    "fixed": "weights that are not trained",
}


def op_name(op: str) -> str:
    """Name an op in prose."""
    return NAMES.get(op, op)


def listed(words: Iterable[str]) -> str:
    """Join words: a, b and c.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def rate(times: int | Fraction, of: str) -> str:
    """Say one term of a rule.

    >>> rate(4, "outputs"), rate(1, "(window + 1) * outputs"), rate(1, "gamma")
    ('4 per element', 'window + 1 per output', 'gamma')
    """
    if of == "1":
        return str(times)
    if of in _PER:
        return f"{times} {_PER[of]}"
    inner = of.removesuffix(" * outputs")
    if inner == of:
        said = _PLAIN.get(of, of)
        return said if times == 1 else f"{times} × {said}"
    if times != 1:
        return f"{times} × {inner} per output"
    bare = inner[1:-1]
    return f"{bare if inner.startswith('(') and not set(bare) & set('()') else inner} per output"


def rates(terms: Iterable[tuple[int | Fraction, str]]) -> str:
    """Say the terms of a rule; nothing for none.

    >>> rates([(3, "outputs"), (-1, "rows")])
    '3 per element - 1 per place of the map'
    """
    text = ""
    for times, of in terms:
        said = rate(-times if times < 0 else times, of)
        sign = "- " if times < 0 else "+ " if text else ""
        text += f" {sign}{said}" if text else f"{sign}{said}"
    return text


def differences(now: Op, before: Op) -> Iterator[tuple[str, str, str]]:
    """Tell which fields of an op differ: the field, its value now, its value before.

    >>> from archcalc.ops.conv import Conv
    >>> before = Conv(filters=64, kernel=(1, 1), stride=(2, 2))
    >>> list(differences(Conv(filters=64, kernel=(1, 1)), before))
    [('stride', '1', '2')]
    """
    if type(now) is not type(before):
        yield "op", now.name, before.name
        return
    for field in fields(now):
        new, old = getattr(now, field.name), getattr(before, field.name)
        if new != old:
            yield field.name, value(new), value(old)


def value(found: object) -> str:
    """Say the value of a field as one would write it.

    >>> value((3, 3)), value((1, 7)), value((0, 0, 3, 3)), value(((0, 1), (1, 2)))
    ('3', '1x7', '0x3', 'a table of 2 maps')
    """
    if found is None or isinstance(found, Fraction):
        return str(found).lower()
    if not isinstance(found, tuple):
        return shown(found).strip("`")
    if found and isinstance(found[0], tuple):
        return f"a table of {len(found)} maps"
    if len(found) == 4 and found[::2] == found[1::2]:
        found = found[::2]
    if len(set(found)) == 1:
        return str(found[0])
    return "x".join(map(str, found)) if len(found) == 2 else shown(found).strip("`")
