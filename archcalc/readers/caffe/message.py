"""The fields of a prototxt's messages as numbers, words and truths, with the place of each mistake.

Source: Caffe, src/caffe/proto/caffe.proto.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from archcalc.errors import Diagnostic, SpecError
from archcalc.ops.fields import shown
from archcalc.readers.prototext import Message, Scalar

if TYPE_CHECKING:
    from archcalc.errors import Place
    from archcalc.readers.prototext import Value
    from archcalc.spec.reader import Source

_WHOLE = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]{1,16}|[0-9]{1,19})")
_DECIMAL = re.compile(
    r"([+-]?(?:[0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,2})?)f?"
)
_TRUTHS = {"true": True, "True": True, "t": True, "1": True}
_TRUTHS |= {"false": False, "False": False, "f": False, "0": False}
LARGEST = 2**31 - 1
"""Caffe's sizes are numbers of 32 bits."""


class Fields(NamedTuple):
    """A message of a text; of a field that stands more than once the last value counts."""

    source: Source
    message: Message

    def words(self, key: str) -> list[str]:
        """List the texts of a field."""
        return [value.text for value in self._scalars(key)]

    def word(self, key: str, default: str = "") -> str:
        """Give the text of a field."""
        values = self._scalars(key)
        return values[-1].text if values else default

    def within(self, *keys: str) -> Fields:
        """Give the message of a field, the first that there is; an empty one if there is none."""
        for key in keys:
            for value in reversed(self.message.get(key, ())):
                if isinstance(value, Message):
                    return Fields(self.source, value)
        return Fields(self.source, Message(self.message.line, self.message.column))

    def all(self, key: str) -> list[Fields]:
        """List the messages of a field."""
        values = self.message.get(key, ())
        return [Fields(self.source, value) for value in values if isinstance(value, Message)]

    def has(self, key: str) -> bool:
        """Tell whether a field stands there."""
        return key in self.message

    def truth(self, key: str, *, default: bool) -> bool:
        """Read true or false."""
        for value in reversed(self._scalars(key)):
            found = _TRUTHS.get(value.text)
            if found is None:
                self.fail(value, f"`{key}` is true or false, not {shown(value.text)}")
            return found
        return default

    def whole(self, key: str, default: int, *, least: int = 1) -> int:
        """Read a whole number."""
        found = self.wholes(key, least=least)
        return found[-1] if found else default

    def wholes(self, key: str, *, least: int = 1) -> list[int]:
        """Read whole numbers, as many as stand there."""
        return [self._whole(key, value, least) for value in self._scalars(key)]

    def number(self, key: str, default: str) -> Fraction:
        """Read a decimal number, exactly."""
        for value in reversed(self._scalars(key)):
            match = _DECIMAL.fullmatch(value.text)
            if match is None:
                self.fail(value, f"`{key}` is a number, not {shown(value.text)}")
            return Fraction(match[1])
        return Fraction(default)

    def numbers(self, key: str) -> list[Fraction]:
        """Read decimal numbers, as many as stand there."""
        each = (Fields(self.source, _only(key, value)) for value in self._scalars(key))
        return [fields.number(key, "0") for fields in each]

    def choice(self, key: str, *choices: str, default: str = "") -> str:
        """Read one of some words, which have numbers too; the first unless another is default."""
        for value in reversed(self._scalars(key)):
            if value.text in choices:
                return value.text
            if value.text.isdecimal() and len(value.text) < 3 and int(value.text) < len(choices):
                return choices[int(value.text)]
            self.fail(value, f"`{key}` is one of {', '.join(choices)}, not {shown(value.text)}")
        return default or choices[0]

    def place(self, key: str = "") -> Place:
        """Tell where a field stands, or the message."""
        value = self.message[key][-1] if self.message.get(key) else self.message
        return self._place(value)

    def fail(self, value: Value, message: str, code: str = "wrong-type") -> NoReturn:
        """Report a mistake at a value."""
        raise SpecError([Diagnostic(code, message, self._place(value))])

    def _place(self, value: Value) -> Place:
        length = len(value.text) + 2 * value.quoted if isinstance(value, Scalar) else 1
        return self.source.place(value.line, value.column, length)

    def _scalars(self, key: str) -> list[Scalar]:
        values = self.message.get(key)
        if not values:
            return []
        for value in values:
            if not isinstance(value, Scalar):
                self.fail(value, f"`{key}` is a value, not a message")
        return values  # type: ignore[return-value]

    def _whole(self, key: str, value: Scalar, least: int) -> int:
        if _WHOLE.fullmatch(value.text):
            found = int(value.text, 16 if "x" in value.text.lower() else 10)
            if least <= found <= LARGEST:
                return found
        what = f"a whole number, {least} or more" if least > -LARGEST else "a whole number"
        return self.fail(value, f"`{key}` is {what}, not {shown(value.text)}")


def _only(key: str, value: Scalar) -> Message:
    found = Message(value.line, value.column)
    found[key] = [value]
    return found


class CaffeLayer:
    """A layer of either form that Caffe's files have: its name, its type, what it reads and gives.

    `kind` is the type in small letters, so that INNER_PRODUCT and InnerProduct are the same.
    """

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.type = fields.word("type")
        self.kind = self.type.replace("_", "").lower()
        self.bottoms = fields.words("bottom")
        self.tops = fields.words("top")
        self.name = fields.word("name") or (self.tops or [self.type])[0]

    @cached_property
    def place(self) -> Place:
        """Where it stands: its type, or where it begins."""
        return self.fields.place("type")

    @property
    def line(self) -> str:
        """Where it stands, in short."""
        return f"line {self.place.line}"

    def about(self, key: str) -> Fields:
        """Give the message of its own parameters, such as `convolution_param`."""
        return self.fields.within(key)

    def shared(self) -> list[str]:
        """Name the weights that it shares, one name for each array; empty where there is none."""
        named = self.fields.message.get("param", ())
        return [
            value.text
            if isinstance(value, Scalar)
            else Fields(self.fields.source, value).word("name")
            for value in named
        ]
