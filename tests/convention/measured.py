"""What the tools themselves give: a table that `tests/peers/test_tools.py` measures and holds."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from archcalc.spec.library import load
from tests.convention.layers import LAYERS
from tests.convention.networks import NETWORKS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archcalc.spec.spec import Spec

COLUMNS = (
    "torchinfo", "torchinfo-functional", "fvcore", "thop", "thop-functional", "ptflops",
    "ptflops-functional", "ptflops-aten", "calflops-flops", "calflops-macs", "torch-flop-counter",
    "torchprofile", "pthflops", "pthflops-functional", "onnx-tool",
)  # fmt: skip
"""The conventions, each of a tool and a way of writing a network in PyTorch."""
CASES: dict[str, str] = {
    f"{layer} on {shape}": f"input: {shape}\nlayers: [{layer}]"
    for shape, layers in LAYERS.items()
    for layer in layers
} | NETWORKS
"""By a name, a text of the language: the networks of one layer, and the whole ones."""
TABLE = Path(__file__).with_suffix(".json")
Row: TypeAlias = "list[int | None]"


def read() -> dict[str, Row]:
    """Give the figures of each case in the order of the columns; None where a tool fails."""
    found: dict[str, Row] = json.loads(TABLE.read_text("utf-8"))
    return found


def write(rows: Mapping[str, Row]) -> None:
    """Keep figures that were measured, a case in each line."""
    lines = [f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items()]
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


def spec(case: str) -> Spec:
    """Read the text of a case."""
    return load(StringIO(CASES[case]))
