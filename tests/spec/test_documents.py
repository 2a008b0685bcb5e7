"""Several documents in one text: the spec, its published figures, and nothing else."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest

import archcalc
from archcalc import ArchcalcError

if TYPE_CHECKING:
    from pathlib import Path

SPEC = "input: 1x8x8\nlayers: [{linear: 2}]\n"


def written(folder: Path, *documents: str) -> Path:
    """Write a file of some documents."""
    path = folder / "mine.yaml"
    path.write_text("---\n".join((SPEC, *documents)), "utf-8")
    return path


@pytest.mark.parametrize(
    "second",
    ["", "a: 1\n", "- 1\n", "published: 3\n", "{{{", "!!python/object:os.system []", "[" * 999],
)
def test_counting_never_reads_behind_the_first_document(second: str, tmp_path: Path) -> None:
    assert archcalc.count(written(tmp_path, second, "b: 2\n")).total.parameters == 130


def test_published_figures_are_one_document(tmp_path: Path) -> None:
    path = written(tmp_path, "published: []\n", "b: 2\n")
    with pytest.raises(ArchcalcError) as caught:
        archcalc.published(str(path))
    assert str(caught.value) == (
        f"{path}:6:1: error[too-many-documents]: a file has a spec and its published figures\n"
        "    6 | b: 2\n"
        "      | ^"
    )


def test_a_second_document_of_something_else_is_said(tmp_path: Path) -> None:
    path = written(tmp_path, "publisht: []\n")
    with pytest.raises(ArchcalcError) as caught:
        archcalc.published(str(path))
    assert str(caught.value) == (
        f"{path}:4:1: error[unknown-key]: `publisht` is not a key of the second document\n"
        "    4 | publisht: []\n"
        "      | ^^^^^^^^\n"
        "  hint: did you mean `published`?\n"
        f"{path}:4:1: error[missing-key]: there is no list `published`\n"
        "    4 | publisht: []\n"
        "      | ^"
    )


def test_a_mark_of_byte_order_is_no_part_of_the_text() -> None:
    with pytest.raises(archcalc.ArchcalcError) as caught:
        archcalc.load(StringIO("\ufeffinptu: 1x8x8\nlayers: [relu]"))

    assert str(caught.value).startswith(
        "spec:1:1: error[unknown-key]: `inptu` is not a key of a spec\n"
        "    1 | inptu: 1x8x8\n"
        "      | ^^^^^\n"
    )


def test_a_name_or_source_that_is_nothing_is_none() -> None:
    spec = archcalc.load(StringIO("name: ~\nsource: null\ninput: 1x8x8\nlayers: [relu]"))

    assert (spec.name, spec.source) == ("spec", "")


def test_a_parameter_without_a_value_must_be_given() -> None:
    text = "input: 1x8x8\nparameters: {maps: }\nlayers: [{conv: =maps, kernel: 1}]"
    with pytest.raises(archcalc.ArchcalcError) as caught:
        archcalc.load(StringIO(text))

    assert str(caught.value) == (
        "spec:2:20: error[wrong-type]: expected a value, not nothing\n"
        "    2 | parameters: {maps: }\n"
        "      |                    ^"
    )
    assert archcalc.load(StringIO(text), maps=3).parameters == {"maps": 3}
