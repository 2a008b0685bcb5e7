"""Models: they run what the rules count, learn by the gradient, and free what nobody reads."""

from __future__ import annotations

import weakref
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings

import archcalc
from archcalc.errors import UnknownName, UsageError
from archcalc.kernels import conv
from archcalc.model.initialisation import rectified
from archcalc.model.training import accuracy, train
from tests.exactly import exactly
from tests.strategies import networks

if TYPE_CHECKING:
    from typing import TypeAlias

    from archcalc.model.model import Model

    Array: TypeAlias = npt.NDArray[Any]

BRANCHES = """\
name: branches
input: 2x8x8
defaults: {conv: {padding: half, after: [batchnorm, relu]}}
layers:
  - {name: C1, conv: 4, kernel: 3}
  - name: sum
    add:
      - [{name: a, conv: 4, kernel: 3, groups: 2}, {name: b, conv: 4, kernel: 1, after: []}]
      - []
  - concat: [{name: c, conv: 3, kernel: 1x3}, {maxpool: 3, stride: 1, padding: half}, []]
  - {name: half, op: conv, kernel: 3, stride: 2, table: [[0, 1, 2], [3, 10], [5], [6, 7]]}
  - {name: frozen, conv: 4, kernel: 1, trainable: false}
  - {name: fc, linear: 5, after: [dropout, softmax]}
heads:
  side: {from: C1, layers: [globalavgpool, {linear: 3}]}
"""


def model(text: str = BRANCHES, **options: Any) -> Model:  # noqa: ANN401
    """Build a spec from its text."""
    return archcalc.build(archcalc.load(StringIO(text)), **options)


def sample(network: Model, count: int = 2) -> Array:
    """Draw a batch."""
    return np.random.default_rng(1).standard_normal((count, *network.input))


def sizes(weights: dict[str, dict[str, Array]]) -> int:
    """Add up the elements of arrays."""
    return sum(array.size for arrays in weights.values() for array in arrays.values())


# --- weights ---


@pytest.mark.parametrize("name", ["lenet5", "zip1989", "densenet-40-12", "resnet20", "googlenet"])
def test_as_many_weights_are_allocated_as_are_counted(name: str) -> None:
    built, counted = archcalc.build(name, heads=True), archcalc.count(name, heads=True).total

    assert sizes(built.parameters) == counted.parameters
    assert sizes(built.fixed) == counted.fixed
    assert sizes(built.statistics) == counted.statistics


def test_a_seed_gives_the_same_weights_and_another_gives_others() -> None:
    kernels = [archcalc.build("lenet5", seed=s).parameters["C1"]["kernel"] for s in (0, 0, 1)]

    assert np.array_equal(kernels[0], kernels[1])
    assert not np.array_equal(kernels[0], kernels[2])


def test_weights_are_as_wide_as_the_activation_wants() -> None:
    relu = model("input: 50x9x9\nlayers: [{name: A, conv: 99, kernel: 3}, batchnorm, relu]")
    tanh = model("input: 50x9x9\nlayers: [{name: A, conv: 99, kernel: 3, groups: 1}, tanh]")
    table = model(
        "input: 2x99x99\nlayers: [{name: A, op: conv, kernel: 60, table: [[0], [0, 1]]}, relu]"
    )

    assert relu.parameters["A"]["kernel"].var() == pytest.approx(2 / (50 * 9), rel=0.02)
    assert tanh.parameters["A"]["kernel"].var() == pytest.approx(2 / ((50 + 99) * 9), rel=0.02)
    alone, shared, _ = table.parameters["A"]["kernel"]
    assert alone.var() == pytest.approx(2 / 3600, rel=0.1)
    assert shared.var() == pytest.approx(2 / 7200, rel=0.1)


def test_an_output_meets_its_rectifier_through_joins_and_norms_but_not_through_weights() -> None:
    nodes = archcalc.expand(archcalc.load("preact-resnet110")).nodes
    met = dict(zip((node.path for node in nodes), rectified(nodes), strict=True))

    assert met["conv1"]
    assert not any(rectified(archcalc.expand(archcalc.load("lenet5")).nodes))
    assert not rectified(archcalc.expand(archcalc.load("lenet-caffe")).nodes)[0]


