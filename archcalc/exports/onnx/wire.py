"""The messages of an ONNX file, field by field: the mirror of `archcalc.readers.onnx.message`.

Source: onnx/onnx.proto of ONNX 1.20, whose field numbers these are.
"""

from __future__ import annotations

from struct import pack
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

FLOAT, INT64 = 1, 7
"""Types of elements."""
Attribute: TypeAlias = "int | float | str | Sequence[int]"


def varint(value: int) -> bytes:
    """Write a whole number, seven bits a byte.

    >>> varint(300).hex(), len(varint(-1))
    ('ac02', 10)
    """
    value %= 1 << 64
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def field(number: int, value: int | str | bytes) -> bytes:
    """Write a field: a number, or a text or a message with its length before it."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def node(
    op: str,
    name: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    attributes: Mapping[str, Attribute],
) -> bytes:
    """Write a node; an input that is left out has no name."""
    out = b"".join(field(1, word) for word in inputs) + b"".join(field(2, word) for word in outputs)
    out += field(3, name) + field(4, op)
    return out + b"".join(field(5, _attribute(key, value)) for key, value in attributes.items())


def _attribute(name: str, value: Attribute) -> bytes:
    out = field(1, name)
    if isinstance(value, int):
        return out + field(3, value) + field(20, 2)
    if isinstance(value, float):
        return out + varint(2 << 3 | 5) + pack("<f", value) + field(20, 1)
    if isinstance(value, str):
        return out + field(4, value) + field(20, 3)
    return out + b"".join(field(8, number) for number in value) + field(20, 7)


def tensor(name: str, kind: int, sizes: Iterable[int], data: bytes) -> bytes:
    """Write a tensor with its numbers, in the order of a little-endian machine."""
    return (
        b"".join(field(1, size) for size in sizes)
        + field(2, kind)
        + field(8, name)
        + field(9, data)
    )


def zeros(name: str, output: str, sizes: str) -> bytes:
    """Write a node that makes a tensor of zeros of these sizes, which are another tensor."""
    value = field(5, tensor("", FLOAT, [1], pack("<f", 0.0))) + field(20, 4)
    inner = field(1, sizes) + field(2, output) + field(3, name) + field(4, "ConstantOfShape")
    return inner + field(5, field(1, "value") + value)


def info(name: str, kind: int, sizes: Iterable[int | str]) -> bytes:
    """Write the type of a value; a size that is a text is any."""
    dims = (field(1, field(2 if isinstance(size, str) else 1, size)) for size in sizes)
    return field(1, name) + field(2, field(1, field(1, kind) + field(2, b"".join(dims))))


def model(  # noqa: PLR0913 - the parts of a file
    name: str,
    nodes: Iterable[bytes],
    tensors: Iterable[bytes],
    inputs: Iterable[bytes],
    outputs: Iterable[bytes],
    *,
    opset: int,
    about: str,
) -> bytes:
    """Write a file: its graph, who made it, and what its ops mean."""
    parts = [(1, nodes), (2, [name.encode()]), (5, tensors), (10, [about.encode()])]
    parts += [(11, inputs), (12, outputs)]
    graph = b"".join(field(key, part) for key, some in parts for part in some)
    return (
        field(1, 10)
        + field(2, "archcalc")
        + field(7, graph)
        + field(8, field(1, "") + field(2, opset))
    )
