"""A spec that is given as a dict, whose places are paths."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import archcalc
from archcalc import limits

TINY = {"input": "1x8x8", "layers": [{"conv": 2, "kernel": [3, 3]}, "relu", {"linear": 10}]}
"""2·(9 + 1) = 20, and 10·(2·6·6 + 1) = 730 parameters."""


def mistake(spec: dict[str, Any]) -> str:
    with pytest.raises(archcalc.ArchcalcError) as caught:
        archcalc.count(archcalc.load(spec))
    return str(caught.value)


def test_a_dict_counts_as_the_same_text_would() -> None:
    spec = archcalc.load(TINY)
    assert (spec.id, archcalc.count(spec).total.parameters) == ("spec", 750)


def test_values_of_python_are_taken_exactly() -> None:
    parameters = {
        "n": 0.1,
        "half": Fraction(1, 2),
        "yes": True,
        "size": np.int64(3),
        "word": "null",
    }
    layers = [{"linear": "=10*n + size", "when": "=yes and half == 0.5 and word == 'null'"}]
    spec = archcalc.load({"parameters": parameters, "input": [2, 1, 1], "layers": layers})
    assert archcalc.count(spec).total.parameters == 4 * (2 + 1)


def test_parameters_without_a_value_are_required() -> None:
    block = {"parameters": {"n": None}, "layers": [{"conv": "=n", "kernel": 1}]}
    spec = {"input": "1x8x8", "blocks": {"b": block}, "layers": [{"block": "b"}]}
    assert mistake(spec) == ("layers[0].block: error[missing-key]: b1: the block `b` needs its `n`")


WRONG: list[tuple[dict[str, Any], str]] = [
    (
        {"input": 8, "layers": ["relu", {"linear": "=1/0"}]},
        "layers[1].linear: error[bad-expression]: `1` divided by zero",
    ),
    (
        {"input": 8, "layers": ["cnov"]},
        "layers[0]: error[unknown-op]: there is no op `cnov`\n  hint: did you mean `conv`?",
    ),
    (
        {"input": 8, "layers": [{"linear": {1, 2}}]},
        "layers[0].linear: error[wrong-type]: expected plain values, not `{1, 2}`",
    ),
    ({"input": 8}, "spec: error[missing-key]: there are no `layers`"),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "message"), WRONG)
def test_places_are_paths(spec: dict[str, Any], message: str) -> None:
    assert mistake(spec) == message


def test_a_dict_is_bounded() -> None:
    deep: list[Any] = []
    deep.append(deep)
    hint = "`--limit nesting=N` raises the bound of 64"
    assert mistake({"layers": deep}).endswith(
        f"error[too-large]: the spec is too large\n  hint: {hint}"
    )
    with limits.raised(values=3):
        assert mistake(TINY) == (
            "layers[0]: error[too-large]: the spec is too large\n"
            "  hint: `--limit values=N` raises the bound of 3"
        )
