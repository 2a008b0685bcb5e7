"""What others call things leads to our word, or says that we have none; never to something else."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml

import archcalc
from archcalc import ops
from archcalc.spec import vocabulary
from archcalc.spec.vocabulary import instead_of_op, op_hint

TABLE: dict[str, Any] = yaml.safe_load(
    Path(vocabulary.__file__).with_suffix(".yaml").read_text("utf-8")
)
FIELDS = {field for op in ops.names() for field in ops.field_types(op)} | {"from"}

HINTS = [
    # another name of ours
    ("dense", "it is called `linear` here"), ("fc", "it is called `linear` here"),
    ("InnerProduct", "it is called `linear` here"), ("Gemm", "it is called `linear` here"),
    ("bn", "it is called `batchnorm` here"), ("gap", "it is called `globalavgpool` here"),
    ("BatchNorm2d", "it is called `batchnorm` here"),
    ("max_pool2d", "it is called `maxpool` here"), ("reluLayer", "it is called `relu` here"),
    ("fullyConnectedLayer", "it is called `linear` here"),
    # another thing
    ("Conv2D", "written `conv: 64, kernel: 3` here"),
    ("conv3d", "written `conv: 64, kernel: 3` here; an input such as 3x16x112x112 has three sides"),
    ("activation", "name the function itself, such as `relu`"),
    ("dwconv", "written `{conv: =channels, kernel: 3, groups: =channels}` here"),
    # a slip in another name, and in ours
    ("denze", "did you mean `dense`? it is called `linear` here"),
    ("convv", "did you mean `conv`?"), ("Conv", "it is called `conv` here"),
]  # fmt: skip


@pytest.mark.parametrize(("word", "hint"), HINTS)
def test_hints_for_an_op(word: str, hint: str) -> None:
    assert op_hint(word) == hint


def test_a_word_leads_to_ours_as_soon_as_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ops, "names", lambda: frozenset({"relu"}))
    assert op_hint("dense") == "archcalc has no `linear` yet"
    assert op_hint("denes") == "did you mean `dense`? archcalc has no `linear` yet"
    monkeypatch.setattr(ops, "names", lambda: frozenset({"relu", "deconv"}))
    assert op_hint("ConvTranspose2d") == "it is called `deconv` here"


def test_no_word_of_another_op_is_taken_for_a_slip() -> None:
    words = [name for ours, names in TABLE["ops"].items() for name in (ours, *names)]
    assert len(words) > 150
    for word in {*words, *TABLE["written"]} - ops.names():
        for written in (word, word.title().replace(" ", ""), word.replace(" ", "_") + "2d"):
            found = instead_of_op(written)
            assert found, written
            assert "did you mean" not in found


def test_no_word_stands_for_two_ops() -> None:
    ours: dict[str, str] = {}
    for op, names in TABLE["ops"].items():
        for name in (op, *names):
            assert ours.setdefault(vocabulary.simplified(name), op) == op
            assert op == name or name not in ops.names()


def test_the_words_of_the_table_are_compared_as_they_stand() -> None:
    for section in ("written", "keys", "values"):
        assert [vocabulary.simplified(word) for word in TABLE[section]] == list(TABLE[section])
    assert set(TABLE["fields"]) <= FIELDS


@pytest.mark.parametrize(
    ("layer", "hint"),
    [
        ("{conv: 8, kernel: 3, out_channels: 4}", "it is called `filters` here"),
        ("{conv: 8, kernel: 3, pad: 1}", "it is called `padding` here"),
        ("{conv: 8, kernel_size: 3, kernel: 3}", "it is called `kernel` here"),
        ("{linear: 8, out_features: 4}", "it is called `units` here"),
        ("{conv: 8, kernel: 3, in_channels: 4}", "what enters a layer is inferred: leave it out"),
        ("{linear: 8, activation: relu}", "written `after: [relu]`"),
        ("{conv: 8, kernel: 3, padding: SAME}", "write `same`"),
        ("{conv: 8, kernel: 3, padding: VALID}", "no padding: leave it out, or 0"),
        ("{dense: 10, activation: relu}", "it is called `linear` here"),
        ("{activation: relu, name: a}", "name the function itself, such as `relu`"),
        ("{conv: 8, kernel: 3, after: [prelu]}", "archcalc has no `prelu` yet"),
    ],
)
def test_hints_within_a_spec(layer: str, hint: str) -> None:
    if "prelu" in layer and "prelu" in ops.names():
        pytest.skip("it is an op by now")
    with pytest.raises(archcalc.ArchcalcError) as caught:
        archcalc.load(StringIO(f"input: 3x8x8\nlayers: [{layer}]"))

    assert caught.value.diagnostics[0].hint == hint
