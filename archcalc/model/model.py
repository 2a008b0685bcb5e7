"""Graph → Model: a network that runs and learns, in NumPy.

Every layer is its kernel with arrays of its own. The shapes of the arrays are derived from what
reaches the layer, not from the rules: `build` sends an empty batch through the kernels, which costs
nothing and shows each layer its input.
"""

from __future__ import annotations

from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from archcalc.errors import UsageError
from archcalc.graph import INPUT
from archcalc.model.batch import by_output, read_batches, read_gradients
from archcalc.model.initialisation import check_runnable, rectified, start
from archcalc.model.layer import RunningLayer, last_readers
from archcalc.ops import find
from archcalc.ops.shape import first_of
from archcalc.paths import layer_of
from archcalc.report import count

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from archcalc.graph import Graph
    from archcalc.model.batch import Batch
    from archcalc.ops.op import Outcome, Shape
    from archcalc.report import Report
    from archcalc.spec.spec import Spec

Array: TypeAlias = npt.NDArray[Any]
Weights: TypeAlias = dict[str, dict[str, Array]]
"""Arrays by path and name."""


def build(
    net: Spec | Graph | str | Path,
    *,
    seed: int = 0,
    dtype: npt.DTypeLike = "float32",
    heads: bool = False,
) -> Model:
    """Make a network ready to run: weights of their own for every layer, drawn from the seed.

    Raises what `archcalc.count` raises, and UsageError for a dtype that is not floating-point
    and for a layer of which it is not known what it does.

    >>> model = build("lenet5")
    >>> model.forward(np.zeros((2, 1, 32, 32))).shape
    (2, 10, 1, 1)
    >>> sum(array.size for arrays in model.parameters.values() for array in arrays.values())
    60000
    """
    return Model(count(net, heads=heads), np.random.default_rng(seed), _floating(dtype))


