"""What an op is: one frozen class that holds its fields, its shape rule, its weights, its work.

Rules are plain arithmetic on integers, so that they can be read a second time on integers that
remember their expression. Letters: x is the input, y the output, each a `Shape` of C x H x W.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from archcalc.ops.window import one_place

if TYPE_CHECKING:
    from archcalc.ops.window import Span


class Shape(NamedTuple):
    """The feature maps that pass between layers: channels x height x width, per sample.

    >>> str(Shape(6, 28, 28)), Shape(6, 28, 28).size
    ('6x28x28', 4704)
    """

    channels: int
    height: int
    width: int

    @property
    def size(self) -> int:
        """The number of elements."""
        return self.channels * self.height * self.width

    def __str__(self) -> str:
        return f"{self.channels}x{self.height}x{self.width}"


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

    def __init_subclass__(cls) -> None:
        cls.name = cls.__module__.rpartition(".")[2]

    @abstractmethod
    def shape(self, *xs: Shape) -> Shape:
        """Infer the output from the inputs; raise a `Reason` where they do not fit."""

    @abstractmethod
    def window(self, x: Shape) -> tuple[Span, Span] | None:
        """Tell the window of each output, rows then columns; None if windows differ in size."""

    def parameters(self, x: Shape, y: Shape) -> int:
        """Count all weights, of every kind, trained or not."""
        return 0

    def biases(self, x: Shape, y: Shape) -> int:
        """Count the biases among the parameters."""
        return 0

    def scales(self, x: Shape) -> int:
        """Count the trained scales of a normalisation among the parameters."""
        return 0

    def shifts(self, x: Shape) -> int:
        """Count the trained shifts of a normalisation among the parameters."""
        return 0

    def statistics(self, x: Shape) -> int:
        """Count running means and variances: numbers kept, never parameters."""
        return 0

    def neurons(self, y: Shape) -> int:
        """Count the output units of a layer of neurons."""
        return 0

    def connections(self, x: Shape, y: Shape) -> int:
        """Count incoming taps and biases over all output units, padded taps included."""
        return 0

    def connections_in_bounds(self, x: Shape, y: Shape) -> int:
        """Count the same without the taps that fall on padding."""
        return self.connections(x, y)

    def work(self, x: Shape, y: Shape) -> Work:
        """Count elementary operations of inference on one sample."""
        return NO_WORK


@dataclass(frozen=True, kw_only=True)
class Weighted(Op):
    """An op with weights. `trainable: false` freezes them: they are fixed, not parameters."""

    trainable: bool = True


@dataclass(frozen=True, kw_only=True)
class Placewise(Op):
    """An op that works on each place of a map by itself."""

    def shape(self, *xs: Shape) -> Shape:
        """Keep the shape."""
        return xs[0]

    def window(self, x: Shape) -> tuple[Span, Span]:
        """Tell the window: one place."""
        return one_place(x)
