"""Confirmation: rule and witness agree; a rule that is broken on purpose is caught."""

from __future__ import annotations

import ast
import importlib
import inspect
from fractions import Fraction
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

import archcalc
from archcalc import ops
from archcalc.errors import UnknownName
from archcalc.model import layer
from archcalc.ops import window
from archcalc.ops.avgpool import Avgpool
from archcalc.ops.batchnorm import Batchnorm
from archcalc.ops.concat import Concat
from archcalc.ops.conv import Conv
from archcalc.ops.linear import Linear
from archcalc.ops.maxpool import Maxpool
from archcalc.ops.op import Op, Placewise, Shape, Weight, Work
from archcalc.ops.pad_channels import PadChannels
from archcalc.ops.rbf import Rbf
from archcalc.ops.span import Span
from archcalc.ops.subsample import Subsample
from archcalc.ops.weight import bias
from archcalc.referee.confirmations import dependence as sight
from archcalc.referee.confirmations import tallies, witness
from archcalc.referee.confirmations.claim import SUMS, Claim, Confirmation, Seen
from archcalc.referee.confirmations.confirmation import BEYOND, confirm
from archcalc.referee.confirmations.witness import Witness
from tests.exactly import exactly
from tests.forgetting import forget
from tests.strategies import networks

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

EVERYTHING = """\
name: everything
input: 2x16x15
layers:
  - {name: C1, conv: 4, kernel: 3, padding: [2, 1, 0, 1], after: [batchnorm, relu]}
  - {name: groups, conv: 6, kernel: 2x3, groups: 2, stride: 2, ceil: true, bias: untied}
  - {name: table, op: conv, kernel: 3, padding: half, dilation: 2, table: [[0, 1], [5], [1, 2, 3]]}
  - {name: pool, maxpool: 2, stride: 1, ceil: true, padding: [1, 0]}
  - {name: mean, avgpool: 3, stride: 2, ceil: true}
  - add: [{name: 1x1, conv: 3, kernel: 1, bias: false, trainable: false}, []]
  - concat: [[], {name: zeros, pad_channels: 4}]
  - {name: S, subsample: 2x1}
  - {name: linear, linear: 5, after: [sigmoid]}
  - {name: OUTPUT, rbf: 3}
"""

OPS = """\
input: 2x9x8
layers:
  - {name: conv, conv: 4, kernel: 3, padding: half, groups: 2, after: [batchnorm, relu]}
  - {name: table, op: conv, kernel: 2, padding: [1, 0], table: [[0, 1], [3]], bias: untied}
  - {name: maxpool, maxpool: 3, stride: 2, padding: 1, ceil: true}
  - add: [[], identity, {scale: 0.5}]
  - concat: [[], tanh, dropout]
  - {name: avgpool, avgpool: 2, stride: 1, padding: [1, 0]}
  - {name: lrn, lrn: 3}
  - {name: zeros, pad_channels: 8, after: [relu6, leaky_relu, prelu, elu, selu, gelu, silu, mish]}
  - {name: halves, glu: , after: [softplus, hard_sigmoid, hard_swish, hard_tanh]}
  - {name: bent, celu: , after: [softsign, log_sigmoid, exp, threshold, log_softmax]}
  - {name: rows, softmax: height}
  - {name: norms, layernorm: , after: [{groupnorm: 2}, instancenorm, rmsnorm, l2norm, affine]}
  - {name: fixed, op: avgpool, output: 4x3}
  - {name: subsample, subsample: 2x1, after: [lecun_tanh]}
  - softmax
  - {name: mean, globalavgpool: , from: subsample}
  - {name: flat, flatten: , from: subsample}
  - {name: linear, linear: 5, from: subsample, before: [sigmoid]}
  - {name: rbf, rbf: 3, from: subsample}
  - {name: attention, attention: 1, from: subsample}
  - {name: core, scaled_dot_product: 1, from: subsample}
  - {name: square, op: avgpool, output: 2, from: subsample}
  - matmul
  - {name: learned, learned: , from: subsample}
  - {name: lstm, lstm: 2, from: subsample}
  - {name: gru, gru: 2, from: subsample}
  - {name: rnn, rnn: 2, from: subsample}
  - {name: one, conv: 1, kernel: 1, from: subsample}
  - {name: embedding, embedding: 2, words: 3}
  - {multiply: [[], [globalmaxpool, {linear: 2}], one_minus], from: input}
  - {maximum: [[], tanh]}
  - {subtract: [[], tanh]}
  - {upsample: 2, mode: bilinear}
  - {slice: [1, 7], axis: width, from: conv}
  - {shuffle: 2, after: [relu]}
  - {conv: 4, kernel: 3, padding: half}
  - {pad: [1, 0, 2, 1]}
  - {split: [1, 3], part: 2}
  - {crop: 2}
  - {deconv: 3, kernel: 3, padding: 1, groups: 3}
  - {local: 3, kernel: 2, padding: [1, 0]}
  - {mean: channels, from: conv}
  - {pad: [1, 0, 0, 0]}
  - {pixel_unshuffle: 2}
  - {pixel_shuffle: 2}
  - {unpool: 2}
  - {fold: height, from: conv}
  - {tokens: , from: conv}
  - {permute: [0, 2, 1], from: conv}
  - {reshape: 8x4x9}
"""

