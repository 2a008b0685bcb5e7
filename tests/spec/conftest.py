"""Ways to write a spec in a test and to see what became of it."""

from __future__ import annotations

from io import StringIO
from textwrap import dedent, indent
from typing import TYPE_CHECKING

import pytest

import archcalc

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="session")
def nodes() -> Callable[..., list[str]]:
    """List the nodes of a spec as `path shape`."""

    def unroll(text: str, **parameters: object) -> list[str]:
        graph = archcalc.expand(archcalc.load(StringIO(dedent(text)), **parameters))
        return [f"{node.path} {node.y}" for node in graph.nodes]

    return unroll


@pytest.fixture(scope="session")
def paths(nodes: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """List the paths of a list of layers, which every shape fits."""

    def unroll(layers: str, before: str = "") -> list[str]:
        text = f"input: 4x9x9\n{dedent(before)}\nlayers:\n{indent(dedent(layers), '  ')}"
        return [line.partition(" ")[0] if line.count(" ") == 1 else line for line in nodes(text)]

    return unroll
