"""One sample through a network: every weight moves against its gradient."""

from __future__ import annotations

import numpy as np
import pytest

from archcalc import ArchcalcError
from archcalc.backpropagation.network import descend


@pytest.mark.parametrize("network", ["five-layer-cnn", "lenet5"])
def test_each_weight_moves_by_the_rate_times_its_gradient(network: str) -> None:
    found = descend(network, rate=0.01, label=3)
    moved = [each for layer in found.layers for each in layer.moved]
    assert moved
    for each in moved:
        assert np.allclose(each.after, each.before - 0.01 * each.gradient)
    assert found.after < found.before


def test_at_the_scores_the_residual_is_s_less_t() -> None:
    """Its numbers add up to 0, and only that of the right class is negative."""
    last = descend("five-layer-cnn", label=2).layers[-1]
    assert last.path == "O5"
    assert last.few is not None
    assert abs(last.few.sum()) < 1e-12
    assert [n for n, delta in enumerate(last.few.ravel()) if delta < 0] == [2]


def test_layers_stand_in_the_order_in_which_they_run() -> None:
    paths = [layer.path for layer in descend("five-layer-cnn").layers]
    assert paths == ["C1", "C1.relu", "S2", "C3", "C3.relu", "S4", "O5"]


def test_only_short_arrays_are_given_number_by_number() -> None:
    layers = descend("five-layer-cnn").to_dict()["layers"]
    weights = layers[0]["weights"]
    assert weights["kernel"]["gradient"]["numbers"] is None
    assert len(weights["bias"]["gradient"]["numbers"]) == 6


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"label": 10}, "error[wrong-type]: a label is 0 to 9 here, not 10"),
        ({"rate": float("nan")}, "error[wrong-type]: a rate is 0 or more, not nan"),
    ],
)
def test_what_is_no_label_or_rate_is_said(settings: dict[str, int], message: str) -> None:
    with pytest.raises(ArchcalcError) as caught:
        descend("lenet5", **settings)
    assert str(caught.value) == message