WINDOWS = """\
input: 1x12x12
layers:
  - {name: C, conv: 2, kernel: 2, stride: 2, padding: 1, dilation: 2, ceil: true}
  - {name: P, maxpool: 2, padding: 0}
"""

OTHERWISE = {
    "attention": {"add", "cmp"}, "softmax": {"add", "cmp"}, "lrn": {"add"}, "softplus": {"cmp"},
    "mish": {"cmp"}, "scaled_dot_product": {"add", "cmp"}, "log_sigmoid": {"cmp"},
    "log_softmax": {"add", "cmp"},
}  # fmt: skip
"""Work that a kernel does in another way than is counted."""
REMEMBERING = Witness()
"""Broken rules change nothing of what it has found."""


def check(text: str = EVERYTHING) -> Confirmation:
    """Confirm a spec from its text."""
    return confirm(archcalc.load(StringIO(text)))


def complaints(confirmation: Confirmation) -> set[tuple[str, str]]:
    """Name the layers and quantities that differ."""
    return {(line.path, claim.quantity) for line in confirmation.lines for claim in line.differing}


# --- rule and witness agree ---


def test_lenet5_is_confirmed_figure_by_figure() -> None:
    confirmation = archcalc.confirm("lenet5")
    total = {name: confirmation.total[name].witness for name in SUMS if name != "interactions"}

    assert confirmation.agrees
    assert all(line.agrees for line in confirmation.lines)
    assert total["parameters"] == 60_000
    assert total["weights"] == 60_000 - (6 + 6 + 16 + 16 + 120 + 84)
    assert (total["connections"], total["macs"], total["fixed"]) == (340_908, 325_680, 840)
    # matrix products, the coefficients of S2 and S4, and the squares of the output
    assert total["multiplications"] == 325_680 + 6 * 14 * 14 + 16 * 5 * 5 + 10 * 84


def test_lenet5_sees_of_the_image_what_the_rule_says() -> None:
    lines = {line.path: line for line in archcalc.confirm("lenet5").lines}

    assert lines["C1"]["receptive_field"].witness == Seen((14, 14), (14, 19), (14, 19))
    assert lines["C3"]["receptive_field"].witness == Seen((5, 5), (10, 24), (10, 24))
    assert lines["C5"]["receptive_field"].witness == Seen((0, 0), (0, 32), (0, 32))
    assert str(lines["C3"]["receptive_field"].rule) == "(5, 5) sees rows 10:24, columns 10:24"


def test_every_op_is_confirmed() -> None:
    confirmation = check(OPS)

    assert {line.op for line in confirmation.lines} == ops.runnable()
    assert confirmation.agrees, complaints(confirmation)


def test_every_op_is_confirmed_on_maps_of_more_than_one_place() -> None:
    nodes = archcalc.count(archcalc.load(StringIO(OPS))).nodes

    assert {node.op.name for node in nodes if min(node.xs[0][1:]) > 1} == ops.runnable()


