"""The second document of a family file: read strictly, every mistake at its place."""

from __future__ import annotations

import pytest

from archcalc.errors import SpecError
from archcalc.referee.published.records import Ledger, read_ledger
from archcalc.spec.reader import Source

SPEC = "input: 1x4x4\nvariants: {small: {aliases: [tiny]}, large: {}}\nlayers: [relu]\n---\n"
HEAD = "sources: {paper: A paper}\npublished:\n"
GOOD = "network: small, figure: =macs, printed: '1', match: exact, source: paper"


def ledger(record: str, head: str = HEAD) -> Ledger:
    """Read a ledger of one record."""
    return read_ledger(Source("mine.yaml", f"{SPEC}{head}  - {{{record}}}\n"), "mine")


def changed(old: str, new: str) -> str:
    """Give the good record with one change."""
    assert old in GOOD
    return GOOD.replace(old, new)


def without(key: str) -> str:
    """Give the good record without a key."""
    return ", ".join(part for part in GOOD.split(", ") if not part.startswith(key))


def test_a_record_in_full() -> None:
    text = (
        "network: [Small, large], layer: C1, with: {depth: 3, rate: 0.5}, heads: true,"
        " figure: =macs / against.macs, against: {network: lenet5, heads: true, with: {n: 1}},"
        " printed: 2.7K, unit: 1024, match: round, source: paper, where: 'page 3: left',\n"
        "     note: in\n       two lines"
    )
    (record,) = ledger(text).records

    assert [setting.network for setting in record.settings] == ["Small", "large"]
    assert dict(record.settings[0].parameters) == {"depth": 3, "rate": 0.5}
    assert record.settings[0].heads
    assert record.against is not None
    assert (record.against.network, dict(record.against.parameters)) == ("lenet5", {"n": 1})
    assert (record.layer, record.figure.text, record.text) == ("C1", "macs / against.macs", "2.7K")
    assert (record.printed.unit, record.match, record.source) == (1024, "round", "A paper")
    assert (record.where, record.note) == ("page 3: left", "in two lines")
    assert (record.place.file, record.place.line, record.place.column) == ("mine.yaml", 7, 5)


def test_a_record_that_is_not_computed() -> None:
    (record,) = ledger(f"{without('network')}, why: unpublished, subject: Old-Net").records

    assert (record.settings, record.subject, record.why) == ((), "Old-Net", "unpublished")


def test_networks_are_found_by_name_and_alias() -> None:
    read = ledger(GOOD)

    assert read.network("TINY") == read.network("small") == ("small", "small")
    assert read.network("huge") is None
    assert read_ledger(Source("one.yaml", "input: 1"), "one").network("One") == ("one", None)


def test_a_file_without_a_second_document_has_no_records() -> None:
    assert read_ledger(Source("mine.yaml", "input: 1x4x4"), "mine").records == ()
    assert read_ledger(Source("mine.yaml", ""), "mine").records == ()


ONLY_BOUNDS = "a bound (less than, more than) is printed for `match: bound`, and for it alone"
WHOLE = "{"

