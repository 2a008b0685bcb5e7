"""What every op keeps to. The tests walk all ops, so a new one is found and held to it.

To add an op is two steps: a class in archcalc/ops, a kernel of the same name in archcalc/kernels.
"""

from __future__ import annotations

import importlib
import inspect
from dataclasses import fields as fields_of
from dataclasses import replace
from fractions import Fraction
from io import StringIO
from math import prod
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

import archcalc
from archcalc import ops
from archcalc.errors import Reason
from archcalc.facts import Facts
from archcalc.ops.declarations import DECLARATIONS
from archcalc.ops.op import Op, Shape, Weighted
from archcalc.ops.recurrent import Recurrent
from archcalc.ops.shape import first_of
from archcalc.spec.spec import Layer
from tests.strategies import networks

if TYPE_CHECKING:
    from types import ModuleType

OPS = sorted(ops.names())
OF_THE_RUN = {"training", "rng", "mean", "variance"}
"""Keywords of kernels that belong to the run and not to the op."""
IN_WEIGHTS = {
    "filters", "units", "kernel", "bias", "scale", "shift", "slopes", "trainable", "branches",
    "heads", "kv_heads", "inner", "features", "words", "values", "bidirectional", "stack",
}  # fmt: skip
"""Fields that a kernel sees in its arrays, and `trainable`, which changes no value."""

RUNNABLE = sorted(ops.runnable())

each_op = pytest.mark.parametrize("name", OPS)
each_runnable = pytest.mark.parametrize("name", RUNNABLE)


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
    weights = set(getattr(kernel(name), "WEIGHTS", ())) if name in RUNNABLE else set()

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
    for name in RUNNABLE:
        assert callable(kernel(name).weights)
        assert callable(kernel(name).forward)
        assert callable(kernel(name).backward)


@each_runnable
def test_the_keywords_of_a_kernel_are_the_fields_of_the_op(name: str) -> None:
    forward = inspect.signature(kernel(name).forward).parameters.values()
    keywords = {p.name for p in forward if p.kind is p.KEYWORD_ONLY}
    known = set(ops.field_types(name))
    weights = set(getattr(kernel(name), "WEIGHTS", ()))

    assert keywords <= known | weights | OF_THE_RUN
    assert known <= keywords | IN_WEIGHTS


# -- its fields and counts, for whatever is drawn ------------------------------------------------

TYPES = {name: st.sampled_from(kind.samples) for name, kind in DECLARATIONS.items()}


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


INPUTS = st.lists(st.integers(1, 9), min_size=1, max_size=3).map(lambda sides: Shape(3, *sides))


def output(op: Op, x: Shape) -> Shape:
    """Infer the output; what does not fit is drawn again."""
    try:
        return op.shape(*(x,) * getattr(op, "branches", 1))
    except Reason:
        reject()


@given(drawn().filter(lambda op: not ops.is_join(op.name)))
def test_an_op_survives_being_written_and_read(op: Op) -> None:
    keys = [f"{field.name}: {text(getattr(op, field.name))}" for field in fields_of(op)]
    layer = f"{{{', '.join([f'op: {op.name}', *keys])}}}"
    (item,) = archcalc.load(StringIO(f"input: 3x9x9\nlayers: [{layer}]")).items

    assert isinstance(item, Layer)
    assert item.ready == op


@given(op=drawn().filter(lambda op: op.role != "unknown"), x=INPUTS)
def test_counts_agree_with_each_other(op: Op, x: Shape) -> None:
    y = output(op, x)
    assert min(y) >= 1
    assert 0 <= op.connections_in_bounds(x, y) <= op.connections(x, y)
    assert min(op.work(x, y)) >= 0
    assert (op.neurons(x, y) > 0) == (op.connections(x, y) > 0)
    assert isinstance(op, Weighted) or op.parameters(x, y) == 0


NO_PRODUCTS = {"subsample", "rbf"}
"""A window is added up before its one product; a distance has squares, and no products."""


def biases_of_each_unit(op: Op) -> int:
    """Tell how many biases a unit has: a recurrent one may have two."""
    return op.vectors() if isinstance(op, Recurrent) else int(bool(getattr(op, "bias", False)))


def check_products(op: Op, x: Shape, y: Shape) -> None:
    """Hold against each other what three rules say: of work, of connections, of neurons."""
    biases = biases_of_each_unit(op) * op.neurons(x, y)

    assert op.work(x, y).mac == op.connections(x, y) - biases + op.interactions(x, y), op.name


@given(op=drawn().filter(lambda op: op.role != "unknown" and op.name not in NO_PRODUCTS), x=INPUTS)
def test_macs_are_connections_without_biases_and_interactions(op: Op, x: Shape) -> None:
    check_products(op, x, output(op, x))


@given(networks())
def test_so_they_are_in_networks(text: str) -> None:
    for node in archcalc.expand(archcalc.load(StringIO(text))).nodes:
        if node.op.name not in NO_PRODUCTS:
            check_products(node.op, first_of(node.xs), node.y)


@given(op=drawn(), x=INPUTS)
def test_the_arrays_are_the_parameters_and_those_of_the_kernel(op: Op, x: Shape) -> None:
    y = output(op, x)
    found = op.weights(x, y)
    learnt = {weight.name: weight.shape for weight in found if weight.kind != "statistic"}
    kept = {weight.name: weight.shape for weight in found if weight.kind == "statistic"}
    fields = {field.name: getattr(op, field.name) for field in fields_of(op)}

    assert sum(map(prod, learnt.values())) == op.parameters(x, y)
    if op.name not in RUNNABLE:
        return
    assert learnt == kernel(op.name).weights(x, **fields)
    assert kept == getattr(kernel(op.name), "statistics", lambda *_, **__: {})(x, **fields)


@given(op=drawn(), x=INPUTS)
def test_one_number_means_every_extent(op: Op, x: Shape) -> None:
    y, settled = output(op, x), op.on(x)
    xs = (x,) * getattr(op, "branches", 1)

    assert settled.shape(*xs) == y
    assert Facts.of(settled, xs, y).counts == Facts.of(op, xs, y).counts
    assert settled.on(x) is settled


@given(op=drawn().filter(lambda op: isinstance(op, Weighted)), x=INPUTS)
def test_freezing_moves_all_parameters_and_changes_nothing_else(op: Op, x: Shape) -> None:
    y = output(op, x)
    assert isinstance(op, Weighted)
    trained, frozen = replace(op, trainable=True), replace(op, trainable=False)

    assert trained.parameters(x, y) == frozen.parameters(x, y)
    assert trained.connections(x, y) == frozen.connections(x, y)
    assert trained.work(x, y) == frozen.work(x, y)
