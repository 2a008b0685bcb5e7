"""What every op keeps to. The tests walk all ops, so a new one is found and held to it.

To add an op is two steps: a class in archcalc/ops, a kernel of the same name in archcalc/kernels.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from dataclasses import fields as fields_of
from dataclasses import replace
from fractions import Fraction
from io import StringIO
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

import archcalc
from archcalc import ops
from archcalc.errors import Reason
from archcalc.ops.op import Op, Shape, Weighted
from archcalc.spec.spec import Layer

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

OPS = sorted(ops.names())
JOINS = {"add", "concat"}
OF_THE_RUN = {"training", "rng", "mean", "variance"}
"""Keywords of kernels that belong to the run and not to the op."""
IN_WEIGHTS = {"filters", "units", "kernel", "bias", "scale", "shift", "trainable", "branches"}
"""Fields that a kernel sees in its arrays, and `trainable`, which changes no value."""

each_op = pytest.mark.parametrize("name", OPS)


def kernel(name: str) -> ModuleType:
    return importlib.import_module(f"archcalc.kernels.{name}")


# -- what stands in its class -------------------------------------------------------------------


@each_op
def test_one_module_one_class_one_name(name: str) -> None:
    op = ops.find(name)

    assert op.name == name
    assert op.__module__ == f"archcalc.ops.{name}"
    assert op.__name__ == name.title().replace("_", "")
    assert op.main is None or op.main in ops.field_types(name)


@each_op
def test_the_docstring_names_x_y_weights_work_source_and_has_an_example(name: str) -> None:
    text = inspect.getdoc(ops.find(name)) or ""
    lines = text.split("\n")
    weights = set(getattr(kernel(name), "WEIGHTS", ()))

    assert lines[0].endswith(".")
    assert lines[0][0].isupper()
    assert any(line.strip().startswith("x  ") for line in lines)
    assert any(line.strip().startswith("y  ") for line in lines)
    assert all(any(f" {weight} " in f"{line} " for line in lines) for weight in weights)
    assert ">>> " in text
    assert "\nSource: " in text
    assert "Work" in text or ops.find(name).work is Op.work


@each_op
def test_zeros_have_a_reason(name: str) -> None:
    reason = ops.find(name).reason

    assert len(reason) > 20
    assert not reason.endswith(".")


@each_op
def test_ops_are_frozen_values(name: str) -> None:
    op = ops.find(name)
    given = inspect.signature(op).parameters.values()

    assert getattr(op, "__dataclass_params__").frozen  # noqa: B009
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in given)


@each_op
def test_an_op_says_what_comes_out_and_what_it_sees(name: str) -> None:
    op = ops.find(name)

    assert op.shape is not Op.shape
    assert op.window is not Op.window


def test_an_op_that_leaves_out_what_it_sees_cannot_be_made() -> None:
    class Blind(Op):
        """Say what comes out and nothing else."""

        def shape(self, *xs: Shape) -> Shape:
            """Keep the shape."""
            return xs[0]

    with pytest.raises(TypeError, match="window"):
        Blind()  # type: ignore[abstract]


@each_op
def test_every_rule_has_a_docstring(name: str) -> None:
    for method, function in vars(ops.find(name)).items():
        if inspect.isfunction(function) and not method.startswith("_"):
            assert inspect.getdoc(function)


# -- its witness --------------------------------------------------------------------------------


def test_there_are_kernels_for_all_ops_and_ops_for_all_kernels() -> None:
    for name in OPS:
        assert callable(kernel(name).weights)
        assert callable(kernel(name).forward)
        assert callable(kernel(name).backward)


@each_op
def test_the_keywords_of_a_kernel_are_the_fields_of_the_op(name: str) -> None:
    forward = inspect.signature(kernel(name).forward).parameters.values()
    keywords = {p.name for p in forward if p.kind is p.KEYWORD_ONLY}
    known = set(ops.field_types(name))
    weights = set(getattr(kernel(name), "WEIGHTS", ()))

    assert keywords <= known | weights | OF_THE_RUN
    assert known <= keywords | IN_WEIGHTS


# -- its fields and counts, for whatever is drawn ------------------------------------------------

SIDE = st.integers(1, 3)
SIZES = st.tuples(SIDE, SIDE)
CELLS = st.integers(0, 2)
TYPES: dict[str, SearchStrategy[object]] = {
    "Count": st.integers(1, 6),
    "Size": SIZES,
    "Padding": st.tuples(CELLS, CELLS, CELLS, CELLS) | st.sampled_from(["half", "same"]),
    "Bias": st.sampled_from([True, False, "untied"]),
    "Table": st.lists(
        st.lists(st.integers(0, 2), min_size=1, max_size=3, unique=True).map(tuple),
        min_size=1,
        max_size=4,
    ).map(tuple),
    "Number": st.decimals(0, 5, places=3).map(Fraction),
    "Positive": st.decimals("0.001", 5, places=3).map(Fraction),
    "Rate": st.decimals(0, "0.999", places=3).map(Fraction),
    "Factor": st.decimals("-0.999", "-0.001", places=3).map(Fraction),
    "bool": st.booleans(),
    "int": st.integers(1, 3),
}


@st.composite
def drawn(draw: st.DrawFn) -> Op:
    """Draw an op with any fields."""
    name = draw(st.sampled_from(OPS))
    given = {}
    for field in fields_of(ops.find(name)):
        kind, _, optional = ops.field_types(name)[field.name].partition(" | ")
        given[field.name] = draw(TYPES[kind] | st.none() if optional else TYPES[kind])
    return ops.find(name)(**given)


def text(value: object) -> str:
    """Write a field as one writes it in a spec."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Fraction):
        return str(float(value))
    if isinstance(value, tuple):
        return f"[{', '.join(map(text, value))}]"
    return str(value)


