"""Confirmations → tables: rule and witness side by side, layer by layer and in total."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.counts import KINDS
from archcalc.paths import layer_of
from archcalc.referee.confirmations.claim import Seen
from archcalc.render.table import Column, Table
from archcalc.render.tables.columns import shape
from archcalc.render.tables.explanation import NAMES
from archcalc.uncounted import abridged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archcalc.referee.confirmations.claim import Claim, Confirmation, LayerClaims
    from archcalc.render.table import Cell, Tone
    from archcalc.testimony import Testimony

SHOWN = {"parameters": 1, "connections": 2, "connections_in_bounds": 4, "macs": 3}
"""The sums that have a column of their own, and when it is hidden; the verdict is on all sums."""
TITLES = {"connections_in_bounds": "in bounds", "macs": "MACs"}
SUMS = tuple(Column(name, TITLES.get(name, name), "number", hide) for name, hide in SHOWN.items())
LAYERS = (
    Column("layer", "layer", "name"),
    Column("op", "op", hide=5),
    Column("output", "output"),
    *SUMS,
    Column("verdict", "rule and witness", "prose"),
)
TOTAL = (
    Column("figure", "figure", "name"),
    Column("rule", "rule", "number"),
    Column("witness", "witness", "number"),
    Column("verdict", "verdict"),
)
WITNESSES = (
    Column("witness", "witness", "name"),
    Column("of", "of"),
    Column("rule", "rule", "number"),
    Column("found", "found", "number"),
    Column("verdict", "verdict", "prose"),
)
NETWORKS = (
    Column("network", "network", "name"),
    Column("layers", "layers", "number", 5),
    Column("distinct", "run", "number", 6),
    *SUMS,
    Column("verdict", "rule and witness", "prose"),
)


def confirmation(found: Confirmation) -> tuple[Table, ...]:
    """Tabulate the layers of a network, their sums, and what others say of it."""
    told = (witnesses(found),) if found.testimonies else ()
    return layers(found), total(found), *told


def witnesses(found: Confirmation) -> Table:
    """Tabulate what PyTorch has to say of a live module."""
    return Table(
        columns=WITNESSES,
        rows=tuple(
            (each.witness, each.of, each.rule, each.found, _heard(each))
            for each in found.testimonies
        ),
        tones=tuple(_tone([each.agrees]) for each in found.testimonies),
    )


def _heard(testimony: Testimony) -> str:
    sign = {True: "=", False: "≠", None: "not heard"}[testimony.agrees]
    return f"{sign}: {testimony.trouble}" if testimony.trouble else sign


def layers(confirmation: Confirmation) -> Table:
    """Tabulate what was measured, a row for each layer as written.

    >>> from archcalc.referee.confirmations.confirmation import confirm
    >>> layers(confirm("lenet5")).rows[2][:-1]
    ('C3', 'conv', '16x10x10', 1516, 151600, 151600, 150000)
    """
    groups = _as_written(confirmation.lines)
    return Table(
        columns=LAYERS,
        rows=tuple(_layer(path, lines) for path, lines in groups.items()),
        title=f"{confirmation.network}: {said(confirmation)}",
        tones=tuple(_tone(line.agrees for line in lines) for lines in groups.values()),
    )


def total(confirmation: Confirmation) -> Table:
    """Tabulate the sums, and say below what was not measured."""
    claims = [claim for claim in confirmation.total.claims if _occurs(claim)]
    return Table(
        columns=TOTAL,
        rows=tuple((_words(c), _cell(c.rule), _cell(c.witness), _verdict(c)) for c in claims),
        captions=(_run(confirmation), *_not_measured([confirmation])),
        tones=tuple(_tone([claim.agrees]) for claim in claims),
    )


def networks(confirmations: Sequence[Confirmation]) -> Table:
    """Tabulate the totals of networks, with every layer that differs."""
    return Table(
        columns=NETWORKS,
        rows=tuple(map(_network, confirmations)),
        captions=(
            "the figures are what was measured; equal layers are run once, for all networks",
            *_not_measured(confirmations),
        ),
        tones=tuple(_tone([each.agrees]) for each in confirmations),
    )


def said(confirmation: Confirmation) -> str:
    """Say the verdict on a network in words."""
    if confirmation.agrees:
        return "rule and witness agree"
    differing, ops = confirmation.differing, len(confirmation.lines)
    if differing:
        return f"rule and witness differ in {len(differing)} of {ops} ops: {_named(differing)}"
    unlike = [each for each in confirmation.testimonies if each.agrees is False]
    if unlike:
        return f"rule and witness differ: {unlike[0].witness}, {unlike[0].of}"
    if confirmation.agrees is False:
        return "the total differs"
    left, beyond = confirmation.not_run, confirmation.not_counted
    run = f"{ops - len(left)} of {ops} ops; not run: {_named(left)}" if left else "what is counted"
    rest = f"; not counted: {abridged(beyond)}" if beyond else ""
    return f"rule and witness agree in {run}{rest}"


def _named(lines: Sequence[LayerClaims]) -> str:
    return ", ".join(line.path for line in lines[:5]) + (" ..." if len(lines) > 5 else "")


def _tone(verdicts: Iterable[bool | None]) -> Tone:
    return "bad" if False in verdicts else ""


def _as_written(lines: Iterable[LayerClaims]) -> dict[str, list[LayerClaims]]:
    """Put a layer together with what stands before and after it."""
    groups: dict[str, list[LayerClaims]] = {}
    for line in lines:
        groups.setdefault(layer_of(line.path), []).append(line)
    return groups


def _layer(path: str, lines: list[LayerClaims]) -> tuple[Cell, ...]:
    op = next((line.op for line in lines if line.path == path), lines[-1].op)
    output = lines[-1]["output"].witness if lines[-1].claims else None
    said = shape(output) if isinstance(output, str) else None
    return (path, op, said, *_sums(lines), "; ".join(_verdicts(lines)))


def _sums(lines: Sequence[LayerClaims]) -> Iterator[int | None]:
    """Add up what was measured; nothing where a part of it was not."""
    for name in SHOWN:
        found = [line[name].witness if line.claims else None for line in lines]
        numbers = [number for number in found if isinstance(number, int)]
        yield sum(numbers) if len(numbers) == len(found) else None


def _verdicts(lines: Sequence[LayerClaims]) -> Iterator[str]:
    troubles = [line for line in lines if not line.agrees]
    if not troubles:
        yield f"= {sum(claim.agrees is True for line in lines for claim in line.claims)} figures"
    for line in troubles:
        if line.trouble:
            yield f"{'≠ ' if line.refused else ''}{line.path} was not run: {line.trouble}"
        for claim in line.differing:
            rule, witness = _text(claim.rule), _text(claim.witness)
            yield f"≠ {line.path} {_words(claim)}: {rule}, found {witness}"


def _network(confirmation: Confirmation) -> tuple[Cell, ...]:
    signs = {True: "= ", False: "≠ ", None: ""}
    verdict = "agree" if confirmation.agrees else said(confirmation)
    verdict = f"{signs[confirmation.agrees]}{verdict}"
    lines = len(confirmation.lines)
    sums = _sums([confirmation.total])
    return (confirmation.network, lines, confirmation.distinct, *sums, verdict)


def _run(confirmation: Confirmation) -> str:
    ops, run = len(confirmation.lines), confirmation.distinct
    if confirmation.not_run:
        return f"{ops - len(confirmation.not_run)} of {ops} ops were run, at full size"
    if run == ops:
        return f"{ops} ops were run, at full size" if ops != 1 else "1 op was run, at full size"
    return (
        f"{run} of {ops} ops were run, at full size; the others equal one of these, input and all"
    )


def _not_measured(confirmations: Iterable[Confirmation]) -> Iterator[str]:
    for note in dict.fromkeys(note for each in confirmations for note in each.not_measured):
        yield f"not measured: {note}"


def _occurs(claim: Claim) -> bool:
    """Tell whether to show a figure: kinds of work are many, and most networks have few of them."""
    return claim.quantity not in KINDS or bool(claim.rule or claim.witness)


def _words(claim: Claim) -> str:
    """Name a quantity as people say it."""
    if claim.quantity == "multiplications":
        return "multiplications of units, one by one"
    return NAMES.get(claim.quantity, claim.quantity.replace("_", " "))


def _verdict(claim: Claim) -> str:
    return {True: "= equal", False: "≠ differs", None: "not measured"}[claim.agrees]


def _cell(value: int | str | Seen | None) -> Cell:
    return str(value) if isinstance(value, Seen) else value


def _text(value: int | str | Seen | None) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