WRONG = [
    # what is wrong in a good record, what is marked, code and message
    (f"{GOOD}, colour: red", "colour", "unknown-key", "`colour` is not a key of a record"),
    (without("network"), WHOLE, "missing-key", "a record needs its `network`"),
    (without("figure"), WHOLE, "missing-key", "a record needs its `figure`"),
    (without("printed"), WHOLE, "missing-key", "a record needs its `printed`"),
    (without("match"), WHOLE, "missing-key", "a record needs its `match`"),
    (without("source"), WHOLE, "missing-key", "a record needs its `source`"),
    (f"{without('network')}, why: lost", WHOLE, "missing-key", "a record needs its `subject`"),
    (f"{GOOD}, subject: Old", "subject", "unknown-key", "`subject` is of a record with a `why`"),
    (f"{GOOD}, why: lost, subject: Old", "network", "unknown-key",
     "`network` is of a record without a `why`"),
    (changed("small", "smal"), "smal", "unknown-network", "this file has no network `smal`"),
    (changed("=macs", "macs"), "macs", "wrong-type",
     "a figure is an expression, such as `=parameters`, not `macs`"),
    (changed("=macs", "=mac s"), "=mac s", "bad-expression", "`=mac s` is not an expression"),
    (changed("=macs", "=amcs"), "=amcs", "unknown-name", "nothing is called `amcs` here"),
    (changed("=macs", "=field"), "=field", "unknown-name", "nothing is called `field` here"),
    (changed("=macs", "=against.macs"), "=against.macs", "unknown-name",
     "nothing is called `against` here"),
    (f"{changed('=macs', '=by_op.conv.macs')}, layer: C1", "=by_op.conv.macs", "unknown-name",
     "nothing is called `by_op` here"),
    (changed("exact", "exactly"), "exactly", "not-a-choice",
     "a match is one of exact, round, trunc, bound, none, not `exactly`"),
    (changed("paper", "papers"), "papers", "unknown-source",
     "`sources` does not say what `papers` is"),
    (changed("'1'", "none"), "none", "not-a-figure", "`none` prints 0 numbers; expected one"),
    (f"{GOOD}, unit: 1e6", "1e6", "wrong-type",
     "expected a unit such as 1000, 1024, 10**6 or 2**20, not `1e6`"),
    (f"{GOOD}, heads: on", "on", "wrong-type", "expected true or false, not `on`"),
    (changed("'1'", "less than 1"), "exact", "wrong-match", ONLY_BOUNDS),
    (changed("exact", "bound"), "bound", "wrong-match", ONLY_BOUNDS),
    (changed("'1', match: exact", "2x2, match: round"), "round", "wrong-match",
     "a shape is equal or not: `match: exact`, not `round`"),
    (f"{GOOD}, against: {{heads: true}}", WHOLE, "missing-key", "`against` needs its `network`"),
    (f"{GOOD}, against: {{network: a, layer: b}}", "layer", "unknown-key",
     "`layer` is not a key of `against`"),
    (f"{GOOD}, note: [a, b]", "[", "wrong-type", "`note` is a word, not a collection"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("record", "marked", "code", "message"), WRONG, ids=[message for *_, message in WRONG]
)
def test_a_wrong_record_is_an_error_at_its_place(
    record: str, marked: str, code: str, message: str
) -> None:
    with pytest.raises(SpecError) as caught:
        ledger(record)

    (mistake,) = caught.value.diagnostics
    assert (mistake.code, mistake.message) == (code, message)
    assert mistake.place is not None
    assert mistake.place.text[mistake.place.column - 1 :][: mistake.place.length] == marked


def test_all_mistakes_are_told_in_one_run() -> None:
    with pytest.raises(SpecError) as caught:
        ledger("network: huge, figure: macs, match: exactly, source: papers")

    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == [
        "missing-key", "unknown-network", "wrong-type", "not-a-choice", "unknown-source",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("document", "line"),
    [
        ("sources: {}", "5:1: error[missing-key]: there is no list `published`"),
        ("published: {}", "5:12: error[wrong-type]: `published` is a list"),
        ("publisht: []", "5:1: error[unknown-key]: `publisht` is not a key of the second document"),
        ("published: [word]", "5:13: error[wrong-type]: a record is a mapping of names to values"),
        (
            "published: []\n---\nmore: 1",
            "7:1: error[too-many-documents]: a file has a spec and its published figures",
        ),
    ],
)
def test_a_wrong_document_is_an_error(document: str, line: str) -> None:
    with pytest.raises(SpecError) as caught:
        read_ledger(Source("mine.yaml", SPEC + document), "mine")

    assert str(caught.value).splitlines()[0] == f"mine.yaml:{line}"
