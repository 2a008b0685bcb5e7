"""Who a network is, and what can make it anew: what a graph knows of where it came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from archcalc.graph import Graph
    from archcalc.ops.op import Shape
    from archcalc.spec.values import Value


@dataclass(frozen=True, eq=False, kw_only=True)
class Origin:
    """Who a network is, and what it was made from.

    `id` is the name to call it by (`resnet50-v1.5`), `name` the one to print (`ResNet-50`),
    `source` the publication. `inputs` are its own, by name, `heads` the names of all its heads, in
    the graph or not. `changed` are the parameters that whoever made it set to another value; `text`
    is what it was read from, a spec or a file of another `kind`; in a `flat` one each layer has one
    name, whose parts tell where it stands.
    """

    id: str
    name: str
    inputs: Mapping[str, Shape]
    source: str = ""
    heads: tuple[str, ...] = ()
    parameters: Mapping[str, Value] = field(default_factory=dict)
    changed: Mapping[str, Value] = field(default_factory=dict)
    text: str = ""
    kind: str = "spec"
    flat: bool = False

    @property
    def input(self) -> Shape:
        """The network's own input, the first if there are several."""
        return next(iter(self.inputs.values()))

    @property
    def fingerprint(self) -> str:
        """A hash of the text and of the values of the parameters."""
        from hashlib import sha256  # noqa: PLC0415 - only what is published has a hash

        values = [f"{key}={value}" for key, value in self.parameters.items()]
        text = "\n".join([self.text, *values])
        return f"sha256:{sha256(text.encode()).hexdigest()[:16]}"


def told_apart(
    names: Iterable[str], origins: Sequence[Origin], *, numbered: bool = True
) -> list[str]:
    """Name networks side by side: those of one name by what they were read from too.

    What that does not tell apart has a number, if it is to be `numbered`, and is not the same.

    >>> from dataclasses import replace
    >>> spec = Origin(id="net", name="net", inputs={}, text="layers: []")
    >>> file, other = (replace(spec, kind="ONNX model", text=text) for text in "ab")
    >>> told_apart(["net", "net"], [spec, file]), told_apart(["net", "nets"], [spec, file])
    (['net (spec)', 'net (ONNX model)'], ['net', 'nets'])
    >>> told_apart(["net", "net"], [file, other]), told_apart(["net", "net"], [file, file])
    (['net (1)', 'net (2)'], ['net', 'net'])
    """
    pairs = list(zip(names, origins, strict=True))
    kinds = {name: {o.kind for other, o in pairs if other == name} for name, _ in pairs}
    said = [f"{name} ({o.kind})" if len(kinds[name]) > 1 else name for name, o in pairs]
    if not numbered or len({o.fingerprint if o.text else id(o) for o in origins}) == 1:
        return said
    return [
        f"{name} ({said[: n + 1].count(name)})" if said.count(name) > 1 else name
        for n, name in enumerate(said)
    ]


class Maker(Protocol):
    """What can make a network's graph anew: at another input, and those of its relatives."""

    @property
    def origin(self) -> Origin:
        """Who the network is."""

    def at(self, inputs: Mapping[str, Shape], *, heads: bool) -> Graph:
        """Make the graph at other inputs."""

    def relatives(self) -> Iterator[Relative]:
        """List the other networks of the family."""


class Relative(NamedTuple):
    """Another network of a family: the name of a variant, or a parameter and its other value.

    `akin` tells whether it is like the first, so that an input of the one is one of the other.
    `maker` gives what makes it, and raises SpecError for one that cannot be.
    """

    differs_in: str | tuple[str, Value]
    akin: bool
    maker: Callable[[], Maker]
