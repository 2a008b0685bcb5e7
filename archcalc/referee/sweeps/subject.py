"""What a sweep varies: a family, settled for each variant, or a graph at other inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.arithmetic import WHOLE
from archcalc.errors import ArchcalcError, UsageError
from archcalc.ops.shape import Shape
from archcalc.spec.family import Family
from archcalc.spec.reader import Document
from archcalc.spec.spec import Spec
from archcalc.spec.unroll import expand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.graph import Graph
    from archcalc.inputs import Input
    from archcalc.spec.values import Value

INPUT = "input"
"""The axis of the shapes that enter a network."""
FOR_ALL = frozenset({"unread", "unknown-parameter", "unknown-variant", "not-a-spec"})
"""Mistakes that are not of one variant: they are the call's."""


class Subject:
    """What is varied; what is sent to another process is its text, read, and read anew there."""

    def __init__(self, net: Spec | Graph) -> None:
        self.net = net
        self.family = net.family if isinstance(net, Spec) else None

    def __reduce__(self) -> tuple[object, ...]:
        """Say what it is made of: a spec has functions in it, which stay where they are."""
        if self.family is None or not isinstance(self.net, Spec):
            return Subject, (self.net,)
        document = Document(self.family.source, self.family.tree)
        return _settled, (document, self.family.id, self.variant, self.net.changed)

    @property
    def id(self) -> str:
        """The network's name, as it is called."""
        return self.net.id if isinstance(self.net, Spec) else self.net.origin.id

    @property
    def fingerprint(self) -> str:
        """A hash of what the network was read from, and of its parameters."""
        from archcalc.spec.unroll import origin  # noqa: PLC0415 - only files need it

        return (origin(self.net) if isinstance(self.net, Spec) else self.net.origin).fingerprint

    def spec(self, values: Mapping[str, Value]) -> Spec:
        """Settle the family for a variant. Raises SpecError, UnknownName."""
        if self.family is None or not isinstance(self.net, Spec):
            name = next(iter(values))
            message = f"`{self.id}` has no parameter `{name[:80]}`"
            raise UsageError.of("not-a-spec", message, "variants and parameters are those of specs")
        return self.family.settle(self.variant, **{**self.net.changed, **values})

    @property
    def variant(self) -> str | None:
        """Which of its family's variants the network is."""
        if self.family is None:
            return None
        variants = self.family.checker.section(self.family.tree, "variants").entries
        return self.id if self.id in variants else None

    def parameters(self, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """Give all parameters of a variant; a graph has none. Raises SpecError."""
        return net.parameters if isinstance(net := self._net(values), Spec) else {}

    def _net(self, values: Mapping[str, Value]) -> Spec | Graph:
        own = {name: value for name, value in values.items() if name != INPUT}
        return self.spec(own) if own else self.net

    def graph(self, values: Mapping[str, Value], *, heads: bool = False) -> Graph:
        """Unroll a variant, at its own input or at another one. Raises ArchcalcError."""
        net = self._net(values)
        given = values.get(INPUT)
        if isinstance(net, Spec):
            return expand(net, input_of(given, net.input), heads=heads)
        return net.at(input_of(given, net.input), heads=heads)

    def check(self, values: Mapping[str, Value]) -> None:
        """Raise for a first variant what would be wrong with all of them."""
        try:
            self.graph(values)
        except ArchcalcError as error:
            if FOR_ALL & {found.code for found in error.diagnostics}:
                raise


def _settled(
    document: Document, family: str, variant: str | None, changed: Mapping[str, Value]
) -> Subject:
    """Read the network of a document that was found right before."""
    return Subject(Family(document, family, known_right=True).settle(variant, **changed))


def input_of(given: Value, own: Shape) -> Input | None:
    """Read an input: a number alone is each side of a map like the network's own.

    >>> input_of(288, Shape(3, 224, 224)), input_of("1x28x28", Shape(3, 224, 224))
    (Shape(3, 288, 288), '1x28x28')
    """
    if isinstance(given, WHOLE) and not own.is_vector and given > 0:
        return Shape(own.channels, *[given] * own.rank)
    if given is None or isinstance(given, Shape):
        return given
    return str(given)
