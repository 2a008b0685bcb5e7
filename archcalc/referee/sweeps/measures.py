"""What a sweep tells of each variant: quantities by the names that `--columns` takes, conventions.

All but conventions follow from the sums alone, so that they are the same for one variant and for
arrays of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archcalc.counts import KINDS, QUANTITIES
from archcalc.errors import UnknownName, suggestion
from archcalc.ops.quantities import STORED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archcalc.counts import Counts
    from archcalc.report import Report

USUAL = ("parameters", "macs")
BYTES = 4
"""Of an element in single precision."""
PARTS: dict[str, tuple[str, ...]] = {
    "parameter_bytes": ("parameters",),
    "stored_bytes": STORED,
    "activation_bytes": ("activations",),
    "memory_bytes": (*STORED, "activations"),
}
"""The columns in bytes, and the quantities that they consist of."""
MEASURES = (*QUANTITIES, *KINDS, *PARTS)


class Figures(NamedTuple):
    """What was asked for of one variant, and the names of what is at least so much."""

    values: tuple[int, ...]
    partial: tuple[str, ...] = ()


def known(names: Iterable[str]) -> tuple[str, ...]:
    """Find measures by their names; those with a `+` are added to the usual. Raises UnknownName.

    >>> known(["+flops"]), known(["Stored bytes"])
    (('parameters', 'macs', 'flops'), ('stored_bytes',))
    """
    given = list(names)
    if all(name.startswith("+") for name in given):
        given = [*USUAL, *given]
    return tuple(dict.fromkeys(map(_known, given)))


def _known(name: str) -> str:
    word = name.removeprefix("+").strip().lower().replace("-", "_").replace(" ", "_")
    if word not in MEASURES:
        hint = suggestion(word, MEASURES) or f"the columns: {', '.join(MEASURES)}"
        raise UnknownName.of("unknown-column", f"a sweep has no column `{name[:80]}`", hint)
    return word


def measure(counts: Counts, name: str, batch: int = 1, bytes_each: int = BYTES) -> int:
    """Give one measure of a network's sums.

    >>> from archcalc.report import count
    >>> measure(count("lenet5").total, "parameter_bytes")
    240000
    """
    if name in KINDS:
        done: int = getattr(counts.work, name)
        return done
    if name not in PARTS:
        found: int = getattr(counts, name)
        return found * batch if name == "activations" else found
    kept = {"parameter_bytes": counts.parameters, "stored_bytes": counts.stored}.get(name, 0)
    if name == "memory_bytes":
        kept += counts.stored
    return bytes_each * (kept + (counts.activations * batch if "activations" in PARTS[name] else 0))


def figures(
    report: Report, names: Sequence[str], conventions: Sequence[str], bytes_each: int = BYTES
) -> Figures:
    """Give the measures of a report, then the figures of conventions."""
    total = report.total
    values = [measure(total, name, report.batch, bytes_each) for name in names]
    partial = [name for name in names if total.unknown.keys() & {*PARTS.get(name, (name,))}]
    if conventions:
        from archcalc.convention.figure import apply  # noqa: PLC0415 - most sweeps need none

        for name in conventions:
            found = apply(report, name)
            values.append(found.total)
            partial += [name] if found.partial else []
    return Figures(tuple(values), tuple(partial))
