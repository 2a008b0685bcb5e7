"""What is not counted: unknown is never zero, in whatever asks for a figure."""

from __future__ import annotations

from fractions import Fraction
from io import StringIO
from typing import TYPE_CHECKING

import pytest

import archcalc
from archcalc import Builder, Report, count, load
from archcalc.convention.figure import apply, totals
from archcalc.convention.library import find
from archcalc.errors import SpecError, UsageError
from archcalc.ops import make
from archcalc.ops.quantities import STORED, WORKED
from archcalc.referee.comparisons.budget import budget
from archcalc.referee.comparisons.comparison import compare
from archcalc.referee.comparisons.difference import diff
from archcalc.referee.confirmations.confirmation import confirm
from archcalc.referee.derivations.explanation import explain
from archcalc.referee.published.ledger import published
from archcalc.referee.reconciliations.counted import CountedReport
from archcalc.referee.reconciliations.reconciliation import reconcile
from archcalc.render.export import export
from archcalc.render.rounding import rounded
from archcalc.render.tables.layers import layers
from archcalc.render.tables.reconciliation import reconciliation
from archcalc.uncounted import Case, Uncounted, told
from tests.exactly import exactly

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def detector() -> Report:
    """Give a network with a layer behind an output without a shape, and a loss beside it."""
    net = Builder("detector", "1x8x8")
    conv = net.add("conv", make("conv", filters=4, kernel=(3, 3)), net.input)
    flat = net.add("flat", make("flatten"), conv)
    net.not_reached("fc", "linear", "behind `proposals`")
    net.leave_out("loss", "softmax", "it is used in training alone")
    return count(net.graph(flat))


def test_the_four_cases_are_told_apart(detector: Report) -> None:
    assert detector.uncounted == (
        Uncounted("fc", "linear", Case.NOT_REACHED, STORED + WORKED, "behind `proposals`"),
        Uncounted("loss", "softmax", Case.LEFT_OUT, (), "it is used in training alone"),
    )
    assert [(layer.path, layer.case) for layer in detector.free] == [("flat", Case.FREE)]
    assert told([*detector.uncounted, Uncounted("digits", "opaque", Case.UNKNOWN)]) == [
        "at least, since `linear` is not reached (behind `proposals`): fc",
        "left out, `softmax` (it is used in training alone): loss",
        "at least, since what `opaque` does is unknown: digits",
    ]
    assert told(detector.free) == [
        "free by rule, `flatten` (flattening only renames positions: nothing is computed): flat"
    ]


def test_what_is_left_out_makes_no_figure_partial() -> None:
    net = Builder("net", "1x8x8")
    conv = net.add("conv", make("conv", filters=4, kernel=(3, 3)), net.input)
    net.leave_out("loss", "softmax", "it is used in training alone")
    report = count(net.graph(conv))

    assert report.total.unknown == {}
    assert [layer.path for layer in report.uncounted] == ["loss"]


def test_totals_are_at_least_what_is_known_and_rows_exact(detector: Report) -> None:
    assert detector.total.parameters == 4 * (3 * 3 + 1)
    assert set(detector.total.unknown) == {*STORED, *WORKED}
    assert detector.total.unknown["macs"] == detector.main.unknown["macs"] == ("fc",)
    assert detector["conv"].unknown == {}

    table = layers(detector, columns=["parameters", "share", "memory_bytes"])
    assert [str(cell) for cell in table.totals[0]] == ["total", "≥40", "None", "≥1312"]
    assert [str(cell) for cell in table.rows[0]] == ["conv", "40", "None", "736"]


def test_it_stays_so_at_another_input(detector: Report) -> None:
    assert count(detector.graph, input="1x9x9").total.unknown["neurons"] == ("fc",)


def test_plain_values_name_what_is_partial(detector: Report) -> None:
    plain = detector.to_dict()

    assert plain["total"]["partial"]["connections"] == ["fc"]
    assert plain["rows"][0]["partial"] == {}
    assert plain["memory"]["partial"][:2] == ["parameters", "fixed"] or plain["memory"]["partial"]
    assert [layer["case"] for layer in plain["uncounted"]] == ["not reached", "left out"]


