r"""The wire format of protocol buffers: bytes → numbered fields, without a schema.

Long values are views into the file, never copies: what nobody looks at is never read from disk.

>>> [(number, value) for number, value in fields(memoryview(b"\x08\x96\x01"))]
[(1, 150)]

Source: the encoding of protocol buffers, as its specification has it.
"""

from __future__ import annotations

from struct import unpack_from
from typing import TYPE_CHECKING, TypeAlias

from archcalc.errors import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

Field: TypeAlias = "int | memoryview"
"""A number, or the bytes of a text, a message, packed numbers, or a number of fixed length."""

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
LONGEST = 10
"""Bytes of the longest varint: 64 bits, 7 in each."""


def fields(message: memoryview) -> Iterator[tuple[int, Field]]:
    """Go through the fields of a message in the order of the file.

    Raises a `Reason` where it breaks off, or is no message.
    """
    at, end = 0, len(message)
    while at < end:
        key = message[at]
        if key < 128:  # nearly all of them: no call
            at += 1
        else:
            key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == VARINT:
            value, at = _varint(message, at)
            yield number, value
            continue
        if kind == BYTES:
            length, at = _varint(message, at)
        elif kind in {FIXED32, FIXED64}:
            length = 4 if kind == FIXED32 else 8
        else:
            raise Reason("not-onnx", f"a field of wire type {kind}, which does not exist")
        if not number:
            raise Reason("not-onnx", "a field with the number 0, which does not exist")
        if length > end - at:
            raise Reason("not-onnx", f"{length:,} bytes are announced, and {end - at:,} are left")
        yield number, message[at : at + length]
        at += length


def signed(value: int) -> int:
    """Take a varint for a signed number of 64 bits.

    >>> signed(2**64 - 1)
    -1
    """
    return value - (1 << 64) if value >> 63 else value


def integers(value: Field) -> Iterator[int]:
    """Give signed numbers, one by itself or many packed."""
    if isinstance(value, int):
        yield signed(value)
        return
    at = 0
    end = len(value)
    while at < end:
        number = value[at]
        if number < 128:
            at += 1
            yield number
        else:
            number, at = _varint(value, at)
            yield signed(number)


def real(value: Field) -> float:
    """Give a number of 32 bits with a floating point. Raises a `Reason` if it is none."""
    if isinstance(value, int) or len(value) != 4:
        raise Reason("not-onnx", "a floating-point number of 4 bytes was expected")
    return float(unpack_from("<f", value)[0])


def text(value: Field) -> str:
    """Give a text. Raises a `Reason` if it is none."""
    if isinstance(value, int):
        raise Reason("not-onnx", "a text was expected, not a number")
    try:
        return str(value, "utf-8")
    except UnicodeDecodeError:
        raise Reason("not-onnx", "a text that is not UTF-8") from None


def message(value: Field) -> memoryview:
    """Give the bytes of a message. Raises a `Reason` if there are none."""
    if isinstance(value, int):
        raise Reason("not-onnx", "a message was expected, not a number")
    return value


def number(value: Field) -> int:
    """Give a whole number. Raises a `Reason` if it is none."""
    if not isinstance(value, int):
        raise Reason("not-onnx", "a whole number was expected")
    return signed(value)


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    for place in range(at, min(at + LONGEST, len(data))):
        byte = data[place]
        value |= (byte & 127) << shift
        if byte < 128:
            return value & ((1 << 64) - 1), place + 1
        shift += 7
    raise Reason("not-onnx", "a number that never ends")
