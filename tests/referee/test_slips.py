"""Slips: each is found from the number that it gives, and its terms add up to that number."""

from __future__ import annotations

from io import StringIO

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from archcalc.convention.library import find
from archcalc.referee.reconciliations.counted import CountedReport
from archcalc.referee.reconciliations.reconciliation import Reconciliation, reconcile
from archcalc.referee.reconciliations.slips import slips
from archcalc.report import count
from archcalc.spec.library import load
from tests.strategies import networks

GROUPED = """
input: 64x56x56
layers:
  - {conv: 128, kernel: 1, bias: false}
  - {conv: 128, kernel: 3, padding: 1, groups: 32, bias: false}
  - {conv: 256, kernel: 1, bias: false}
"""
COLOURS = "input: 3x224x224\nlayers: [{conv: 64, kernel: 3, padding: same}]"
UNPOOLED = """
input: 384x27x27
layers:
  - {maxpool: 3, stride: 2}
  - {conv: 256, kernel: 3, padding: same, bias: false}
  - {linear: 10}
"""
SMALL = """
input: 3x16x16
layers:
  - {name: a, conv: 8, kernel: 3, padding: 1, after: [batchnorm, relu]}
  - {name: p, maxpool: 2}
  - {name: b, conv: 8, kernel: 3, padding: 1, bias: false, after: [batchnorm, relu]}
  - {name: q, maxpool: 2}
  - {name: d, linear: 100}
  - {name: e, linear: 10}
"""
"""a 216 + 8, b 576, batch norms 16 each, d 100*(8*4*4 + 1) = 12,900, e 1,010: 14,742 parameters."""


def _reconciled(text: str, convention: str, number: int) -> Reconciliation:
    return reconcile(CountedReport(count(load(StringIO(text))), find(convention)), str(number))


@pytest.mark.parametrize(
    ("text", "convention", "number", "slip", "also"),
    [
        # 64*128 + 128*128*9 + 128*256 = 188,416 products at each of 56*56 places, 2 for each
        (GROUPED, "macs", 2 * 188_416 * 56 * 56, "groups ignored", ("convention flops",)),
        # 64 * (9 * 224 + 1): 224 maps of 3x224
        (COLOURS, "parameters", 129_088, "channels read last", ()),
        (SMALL, "parameters", 14_742 - 8 - 110, "no biases", ()),
        (SMALL, "parameters", 14_742 + 8, "biases in convolutions", ()),
        (SMALL, "parameters", 14_742 - 8, "no biases in convolutions", ()),
        (SMALL, "parameters", 14_742 - 110, "no biases in linear layers", ()),
        (SMALL, "parameters", 14_742 - 32, "no batch norm", ()),
        (SMALL, "parameters", 14_742 - 32 + 8, "batch norm folded", ()),
        (SMALL, "parameters", 14_742 - 16, "no gamma in batch norm", ()),
        (SMALL, "parameters", 14_742 + 101 * 990, "1,000 classes", ()),
        (SMALL, "parameters", 14_742 + 101 * 27, "37 classes", ()),
        (SMALL, "parameters", 14_742 + 100 * 8 * (64 - 16), "without p", ()),
        # 256*13*13 inputs of the linear layer, pooled to 256*6*6
        (UNPOOLED, "macs", 384 * 9 * 256 * 169 + 10 * 256 * 36, "another pool before", ()),
        (SMALL, "parameters", 14_742 + 100 * 101, "d twice in a row", ()),
        (SMALL, "parameters", 14_742 - 1_010, "without e", ()),
        (SMALL, "parameters", 14_742 - 240, "a left out", ()),
        # 8*101 + 101 + 100*11: the last axis alone, where Keras has no Flatten
        (SMALL, "parameters", 14_742 - 100 * (128 - 8), "linear layers at each place", ()),
        (SMALL, "keras", 14_742 + 32 + 101 * 990, "1,000 classes", ()),
    ],
)  # fmt: skip
def test_a_slip_is_found(
    text: str, convention: str, number: int, slip: str, also: tuple[str, ...]
) -> None:
    why = _reconciled(text, convention, number)

    (changes,) = [c.changes for c in why.candidates if c.changes[0].startswith(slip)]
    assert changes[1:] == also
    assert sum(term.amount for term in why.terms) == why.difference
    assert all(c.meets for c in why.candidates)


