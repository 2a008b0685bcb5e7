"""The fields of a layer's configuration as numbers, words and truths; a mistake names its key."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from archcalc.errors import Reason
from archcalc.ops.fields import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST = 2**31 - 1
"""Sizes are numbers of 32 bits."""


class Fields(NamedTuple):
    """A mapping of a file."""

    values: Mapping[str, object]

    def has(self, *keys: str) -> bool:
        """Tell whether one of some keys stands there, and is not null."""
        return any(self.values.get(key) is not None for key in keys)

    def within(self, key: str) -> Fields:
        """Give the mapping of a key; an empty one if there is none."""
        found = self.values.get(key)
        return Fields(found if isinstance(found, dict) else {})

    def whole(self, key: str, default: int | None = None, *, least: int = 1) -> int:
        """Read a whole number."""
        found = self.values.get(key)
        if found is None:
            if default is None:
                raise Reason("missing-key", f"there is no `{key}`", key=key)
            return default
        return whole(key, found, least)

    def wholes(self, key: str, *, least: int = 1) -> list[int] | None:
        """Read a list of whole numbers, or one alone; None where there is none."""
        found = self.values.get(key)
        if found is None:
            return None
        items = found if isinstance(found, list) else [found]
        return [whole(key, item, least) for item in items]

    def sizes(self, key: str, rank: int, default: int | None = None) -> tuple[int, ...]:
        """Read a number of 1 or more for each extent; one number is for all."""
        found = self.wholes(key)
        if found is None:
            if default is None:
                raise Reason("missing-key", f"there is no `{key}`", key=key)
            found = [default]
        if len(found) not in {1, rank}:
            message = f"`{key}` has {len(found)} numbers, for {rank} extents"
            raise Reason("wrong-type", message, key=key)
        return tuple(found if len(found) == rank else found * rank)

    def truth(self, key: str, *, default: bool) -> bool:
        """Read true or false."""
        found = self.values.get(key)
        if found is None:
            return default
        if not isinstance(found, bool):
            raise Reason("wrong-type", f"`{key}` is true or false, not {shown(found)}", key=key)
        return found

    def number(self, key: str, default: str) -> Fraction:
        """Read a decimal number, exactly."""
        found = self.values.get(key)
        return Fraction(default) if found is None else number(key, found)

    def word(self, key: str, default: str = "") -> str:
        """Read a text."""
        found = self.values.get(key)
        if found is None:
            return default
        if not isinstance(found, str):
            raise Reason("wrong-type", f"`{key}` is a text, not {shown(found)}", key=key)
        return found

    def choice(self, key: str, *choices: str, default: str = "") -> str:
        """Read one of some words; the first, unless another is default."""
        found = self.word(key, default or choices[0]).lower()
        if found not in choices:
            message = f"`{key}` is one of {', '.join(choices)}, not {shown(self.word(key))}"
            raise Reason("wrong-type", message, key=key)
        return found


def whole(key: str, found: object, least: int = 1) -> int:
    """Take a whole number."""
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= LARGEST:
        what = f"a whole number, {least} or more" if least > -LARGEST else "a whole number"
        raise Reason("wrong-type", f"`{key}` is {what}, not {shown(found)}", key=key)
    return found


def number(key: str, found: object) -> Fraction:
    """Take a decimal number as it is written."""
    if isinstance(found, int | float) and not isinstance(found, bool) and isfinite(found):
        return Fraction(str(found))
    raise Reason("wrong-type", f"`{key}` is a number, not {shown(found)}", key=key)
