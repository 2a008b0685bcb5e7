"""The values that a spec is made of: frozen, checked, ready to be expanded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from archcalc.inputs import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.ops.op import Op, Shape
    from archcalc.spec.copies import Kept
    from archcalc.spec.expression import Expression
    from archcalc.spec.family import Family
    from archcalc.spec.reader import Source, Tree
    from archcalc.spec.values import Value

Template: TypeAlias = "Value | Expression | tuple[Template, ...]"
"""A value, an expression that will give one, or a list with expressions in it."""


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """`repeat: n`, or `for: names` `in: rows`."""

    count: Template = None
    names: tuple[str, ...] = ()
    rows: Template = None


class Share(NamedTuple):
    """Weights that an item takes from the earlier one called `source`: all, or those named."""

    source: str
    transposed: bool
    names: tuple[str, ...]
    mark: Tree


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Item:
    """What all things in a list of layers have: a name, a condition, an origin, repetitions."""

    name: str | None
    mark: Tree
    when: Template = True
    sources: tuple[str, ...] = ()
    loop: Loop | None = None
    weights: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Layer(Item):
    """An op with its fields, and those that wait for an expression to be evaluated.

    `ready` is the op itself where none waits.
    """

    op: str
    fields: Mapping[str, Value] = field(default_factory=dict)
    waiting: Mapping[str, Template] = field(default_factory=dict)
    ready: Op | None = None
    before: tuple[Layer, ...] = ()
    after: tuple[Layer, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Branch:
    """One branch of a join; without items it is the identity."""

    items: tuple[Item, ...]
    when: Template = True
    mark: Tree


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Join(Layer):
    """`add` or `concat`, over its branches or over the outputs that `from` names."""

    branches: tuple[Branch, ...] = ()
    shares_level: bool = False


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Call(Item):
    """A block put in place, with arguments."""

    block: Template
    arguments: Mapping[str, Template]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Group(Item):
    """Layers under one name, or under none; the parts of a split all read what enters."""

    items: tuple[Item, ...]
    splits: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A named pattern of layers; a parameter without a default (`REQUIRED`) must be given."""

    name: str
    parameters: Mapping[str, Template]
    items: tuple[Item, ...]
    declared: Item
    """Stands for the parameters where a default is wrong."""


class _Required:
    def __repr__(self) -> str:
        return "required"


REQUIRED = _Required()
"""Stands where a block's parameter has no default."""


@dataclass(frozen=True, eq=False)
class Spec:
    """A network as written: one variant of a family, its parameters settled.

    `id` is the name to call it by (`resnet50-v1.5`), `name` the one to print (`ResNet-50`).
    Each of `outputs` is taken from a layer; it is the network's, beside that of the last.
    `changed` are the parameters that whoever loaded it set to another value; `family` is what
    settled it, and `kept` are blocks that its other networks have been unrolled to.
    """

    id: str
    name: str
    source: str
    inputs: Mapping[str, Shape]
    parameters: Mapping[str, Value]
    items: tuple[Item, ...]
    blocks: Mapping[str, Block] = field(default_factory=dict)
    heads: Mapping[str, Item] = field(default_factory=dict)
    outputs: tuple[Item, ...] = ()
    text: Source | None = None
    family: Family | None = None
    kept: Kept | None = None
    changed: Mapping[str, Value] = field(default_factory=dict)

    @property
    def input(self) -> Shape:
        """The network's input, the first if there are several."""
        return next(iter(self.inputs.values()))

    def __repr__(self) -> str:
        return f"Spec({self.id!r}, input={say(self.inputs)})"
