"""Weights that a layer takes from an earlier one: which they are, and whether they fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.errors import Reason, listed, suggestion
from archcalc.graph import Tie
from archcalc.ops.fields import shown
from archcalc.ops.op import Weighted
from archcalc.ops.shape import first_of
from archcalc.paths import layer_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archcalc.graph import Node
    from archcalc.ops.weight import Weight


def arrays(node: Node) -> dict[str, Weight]:
    """Give the arrays that a node works with, its own or not, by their names."""
    return {weight.name: weight for weight in node.op.weights(first_of(node.xs), node.y)}


def tie(
    nodes: Sequence[Node],
    position: int,
    owner: int,
    names: Sequence[str] = (),
    *,
    transposed: bool = False,
) -> tuple[Tie, ...]:
    """Tie weights of a node to those of an earlier one: all, or those that are named.

    Of weights that are `transposed` only those of two axes or more are meant by all. Raises a
    Reason where there are none of a name, or they differ in shape.
    """
    own, theirs = arrays(nodes[position]), arrays(nodes[owner])
    if not own:
        message = f"`{nodes[position].op.name}` has no weights to share"
        raise Reason("nothing-to-share", message, key="weights")
    chosen = names or [name for name, w in own.items() if len(w.shape) > 1 or not transposed]
    for name in chosen:
        _check(name, nodes[position], own, nodes[owner], theirs, transposed=transposed)
    return tuple(_tie(nodes, name, owner, transposed=transposed) for name in chosen)


def _tie(nodes: Sequence[Node], name: str, owner: int, *, transposed: bool) -> Tie:
    """Go on to the node that holds the array itself."""
    for further in nodes[owner].shared:
        if further.weight == name:
            return Tie(name, further.owner, transposed != further.transposed)
    return Tie(name, owner, transposed)


def _check(  # noqa: PLR0913 - both sides of a tie
    name: str,
    node: Node,
    own: dict[str, Weight],
    other: Node,
    theirs: dict[str, Weight],
    *,
    transposed: bool,
) -> None:
    if name not in own:
        hint: str | None = suggestion(name, own) or listed("weights", own)
        message = f"`{node.op.name}` has no weights called {shown(name)}"
        raise Reason("unlike-weights", message, hint, "weights")
    if name not in theirs:
        message = f"`{other.path}` has no `{name}` to share"
        raise Reason("unlike-weights", message, listed("weights it has", theirs), "weights")
    here, there = own[name].shape, theirs[name].shape
    turned = _turned(there)
    if here != (turned if transposed else there):
        said = " transposed" * transposed
        message = f"`{name}` is {_said(here)} here, and that of `{other.path}` {_said(there)}{said}"
        hint = "`transposed: true` swaps the first two" if here == turned else None
        raise Reason("unlike-weights", message, hint, "weights")
    if _is_trained(node) != _is_trained(other):
        trained = "trained" if _is_trained(other) else "not trained"
        message = f"the weights of `{other.path}` are {trained}: so they are here"
        raise Reason("unlike-weights", message, "say `trainable` alike in both", "weights")


def _turned(shape: tuple[int, ...]) -> tuple[int, ...]:
    return (shape[1], shape[0], *shape[2:]) if len(shape) > 1 else shape


def _said(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))


def _is_trained(node: Node) -> bool:
    return not isinstance(node.op, Weighted) or node.op.trainable


def among(nodes: Sequence[Node], positions: Sequence[int]) -> list[Node]:
    """Let arrays of what is not at these positions belong to the first there that takes them.

    >>> from archcalc.ops import make
    >>> from archcalc.ops.op import Shape
    >>> from archcalc.graph import Node
    >>> x, fc = Shape(8, 1, 1), make("linear", units=8)
    >>> one = Node("one", fc, (-1,), (x,), x)
    >>> two, three = (Node(p, fc, (-1,), (x,), x, None, (Tie("weight", 0),)) for p in ("2", "3"))
    >>> [len(node.shared) for node in among([one, two, three], [1, 2])]
    [0, 0, 1]
    """
    there, taken, found = set(positions), set[tuple[int, str]](), list(nodes)
    for i in positions:
        for tie in nodes[i].shared:
            array = tie.owner, tie.weight
            if tie.owner not in there and array not in taken:
                taken.add(array)
                kept = tuple(other for other in found[i].shared if other != tie)
                found[i] = found[i]._replace(shared=kept)
    return found


def owners(nodes: Sequence[Node], positions: Sequence[int], path: str) -> tuple[str, ...]:
    """Name what the nodes below a path share weights with, as alike to the path as it can be.

    >>> from archcalc.ops import make
    >>> from archcalc.ops.op import Shape
    >>> from archcalc.graph import Node
    >>> x, fc = Shape(8, 1, 1), make("linear", units=8)
    >>> one = Node("left/fc", fc, (-1,), (x,), x)
    >>> other = Node("right/fc", fc, (0,), (x,), x, None, (Tie("weight", 0),))
    >>> owners([one, other], [1], "right"), owners([one, other], [1], "right/fc")
    (('left',), ('left/fc',))
    """
    return tuple(dict.fromkeys(_owners(nodes, positions, path)))


def _owners(nodes: Sequence[Node], positions: Sequence[int], path: str) -> Iterator[str]:
    ties = [position for position in positions if nodes[position].shared]
    own = set(positions) if ties else set()
    for position in ties:
        below = nodes[position].path.removeprefix(path)
        for shared in nodes[position].shared:
            if shared.owner not in own:
                owner = nodes[shared.owner].path
                alike = owner.removesuffix(below) or owner
                yield alike if below.startswith("/") else layer_of(alike)
