"""Writes small ONNX files: the wire format of protocol buffers, field by field."""

from __future__ import annotations

from struct import pack
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

FLOAT, INT64 = 1, 7
Attribute: TypeAlias = "int | float | str | bytes | Sequence[int] | Sequence[float]"


def varint(value: int) -> bytes:
    value %= 1 << 64
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(number: int, value: int | str | bytes) -> bytes:
    """Write a field: a number as a varint, a text or a message with its length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def attribute(name: str, value: Attribute) -> bytes:
    out = field(1, name)
    if isinstance(value, int):
        return out + field(3, value) + field(20, 2)
    if isinstance(value, float):
        return out + varint(2 << 3 | 5) + pack("<f", value) + field(20, 1)
    if isinstance(value, str):
        return out + field(4, value) + field(20, 3)
    if isinstance(value, bytes):  # a tensor
        return out + field(5, value) + field(20, 4)
    if any(isinstance(number, float) for number in value):
        return out + field(7, pack(f"<{len(value)}f", *value)) + field(20, 6)
    return out + b"".join(field(8, int(number)) for number in value) + field(20, 7)


def graph_attribute(name: str, graph: bytes) -> bytes:
    return field(1, name) + field(6, graph) + field(20, 5)


def node(
    op: str, inputs: str, outputs: str, *, name: str = "", domain: str = "", **attributes: Attribute
) -> bytes:
    """Write a node; `inputs` and `outputs` are names with spaces between, `-` is one left out."""
    out = b"".join(field(1, "" if word == "-" else word) for word in inputs.split())
    out += b"".join(field(2, word) for word in outputs.split())
    out += field(3, name or outputs.split(maxsplit=1)[0]) + field(4, op)
    out += b"".join(field(5, attribute(key, value)) for key, value in attributes.items())
    return out + (field(7, domain) if domain else b"")


def tensor(name: str, *dims: int, numbers: Sequence[int] | Sequence[float] | None = None) -> bytes:
    """Write a tensor: whole numbers, or of reals only the sizes, as if its data were elsewhere."""
    out = b"".join(field(1, dim) for dim in dims)
    if numbers is None:
        return out + field(2, FLOAT) + field(8, name)
    if any(isinstance(number, float) for number in numbers):
        return (
            out + field(2, FLOAT) + field(8, name) + field(9, pack(f"<{len(numbers)}f", *numbers))
        )
    return out + field(2, INT64) + field(8, name) + field(9, pack(f"<{len(numbers)}q", *numbers))


def row(name: str, *numbers: int) -> bytes:
    """Write a row of whole numbers."""
    return tensor(name, len(numbers), numbers=numbers)


def info(name: str, *dims: int | str) -> bytes:
    """Write the type of a value; a size that is a text is left free, without sizes none is told."""
    sizes = b"".join(field(1, field(1 if isinstance(dim, int) else 2, dim)) for dim in dims)
    shape = field(2, sizes) if dims else b""
    return field(1, name) + field(2, field(1, field(1, FLOAT) + shape))


def graph(
    nodes: Sequence[bytes],
    weights: Sequence[bytes] = (),
    inputs: Sequence[bytes] = (),
    outputs: Sequence[bytes] = (),
    stated: Sequence[bytes] = (),
) -> bytes:
    parts = ((1, nodes), (5, weights), (11, inputs), (12, outputs), (13, stated))
    return b"".join(field(key, part) for key, some in parts for part in some) + field(2, "tiny")


def model(inner: bytes, opset: int = 17) -> bytes:
    return field(1, 8) + field(2, "tests") + field(7, inner) + field(8, field(2, opset))