def test_a_subsampling_starts_as_an_average_and_a_normalisation_as_it_finds_it() -> None:
    s2 = archcalc.build("lenet5").parameters["S2"]
    norm = model().parameters["C1.batchnorm"]

    assert (s2["coefficient"].tolist(), s2["bias"].tolist()) == ([0.25] * 6, [0] * 6)
    assert (norm["gamma"].tolist(), norm["beta"].tolist()) == ([1] * 4, [0] * 4)


def test_arrays_are_of_the_type_that_was_asked_for() -> None:
    for dtype in ("float32", "float64"):
        network = model(dtype=dtype, heads=True)
        arrays = [a for arrays in network.parameters.values() for a in arrays.values()]
        y = network.forward(sample(network), training=True)
        assert {array.dtype for array in [*arrays, y]} == {np.dtype(dtype)}


# --- forward and backward ---


def test_outputs_have_the_shapes_that_are_counted() -> None:
    network = model(heads=True)

    assert network.forward(sample(network)).shape == (2, 5, 1, 1)
    assert {name: y.shape for name, y in network.heads.items()} == {"side": (2, 3, 1, 1)}


def test_the_output_is_that_of_the_last_entry_which_need_not_be_the_last_layer() -> None:
    network = model(
        "input: 1x8x8\nlayers: [{name: a, conv: 2, kernel: 1}, {name: b, conv: 3, kernel: 1}, "
        "{op: relu, from: a, when: false}]"
    )
    y = network.forward(sample(network), training=True)

    assert y.shape == (2, 2, 8, 8)
    assert network.output == (2, 8, 8)
    assert network.backward(y) is not None
    assert network.gradients.keys() == {"a"}


TWO = """\
input: 2x4x4
layers:
  - {name: a, conv: 3, kernel: 1, bias: false}
  - {name: b, linear: 5, after: [softmax]}
outputs: [a, input]
"""


def test_several_outputs_come_by_their_names() -> None:
    network = model(TWO, dtype="float64")
    x = sample(network)
    ys = network.forward(x, training=True)

    assert {name: y.shape[1:] for name, y in ys.items()} == network.outputs
    assert network.outputs == {"b": (5, 1, 1), "a": (3, 4, 4), "input": (2, 4, 4)}
    assert network.output == (5, 1, 1)
    assert np.array_equal(ys["input"], x)
    assert np.allclose(ys["a"], np.einsum("oc,nchw->nohw", kernel_of(network), x))


def test_the_gradients_of_several_outputs_add_up() -> None:
    network = model(TWO, dtype="float64")
    x = sample(network)
    ys = network.forward(x, training=True)
    dx = network.backward({"a": np.ones_like(ys["a"]), "input": 2 * x})

    # every unit of `a` pulls alike: at each place the sum of a map's three weights, and 2·x
    pulled = kernel_of(network).sum(axis=0)
    assert np.allclose(dx, pulled[:, np.newaxis, np.newaxis] + 2 * x)
    assert network.gradients.keys() == {"a"}
    both = network.forward(x, training=True)
    network.backward({name: np.ones_like(y) for name, y in both.items()})
    assert network.gradients.keys() == {"a", "b"}


def kernel_of(network: Model) -> Array:
    """Give the weights of `a`, as a matrix."""
    return network.parameters["a"]["kernel"][:, :, 0, 0]


def test_of_several_outputs_each_gradient_says_whose_it_is() -> None:
    network = model(TWO)
    ys = network.forward(sample(network), training=True)

    with pytest.raises(UsageError) as unnamed:
        network.backward(ys["b"])
    assert str(unnamed.value) == (
        "error[wrong-input]: spec takes a gradient for each of b, a, input, by name"
    )
    with pytest.raises(UnknownName) as unknown:
        network.backward({"c": ys["b"]})
    assert str(unknown.value) == "error[unknown-layer]: spec has no output `c`"


def test_what_learns_is_the_main_path() -> None:
    network = model(TWO)
    before = network.parameters["b"]["weight"].copy()
    scores = network.scores.forward(sample(network))

    assert scores.shape == (2, 5, 1, 1)
    assert len(network.forward(sample(network))) == 3
    train(network, sample(network), [0, 1], epochs=1, rate=0.1)
    assert not np.array_equal(network.parameters["b"]["weight"], before)
    assert accuracy(network, sample(network), [0, 1]) in {0, 0.5, 1}


