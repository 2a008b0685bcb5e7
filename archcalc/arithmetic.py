"""The integers that counting rules are read on."""

from __future__ import annotations


def known(value: int) -> int:
    """Take a figure as a number that is known by now: its own derivation is not repeated.

    >>> known(1516)
    1516
    """
    return value
