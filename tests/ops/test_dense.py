"""Layers that see all of their input at once, by hand: linear and RBF."""

from __future__ import annotations

import pytest

from tests.ops.conftest import by_hand

CASES = [
    pytest.param(
        "{linear: 84}", "120x1x1", "84x1x1",
        {"weights": 10_080, "biases": 84,                    # 84·120
         "connections": 10_164, "neurons": 84,               # every parameter is used once
         "mac": 10_080, "add": 84},
        id="LeNet-5 F6",
    ),
    pytest.param(
        "{linear: 10}", "16x5x5", "10x1x1",
        {"weights": 4_000, "biases": 10,                     # the maps are flattened: 10·(16·5·5)
         "connections": 4_010, "neurons": 10,
         "mac": 4_000, "add": 10},
        id="flattens",
    ),
    pytest.param(
        "{linear: 3, bias: false}", "4x1x1", "3x1x1",
        {"weights": 12, "connections": 12, "neurons": 3, "mac": 12},
        id="no bias",
    ),
    pytest.param(
        "{linear: 3, trainable: false}", "4x1x1", "3x1x1",
        {"fixed": 15, "connections": 15, "neurons": 3, "mac": 12, "add": 3},
        id="frozen",
    ),
    pytest.param(
        "{rbf: 10}", "84x1x1", "10x1x1",
        {"fixed": 840,                                       # 10 centres of 84
         "connections": 840, "neurons": 10,                  # no bias
         "add": 1_670, "mul": 840},                          # 840 differences and 10·83 sums
        id="LeNet-5 OUTPUT",
    ),
    pytest.param(
        "{rbf: 2, trainable: true}", "3x2x2", "2x1x1",
        {"weights": 24,                                      # 2·(3·2·2)
         "connections": 24, "neurons": 2,
         "add": 46, "mul": 24},                              # 24 + 2·11
        id="trained centres",
    ),
]  # fmt: skip


test_by_hand = by_hand(CASES)