def test_inference_repeats_itself_and_training_drops_and_moves_the_statistics() -> None:
    network = model()
    x = sample(network)
    first, again = network.forward(x), network.forward(x)
    before = network.statistics["C1.batchnorm"]["mean"].copy()
    network.forward(x, training=True)

    assert np.array_equal(first, again)
    assert not np.array_equal(network.statistics["C1.batchnorm"]["mean"], before)


def test_gradients_are_those_of_differences() -> None:
    network = model(BRANCHES.replace("dropout, ", ""), dtype="float64", heads=True)
    x, rng = sample(network), np.random.default_rng(2)
    weights = rng.standard_normal(5), rng.standard_normal(3)

    def loss() -> float:
        y = network.forward(x, training=True)
        return float(
            (y[:, :, 0, 0] @ weights[0] + network.heads["side"][:, :, 0, 0] @ weights[1]).sum()
        )

    loss()
    dy, side = (np.broadcast_to(w[:, None, None], (2, len(w), 1, 1)).copy() for w in weights)
    dx = network.backward(dy, {"side": side})
    found = {path: dict(arrays) for path, arrays in network.gradients.items()}
    assert dx is not None
    assert dx.shape == x.shape
    assert found.keys() == network.parameters.keys()
    for path, arrays in network.parameters.items():
        for name, array in arrays.items():
            place = tuple(int(rng.integers(size)) for size in array.shape)
            kept, ends = array[place], []
            for step in (1e-6, -1e-6):
                array[place] = kept + step
                ends.append(loss())
            array[place] = kept
            slope = (ends[0] - ends[1]) / 2e-6
            assert found[path][name][place] == pytest.approx(slope, rel=1e-4, abs=1e-7), path


@settings(max_examples=25)
@given(networks())
def test_random_networks_go_forward_and_back(text: str) -> None:
    network = model(text, dtype="float64")
    report = archcalc.count(archcalc.load(StringIO(text)))
    ys = network.forward(network.noise(2), training=True)
    ones = ys if isinstance(ys, dict) else {report.outputs[0]: ys}
    dxs = network.backward({name: np.ones_like(y) for name, y in ones.items()})
    leading = report.graph.leading_out

    rows = {row.path: row.output for row in report.rows}
    assert {name: y.shape[1:] for name, y in ones.items()} == {
        name: rows[name] for name in report.outputs
    }
    for dx in dxs.values() if isinstance(dxs, dict) else [dxs]:
        assert dx is None or np.isfinite(dx).all()
    assert network.gradients.keys() == {
        path
        for path in network.parameters
        if any(report.nodes[i].path == path for i in leading if i >= 0)
    }


def test_one_sample_goes_back_through_a_norm_that_keeps_its_statistics() -> None:
    network = archcalc.build("sigmoid-mlp-with-norm")
    x = sample(network, 1)

    with pytest.raises(
        ValueError,
        match=exactly(
            "batchnorm: training needs two values per map, not the one of 1 x 1000 x 1 x 1"
        ),
    ):
        network.forward(x, training=True)
    dx = network.backward(network.forward(x, keep=True))
    assert dx is not None
    assert dx.any()


def test_a_first_layer_can_spare_the_gradient_of_the_image() -> None:
    network = archcalc.build("lenet1")
    y = network.forward(sample(network), training=True)

    assert network.backward(y, inputs=False) is None
    assert network.gradients["H1"]["kernel"].any()


def test_frozen_weights_have_no_gradient_and_do_not_move() -> None:
    network = model()
    before = network.fixed["frozen"]["kernel"].copy()
    y = network.forward(sample(network), training=True)
    network.backward(y)
    network.step(0.1)

    assert "frozen" not in network.gradients
    assert np.array_equal(network.fixed["frozen"]["kernel"], before)


def test_what_reaches_no_gradient_has_none() -> None:
    network = model(heads=True)
    network.backward(network.forward(sample(network), training=True))

    assert not any(path.startswith("side") for path in network.gradients)


