"""Conventions on torchvision's 80 classifiers, read live: the tools' own figures, to the unit.

What tools say is kept in `builders.json`; those that are installed are asked again about a few.

    pip install torch==2.13.0 && pip install -e '.[test]' && pip install --no-deps torchvision
    pip install --no-deps torchinfo==1.8.0 fvcore==0.1.5.post20221221 ptflops==0.7.5 ...
    pytest -m peers tests/peers/test_builders.py
"""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from archcalc import count
from archcalc.convention.figure import apply

pytest.importorskip("torch", reason="PyTorch is not installed: pip install -e '.[torch]'")

from archcalc.readers.pytorch.building import build
from tests.peers.builders import COUNTERS, measure, read
from tests.peers.test_tools import PACKAGES

pytestmark = [pytest.mark.peers, pytest.mark.filterwarnings("ignore")]  # of the registries
NAMES = sorted(read())
AT = "@ and torch.matmul are one call below Python, of which the tool patches the second: at least"
APART = "what it makes of constants alone, by modules of its own, is stated: at least"
ROUNDED = "of an einsum it reads the operations that NumPy prints, in four digits"
SWIN, SWIN_V2 = ("swin_t", "swin_s", "swin_b"), ("swin_v2_t", "swin_v2_s", "swin_v2_b")
REASONS: dict[str, dict[str, str]] = {
    **dict.fromkeys(("torchinfo", "thop"), dict.fromkeys(SWIN_V2, APART)),
    "fvcore": dict.fromkeys(SWIN_V2, APART) | {"maxvit_t": ROUNDED},
    **dict.fromkeys(
        ("ptflops", "calflops-flops", "calflops-macs"),
        dict.fromkeys((*SWIN, "maxvit_t"), AT) | dict.fromkeys(SWIN_V2, APART),
    ),
}
"""By convention the builders of which it does not give the tool's figure, and why."""


@pytest.fixture(scope="module", autouse=True)
def there() -> None:
    """Find torchvision, whose compiled ops may fit no torch."""
    if find_spec("torchvision") is None:
        pytest.skip("torchvision is not installed")
    build("torchvision:resnet18", {})


@pytest.mark.parametrize("name", NAMES)
def test_conventions_give_what_tools_do(name: str) -> None:
    row, report = read()[name], count(f"torchvision:{name}")
    figures = {counter: apply(report, counter) for counter in row}
    equal = {
        counter for counter in row
        if figures[counter].total == row[counter] and not figures[counter].partial
    }  # fmt: skip

    assert row.keys() - equal == {counter for counter in row if name in REASONS.get(counter, {})}


def test_all_builders_are_in_the_table() -> None:
    assert len(NAMES) == 80
    assert all(len(NAMES) - len(reasons) >= 60 for reasons in REASONS.values())
    assert all(row.keys() == set(COUNTERS) for row in read().values())


@pytest.mark.parametrize("counter", COUNTERS)
@pytest.mark.parametrize("name", ["densenet121", "mobilenet_v2", "swin_t", "vit_b_32"])
def test_a_tool_says_what_the_table_says(name: str, counter: str) -> None:
    package = PACKAGES[counter.partition("-")[0]]
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed")

    assert measure(name, counter) == read()[name][counter]
