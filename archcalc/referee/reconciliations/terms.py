"""The terms between two figures: what the structure and what the convention accounts for."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, TypeAlias

from archcalc.convention.rule import Addend
from archcalc.convention.variables import read
from archcalc.inputs import say
from archcalc.origin import told_apart
from archcalc.referee.phrases import listed, op_name, rates, value
from archcalc.referee.reconciliations.structure import Part, parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archcalc.convention.variables import Reading
    from archcalc.referee.phrases import Detail
    from archcalc.referee.reconciliations.counted import CountedReport

Kind: TypeAlias = Literal["structure", "convention", "slip"]
Rates: TypeAlias = tuple[tuple["int | Fraction", str], ...]

SHARED = {"mac": "multiply-accumulates", "bias": "biases", "biases": "biases, once per map,"}
"""What convolutions and linear layers count alike: told together, not op by op."""
MEMORY = {
    "parameters": "parameters",
    "fixed": "weights that are not trained",
    "statistics": "running statistics",
    "borrowed": "shared weights",
    "entering": "the input",
    "outputs": "outputs of {where}",
    "outputs * blocks": "outputs of blocks, once more,",
}
"""What layers of every op take of memory: told together too."""
NOTHING = Addend(0, "", 0)
"""What a convention adds of a quantity that it does not count."""
NAMED = 3
"""Causes that a label names one by one."""


@dataclass(frozen=True, slots=True)
class Term:
    """One reason: what it adds (or takes away), in words, and how the amount comes about.

    An amount is a fraction where a rule counts parts; the sum over all terms never is.
    """

    amount: int | Fraction
    label: str
    detail: str
    kind: Kind


def terms(a: CountedReport, b: CountedReport) -> tuple[Term, ...]:
    """Tell why the figure of b is not that of a, largest first; the amounts are the difference.

    First comes the structure, counted by the convention of a; then the change of convention, on the
    network of b; then what is added to or left out of b by a slip.

    >>> from archcalc.referee.reconciliations.counted import read_side
    >>> for term in terms(read_side("lenet5"), read_side("lenet5@ptflops-aten")):
    ...     print(f"{term.amount:+} {term.label}")
    +6508 biases of convolutions and linear layers
    """
    middle = b.by(a.convention)
    slips = [(b.extra, b), (-a.extra, a)]
    structure = (
        _structure_term(part, a, b) for part in parts(a.report, b.report, a.figure, middle.figure)
    )
    found = [*structure, *_convention_terms(middle, b)]
    found += [
        Term(extra, side.slip, f"by {side.convention.name}", "slip")
        for extra, side in slips
        if extra
    ]
    return tuple(sorted(found, key=lambda term: (-abs(Fraction(term.amount)), term.label)))


def _structure_term(part: Part, a: CountedReport, b: CountedReport) -> Term:
    if part.kind == "input":
        label = f"input {say(b.report.inputs)}, not {say(a.report.inputs)}"
    elif part.kind == "changed":
        label = _changed(part)
    else:
        label = f"{_alone(part, a, b)}: {_abridged(part.causes)}"
    layers = f"{part.layers} layers" if part.layers > 1 else "1 layer"
    return Term(part.amount, label, f"{layers}, by {a.convention.name}", "structure")


def _alone(part: Part, a: CountedReport, b: CountedReport) -> str:
    """Say where alone a part is; of batch norms, that the other network has folded them."""
    first, second = _networks(a, b)
    with_it, without = (b.report, a.report) if part.kind == "added" else (a.report, b.report)
    folded = [layer for layer in without.graph.uncounted if layer.op == "batch norm"]
    ops = {node.path: node.op.name for node in with_it.nodes}
    if len(folded) >= len(part.causes) and {ops.get(path) for path in part.causes} == {"batchnorm"}:
        return (
            f"batch norm, folded into convolutions in {first if part.kind == 'added' else second}"
        )
    return f"only in {second if part.kind == 'added' else first}"


def _networks(a: CountedReport, b: CountedReport) -> tuple[str, str]:
    """Name both networks; two variants of one id by their place."""
    origins = [side.report.graph.origin for side in (a, b)]
    first, second = told_apart([origin.id for origin in origins], origins, numbered=False)
    return ("the first", "the second") if first == second else (first, second)


def _changed(part: Part) -> str:
    """Say how layers differ: at length where they all differ alike, else by the first of them."""
    said = [_fields(details) for details in part.details]
    besides = "; another input too" if part.other_inputs else ""
    if len(set(said)) == 1 and said[0]:
        return said[0].format(path=_abridged(part.causes)) + besides
    if not any(said):
        what = "another input" if besides else "not the last layer in both"
        return f"{_abridged(part.causes)}: {what}"
    first = next(s.format(path=p) for s, p in zip(said, part.causes, strict=True) if s)
    return f"{len(said)} layers differ: {first}, and others{besides}"


def _fields(details: tuple[Detail, ...]) -> str:
    """Say the fields of a layer that differ, `{path}` standing for its name."""
    if not details:
        return ""
    field, before, now = details[0]
    if field == "op":
        return f"{{path}}: {op_name(str(now))}, not {op_name(str(before))}"
    if len(details) == 1 and None not in {before, now}:
        return f"{field} of {{path}}: {value(now)}, not {value(before)}"
    return f"{{path}}: {'; '.join(map(str, details))}"


def _abridged(paths: tuple[str, ...]) -> str:
    if len(paths) <= NAMED:
        return listed(paths)
    return f"{paths[0]} ... {paths[-1]} ({len(paths)} in all)"


@dataclass(slots=True)
class _Sum:
    amount: int | Fraction = 0
    layers: int = 0


def _convention_terms(a: CountedReport, b: CountedReport) -> Iterator[Term]:
    """Compare two conventions on one network: what is counted alike is told together."""
    of_memory = {a.convention.figures, b.convention.figures} == {"memory"}
    shared: dict[tuple[str, int | Fraction, int | Fraction], dict[str, _Sum]] = {}
    others: dict[tuple[str, Rates, Rates], _Sum] = {}
    for reading in read(b.report):
        op = reading.op
        old, new = _split(a, reading), _split(b, reading)
        for of in MEMORY if of_memory else SHARED:
            was, now = old.pop(of, NOTHING), new.pop(of, NOTHING)
            if was.times != now.times:
                found = shared.setdefault((of, was.times, now.times), {}).setdefault(op, _Sum())
                _add(found, now.value - was.value)
        change = sum(t.value for t in new.values()) - sum(t.value for t in old.values())
        if change:
            _add(others.setdefault((op, _rates(old), _rates(new)), _Sum()), change)
    for (of, was_times, now_times), ops in shared.items():
        yield (_memory_term if of_memory else _shared_term)(of, was_times, now_times, ops)
    for (op, before, after), total in others.items():
        yield _op_term(op, before, after, total)


def _split(side: CountedReport, reading: Reading) -> dict[str, Addend]:
    """Split the figure of a layer; terms of one quantity are put together."""
    found: dict[str, Addend] = {}
    for term in side.convention.terms(reading.op, reading.variables):
        earlier = found.get(term.of)
        if earlier:
            term = term._replace(  # noqa: PLW2901 - two terms become one
                times=term.times + earlier.times, value=term.value + earlier.value
            )
        found[term.of] = term
    return found


def _rates(terms: Mapping[str, Addend]) -> Rates:
    return tuple((term.times, term.of) for term in terms.values())


def _add(found: _Sum, amount: int | Fraction) -> None:
    found.amount += amount
    found.layers += 1


def _shared_term(
    of: str, was: int | Fraction, now: int | Fraction, ops: Mapping[str, _Sum]
) -> Term:
    amount = sum(found.amount for found in ops.values())
    what, where = SHARED[of], listed(map(op_name, ops))
    if of == "mac" and was and now:
        label = f"a multiply-accumulate as {now}, not {was}"
    elif not now:
        label = f"{what} of {where} not counted"
    else:
        label = f"{what} of {where}" + (f" as {now}, not {was}" if was else "")
    layers = sum(found.layers for found in ops.values())
    return Term(_whole(amount), label, _product(amount, now - was, layers), "convention")


def _memory_term(
    of: str, was: int | Fraction, now: int | Fraction, ops: Mapping[str, _Sum]
) -> Term:
    amount = sum(found.amount for found in ops.values())
    what = MEMORY[of].format(where=listed(map(op_name, ops)))
    label = f"{what} at {now} bytes" if now else f"{what} not counted"
    label += f", not {was}" if was and now else ""
    layers = sum(found.layers for found in ops.values())
    return Term(_whole(amount), label, _product(amount, now - was, layers), "convention")


def _op_term(op: str, before: Rates, after: Rates, found: _Sum) -> Term:
    now, was = rates(after), rates(before)
    if after:
        joint = " at" if now[0].isdigit() or now.endswith("per output") else ":"
        label = f"{op_name(op)}{joint} {now}" + (f", not {was}" if was else "")
    else:
        label = f"{op_name(op)} not counted: {was} before"
    alike = {of for _, of in (*before, *after)}
    times = sum((t for t, _ in after), Fraction(0)) - sum((t for t, _ in before), Fraction(0))
    each = times if len(alike) == 1 else Fraction(0)
    return Term(
        _whole(found.amount), label, _product(found.amount, each, found.layers), "convention"
    )


def _whole(amount: int | Fraction) -> int | Fraction:
    fraction = Fraction(amount)
    return fraction.numerator if fraction.denominator == 1 else fraction


def _product(amount: int | Fraction, each: int | Fraction, layers: int) -> str:
    """Say how an amount comes about: how many, times what, in how many layers."""
    where = f"{layers} layers" if layers > 1 else "1 layer"
    if not each or Fraction(amount, 1) % each:
        return where
    return f"{int(amount / each):,} × {each}, {where}"