@pytest.mark.parametrize("end", ["linear: 4", "rbf: 4"])
def test_what_stands_after_flatten_sees_what_it_saw(end: str) -> None:
    lines = f"[{{conv: 2, kernel: 3}}, {{maxpool: 2}}, {{name: flat, flatten: }}, {{{end}}}]"
    confirmation = check(f"input: 1x9x9\nlayers: {lines}\n")
    fields = {line.path: line["receptive_field"] for line in confirmation.lines}

    assert confirmation.agrees, complaints(confirmation)
    # 3x3 pooled windows of 2 x 2 units 3 pixels wide: 3 + 5 = 8 of the 9 rows
    assert fields["flat"].rule == Seen((0, 0), (0, 8), (0, 8))


@pytest.mark.parametrize("size", ["1x1x2", "1x2x1", "1x5", "2x2x3"])
@pytest.mark.parametrize("op", ["rnn", "lstm", "gru"])
def test_a_recurrent_layer_reads_places_in_their_order(op: str, size: str) -> None:
    confirmation = check(f"input: {size}\nlayers: [{{op: {op}, units: 1, steps: all}}]\n")

    assert confirmation.agrees, complaints(confirmation)


@pytest.mark.parametrize("scale", ["1x5", "5x1", "7"])
def test_blocks_of_any_size_are_confirmed(scale: str) -> None:
    confirmation = check(f"input: 1x35x35\nlayers: [{{pixel_unshuffle: {scale}}}]\n")

    assert confirmation.agrees, complaints(confirmation)


@pytest.mark.parametrize("op", ["groupnorm: 1", "attention: 1", "attention: 1, causal: true"])
def test_what_reaches_all_of_a_cut_map_is_confirmed(op: str) -> None:
    confirmation = check(f"input: 2x6\nlayers: [{{crop: [1, 2]}}, {{{op}}}]\n")

    assert confirmation.agrees, complaints(confirmation)


def test_every_kind_of_layer_is_confirmed() -> None:
    confirmation = check()

    assert confirmation.agrees, complaints(confirmation)
    assert {claim.witness is None for claim in confirmation.total.claims} == {False}


def test_padded_taps_are_connections_but_not_in_bounds() -> None:
    (line, *_) = check().lines

    assert line["connections"].witness == 4 * 17 * 14 * (2 * 3 * 3 + 1)
    assert line["connections_in_bounds"].witness < line["connections"].witness  # type: ignore[operator]
    assert line["connections_in_bounds"].agrees


@pytest.mark.parametrize(
    "name", ["zip1989", "five-layer-cnn", "resnet20", "densenet-40-12", "googlenet", "inception-v3"]
)
def test_networks_of_the_library_are_confirmed(name: str) -> None:
    confirmation = confirm(name, heads=True)

    assert confirmation.agrees, complaints(confirmation)
    assert all(not line.trouble for line in confirmation.lines)


def test_windows_that_are_no_part_of_a_strip_are_looked_at_whole() -> None:
    assert check("input: 1x1x5\nlayers: [{attention: 1, within: 1x5}]\n").agrees


@pytest.mark.parametrize("size", ["1x1", "3x1x1", "2x4x1", "2x3x5"])
def test_a_map_that_is_its_own_mean_is_seen(size: str) -> None:
    assert check(f"input: {size}\nlayers: [instancenorm]\n").agrees


def test_a_row_of_places_up_to_each_is_looked_at_whole() -> None:
    for size in ("2x1x2", "2x3x1", "2x4"):
        assert check(f"input: {size}\nlayers: [{{attention: 1, causal: true}}]\n").agrees


@settings(max_examples=60)
@given(networks())
def test_random_networks_are_confirmed(text: str) -> None:
    confirmation = check(text)

    assert confirmation.agrees, complaints(confirmation)
    assert confirmation.total["multiplications"].witness is not None


