"""What an op is: one frozen class that holds its fields, its shape rule, its weights, its work.

Rules are plain arithmetic on integers, so that they can be read a second time on integers that
remember their expression. Letters: x is the input, y the output, each a `Shape` of C x H x W, or
of C maps with another number of extents: a rule of windows holds in any dimension. Of several
inputs x is the first; what an op reads beside it is `x.beside`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple, TypeAlias, TypeVar

from archcalc.ops.shape import Shape
from archcalc.ops.weight import Weight
from archcalc.ops.window import one_place, rank_of, spread

if TYPE_CHECKING:
    from typing import Self

    from archcalc.ops.span import Span

__all__ = [
    "NO_WORK", "Op", "Outcome", "Placewise", "Role", "Shape", "Weight", "Weighted", "Work",
]  # fmt: skip
"""What a rule is written with."""

Role: TypeAlias = Literal[
    "weighted", "activation", "normalisation", "pool", "join", "movement", "unknown"
]
"""What an op is to those who draw, tell and start networks."""
Outcome: TypeAlias = Literal["scores", "probabilities", "distances"]
"""What the outputs of a network mean whose last op this is."""


class Work(NamedTuple):
    """Elementary operations by kind. A multiply-accumulate is one `mac`."""

    mac: int = 0
    add: int = 0
    mul: int = 0
    div: int = 0
    cmp: int = 0
    exp: int = 0
    tanh: int = 0
    pow: int = 0
    sqrt: int = 0
    erf: int = 0
    log: int = 0
    trig: int = 0

    def times(self, times: int) -> Work:
        """Do all of it so often.

        >>> Work(add=1, mul=2).times(10).mul
        20
        """
        return Work(*[each and each * times for each in self])


NO_WORK = Work()


@dataclass(frozen=True, kw_only=True)
class Op(ABC):
    """A rule: what comes out, what is seen. Other figures, unless said, are zero by `reason`."""

    name: ClassVar[str]
    """The word in a spec; it is the name of the module."""
    main: ClassVar[str | None] = None
    """The field that stands beside the word: `conv: 6` sets `filters`."""
    reason: ClassVar[str] = ""
    """Why the zeros of this op are zero."""
    role: ClassVar[Role]
    label: ClassVar[str]
    """The op in prose; its name unless it says so."""
    manner: ClassVar[str]
    """How it turns one stack of maps into the next, in a drawing; its name unless it says so."""
    outcome: ClassVar[Outcome] = "scores"
    rectifies: ClassVar[bool] = False
    """Whether it passes one half of its input: weights before it start with twice the variance."""
    grows: ClassVar[str] = ""
    """Why its parameters change with the input, if they do."""
    most_inputs: ClassVar[int] = 1
    """How many outputs `from` may name; a join has as many as its `branches`."""
    either: ClassVar[tuple[str, ...]] = ()
    """Fields of which one at most is set."""
    reads_a_row: ClassVar[bool] = False
    """Whether its rule is spelled for a row of places, as what is made for sequences; not a map."""
    sizes: ClassVar[tuple[str, ...]] = ()
    """The fields that hold a number, or cells at both ends, for each extent of a map."""

    def __init_subclass__(cls) -> None:
        cls.name = cls.__module__.rpartition(".")[2]
        if "label" not in vars(cls):
            cls.label = cls.name.replace("_", " ")
        if "manner" not in vars(cls):
            cls.manner = cls.name
        declared = vars(cls).get("__annotations__", {})
        own = tuple(
            field
            for field, kind in declared.items()
            if kind.startswith(("Size", "Outputs", "Padding", "Cells", "Rest"))
        )
        cls.sizes = (*cls.sizes, *own)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The quantities of it that no rule tells."""
        return ()

    def on(self, x: Shape) -> Self:
        """Write out the sizes that are given as one number, which means every extent of x.

        The window's own number of dimensions comes first: `3x3` on a clip slides over each frame.
        """
        return on_rank(self, len(x) - 1, x[-1] == 1 and x.is_vector) if self.sizes else self

    @abstractmethod
    def shape(self, *xs: Shape) -> Shape:
        """Infer the output from the inputs; raise a `Reason` where they do not fit."""

    @abstractmethod
    def window(self, x: Shape) -> tuple[Span, ...] | None:
        """Tell the window of each output, one span an extent; None if windows differ in size."""

    def parameters(self, x: Shape, y: Shape) -> int:
        """Count all weights, of every kind, trained or not."""
        return 0

    def weights(self, x: Shape, y: Shape) -> tuple[Weight, ...]:
        """List all arrays that the op holds, under their names in its kernel.

        All but the statistics are its parameters.
        """
        return ()

    def neurons(self, x: Shape, y: Shape) -> int:
        """Count the output units of a layer of neurons."""
        return 0

    def connections(self, x: Shape, y: Shape) -> int:
        """Count incoming taps and biases over all output units, padded taps included."""
        return 0

    def connections_in_bounds(self, x: Shape, y: Shape) -> int:
        """Count the same without the taps that fall on padding."""
        return self.connections(x, y)

    def interactions(self, x: Shape, y: Shape) -> int:
        """Count the multiply-accumulates of two activations: no stored number, no connection."""
        return 0

    def work(self, x: Shape, y: Shape) -> Work:
        """Count elementary operations of inference on one sample."""
        return NO_WORK


@dataclass(frozen=True, kw_only=True)
class Weighted(Op):
    """An op with weights. `trainable: false` freezes them: they are fixed, not parameters."""

    role: ClassVar[Role] = "weighted"

    trainable: bool = True


@dataclass(frozen=True, kw_only=True)
class Placewise(Op):
    """An op that works on each place of a map by itself."""

    def shape(self, *xs: Shape) -> Shape:
        """Keep the shape."""
        return xs[0]

    def window(self, x: Shape) -> tuple[Span, ...]:
        """Tell the window: one place."""
        return one_place(x)


def fit(op: Op, xs: tuple[Shape, ...]) -> tuple[Op, Shape]:
    """Write out the sizes of an op for its inputs, and infer its output. Raises a `Reason`."""
    return fitted(op, xs) if op.sizes else (op, op.shape(*xs))


@lru_cache(maxsize=4096)
def fitted(op: Op, xs: tuple[Shape, ...]) -> tuple[Op, Shape]:
    """Keep what takes long for the next network, as windows do."""
    settled = op.on(xs[0])
    return settled, settled.shape(*xs)


AnyOp = TypeVar("AnyOp", bound=Op)


@lru_cache(maxsize=1024)
def on_rank(op: AnyOp, rank: int, vector: bool) -> AnyOp:  # noqa: FBT001 - part of the key
    """Write sizes out: equal ops on maps of one rank become one object, from network to network."""
    given = {name: size for name in op.sizes if isinstance(size := vars(op)[name], tuple)}
    rank = rank_of(given, rank, vector=vector)
    settled = {name: spread(size, rank, name) for name, size in given.items()}
    return op if settled == given else replace(op, **settled)
