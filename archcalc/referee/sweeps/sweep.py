"""Many variants of one network, counted; kept is what fits and what was asked for."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, Unpack

from archcalc.display import Displayed
from archcalc.referee.sweeps.quartiles import Spread
from archcalc.referee.sweeps.record import open_record, plain
from archcalc.referee.sweeps.request import Options, plan_of, selection_of, shown, tidy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archcalc.graph import Graph
    from archcalc.referee.sweeps.plan import Outcome, Plan
    from archcalc.referee.sweeps.quartiles import Quartiles
    from archcalc.referee.sweeps.record import Record
    from archcalc.referee.sweeps.request import Vary
    from archcalc.referee.sweeps.selection import Selection
    from archcalc.spec.spec import Spec

WRITTEN = 100
"""So many results are written at once."""
EVERY = 0.1
"""Seconds between two times that somebody is told how far it is: to draw a bar takes longer than to
count."""


@dataclass(frozen=True, repr=False)
class Sweep(Displayed, view="tables.sweep:sweep"):
    """What became of the variants; `columns` are the names of the figures to show."""

    plan: Plan
    columns: tuple[str, ...]
    selection: Selection
    spreads: tuple[Spread, ...] = ()

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The variants that were asked for, in the order that was."""
        return self.selection.outcomes

    @property
    def errors(self) -> tuple[Outcome, ...]:
        """The first variants that cannot be, each with its reason."""
        return tuple(self.selection.errors)

    @property
    def tried(self) -> int:
        """How many variants were counted."""
        return self.selection.tried

    @property
    def fitting(self) -> int:
        """How many of them fit."""
        return self.selection.fitting

    @property
    def failed(self) -> int:
        """How many of them cannot be."""
        return self.selection.failed

    @property
    def quartiles(self) -> tuple[Quartiles, ...]:
        """How the values of expressions are spread over all that fits."""
        return tuple(filter(None, (spread.quartiles for spread in self.spreads)))

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON."""
        return {
            "schema": 1,
            "network": self.plan.subject.id,
            "varied": {axis.name: axis.size for axis in self.plan.space.axes},
            "variants": self.plan.space.size,
            "tried": self.tried,
            "fitting": self.fitting,
            "failed": self.failed,
            "rows": [
                {
                    "variant": one.number,
                    "values": {name: plain(value) for name, value in one.values.items()},
                    "figures": {name: one.figures[name] for name in self.columns},
                    "partial": [name for name in one.partial if name in self.columns],
                }
                for one in self.outcomes
            ],
            "quartiles": [
                {name: plain(value) for name, value in one._asdict().items()}
                for one in self.quartiles
            ],
            "errors": [
                {
                    "variant": one.number,
                    "values": {name: plain(value) for name, value in one.values.items()},
                    "code": one.code,
                    "error": one.error,
                }
                for one in self.errors
            ],
        }


def sweep(net: Spec | Graph | str | Path, vary: Vary = (), **options: Unpack[Options]) -> Sweep:
    """Count variants of a network, and keep those that fit.

    `vary` gives by the name of a parameter its values: a list, or a text such as `12..48..4` (both
    ends belong to it), `16..256..x2`, `basic,bottleneck`, `[2..4,3|6,3]`; or it is such texts with
    their names, `growth=12..48..4`. `inputs` are shapes, or sides of a map; of several
    inputs each is given by its name. All combinations are counted, or `draws` of them at random.

    What fits has at most so many parameters and multiply-accumulates, and makes `where` true, an
    expression over what varies, all parameters and the figures, such as
    `macs >= 360 * 1000 * 1000 and growth % 8 == 0`. After the `first` so many that fit it ends. Of
    what fits `pareto` keeps what none beats: small in these figures, or large in those with a `-`
    before them. It is given in the order of `sort`, the first `top` alone; the `quartiles` of such
    expressions tell how all that fits is spread. `results` is a file that all of it is written to
    as it comes, .jsonl, .csv or .parquet; the same call goes on where it ends.

    A variant that cannot be is listed with its reason, and stops nothing. Raises what `load`
    raises, and UsageError or UnknownName for what would be wrong with all variants.

    >>> found = sweep("densenet121", {"growth": "12..48..12"}, max_parameters="5M")
    >>> [(one.values["growth"], one.figures["parameters"]) for one in found.outcomes]
    [(12, 1384696), (24, 4697992)]
    >>> found.tried, found.fitting
    (4, 2)
    """
    options = tidy(options)
    plan, selection = plan_of(net, vary, options), selection_of(options)
    spreads = tuple(Spread(text, plan) for text in options.get("quartiles", ()))
    tell, first, told = options.get("tell"), options.get("first"), 0.0
    for outcome in _run(plan, selection, options):
        selection.add(outcome)
        for spread in spreads if outcome.fits else ():
            spread.add(outcome)
        if tell and perf_counter() > told + EVERY:
            told = perf_counter()
            tell(outcome.number + 1, plan.space.size, selection.fitting)
        if selection.fitting == first:
            break
    return Sweep(plan, shown(options), selection, spreads)


def _run(plan: Plan, selection: Selection, options: Options) -> Iterator[Outcome]:
    """Give the outcomes that a file has, then those that are counted, which it then has too."""
    results = options.get("results")
    if results is None:
        yield from _counted(plan, 0, options)
        return
    record, earlier = open_record(str(results), plan)
    with closing(record):
        start = 0
        for outcome in earlier:
            if outcome.number >= plan.space.size:  # of a sweep of more draws
                start = plan.space.size
                break
            start = outcome.number + 1
            yield outcome
        selection.tried = start
        yield from _recorded(record, _counted(plan, start, options))


def _counted(plan: Plan, start: int, options: Options) -> Iterator[Outcome]:
    """Count here, or on a cluster."""
    cluster = options.get("dask")
    if not cluster:
        return plan.count(start, plan.space.size)
    from archcalc.referee.sweeps.distribution import count_on  # noqa: PLC0415 - an extra

    return count_on(cluster, plan, start, plan.space.size)


def _recorded(record: Record, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    """Write outcomes as they come, also when nobody wants the next."""
    waiting: list[Outcome] = []
    try:
        for outcome in outcomes:
            waiting.append(outcome)
            yield outcome
            if len(waiting) >= WRITTEN:
                record.write(waiting)
                waiting = []
    finally:
        record.write(waiting)