@pytest.mark.parametrize(
    ("input", "layers"),
    [
        # a unit on padding, beyond a row that no window read
        ("1x5x5", "{maxpool: 2}, {conv: 2, kernel: 1, padding: 1}"),
        # a unit on padding, beside units that look at overlapping windows
        ("1x5x5", "{conv: 2, kernel: 3}, {conv: 2, kernel: 1, padding: 1}"),
        ("3x2x4", "globalavgpool, {conv: 3, kernel: 1, stride: 2, padding: 2}"),
        # no window at all reads the one column
        ("3x5x1", "{conv: 2, kernel: 1, stride: 3, padding: 2}, {linear: 3}"),
        # the outer taps straddle the input
        (
            "1x1x7",
            "{conv: 1, kernel: 3, padding: 2, dilation: 2}, {conv: 2, kernel: 1, padding: 3}",
        ),
    ],
)
def test_a_unit_whose_taps_lie_on_padding_sees_nothing_there(input: str, layers: str) -> None:  # noqa: A002 - the field's own word
    confirmation = check(f"input: {input}\nlayers: [{layers}]\n")

    assert confirmation.agrees, complaints(confirmation)


def test_a_claim_that_is_too_narrow_is_caught_beside_padding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "input: 1x9x9\nlayers: [{name: C, conv: 1, kernel: 5, padding: 2, stride: 2}]\n"
    assert check(text).agrees
    monkeypatch.setattr(Span, "reach", property(lambda span: span.kernel - 2))

    assert ("C", "receptive_field") in complaints(check(text))


def test_equal_layers_are_run_once() -> None:
    remembering = Witness()
    first = confirm("resnet20", witness=remembering)
    again = confirm("resnet32", witness=remembering)

    assert len(first.lines) == 71
    assert first.distinct == again.distinct < 30


@pytest.mark.parametrize("join", sorted(filter(ops.is_join, ops.names())))
def test_a_join_costs_as_much_as_it_has_branches(
    join: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel, run = importlib.import_module(f"archcalc.kernels.{join}"), list[int]()
    forward = kernel.forward

    def count(*xs: Any, **fields: Any) -> Any:  # noqa: ANN401
        run.append(len(xs))
        return forward(*xs, **fields)

    monkeypatch.setattr(kernel, "forward", count)
    branches = ", ".join(["{conv: 1, kernel: 3, padding: half}"] * 100)
    confirmation = check(f"input: 1x5x5\nlayers: [{{{join}: [{branches}]}}]\n")

    assert confirmation.agrees
    assert sum(run) < 10 * 100


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    confirm("lenet1", progress=lambda done, of: told.append((done, of)))

    assert told == [(done, 10) for done in range(1, 11)]


def test_everything_comes_as_plain_values() -> None:
    found = confirm("lenet5").to_dict()

    assert found["agrees"] is True
    assert found["lines"][0]["claims"]["weights"] == {"rule": 150, "witness": 150, "agrees": True}
    assert found["lines"][0]["claims"]["receptive_field"]["witness"]["rows"] == (14, 19)
    assert any("memory" in note for note in found["not_measured"])


def test_work_is_counted_at_full_size() -> None:
    text = (
        "input: 3x224x224\nlayers: [{conv: 64, kernel: 3, padding: half}, relu, lrn, {maxpool: 3}]"
    )
    conv, relu, lrn, pool = check(text).lines

    assert conv["add"].witness == 64 * 224 * 224  # a bias each
    assert conv["multiplications"].witness is None
    assert relu["cmp"].witness == 64 * 224 * 224
    assert [lrn[kind].witness for kind in ("mul", "pow", "div", "add")] == [
        2 * 64 * 224 * 224, 64 * 224 * 224, 64 * 224 * 224, None,
    ]  # fmt: skip
    assert pool["cmp"].witness == 64 * 74 * 74 * (3 * 3 - 1)


def test_what_was_not_measured_is_said_of_what_is_there() -> None:
    everything = (
        "input: 1x300x300\nlayers: [{conv: 9, kernel: 3}, lrn, {op: avgpool, output: 7}, softmax]"
    )
    always = ("memory", BEYOND)

    assert confirm("lenet5").not_measured == always
    assert check(everything).not_measured == (
        "memory",
        "additions of avgpool, whose kernel takes another way",
        "additions of lrn, whose kernel takes another way",
        "additions of softmax, whose kernel takes another way",
        "comparisons of softmax, whose kernel takes another way",
        "multiplications one by one in layers with more than 200,000 of them",
        BEYOND,
        "receptive fields where none is claimed",
    )


def test_what_was_not_measured_neither_agrees_nor_differs() -> None:
    assert Claim("macs", 5, None).agrees is None
    assert Claim("macs", 5, 5).agrees is True
    assert Claim("macs", 5, 4).agrees is False


def test_lines_and_claims_are_found_by_name() -> None:
    confirmation = confirm("lenet5")

    assert confirmation["C3"]["connections"].witness == 151_600
    with pytest.raises(
        UnknownName,
        match=exactly(
            "error[unknown-layer]: lenet5 has no layer `C33`\n  hint: did you mean `C3`?"
        ),
    ):
        confirmation["C33"]
    with pytest.raises(
        UnknownName,
        match=exactly(
            "error[unknown-quantity]: nothing is claimed of `connection` in `C3`\n"
            "  hint: did you mean `connections`?"
        ),
    ):
        confirmation["C3"]["connection"]


def test_a_layer_too_large_to_run_is_said_to_be_so() -> None:
    confirmation = check("input: 1x1x1\nlayers:\n- {name: A, linear: 99999999999}\n- relu\n")

    assert confirmation.agrees is None
    assert confirmation.differing == ()
    assert confirmation.not_run == confirmation.lines
    assert [line.trouble for line in confirmation.lines] == [
        "an array of 99999999999x1 is too large to be run here",
        "what enters it is not known",
    ]
    assert confirmation.total.trouble == "2 layers were not run"
    assert confirmation.to_dict()["agrees"] is None


def test_what_differs_beside_a_layer_that_was_not_run_differs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Batchnorm, "weights", _without("mean"))
    forget()
    confirmation = check("input: 1x1x1\nlayers:\n- batchnorm\n- {linear: 99999999999}\n")

    assert confirmation.agrees is False
    assert complaints(confirmation) == {("batchnorm1", "statistics")}
    assert [line.path for line in confirmation.not_run] == ["linear1"]


