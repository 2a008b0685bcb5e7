"""Layer after layer → Graph, for whoever adds layers: a spec's walk, a reader, a person."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from archcalc import limits
from archcalc.doubts import order
from archcalc.errors import ArchcalcError, Reason, ShapeError, UsageError
from archcalc.graph import INPUT, Container, Graph, Here, Node
from archcalc.inputs import read_inputs
from archcalc.ops.fields import shown
from archcalc.ops.op import Op, fit
from archcalc.ops.quantities import STORED, WORKED
from archcalc.origin import Origin
from archcalc.replay import Replay
from archcalc.sharing import tie
from archcalc.uncounted import Case, Uncounted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from archcalc.inputs import Input
    from archcalc.ops.op import Shape
    from archcalc.origin import Maker


class Misfit(Reason):
    """Why an op does not fit what enters it."""


class Builder:
    """Adds layer after layer to a network, infers their shapes, and gives its graph.

    `origin` says who the network is, in a word or whole; `input` is one shape, or several by name.
    `add` takes the path of a layer, its op, and the outputs that feed it: `builder.input`, or what
    an earlier `add` gave. Segments of a path are parted by `/`; behind a dot stands what belongs to
    a layer, such as its activation.

    >>> from archcalc.ops import make
    >>> from archcalc.report import count
    >>> net = Builder("tiny", "1x28x28")
    >>> conv = net.add("stem/conv", make("conv", filters=6, kernel=(5, 5)), net.input)
    >>> relu = net.add("stem/conv.relu", make("relu"), conv)
    >>> fc = net.add("fc", make("linear", units=10), relu)
    >>> report = count(net.graph(fc))
    >>> report["stem"].parameters, report["fc"].parameters  # 6·(5·5 + 1), 10·(6·24·24 + 1)
    (156, 34570)
    """

    def __init__(self, origin: Origin | str, input: Input) -> None:  # noqa: A002
        """Begin with the inputs. Raises UsageError for one that is none."""
        self.inputs: Mapping[str, Shape] = read_inputs(input)
        if isinstance(origin, str):
            origin = Origin(id=origin, name=origin, inputs=self.inputs)
        self.origin = origin
        self.nodes: list[Node] = []
        self.containers: dict[str, Container] = {}
        self.ends: dict[str, int] = {}
        self.bound: dict[int, str] = {}
        self.hung: set[int] = set()
        self.moved: set[int] = set()
        self.ways: dict[int, str] = {}
        self.uncounted: list[Uncounted] = []
        self._shapes: dict[tuple[int, tuple[Shape, ...]], tuple[Op, Op, Shape]] = {}
        self._limits = limits.now()

    @property
    def input(self) -> Here:
        """What enters the network; of several inputs the first."""
        return self.here(INPUT)

    def here(self, position: int) -> Here:
        """Give the output of a node to go on from, or an input: -1 is the first, -2 the second."""
        if position >= 0:
            return Here(position, self.nodes[position].y)
        return Here(position, tuple(self.inputs.values())[INPUT - position])

    def add(
        self, path: str, op: Op, *inputs: Here, head: str | None = None, bound: str = ""
    ) -> Here:
        """Add a layer, and give its output to go on from.

        `head` names the head that it belongs to, `bound` a field that came from the size of the
        input: then the network cannot be counted at another one. Raises ShapeError where the op
        does not fit what enters it, UsageError for a path that cannot be or is taken, for an input
        that is not this network's, and beyond the limits.
        """
        try:
            self._check(path, op, inputs, head)
            here = self.put(path, op, inputs, head)
        except Reason as reason:
            kind: type[ArchcalcError] = ShapeError if isinstance(reason, Misfit) else UsageError
            message = f"{str(path)[:80]}: {reason.message}"
            raise kind.of(reason.code, message, reason.hint) from None
        if bound:
            self.bound[here.node] = bound
        return here

    def has_met(self, op: Op, xs: tuple[Shape, ...]) -> bool:
        """Tell whether an op has met these inputs before: then nothing is inferred."""
        return (id(op), xs) in self._shapes

    def put(self, path: str, op: Op, inputs: tuple[Here, ...], head: str | None = None) -> Here:
        """Do as `add` does, for those who know that path and inputs are right, and the place.

        Raises a bare Misfit where an op does not fit, a Reason beyond the limits.
        """
        feeding = tuple([here.node for here in inputs])
        xs = tuple([here.shape for here in inputs])
        _, op, y = self._shapes.get((id(op), xs)) or self._infer(op, xs)
        end = len(self.nodes)
        if end >= self._limits.layers:
            message = f"more than {self._limits.layers:,} layers after unrolling"
            raise limits.too_large("layers", message)
        self.nodes.append(Node(path, op, feeding, xs, y, head))
        self.ends[path] = end
        return Here(end, y)

    def share(self, here: Here, owner: Here, *names: str, transposed: bool = False) -> None:
        """Let a layer take its weights from an earlier one: all, or those of these names.

        They count once, at the owner. `transposed` swaps their first two axes, as in a decoder that
        turns its encoder's matrix around. Raises ShapeError where they differ in shape, and
        UsageError for what has no such weights or does not come earlier.

        >>> from archcalc.ops import make
        >>> from archcalc.report import count
        >>> net = Builder("tied", "784")
        >>> encoder = net.add("encoder", make("linear", units=30), net.input)
        >>> decoder = net.add("decoder", make("linear", units=784), encoder)
        >>> net.share(decoder, encoder, "weight", transposed=True)
        >>> [row.parameters for row in count(net.graph(decoder)).rows]  # 30·(784 + 1), 784
        [23550, 784]
        """
        try:
            self._check_share(here, owner)
            self.tie(here.node, owner.node, names, transposed=transposed)
        except Reason as reason:
            kind = ShapeError if reason.code == "unlike-weights" else UsageError
            raise kind.of(reason.code, reason.message, reason.hint) from None

    def tie(
        self, position: int, owner: int, names: Sequence[str] = (), *, transposed: bool = False
    ) -> None:
        """Do as `share` does, for those who know that both are layers. Raises a bare Reason."""
        ties = tie(self.nodes, position, owner, names, transposed=transposed)
        node = self.nodes[position]
        kept = [one for one in node.shared if one.weight not in {new.weight for new in ties}]
        self.nodes[position] = node._replace(shared=(*kept, *ties))

    def container(self, path: str, label: str, repeats: int = 1) -> None:
        """Say what stands at a path above layers: a block by its name, and how often."""
        self.containers[path] = Container(label, repeats)

    def leave_out(self, path: str, op: str, why: str) -> None:
        """Say that something is no part of the network that is counted: a loss, for one."""
        self.uncounted.append(Uncounted(path, op, Case.LEFT_OUT, (), why))

    def not_reached(self, path: str, op: str, why: str) -> None:
        """Say that nothing of a layer can be counted: it stands behind an output without a shape.

        >>> from archcalc.ops import make
        >>> from archcalc.report import count
        >>> net = Builder("detector", "3x8x8")
        >>> conv = net.add("conv", make("conv", filters=4, kernel=(3, 3)), net.input)
        >>> net.not_reached("fc", "linear", "behind `proposals`")
        >>> print(count(net.graph(conv)).total.unknown["parameters"])
        ('fc',)
        """
        self.uncounted.append(Uncounted(path, op, Case.NOT_REACHED, STORED + WORKED, why))

    def graph(
        self, end: Here, maker: Maker | None = None, *, outputs: Iterable[Here] = ()
    ) -> Graph:
        """Give the network; `end` is the output of its main path, `outputs` are others beside it.

        What is not said of a path above layers is a group, whose output is that of its last layer.
        """
        last: dict[str, int] = {}
        for position, node in enumerate(self.nodes):
            above = node.path.rpartition("/")[0]
            while above and above not in self.ends:
                last[above] = position
                above = above.rpartition("/")[0]
        for path in last:
            self.containers.setdefault(path, Container("group"))
        origin, heads = self.origin, dict.fromkeys(node.head for node in self.nodes if node.head)
        if not heads.keys() <= {*origin.heads}:
            origin = replace(origin, heads=tuple(dict.fromkeys([*origin.heads, *heads])))
        nodes, ends = tuple(self.nodes), MappingProxyType({**self.ends, **last})
        containers = MappingProxyType(dict(self.containers))
        out = tuple(dict.fromkeys([end.node, *(here.node for here in outputs)]))
        beside, bound = tuple(self.uncounted), dict(self.bound)
        maker = maker or Replay(type(self), origin, nodes, containers, ends, out, bound, beside)
        inputs, hung = MappingProxyType(dict(self.inputs)), frozenset(self.hung)
        return Graph(
            origin, inputs, nodes, containers, ends, end.node, maker, out, hung, beside,
            frozenset(self.moved),
            self.ways,
        )  # fmt: skip

    def _infer(self, op: Op, xs: tuple[Shape, ...]) -> tuple[Op, Op, Shape]:
        """Apply a shape rule, once to equal inputs; the op is kept, so that its id is.

        What the network gets is the op with its sizes written out.
        """
        try:
            settled, y = fit(op, xs)
        except Reason as reason:
            what = f"; what enters `{op.name}` is {xs[0]}" if len(xs) == 1 else ""
            what += f" ({order(xs[0])})" if what and reason.code == "window-does-not-fit" else ""
            message = reason.message + what
            raise Misfit(reason.code, message, reason.hint, reason.key) from None
        y = y.written_as(xs[0])
        bits = max([n.bit_length() for n in y])
        if bits > self._limits.integer_bits:
            raise limits.too_large("integer_bits", f"a shape of {bits:,} bits")
        found = self._shapes[id(op), xs] = op, settled, y
        return found

    def _check(
        self, path: object, op: object, inputs: tuple[object, ...], head: str | None
    ) -> None:
        """Raise a Reason for what cannot be a layer here, whatever its shapes."""
        if not isinstance(path, str) or not _is_path(path):
            message = f"{shown(path)} cannot be a path"
            raise Reason("bad-name", message, "names parted by `/`, behind a dot what is beside")
        check_length(path)
        if path in self.ends:
            raise Reason("duplicate-name", "there is a layer of this path already")
        if not isinstance(op, Op):
            message = f"expected an op, not {shown(op)}"
            raise Reason("wrong-type", message, "`archcalc.ops.make` makes one")
        takes = getattr(op, "branches", op.most_inputs)
        if len(inputs) != takes and not 1 <= len(inputs) <= op.most_inputs:
            most = f"1 to {takes}" if op.most_inputs > 1 else takes
            message = f"`{op.name}` takes {most} input{'s' * (takes != 1)}, not {len(inputs)}"
            raise Reason("two-inputs", message)
        for here in inputs:
            if not isinstance(here, Here) or not self._has(here):
                message = f"{shown(here)} is no output of this network"
                raise Reason("wrong-input", message, "`add` gives one, and so does `here`")
        if head is None and self.nodes and self.nodes[-1].head is not None:
            raise Reason("wrong-input", "heads come last, behind the whole main path")

    def _check_share(self, here: object, owner: object) -> None:
        for one in (here, owner):
            if not isinstance(one, Here) or not self._has(one) or one.node < 0:
                message = f"{shown(one)} is no layer of this network"
                raise Reason("wrong-input", message, "`add` gives one")
        if isinstance(here, Here) and isinstance(owner, Here) and owner.node >= here.node:
            message = "weights are those of an earlier layer"
            raise Reason("wrong-input", message, "share the other way round")

    def _has(self, here: Here) -> bool:
        within = -len(self.inputs) <= here.node < len(self.nodes)
        return within and self.here(here.node) == here


def check_length(path: str) -> None:
    """Bound a path: there is one for each layer. Raises a Reason."""
    most = limits.now().path_length
    if len(path) > most:
        message = f"a path of {len(path):,} characters; {most} are the most"
        raise limits.too_large("path_length", message)


def _is_path(path: str) -> bool:
    blocks, _, layer = path.rpartition("/")
    names = [*(blocks.split("/") if blocks else ()), *layer.split(".")]
    return path.isprintable() and "." not in blocks and all(name.strip() for name in names)
