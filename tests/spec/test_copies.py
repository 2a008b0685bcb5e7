"""A block that is called again alike is put in place as it was unrolled: nothing tells the two."""

from __future__ import annotations

from contextvars import copy_context
from io import StringIO
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import MagicMock

import pytest

import archcalc
from archcalc import ArchcalcError, limits
from archcalc.builder import Builder
from archcalc.ops.op import Shape
from archcalc.referee.sweeps.integers import integers
from archcalc.spec import copies
from archcalc.spec.copies import Copies, Kept
from archcalc.spec.family import Family
from archcalc.spec.library import families, library_source
from archcalc.spec.reader import read
from archcalc.spec.unroll import expand
from archcalc.spec.variants import variants
from archcalc.spec.walk import Walk

if TYPE_CHECKING:
    from archcalc import Spec
    from archcalc.graph import Here

BLOCK = "blocks: {b: {parameters: {n: 4}, layers: [{name: c, conv: =n, kernel: 3, padding: 1}]}}\n"
START = "input: 4x8x8\n" + BLOCK


def unrolled(spec: Spec, *, anew: bool) -> list[object]:
    """Unroll a spec with its heads, each block anew if wanted; give all of it, or what is wrong."""
    with pytest.MonkeyPatch.context() as patch:
        if anew:
            patch.setattr(Copies, "put", lambda *_: None)
        try:
            graph = expand(spec)
        except ArchcalcError as error:
            return [str(error)]
    found = [graph.end, graph.outputs, dict(graph.ends), dict(graph.containers)]
    return [*graph.nodes, *found]


def spec_of(layers: str, blocks: str = START) -> Spec:
    """Read a spec of two blocks or more."""
    return archcalc.load(StringIO(f"{blocks}layers: [{layers}]"))


@pytest.mark.parametrize(
    "name",
    ["densenet121", "googlenet", "inception-resnet-v2", "preact-resnet164", "resnet50", "vgg16"],
)
def test_networks_are_the_same_with_each_block_unrolled_anew(name: str) -> None:
    spec = archcalc.load(name)

    assert unrolled(spec, anew=False) == unrolled(spec, anew=True)


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> MagicMock:
    """Count how often a layer is put in place by itself."""
    put = MagicMock(side_effect=Builder.put, autospec=True)
    monkeypatch.setattr(Builder, "put", lambda *given: put(*given))  # noqa: PLW0108 - as a method
    return put


def test_what_is_alike_is_unrolled_once(put: MagicMock) -> None:
    nodes = expand(archcalc.load("preact-resnet1001")).nodes

    # 3 stages of 111 blocks; in each the first, the second and perhaps the last are of their own
    assert len(nodes) == 3669
    assert put.call_count < 100


@pytest.mark.parametrize(
    "layers",
    [
        pytest.param("{block: b, repeat: 3}", id="in a loop"),
        pytest.param("{block: b, n: 5}, {block: b, n: 4}, {block: b, n: 5}", id="another input"),
        pytest.param("{block: b}, {block: b, weights: b1}, {block: b}", id="shared weights"),
        pytest.param("{add: [[], {block: b}]}, {add: [[], {block: b}]}", id="in branches"),
        pytest.param("{block: b}, {block: b}, {conv: 1, kernel: 1, from: b2/c}", id="read from"),
    ],
)
def test_blocks_alike_are_as_if_unrolled_anew(layers: str) -> None:
    spec = spec_of(layers)

    assert unrolled(spec, anew=False) == unrolled(spec, anew=True)
    assert len(unrolled(spec, anew=True)) > 1


@pytest.mark.parametrize("body", ["[]", "[relu, {relu: , weights: relu1}]", "[{identity: }]"])
def test_a_block_that_adds_nothing_or_cannot_be(body: str) -> None:
    spec = spec_of(
        "{block: e, repeat: 3}, relu", f"input: 4x8x8\nblocks: {{e: {{layers: {body}}}}}\n"
    )

    assert unrolled(spec, anew=False) == unrolled(spec, anew=True)


@pytest.mark.parametrize(
    ("limit", "most"), [("layers", 2), ("steps", 40), ("path_length", 5), ("block_depth", 1)]
)
def test_what_passes_a_limit_is_told_as_if_unrolled_anew(limit: str, most: int) -> None:
    spec = spec_of("{block: b}, {block: b}, {name: other, block: b}, {block: b}")

    with limits.raised(**{limit: most}):
        assert unrolled(spec, anew=False) == unrolled(spec, anew=True)


def test_what_came_from_a_height_is_told_from_what_is_as_large() -> None:
    blocks = "input: 8x8x8\nblocks: {b: {parameters: {n: }, layers: [{relu: , when: =n > 4}]}}\n"
    spec = spec_of("{block: b, n: 8}, {block: b, n: =height}", blocks)

    (said,) = unrolled(spec, anew=False)

    assert str(said).splitlines()[0] == (
        "spec:2:57: error[structure-depends-on-size]: "
        "`when` may not depend on height or width: the layers are the same at every size"
    )


