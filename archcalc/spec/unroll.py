"""Spec → Graph: unroll blocks and repetitions, infer every shape."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from archcalc.builder import Builder
from archcalc.errors import SpecError
from archcalc.inputs import read_inputs
from archcalc.origin import Origin, Relative
from archcalc.spec.relatives import relatives
from archcalc.spec.walk import NOWHERE, Walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from archcalc.graph import Graph
    from archcalc.inputs import Input
    from archcalc.ops.op import Shape
    from archcalc.spec.spec import Spec


def expand(
    spec: Spec,
    input: Input | None = None,  # noqa: A002 - the field's own word
    *,
    heads: bool = True,
) -> Graph:
    """Unroll a spec and infer its shapes, from its own input or from another.

    Without `heads` the main path stands alone at another input, which the heads need not fit.
    Raises ShapeError where layers do not fit together, SpecError where an expression fails, and
    UsageError for an input that is none.

    >>> from archcalc.spec.library import load
    >>> [f"{node.path} {node.y}" for node in expand(load("lenet5")).nodes][:2]
    ['C1 6x28x28', 'C1.lecun_tanh 6x28x28']
    """
    walk = Walk(spec, Builder(origin(spec), read_inputs(input, spec.inputs)))
    top, scope, entering = walk.top, walk.scope, walk.entering
    end = walk.items(spec.items, top, scope, entering)
    end = walk.builder.input if end.node == NOWHERE else end
    if heads or walk.builder.inputs == spec.inputs:
        for name, head in spec.heads.items():
            walk.head = name
            walk.item(head, top, scope, entering)
    else:
        for head in spec.heads.values():
            with suppress(SpecError):  # a head of a head hangs from nothing that is there
                walk.builder.hung.add(walk.find(head.sources[0], head).node)
    outputs = [walk.find(output.sources[0], output) for output in spec.outputs]
    walk.copies.hand_on()
    return walk.builder.graph(end, Unrolling(spec), outputs=outputs)


def origin(spec: Spec) -> Origin:
    """Say who the network of a spec is."""
    return Origin(
        id=spec.id,
        name=spec.name,
        inputs=spec.inputs,
        source=spec.source,
        heads=tuple(spec.heads),
        parameters=spec.parameters,
        changed=spec.changed,
        text=spec.text.text if spec.text else "",
    )


class Unrolling(NamedTuple):
    """Makes the graph of a spec, as often as wanted."""

    spec: Spec

    @property
    def origin(self) -> Origin:
        """Who the network is."""
        return origin(self.spec)

    def at(self, inputs: Mapping[str, Shape], *, heads: bool) -> Graph:
        """Unroll the spec at other inputs."""
        return expand(self.spec, inputs, heads=heads)

    def relatives(self) -> Iterator[Relative]:
        """List the other variants of the family, and the options that this one could have."""
        for differs_in, akin, settle in relatives(self.spec):
            yield Relative(differs_in, akin, lambda settle=settle: Unrolling(settle()))  # type: ignore[misc]
