"""Dropout."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import SupportsFloat

    import numpy as np

    from archcalc.kernels._arrays import Array, Gradients, Shape, WeightShapes

RULES = {
    "y": "y = x/(1 - rate) where kept, else 0",
    "x": "∂E/∂x = δ/(1 - rate) where kept, else 0",
}


def weights(_shape: Shape, **_: object) -> WeightShapes:
    """Allocate nothing."""
    return {}


def forward(
    x: Array,
    *,
    rate: SupportsFloat = 0.5,
    training: bool = False,
    rng: np.random.Generator | None = None,
) -> tuple[Array, Array | None]:
    """Do nothing at inference; in training drop each element with probability `rate`.

        x  any shape
        y  the same

    What stays is divided by 1 - rate, so that the expectation is kept. Raises ValueError for a rate
    outside 0 <= rate < 1, or in training without a random generator.

    >>> import numpy as np
    >>> x = np.ones(8)
    >>> forward(x)[0] is x
    True
    >>> forward(x, rate=0.5, training=True, rng=np.random.default_rng(3))[0].tolist()
    [2.0, 2.0, 0.0, 0.0, 2.0, 2.0, 2.0, 2.0]

    Source: Srivastava et al. 2014, Dropout, section 10 (the rescaling done in training).
    """
    kept = 1 - float(rate)
    if not 0 < kept <= 1:
        message = f"dropout: the rate should be 0 or more and below 1, not {float(rate):g}"
        raise ValueError(message)
    if not training:
        return x, None
    if rng is None:
        message = "dropout: training needs a random generator, rng"
        raise ValueError(message)
    mask = (rng.random(x.shape) < kept).astype(x.dtype) / kept
    return x * mask, mask


def backward(dy: Array, saved: Array | None) -> Gradients:
    """Let the gradient through where elements were kept.

    >>> import numpy as np
    >>> backward(np.ones(2), np.array([0.0, 2]))[0][0].tolist()
    [0.0, 2.0]
    """
    return (dy if saved is None else dy * saved,), {}