def test_a_budget_is_not_kept_by_what_is_known_alone(detector: Report) -> None:
    found = budget(detector, max_parameters=1000, max_macs=10)
    kept, passed = found.checks

    assert (kept.over, kept.within, kept.unknown) == (False, False, ("fc",))
    assert (passed.over, passed.within) == (True, False)
    assert not found.within
    assert found.to_dict()["within"] is False


def test_a_comparison_has_no_ratio_to_what_is_partial(detector: Report) -> None:
    found = compare("lenet5", detector)

    assert found.total.values("parameters") == (60_000, 40)
    assert found.total.ratios("parameters") == (Fraction(1), None)


@pytest.mark.parametrize(
    ("convention", "known"),
    [("macs", "1,296"), ("thop", "1,296"), ("parameters", "40"), ("lecun1998", "1,440")],
)
def test_figures_of_conventions_are_partial_too(
    detector: Report, convention: str, known: str
) -> None:
    figure = apply(detector, convention)

    assert figure.partial
    assert figure.unknown == ("fc",)
    message = (
        f"error[partial-figure]: {convention}: not reached: fc\n"
        f"  hint: the layers that it knows have {known}"
    )
    with pytest.raises(UsageError, match=exactly(message)):
        archcalc.count(detector.graph).figure(convention)


@pytest.mark.parametrize(
    ("format_name", "row"),
    [
        ("csv", "conv,40"),
        ("json", '"parameters": 40,\n          "partial": ['),
        ("html", "≥\u00a040"),
        ("plain", "total        ≥ 40\n"),
        ("md", "| total   |         ≥ 40 |"),
        ("latex", " total   &         \\ensuremath{\\geq} 40 \\\\"),
    ],
)
def test_exports_say_at_least(detector: Report, format_name: str, row: str) -> None:
    table = layers(detector, columns=["parameters"])

    assert row in export(format_name, [table], {})


def test_rounded_figures_say_at_least(detector: Report) -> None:
    assert rounded(layers(detector, columns=["parameters"])).totals == (("total", "≥ 40"),)


def test_a_number_is_not_sought_near_what_is_known_in_part(detector: Report) -> None:
    with pytest.raises(UsageError) as caught:
        reconcile(CountedReport(detector, find("macs")), "199M")
    assert str(caught.value) == (
        "error[partial-figure]: macs: not reached: fc\n"
        "  hint: the layers that it knows have 1,296; --partial judges by these"
    )


def test_what_is_known_in_part_is_judged_where_that_is_granted(capsules: Report) -> None:
    # 20·20·256·81 + 6·6·256·256·81 + 160·10
    known = 8_294_400 + 191_102_976 + 1_600
    macs = CountedReport(capsules, find("macs"), partial=True)
    found = reconcile(macs, "199M")

    assert [candidate.to_dict()["partial"] for candidate in found.candidates] == [True]
    assert (found.candidates[0].total, found.candidates[0].changes) == (known, ())
    assert "≥199398976" in str(next(reconciliation(found)).rows[0][1]).replace(",", "")

    both = reconcile(macs, CountedReport(capsules, find("thop"), partial=True))
    assert (both.difference, both.to_dict()["a"]["partial"]) == (0, True)
    assert next(reconciliation(both)).captions == (
        f"spec@macs: at least {known:,} (multiply-accumulate)",
        f"spec@thop: at least {known:,} (MAC)",
        "spec@macs: what `opaque` (digits) does is unknown",
        "spec@thop: no rule for `opaque` (digits)",
    )
    with pytest.raises(
        UsageError,
        match=exactly(
            "error[partial-figure]: macs: what `opaque` (digits) does is unknown\n"
            "  hint: the layers that it knows have 199,398,976; --partial judges by "
            "these"
        ),
    ):
        reconcile(
            CountedReport(capsules, find("macs")),
            CountedReport(capsules, find("thop"), partial=True),
        )


