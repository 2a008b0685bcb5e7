"""Gradients at initialisation: what is there, layer by layer."""

from __future__ import annotations

from io import StringIO

import numpy as np
import pytest

import archcalc
from archcalc.errors import UsageError
from archcalc.referee.confirmations.gradient_flow import Flow, LayerGradient, gradients
from archcalc.render.tables.gradient_flow import tables

DEEP = """\
input: 1x6x6
parameters: {activation: sigmoid, norm: false}
variants: {sigmoid: {}, norm: {norm: true}, relu: {activation: relu}}
layers:
  - name: hidden
    linear: 50
    repeat: 8
    after: [{op: batchnorm, when: =norm}, {op: sigmoid, when: =activation == 'sigmoid'},
            {op: relu, when: =activation == 'relu'}]
  - {name: output, linear: 4, after: [softmax]}
"""


def flow(**parameters: str | bool) -> Flow:
    """Measure the deep network."""
    return gradients(archcalc.load(StringIO(DEEP), **parameters), batch=16)[0]


def test_every_layer_with_a_matrix_has_a_gradient() -> None:
    found = flow()

    assert [layer.path for layer in found.layers] == [f"hidden/{i}" for i in range(1, 9)] + [
        "output"
    ]
    assert [layer.weights for layer in found.layers] == [36 * 50] + [50 * 50] * 7 + [50 * 4]
    assert found.loss == pytest.approx(np.log(4), rel=0.5)


def test_the_gradient_of_sigmoids_fades_and_that_of_rectifiers_does_not() -> None:
    sigmoid, norm, relu = flow(), flow(norm=True), flow(activation="relu")

    for found, faded in ((sigmoid, True), (norm, False), (relu, False)):
        first, last = found.layers[0].norm, found.layers[-1].norm
        assert (first < last / 1000) is faded


def test_the_same_seed_gives_the_same_gradients() -> None:
    once, again, other = (gradients("lenet1", seed=seed)[0] for seed in (3, 3, 4))

    assert once == again != other


def test_networks_that_share_layers_share_a_table() -> None:
    plain = Flow("plain", (LayerGradient("a", 1.0, 1), LayerGradient("b", 0.1, 1)), 4, 2.0)
    residual = Flow(
        "residual",
        (LayerGradient("a", 100.0, 1), LayerGradient("a/x", 0.0, 1), LayerGradient("b", 1, 1)),
        4,
        2,
    )
    other = Flow("other", (LayerGradient("h", float("inf"), 1),), 4, 2.0)
    shared, alone = tables([plain, other, residual])

    assert [column.title for column in shared.columns] == ["layer", "plain", "residual"]
    assert shared.rows == (
        ("a", "1.0e+00 █████", "1.0e+02 ████████████"),
        ("a/x", None, "0.0e+00"),
        ("b", "1.0e-01 █", "1.0e+00 █████"),
    )
    assert alone.rows == (("h", "inf"),)
    assert "from 1.0e-01 to 1.0e+02" in alone.captions[1]


def test_one_sample_is_too_few() -> None:
    with pytest.raises(UsageError) as error:
        gradients("lenet1", batch=1)

    expected = "a batch is 2 samples or more here, not 1: batch norm compares samples"
    assert str(error.value) == f"error[wrong-type]: {expected}"
