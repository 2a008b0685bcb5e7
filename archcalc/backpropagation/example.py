"""Numbers to work with where none are given: few, whole, and small enough to check by hand."""

from __future__ import annotations

from itertools import cycle, islice
from math import prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from archcalc.model.layer import Array

PIXELS = (1, 8, 4, 3, 7, 2, 1, 9, 6, 1, 2, 4, 8, 7, 6, 0)
SMALL = (1, -1, 2, 0, 3, -2)
RESIDUAL = (7, 3, 1, 4)
WEIGHTS = (2, -1, 0, 1, 3, -2, 1)


class Example(NamedTuple):
    """The fields of an op that need a value, the shape of its input, and numbers to fill both."""

    fields: Mapping[str, object] = {}
    shape: tuple[int, ...] = (1, 3, 3)
    x: Sequence[int] = PIXELS
    residual: Sequence[int] = RESIDUAL


EXAMPLES = {
    "attention": Example({"heads": "1"}, (2, 3), SMALL),
    "embedding": Example({"features": "2", "words": "4"}, (1, 3), (2, 0, 2)),
    "gru": Example({"units": "1"}, (2, 2), SMALL),
    "lstm": Example({"units": "1"}, (2, 2), SMALL),
    "rnn": Example({"units": "2"}, (2, 2), SMALL),
    "add": Example(shape=(1, 2, 2)),
    "avgpool": Example({"kernel": "2"}, (1, 4, 4), residual=(8, 4, 16, 4)),
    "batchnorm": Example(shape=(1, 2, 2)),
    "concat": Example(shape=(1, 2, 2)),
    "conv": Example({"filters": "1", "kernel": "2"}),
    "crop": Example({"cells": "1"}),
    "affine": Example(shape=(1, 2, 2)),
    "groupnorm": Example({"groups": "1"}, (2, 1, 2)),
    "instancenorm": Example(shape=(1, 2, 2)),
    "l2norm": Example(shape=(3, 1, 1), x=SMALL),
    "layernorm": Example(shape=(3, 1, 1), x=SMALL),
    "rmsnorm": Example(shape=(3, 1, 1), x=SMALL),
    "glu": Example(shape=(2, 1, 2), x=SMALL),
    "deconv": Example({"filters": "1", "kernel": "2", "stride": "2"}, (1, 2, 2)),
    "fold": Example(shape=(1, 2, 2)),
    "linear": Example({"units": "2"}, (3, 1, 1), SMALL),
    "local": Example({"filters": "1", "kernel": "2"}),
    "maxpool": Example({"kernel": "2"}, (1, 4, 4)),
    "maximum": Example(shape=(1, 2, 2)),
    "multiply": Example(shape=(1, 2, 2)),
    "one_minus": Example(x=SMALL),
    "mean": Example(shape=(1, 2, 2)),
    "permute": Example({"order": ("0", "2", "1")}, (1, 2, 3), SMALL),
    "pixel_shuffle": Example({"scale": "2"}, (4, 1, 1)),
    "pixel_unshuffle": Example({"scale": "2"}, (1, 2, 2)),
    "pad": Example({"cells": "1"}, (1, 2, 2)),
    "pad_channels": Example({"filters": "2"}, (1, 4, 4)),
    "reshape": Example({"output": "2x3"}, (1, 2, 3), SMALL),
    "rbf": Example({"units": "2"}, (3, 1, 1), SMALL),
    "relu": Example(x=SMALL),
    "scale": Example({"factor": "0.5"}),
    "scaled_dot_product": Example({"heads": "1"}, (2, 3), SMALL),
    "sigmoid": Example(x=SMALL),
    "shuffle": Example({"groups": "2"}, (4, 1, 2)),
    "slice": Example({"range": ("1", "2")}, (3, 1, 2)),
    "softmax": Example(shape=(3, 1, 1), x=SMALL),
    "subsample": Example({"kernel": "2"}, (1, 4, 4)),
    "split": Example({"parts": "2", "part": "1"}, (4, 1, 2)),
    "subtract": Example(shape=(1, 2, 2)),
    "tanh": Example(x=SMALL),
    "lecun_tanh": Example(x=SMALL),
    "tokens": Example(shape=(1, 2, 2)),
    "unpool": Example({"scale": "2"}, (1, 2, 2)),
    "upsample": Example({"scale": "2"}, (1, 2, 2)),
}
"""Where the plain example does not do."""


def fill(shape: Sequence[int], numbers: Sequence[int], skip: int = 0) -> Array:
    """Fill an array with numbers, over and over, after the first `skip`.

    >>> fill((2, 3), (7, 3, 1, 4)).tolist()
    [[7.0, 3.0, 1.0], [4.0, 7.0, 3.0]]
    """
    found = list(islice(cycle(numbers), skip, skip + prod(shape)))
    return np.array(found, dtype=float).reshape(shape)