INPUTS = st.builds(Shape, st.just(3), st.integers(1, 9), st.integers(1, 9))


def output(op: Op, x: Shape) -> Shape:
    """Infer the output; what does not fit is drawn again."""
    try:
        return op.shape(*(x,) * getattr(op, "branches", 1))
    except Reason:
        reject()


@given(drawn().filter(lambda op: op.name not in JOINS))
def test_an_op_survives_being_written_and_read(op: Op) -> None:
    keys = [f"{field.name}: {text(getattr(op, field.name))}" for field in fields_of(op)]
    layer = f"{{{', '.join([f'op: {op.name}', *keys])}}}"
    (item,) = archcalc.load(StringIO(f"input: 3x9x9\nlayers: [{layer}]")).items

    assert isinstance(item, Layer)
    assert item.ready == op


@given(op=drawn(), x=INPUTS)
def test_counts_agree_with_each_other(op: Op, x: Shape) -> None:
    y = output(op, x)
    kinds = [op.biases(x, y), op.scales(x), op.shifts(x)]
    weights = op.parameters(x, y) - sum(kinds)
    assert min(y) >= 1
    assert weights >= 0
    assert min(kinds) >= 0
    assert 0 <= op.connections_in_bounds(x, y) <= op.connections(x, y)
    assert min(op.work(x, y)) >= 0
    assert op.neurons(y) in {0, y.size}
    assert (op.neurons(y) > 0) == (op.connections(x, y) > 0)
    assert op.connections(x, y) >= op.work(x, y).mac
    assert isinstance(op, Weighted) or op.parameters(x, y) == 0


@given(op=drawn().filter(lambda op: isinstance(op, Weighted)), x=INPUTS)
def test_freezing_moves_all_parameters_and_changes_nothing_else(op: Op, x: Shape) -> None:
    y = output(op, x)
    assert isinstance(op, Weighted)
    trained, frozen = replace(op, trainable=True), replace(op, trainable=False)

    assert trained.parameters(x, y) == frozen.parameters(x, y)
    assert trained.connections(x, y) == frozen.connections(x, y)
    assert trained.work(x, y) == frozen.work(x, y)


# -- the two steps of adding one -----------------------------------------------------------------

RULE = '''
"""The rectifier with a trained slope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.op import Placewise, Shape, Weighted, Work


@dataclass(frozen=True, kw_only=True)
class Prelu(Weighted, Placewise):
    """Keep what is positive, scale what is negative by one trained slope per map."""

    reason: ClassVar[str] = "one factor per element: no connections of its own"

    def parameters(self, x: Shape, y: Shape) -> int:
        """Count a slope for each map."""
        return x.channels

    def work(self, x: Shape, y: Shape) -> Work:
        """Count a comparison and a product per element."""
        return Work(cmp=y.size, mul=y.size)
'''

WITNESS = '''
"""The rectifier with a trained slope."""

from __future__ import annotations

import numpy as np

WEIGHTS = ("slope",)


def weights(shape, **_):
    """Name the slopes."""
    return {"slope": (shape[0],)}


def forward(x, *, slope):
    """Scale what is negative."""
    factor = np.where(x > 0, 1, slope[:, None, None])
    return x * factor, (x, factor)


def backward(dy, saved):
    """Give the gradients of x and slope."""
    x, factor = saved
    return (dy * factor,), {"slope": (dy * np.minimum(x, 0)).sum(axis=(0, 2, 3))}
'''


@pytest.fixture
def prelu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add an op as its two files would."""
    for folder, source in (("ops", RULE), ("kernels", WITNESS)):
        module = ModuleType(f"archcalc.{folder}.prelu")
        monkeypatch.setitem(sys.modules, module.__name__, module)
        exec(source, module.__dict__)  # noqa: S102 - the source stands above
    names = ops.names() | {"prelu"}
    monkeypatch.setattr(ops, "names", lambda: names)
    ops.find.cache_clear()


@pytest.mark.usefixtures("prelu")
def test_an_op_is_added_by_a_rule_and_a_witness() -> None:
    spec = archcalc.load(StringIO("input: 3x8x8\nlayers: [{conv: 4, kernel: 3, after: [prelu]}]"))
    report = archcalc.count(spec)

    assert report["conv1"].weights == 4 * 27 + 4  # four kernels, four slopes
    assert report["conv1.prelu"].work.mul == 4 * 6 * 6
    assert archcalc.confirm(spec).agrees


def test_the_op_is_gone_again() -> None:
    ops.find.cache_clear()

    assert "prelu" not in ops.names()
