"""The last line on a terminal: a command that runs as it stands."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from archcalc.cli.compare import compare
from archcalc.cli.conventions import conventions
from archcalc.cli.explain import explain
from archcalc.cli.exporting import STARTER, export
from archcalc.cli.listing import list_networks
from archcalc.cli.reconcile import reconcile
from archcalc.cli.show import show

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from archcalc.cli.answer import Answer
    from tests.cli.conftest import Outcome

RULES = "unit: thing\nrules: {conv: =mac, linear: =mac}\ndefault: =outputs\n"
ANSWERS: dict[str, Callable[[], Answer]] = {
    "archcalc show alexnet": lambda: list_networks(["alexnet"]),
    "archcalc show 'my net.yaml' --depth 2": lambda: show("my net.yaml"),
    "archcalc explain 'my net.yaml' stage2/1/conv2": lambda: show("my net.yaml", depth=3),
    "archcalc explain 'my net.yaml' conv1": lambda: explain("my net.yaml"),
    "archcalc diff 'my net.yaml' lenet5": lambda: compare(["my net.yaml", "lenet5", "lenet1"]),
    "archcalc reconcile lenet5@thop lenet5@ours.yaml": lambda: conventions(
        "lenet5", convention=["thop", "keras", "ours.yaml"]
    ),
    "archcalc conventions 'my net.yaml'": lambda: reconcile("lenet5", "my net.yaml@flops"),
    "archcalc conventions lenet5": lambda: reconcile("lenet5", "61.7k"),
}


@pytest.mark.parametrize("hint", ANSWERS)
def test_hints_run(
    archcalc: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hint: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my net.yaml").write_text(STARTER.format(file="mine.yaml"), "utf-8")
    (tmp_path / "ours.yaml").write_text(RULES, "utf-8")
    assert ANSWERS[hint]().hint_now() == hint
    assert archcalc(*shlex.split(hint)[1:]).status == 0


def test_an_exported_file_of_several_networks_is_shown_by_its_variant() -> None:
    saved = "save it with -o mine.yaml; then: archcalc show mine.yaml"
    assert export("resnet50").hint_now().partition("#") == (saved, "#", "resnet50")
    assert export("unet").hint_now() == saved


def test_no_hint_reconciles_a_figure_with_itself_or_with_one_of_another_kind() -> None:
    assert conventions("lenet5", convention=["thop"]).hint_now() == ""
    assert conventions("lenet5", convention=["macs", "torchvision"]).hint_now() == ""
    assert conventions("lenet5", convention=["macs", "torch"]).hint_now() == ""