# --- the witness knows nothing of the rules ---


@pytest.mark.parametrize(
    "module", [witness, sight, tallies, layer], ids=lambda module: module.__name__
)
def test_what_measures_imports_no_rule(module: ModuleType) -> None:
    tree = ast.parse(inspect.getsource(module))
    for block in [node for node in tree.body if isinstance(node, ast.If)]:
        assert ast.unparse(block.test) == "TYPE_CHECKING"
        tree.body.remove(block)
    found = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]

    assert any("__future__" in line for line in found)
    assert not [line for line in found if "archcalc.ops" in line or "archcalc.report" in line]


# --- a broken rule is caught ---


def _plus_one(method: Callable[..., int]) -> Callable[..., int]:
    return lambda *xs: method(*xs) + 1


def _swapped(span: type[Span], **changes: Callable[[Any], Any]) -> Callable[..., Any]:
    """Make spans whose fields are changed as they are made."""

    def make(*values: Any, **named: Any) -> Span:  # noqa: ANN401
        made = span(*values, **named)
        return made._replace(**{key: change(getattr(made, key)) for key, change in changes.items()})

    return make


def _without(name: str) -> Callable[..., tuple[Weight, ...]]:
    """Forget an array."""
    rules: dict[type[Any], Any] = {op: op.weights for op in (Conv, Batchnorm)}

    def weights(op: Op, x: Shape, y: Shape) -> tuple[Weight, ...]:
        return tuple(weight for weight in rules[type(op)](op, x, y) if weight.name != name)

    return weights