def test_what_reaches_no_gradient_any_more_has_none_left_for_a_step() -> None:
    network = model(heads=True)
    x = sample(network)
    y = network.forward(x, training=True)
    network.backward(y, {"side": network.heads["side"]})
    assert any(path.startswith("side") for path in network.gradients)
    before = {
        path: {name: array.copy() for name, array in arrays.items()}
        for path, arrays in network.parameters.items()
        if path.startswith("side")
    }

    network.backward(network.forward(x, training=True))
    network.step(0.5)

    assert not any(path.startswith("side") for path in network.gradients)
    for path, arrays in before.items():
        for name, array in arrays.items():
            assert np.array_equal(network.parameters[path][name], array)


def test_an_output_is_freed_after_its_last_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    network = archcalc.build("resnet20")
    alive: list[int] = []
    arrays: list[weakref.ref[Array]] = []
    forward = type(network.layers[0]).forward

    def watched(*args: Any, **named: Any) -> Any:  # noqa: ANN401
        y, saved = forward(*args, **named)
        arrays.append(weakref.ref(y))
        alive.append(sum(array() is not None for array in arrays))
        return y, saved

    monkeypatch.setattr(type(network.layers[0]), "forward", watched)
    network.forward(sample(network, 1))

    assert max(alive) <= 3  # an output, its input, and the other branch


def test_four_thousand_layers_are_no_recursion() -> None:
    network = model("input: 2x1x1\nlayers: [{name: A, conv: 2, kernel: 1, repeat: 4000}]")
    y = network.forward(sample(network, 1), training=True)
    network.backward(y)

    assert len(network.gradients) == 4_000
    assert np.isfinite(y).all()


# --- step ---


def test_a_step_goes_against_the_gradient_with_momentum_and_decay() -> None:
    network = model("input: 2x1x1\nlayers: [{name: A, linear: 1, bias: false}]", dtype="float64")
    weight = network.parameters["A"]["weight"]
    weight[...] = [[1.0, 2.0]]
    x = np.array([3.0, 4.0]).reshape(1, 2, 1, 1)
    for _ in range(2):
        y = network.forward(x, training=True)
        network.backward(np.ones_like(y))
        network.step(0.1, momentum=0.5, weight_decay=0.01)

    # the gradient is x: 3 + 0.01·1 and 4 + 0.01·2; then half of that is kept
    first = np.array([1 - 0.1 * 3.01, 2 - 0.1 * 4.02])
    second = first - 0.1 * (np.array([3, 4]) + 0.01 * first + 0.5 * np.array([3.01, 4.02]))
    assert weight.tolist() == [pytest.approx(second.tolist())]


# --- mistakes ---


def test_an_input_of_another_shape_is_refused() -> None:
    network = archcalc.build("lenet5")

    for shape, found in [((1, 32, 32), "1x32x32"), ((1, 1, 28, 28), "1x1x28x28"), ((), "a number")]:
        with pytest.raises(UsageError) as error:
            network.forward(np.zeros(shape))
        expected = f"LeNet-5 takes a batch of 1x32x32: N x C x H x W, not {found}"
        assert str(error.value) == f"error[wrong-input]: {expected}"


@pytest.mark.parametrize("x", [np.zeros((1, 1, 32, 32), "complex64"), [[[["ink"]]]], None])
def test_an_input_that_is_no_number_is_refused(x: npt.ArrayLike) -> None:
    with pytest.raises(UsageError) as error:
        archcalc.build("lenet5").forward(x)

    found = np.asarray(x).dtype
    expected = f"LeNet-5 takes real numbers, not {found}"
    assert str(error.value) == f"error[wrong-input]: {expected}"


@pytest.mark.parametrize("dtype", ["int32", "complex64", "object", "ink"])
def test_weights_are_floating_point_numbers(dtype: str) -> None:
    with pytest.raises(UsageError) as error:
        archcalc.build("lenet1", dtype=dtype)

    expected = f"weights are float32, float64 or another floating-point type, not {dtype}"
    assert str(error.value) == f"error[wrong-type]: {expected}"


