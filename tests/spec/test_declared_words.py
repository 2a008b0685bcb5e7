"""A parameter or column called as what a place knows stands for that word where it is declared."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest

import archcalc

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_parameter_of_the_family_holds_everywhere(nodes: Callable[..., list[str]]) -> None:
    text = """
        parameters: {width: 3, last: 7}
        input: 1x8x8
        blocks: {b: {layers: [{conv: =width*channels, kernel: 1}]}}
        layers:
          - {conv: =width, kernel: 1}
          - {block: b, name: b}
          - {repeat: 2, name: r, linear: =last+index}
    """
    assert nodes(text) == ["conv1 3x8x8", "b/conv1 9x8x8", "r/1 8x1x1", "r/2 9x1x1"]
    assert nodes(text, width=2)[0] == "conv1 2x8x8"


def test_a_parameter_of_a_block_holds_in_the_block(nodes: Callable[..., list[str]]) -> None:
    text = """
        input: 1x8x6
        blocks:
          b:
            parameters: {width: , first: 5}
            layers: [{conv: =width, kernel: 1}, {repeat: 2, name: r, conv: =first, kernel: 1}]
        layers:
          - {block: b, name: b, width: =2*width}
          - {repeat: 2, name: r, conv: =width+(1 if first else 2), kernel: 1}
    """
    assert nodes(text) == [
        "b/conv1 12x8x6", "b/r/1 5x8x6", "b/r/2 5x8x6", "r/1 7x8x6", "r/2 8x8x6",
    ]  # fmt: skip


def test_a_column_holds_in_its_loop(nodes: Callable[..., list[str]]) -> None:
    text = """
        input: 1x8x6
        layers:
          - {name: g, for: [height, last], in: [[3, 4]], conv: =height*last, kernel: 1}
          - {conv: =height, kernel: 1}
    """
    assert nodes(text) == ["g/1 12x8x6", "conv1 8x8x6"]


def test_what_is_declared_may_decide_about_the_structure(nodes: Callable[..., list[str]]) -> None:
    text = """
        parameters: {width: 2}
        input: 1x8x6
        layers: [{repeat: =width, name: r, relu: }]
    """
    assert nodes(text) == ["r/1 1x8x6", "r/2 1x8x6"]


def test_a_parameter_is_not_known_before_it_is_declared() -> None:
    text = """input: 1x8x6
blocks: {b: {parameters: {a: =width, width: 3}, layers: [{conv: =a*width, kernel: 1}]}}
layers: [{block: b}]
"""
    with pytest.raises(archcalc.ArchcalcError) as caught:
        archcalc.load(StringIO(text))

    assert str(caught.value) == (
        "spec:2:30: error[unknown-name]: nothing is called `width` here\n"
        "    2 | blocks: {b: {parameters: {a: =width, width: 3}, "
        "layers: [{conv: =a*width, kernel: 1}]}}\n"
        "      |                              ^^^^^^"
    )
