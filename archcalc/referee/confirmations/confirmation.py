"""Rule against witness: every claim about a network, measured on the network itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from archcalc.counts import KINDS
from archcalc.graph import INPUT
from archcalc.ops.op import Shape
from archcalc.referee.confirmations.claim import SUMS, Claim, Confirmation, LayerClaims, Seen
from archcalc.referee.confirmations.dependence import (
    LONGEST,
    everything,
    first_and_last,
    image_of,
    is_short,
    joined,
    through,
)
from archcalc.referee.confirmations.values import compare
from archcalc.referee.confirmations.witness import COUNTED_ONE_BY_ONE, Refusal, Witness
from archcalc.report import Report, count
from archcalc.uncounted import abridged, gaps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from archcalc.counts import Counts
    from archcalc.facts import Facts
    from archcalc.graph import Graph, Node
    from archcalc.receptive_field import Field
    from archcalc.referee.confirmations.claim import Value
    from archcalc.referee.confirmations.dependence import Lines, Sight
    from archcalc.referee.confirmations.witness import Measured
    from archcalc.spec.spec import Spec

Array: TypeAlias = npt.NDArray[Any]

MEMORY = "memory"
ONE_BY_ONE = f"multiplications one by one in layers with more than {COUNTED_ONE_BY_ONE:,} of them"
BEYOND = "receptive fields beyond the image: an output is compared with what it sees of the image"
UNCLAIMED = "receptive fields where none is claimed"
TOO_LONG = f"receptive fields in an input of more than {LONGEST:,} places along one extent"
UNKNOWN = "what it does is unknown"
STATED = "what it does is stated: there is no kernel to run"
RARE = {"interactions"}
"""What is compared where there is any."""
WORDS = {"add": "additions", "cmp": "comparisons"}
"""Kinds of work that some kernels do in another way than is counted."""


def confirm(
    net: Report | Graph | Spec | str | Path,
    *,
    heads: bool = False,
    run: bool = False,
    witness: Witness | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Confirmation:
    """Run every layer of a network in NumPy, and compare what is measured with what is counted.

    Equal layers are run once; a `witness` that is given remembers them from network to network.
    `progress` is called with the number of layers done and of all. Of a live PyTorch module its
    tensors, PyTorch's shapes, counter and gradients are heard too, and if it is to `run` the values
    that our kernels give of what its layers read. Raises what `count` raises, and UsageError for
    what has no numbers to run with.

    >>> confirmation = confirm("lenet5")
    >>> confirmation.agrees
    True
    >>> confirmation.total["connections"]
    Claim(quantity='connections', rule=340908, witness=340908)
    """
    if isinstance(net, Report):
        report = count(net.graph, heads=net.with_heads)
    else:
        report = count(net, heads=heads)
    told, left = compare(report.graph) if run else (None, ())
    runs = _Run(report, witness or Witness())
    lines = []
    for position, node in enumerate(report.nodes):
        lines.append(runs.line(node, report.facts[position], report.fields[position]))
        progress(position + 1, len(report.nodes))
    ran = (node for node, line in zip(report.nodes, lines, strict=True) if line.claims)
    distinct = len({(node.op, node.xs) for node in ran})
    total = _total(report.total, lines)
    unknown = [layer.path for layer in gaps(report.uncounted)]
    beyond = tuple(path for path in unknown if path not in report.graph.ends)
    uncounted = [f"what is not counted either: {abridged(unknown)}"] if unknown else []
    notes = (*uncounted, *_not_measured(lines, looked=INPUT in runs.sights), *left)
    ask = getattr(report.graph.maker, "testimonies", None)
    heard = (*(ask(report.total) if ask else ()), *([told] if told else []))
    name = report.graph.origin.id
    return Confirmation(name, tuple(lines), total, distinct, notes, heard, beyond)


class _Run:
    """Follows the arrays through the network: their shapes, and what they see of the image."""

    def __init__(self, report: Report, witness: Witness) -> None:
        self.witness, self.report = witness, report
        self.arrays: dict[int, Mapping[str, tuple[str, tuple[int, ...]]]] = {}
        shapes = enumerate(report.inputs.values())
        self.outputs: dict[int, tuple[int, ...]] = {INPUT - i: (*shape,) for i, shape in shapes}
        self.sights: dict[int, Sight] = {
            i: everything(shape) for i, shape in self.outputs.items() if is_short(shape)
        }
        self.position = 0

    def line(self, node: Node, facts: Facts, field: Field | None) -> LayerClaims:
        """Measure one layer. What could not be run leaves those behind it without an input."""
        position, self.position = self.position, self.position + 1
        if any(i not in self.outputs for i in node.inputs):
            return LayerClaims(node.path, node.op.name, (), "what enters it is not known")
        if node.op.role == "unknown":
            self.outputs[position] = (*node.y,)
            return LayerClaims(node.path, node.op.name, (), UNKNOWN if facts.unknown else STATED)
        moved = position in self.report.graph.moved
        xs = tuple(map(tuple, node.xs)) if moved else tuple(self.outputs[i] for i in node.inputs)
        try:
            found = self.witness.measure(node.op, xs)
            looks = field is not None and all(i in self.sights for i in node.inputs)
            seen = self._look(node, xs) if looks else None
        except (ValueError, Refusal) as error:
            refused = isinstance(error, ValueError)
            return LayerClaims(node.path, node.op.name, (), str(error), refused)
        self.outputs[position], self.arrays[position] = found.output, found.arrays
        unlike = next(self._unlike(node, found), None)
        if unlike:
            why = f"no array of one shape with {unlike}"
            return LayerClaims(node.path, node.op.name, (), why, refused=True)
        if seen is not None:
            self.sights[position] = seen
        output = Shape(*found.output).written_as(node.y)
        claims = [Claim("output", str(node.y), str(output))]
        claims += _sums(facts, found.without(facts.shared))
        claims.append(_receptive_field(field, seen))
        return LayerClaims(node.path, node.op.name, tuple(claims))

    def _unlike(self, node: Node, found: Measured) -> Iterator[str]:
        """Name what has no array of the shape that a layer should share with it."""
        for tie in node.shared:
            own = found.arrays[tie.weight][1]
            _, theirs = self.arrays.get(tie.owner, {}).get(tie.weight, ("", own))
            if own != ((*theirs[1::-1], *theirs[2:]) if tie.transposed else theirs):
                yield self.report.nodes[tie.owner].path

    def _look(self, node: Node, xs: Sequence[tuple[int, ...]]) -> Sight | None:
        """Look through a layer and all layers before it, along every path.

        None where inputs of unlike sizes are seen: they are not one image.
        """
        found = [
            through(own, self.sights[i])
            for own, i in zip(self.witness.look(node.op, tuple(xs)), node.inputs, strict=True)
        ]
        if len({image_of(sight) for sight in found}) > 1:
            return None
        seen = found[0]
        for other in found[1:]:
            seen = joined(seen, other)
        return seen


def _sums(facts: Facts, found: Measured) -> list[Claim]:
    """Compare what adds up."""
    rule = facts.counts
    rules = {name: _by_rule(rule, name) for name in SUMS if name != "multiplications"}
    rules["multiplications"] = rule.work.mac + rule.work.mul if found.neurons else 0
    claims = (Claim(name, rules[name], getattr(found, name, found.work.get(name))) for name in SUMS)
    return [claim for claim in claims if claim.quantity not in RARE or claim.rule or claim.witness]


def _by_rule(counts: Counts, name: str) -> int:
    found: int = getattr(counts.work if name in KINDS else counts, name)
    return found


def _receptive_field(field: Field | None, seen: Sight | None) -> Claim:
    """Compare what every unit sees with the claim, cut off at the edges of the image.

    Shown is a unit for which they differ, or else the one in the middle.
    """
    if field is None or seen is None:
        return Claim("receptive_field", None, None)
    edges = [_edges(lines, *claim) for lines, *claim in zip(seen, *field, strict=True)]
    unit = tuple([_telling(claimed, found) for claimed, found in edges])
    rule, witness = (
        Seen(unit, *[_pair(side[which][n]) for side, n in zip(edges, unit, strict=True)])
        for which in (0, 1)
    )
    return Claim("receptive_field", rule, witness)


def _edges(seen: Lines, size: int, stride: int, offset: int) -> tuple[Array, Array]:
    """Give for each unit the first and behind the last line that it sees: claimed, then found.

    A unit whose outer tap is on padding may see less of the image than is claimed: padding sees
    nothing, and the next tap may be well inside. There a claim holds that takes in what was found.
    """
    outputs, lines = seen.sees.shape
    starts = offset + stride * np.arange(outputs)
    claimed = np.clip(np.stack([starts, starts + size], axis=1), 0, lines)
    first, last = first_and_last(seen.sees)
    found = np.stack([first, last + 1], axis=1)
    blind = ~seen.sees.any(axis=1)
    inside = np.stack([found[:, 0] >= claimed[:, 0], found[:, 1] <= claimed[:, 1]], axis=1)
    inside[blind] = True
    claimed = np.where(inside & ~seen.whole, found, claimed)
    claimed[(claimed[:, 0] == claimed[:, 1]) | (blind & ~seen.whole.all(axis=1))] = 0
    found[blind] = 0
    return claimed, found


def _pair(edges: Array) -> tuple[int, int]:
    first, stop = edges.tolist()
    return first, stop


def _telling(claimed: Array, found: Array) -> int:
    """Choose the unit to show."""
    differing = np.flatnonzero((claimed != found).any(axis=1))
    return int(differing[0]) if differing.size else len(found) // 2


def _total(rule: Counts, lines: Sequence[LayerClaims]) -> LayerClaims:
    """Add up what was found; of work, not measured everywhere, what was measured."""
    ran = [line for line in lines if line.claims]
    claims = []
    for name in SUMS:
        told = [
            claim
            for line in ran
            for claim in line.claims
            if claim.quantity == name and claim.witness is not None
        ]
        if name in RARE and not told:
            continue
        witness = _sum(claim.witness for claim in told)
        complete = len(told) == len(lines) or name in RARE
        if name in KINDS or name == "multiplications":
            claimed: int | None = _sum(claim.rule for claim in told)
            complete = complete or bool(claimed)
        else:
            claimed = None if name in rule.unknown else _by_rule(rule, name)
        claims.append(Claim(name, claimed, witness if complete else None))
    trouble = "" if len(ran) == len(lines) else f"{len(lines) - len(ran)} layers were not run"
    return LayerClaims("total", "", tuple(claims), trouble)


def _not_measured(lines: Sequence[LayerClaims], *, looked: bool) -> Iterator[str]:
    """Say what of these layers is claimed, or could be, and was not measured."""
    yield MEMORY
    open_claims = {
        (claim.quantity, line.op)
        for line in lines
        for claim in line.claims
        if claim.witness is None
    }
    for quantity, op in sorted(open_claims):
        if quantity in WORDS:
            yield f"{WORDS[quantity]} of {op}, whose kernel takes another way"
    quantities = {quantity for quantity, _ in open_claims}
    if "multiplications" in quantities:
        yield ONE_BY_ONE
    yield BEYOND
    if "receptive_field" in quantities:
        yield UNCLAIMED if looked else TOO_LONG


def _sum(values: Iterable[Value]) -> int:
    return sum(value for value in values if isinstance(value, int))