@pytest.mark.parametrize("shape", [(2, 5), (1, 5, 1, 1), (3, 5, 1, 1), ()])
def test_a_gradient_of_another_shape_than_the_output_is_refused(shape: tuple[int, ...]) -> None:
    network = model()
    network.forward(sample(network), training=True)

    with pytest.raises(UsageError) as error:
        network.backward(np.ones(shape))
    found = "x".join(map(str, shape)) or "a number"
    expected = f"the output of `fc` was 2x5x1x1, and so is its gradient, not {found}"
    assert str(error.value) == f"error[wrong-input]: {expected}"


def test_a_gradient_of_a_head_is_of_one_that_the_model_has() -> None:
    network = model(heads=True)
    y = network.forward(sample(network), training=True)

    with pytest.raises(UnknownName) as unknown:
        network.backward(y, {"sides": y})
    assert str(unknown.value) == (
        "error[unknown-layer]: branches has no head `sides`\n  hint: did you mean `side`?"
    )
    network.forward(sample(network), training=True)
    with pytest.raises(UsageError) as wrong:
        network.backward(y, {"side": y})
    expected = "the output of `side` was 2x3x1x1, and so is its gradient, not 2x5x1x1"
    assert str(wrong.value) == f"error[wrong-input]: {expected}"


def test_a_gradient_may_be_a_list_and_takes_the_type_of_the_model() -> None:
    network = archcalc.build("lenet1")
    y = network.forward(sample(network), training=True)
    dx = network.backward(y.astype("float64").tolist())

    assert dx is not None
    assert dx.dtype == network.gradients["H1"]["kernel"].dtype == np.dtype("float32")


def test_back_comes_after_forth() -> None:
    network = archcalc.build("lenet1")
    y = network.forward(sample(network))

    with pytest.raises(UsageError) as error:
        network.backward(y)
    hint = "`forward(x, training=True)`, or `keep=True` for what inference computes"
    expected = f"nothing was kept for a way back\n  hint: {hint}"
    assert str(error.value) == f"error[no-forward]: {expected}"


# --- a convolution unrolled ---


@pytest.mark.parametrize(
    ("name", "layer"),
    [("lenet5", "C1"), ("lenet5", "C3"), ("zip1989", "H2"), ("resnet20", "stage2/1/conv1")],
)
def test_unrolled_a_convolution_is_a_sparse_matrix(name: str, layer: str) -> None:
    matrix = archcalc.unroll(name, layer)
    row = archcalc.count(name)[layer]
    (node,) = (node for node in archcalc.count(name).nodes if node.path == layer)
    fields = {k: v for k, v in vars(node.op).items() if k in {"stride", "padding", "table"}}
    kernel = archcalc.build(name).parameters[layer]["kernel"].astype("float64")
    x = np.random.default_rng(0).standard_normal((1, *node.xs[0]))

    product = np.zeros(matrix.shape[0])
    np.add.at(product, matrix.row, kernel.ravel()[matrix.weight] * x.ravel()[matrix.column])

    assert len(matrix.weight) + row.work.add * (row.biases > 0) == row.connections_in_bounds
    assert product == pytest.approx(conv.forward(x, kernel=kernel, **fields)[0].ravel())


def test_only_a_convolution_is_unrolled() -> None:
    with pytest.raises(UsageError) as wrong:
        archcalc.unroll("lenet5", "F6")
    with pytest.raises(UnknownName) as unknown:
        archcalc.unroll("lenet5", "C2")

    expected = "`F6` is of `linear`: only a convolution is unrolled"
    assert str(wrong.value) == f"error[not-a-convolution]: {expected}"
    assert "LeNet-5 has no layer `C2`" in str(unknown.value)


def test_a_matrix_that_no_machine_holds_is_not_begun() -> None:
    with pytest.raises(UsageError) as error:
        archcalc.unroll("vgg16", "conv1_2")

    # 64 maps of 64·9 taps at 224·224 places, less those on padding: 2·224 - 2 of 3·224 a side
    taps = 64 * 64 * (3 * 224 - 2) ** 2 + 64 * 224 * 224
    message = f"`conv1_2` has {taps:,} connections, and a matrix at most 134,217,728 entries here"
    assert str(error.value) == f"error[out-of-memory]: {message}"