def test_lists_are_not_compared() -> None:
    blocks = (
        "input: 8x8x8\nblocks: {b: {parameters: {n: }, layers: [{conv: '=n[1]', kernel: 1}]}}\n"
    )
    spec = spec_of("{block: b, n: [1, 8]}, {block: b, n: [2, 8]}, {block: b, n: [1, 3]}", blocks)

    nodes = expand(spec).nodes

    assert [node.y.channels for node in nodes] == [8, 8, 3]
    assert unrolled(spec, anew=False) == unrolled(spec, anew=True)


FAMILIES = {path.stem: path for path in families()}


def family_of(name: str) -> Family:
    """Read a family of the library."""
    return Family(read(library_source(FAMILIES[name])), name, known_right=True)


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_networks_are_the_same_after_others_of_their_family(name: str) -> None:
    family = family_of(name)
    names = [*variants(family.tree)]

    for each in [*names, *names[:1]] if names else [None]:
        spec = family.settle(each)
        assert unrolled(spec, anew=False) == unrolled(spec, anew=True)


def test_the_next_network_of_a_family_unrolls_what_is_its_own(put: MagicMock) -> None:
    family = family_of("resnet")
    expand(family.settle("resnet50"))
    put.reset_mock()

    expand(family.settle("resnet101"))  # other depths of the same blocks
    assert put.call_count == 7  # conv, norm, relu, pool; then pool, fully connected, softmax

    put.reset_mock()
    expand(family.settle("resnet50-v1.5"))
    assert put.call_count > 80  # `stride_on` is read by the blocks: all of them come anew


def kept_of(spec: Spec) -> bool:
    """Tell whether blocks are kept for networks like this one."""
    assert spec.kept
    return bool(spec.kept.of(spec.kept.key(spec.parameters, spec.inputs)))


def test_a_network_that_is_wrong_hands_nothing_on() -> None:
    right, wrong = spec_of("{block: b}"), spec_of("{block: b}, {conv: 4, kernel: 99}")

    expand(right)
    with pytest.raises(ArchcalcError):
        expand(wrong)

    assert kept_of(right)
    assert not kept_of(wrong)


def test_what_is_kept_is_right_by_the_limits_in_force() -> None:
    spec = spec_of("{block: b, n: 4000}")
    expand(spec)

    with limits.raised(integer_bits=10):
        assert not kept_of(spec)
        assert unrolled(spec, anew=False) == unrolled(spec, anew=True)


def test_another_thread_may_have_other_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that was begun first and ended last hands nothing on to others' limits."""
    spec, walk = spec_of("{block: b, n: 4000}"), Walk.items
    with limits.raised(integer_bits=10):
        other = copy_context()
    refused = other.run(unrolled, spec, anew=True)
    assert len(refused) == 1

    def meanwhile(*given: Any) -> Here:  # noqa: ANN401
        monkeypatch.setattr(Walk, "items", walk)
        assert other.run(unrolled, spec, anew=False) == refused
        return walk(*given)

    monkeypatch.setattr(Walk, "items", meanwhile)
    expand(spec)
    assert other.run(unrolled, spec, anew=False) == refused


LONG = f"""parameters: {{big: {[4] * 1600}}}
input: 4x8x8
blocks: {{b: {{layers: [{{conv: "=big[len(big) - 1]", kernel: 1}}]}}}}
"""


def test_what_is_evaluated_once_is_charged_once() -> None:
    """Some 400 steps for the list, 13 for each block: 1,200 are enough for 50 blocks, again too."""
    spec = spec_of("{block: b, repeat: 50}", LONG)

    with limits.raised(steps=1_200):
        for _ in range(3):
            assert len(expand(spec).nodes) == 50


@pytest.mark.parametrize("name", ["densenet", "inception-resnet"])
def test_no_network_takes_more_steps_after_others(name: str) -> None:
    begin, walks = Walk.__init__, list[Walk]()

    def beginning(walk: Walk, *given: Any) -> None:  # noqa: ANN401
        begin(walk, *given)
        walks.append(walk)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Walk, "__init__", beginning)
        family = family_of(name)
        for each in variants(family.tree):
            expand(family_of(name).settle(each))
            expand(family.settle(each))
    steps = [walk.evaluator.steps for walk in walks]
    assert len(steps) >= 10
    assert all(after <= fresh for fresh, after in zip(steps[::2], steps[1::2], strict=True))


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "MOST", 5)
    spec = spec_of("{block: b, repeat: 3}")
    kept = spec.kept
    assert kept

    for _ in range(3):
        expand(spec)
        assert kept.layers == 3  # the same again adds nothing
    expand(spec, "5x8x8")  # the first block has another input, and 3 layers more are too many
    assert kept.layers == 3
    assert sum(map(len, kept.found.values())) == 1

    long = spec_of("{block: b, repeat: 6}")
    expand(long)
    assert not kept_of(long)


def test_numbers_that_stand_for_several_are_not_kept() -> None:
    kept, several = Kept({"n"}), integers([3, 4])

    assert kept.key({"n": 3}, {"input": Shape(1, 2)}) == (limits.now(), 3)
    assert kept.key({"n": several}, {"input": Shape(1, 2)}) is None
    assert kept.key({"n": 3}, {"input": Shape(1, cast("int", several))}) is None
