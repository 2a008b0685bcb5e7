"""What is reconciled: a network under a convention, as a person writes it, or a number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from archcalc.convention.figure import apply, complete
from archcalc.convention.library import find
from archcalc.errors import UsageError
from archcalc.files import is_there
from archcalc.inputs import say
from archcalc.origin import told_apart
from archcalc.readers import find as find_network
from archcalc.referee.phrases import value
from archcalc.referee.published.printed import Printed, last_place
from archcalc.report import Report, count
from archcalc.scales import part, units

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.convention.convention import Convention, Figures
    from archcalc.convention.figure import Figure
    from archcalc.ops.op import Shape
    from archcalc.spec.values import Value

USUAL = "macs"
"""The convention of a network that is written without one."""
OF_A_KIND: Mapping[Figures, str] = MappingProxyType(
    {
        "operations": USUAL,
        "parameters": "parameters",
        "connections": "lecun1998",
        "memory": "memory",
    }
)
"""What archcalc itself counts of each kind, from which others differ in named terms."""
NO_PARAMETERS: Mapping[str, Value] = MappingProxyType({})
"""Every parameter as the network has it."""

_UNIT = re.compile(
    r"(?P<scale>[KkMGBTbt]|thousand|million|billion)?"
    r"(?:i?FLOPs?|MACs?|(?P<bytes>i?B|\s*bytes))?"
)
"""What may stand behind a number."""
MANY = 10**6
"""So many billions nobody counts: `60950432B` are bytes."""


@dataclass(frozen=True, eq=False)
class CountedReport:
    """A report and the convention that it is counted by.

    `stated` tells whether the convention was asked for, or is only the usual one. Where something
    is wrong in how it is counted, `slip` says what; `extra` is what a slip adds to the figure that
    no layer of the report does. Where not all is known, what is known is the figure if `partial` is
    granted, and there is none otherwise.
    """

    report: Report
    convention: Convention
    stated: bool = True
    slip: str = ""
    extra: int = 0
    partial: bool = False

    def __post_init__(self) -> None:
        """Refuse a batch: what a batch multiplies differs from tool to tool."""
        if self.report.batch != 1:
            message = f"figures are reconciled for one sample, not for {self.report.batch}"
            raise UsageError.of("wrong-batch", message)

    @property
    def name(self) -> str:
        """The side as one would write it."""
        origin = self.report.graph.origin
        heads = " with heads" if self.report.with_heads and self.report.heads else ""
        own = "" if self.report.inputs == origin.inputs else f" at {say(self.report.inputs)}"
        options = "".join(f", {key} {value(found)}" for key, found in origin.changed.items())
        slip = f", {self.slip}" if self.slip else ""
        return f"{origin.id}@{self.convention.name}{own}{heads}{options}{slip}"

    @cached_property
    def figure(self) -> Figure:
        """The figure of every layer. Raises UsageError for a partial one that is not granted."""
        found = apply(self.report, self.convention)
        return found if self.partial else complete(found, "--partial judges by these")

    @property
    def total(self) -> int:
        """The figure. Raises UsageError where the convention has no rule for a layer."""
        return self.figure.total + self.extra

    def by(self, convention: Convention) -> CountedReport:
        """Count the same network by another convention, without its slip."""
        return CountedReport(self.report, convention, partial=self.partial)


def side_names(*sides: CountedReport) -> list[str]:
    """Name sides as one would write them, so that they can be told apart."""
    return told_apart((side.name for side in sides), [side.report.graph.origin for side in sides])


class Number(NamedTuple):
    """A number as printed, in each of the units that it may count; perhaps a number of bytes.

    `digits` tells how many digits of it say something: 3 in 3.86 and in 61,100,000.
    """

    text: str
    readings: tuple[Printed, ...]
    digits: int
    is_bytes: bool = False

    @property
    def value(self) -> int:
        """The number in its usual unit, to the nearest integer."""
        return round(self.readings[0].number * self.readings[0].unit)


def read_side(  # noqa: PLR0913 - how the network is counted
    text: str,
    convention: str = USUAL,
    *,
    input: Shape | str | None = None,  # noqa: A002 - the field's own word
    heads: bool = False,
    parameters: Mapping[str, Value] = NO_PARAMETERS,
    partial: bool = False,
) -> CountedReport | Number:
    """Read `network@convention`, a network alone, or a number.

    `convention` is that of a network without one; the network is counted at this input, with its
    heads and with `parameters` of its family set otherwise, if so asked; what is known of it is
    its figure if `partial` is granted. Raises UnknownName for a
    network, a convention or a parameter that does not exist.

    >>> read_side("resnet50-v1.5@thop").total
    4133742592
    >>> read_side("4.11G").value, read_side("218.59MB").is_bytes
    (4110000000, True)
    """
    number = _number(text.strip())
    if number is not None:
        return number
    network, at, own = text.strip().rpartition("@")
    if not at or is_there(text.strip().partition("#")[0]):
        network, own = text.strip(), convention
    net = find_network(network, input=input, **parameters)
    stated = bool(at) or convention != USUAL
    return CountedReport(count(net, input=input, heads=heads), find(own), stated, partial=partial)


def _number(text: str) -> Number | None:
    """Read a number; K, M, G may stand for powers of 1000 or of 1024, B for billions or bytes."""
    number = part(text)
    found = _UNIT.fullmatch(number[2]) if number else None
    if number is None or found is None:
        return None
    digits, power, _ = number
    scale, of_bytes = found["scale"], found["bytes"] or ""
    if scale == "B" and Fraction(digits) * 10**power >= MANY:
        scale, of_bytes = "", "B"
    meant = units(scale)[of_bytes.startswith("i") :] if scale else (1,)
    readings = tuple(_printed(digits, 10**power * unit) for unit in meant)
    significant = len(
        (digits if "." in digits else digits.rstrip("0")).replace(".", "").lstrip("0")
    )
    return Number(text, readings, significant, bool(of_bytes))


def _printed(digits: str, unit: int) -> Printed:
    return Printed(Fraction(digits), last_place(digits, unit), unit)
