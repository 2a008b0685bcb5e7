"""Sums, means and the largest or smallest of maps, along axes or of several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.errors import Reason
from archcalc.readers.onnx.call import Call, within
from archcalc.readers.onnx.values import Maps
from archcalc.readers.sizes import broadcast

if TYPE_CHECKING:
    from collections.abc import Callable

BEFORE = {"mul", "exp", "cmp"}
"""What is done to each element before all are summed; all else is done to the sums."""


def reduced(kind: str, **after: int) -> Callable[[Call], Maps]:
    """Read a sum or a mean over axes; the mean over all places is a global pool."""

    def rule(call: Call) -> Maps:
        x = call.first()
        rank = len(x.dims)
        axes = call.told("axes", 1)
        if axes is None or (not axes and not call.whole("noop_with_empty_axes", 0)):
            axes = list(range(rank))
        gone = {axis % rank for axis in axes if -rank <= axis < rank}
        if len(gone) != len(set(axes)):
            raise Reason("wrong-type", f"axes {axes} of something with {rank}", key="axes")
        keep = bool(call.whole("keepdims", 1))
        kept = tuple(1 if i in gone else size for i, size in enumerate(x.dims))
        dims = kept if keep else tuple(size for i, size in enumerate(x.dims) if i not in gone)
        features = x.features
        axis = features if keep else features - sum(i < features for i in gone)
        if call.node.op == "ReduceMean" and gone == set(range(1, rank)) - {features} and gone:
            y = call.add("globalavgpool", x, axis=features, dims=kept)
            return Maps(y.output, dims, axis)
        n, m = call.sample(kept), call.sample(x.dims)
        work = {kind: m - n} if kind else {}
        for key, times in after.items():
            work[key] = work.get(key, 0) + times * (m if key in BEFORE else n)
        return call.does(dims, None if features in gone and not keep else axis, (), work)

    return rule


def place_of_extreme(call: Call) -> Maps:
    """Read which element along an axis is the largest, or the smallest."""
    x = call.first()
    axis, keep = call.axis(len(x.dims), 0), bool(call.whole("keepdims", 1))
    dims = (*x.dims[:axis], *((1,) if keep else ()), *x.dims[axis + 1 :])
    return call.does(dims, None, cmp=call.sample(x.dims) - call.sample(dims))


def along(*kinds: str, **after: int) -> Callable[[Call], Maps]:
    """Read what divides by a sum along an axis: `kinds` for each element, `after` for each sum."""

    def rule(call: Call) -> Maps:
        x = call.first()
        axis = call.axis(len(x.dims), -1)
        n, sums = call.sample(x.dims), call.sample((*x.dims[:axis], *x.dims[axis + 1 :]))
        work = dict.fromkeys(kinds, n) | {"add": n - sums}
        return call.does(x.dims, x.axis, (), work | {key: sums * k for key, k in after.items()})

    return rule


def averaged(call: Call) -> Maps:
    """Read a mean of several maps, element by element."""
    dims = broadcast(*[value.dims for value in call.values if value])
    if dims is None:
        raise Reason("unlike-shapes", "`Mean` of sizes that do not fit each other")
    n, others = call.sample(dims), len(call.values) - 1
    return call.does(dims, call.x.axis, add=n * others, div=n * (others > 0))


def normalised(call: Call) -> Maps:
    """Read maps less their mean, divided by their deviation, over the axes that are told."""
    x = call.first()
    axes = {within(axis, len(x.dims)) for axis in call.wholes("axes", (0, 2, 3))}
    sums = call.sample(tuple(n for i, n in enumerate(x.dims) if i not in axes))
    n = call.sample(x.dims)
    work = {"add": 3 * n - sums, "mul": n, "div": n + 2 * sums, "sqrt": sums}
    return call.does(x.dims, x.axis, (), work)
