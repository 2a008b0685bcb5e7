"""Rules: their value, and the same value as a sum of terms."""

from __future__ import annotations

from fractions import Fraction

import pytest

from archcalc.convention.library import conventions
from archcalc.convention.rule import Addend, Rule
from archcalc.convention.variables import VARIABLES, read
from archcalc.errors import Reason
from archcalc.report import count
from tests.exactly import exactly

CASES = [(network, c) for network in ("lenet5", "vgg-a-lrn", "resnet20") for c in conventions()]


def test_a_rule_is_split_into_what_it_adds() -> None:
    rule = Rule("2 * mac + bias - 3 * (inputs - outputs)")
    terms = rule.terms({"mac": 10, "bias": 4, "inputs": 7, "outputs": 5})

    assert terms == [Addend(2, "mac", 20), Addend(1, "bias", 4), Addend(-3, "inputs - outputs", -6)]


def test_a_condition_is_decided_before_a_rule_is_split() -> None:
    rule = Rule("4 * outputs if affine else 2 * outputs")

    assert rule.terms({"affine": True, "outputs": 6}) == [Addend(4, "outputs", 24)]
    assert rule.terms({"affine": False, "outputs": 6}) == [Addend(2, "outputs", 12)]


def test_numbers_among_the_factors_are_multiplied() -> None:
    rule = Rule("2 * (window - 1) * outputs * 3")

    assert rule.terms({"window": 9, "outputs": 5}) == [Addend(6, "(window - 1) * outputs", 240)]


def test_a_term_that_is_nothing_is_left_out() -> None:
    assert Rule("mac + bias + 0").terms({"mac": 3, "bias": 0}) == [Addend(1, "mac", 3)]


def test_a_constant_is_a_term_of_its_own() -> None:
    assert Rule("mac + 7").terms({"mac": 3}) == [Addend(1, "mac", 3), Addend(7, "1", 7)]


def test_fractions_are_exact() -> None:
    rule = Rule("4.5 * outputs")

    assert rule.value({"outputs": 6}) == 27
    assert rule.terms({"outputs": 6}) == [Addend(Fraction(9, 2), "outputs", 27)]


def test_a_figure_is_a_whole_number() -> None:
    with pytest.raises(Reason) as caught:
        Rule("outputs / 2").value({"outputs": 7})

    assert caught.value.message == "`=outputs / 2` gives `3.5`, not a whole number"


def test_what_is_nested_too_deeply_to_be_split_is_one_term() -> None:
    rule = Rule("-" * 400 + "mac")

    assert [term.value for term in rule.terms({"mac": 7})] == [7]


def test_a_term_is_a_number() -> None:
    with pytest.raises(Reason, match=exactly("`affine` gives true, not a number")):
        Rule("2 * affine").terms({"affine": True})


def test_an_unknown_variable_is_refused_when_a_rule_is_read() -> None:
    with pytest.raises(Reason) as caught:
        Rule("2 * output")

    assert caught.value.message == "nothing is called `output` here"
    assert caught.value.hint == "did you mean `outputs`?"


@pytest.mark.parametrize(("network", "convention"), CASES, ids=str)
def test_the_terms_of_every_rule_add_up_to_its_value(network: str, convention: object) -> None:
    report = count(network)
    for layer in read(report):
        terms = convention.terms(layer.op, layer.variables)  # type: ignore[attr-defined]
        assert sum(term.value for term in terms) == convention.value(layer.op, layer.variables)  # type: ignore[attr-defined]


def test_every_layer_has_every_variable() -> None:
    report = count("lenet5")
    for layer in read(report):
        assert set(layer.variables) == set(VARIABLES)
