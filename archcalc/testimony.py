"""What a witness outside says of a network: who, of what, by rule and as it was found."""

from __future__ import annotations

from typing import NamedTuple


class Testimony(NamedTuple):
    """One sum, or how many of many, by rule and as a witness found it; None where it could not.

    `trouble` says why it could not, or names what differs.

    >>> Testimony("PyTorch's counter", "macs", 90, 90).agrees
    True
    """

    witness: str
    of: str
    rule: int
    found: int | None
    trouble: str = ""

    @property
    def agrees(self) -> bool | None:
        """Whether the two are the same; None if there is nothing to compare."""
        return None if self.found is None else self.rule == self.found

    def to_dict(self) -> dict[str, object]:
        """Give everything as plain values, ready for JSON."""
        return self._asdict() | {"agrees": self.agrees}