BROKEN: dict[str, tuple[Any, str, Any]] = {
    "the bias is dropped": (Conv, "weights", _without("bias")),
    "the bias is no connection": (
        Conv,
        "connections",
        lambda op, x, y: op._weights(x) * y.height * y.width,  # noqa: SLF001
    ),
    "the groups are forgotten": (Conv, "fans", lambda op, x: [(op._maps(), x.channels)]),  # noqa: SLF001
    "the table is ignored": (
        Conv,
        "fans",
        lambda op, x: [(op._maps(), x.channels // op.groups)],  # noqa: SLF001
    ),
    "the stride is one more": (window, "Span", _swapped(Span, stride=lambda stride: stride + 1)),
    "floor for ceil": (window, "Span", _swapped(Span, ceil=lambda _: False)),
    "ceil for floor": (window, "Span", _swapped(Span, ceil=lambda _: True)),
    "the padding is forgotten": (window, "Span", _swapped(Span, before=lambda _: 0)),
    "the dilation is forgotten": (window, "Span", _swapped(Span, dilation=lambda _: 1)),
    "padding counts as in bounds": (Conv, "connections_in_bounds", Conv.connections),
    "untied biases are tied": (
        Conv,
        "weights",
        lambda op, _x, _y: (bias(op._maps()),),  # noqa: SLF001
    ),
    "macs are forgotten": (Conv, "work", Op.work),
    "a unit has one weight more": (Linear, "parameters", _plus_one(Linear.parameters)),
    "there is a unit more": (Linear, "shape", lambda op, *_: Shape(op.units + 1, 1, 1)),
    "gamma is forgotten": (Batchnorm, "weights", _without("gamma")),
    "statistics are forgotten": (Batchnorm, "weights", _without("mean")),
    "a subsampling has a bias per unit": (Subsample, "weights", lambda _op, _x, y: (bias(y.size),)),
    "a subsampling has no bias": (Subsample, "connections", lambda _op, _x, y: y.size * 4),
    "a centre too many": (Rbf, "parameters", _plus_one(Rbf.parameters)),
    "centres are forgotten": (Rbf, "parameters", lambda *_: 0),
    "channels are not added up": (Concat, "shape", lambda _, *xs: xs[0]),
    "a pool sees one pixel": (Maxpool, "window", Placewise.window),
    "a pool keeps the size": (Avgpool, "shape", lambda _, x: x),
    "no zeros are appended": (PadChannels, "shape", lambda _, x: x),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_caught(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, name, broken = BROKEN[rule]
    text = WINDOWS if owner is window else EVERYTHING
    assert check(text).agrees
    monkeypatch.setattr(owner, name, broken)
    forget()

    assert not check(text).agrees


@pytest.mark.parametrize("kind", Work._fields)
@pytest.mark.parametrize("op", sorted(ops.runnable()))
def test_an_operation_too_many_is_caught(
    op: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = ops.find(op).work

    def one_more(*rest: Any) -> Work:  # noqa: ANN401 - the op, its input and its output
        work = rule(*rest)
        return work._replace(**{kind: getattr(work, kind) + 1})

    monkeypatch.setattr(ops.find(op), "work", one_more)
    forget()
    found = complaints(confirm(archcalc.load(StringIO(OPS)), witness=REMEMBERING))

    quantity = "macs" if kind == "mac" else kind
    assert (quantity in {name for _, name in found}) is (kind not in OTHERWISE.get(op, ()))


def test_a_broken_rule_is_named_with_its_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Batchnorm, "weights", _without("mean"))
    forget()
    confirmation = check()

    assert complaints(confirmation) == {("C1.batchnorm", "statistics")}
    assert confirmation.total["statistics"] == Claim("statistics", 4, 8)
    assert [line.path for line in confirmation.differing] == ["C1.batchnorm"]


def test_a_window_that_the_kernel_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Maxpool, "window", Placewise.window)
    monkeypatch.setattr(Maxpool, "shape", lambda _, x: x)
    forget()
    confirmation = check("input: 1x2x2\nlayers:\n- {name: P, maxpool: 3}\n- relu\n")

    assert confirmation.agrees is False
    assert [line.path for line in confirmation.differing] == ["P"]
    assert (
        confirmation.lines[0].trouble == "a window of 3 cells does not fit on 2, padding included"
    )
    assert confirmation.lines[1].trouble == "what enters it is not known"


def test_a_branch_that_looks_elsewhere_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Conv, "window", lambda _, x: (Span(x.height, 1), Span(x.width, 1)))
    monkeypatch.setattr(Conv, "shape", lambda op, x: Shape(op.filters, x.height, x.width))
    text = "input: 1x5x5\nlayers:\n- {name: C, conv: 1, kernel: 3, padding: half}\n"

    assert complaints(check(text)) >= {("C", "receptive_field")}


def test_numbers_of_an_op_reach_the_witness_exactly() -> None:
    op = Batchnorm(eps=Fraction(1, 1000), scale=False)

    assert Witness().measure(op, ((3, 4, 4),)).beta == 3
