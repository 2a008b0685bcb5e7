"""Whether a network keeps within limits, and which layers cost most where it does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from archcalc.display import Displayed
from archcalc.errors import UsageError
from archcalc.jsonable import jsonable
from archcalc.plain_values import memory_to_dict
from archcalc.referee.comparisons.amount import amount
from archcalc.referee.comparisons.comparison import Net, report_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.ops.op import Shape
    from archcalc.report import Report
    from archcalc.row import Row

COSTLIEST = 5
"""How many layers are named."""


class Cost(NamedTuple):
    """What one layer takes of a quantity."""

    path: str
    used: int


@dataclass(frozen=True, slots=True)
class Check:
    """A limit and what the network takes of it: parameters, macs, or memory in bytes."""

    quantity: str
    limit: int
    used: int
    costliest: tuple[Cost, ...]
    unknown: tuple[str, ...] = ()
    """The layers whose share is not known: at least what is `used` is."""

    @property
    def within(self) -> bool:
        """Tell whether it is known that no more is used."""
        return not self.over and not self.unknown

    @property
    def over(self) -> bool:
        """Tell whether more is used than the limit; all of it may be used."""
        return self.used > self.limit


@dataclass(frozen=True, slots=True, repr=False)
class Budget(Displayed, view="tables.comparison:budget"):
    """A network held against limits."""

    report: Report
    checks: tuple[Check, ...]
    bytes_each: int

    @property
    def over(self) -> bool:
        """Tell whether one limit or more is exceeded."""
        return any(check.over for check in self.checks)

    @property
    def within(self) -> bool:
        """Tell whether it is known that every limit is kept."""
        return all(check.within for check in self.checks)

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON."""
        return {
            "schema": 1,
            "network": self.report.graph.origin.id,
            "over": self.over,
            "within": self.within,
            "checks": [
                {
                    "quantity": check.quantity,
                    "limit": check.limit,
                    "used": check.used,
                    "over": check.over,
                    "within": check.within,
                    "partial": list(check.unknown),
                    "costliest": jsonable(check.costliest),
                }
                for check in self.checks
            ],
            "memory": memory_to_dict(
                self.report.memory(self.bytes_each), self.bytes_each, self.report.total
            ),
        }


def budget(  # noqa: PLR0913 - one for each limit, and what is counted
    net: Net,
    *,
    max_parameters: int | str | None = None,
    max_macs: int | str | None = None,
    max_memory: int | str | None = None,
    bytes_each: int = 4,
    input: Shape | str | None = None,  # noqa: A002 - the field's own word
    batch: int = 1,
    heads: bool = False,
) -> Budget:
    """Hold a network against limits, given as numbers or as texts such as `5M` and `50MB`.

    Memory is that of running forward, in bytes: what is stored (parameters, fixed weights, running
    statistics) and the largest set of outputs that live at once. A layer's own is what it stores
    and its outputs.

    Where a part is not known, a limit that what is known does not pass is neither kept nor passed.

    Raises what `count` raises, and UsageError without a limit or for what is no amount.

    >>> found = budget("lenet5", max_parameters="50k", max_macs="1M")
    >>> [(check.quantity, check.used, check.over) for check in found.checks]
    [('parameters', 60000, True), ('macs', 325680, False)]
    >>> found.checks[0].costliest[0]
    Cost(path='C5', used=48120)
    """
    report = report_of(net, input=input, batch=batch, heads=heads)
    memory = report.memory(bytes_each)
    limits: list[tuple[str, int | str | None, int, Callable[[Row], int]]] = [
        ("parameters", max_parameters, report.total.parameters, lambda row: row.parameters),
        ("macs", max_macs, report.total.macs, lambda row: row.macs),
        ("memory", max_memory, memory.running, lambda row: _bytes(row, report.batch, bytes_each)),
    ]
    checks = tuple(
        Check(
            name,
            amount(limit, of_bytes=name == "memory"),
            used,
            _costliest(report, cost),
            report.total.unknown.get("activations" if name == "memory" else name, ()),
        )
        for name, limit, used, cost in limits
        if limit is not None
    )
    if not checks:
        hint = "such as --max-parameters 5M; in Python max_parameters='5M'"
        raise UsageError.of("no-limit", "a budget needs a limit", hint)
    return Budget(report, checks, bytes_each)


def _bytes(row: Row, batch: int, bytes_each: int) -> int:
    return (row.stored + row.activations * batch) * bytes_each


def _costliest(report: Report, cost: Callable[[Row], int]) -> tuple[Cost, ...]:
    costs = sorted((Cost(row.path, cost(row)) for row in report.rows), key=lambda c: -c.used)
    return tuple(found for found in costs[:COSTLIEST] if found.used)
