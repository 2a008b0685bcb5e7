"""Two networks layer by layer: what was added, removed, changed, and what it costs."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from archcalc.counts import QUANTITIES
from archcalc.display import Displayed
from archcalc.paths import cut
from archcalc.referee.comparisons.comparison import Net, report_of
from archcalc.referee.comparisons.matching import CountedLayer, Matching, join, layers, match
from archcalc.referee.phrases import Detail, details, shared_weights, value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from archcalc.graph import Node
    from archcalc.ops.op import Shape
    from archcalc.report import Report
    from archcalc.row import Row

Kind: TypeAlias = Literal["same", "renamed", "changed", "added", "removed"]


@dataclass(frozen=True, slots=True)
class Change:
    """A layer of the one network and what it is in the other; None where it is not there."""

    before: Row | None
    after: Row | None
    details: tuple[Detail, ...] = ()

    @property
    def kind(self) -> Kind:
        """Tell whether the layer is the same, renamed, changed, added or removed."""
        if self.before is None or self.after is None:
            return "added" if self.before is None else "removed"
        if self.details:
            return "changed"
        return "same" if self.before.path == self.after.path else "renamed"

    @property
    def path(self) -> str:
        """The layer's path where it is now, or where it was."""
        row = self.after or self.before
        return row.path if row else ""

    def change(self, quantity: str) -> int:
        """Give the change of a quantity: what there is now, less what there was."""
        now = getattr(self.after, quantity) if self.after else 0
        return int(now - (getattr(self.before, quantity) if self.before else 0))

    def is_partial(self, quantity: str) -> bool:
        """Tell whether the change of a quantity is not known; what is the same changes nothing."""
        rows = (row for row in (self.before, self.after) if row is not None)
        differs = self.kind not in {"same", "renamed"}
        return differs and any(quantity in row.unknown for row in rows)


