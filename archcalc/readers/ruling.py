"""Rules that the caller has, by the names of calls and layers that no op of ours is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from archcalc.errors import ArchcalcError, Reason, UsageError
from archcalc.ops.composites import figures
from archcalc.uncounted import Case

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archcalc.graph import Graph
    from archcalc.live import Rules, Sizes
    from archcalc.ops.fields import Figures
    from archcalc.ops.op import Shape
    from archcalc.origin import Maker, Origin, Relative


def bare(name: str) -> str:
    """Give the name of a call without the library that it belongs to.

    >>> bare("torchvision::roi_align"), bare("roi_align")
    ('roi_align', 'roi_align')
    """
    return name.rpartition("::")[2]


def name_in(rules: Rules, name: str) -> str | None:
    """Find the rule of a call or layer, whose library need not be named; None if there is none."""
    return next((ruled for ruled in rules if bare(ruled) == name), None)


def figured(name: str, rules: Rules, xs: Sizes, ys: Sizes) -> Figures:
    """Say what a layer counts by the caller's rule of a name.

    Raises UsageError where the rule fails, or gives no figures.
    """
    try:
        return figures(dict(rules[name](xs, ys)))
    except Reason as reason:
        message = f"the rule of `{name}`: {reason.message}"
        raise UsageError.of(reason.code, message, reason.hint) from None
    except ArchcalcError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the caller's code raises
        said = ", ".join("x".join(map(str, shape)) for shape in xs)
        message = f"the rule of `{name}` failed on {said}: {type(error).__name__}: {error}"
        raise UsageError.of("rule-failed", message) from None


def ruled(graph: Graph, rules: Rules) -> Graph:
    """Count by the caller's rules what is unknown of a graph that was read from a file.

    They are handed shapes as they are shown: features first, without a batch.
    """
    nodes, left = list(graph.nodes), []
    positions = {node.path: position for position, node in enumerate(nodes)}
    for layer in graph.uncounted:
        position = positions.get(layer.path)
        name = name_in(rules, layer.op)
        if layer.case is not Case.UNKNOWN or name is None or position is None:
            left.append(layer)
            continue
        node = nodes[position]
        op: Any = node.op
        does = figured(name, rules, [tuple(x) for x in node.xs], [tuple(node.y)])
        nodes[position] = node._replace(op=replace(op, does=does))
    maker = _Ruled(graph.maker, rules)
    return replace(graph, nodes=tuple(nodes), uncounted=tuple(left), maker=maker)


class _Ruled(NamedTuple):
    """Makes a graph anew, by the same rules."""

    maker: Maker
    rules: Rules

    @property
    def origin(self) -> Origin:
        """Who it is."""
        return self.maker.origin

    def at(self, inputs: Mapping[str, Shape], *, heads: bool) -> Graph:
        """Make it at other inputs."""
        return ruled(self.maker.at(inputs, heads=heads), self.rules)

    def relatives(self) -> Iterator[Relative]:
        """List the other networks of its family."""
        return self.maker.relatives()
