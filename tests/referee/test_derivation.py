"""Derivations: the named examples, and every printed expression of every network, evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

import archcalc
from archcalc.arithmetic import Derived
from archcalc.counts import KINDS
from archcalc.errors import Reason, UnknownName
from archcalc.facts import Facts
from archcalc.ops import names
from archcalc.ops.avgpool import Avgpool
from archcalc.ops.conv import Conv
from archcalc.ops.identity import Identity
from archcalc.ops.maxpool import Maxpool
from archcalc.ops.op import Shape
from archcalc.ops.span import Span
from archcalc.receptive_field import one_pixel
from archcalc.referee.derivations.derivation import DerivedFigure, derive, together
from archcalc.referee.derivations.explanation import SUMMED
from archcalc.referee.derivations.symbolic import spell
from archcalc.referee.derivations.windows import reading
from tests.exactly import exactly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from archcalc.ops.fields import Bias
    from archcalc.referee.derivations.explanation import Explanation

BETWEEN = "no window reads the row between each two"
NETWORKS = sorted(entry.id for entry in archcalc.networks())


@pytest.mark.parametrize(
    ("network", "layer", "quantity", "printed"),
    [
        ("lenet5", "C1", "parameters", "6·(5·5·1 + 1) = 156"),
        ("lenet5", "C1", "weights", "156 − 6 = 150"),
        ("lenet5", "C1", "biases", "6"),
        ("lenet5", "C1", "connections", "156·28·28 = 122,304"),
        ("lenet5", "C1", "neurons", "6·28·28 = 4,704"),
        ("lenet5", "C1", "macs", "150·28·28 = 117,600"),
        ("lenet5", "C1", "flops", "2·117,600 + 4,704 + 9,408 + 4,704 = 254,016"),
        ("lenet5", "S2", "parameters", "6·(1 + 1) = 12"),
        ("lenet5", "S2", "connections", "6·14·14·(2·2 + 1) = 5,880"),
        (
            "lenet5",
            "C3",
            "parameters",
            "6·(5·5·3 + 1) + 9·(5·5·4 + 1) + 1·(5·5·6 + 1) = 1,516",
        ),
        ("lenet5", "C3", "connections", "1,516·10·10 = 151,600"),
        ("lenet5", "F6", "parameters", "84·(120 + 1) = 10,164"),
        ("lenet5", "OUTPUT", "fixed", "10·84 = 840"),
        ("lenet5", "OUTPUT", "parameters", "0"),
        ("lenet5-textbook", "C3", "parameters", "16·(5·5·6 + 1) = 2,416"),
        ("alexnet", "conv2", "parameters", "256·(5·5·96/2 + 1) = 307,456"),
        ("alexnet", "fc6", "parameters", "4,096·(256·6·6 + 1) = 37,752,832"),
        ("resnet50", "conv1", "parameters", "64·7·7·3 + 64 + 64 = 9,536"),
        ("resnet50", "conv1", "statistics", "64·2 = 128"),
        ("resnet50", "conv1", "macs", "9,408·112·112 = 118,013,952"),
        ("resnet50", "avgpool", "flops", "98,304 + 2,048 = 100,352"),
    ],
)
def test_a_layer_prints_the_rule_with_its_numbers(
    network: str, layer: str, quantity: str, printed: str
) -> None:
    assert str(archcalc.explain(network, layer)[layer][quantity]) == printed


@pytest.mark.parametrize(
    ("quantity", "printed"),
    [
        ("parameters", "156 + 12 + 1,516 + 32 + 48,120 + 10,164 = 60,000"),
        ("fixed", "840"),
        ("connections", "122,304 + 5,880 + 151,600 + 2,000 + 48,120 + 10,164 + 840 = 340,908"),
        ("macs", "117,600 + 150,000 + 48,000 + 10,080 = 325,680"),
        ("statistics", "0"),
    ],
)
def test_the_sums_of_lenet5_are_those_of_the_paper(quantity: str, printed: str) -> None:
    assert str(archcalc.explain("lenet5").sum(quantity)) == printed


def test_many_layers_are_summed_by_stage_and_equal_ones_together() -> None:
    assert str(archcalc.explain("resnet152").sum("parameters")) == (
        "9,536 + 215,808 + 2,339,840 + 40,613,888 + 14,964,736 + 2,049,000 = 60,192,808"
    )
    assert str(archcalc.explain("resnet34", "conv2_x/1").sum("macs")) == (
        "2·115,605,504 = 231,211,008"
    )
    assert str(archcalc.explain("resnet152", "conv4_x").sum("macs")).endswith(" = 7,938,244,608")


@pytest.mark.parametrize(
    ("network", "layer", "height", "note"),
    [
        ("lenet5", "C1", "32 − 5 + 1 = 28", ""),
        ("lenet5", "S2", "(28 − 2)/2 + 1 = 14", ""),
        (
            "resnet50",
            "conv1",
            "⌊(224 + 3 + 3 − 7)/2⌋ + 1 = 112",
            "223/2 rounded down: no window reads the last row of padding",
        ),
        (
            "alexnet-224",
            "conv1",
            "⌈(224 − 11)/4⌉ + 1 = 55",
            "213/4 rounded up: the last window reaches 3 rows beyond the input",
        ),
        (
            "resnet50",
            "conv3_x/1/conv1",
            "⌊(56 − 1)/2⌋ + 1 = 28",
            f"55/2 rounded down: no window reads the last row of the input; {BETWEEN}",
        ),
    ],
)
def test_the_height_shows_its_rounding_and_what_is_not_read(
    network: str, layer: str, height: str, note: str
) -> None:
    figure = archcalc.explain(network, layer)[layer].steps[0].derivation["height"]
    assert (str(figure), figure.note) == (height, note)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (Span(6, 3), []),
        (Span(7, 3, 4), [BETWEEN]),
        (Span(8, 3, 4), ["5/4 rounded down: no window reads the last row of the input", BETWEEN]),
        (Span(8, 3, 3), ["5/3 rounded down: no window reads the last 2 rows of the input"]),
        (Span(5, 3, 2, 1, 2), ["5/2 rounded down: no window reads the last row of padding"]),
        (Span(6, 3, 2, 1, 0, ceil=True), []),
        (
            Span(5, 2, 2, ceil=True),
            ["3/2 rounded up: the last window reaches 1 row beyond the input"],
        ),
        (
            Span(8, 2, 5, 1, 1),
            [
                "8/5 rounded down: no window reads the last 2 rows of the input",
                "no window reads the 3 rows between each two",
            ],
        ),
        (
            Span(3, 1, 2, 0, 1, ceil=True),
            [
                (
                    "3/2 rounded up, but the window that this adds would start beyond the input, "
                    "and is dropped; no window reads the row between each two"
                )
            ],
        ),
    ],
)
def test_reading_says_what_windows_leave_out(span: Span, said: list[str]) -> None:
    assert reading(span, "row") == "; ".join(said)


def test_connections_in_bounds_say_how_many_taps_are_on_the_input() -> None:
    figure = archcalc.explain("alexnet", "conv2")["conv2"]["connections_in_bounds"]
    assert str(figure) == "12,288·129·129 + 256·27·27 = 204,671,232"
    assert figure.note == (
        "129 of 27·5 row taps are on the input; 129 of 27·5 column taps are on the input"
    )


def test_the_receptive_field_grows_by_the_reach_of_the_window_times_the_stride_so_far() -> None:
    derivation = archcalc.explain("lenet5", "C3")["C3"].steps[0].derivation
    assert str(derivation["field_size_rows"]) == "6 + 4·2 = 14"
    derivation = archcalc.explain("resnet50", "pool1")["pool1"].steps[0].derivation
    assert [str(figure) for figure in derivation.field[::2]] == [
        "7 + 2·2 = 11",
        "2·2 = 4",
        "−3 − 1·2 = −5",
    ]


def test_zeros_have_the_reason_of_the_op() -> None:
    figure = archcalc.explain("vgg16", "pool1")["pool1"].steps[0].derivation["parameters"]
    assert (figure.value, figure.note) == (
        0,
        "max pooling has no weights and compares instead of multiplying",
    )


def test_a_figure_that_nobody_derives_is_no_zero() -> None:
    explanation = archcalc.explain("vgg16", "pool1")
    mistakes: list[tuple[Callable[[], object], str]] = [
        (
            lambda: explanation["pool1"].steps[0].derivation["hight"],
            "`maxpool` has no figure `hight`",
        ),
        (lambda: explanation["pool1"]["parmeters"], "no figure is called `parmeters`"),
        (lambda: explanation.sum("parmeters"), "no figure is called `parmeters`"),
    ]
    for wrong, message in mistakes:
        with pytest.raises(UnknownName) as caught:
            wrong()
        near = "height" if "hight" in message else "parameters"
        hint = f"  hint: did you mean `{near}`?"
        assert str(caught.value) == f"error[unknown-quantity]: {message}\n{hint}"


def test_a_layer_that_nobody_explains_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName) as caught:
        archcalc.explain("vgg16")["pool9"]

    assert str(caught.value) == (
        "error[unknown-layer]: VGG has no layer `pool9`\n  hint: did you mean `pool5`?"
    )


def test_a_padding_in_words_is_shown_in_cells() -> None:
    same = Conv(filters=8, kernel=(4, 4), padding="same")
    x = Shape(3, 9, 9)
    height = derive(same, (x,), same.shape(x))["height"]
    assert str(height) == "9 + 1 + 2 − 4 + 1 = 9"


def test_a_concatenation_adds_up_its_channels() -> None:
    steps = archcalc.explain("googlenet", "3a/concat1").parts[0].steps
    assert str(steps[0].derivation["channels"]) == "64 + 128 + 32 + 32 = 256"


def test_windows_of_unlike_sizes_have_counts_but_no_field() -> None:
    pool = Avgpool(output=(4, 4))
    x = Shape(512, 14, 14)
    derivation = derive(pool, (x,), pool.shape(x))
    assert str(derivation["add"]) == "512·16·16 − 512·4·4 = 122,880"
    assert derivation["width"].note == "given: window i reads columns ⌊i·14/4⌋ to ⌈(i + 1)·14/4⌉"
    assert derivation.field == ()


def test_explaining_an_activation_explains_it_alone() -> None:
    explanation = archcalc.explain("lenet5", "C1.lecun_tanh")
    assert [part.path for part in explanation.parts] == ["C1.lecun_tanh"]
    assert str(explanation.sum("flops")) == "9,408 + 4,704 = 14,112"


def test_a_head_that_an_input_does_not_fit_hides_no_layer() -> None:
    figure = archcalc.explain("inception-v3", "1a", input="3x224x224")["1a"]["macs"]

    assert figure.value == 32 * 3 * 3 * 3 * 111 * 111
    with pytest.raises(
        UnknownName,
        match=exactly(
            "error[unknown-layer]: Inception-v3 has no layer `1z`\n"
            "  hint: `archcalc show` lists the layers, `--depth` unfolds blocks"
        ),
    ):
        archcalc.explain("inception-v3", "1z", input="3x224x224")


def test_a_head_is_found_by_its_path_and_counted_only_if_asked_for() -> None:
    assert archcalc.explain("googlenet", "aux1").sum("parameters").value == 3_188_840
    assert archcalc.explain("googlenet").sum("parameters").value == 6_998_552
    assert archcalc.explain("googlenet", heads=True).sum("parameters").value == 13_378_280


def test_another_input_is_explained_too() -> None:
    explanation = archcalc.explain("vgg16", "fc6", input="3x256x256")
    assert str(explanation.sum("parameters")) == "4,096·(512·8·8 + 1) = 134,221,824"


def test_an_unknown_layer_is_an_error_with_a_hint() -> None:
    with pytest.raises(
        UnknownName,
        match=exactly(
            "error[unknown-layer]: LeNet-5 has no layer `C2`\n"
            "  hint: `archcalc show` lists the layers, `--depth` unfolds blocks"
        ),
    ):
        archcalc.explain("lenet5", "C2")


def _figures(explanation: Explanation) -> Iterable[DerivedFigure]:
    yield from explanation.sums
    for part in explanation.parts:
        yield from part.figures


@pytest.mark.parametrize("network", NETWORKS)
def test_every_printed_derivation_evaluates_to_the_count(
    network: str, evaluate: Callable[[str], int], reckoned: dict[str, int]
) -> None:
    """Parse what is printed, reckon it, and compare with the report, row by row."""
    report = archcalc.count(network, heads=True)
    explanation = archcalc.explain(network, heads=True)
    rows = {row.path: row for row in report.rows}
    assert [part.path for part in explanation.parts] == list(rows)
    for part in explanation.parts:
        row = rows[part.path]
        for quantity in SUMMED:
            counted = getattr(row.work if quantity in KINDS else row, quantity)
            assert part[quantity].value == counted, (part.path, quantity)
    for quantity in SUMMED:
        counted = getattr(report.total.work if quantity in KINDS else report.total, quantity)
        assert explanation.sum(quantity).value == counted, quantity
    printed = {str(figure) for figure in _figures(explanation)}
    for part in explanation.parts:
        for step in part.steps:
            found = step.derivation
            assert tuple(figure.value for figure in found.shape) == found.output
            printed |= {str(figure) for figure in (*found.shape, *found.counts, *found.field)}
    for text in printed - reckoned.keys():
        left, _, right = text.partition(" = ")
        reckoned[text] = evaluate(left)
        assert reckoned[text] == evaluate(right or left), text


@pytest.fixture(scope="module", name="reckoned")
def _reckoned() -> dict[str, int]:
    """Remember what was reckoned: networks have many layers in common."""
    return {}


@st.composite
def windows(draw: st.DrawFn) -> tuple[Conv | Maxpool, Shape]:
    """Draw a convolution or a pool and an input that its window fits."""
    sizes, cells = st.tuples(*[st.integers(1, 4)] * 2), st.tuples(*[st.integers(0, 3)] * 4)
    kernel, stride, dilation = draw(sizes), draw(sizes), draw(sizes)
    padding, ceil, groups = draw(cells), draw(st.booleans()), draw(st.integers(1, 3))
    sides = [
        (k - 1) * d + 1 + draw(st.integers(0, 9)) for k, d in zip(kernel, dilation, strict=True)
    ]
    x = Shape(groups * draw(st.integers(1, 3)), *sides)
    if draw(st.booleans()):
        padding = (*(min(cells, kernel[i // 2] - 1) for i, cells in enumerate(padding)),)
        return Maxpool(kernel=kernel, stride=stride, padding=padding, ceil=ceil), x
    bias: Bias = draw(st.sampled_from([True, False, "untied"]))
    filters = groups * draw(st.integers(1, 3))
    return Conv(
        filters=filters, kernel=kernel, stride=stride, padding=padding, dilation=dilation,
        groups=groups, bias=bias, ceil=ceil,
    ), x  # fmt: skip


@given(drawn=windows())
def test_derivations_of_any_window_evaluate_to_its_counts(
    drawn: tuple[Conv | Maxpool, Shape], evaluate: Callable[[str], int]
) -> None:
    op, x = drawn
    try:
        y = op.shape(x)
    except Reason:
        reject()  # a max pool with nothing but padding to choose from
    derivation = derive(op, (x,), y, one_pixel(x))
    assert tuple(figure.value for figure in derivation.shape) == y
    counts = Facts.of(op, (x,), y).counts
    for quantity in ("parameters", "weights", "connections", "connections_in_bounds", "macs"):
        printed = {figure.quantity: figure.value for figure in derivation.counts}
        assert printed.get(quantity, 0) == getattr(counts, quantity)
    for figure in (*derivation.shape, *derivation.counts, *derivation.field):
        assert evaluate(figure.expression) == figure.value, str(figure)


def test_the_test_of_derivations_catches_a_wrong_one(evaluate: Callable[[str], int]) -> None:
    wrong = DerivedFigure("parameters", 157, Derived(6).term)
    assert str(wrong) == "6 = 157"
    assert evaluate("6") != wrong.value


def test_figures_of_equal_expression_are_multiplied() -> None:
    nine, also_nine = Derived(3) * 3, Derived(9)
    total = together([nine, also_nine, Derived(3) * 3])
    assert str(DerivedFigure.of("weights", total)) == "2·3·3 + 9 = 27"


@pytest.mark.parametrize(
    ("op", "quantity", "letters"),
    [
        ("conv", "parameters", "filters·(kh·kw·C/groups + 1)"),
        ("conv", "connections", "filters·(kh·kw·C/groups + 1)·H'·W'"),
        ("conv", "macs", "filters·kh·kw·C/groups·H'·W'"),
        ("linear", "parameters", "units·(C·H·W + 1)"),
        ("subsample", "parameters", "C·(1 + 1)"),
        ("subsample", "connections", "C'·H'·W'·(kh·kw + 1)"),
        ("rbf", "fixed", "units·C·H·W"),
        ("batchnorm", "parameters", "C + C"),
        ("batchnorm", "statistics", "C·2"),
        ("maxpool", "cmp", "C'·H'·W'·(kh·kw − 1)"),
        ("softmax", "add", "(C' − 1)·H'·W'"),
        ("lrn", "mul", "2·C'·H'·W'"),
        ("add", "add", "C'·H'·W'·(branches − 1)"),
    ],
)
def test_an_op_spells_its_rule_in_letters(op: str, quantity: str, letters: str) -> None:
    figures = {figure.quantity: figure.expression for figure in spell(op).figures}
    assert figures[quantity] == letters


def test_the_shape_rule_of_conv_in_letters() -> None:
    rule = spell("conv")
    assert [figure.expression for figure in rule.shape] == [
        "filters",
        "⌊(H + top + bottom − ((kh − 1)·dh + 1))/sh⌋ + 1",
        "⌊(W + left + right − ((kw − 1)·dw + 1))/sw⌋ + 1",
    ]
    assert [figure.expression for figure in rule.field[::2]] == [
        "size + (kh − 1)·dh·step",
        "step·sh",
        "start − top·step",
    ]


def test_the_variants_of_conv_say_what_changes() -> None:
    variants = {variant.setting: variant for variant in spell("conv").variants}
    assert list(variants) == ["trainable: false", "bias: false", "bias: untied", "ceil: true"]
    untied = {figure.quantity: figure.expression for figure in variants["bias: untied"].figures}
    assert untied == {
        "parameters": "filters·kh·kw·C/groups + C'·H'·W'",
        "biases": "C'·H'·W'",
    }
    assert variants["ceil: true"].shape[0].expression.startswith("⌈(H + top + bottom")


@pytest.mark.parametrize("name", sorted(names()))
def test_every_op_has_a_rule_in_letters(name: str) -> None:
    """Every letter in it is explained, and no number but the rule's own constants is left."""
    rule = spell(name)
    figures = [f for f in (*rule.shape, *rule.figures, *rule.field) if not f.partial]
    written = " ".join(figure.expression for figure in figures)
    own = {1, 2} if name != "unread" else {0, 1}  # it puts out nothing
    assert {int(word) for word in written.split() if word.isdigit()} <= own
    assert rule.doc
    assert rule.reason


def test_an_unknown_op_is_an_error_with_a_hint() -> None:
    with pytest.raises(
        UnknownName,
        match=exactly("error[unknown-op]: there is no op `covn`\n  hint: did you mean `conv`?"),
    ):
        spell("covn")


def test_an_op_without_rules_derives_its_shape_alone() -> None:
    x = Shape(3, 4, 4)
    derivation = derive(Identity(), (x,), x)
    assert derivation.counts == ()
    assert [str(figure) for figure in derivation.shape] == ["3", "4", "4"]
    assert derivation.zeros == (
        "parameters", "statistics", "connections", "neurons", "macs", "flops"
    )  # fmt: skip


def test_a_pool_without_padding_reads_its_stride_from_its_kernel() -> None:
    pool = Maxpool(kernel=(3, 3))
    x = Shape(2, 10, 10)
    derivation = derive(pool, (x,), pool.shape(x))
    assert str(derivation["height"]) == "⌊(10 − 3)/3⌋ + 1 = 3"
    assert str(derivation["cmp"]) == "2·3·3·(3·3 − 1) = 144"
