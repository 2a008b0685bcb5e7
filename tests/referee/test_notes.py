"""What the notes beside the published figures say in numbers is counted, as everything else."""

from __future__ import annotations

from fractions import Fraction
from io import StringIO
from typing import TYPE_CHECKING

import pytest

import archcalc
from archcalc.referee.published.ledger import published

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.counts import Counts
    from archcalc.row import Row

MILLION, BILLION = 10**6, 10**9


def total(network: str, *, heads: bool = False, **parameters: int) -> Counts:
    """Count a network of the library, with parameters set otherwise."""
    return archcalc.count(archcalc.load(network, **parameters), heads=heads).total


def row(network: str, layer: str) -> Row:
    """Count a layer of a network."""
    return archcalc.count(network)[layer]


def convolutions(network: str) -> Counts:
    """Count the convolutions of a network alone."""
    return archcalc.count(network).by_op()["conv"]


def rounded(value: int | Fraction, unit: int, places: int = 0) -> str:
    """Write a count in a unit, rounded half up."""
    steps = int(Fraction(value, unit) * 10**places + Fraction(1, 2))
    return f"{steps / 10**places:.{places}f}"


def with_tied_biases(network: str) -> int:
    """Count parameters as if all units of a map had one bias."""
    untied = [row for row in archcalc.count(network).rows if row.op == "conv"]
    return total(network).parameters - sum(r.biases - r.output.channels for r in untied)


def lenet4(pairs: int) -> Counts:
    """Count LeNet-4 as it is told: 4 maps, 16 maps that see `pairs` of them, 120 and 10 units."""
    table = [list(range((pairs + number) // 16)) for number in range(16)]
    text = (
        "input: 1x32x32\nlayers:\n  - {conv: 4, kernel: 5}\n  - {subsample: 2}\n"
        f"  - {{op: conv, kernel: 5, table: {table}}}\n"
        "  - {subsample: 2}\n  - {conv: 120, kernel: 5}\n  - {linear: 10}\n"
    )
    return archcalc.count(archcalc.load(StringIO(text))).total


NOTES: list[tuple[str, Callable[[], str]]] = [  # a network, and words of one of its notes
    ("lenet5", lambda: f"{total('lenet5').connections - 10 * 84:,} without"),
    ("lenet5-textbook", lambda: f"C3 has {row('lenet5-textbook', 'C3').parameters:,}"),
    ("lenet1", lambda: f"{total('lenet1').neurons:,} units"),
    ("zip1989", lambda: f"would give {with_tied_biases('zip1989'):,}"),
    ("zip1989", lambda: f"{total('zip1989').neurons:,} without"),
    ("LeNet-4", lambda: f"would give {lenet4(48).connections:,}"),
    ("LeNet-4", lambda: f"make it {lenet4(16).parameters:,} to {lenet4(64).parameters:,}"),
    ("alexnet", lambda: f"{rounded(total('alexnet').connections, MILLION)} million with all"),
    ("alexnet", lambda: f"{rounded(total('alexnet').connections_in_bounds, MILLION)} without"),
    ("alexnet", lambda: f"{rounded(convolutions('alexnet').connections, MILLION)} and"),
    ("alexnet", lambda: f"{rounded(convolutions('alexnet').connections_in_bounds, MILLION)} of"),
    ("alexnet", lambda: f"up to {total('alexnet').neurons - 55 * 55 * 96 + 48 * 55 * 96:,}"),
    ("googlenet", lambda: f"has {row('googlenet', 'conv1').weights:,}"),
    ("googlenet", lambda: f"needs {rounded(row('googlenet', 'conv1').macs, MILLION)} M"),
    ("googlenet", lambda: f"{total('googlenet').weights:,} weights"),
    ("googlenet", lambda: f"{total('googlenet').parameters:,} on the main path"),
    ("googlenet-separable", lambda: f"it is {rounded(total('googlenet').macs, BILLION, 2)}"),
    ("inception-v2", lambda: f"{rounded(total('inception-v2').parameters, MILLION, 1)} M as built"),
    ("inception-v2", lambda: f"gives {rounded(total('inception-v2').macs, BILLION, 1)}"),
    ("inception-v3", lambda: f"{rounded(total('inception-v3').macs, BILLION, 1)} billion"),
    (
        "inception-v3",
        lambda: f"{rounded(total('inception-v3', heads=True).parameters, MILLION, 1)} million",
    ),
    (
        "inception-resnet-v2-keras",
        lambda: f"{total('inception-resnet-v2-keras').parameters:,} trainable",
    ),
    (
        "inception-resnet-v2-keras",
        lambda: f"{total('inception-resnet-v2-keras').statistics:,} running",
    ),
    ("resnet50", lambda: f"be {rounded(total('resnet50-v1.5').macs, BILLION, 1)}"),
    ("resnet101", lambda: f"be {rounded(total('resnet101-v1.5').macs, BILLION, 1)}"),
    ("resnet152", lambda: f"be {rounded(total('resnet152-v1.5').macs, BILLION, 1)}"),
    (
        "plain34",
        lambda: f"{rounded(Fraction(total('plain34').macs * 100, total('vgg19').macs), 1, 1)} p",
    ),
    ("resnet1202", lambda: f"print {rounded(total('resnet1202').weights, MILLION, 1)}"),
    ("preact-resnet1001", lambda: rounded(total("preact-resnet1001").parameters, MILLION, 1)),
    ("densenet-40-12", lambda: f"gives {total('densenet-40-12', initial=24).parameters:,}"),
    ("densenet-100-12", lambda: f"gives {total('densenet-100-12', initial=24).parameters:,}"),
    ("densenet-100-24", lambda: f"gives {total('densenet-100-24', initial=48).parameters:,}"),
    ("densenet-bc-100-12", lambda: f"{total('densenet-bc-100-12', classes=100).parameters:,} with"),
    ("densenet-bc-250-24", lambda: f"{total('densenet-bc-250-24', classes=100).parameters:,} with"),
    ("densenet-bc-190-40", lambda: f"{total('densenet-bc-190-40', classes=100).parameters:,} with"),
    ("densenet264", lambda: f"{rounded(total('densenet264').parameters, MILLION, 2)} million"),
]


@pytest.mark.parametrize(("network", "words"), NOTES)
def test_a_note_names_a_count(network: str, words: Callable[[], str]) -> None:
    said, notes = words(), [finding.record.note for finding in published(network)]

    assert any(said in note for note in notes), f"{said!r} is in none of {notes}"


def test_lenet4_would_have_260_000_connections_with_47_to_50_pairs_of_maps() -> None:
    fitting = [pairs for pairs in range(16, 65) if 255_000 <= lenet4(pairs).connections < 265_000]

    assert fitting == [47, 48, 49, 50]


def test_a_head_of_googlenets_kind_would_not_make_inception_v2_13_6_million() -> None:
    head = archcalc.count("googlenet", heads=True).heads["aux1"].parameters

    assert rounded(total("inception-v2").parameters + head, MILLION, 1) == "14.4"
