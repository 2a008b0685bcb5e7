"""One op, forward and backward, on numbers small enough to check by hand."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import TYPE_CHECKING

import numpy as np

from archcalc.backpropagation.convolution import as_matrix, backward_as_convolution
from archcalc.backpropagation.example import EXAMPLES, WEIGHTS, Example, fill
from archcalc.backpropagation.step import Numbers, Step, Worked
from archcalc.errors import Reason, UnknownName, UsageError, listed, suggestion
from archcalc.kernels import softmax_cross_entropy
from archcalc.model.layer import RunningLayer, kernel_of
from archcalc.ops import field_types, find, is_join, make, names, runnable
from archcalc.ops.conv import Conv
from archcalc.ops.declarations import read
from archcalc.ops.fields import written
from archcalc.ops.op import Shape
from archcalc.spec.vocabulary import op_hint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archcalc.model.layer import Array
    from archcalc.ops.op import Op

BRANCHES = 2
PLAIN = Example()


def work_through(
    name: str,
    settings: Mapping[str, object] | None = None,
    given: Mapping[str, Array] | None = None,
    after: str | None = None,
) -> Worked:
    """Work an op through, forward and backward, with the rule of each step.

    `settings` are the op's fields as a spec has them. `given` holds arrays by name: `input` (maps,
    rows, columns; for a join `input 1` and `input 2`), weights by their names, the `residual` that
    arrives; for `softmax`, whose loss is the cross-entropy, the `target`. What is not given is a
    small example's. `after` is an activation behind the op. All numbers are the kernels'.

    Raises UnknownName for an op there is none of, UsageError for fields or arrays that do not fit.

    >>> worked = work_through("maxpool", {"kernel": "2"})
    >>> worked["y"].tolist(), worked["δ at x"].tolist()[0][1]
    ([[[8.0, 9.0], [8.0, 6.0]]], [0.0, 0.0, 0.0, 3.0])

    Source: Rumelhart, Hinton, Williams 1986, Learning representations by back-propagating errors.
    """
    arrays = dict(given or {})
    if after is not None and not is_activation(after):
        raise UsageError.of("not-a-choice", f"`{after[:80]}` is no activation", _ACTIVATIONS)
    own = {**EXAMPLES.get(name, PLAIN).fields, **(settings or {})}
    try:
        op = _op(name, own)
        xs = _inputs(op, arrays)
        op.shape(*(Shape(*x.shape[1:]) for x in xs))
    except Reason as reason:
        raise UsageError.because(reason) from None
    steps = _softmax(xs[0], arrays) if op == make("softmax") else _steps(op, xs, arrays, after)
    if arrays:
        unknown = next(iter(arrays))
        message = f"`{name}` has no use for `{unknown[:80]}`"
        raise UsageError.of("wrong-input", message, "`input`, `residual`, or a weight by its name")
    said = ", ".join(f"{key} {written(value)}" for key, value in own.items())
    return Worked(name, said, tuple(steps))


def is_activation(name: str) -> bool:
    """Tell whether an op is an activation: it has a rule with a σ′."""
    return name in runnable() and "σ′" in _rules(name).get("x", "")


_ACTIVATIONS = "such as relu, tanh or sigmoid"


def _rules(name: str) -> Mapping[str, str]:
    found: Mapping[str, str] = getattr(kernel_of(name), "RULES", {})
    return found


def _op(name: str, settings: Mapping[str, object]) -> Op:
    """Make an op from its fields as they are written."""
    if name in names() and name not in runnable():
        raise UsageError.of("unknown-work", f"what `{name}` does is unknown")
    if name not in runnable():
        raise UnknownName.of("unknown-op", f"there is no op `{name[:80]}`", op_hint(name))
    types = field_types(name)
    found: dict[str, object] = {"branches": BRANCHES} if is_join(name) else {}
    for key, value in settings.items():
        if key not in types or key == "branches":
            hint = suggestion(key, types) or listed("keys", types)
            raise Reason("unknown-key", f"`{key[:80]}` is not a key of `{name}`", hint)
        found[key] = read(types[key], value)
    for field in fields(find(name)):
        if field.default is MISSING and field.name not in found:
            hint = f"as in `--set {field.name}=2`"
            raise Reason("missing-key", f"`{name}` needs its `{field.name}`", hint)
    return make(name, **found)


def _inputs(op: Op, arrays: dict[str, Array]) -> list[Array]:
    """Take the inputs that are given, or an example's; a batch of one sample."""
    example = EXAMPLES.get(op.name, PLAIN)
    keys = [f"input {n + 1}" for n in range(BRANCHES)] if is_join(op.name) else ["input"]
    own = [fill(example.shape, example.x, skip=7 * n) for n in range(len(keys))]
    return [arrays.pop(key, x)[np.newaxis] for key, x in zip(keys, own, strict=True)]


