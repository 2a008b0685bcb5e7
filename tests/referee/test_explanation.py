"""Explanations: layers by the names that tables print, and work that grows with what differs."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest

import archcalc
from archcalc.errors import UnknownName
from archcalc.referee.derivations import explanation
from archcalc.referee.derivations.derivation import derive
from tests.exactly import exactly

if TYPE_CHECKING:
    from archcalc.ops.op import Op
    from archcalc.referee.derivations.derivation import Derivation


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("conv2_x/2..3/conv1", ["conv2_x/2/conv1", "conv2_x/3/conv1"]),
        ("conv2_x/1..3/conv1.relu", [f"conv2_x/{n}/conv1" for n in (1, 2, 3)]),
        ("conv5_x/3..3/conv3", ["conv5_x/3/conv3"]),
    ],
)
def test_layers_alike_are_found_by_the_name_that_stands_for_them(
    name: str, paths: list[str]
) -> None:
    explained = archcalc.explain("resnet50", name)

    assert [part.path for part in explained.parts] == paths


def test_the_sums_of_a_folded_row_are_those_of_the_row() -> None:
    explained = archcalc.explain("resnet50", "conv2_x/2..3")

    # two blocks of 256·64 + 128, 64·64·9 + 128, 64·256 + 512
    assert explained.sum("parameters").value == 2 * (16_512 + 36_992 + 16_896)
    assert str(explained.sum("parameters")) == "2·16,512 + 2·36,992 + 2·16,896 = 140,800"


UNFOLD = "`archcalc show` lists the layers, `--depth` unfolds blocks"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("conv2_x/7..9", "did you mean `conv2_x/3`?"),
        ("conv2_x/3..2", "did you mean `conv2_x/3`?"),
        ("conv2_x/2..", "did you mean `conv2_x/2`?"),
        (f"conv2_x/{'9' * 5000}..3", UNFOLD),
        ("a..b", UNFOLD),
    ],
)
def test_a_row_that_is_not_there_is_an_unknown_layer(name: str, hint: str) -> None:
    message = f"error[unknown-layer]: ResNet has no layer `{name[:80]}`\n  hint: {hint}"
    with pytest.raises(UnknownName, match=exactly(message)):
        archcalc.explain("resnet50", name)


def test_equal_layers_are_derived_once(monkeypatch: pytest.MonkeyPatch) -> None:
    derived: list[str] = []

    def count(op: Op, *rest: Any) -> Derivation:  # noqa: ANN401 - the shapes and the field
        derived.append(op.name)
        return derive(op, *rest)

    monkeypatch.setattr(explanation, "derive", count)
    layers = "{conv: 4, kernel: 3, padding: half, repeat: 100, after: [relu]}"
    spec = archcalc.load(StringIO(f"input: 4x8x8\nlayers: [{layers}]\n"))
    explained = archcalc.explain(spec)
    fields = [part.steps[0].derivation["field_size_rows"].value for part in explained.parts]

    assert len(derived) < 10
    assert fields == [3 + 2 * before for before in range(100)]
