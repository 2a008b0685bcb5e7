"""Amounts as people write them: `5M`, `2.5e6`, `600 million`, `50MB`, `48MiB`."""

from __future__ import annotations

from fractions import Fraction

from archcalc.errors import UsageError
from archcalc.scales import BYTES, SUFFIXES, part


def amount(value: float | str, *, of_bytes: bool = False) -> int:
    """Read a whole amount: M is 10^6; of bytes, MB is 10^6 too, and MiB is 2^20.

    Raises UsageError for what is no whole number of 0 or more.

    >>> amount("5M"), amount("2.5e6"), amount("1,000,000"), amount(7), amount(2.5e6)
    (5000000, 2500000, 1000000, 7, 2500000)
    >>> amount("50MB", of_bytes=True), amount("1.5MiB", of_bytes=True)
    (50000000, 1572864)
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    suffixes = BYTES if of_bytes else SUFFIXES
    found = part(value) if isinstance(value, str) else None
    if found is not None and found[2].lower() in suffixes:
        digits, power, suffix = found
        whole = Fraction(digits) * 10**power * suffixes[suffix.lower()]
        if whole.denominator == 1:
            return int(whole)
    examples = "50MB, 48MiB or 50000000" if of_bytes else "5M, 2.5e6 or 5,000,000"
    message = f"expected an amount such as {examples}, not `{str(value)[:60]}`"
    raise UsageError.of("wrong-type", message)
