"""The models learn: handwritten digits, held out digits, at least 95 of 100 read aright.

The digits are scikit-learn's bundled ones: 1,797 of 8x8 pixels, enlarged to 28x28.
"""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest

import archcalc
from archcalc.errors import UsageError
from archcalc.kernels import maximum_a_posteriori
from archcalc.model.bitmaps import digits as bitmaps
from archcalc.model.training import Objective, accuracy, objective, resize, train

if TYPE_CHECKING:
    from typing import TypeAlias

    Array: TypeAlias = npt.NDArray[Any]
    Split: TypeAlias = tuple[Array, Array, Array, Array]

PAPER, INK = -0.1, 1.175
"""The grey levels of 1998, which make a picture's mean about 0 and its variance about 1."""


@pytest.fixture(scope="module")
def digits() -> Split:
    """Give the pictures and labels to learn from, then a fifth that is held out."""
    found = pytest.importorskip("sklearn.datasets").load_digits()
    order = np.random.default_rng(0).permutation(len(found.images))
    images = resize(found.images[order] / 16, 28)[:, np.newaxis].astype("float32")
    labels, held_out = found.target[order], len(order) // 5
    return images[held_out:], labels[held_out:], images[:held_out], labels[:held_out]


def test_lenet5_as_published_learns_to_read_digits(digits: Split) -> None:
    x, labels, unseen, truth = digits
    frame = ((0, 0), (0, 0), (2, 2), (2, 2))
    x, unseen = (PAPER + (INK - PAPER) * np.pad(images, frame) for images in (x, unseen))
    model = archcalc.build("lenet5")

    losses = train(model, x, labels, epochs=12, rate=0.001, momentum=0.9)

    assert losses[-1] < losses[0] / 3
    assert accuracy(model, unseen, truth) >= 0.95
    assert model.fixed["OUTPUT"]["centres"].tolist() == bitmaps().tolist()


def test_the_five_layer_cnn_learns_to_read_digits(digits: Split) -> None:
    x, labels, unseen, truth = digits
    model = archcalc.build("five-layer-cnn")

    train(model, x, labels, epochs=8, rate=0.03, momentum=0.9)

    assert accuracy(model, unseen, truth) >= 0.95


def test_what_is_learnt_is_the_main_output_and_not_that_of_a_head() -> None:
    head = "heads: {h: {from: a, layers: [{linear: 2}, softmax]}}"
    text = f"input: 1x4x4\nlayers: [{{name: a, linear: 3}}, {{rbf: 2}}]\n{head}\n"
    model = archcalc.build(archcalc.load(StringIO(text)), heads=True)

    assert objective(model) == Objective(maximum_a_posteriori, nearest=True)


def test_the_same_seed_learns_the_same() -> None:
    x = np.random.default_rng(0).standard_normal((12, 1, 28, 28))
    runs = []
    for seed in (0, 0, 1):
        model = archcalc.build("five-layer-cnn", seed=seed)
        runs.append(train(model, x, np.arange(12) % 10, epochs=2, rate=0.01, batch=5))

    assert runs[0] == runs[1] != runs[2]


@pytest.mark.parametrize(("samples", "labels"), [(4, 3), (3, 4), (0, 0)])
def test_every_sample_has_a_label(samples: int, labels: int) -> None:
    model = archcalc.build("lenet1")
    x, y = np.zeros((samples, 1, 28, 28)), np.zeros(labels, int)

    for use in (lambda: train(model, x, y, epochs=1, rate=0.1), lambda: accuracy(model, x, y)):
        with pytest.raises(UsageError) as error:
            use()
        expected = f"samples and their labels are as many, and some: not {samples} and {labels}"
        assert str(error.value) == f"error[wrong-input]: {expected}"


def test_samples_and_labels_may_be_lists() -> None:
    model = archcalc.build("lenet1")
    x = np.zeros((4, 1, 28, 28)).tolist()

    assert len(train(model, x, [0, 1, 2, 3], epochs=1, rate=0.1)) == 1
    assert 0 <= accuracy(model, x, [0, 1, 2, 3]) <= 1


def test_enlarged_pictures_keep_their_grey_and_their_sides() -> None:
    x = np.arange(8.0) * np.ones((1, 8, 1))
    enlarged = resize(x, 28)

    assert enlarged.shape == (1, 28, 28)
    assert enlarged[0, 0, [0, -1]].tolist() == [0, 7]
    assert enlarged.mean() == pytest.approx(x.mean())
    assert (np.diff(enlarged[0, 0]) >= 0).all()
