"""What can be read: contrast as WCAG 2.2 asks for (AA), in the light and in the dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STYLE = (Path(__file__).parents[2] / "archcalc" / "page" / "page.css").read_text("utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
    for block in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[:2]
)
TEXTS = [
    ("ink", "ground"), ("ink", "paper"), ("ink", "hover"), ("ink", "tint"), ("quiet", "ground"),
    ("quiet", "paper"), ("quiet", "hover"), ("quiet", "tint"), ("accent", "paper"),
    ("accent", "hover"), ("accent", "tint"), ("bad", "paper"), ("bad", "ground"), ("on", "accent"),
    ("ink", "weights"), ("ink", "block"), ("ink", "pool"), ("ink", "other"), ("quiet", "weights"),
]  # fmt: skip
SIGNS = [
    ("accent", "line"),
    ("accent", "other"),
    ("other-line", "paper"),
    ("weights-line", "paper"),
]


def luminance(color: str) -> float:
    """Give the relative luminance as WCAG defines it."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted(map(luminance, (one, other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_reckoned_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), TEXTS)
def test_texts_can_be_read(theme: dict[str, str], front: str, back: str) -> None:
    colors = LIGHT | theme
    assert contrast(colors[front], colors[back]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), SIGNS)
def test_signs_can_be_seen(theme: dict[str, str], front: str, back: str) -> None:
    colors = LIGHT | theme
    assert contrast(colors[front], colors[back]) >= 3
