"""The ledger: every published figure meets its stated match, and none could fail unnoticed."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING

import pytest

import archcalc
from archcalc.errors import SpecError, UnknownName
from archcalc.referee.published.ledger import Finding, published
from archcalc.referee.published.printed import Agreement
from archcalc.spec.library import families

if TYPE_CHECKING:
    from pathlib import Path

FINDINGS = published()

NETWORK = """\
input: 1x4x4
layers:
  - {name: C1, conv: 2, kernel: 3}
---
sources: {paper: A paper}
published:
  - {network: tiny, %s, source: paper}
"""
# C1: 2·(3·3 + 1) = 20 parameters, 2·2·2 = 8 neurons, 8·(9 + 1) = 80 connections, 8·9 = 72 mac


def identity(finding: Finding) -> str:
    """Name a finding by what it says."""
    record = finding.record
    place = f"{finding.network}/{record.layer}" if record.layer else finding.network
    return f"{place} {record.figure} {record.text} {record.match}"


def hold(folder: Path, record: str, network: str = NETWORK) -> Finding:
    """Hold a record of the tiny network against its count."""
    path = folder / "tiny.yaml"
    path.write_text(network % record, encoding="utf-8")
    (finding,) = published(path)
    return finding


def test_every_published_figure_meets_its_stated_match() -> None:
    assert [identity(finding) for finding in FINDINGS if not finding.holds] == []


def test_no_record_is_lost() -> None:
    records = {id(finding.record): finding.record for finding in FINDINGS}.values()
    files = Counter(record.place.file for record in records)
    written = {
        f"architectures/{path.name}": path.read_text("utf-8").count(" figure: ")
        for path in families()
    }

    assert files == {family: count for family, count in written.items() if count}
    assert len(records) >= 213


def test_a_source_goes_by_one_key_and_one_title_in_every_family() -> None:
    titles: dict[str, set[str]] = {}
    keys: dict[str, set[str]] = {}
    for finding in FINDINGS:
        record = finding.record
        titles.setdefault(record.key, set()).add(record.source)
        keys.setdefault(record.source.rpartition("arXiv:")[2], set()).add(record.key)

    assert [key for key, found in titles.items() if len(found) > 1] == []
    assert [source for source, found in keys.items() if len(found) > 1] == []


def test_what_is_not_met_says_why() -> None:
    for finding in FINDINGS:
        unmet = finding.agreement in {None, Agreement.DIFFERS, Agreement.CUT_OFF}
        assert not unmet or finding.record.note or finding.record.why


def test_only_lenet4_is_not_computed() -> None:
    missing = [finding for finding in FINDINGS if finding.agreement is None]

    assert [(f.network, f.exact, f.sign, f.verdict) for f in missing] == [
        ("LeNet-4", None, "·", "not computed"),
        ("LeNet-4", None, "·", "not computed"),
    ]


def test_a_record_for_several_networks_is_held_against_each() -> None:
    networks = [f.network for f in FINDINGS if f.record.layer == "conv2_x"]

    assert networks == ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152"]


@pytest.mark.parametrize(
    ("record", "exact", "agreement"),
    [
        ("figure: =parameters, printed: '20', match: exact", 20, Agreement.EQUAL),
        ("figure: =weights + 2, printed: '20', match: exact", 20, Agreement.EQUAL),
        ("figure: =connections, printed: about 80, match: round", 80, Agreement.EQUAL),
        ("figure: =macs, printed: '70', match: round", 72, Agreement.ROUNDED),
        ("figure: =2 * mac + add, printed: '150', match: round", 152, Agreement.ROUNDED),
        ("figure: =neurons + inputs, printed: '20', match: trunc", 24, None),
        ("figure: =by_op.conv.macs, printed: '70', match: round", 72, Agreement.ROUNDED),
        ("layer: C1, figure: =inputs, printed: '16', match: exact", 16, Agreement.EQUAL),
        ("layer: C1, figure: '=field[1]', printed: '3', match: exact", 3, Agreement.EQUAL),
        ("figure: =macs, printed: less than 73, match: bound", 72, Agreement.WITHIN),
    ],
)
def test_figures_of_a_tiny_network(
    tmp_path: Path, record: str, exact: int, agreement: Agreement | None
) -> None:
    finding = hold(tmp_path, record)

    assert finding.exact == exact
    assert finding.holds == (agreement is not None)
    assert agreement is None or finding.agreement is agreement


@pytest.mark.parametrize(
    ("record", "verdict"),
    [
        ("figure: =parameters, printed: '21', match: exact", "differs"),  # one more than there are
        ("figure: =parameters, printed: '19', match: exact", "differs"),
        ("figure: =parameters, printed: '20', match: none", "equal"),  # no discrepancy any more
        ("figure: =macs, printed: '70', match: none", "rounded"),
        ("figure: =macs, printed: '70', match: exact", "rounded"),
        ("figure: =macs, printed: '70', match: trunc", "rounded"),  # both ways fit
        ("figure: =macs, printed: '72', match: trunc", "equal"),
        ("figure: =macs + 4, printed: '70', match: round", "cut off"),
        ("figure: =macs + 4, printed: '70', match: none", "cut off"),
        ("figure: =macs, printed: less than 72, match: bound", "differs"),
        ("figure: =macs, printed: less than 73, match: none", "within bound"),
        ("figure: =output, printed: 2x3x2, match: exact", "differs"),
        ("figure: =output, printed: 2x2x2, match: none", "equal"),
    ],
)
def test_a_figure_that_misses_its_match_is_caught(
    tmp_path: Path, record: str, verdict: str
) -> None:
    finding = hold(tmp_path, record)

    assert not finding.holds
    assert finding.verdict == verdict


def test_one_more_or_less_breaks_every_exact_figure() -> None:
    exact = [f for f in FINDINGS if f.record.match == "exact" and isinstance(f.exact, int)]

    assert len(exact) > 70
    for finding in exact:
        assert isinstance(finding.exact, int)
        for off in (finding.exact - 1, finding.exact + 1):
            assert not replace(finding, agreement=finding.record.printed.agreement(off)).holds


def test_a_count_off_by_one_is_caught(tmp_path: Path) -> None:
    record = "figure: =parameters, printed: '20', match: exact"

    assert hold(tmp_path, record).holds
    assert not hold(tmp_path, record, NETWORK.replace("kernel: 3", "kernel: 3, bias: false")).holds


def test_what_leaves_a_network_without_layers_is_what_enters_it(tmp_path: Path) -> None:
    empty = NETWORK.replace("kernel: 3", "kernel: 3, when: false")

    assert hold(tmp_path, "figure: =output, printed: 4x4, match: exact", empty).holds


def test_what_leaves_a_network_need_not_leave_its_last_layer(tmp_path: Path) -> None:
    off = NETWORK.replace("---", "  - {op: relu, from: C1, when: false}\n---")
    back = off.replace("  - {op", "  - {maxpool: 2}\n  - {op")

    assert hold(tmp_path, "figure: =output, printed: 2x2, match: exact", back).holds


def test_exact_values_are_plain_and_exact() -> None:
    exact = {f.record.text: f.to_dict()["exact"] for f in published("googlenet", "lenet5")}

    assert exact["156"] == 156
    assert exact["28x28x6"] == "28x28x6"
    assert exact["12x fewer than AlexNet"] == str(Fraction(60_965_224, 6_998_552))


def test_names_match_loosely_and_choose_one_network() -> None:
    assert len(published("LeNet-5")) == len(published("lenet_5")) == 22
    assert {finding.network for finding in published("resnet50")} == {"resnet50"}
    assert {finding.network for finding in published("ViT-B/16")} == {"vit-b-16"}
    assert [f.network for f in published("plain34", "mc3-18")] == ["plain34", *["mc3-18"] * 2]


def test_a_family_and_a_subject_are_names_too() -> None:
    assert len({id(finding.record) for finding in published("lstm")}) == 7
    assert [finding.record.text for finding in published("lenet-4")] == [
        "about 260,000",
        "about 17,000",
    ]


def test_a_network_without_published_figures_has_no_findings(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("input: 1x4x4\nlayers: [relu]\n", encoding="utf-8")

    assert published(path) == ()


def test_one_variant_of_an_own_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "input: 1x4x4\nparameters: {maps: 2}\nvariants: {small: {}, large: {maps: 4}}\n"
        "layers: [{conv: =maps, kernel: 3}]\n---\nsources: {me: My notes}\npublished:\n"
        "  - {network: small, figure: =parameters, printed: '20', match: exact, source: me}\n"
        "  - {network: [small, large], figure: =output, printed: 2x2, match: exact, source: me}\n"
        "  - {network: small, with: {maps: 3}, figure: =weights / against.weights, printed: '1.5',"
        " against: {network: Small}, match: exact, source: me}\n"
        "  - {network: small, figure: =parameters / against.parameters, printed: '0.0003',"
        " against: {network: lenet5}, match: round, source: me}\n",
        encoding="utf-8",
    )

    assert [finding.network for finding in published(path)] == [
        "small", "small", "large", "small", "small",
    ]  # fmt: skip
    assert all(finding.holds for finding in published(path))
    assert [finding.record.text for finding in published(f"{path}#large")] == ["2x2"]


def test_a_file_is_called_by_its_own_name_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = "figure: =parameters, printed: '20', match: exact"
    text = "name: My Net\n" + (NETWORK % record).replace("network: tiny", "network: my-net")
    path = tmp_path / "other.yaml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(text.encode())))

    assert [finding.network for finding in published(path)] == ["other"]
    assert [finding.holds for finding in published("-")] == [True]


def test_an_unknown_variant_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("variants: {small: {}}\ninput: 1\nlayers: []\n", encoding="utf-8")

    with pytest.raises(UnknownName) as caught:
        published(f"{path}#smal")

    assert str(caught.value) == (
        f"error[unknown-variant]: {path} has no variant `smal`\n  hint: did you mean `small`?"
    )


def test_an_unknown_name_is_an_error_with_the_nearest() -> None:
    with pytest.raises(UnknownName) as caught:
        archcalc.published("lenet-6")

    assert str(caught.value) == (
        "error[unknown-network]: no network and no published figure is called `lenet-6`\n"
        "  hint: did you mean `lenet5`?"
    )


def test_a_figure_that_cannot_be_computed_is_an_error_at_its_record(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        hold(tmp_path, "layer: C2, figure: =macs, printed: '72', match: exact")

    assert str(caught.value).startswith(
        f"{tmp_path}/tiny.yaml:7:5: error[unknown-layer]: tiny has no layer `C2`\n"
    )


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ("figure: =macs > 1, printed: '1'", "a figure is a number or an output's shape, not true"),
        ("figure: =macs / 0, printed: '1'", "`72` divided by zero"),
        ("figure: =by_op.linear.macs, printed: '1'", "`by_op` has no `linear`"),
        (
            "figure: =macs, printed: 2x2",
            "a shape is compared with a number: the figure of a shape is `=output`",
        ),
    ],
)
def test_a_figure_without_a_value_is_an_error(tmp_path: Path, record: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        hold(tmp_path, f"{record}, match: exact")

    assert caught.value.diagnostics[0].message == message


def test_a_figure_that_adds_or_takes_a_number_says_why() -> None:
    adjusted = [f.record for f in FINDINGS if re.search(r"[+-] \d", f.record.figure.text)]

    assert adjusted
    assert [record.figure.text for record in adjusted if not record.note] == []
