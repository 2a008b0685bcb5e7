"""Batch normalisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from archcalc.kernels._arrays import expect_maps, expect_shape, per_map, places, shown

if TYPE_CHECKING:
    from typing import SupportsFloat

    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

WEIGHTS = {"gamma": "scale", "beta": "shift"}
STATISTICS = {"mean": 0, "variance": 1}
"""What they are where nothing is to be normalised."""

RULES = {
    "y": "y = γ·n + β, n = (x - mean)/√(variance + ε), over the map",
    "x": "∂E/∂x = γ/√(variance + ε)·(δ - mean of δ - n·mean of δ·n)",
    "gamma": "∂E/∂γ = Σ δ·n, over the map",
    "beta": "∂E/∂β = Σ δ, over the map",
}


class Saved(NamedTuple):
    """What the way back needs of the way there."""

    x: Array
    mean: Array
    deviation: Array
    gamma: Array | None
    beta: Array | None
    training: bool
    statistics: dict[str, Array]
    """The running mean and variance after this pass, by name; new arrays if it was training."""


def weights(shape: Shape, *, scale: bool = True, shift: bool = True, **_: object) -> WeightShapes:
    """Give the shapes of gamma and beta for an input C x H x W.

    >>> weights((64, 56, 56), shift=False)
    {'gamma': (64,)}
    """
    wanted = {"gamma": scale, "beta": shift}
    return {name: (shape[0],) for name, given in wanted.items() if given}


def statistics(shape: Shape, **_: object) -> WeightShapes:
    """Give the shapes of the running mean and variance, which are kept and never trained.

    >>> statistics((64, 56, 56))
    {'mean': (64,), 'variance': (64,)}
    """
    return dict.fromkeys(STATISTICS, (shape[0],))


def forward(  # noqa: PLR0913 - the weights and the fields of the op
    x: Array,
    *,
    mean: Array,
    variance: Array,
    gamma: Array | None = None,
    beta: Array | None = None,
    eps: SupportsFloat = 1e-5,
    momentum: SupportsFloat = 0.1,
    training: bool = False,
) -> tuple[Array, Saved]:
    """Normalise each map, scale it by gamma, shift it by beta.

        x  N  C  H  W           gamma  C        mean      C
        y  N  C  H  W           beta   C        variance  C

    At inference by the running mean and variance; in training by those of the batch. The running
    statistics after the pass are `saved.statistics`: in training the old ones, moved by `momentum`
    towards the batch's (its variance with divisor n - 1). The arrays given are never changed.
    Raises ValueError with the shapes if they do not fit, or if a batch has one value per map.

    >>> x = np.array([[[[1.0, 3]]]])
    >>> running = {"mean": np.zeros(1), "variance": np.ones(1)}
    >>> y, saved = forward(x, **running, eps=0, training=True)
    >>> y.tolist(), saved.statistics["mean"].tolist()  # mean 2, deviation 1; 0.9·0 + 0.1·2
    ([[[[-1.0, 1.0]]]], [0.2])
    >>> saved.statistics["variance"].round(3).tolist()  # 0.9·1 + 0.1·2
    [1.1]

    Source: Ioffe, Szegedy 2015, Batch normalization, algorithms 1 and 2.
    """
    _check(x, {"mean": mean, "variance": variance, "gamma": gamma, "beta": beta})
    running = {"mean": mean, "variance": variance}
    if training:
        mean, variance = x.mean(axis=places(x)), x.var(axis=places(x))
        running = _moved(running, mean, variance, x, float(momentum))
    deviation = np.sqrt(variance + float(eps))
    factor = 1 / deviation if gamma is None else gamma / deviation
    term = -mean * factor if beta is None else beta - mean * factor
    y = x * per_map(factor, x)
    y += per_map(term, x)
    return y, Saved(x, mean, deviation, gamma, beta, training, running)


def backward(dy: Array, saved: Saved) -> Gradients:
    """Give the gradients of x, gamma and beta; in training through the batch's statistics too.

    >>> running = {"mean": np.zeros(1), "variance": np.ones(1)}
    >>> _, saved = forward(np.array([[[[1.0, 3]]]]), **running, gamma=np.array([2.0]), eps=0)
    >>> (dx,), gradients = backward(np.array([[[[1.0, 1]]]]), saved)
    >>> dx.tolist(), gradients["gamma"].tolist()
    ([[[[2.0, 2.0]]]], [4.0])
    """
    normal = (saved.x - per_map(saved.mean, dy)) / per_map(saved.deviation, dy)
    found = {"gamma": (dy * normal).sum(axis=places(dy)), "beta": dy.sum(axis=places(dy))}
    dx = dy
    if saved.training:
        cells = saved.x.size // saved.x.shape[1]
        dx = dy - (per_map(found["beta"], dy) + normal * per_map(found["gamma"], dy)) / cells
    factor = 1 / saved.deviation if saved.gamma is None else saved.gamma / saved.deviation
    given = {"gamma": saved.gamma, "beta": saved.beta}
    gradients = {name: found[name] for name in WEIGHTS if given[name] is not None}
    return (dx * per_map(factor, dy),), gradients


def _moved(
    running: dict[str, Array], mean: Array, variance: Array, x: Array, momentum: float
) -> dict[str, Array]:
    """Move the running statistics a step towards those of the batch."""
    cells = x.size // x.shape[1]
    if cells < 2:
        message = f"batchnorm: training needs two values per map, not the one of {shown(x.shape)}"
        raise ValueError(message)
    batch = {"mean": mean, "variance": variance * (cells / (cells - 1))}
    return {name: running[name] + momentum * (batch[name] - running[name]) for name in batch}


def _check(x: Array, arrays: dict[str, Array | None]) -> None:
    expect_maps("batchnorm", x)
    for name, array in arrays.items():
        if array is not None:
            expect_shape("batchnorm", name, array, x.shape[1:2])
