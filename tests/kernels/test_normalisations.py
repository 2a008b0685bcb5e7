"""Batch and local response normalisation, and dropout: what training treats in its own way."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest

from archcalc.kernels import (
    affine,
    batchnorm,
    dropout,
    groupnorm,
    instancenorm,
    l2norm,
    layernorm,
    lrn,
    rmsnorm,
)
from tests.exactly import exactly

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

Array = npt.NDArray[Any]

RUNNING = {"mean": np.array([1.0, -1]), "variance": np.array([4.0, 0.25])}
AFFINE = {"gamma": np.array([3.0, -2]), "beta": np.array([10.0, 20])}


def normal(*shape: int) -> Array:
    """Draw an array, always the same."""
    return np.random.default_rng(0).standard_normal(shape)


def test_batchnorm_at_inference_by_hand() -> None:
    x = np.array([[[[5.0]], [[1]]]])
    weights: dict[str, Any] = {**RUNNING, **AFFINE}
    y, saved = batchnorm.forward(x, **weights, eps=0)
    (dx,), gradients = batchnorm.backward(np.array([[[[1.0]], [[2]]]]), saved)

    assert y.ravel().tolist() == [3 * (5 - 1) / 2 + 10, -2 * (1 + 1) / 0.5 + 20]  # 16 12
    assert dx.ravel().tolist() == [1 * 3 / 2, 2 * -2 / 0.5]
    assert gradients["gamma"].tolist() == [1 * (5 - 1) / 2, 2 * (1 + 1) / 0.5]
    assert gradients["beta"].tolist() == [1, 2]
    assert saved.statistics["mean"] is RUNNING["mean"]


def test_batchnorm_in_training_by_hand() -> None:
    x = np.array([1.0, 3, 5, 7]).reshape(2, 1, 1, 2)  # mean 4, variance (9 + 1 + 1 + 9) / 4
    y, saved = batchnorm.forward(
        x, mean=np.zeros(1), variance=np.ones(1), eps=4, momentum=Fraction(1, 2), training=True
    )

    assert y.ravel().tolist() == pytest.approx([-1, -1 / 3, 1 / 3, 1])  # (x - 4) / sqrt(5 + 4)
    assert saved.statistics["mean"].tolist() == [0 + 4 / 2]
    assert saved.statistics["variance"].tolist() == pytest.approx([(1 + 20 / 3) / 2])


def test_training_ignores_and_keeps_the_running_statistics() -> None:
    x = normal(3, 2, 2, 2)
    y, _ = batchnorm.forward(x, **RUNNING, training=True)
    other = {name: array + 1 for name, array in RUNNING.items()}

    assert batchnorm.forward(x, **other, training=True)[0].tolist() == y.tolist()
    assert RUNNING["mean"].tolist() == [1, -1]


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("names", [(), ("gamma",), ("beta",), ("gamma", "beta")])
def test_gradients_of_batchnorm(
    check_gradients: Callable[..., None],
    *,
    names: tuple[str, ...],
    training: bool,
) -> None:
    weights = {name: AFFINE[name].copy() for name in names}

    check_gradients(batchnorm, normal(3, 2, 2, 3), weights=weights, **RUNNING, training=training)


def test_what_batchnorm_allocates() -> None:
    assert batchnorm.weights((64, 7, 7), eps=1, momentum=1) == {"gamma": (64,), "beta": (64,)}
    assert batchnorm.weights((64, 7, 7), scale=False) == {"beta": (64,)}
    assert batchnorm.weights((64, 7, 7), scale=False, shift=False) == {}
    assert batchnorm.statistics((64, 7, 7), eps=1) == {"mean": (64,), "variance": (64,)}


@pytest.mark.parametrize(
    ("shape", "given", "message"),
    [
        ((2, 2), {}, "batchnorm: the input should be N x C x H x W, not 2 x 2"),
        ((1, 3, 2, 2), {}, "batchnorm: mean should be 3, not 2"),
        ((1, 2, 2, 2), {"gamma": np.ones(3)}, "batchnorm: gamma should be 2, not 3"),
        ((1, 2, 2, 2), {"variance": np.ones((2, 1))}, "batchnorm: variance should be 2, not 2 x 1"),
        ((1, 2, 1, 1), {"training": True},
         "batchnorm: training needs two values per map, not the one of 1 x 2 x 1 x 1"),
    ],
)  # fmt: skip
def test_what_does_not_fit_batchnorm_is_refused(
    shape: tuple[int, ...], given: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=exactly(message)):
        batchnorm.forward(np.zeros(shape), **{**RUNNING, **given})


OF_THE_SAMPLE: list[tuple[ModuleType, dict[str, Any]]] = [
    (layernorm, {}),
    (layernorm, {"over": "all"}),
    (groupnorm, {"groups": 2}),
    (groupnorm, {"groups": 1}),
    (instancenorm, {}),
    (rmsnorm, {}),
    (l2norm, {}),
    (affine, {}),
]


def rescaled(names: tuple[str, ...], fields: dict[str, Any]) -> dict[str, Array]:
    """Draw gamma and beta for 4 maps of 2 x 3."""
    shape = (4, 2, 3) if "over" in fields else (4,)
    return {name: normal(*shape) + len(name) for name in names}


@pytest.mark.parametrize("names", [(), ("gamma",), ("beta",), ("gamma", "beta")])
@pytest.mark.parametrize(("kernel", "fields"), OF_THE_SAMPLE)
def test_gradients_of_what_normalises_the_sample(
    check_gradients: Callable[..., None],
    kernel: ModuleType,
    fields: dict[str, Any],
    names: tuple[str, ...],
) -> None:
    given = fields if kernel is affine else {**fields, "eps": Fraction(1, 10)}
    x = np.random.default_rng(3).standard_normal((3, 4, 2, 3))

    check_gradients(kernel, x, weights=rescaled(names, fields), **given)


@pytest.mark.parametrize(("kernel", "fields"), OF_THE_SAMPLE)
def test_what_normalises_the_sample_keeps_single_precision(
    kernel: ModuleType, fields: dict[str, Any]
) -> None:
    names = ("gamma", "beta")
    weights = {name: a.astype("f4") for name, a in rescaled(names, fields).items()}
    y, saved = kernel.forward(normal(3, 4, 2, 3).astype("f4"), **weights, **fields)
    (dx,), gradients = kernel.backward(y, saved)

    assert {array.dtype for array in (y, dx, *gradients.values())} == {np.dtype("f4")}
    shapes = {name: array.shape for name, array in weights.items()}
    assert kernel.weights((4, 2, 3), scale=True, shift=True, **fields) == shapes


@pytest.mark.parametrize(
    ("kernel", "fields", "axes"),
    [
        (layernorm, {}, (1,)),
        (layernorm, {"over": "all"}, (1, 2, 3)),
        (groupnorm, {"groups": 1}, (1, 2, 3)),
        (groupnorm, {"groups": 4}, (2, 3)),
        (instancenorm, {}, (2, 3)),
    ],
)
def test_a_stretch_has_mean_0_and_variance_1(
    kernel: ModuleType, fields: dict[str, Any], axes: tuple[int, ...]
) -> None:
    y, _ = kernel.forward(5 * normal(3, 4, 2, 3) + 7, eps=0, **fields)

    assert y.mean(axis=axes) == pytest.approx(0, abs=1e-12)
    assert y.var(axis=axes) == pytest.approx(1)


def test_groups_are_neighbouring_maps() -> None:
    x = np.array([1.0, 3, 10, 30]).reshape(1, 4, 1, 1)

    assert groupnorm.forward(x, groups=2, eps=0)[0].ravel().tolist() == [-1, 1, -1, 1]


def test_root_mean_square_and_length_by_hand() -> None:
    x = np.array([1.0, 7]).reshape(1, 2, 1, 1)
    gamma = np.array([10.0, 100])

    assert rmsnorm.forward(x, gamma=gamma, eps=0)[0].ravel().tolist() == pytest.approx([2, 140])
    assert l2norm.forward(x, gamma=gamma)[0].ravel().tolist() == pytest.approx(
        [10 / 50**0.5, 700 / 50**0.5]
    )
    assert l2norm.forward(0 * x)[0].ravel().tolist() == [0, 0]
    assert affine.forward(x, gamma=gamma, beta=np.ones(2))[0].ravel().tolist() == [11, 701]


@pytest.mark.parametrize(
    ("kernel", "shape", "given", "message"),
    [
        (groupnorm, (1, 3, 2, 2), {"groups": 2}, "groupnorm: 2 groups do not divide 3 maps"),
        (layernorm, (3, 2), {}, "layernorm: the input should be N x C x H x W, not 3 x 2"),
        (rmsnorm, (1, 3, 2, 2), {"gamma": np.ones(2)}, "rmsnorm: gamma 2 does not fit 3 x 2 x 2"),
        (affine, (1, 3, 2, 2), {"beta": np.ones((2, 2))},
         "affine: beta 2 x 2 does not fit 3 x 2 x 2"),
    ],
)  # fmt: skip
def test_what_does_not_fit_what_normalises_the_sample_is_refused(
    kernel: ModuleType, shape: tuple[int, ...], given: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=exactly(message)):
        kernel.forward(np.zeros(shape), **given)


def test_lrn_by_hand() -> None:
    x = np.array([1.0, 2, 3, 4]).reshape(1, 4, 1, 1)
    y, _ = lrn.forward(x, size=3, alpha=Fraction(1, 10), beta=1, k=2)

    assert y.ravel().tolist() == pytest.approx(
        [
            1 / (2 + 0.1 * (1 + 4)),
            2 / (2 + 0.1 * (1 + 4 + 9)),
            3 / (2 + 0.1 * (4 + 9 + 16)),
            4 / (2 + 0.1 * (9 + 16)),
        ]
    )


def test_lrn_within_a_map_by_hand() -> None:
    x = np.array([[1.0, 2, 3], [4, 5, 6]]).reshape(1, 1, 2, 3)
    y, _ = lrn.forward(x, size=3, alpha=1, beta=1, k=0, within=True)

    left, all_of_it, right = 1 + 4 + 16 + 25, 91, 4 + 9 + 25 + 36
    sums = np.array([left, all_of_it, right])
    assert (x[0, 0] / y[0, 0]).tolist() == pytest.approx(np.stack([sums, sums]))


@pytest.mark.parametrize("size", [1, 2, 3, 9])
def test_gradients_of_lrn_within_a_map(check_gradients: Callable[..., None], size: int) -> None:
    fields = {"size": size, "alpha": Fraction(3, 10), "beta": Fraction(3, 4), "k": 2}

    check_gradients(lrn, normal(2, 2, 3, 4), within=True, **fields)


def test_an_even_number_of_neighbours_starts_earlier() -> None:
    x = np.array([1.0, 2, 4]).reshape(1, 3, 1, 1)
    y, _ = lrn.forward(x, size=2, alpha=1, beta=1, k=0)

    assert y.ravel().tolist() == [1 / 1, 2 / (1 + 4), 4 / (4 + 16)]


@pytest.mark.parametrize(("maps", "size"), [(1, 5), (3, 1), (3, 2), (4, 3), (3, 9), (7, 4)])
def test_gradients_of_lrn(check_gradients: Callable[..., None], maps: int, size: int) -> None:
    fields = {"size": size, "alpha": Fraction(3, 10), "beta": Fraction(3, 4), "k": 2}

    check_gradients(lrn, normal(2, maps, 2, 2), **fields)


def test_lrn_needs_maps() -> None:
    with pytest.raises(
        ValueError, match=exactly("lrn: the input should be N x C x H x W, not 2 x 3")
    ):
        lrn.forward(np.ones((2, 3)))


def test_dropout_does_nothing_at_inference(check_gradients: Callable[..., None]) -> None:
    x = normal(2, 3, 2, 2)

    assert dropout.forward(x, rate=Fraction(1, 2))[0] is x
    check_gradients(dropout, x)


def test_dropout_in_training_keeps_the_expectation() -> None:
    x = np.ones((1, 1, 100, 100), "f4")
    y, saved = dropout.forward(x, rate=0.2, training=True, rng=np.random.default_rng(0))
    (dx,), _ = dropout.backward(x, saved)

    assert sorted(set(y.ravel().tolist())) == [0, 1.25]  # 1 / (1 - 0.2)
    assert y.mean() == pytest.approx(1, abs=0.02)
    assert dx.tolist() == y.tolist()
    assert (y.dtype, dx.dtype) == (np.dtype("f4"), np.dtype("f4"))


def test_dropout_needs_a_generator_and_a_rate() -> None:
    with pytest.raises(
        ValueError, match=exactly("dropout: training needs a random generator, rng")
    ):
        dropout.forward(np.ones(2), training=True)
    for rate in (1, -0.5):
        message = f"dropout: the rate should be 0 or more and below 1, not {rate}"
        with pytest.raises(ValueError, match=exactly(message)):
            dropout.forward(np.ones(2), rate=rate)


def test_single_precision_stays_single() -> None:
    x = normal(2, 2, 3, 3).astype("f4")
    single = {name: array.astype("f4") for name, array in {**RUNNING, **AFFINE}.items()}
    for training in (False, True):
        y, saved = batchnorm.forward(
            x, **single, eps=Fraction(1, 1000), momentum=Fraction(1, 10), training=training
        )
        (dx,), gradients = batchnorm.backward(y, saved)
        found = (y, dx, *gradients.values(), *saved.statistics.values())
        assert {array.dtype for array in found} == {np.dtype("f4")}

    y, kept = lrn.forward(x, alpha=Fraction(1, 10_000), beta=Fraction(3, 4), k=Fraction(2))
    (dx,), _ = lrn.backward(y, kept)
    assert (y.dtype, dx.dtype) == (np.dtype("f4"), np.dtype("f4"))
    assert lrn.weights((2, 3, 3), size=5) == dropout.weights((2, 3, 3), rate=0.5) == {}
