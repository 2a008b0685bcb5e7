"""Budgets: limits as people write them, who keeps them, and which layers cost most."""

from __future__ import annotations

from io import StringIO

import pytest

import archcalc
from archcalc.errors import UsageError
from archcalc.referee.comparisons.amount import amount
from archcalc.referee.comparisons.budget import Cost, budget
from tests.exactly import exactly


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5M", 5_000_000),
        ("5m", 5_000_000),
        ("600M", 600_000_000),
        ("2.5M", 2_500_000),
        (".5k", 500),
        ("1.5 billion", 1_500_000_000),
        ("3G", 3_000_000_000),
        ("3B", 3_000_000_000),
        ("1T", 10**12),
        ("3.8e9", 3_800_000_000),
        ("1E+6", 1_000_000),
        ("1,000,000", 1_000_000),
        ("1_000", 1_000),
        (" 7 ", 7),
        (7, 7),
        (0, 0),
    ],
)
def test_amounts(text: str | int, value: int) -> None:
    assert amount(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("50MB", 50_000_000),
        ("50M", 50_000_000),
        ("50 mb", 50_000_000),
        ("1MiB", 2**20),
        ("1.5Mi", 3 * 2**19),
        ("1GiB", 2**30),
        ("2kB", 2_000),
        ("12B", 12),
        ("12 bytes", 12),
        (12, 12),
    ],
)
def test_amounts_of_bytes(text: str | int, value: int) -> None:
    assert amount(text, of_bytes=True) == value


NO_AMOUNT = "error[wrong-type]: expected an amount such as"


@pytest.mark.parametrize(
    "text", ["", "M", "five", "-5M", "1.2.3", "5X", "5MB", "0.0005k", "1e", "5 M M"]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(
        UsageError, match=exactly(f"{NO_AMOUNT} 5M, 2.5e6 or 5,000,000, not `{text}`")
    ):
        amount(text)


def test_a_number_longer_than_any_count_is_refused_without_being_worked_out() -> None:
    said = f"{NO_AMOUNT} 5M, 2.5e6 or 5,000,000, not `{'9' * 60}`"
    with pytest.raises(UsageError, match=exactly(said)):
        amount("9" * 5000)


@pytest.mark.parametrize("value", [-1, True, 0.5, None])
def test_what_is_no_whole_number_is_refused(value: object) -> None:
    said = f"{NO_AMOUNT} 50MB, 48MiB or 50000000, not `{value}`"
    with pytest.raises(UsageError, match=exactly(said)):
        amount(value, of_bytes=True)  # type: ignore[arg-type]


def test_a_limit_may_be_reached_but_not_passed() -> None:
    assert not budget("lenet5", max_parameters=60_000).over
    assert budget("lenet5", max_parameters=59_999).over


def test_one_limit_passed_is_over() -> None:
    found = budget("vgg16", max_parameters="150M", max_macs="600M")

    assert [(check.quantity, check.limit, check.over) for check in found.checks] == [
        ("parameters", 150_000_000, False),
        ("macs", 600_000_000, True),
    ]
    assert found.over


def test_the_costliest_layers_come_first() -> None:
    (check,) = budget("alexnet", max_parameters=0).checks

    assert check.costliest == (
        Cost("fc6", 37_752_832),
        Cost("fc7", 16_781_312),
        Cost("fc8", 4_097_000),
        Cost("conv3", 885_120),
        Cost("conv4", 663_936),
    )


def test_layers_that_cost_nothing_are_not_named() -> None:
    (check,) = budget("lenet5", max_macs="1M").checks

    assert [cost.path for cost in check.costliest] == ["C3", "C1", "C5", "F6"]


def test_frozen_weights_and_statistics_take_memory() -> None:
    spec = "input: 3x224x224\nlayers: [{linear: 4096, trainable: false}, batchnorm]"
    (check,) = budget(archcalc.load(StringIO(spec)), max_memory="10MB").checks

    frozen = 3 * 224 * 224 * 4096 + 4096
    live = 3 * 224 * 224 + 4096  # the input and the units; the second copy of these comes later
    assert check.used == 4 * (frozen + 2 * 4096 + 2 * 4096 + live)
    assert check.over
    assert [cost.path for cost in check.costliest] == ["linear1", "batchnorm1"]


def test_memory_is_what_is_stored_and_the_largest_live_set() -> None:
    (check,) = budget("lenet5", max_memory="1MiB", batch=3).checks

    # C1 holds 4,704 units and their squashed copy for each of 3 samples, at 4 bytes;
    # 840 fixed weights are stored beside 60,000 parameters
    assert check.used == 4 * (60_000 + 840 + 3 * 2 * 4_704)
    assert check.costliest[0] == Cost("C5", 4 * (48_120 + 3 * 2 * 120))
    assert budget("lenet5", max_memory=10**6, bytes_each=2).checks[0].used == 2 * 70_248


def test_input_and_heads_are_counted_as_asked() -> None:
    (check,) = budget("googlenet", max_parameters="7M", heads=True).checks
    report = archcalc.count("resnet18", input="3x64x64")

    assert check.used == 13_378_280
    assert budget(report, max_macs=0).checks[0].used == report.total.macs
    assert budget("resnet18", max_macs=0, input="3x64x64").checks[0].used == report.total.macs


def test_a_budget_needs_a_limit() -> None:
    with pytest.raises(UsageError) as caught:
        budget("lenet5")

    assert str(caught.value) == (
        "error[no-limit]: a budget needs a limit\n"
        "  hint: such as --max-parameters 5M; in Python max_parameters='5M'"
    )