CAPSULES = """
name: capsules
input: 1x28x28
layers:
  - {name: conv1, conv: 256, kernel: 9, after: [relu]}
  - {name: primary, conv: 256, kernel: 9, stride: 2}
  - {name: digits, opaque: 160, holds: {w: 1152x10x8x16}}
  - {name: decoder, linear: 10}
"""


@pytest.fixture
def capsules() -> Report:
    """Count a network with a layer of which the output and the weights are stated."""
    return count(load(StringIO(CAPSULES)))


def test_stated_weights_count_and_what_the_layer_does_is_unknown(capsules: Report) -> None:
    conv1, primary = 256 * (9 * 9 + 1), 256 * (9 * 9 * 256 + 1)
    digits, decoder = 1152 * 10 * 8 * 16, 10 * (160 + 1)

    assert capsules.total.parameters == conv1 + primary + digits + decoder == 6_804_224 + 1_610
    assert set(capsules.total.unknown) == set(WORKED)
    assert capsules.total.unknown["macs"] == ("digits",)
    assert capsules["digits"].output == (160, 1, 1)
    assert capsules["digits"].field is None
    assert capsules["decoder"].unknown == {}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("kernel", "weights"),
        ("bias", "biases"),
        ("gamma", "gamma"),
        ("beta", "beta"),
        ("mean", "statistics"),
        ("variance", "statistics"),
    ],
)
def test_arrays_are_of_the_kind_that_their_name_says(name: str, kind: str) -> None:
    layer = f"{{name: a, opaque: 3, holds: {{{name}: 4x5}}}}"
    report = count(load(StringIO(f"input: 3\nlayers: [{layer}]")))

    assert getattr(report.total, kind) == 20
    assert report.total.stored == 20


def test_arrays_may_be_one_number_or_pairs_and_read_the_input() -> None:
    one = count(load(StringIO("input: 3x4x4\nlayers: [{opaque: 2x4x4, holds: 1474560}]")))
    pairs = count(
        load(StringIO('input: 3x4x4\nlayers: [{opaque: "=channels", holds: [[w, [2, "=width"]]]}]'))
    )

    assert one.total.weights == 1_474_560
    assert (pairs.total.weights, pairs.rows[0].output) == (8, (3, 1, 1))


def test_names_of_arrays_and_of_what_a_layer_does_may_have_expressions() -> None:
    layer = """{opaque: "=channels", holds: {w: ["=channels", 5], bias: 7},
        does: {mac: "=channels * width", neurons: 2}}"""
    total = count(load(StringIO(f"input: 3x4x4\nlayers: [{layer}]"))).total
    plain = count(load(StringIO("input: 3\nlayers: [{opaque: 2, does: {mac: 6, neurons: 2}}]")))

    assert (total.weights, total.biases) == (3 * 5, 7)
    assert (total.macs, total.neurons, total.unknown) == (3 * 4, 2, {})
    assert (plain.total.macs, plain.total.flops) == (6, 12)


def test_what_is_stated_stays_at_another_input_and_that_is_said() -> None:
    spec = load(StringIO(CAPSULES))
    sized = CAPSULES.replace(
        "holds: {w: 1152x10x8x16}", 'holds: {w: ["=32 * height * width", 1280]}'
    )
    at = count(spec, input="1x32x32")

    assert at["digits"].parameters == 1152 * 10 * 8 * 16
    assert at.notes == ("stated, and so the same at every input: digits",)
    assert count(at.graph, input="1x28x28").notes == count(spec).notes == ()
    other = count(load(StringIO(sized)), input="1x32x32")
    assert other["digits"].parameters == 32 * 8 * 8 * 1280
    assert [note.split(":")[0] for note in other.notes] == ["input 1x32x32 instead of 1x28x28"]


