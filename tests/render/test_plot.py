"""Charts: what they say, that labels keep apart, that the same call gives the same bytes."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from archcalc.errors import UsageError
from archcalc.render.pictures.plot import Room, free_place, plot, scatter
from archcalc.render.tables.layers import NOTHING
from archcalc.report import count
from archcalc.spec.library import load
from tests.exactly import exactly

if TYPE_CHECKING:
    from pathlib import Path

FAMOUS = ["alexnet", "vgg16", "googlenet", "resnet18", "resnet34", "resnet50", "densenet121"]


def said(picture: bytes) -> list[str]:
    return [text.strip() for text in ET.fromstring(picture).itertext() if text.strip()]  # noqa: S314 - our own output


def test_layers_are_charted_with_their_exact_counts() -> None:
    pytest.importorskip("matplotlib")
    words = said(plot([count("lenet5")]))
    for word in ("C1", "OUTPUT", "48,120", "150,000", "4,704 = 6x28x28", "parameters: 60,000"):
        assert word in words


def test_stages_are_charted_at_a_depth() -> None:
    pytest.importorskip("matplotlib")
    words = said(plot([count("resnet50")], ".svg", 2))
    assert "conv4_x/2..6 × 5" in words
    assert "5,585,920" in words


def test_networks_are_named_beside_their_points() -> None:
    pytest.importorskip("matplotlib")
    words = said(plot([count(name) for name in FAMOUS]))
    assert set(FAMOUS) <= set(words)
    assert "MACs per sample" in words


def test_names_in_a_scatter_keep_apart() -> None:
    pytest.importorskip("matplotlib")
    figure = scatter([count(name) for name in (*FAMOUS, "resnet50-v1.5", "resnet50-caffe")])
    renderer = figure.canvas.get_renderer()
    rooms = [Room(*note.get_window_extent(renderer).extents) for note in figure.axes[0].texts]
    assert len(rooms) == len(FAMOUS) + 2
    assert not any(one.meets(two) for i, one in enumerate(rooms) for two in rooms[i + 1 :])


@pytest.mark.parametrize(
    ("suffix", "begins"), [(".svg", b"<?xml"), (".png", b"\x89PNG"), (".pdf", b"%PDF")]
)
def test_the_same_call_gives_the_same_bytes(suffix: str, begins: bytes) -> None:
    pytest.importorskip("matplotlib")
    first, second = (plot([count("lenet1")], suffix) for _ in range(2))
    assert first == second
    assert first.startswith(begins)


def test_names_from_strangers_stay_text(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    path = tmp_path / "net.yaml"
    path.write_text("name: '$\\frac{a}$ <script>'\ninput: 1x8x8\nlayers: [{name: '$x_', relu: }]\n")
    picture = plot([count(path)])
    assert "$x_" in said(picture)
    assert b"<script" not in picture
    assert set(said(plot([count(path), count("lenet5")]))) >= {"net", "lenet5"}


def test_a_network_without_parameters_is_charted(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    path = tmp_path / "net.yaml"
    path.write_text("input: 1x8x8\nlayers: [relu]\n")
    assert "parameters: 0" in said(plot([count(path)]))


def test_another_suffix_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        plot([count("lenet5")], ".gif")
    assert str(caught.value) == (
        "error[unknown-suffix]: no chart is written to `.gif`\n  hint: one of .svg, .png, .pdf"
    )


def test_without_matplotlib_a_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UsageError) as caught:
        plot([count("lenet5")])
    said = "charts, PNG and PDF are drawn by matplotlib, which is not installed"
    assert str(caught.value) == (
        f"error[no-matplotlib]: {said}\n  hint: pip install 'archcalc[plot]'"
    )


def test_a_label_takes_the_nearest_free_place() -> None:
    page = Room(-100, -100, 100, 100)
    right, left = Room(5, -5, 60, 5), Room(-60, -5, -5, 5)
    dx, dy, room = free_place((0, 0), (40, 10), [right, left], page)
    assert (dx, dy) == (-20, 12.5)
    assert not room.meets(right)
    assert not room.meets(left)


def test_no_free_place_is_refused() -> None:
    with pytest.raises(
        UsageError,
        match=exactly(
            "error[too-large]: too many networks for one chart\n  hint: chart fewer of them"
        ),
    ):
        free_place((0, 0), (40, 10), [], Room(0, 0, 20, 20))


def test_axes_are_marked_with_whole_numbers_and_enough_of_them() -> None:
    pytest.importorskip("matplotlib")
    words = said(plot([count(name) for name in ("lenet5", "lenet1")]))
    assert {"2 k", "5 k", "10 k", "20 k", "50 k", "100 k", "200 k"} <= set(words)
    words = said(plot([count(name) for name in ("lenet5", "lenet1", "vgg16")]))
    assert "20 k" not in words
    tiny = load(io.StringIO("input: 1x2x2\nlayers: [{linear: 2}, {linear: 1}]\n"))
    words = said(plot([count(tiny)]))
    assert not [word for word in words if word.endswith(" m")]


def test_pictures_of_no_layers_say_so() -> None:
    pytest.importorskip("matplotlib")
    report = count(load(io.StringIO("name: off\ninput: 1x2x2\nlayers: []\n")))
    assert f"off (spec), input 1x2x2: {NOTHING}" in said(plot([report]))
