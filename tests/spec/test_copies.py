"""A block that is called again alike is put in place as it was unrolled: nothing tells the two."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING
from unittest.mock import MagicMock

import pytest

import archcalc
from archcalc import ArchcalcError, limits
from archcalc.builder import Builder
from archcalc.spec.copies import Copies
from archcalc.spec.unroll import expand

if TYPE_CHECKING:
    from archcalc import Spec

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


def test_what_is_alike_is_unrolled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    put = MagicMock(side_effect=Builder.put, autospec=True)
    monkeypatch.setattr(Builder, "put", lambda *given: put(*given))  # noqa: PLW0108 - as a method

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
