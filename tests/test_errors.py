"""What is said about mistakes: in tests/wrong one file for each, with the whole text beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

import archcalc
from archcalc import ops
from archcalc.errors import (
    Diagnostic,
    Place,
    ShapeError,
    SpecError,
    UnknownName,
    UsageError,
    listed,
    printable,
    suggestion,
)
from tests.library_words import said

WRONG = Path(__file__).parent / "wrong"
FILES = sorted(WRONG.glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_wrong_files(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(WRONG)
    with pytest.raises(archcalc.ArchcalcError) as caught:
        archcalc.count(path.name)

    text = path.with_suffix(".txt").read_text("utf-8")
    assert said(f"{caught.value}\n") == text.replace("ALL_OPS", ", ".join(sorted(ops.names())))


def test_every_wrong_file_has_its_text_and_every_text_its_file() -> None:
    assert {path.stem for path in FILES} == {path.stem for path in WRONG.glob("*.txt")}
    assert len(FILES) > 50


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_caret_stands_under_what_is_wrong(path: Path) -> None:
    lines = path.read_text("utf-8").split("\n")
    with pytest.raises(archcalc.ArchcalcError) as caught:
        archcalc.count(path)

    for mistake in caught.value.diagnostics:
        place = mistake.place
        assert place
        assert place.text == lines[place.line - 1]
        assert 1 <= place.column <= len(place.text) + 1
        assert place.column - 1 + place.length <= max(len(place.text), place.column)


def test_mistakes_are_told_in_the_order_of_the_text() -> None:
    with pytest.raises(archcalc.ArchcalcError) as caught:
        archcalc.load(WRONG / "many.yaml")
    places = [mistake.place for mistake in caught.value.diagnostics]

    assert len(places) == 7
    assert places == sorted(places, key=lambda place: (place.line, place.column) if place else ())


def test_shapes_are_wrong_once_at_their_cause() -> None:
    with pytest.raises(ShapeError) as caught:
        archcalc.count(WRONG / "window.yaml")

    assert len(caught.value.diagnostics) == 1


def test_the_tree_of_errors() -> None:
    for error in (SpecError, ShapeError, UnknownName, UsageError):
        assert issubclass(error, archcalc.ArchcalcError)
    assert not issubclass(archcalc.ArchcalcError, ValueError)


def test_an_error_without_a_place() -> None:
    error = UsageError.of("some-code", "it has no meaning", "do not")

    assert str(error) == "error[some-code]: it has no meaning\n  hint: do not"
    assert error.diagnostics == (Diagnostic("some-code", "it has no meaning", None, "do not"),)


def test_a_long_line_is_shown_around_the_mistake() -> None:
    text = "x" * 500 + "strid" + "y" * 500
    shown = str(Diagnostic("a", "b", Place("m.yaml", 1, 501, text, 5))).split("\n")

    assert shown[0] == "m.yaml:1:501: error[a]: b"
    assert max(map(len, shown)) <= 220
    line, caret = shown[1], shown[2]
    assert line[caret.index("^") : caret.rindex("^") + 1] == "strid"


def test_control_characters_do_not_reach_the_terminal() -> None:
    text = 'name: "\x1b[31m\u202e"'
    shown = str(Diagnostic("a", "\x1b]0;title\x07", Place("m\x1b.yaml", 1, 7, text, 8)))

    assert shown.replace("\n", "").isprintable()
    assert shown == (
        r"m\x1b.yaml:1:7: error[a]: \x1b]0;title\x07" + "\n"
        r'    1 | name: "\x1b[31m\u202e"' + "\n"
        r"      |       ^^^^^^^^^^^^^^^^"
    )


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("strid", "stride"),
        ("STRIDE", "stride"),
        ("kernal", "kernel"),
        ("f6", "F6"),
        ("zebra", None),
        ("", None),
    ],
)
def test_suggestions(word: str, near: str | None) -> None:
    known = ["kernel", "stride", "F6"]

    assert suggestion(word, known) == (f"did you mean `{near}`?" if near else None)


def test_nothing_near_is_a_list_of_all() -> None:
    assert listed("blocks", ["b", "a"]) == "the blocks: a, b"
    assert listed("blocks", []) == "the blocks: none"
    many = [f"{letter}{'x' * 99}" for letter in "abcdefghijkl"]
    assert listed("blocks", many) == f"the blocks: {', '.join(many[:9])} and 3 more"


def test_printable_keeps_what_one_can_read() -> None:
    assert printable("Größe × 層 🙂") == "Größe × 層 🙂"
    assert printable("a\tb\x00c\u2028d\u200be") == r"a\tb\x00c\u2028d\u200be"
