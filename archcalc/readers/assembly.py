"""What the readers of all formats share: a network taken together layer by layer, with places."""

from __future__ import annotations

from operator import mul
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from archcalc import limits, ops
from archcalc.builder import Builder, Misfit
from archcalc.errors import Diagnostic, Reason, ShapeError, SpecError
from archcalc.ops import make
from archcalc.ops.op import Shape
from archcalc.ops.quantities import STORED, WORKED
from archcalc.readers.naming import Names
from archcalc.uncounted import Case, Uncounted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from archcalc.errors import ArchcalcError, Place
    from archcalc.graph import Graph, Here
    from archcalc.ops.op import Op
    from archcalc.origin import Maker, Origin, Relative

Arrays: TypeAlias = "tuple[tuple[str, tuple[int, ...]], ...]"


class Unreached(NamedTuple):
    """An output whose shape is not known: the layer to blame, and the last output that is known."""

    behind: str
    before: Here
    channels: int | None = None


class LeftOut(NamedTuple):
    """What is no part of the network that is counted: labels, losses."""

    why: str


Output: TypeAlias = "Here | Unreached | LeftOut"


def error(reason: Reason, place: Place) -> ArchcalcError:
    """Say where a reason stands: in a file that is wrong, or at a layer that does not fit."""
    kind: type[ArchcalcError] = ShapeError if isinstance(reason, Misfit) else SpecError
    return kind([Diagnostic(reason.code, reason.message, place, reason.hint)])


class Assembly:
    """Takes a network together, by the builder, from layers that stand somewhere in a file."""

    def __init__(self, origin: Origin, inputs: Mapping[str, Shape]) -> None:
        self.builder = Builder(origin, inputs)
        self.names = Names()

    def add(self, path: str, word: str, *inputs: Here, **fields: Any) -> Here:  # noqa: ANN401 - what an op has
        """Add a layer by the word of its op. Raises a `Reason` where it does not fit."""
        if lacks(word) or not fields.keys() <= ops.field_types(word).keys():
            output = _expected(word, inputs, fields)
            return self.state(path, word, lacks(word), *inputs, output=output)
        return self.put(path, make(word, **fields), *inputs)

    def put(self, path: str, op: Op, *inputs: Here) -> Here:
        """Add a layer. Raises a `Reason` where it does not fit."""
        return self.builder.put(path, op, inputs)

    def state(  # noqa: PLR0913 - what is known of a layer
        self,
        path: str,
        word: str,
        why: str,
        *inputs: Here,
        output: Shape,
        holds: Arrays = (),
        unknown: tuple[str, ...] = WORKED,
        case: Case = Case.UNKNOWN,
    ) -> Here:
        """Add a layer of which only the output and the weights are known, and say why."""
        here = self.add(path, "opaque", *inputs[:1], output=(*output,), holds=holds)
        self.builder.uncounted.append(Uncounted(path, word, case, unknown, why))
        return here

    def miss(  # noqa: PLR0913 - what is known of a layer
        self,
        path: str,
        word: str,
        why: str,
        before: Here,
        *,
        weightless: bool,
        case: Case = Case.UNKNOWN,
    ) -> Unreached:
        """Say that nothing of a layer is known, not even what comes out."""
        unknown = WORKED if weightless else STORED + WORKED
        self.builder.uncounted.append(Uncounted(path, word, case, unknown, why))
        return Unreached(path, before)


def check_number(layers: int, place: Place) -> None:
    """Refuse more layers than may be, before any work is done on them."""
    most = limits.now().layers
    if layers > most:
        raise error(limits.too_large("layers", f"{layers:,} layers; {most:,} are the most"), place)


def _expected(word: str, inputs: tuple[Here, ...], fields: dict[str, Any]) -> Shape:
    """Tell what comes out of an op that there is none of."""
    largest = max((here.shape for here in inputs), key=lambda shape: shape.size)
    if word in {"upsample", "crop"} and "output" in fields:
        return Shape(largest.channels, *fields["output"])
    if word == "upsample":
        return Shape(largest.channels, *map(mul, largest.extents, fields["scale"]))
    if word == "slice" and "axis" not in fields:
        return Shape(fields["range"][1] - fields["range"][0], *largest.extents)
    if "axis" in fields:
        raise Reason("not-read", lacks(word) or f"`{word}` along another axis has no op here")
    return Shape(*fields.get("output", largest))


def lacks(word: str) -> str:
    """Say that there is no such op, or nothing."""
    return "" if word in ops.names() else f"archcalc has no op `{word}`"


class Rereading(NamedTuple):
    """Makes a network anew at other inputs, from what was read of its file."""

    origin: Origin
    assemble: Callable[[Maker, Mapping[str, Shape]], Graph]

    def at(self, inputs: Mapping[str, Shape], *, heads: bool) -> Graph:  # noqa: ARG002 - there are none
        """Take the network together at other inputs."""
        return self.assemble(self, inputs)

    def relatives(self) -> Iterator[Relative]:
        """There are none."""
        return iter(())
