"""The tools themselves still give the figures of the table that conventions are held against.

They need no package but their own and what they import: `pip install --no-deps torchinfo==1.8.0
fvcore==0.1.5.post20221221 thop==0.1.1.post2209072238 ptflops==0.7.5 calflops==0.3.2
torchprofile==0.1.0 pthflops==0.4.2 onnx-tool==1.0.1`, beside torch, onnx, and `pip install iopath
yacs termcolor tqdm tabulate rich setuptools`. To measure a table anew:
`python -m tests.peers.test_tools`.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

import archcalc
from tests.convention.measured import CASES, COLUMNS, read, spec, write

pytest.importorskip(
    "torch", reason="PyTorch is not installed: pip install -e '.[peers]' to compare with it"
)

if TYPE_CHECKING:
    from tests.convention.measured import Row

pytestmark = pytest.mark.peers
PACKAGES = {
    "torchinfo": "torchinfo", "fvcore": "fvcore", "thop": "thop", "ptflops": "ptflops",
    "calflops": "calflops", "torch": "torch", "torchprofile": "torchprofile",
    "pthflops": "pthflops", "onnx": "onnx_tool",
}  # fmt: skip


def measure(case: str, tool: str) -> int | None:
    """Have a tool count a network that is written as its convention says."""
    from tests.peers.tools import TOOLS, Model, apart  # noqa: PLC0415 - torch may be missing

    run, functions, device = TOOLS[tool]
    graph = archcalc.expand(spec(case))
    with apart():
        try:
            return run(Model.of(graph, functions=functions, device=device))
        except Exception:  # noqa: BLE001 - a tool fails in whatever way it likes
            return None


@pytest.mark.parametrize("tool", COLUMNS)
def test_a_tool_gives_what_the_table_says(tool: str) -> None:
    if find_spec(PACKAGES[tool.partition("-")[0]]) is None:
        pytest.skip(f"{tool} is not installed")
    column = COLUMNS.index(tool)
    expected = {case: row[column] for case, row in read().items()}

    assert {case: measure(case, tool) for case in CASES} == expected


WRITTEN_WITH_MODULES = [
    tool for tool in COLUMNS if "functional" not in tool and tool != "onnx-tool"
]


@pytest.mark.parametrize("tool", WRITTEN_WITH_MODULES)
@pytest.mark.parametrize("network", ["tagger", "gated", "encoder"])
def test_a_live_module_costs_what_a_tool_says_of_it(network: str, tool: str) -> None:
    import torch  # noqa: PLC0415

    from tests.peers.small import SMALL  # noqa: PLC0415
    from tests.peers.tools import TOOLS, Model, apart  # noqa: PLC0415

    if find_spec(PACKAGES[tool.partition("-")[0]]) is None:
        pytest.skip(f"{tool} is not installed")
    make, shape = SMALL[network]
    tokens = network == "tagger"
    x = torch.zeros((1, 12), dtype=torch.long) if tokens else torch.zeros((1, 3, 16, 16))
    run, _, device = TOOLS[tool]
    ours = archcalc.count(make().eval(), input=shape).figure(tool)
    with apart():
        theirs = run(Model(make(), x, device=device))

    assert ours == theirs


def _row(case: str) -> Row:
    return [measure(case, tool) for tool in COLUMNS]


if __name__ == "__main__":
    write({case: _row(case) for case in CASES})
