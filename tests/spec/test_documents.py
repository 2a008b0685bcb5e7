"""Several documents in one text: the spec, its published figures, and nothing else."""

from __future__ import annotations

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