@dataclass(frozen=True, slots=True, repr=False)
class Difference(Displayed, view="tables.comparison:difference"):
    """All layers of two networks, paired. The changes add up to the difference of the totals."""

    before: Report
    after: Report
    layers: tuple[Change, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """The layers that are not the same."""
        return tuple(change for change in self.layers if change.kind != "same")

    def change(self, quantity: str) -> int:
        """Give the change of a total."""
        return int(getattr(self.after.total, quantity) - getattr(self.before.total, quantity))

    def is_partial(self, quantity: str) -> bool:
        """Tell whether the change of a total is not known."""
        before, after = (
            {layer for layer in report.graph.uncounted if quantity in layer.quantities}
            for report in (self.before, self.after)
        )
        return before != after or any(change.is_partial(quantity) for change in self.layers)

    def fold(self, depth: int | None, *, names: bool = True) -> dict[str, tuple[Change, ...]]:
        """Gather the changes below each path of `depth` segments; None: each layer by itself.

        Without `names` a layer that only has another name is none.
        """
        groups: dict[str, list[Change]] = {}
        for change in self.changes:
            if names or change.kind != "renamed":
                path = change.path if depth is None else self._place(change)
                groups.setdefault(cut(path, depth), []).append(change)
        return {path: tuple(changes) for path, changes in groups.items()}

    def _place(self, change: Change) -> str:
        report = self.after if change.after else self.before
        return report.graph.place(change.path)

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON."""
        return {
            "schema": 1,
            "before": self.before.graph.origin.id,
            "after": self.after.graph.origin.id,
            "changes": [_change_to_dict(change) for change in self.changes],
            "total": {quantity: self.change(quantity) for quantity in QUANTITIES},
            "partial": list(filter(self.is_partial, QUANTITIES)),
        }


def _change_to_dict(change: Change) -> dict[str, Any]:
    details = [
        {"name": name, "before": value(before), "after": value(after)}
        for name, before, after in change.details
    ]
    return {
        "kind": change.kind,
        "before": change.before.path if change.before else None,
        "after": change.after.path if change.after else None,
        "details": details,
        "change": {quantity: change.change(quantity) for quantity in QUANTITIES},
        "partial": list(filter(change.is_partial, QUANTITIES)),
    }


def diff(
    before: Net,
    after: Net,
    *,
    input: Shape | str | None = None,  # noqa: A002 - the field's own word
    batch: int = 1,
    heads: bool = False,
) -> Difference:
    """Pair the layers of two networks and tell what changed.

    Layers of one path are a pair; other names are paired where what stands around them is, as far
    as the layers are alike, and else by op, shapes and order. What stands after a layer in the one
    network and is a row of its own in the other belongs to the pair.

    >>> found = diff("resnet50", "resnet50-v1.5")
    >>> [(c.path, c.details[0]) for c in found.changes if c.change("macs")][0]
    ('conv3_x/1/conv1', Detail(name='stride', before=(2, 2), after=(1, 1)))
    >>> found.change("macs") == sum(c.change("macs") for c in found.changes) == 231_211_008
    True
    """
    a = report_of(before, input=input, batch=batch, heads=heads)
    b = report_of(after, input=input, batch=batch, heads=heads)
    old, new = layers(a), layers(b)
    found = match(old, new)
    removed = _removed(len(old), found)
    old, new = _joined(a, old, found.old), _joined(b, new, found.new)
    return Difference(a, b, tuple(_in_order(old, new, found, removed)))


def _removed(count: int, found: Matching) -> deque[int]:
    """List the old layers that are nowhere in the new network."""
    kept = {*found.pairs.values(), *(row for rows in found.old.values() for row in rows)}
    return deque(sorted(set(range(count)) - kept))


def _joined(
    report: Report, rows: Sequence[CountedLayer], parts: Mapping[int, Sequence[int]]
) -> tuple[CountedLayer, ...]:
    """Put layers together that are one in the other network."""
    return tuple(
        join(report, layer, [rows[part] for part in parts.get(position, ())])
        for position, layer in enumerate(rows)
    )


def _in_order(
    old: Sequence[CountedLayer], new: Sequence[CountedLayer], found: Matching, removed: deque[int]
) -> Iterator[Change]:
    """Go through the new layers; a removed one stands where the layer after it was."""
    parts = {row for rows in found.new.values() for row in rows}
    renamed = {old[was].row.path: new[now].row.path for now, was in found.pairs.items()}
    for position, layer in enumerate(new):
        if position in parts:
            continue
        was = found.pairs.get(position)
        while was is not None and removed and removed[0] < was:
            yield Change(old[removed.popleft()].row, None)
        if was is None:
            yield Change(None, layer.row)
        else:
            yield Change(old[was].row, layer.row, tuple(_details(old[was], layer, renamed)))
    for was in removed:
        yield Change(old[was].row, None)


def _details(old: CountedLayer, new: CountedLayer, renamed: Mapping[str, str]) -> Iterator[Detail]:
    a, b = old.own, new.own
    fields = list(details(a, b)) if a is not None and b is not None else []
    yield from fields
    if (a is None) != (b is None):
        yield Detail("op", old.row.op, new.row.op)
    yield from _beside(old, new)
    yield from _ties(old, new, renamed)
    for name in ("input", "output"):
        was, now = getattr(old.row, name), getattr(new.row, name)
        if was != now and name not in {field.name for field in fields}:
            yield Detail(name, was, now)


def _ties(old: CountedLayer, new: CountedLayer, renamed: Mapping[str, str]) -> Iterator[Detail]:
    """Compare whose weights two layers take, or which of these."""
    if tuple(renamed.get(path, path) for path in old.row.shared_with) != new.row.shared_with:
        yield Detail("weights of", *[", ".join(x.row.shared_with) or None for x in (old, new)])
    else:
        for one, other in zip(old.nodes, new.nodes, strict=False):
            yield from shared_weights(one, other)


def _beside(old: CountedLayer, new: CountedLayer) -> Iterator[Detail]:
    """Compare what comes before and after two layers: the ops, or their fields."""
    for side, a, b in (("before", old.before, new.before), ("after", old.after, new.after)):
        if [node.op.name for node in a] != [node.op.name for node in b]:
            yield Detail(side, _names(a), _names(b))
        else:
            for one, other in zip(a, b, strict=True):
                for detail in details(one, other):
                    yield detail._replace(name=f"{one.op.name}.{detail.name}")


def _names(nodes: Iterable[Node]) -> str | None:
    return ", ".join(node.op.name for node in nodes) or None