def test_a_table_that_was_overlooked_is_found() -> None:
    # 16 * (6*25 + 1) = 2,416 parameters in C3, not 1,516
    why = reconcile("lenet5@parameters", "60,900")

    assert why.candidates[0].side.name == "lenet5@parameters, every map reads all maps"
    assert [term.amount for term in why.terms] == [900]


@pytest.mark.parametrize(
    ("number", "classes"),
    [
        # 64*3*(7*7 - 3*3) = 7,680 weights less in the first layer, 513 for each class
        ("11,173,962", 10),
        ("11,220,132", 100),
    ],
)
def test_a_network_for_large_images_is_found_in_its_version_for_small_ones(
    number: str, classes: int
) -> None:
    why = reconcile("resnet18@parameters", number)

    assert why.candidates[0].changes == (f"as for CIFAR-{classes}, with a first layer of 3x3",)
    assert sum(term.amount for term in why.terms) == -7_680 - 513 * (1000 - classes)
    assert 11_689_512 + why.difference == int(number.replace(",", ""))


def test_the_search_for_slips_grows_with_the_network_alone() -> None:
    def layers_seen(turns: int) -> int:
        net = f"""
input: 3x32x32
layers:
  - {{conv: 4, kernel: 3, padding: 1}}
  - {{name: b, repeat: {turns}, layers: [{{conv: 4, kernel: 3, padding: 1, after: [batchnorm]}}]}}
  - {{linear: 10}}
"""
        return sum(len(s.report.nodes) for s in slips(count(load(StringIO(net)))))

    few, many = layers_seen(300), layers_seen(1_200)

    assert many < 4 * few


def test_terms_of_a_slip_say_which_layers() -> None:
    why = _reconciled(GROUPED, "macs", 2 * 188_416 * 56 * 56)

    assert [(term.amount, term.label) for term in why.terms] == [
        (188_416 * 56 * 56, "a multiply-accumulate as 2, not 1"),
        # 128 * 128 * 9 without groups, 32 times less with them
        ((147_456 - 4_608) * 56 * 56, "groups of conv2: 1, not 32"),
    ]


def test_what_is_left_out_is_a_term_of_its_own() -> None:
    why = _reconciled(SMALL, "parameters", 14_742 - 240)

    assert [(term.amount, term.label, term.kind) for term in why.terms] == [
        (-240, "a left out", "slip")
    ]


def test_no_slip_is_looked_for_where_the_number_is_explained() -> None:
    assert not any(c.side.slip for c in _reconciled(SMALL, "parameters", 14_742).candidates)


def test_a_coarse_number_singles_out_no_layer() -> None:
    why = reconcile("resnet18@parameters", "11.6M")

    assert not any("left out" in c.side.slip or "once" in c.side.slip for c in why.candidates)


@given(text=networks(), convention=st.sampled_from(["parameters", "macs"]), data=st.data())
@settings(max_examples=40, deadline=None)
def test_every_slip_is_found_or_something_plainer(
    text: str, convention: str, data: st.DataObject
) -> None:
    side = CountedReport(count(load(StringIO(text))), find(convention))
    found = list(slips(side.report))
    assume(found)
    slip = data.draw(st.sampled_from(found))
    number = CountedReport(slip.report, side.convention).total
    assume(len(str(number).rstrip("0")) >= 3)
    why = reconcile(side, str(number))

    assert why.candidates[0].total == why.candidates[0].sense.target
    assert why.candidates[0].cost <= slip.cost
    assert why.b is not None
    for candidate in why.candidates:
        terms = reconcile(why.a, candidate.side).terms
        assert sum(term.amount for term in terms) == candidate.total - why.a.total
