"""Units and normalisations as nodes of ONNX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.exports.onnx.emitting import FLAT, refused

if TYPE_CHECKING:
    from archcalc.exports.onnx.emitting import Emitter, Out


def linear(e: Emitter) -> Out:
    """Write a linear layer on what is flattened, on each place, or over the places."""
    if e.op.over:
        x = e.maps() if e.x.rank == 1 else e.add("Reshape", e.maps(), e.ints(0, 0, e.x.places))
        return _matrix(e, x)
    if e.op.flatten or e.x.is_vector:
        bias = [e.array("bias")] if e.op.bias else []
        return e.add("Gemm", e.flat(), e.array("weight"), *bias, transB=1), FLAT
    return e.back(_matrix(e, e.rows()))


def _matrix(e: Emitter, x: str, weight: str = "weight", bias: str = "bias") -> str:
    """Multiply what lies last with a matrix, and add the biases."""
    y = e.add("MatMul", x, e.add("Transpose", e.array(weight), perm=[1, 0]))
    return e.add("Add", y, e.array(bias)) if e.has(bias) else y


def rbf(e: Emitter) -> Out:
    """Write squared distances from centres."""
    x = e.add("Unsqueeze", e.flat(), e.ints(1))
    apart = e.add("Sub", x, e.array("centres"))
    return e.add("ReduceSum", e.add("Mul", apart, apart), e.ints(2), keepdims=0), FLAT


def embedding(e: Emitter) -> str:
    """Write a look-up."""
    if e.x.channels != 1 or e.x.rank != 1:
        raise refused("words are looked up along one row of places")
    words = e.add("Squeeze", e.maps(), e.ints(1))
    return e.back(e.add("Gather", e.array("weight"), words, axis=0))


def learned(e: Emitter) -> str:
    """Lay a tensor out for each sample, as many as enter."""
    samples = e.add("Shape", e.inputs[0].name, start=0, end=1)
    sizes = e.add("Concat", samples, e.ints(*e.y), axis=0)
    return e.add("Expand", e.array("values", 1, *e.y), sizes)


# -- Norms


def batchnorm(e: Emitter) -> Out:
    """Write batch norm; a scale or shift that it has not is 1 or 0."""
    (name, sizes), maps = e.inputs[0], e.x.channels
    given = [
        e.array(a) if e.has(a) else e.fixed(a, (maps,), n)
        for a, n in (("gamma", 1.0), ("beta", 0.0))
    ]
    found = e.add(
        "BatchNormalization",
        name,
        *given,
        e.array("mean"),
        e.array("variance"),
        epsilon=float(e.op.eps),
    )
    return (found, FLAT) if len(sizes) == 1 else found


def layernorm(e: Emitter) -> Out:
    """Write layer norm over the features of a place, or over all."""
    whole = e.op.over == "all"
    size = tuple(e.x) if whole else (e.x.channels,)
    flat = e.x.is_vector and not whole
    x = e.maps() if whole else e.flat() if flat else e.rows()
    gamma = e.array("gamma") if e.has("gamma") else e.fixed("gamma", size, 1.0)
    beta = [e.array("beta")] if e.has("beta") else []
    axis = 1 if whole else -1
    y = e.add("LayerNormalization", x, gamma, *beta, axis=axis, epsilon=float(e.op.eps))
    if flat:
        return y, FLAT
    return y if whole else e.back(y)


def rmsnorm(e: Emitter) -> str:
    """Write RMS norm."""
    x = e.maps()
    mean = e.add("ReduceMean", e.add("Mul", x, x), e.ints(1), keepdims=1)
    y = e.add("Div", x, e.add("Sqrt", e.add("Add", mean, e.real(float(e.op.eps)))))
    return _rescaled(e, y)


def l2norm(e: Emitter) -> str:
    """Write features divided by their length."""
    return _rescaled(e, e.add("LpNormalization", e.maps(), axis=1, p=2))


def _rescaled(e: Emitter, y: str) -> str:
    """Multiply by the scale and add the shift of each map, where there are any."""
    ones = [1] * e.x.rank
    for array, op in (("gamma", "Mul"), ("beta", "Add")):
        y = e.add(op, y, e.array(array, e.x.channels, *ones)) if e.has(array) else y
    return y


def affine(e: Emitter) -> str:
    """Write a scale and a shift."""
    return _rescaled(e, e.maps())


def groupnorm(e: Emitter) -> str:
    """Write group norm; of instance norm each map is a group."""
    maps = e.x.channels
    groups = e.op.groups if e.op.name == "groupnorm" else maps
    given = [
        e.array(a) if e.has(a) else e.fixed(a, (maps,), n)
        for a, n in (("gamma", 1.0), ("beta", 0.0))
    ]
    op, more = (
        ("GroupNormalization", {"num_groups": groups})
        if groups != maps
        else ("InstanceNormalization", {})
    )
    return e.add(op, e.maps(), *given, epsilon=float(e.op.eps), **more)


def lrn(e: Emitter) -> str:
    """Write local response normalisation; ONNX divides alpha by the size."""
    if e.op.within:
        raise refused("ONNX has no normalisation within maps")
    size = e.op.size
    return e.add(
        "LRN",
        e.maps(),
        size=size,
        alpha=float(e.op.alpha) * size,
        beta=float(e.op.beta),
        bias=float(e.op.k),
    )