class Model:
    """A network with its weights. Arrays are batch first: N x C x H x W.

    `input` and `output` are the shapes of one sample, `inputs` and `outputs` those of all by name,
    the output of the main path first; `layers` run in this order.
    `heads` holds the outputs of the heads after `forward`, if the model was built with them.

    >>> from archcalc.kernels import maximum_a_posteriori as loss
    >>> model, x, labels = build("lenet5"), np.ones((2, 1, 32, 32)), np.array([3, 3])
    >>> before, saved = loss.forward(model.forward(x, training=True), labels)
    >>> model.backward(loss.backward(saved)).shape
    (2, 1, 32, 32)
    >>> model.step(0.001)
    >>> loss.forward(model.forward(x), labels)[0] < before
    True
    """

    def __init__(self, report: Report, rng: np.random.Generator, dtype: np.dtype[Any]) -> None:
        self.name = report.name
        self.inputs: Mapping[str, Shape] = report.inputs
        self.input: Shape = report.input
        self.outputs: Mapping[str, tuple[int, ...]]
        self.dtype = dtype
        self.rng = rng
        self.heads: dict[str, Array] = {}
        names = [_named(position, report) for position in report.graph.outputs]
        self._outputs = dict(zip(names, report.graph.outputs, strict=True))
        self._heads = {node.head: i for i, node in enumerate(report.nodes) if node.head}
        self.layers = self._allocate(report)
        self._free_after = last_readers(self.layers, self._ends)
        self._saved: list[Any] | None = None
        self._shapes: dict[int, tuple[int, ...]] = {}

    def forward(self, x: Batch, *, training: bool = False, keep: bool | None = None) -> Any:  # noqa: ANN401 - an array, or several
        """Run forward: x of N x C x H x W gives the output.

        Of several inputs, x has a batch for each by its name; of several `outputs`, what is given
        is each by its name.

        Training drops elements, normalises by the statistics of the batch, and keeps what
        `backward` needs; else an output is freed after its last reader, unless `keep` says so.
        Raises UsageError if x is no batch of this network's inputs.
        """
        keep = training if keep is None else keep
        self._saved = [] if keep else None
        outputs = read_batches(self.name, self.inputs, x, self.dtype)
        for position, layer in enumerate(self.layers):
            ys = [outputs[i] for i in layer.inputs]
            outputs[position], saved = layer.forward(ys, training=training, rng=self.rng)
            if self._saved is not None:
                self._saved.append(saved)
            del saved, ys
            for i in self._free_after[position]:
                del outputs[i]
        self._shapes = {end: outputs[end].shape for end in self._ends}
        self.heads = {head: outputs[end] for head, end in self._heads.items()}
        found = {name: outputs[end] for name, end in self._outputs.items()}
        return found if len(found) > 1 else found.popitem()[1]

    def backward(
        self,
        dy: Batch,
        heads: Mapping[str, npt.ArrayLike] | None = None,
        *,
        inputs: bool = True,
        watch: Callable[[str, Array], object] = lambda _path, _residual: None,
    ) -> Any:  # noqa: ANN401 - an array, a mapping of them, or None
        """Run back from the gradient of the output, and of heads by name; keep the `gradients`.

        Of several outputs, dy has a gradient by the name of each that has one. Gives that of the
        input, of several by name; `inputs=False` spares it, where a kernel can. `watch` is shown
        the gradient of each layer's output as it arrives there. Raises UsageError unless a
        `forward` stands before it, with training or `keep`, and for a gradient of another shape
        than its output; UnknownName for an output or a head that there is not.
        """
        if self._saved is None:
            hint = "`forward(x, training=True)`, or `keep=True` for what inference computes"
            raise UsageError.of("no-forward", "nothing was kept for a way back", hint)
        gradients = self._gradients(dy, heads or {})
        saved, self._saved = self._saved, None
        for position in range(len(self.layers) - 1, -1, -1):
            layer, kept = self.layers[position], saved.pop()
            d_output = gradients.pop(position, None)
            if d_output is None:
                layer.gradients = {}
                layer.collect()
                continue
            watch(layer.path, d_output)
            wanted = inputs or any(i >= 0 for i in layer.inputs)
            dxs = layer.backward(d_output, kept, inputs=wanted)
            layer.collect()
            for i, dx in zip(layer.inputs, dxs, strict=wanted):
                gradients[i] = gradients[i] + dx if i in gradients else dx
        found = {name: gradients.get(INPUT - i) for i, name in enumerate(self.inputs)}
        return found if len(found) > 1 else gradients.get(INPUT)

    def noise(self, samples: int) -> Batch:
        """Draw a batch of noise of mean 0 and variance 1, for each input."""
        drawn = {
            name: self.rng.standard_normal((samples, *shape)) for name, shape in self.inputs.items()
        }
        return drawn if len(drawn) > 1 else drawn.popitem()[1]

    def step(self, rate: float, momentum: float = 0, weight_decay: float = 0) -> None:
        """Move every trained weight against its gradient: w - rate · gradient.

        `weight_decay` adds so much of the weight to its gradient; `momentum` keeps so much of the
        last move: v = momentum · v + gradient, w - rate · v.
        """
        for layer in self.layers:
            layer.step(rate, momentum, weight_decay)

    @cached_property
    def scores(self) -> Model:
        """The same layers, with the output of the main path alone, without a softmax at its end.

        Far apart, probabilities become 0 and their logarithms useless; a loss is safer on scores.
        """
        if self.outcome != "probabilities" and len(self._outputs) == 1:
            return self
        bare, (name, end) = copy(self), next(iter(self._outputs.items()))
        end = self.layers[end].inputs[0] if self.outcome == "probabilities" else end
        bare._outputs = {name: end}  # noqa: SLF001
        bare._free_after = last_readers(bare.layers, bare._ends)  # noqa: SLF001
        return bare

    @property
    def output(self) -> tuple[int, ...]:
        """The shape of one sample of the main path's output."""
        return next(iter(self.outputs.values()))

    @property
    def last(self) -> str:
        """The op that gives the output of the main path; `identity` if nothing does."""
        end = next(iter(self._outputs.values()))
        return "identity" if end < 0 else self.layers[end].op

    @property
    def outcome(self) -> Outcome:
        """What the numbers of the output mean: scores, probabilities, distances."""
        return find(self.last).outcome

    @property
    def parameters(self) -> Weights:
        """The trained arrays by path and name; to change one in place is to change the model."""
        layers = [layer for layer in self.layers if layer.trainable]
        return {layer.path: own for layer in layers if (own := layer.own(layer.weights))}

    @property
    def fixed(self) -> Weights:
        """The weights that exist and are not trained."""
        layers = [layer for layer in self.layers if not layer.trainable]
        return {layer.path: own for layer in layers if (own := layer.own(layer.weights))}

    @property
    def statistics(self) -> Weights:
        """The running means and variances."""
        return {layer.path: own for layer in self.layers if (own := layer.own(layer.statistics))}

    @property
    def gradients(self) -> Weights:
        """The gradients of the trained arrays, as the last `backward` found them."""
        return {layer.path: layer.gradients for layer in self.layers if layer.gradients}

    def __repr__(self) -> str:
        return f"<Model of {self.name}: {len(self.layers)} layers, {self.dtype}>"

    def _allocate(self, report: Report) -> list[RunningLayer]:
        """Send an empty batch through the kernels; each layer gets its weights as it arrives."""
        check_runnable(report)
        shapes = enumerate(report.inputs.values())
        outputs = {INPUT - i: np.empty((0, *shape), self.dtype) for i, shape in shapes}
        layers: list[RunningLayer] = []
        for position, (node, rectifier) in enumerate(
            zip(report.nodes, rectified(report.nodes), strict=True)
        ):
            layer = RunningLayer(node.path, node.op.name, vars(node.op), node.inputs)
            ys = [outputs[i] for i in node.inputs]
            layer.allocate(ys[0].shape[1:], self.dtype, [y.shape[1:] for y in ys[1:]])
            arrays = node.op.weights(first_of(node.xs), node.y)
            for tie in node.shared:
                layer.weights.pop(tie.weight, None)
                layer.statistics.pop(tie.weight, None)
            start(layer, arrays, self.rng, rectifier=rectifier)
            for tie in node.shared:
                layer.share(tie.weight, layers[tie.owner], transposed=tie.transposed)
            outputs[position], _ = layer.forward(ys)
            layers.append(layer)
        self.outputs = {name: outputs[end].shape[1:] for name, end in self._outputs.items()}
        return layers

    @property
    def _ends(self) -> set[int]:
        return {*self._outputs.values(), *self._heads.values()}

    def _gradients(self, dy: Batch, heads: Mapping[str, npt.ArrayLike]) -> dict[int, Array]:
        """Give the gradient of each output and head that has one, by its position."""
        found: dict[int, Array] = {}
        by_name = by_output(self.name, tuple(self._outputs), dy)
        for kind, ends, given in (
            ("output", self._outputs, by_name),
            ("head", self._heads, heads),
        ):
            shapes = {name: self._shapes[end] for name, end in ends.items()}
            read = read_gradients(self.name, kind, shapes, given, self.dtype)
            for name, gradient in read.items():
                found[ends[name]] = found.get(ends[name], 0) + gradient
        return found


def _named(position: int, report: Report) -> str:
    """Name an output: the layer that gives it, or the input that is handed on."""
    if position >= 0:
        return layer_of(report.nodes[position].path)
    return list(report.inputs)[INPUT - position]


def _floating(dtype: npt.DTypeLike) -> np.dtype[Any]:
    try:
        found = np.dtype(dtype)
    except TypeError:
        found = None
    if found is None or found.kind != "f":
        message = f"weights are float32, float64 or another floating-point type, not {dtype}"
        raise UsageError.of("wrong-type", message)
    return found
