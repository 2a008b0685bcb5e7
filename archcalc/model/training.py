"""Learning: the loss that fits a network's output, and plain gradient descent on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from archcalc.errors import UsageError
from archcalc.kernels import maximum_a_posteriori, softmax_cross_entropy

if TYPE_CHECKING:
    from types import ModuleType

    from archcalc.model.batch import Batch
    from archcalc.model.model import Model

Array: TypeAlias = npt.NDArray[Any]


class Objective(NamedTuple):
    """What a network is trained on: the loss of its output, and which output means its class."""

    loss: ModuleType
    nearest: bool
    """Outputs are distances: the smallest names the class, not the largest."""

    def classes(self, y: Array) -> Array:
        """Give the class of each sample."""
        flat = y.reshape(len(y), -1)
        found: Array = flat.argmin(axis=1) if self.nearest else flat.argmax(axis=1)
        return found


def objective(model: Model) -> Objective:
    """Choose the loss that fits the output's layer: of distances, or of scores and a softmax.

    >>> from archcalc.model.model import build
    >>> objective(build("lenet5")).loss.__name__.rpartition(".")[2]
    'maximum_a_posteriori'
    """
    if model.outcome == "distances":
        return Objective(maximum_a_posteriori, nearest=True)
    return Objective(softmax_cross_entropy, nearest=False)


def learn(model: Model, x: Batch, labels: Array) -> float:
    """Run one batch forward and back; the model then holds its gradients. Give the mean loss.

    Raises ValueError if the labels are not one class of the model's for each sample.
    """
    loss, scores = objective(model).loss, model.scores
    found, saved = loss.forward(scores.forward(x, training=True), labels)
    scores.backward(loss.backward(saved), inputs=False)
    return float(found)


def train(  # noqa: PLR0913 - what is learnt, and how
    model: Model,
    x: npt.ArrayLike,
    labels: npt.ArrayLike,
    *,
    epochs: int,
    rate: float,
    batch: int = 32,
    momentum: float = 0,
    weight_decay: float = 0,
) -> list[float]:
    """Descend along the gradient of each batch; give the mean loss of every epoch.

        x       N  C  H  W
        labels  N            whole numbers from 0

    The samples are shuffled before each epoch; the rate falls in a straight line towards 0.
    Raises UsageError unless there is a label for every sample, ValueError for one that is no class.

    >>> from archcalc.model.model import build
    >>> x = np.random.default_rng(0).standard_normal((8, 1, 28, 28))
    >>> first, *_, last = train(build("five-layer-cnn"), x, range(8), epochs=5, rate=0.01, batch=4)
    >>> last < first / 2
    True
    """
    x, labels = _labelled(x, labels)
    losses = []
    for epoch in range(epochs):
        order = model.rng.permutation(len(x))
        batches = [order[first : first + batch] for first in range(0, len(x), batch)]
        total = 0.0
        for number, chosen in enumerate(batches):
            total += learn(model, x[chosen], labels[chosen]) * len(chosen)
            done = (epoch + number / len(batches)) / epochs
            model.step(rate * (1 - done), momentum, weight_decay)
        losses.append(total / len(x))
    return losses


def accuracy(model: Model, x: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """Give the share of samples whose class the model names.

    Raises UsageError unless there is a label for every sample.
    """
    x, labels = _labelled(x, labels)
    named = objective(model).classes(model.scores.forward(x))
    return float((named == labels).mean())


def _labelled(x: npt.ArrayLike, labels: npt.ArrayLike) -> tuple[Array, Array]:
    samples, found = np.asarray(x), np.asarray(labels)
    if not len(samples) == len(found) > 0:
        message = "samples and their labels are as many, and some"
        raise UsageError.of("wrong-input", f"{message}: not {len(samples)} and {len(found)}")
    return samples, found


def resize(images: Array, size: int) -> Array:
    """Enlarge square images to `size` on a side, by weighting the four pixels around each place.

    >>> resize(np.array([[[0.0, 3.0], [0.0, 3.0]]]), 4)[0, 0].tolist()
    [0.0, 0.75, 2.25, 3.0]
    """
    weights = _weights(images.shape[-1], size)
    enlarged: Array = weights @ images @ weights.T
    return enlarged


def _weights(old: int, new: int) -> Array:
    """Give for each new pixel the share of each old one: centres of pixels are half a side in."""
    places = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
    weights: Array = np.maximum(0, 1 - np.abs(places[:, None] - np.arange(old)))
    return weights