def _steps(op: Op, xs: Sequence[Array], arrays: dict[str, Array], after: str | None) -> list[Step]:
    rules = _rules(op.name)
    layer = _layer(op, xs, arrays)
    y, saved = layer.forward(xs, training=True, rng=np.random.default_rng(0))
    residual = _fitting("residual", arrays, y.shape, EXAMPLES.get(op.name, PLAIN).residual)
    arrives = Step("the residual that arrives", "δ = ∂E/∂y", (_of("δ", residual),))
    there = Step("forward", rules.get("y", ""), (_of("z" if after else "y", y),))
    steps = [_entering(xs), *_weights(layer), there]
    dz = residual
    if after:
        beyond, back, dz = _through(after, y, residual)
        steps += [beyond, arrives, back]
    else:
        steps.append(arrives)
    dxs = layer.backward(dz, saved)
    if isinstance(op, Conv):
        steps += backward_as_convolution(op, xs[0], layer.weights["kernel"], dz)
    many = len(dxs) > 1
    reached = tuple(_of(f"δ at {_name(n, many=many)}", dx) for n, dx in enumerate(dxs))
    steps.append(Step("back, at the input", rules.get("x", ""), reached))
    for name, gradient in layer.gradients.items():
        found = Numbers(f"gradient of the {name}", gradient)
        steps.append(Step(f"back, at the {name}", rules.get(name, ""), (found,)))
    return [*steps, *as_matrix(op, xs[0], layer.weights)] if isinstance(op, Conv) else steps


def _through(name: str, z: Array, residual: Array) -> tuple[Step, Step, Array]:
    """Go through the activation behind an op, there and back; give the residual before it too."""
    activation = RunningLayer("", name, {}, ())
    y, kept = activation.forward([z])
    (slope,) = activation.backward(np.ones_like(z), kept)
    (dz,) = activation.backward(residual, kept)
    rules = _rules(name)
    there = Step(f"forward, {name}", rules["y"], (_of("y", y),))
    back = Step(f"back, {name}", rules["x"], (_of("σ′", slope), _of("δ at z", dz)))
    return there, back, dz


def _layer(op: Op, xs: Sequence[Array], arrays: dict[str, Array]) -> RunningLayer:
    """Make the op a layer, with the weights that are given or an example's."""
    layer = RunningLayer("", op.name, vars(op), ())
    layer.allocate(xs[0].shape[1:], "float64", [x.shape[1:] for x in xs[1:]])
    for place, (name, weight) in enumerate(layer.weights.items()):
        layer.weights[name] = _fitting(name, arrays, weight.shape, WEIGHTS, skip=3 * place)
    for name, statistic in layer.statistics.items():
        layer.statistics[name] = np.full(statistic.shape, float(name == "variance"))
    return layer


def _fitting(
    name: str, arrays: dict[str, Array], shape: tuple[int, ...], own: Sequence[int], skip: int = 0
) -> Array:
    """Take an array that is given in its shape, or with as many numbers; else an example's."""
    found = arrays.pop(name, None)
    if found is None:
        return fill(shape, own, skip)
    if found.size != np.prod(shape):
        want, got = ("x".join(map(str, size)) for size in (shape, found.shape))
        raise UsageError.of("wrong-input", f"`{name}` is {want} here, not {got}")
    return found.reshape(shape)


def _softmax(z: Array, arrays: dict[str, Array]) -> list[Step]:
    """Work the softmax through with the loss that goes with it: the cross-entropy."""
    flat = z.reshape(1, -1)
    target = _fitting("target", arrays, (flat.size,), (1, *[0] * (flat.size - 1)))
    label = int(target.argmax())
    if not np.array_equal(target, np.eye(flat.size)[label]):
        raise UsageError.of("wrong-input", "the target is 1 for one class and 0 for all others")
    loss, saved = softmax_cross_entropy.forward(flat, np.array([label]))
    delta = softmax_cross_entropy.backward(saved)
    rule = _rules("softmax")["y"]
    return [
        Step("what enters", "", (Numbers("z", flat), Numbers("target t", target[np.newaxis]))),
        Step("forward", rule, (Numbers("s", delta + target),)),
        Step("the loss", "E = -Σ t·log s", (Numbers("E", np.array([[loss]])),)),
        Step("back, at the input", "∂E/∂z = s - t", (Numbers("δ at z", delta),)),
    ]


def _entering(xs: Sequence[Array]) -> Step:
    many = len(xs) > 1
    return Step("what enters", "", tuple(_of(_name(n, many=many), x) for n, x in enumerate(xs)))


def _name(place: int, *, many: bool) -> str:
    return ("x", "F(x)")[place] if many else "x"


def _weights(layer: RunningLayer) -> list[Step]:
    found = tuple(Numbers(name, weight) for name, weight in layer.weights.items())
    return [Step("the weights", "", found)] if found else []


def _of(name: str, batch: Array) -> Numbers:
    """Name the only sample of a batch."""
    return Numbers(name, batch[0])