def test_weights_of_its_own_stand_under_another_word() -> None:
    with pytest.raises(SpecError) as caught:
        count(load(StringIO("input: 3\nlayers: [{name: a, opaque: 2, weights: 1474560}]")))
    assert "\n".join(str(caught.value).splitlines()[:1] + str(caught.value).splitlines()[3:]) == (
        "spec:2:40: error[unknown-name]: a: no earlier layer is called `1474560`\n"
        "  hint: arrays of its own stand under `holds`, as in `holds: {w: 1152x10x8x16}`"
    )


def test_frozen_arrays_are_fixed() -> None:
    report = count(load(StringIO("input: 3\nlayers: [{opaque: 2, holds: 7, trainable: false}]")))

    assert (report.total.parameters, report.total.fixed) == (0, 7)


def test_what_it_does_is_unknown_to_every_convention_but_those_of_what_is_stored(
    capsules: Report,
) -> None:
    for convention in archcalc.conventions():
        figure = apply(capsules, convention)
        stored = convention.figures == "parameters" or convention.name == "keras-memory"
        assert figure.partial == (not stored)
        assert figure.unknown == (("digits",) if figure.partial else ())


def test_memory_is_partial_as_a_convention_where_it_is_in_the_report(capsules: Report) -> None:
    figure = apply(capsules, "memory")

    assert "total" in capsules.to_dict()["memory"]["partial"]
    assert (figure.partial, figure.total) == (True, capsules.memory().times(4).total)
    assert figure.known("digits") == (4 * (1152 * 10 * 8 * 16 + 160), False)
    assert figure.known("conv1", alone=True) == (4 * (256 * 82 + 256 * 20 * 20), True)
    assert [
        name for name in ("memory", "keras-memory") if list(totals(capsules, [find(name)]))
    ] == ["keras-memory"]


def test_derivations_say_unknown_and_their_sums_at_least(capsules: Report) -> None:
    found = explain(capsules.graph)

    assert str(found["digits"]["macs"]) == "unknown"
    assert str(found["digits"]["parameters"]) == "1,474,560"
    assert str(found.sum("neurons")) == "≥ 111,626"  # 256·20·20 + 256·6·6 + 10
    assert found["digits"]["connections"].to_dict()["partial"]


def test_it_is_not_run_and_what_stands_behind_it_is(capsules: Report) -> None:
    found = confirm(capsules)

    assert [line.path for line in found.not_run] == ["digits"]
    assert found["digits"].trouble == "what it does is unknown"
    assert found["decoder"].agrees
    assert found.agrees is None
    assert found.total["macs"].rule is None
    with pytest.raises(UsageError) as caught:
        archcalc.build(capsules.graph)
    assert str(caught.value) == (
        "error[unknown-work]: `digits` cannot be run: what `opaque` does is unknown"
    )


def test_differences_know_what_is_the_same(capsules: Report) -> None:
    wider = count(load(StringIO(CAPSULES.replace("linear: 10", "linear: 20"))))
    other = count(load(StringIO(CAPSULES.replace("holds: {", "holds: {bias: 160, "))))

    assert not diff(capsules, wider).is_partial("macs")
    assert diff(capsules, wider).change("macs") == 1_600
    assert diff(capsules, other).is_partial("macs")
    assert diff(capsules, other).to_dict()["partial"] == [
        "connections", "connections_in_bounds", "neurons", "interactions", "activations", "macs",
        "flops",
    ]  # fmt: skip


def test_published_figures_that_it_touches_cannot_be_judged(tmp_path: Path) -> None:
    path = tmp_path / "capsules.yaml"
    path.write_text(
        f"{CAPSULES}---\nsources: {{paper: a paper}}\npublished:\n"
        "  - {network: capsules, figure: =parameters, printed: 6.8M, unit: 1000000, match: round,"
        " source: paper}\n"
        "  - {network: capsules, figure: =macs, printed: 199M, unit: 1000000, match: round,"
        " source: paper}\n",
        "utf-8",
    )
    weights, work = published(path)

    assert (weights.verdict, weights.holds) == ("rounded", True)
    assert (work.verdict, work.sign, work.holds) == ("at least", "≥", False)
