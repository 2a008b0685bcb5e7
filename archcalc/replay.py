"""Making a network anew from its nodes, on another input."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from archcalc.errors import ShapeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from archcalc.builder import Builder
    from archcalc.graph import Container, Graph, Node
    from archcalc.ops.op import Shape
    from archcalc.origin import Origin, Relative
    from archcalc.uncounted import Uncounted


class Replay(NamedTuple):
    """Makes a network anew from its nodes: the shape rule of each op is applied again.

    `begin` makes a builder, `bound` says of nodes which field came from the size of what entered.
    """

    begin: Callable[[Origin, Mapping[str, Shape]], Builder]
    origin: Origin
    nodes: tuple[Node, ...]
    containers: Mapping[str, Container]
    ends: Mapping[str, int]
    outputs: tuple[int, ...]
    bound: Mapping[int, str]
    uncounted: tuple[Uncounted, ...] = ()

    def at(self, inputs: Mapping[str, Shape], *, heads: bool) -> Graph:
        """Put the same ops on other inputs. Raises ShapeError where a field is not known there."""
        builder = self.begin(self.origin, inputs)
        for position, node in enumerate(self.nodes):
            if heads or node.head is None:
                feeding = [builder.here(i) for i in node.inputs]
                self._check_bound(position, tuple(here.shape for here in feeding))
                here = builder.add(node.path, node.op, *feeding, head=node.head)
                for shared in node.shared:
                    owner = builder.here(shared.owner)
                    builder.share(here, owner, shared.weight, transposed=shared.transposed)
            else:
                builder.hung |= {i for i in node.inputs if i < len(builder.nodes)}
        builder.uncounted.extend(self.uncounted)
        builder.containers.update(self.containers)
        builder.ends |= {path: end for path, end in self.ends.items() if end < len(builder.nodes)}
        end, *others = map(builder.here, self.outputs)
        return builder.graph(end, self, outputs=others)

    def relatives(self) -> Iterator[Relative]:
        """There are none."""
        return iter(())

    def _check_bound(self, position: int, xs: tuple[Shape, ...]) -> None:
        node, key = self.nodes[position], self.bound.get(position)
        if key and xs != node.xs:
            own, other = (" and ".join(map(str, shapes)) for shapes in (node.xs, xs))
            message = f"{node.path}: `{key}` of `{node.op.name}` came from {own}"
            hint = "read the network again at this input, if what it was read from can tell"
            raise ShapeError.of("bound-to-size", f"{message}; at {other} it is not known", hint)
