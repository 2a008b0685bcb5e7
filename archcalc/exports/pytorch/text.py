"""Lines of Python: calls that are broken where they are long, and what stands there again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from archcalc.exports.pytorch.kinds import Kind

WIDTH = 88
"""As formatters have it."""


def runs(written: Sequence[str], kinds: Sequence[Kind]) -> Iterator[str]:
    """Say once what stands there several times, or with a number that grows evenly."""
    own = {kind.name: kind for kind in kinds}
    rest = list(written)
    while rest:
        name = rest[0].partition("(")[0]
        same = next((n for n, text in enumerate(rest) if text != rest[0]), len(rest))
        grows = _growing(rest, own[name]) if name in own else (0, "")
        if same > 3 or (name in own and (same > 2 or (same > 1 and same == len(written)))):
            yield f"*[{rest[0]} for _ in range({same})]"
            rest = rest[same:]
        elif grows[0] > 2:
            yield grows[1]
            rest = rest[grows[0] :]
        elif (found := _repeated(rest))[1]:
            size, times = found
            yield f"*[layer for _ in range({times}) for layer in ({', '.join(rest[:size])})]"
            rest = rest[size * times :]
        else:
            yield rest.pop(0)


def _repeated(written: Sequence[str]) -> tuple[int, int]:
    """Tell how many of the first calls stand there again and again, and how often, if over twice.

    >>> _repeated(["conv", "relu", "conv", "relu", "conv", "relu", "fc"]), _repeated(["conv", "fc"])
    ((2, 3), (0, 0))
    """
    for size in range(2, len(written) // 3 + 1):
        times = 1
        while written[size * times : size * (times + 1)] == written[:size]:
            times += 1
        if times > 2:
            return size, times
    return 0, 0


def _growing(written: Sequence[str], kind: Kind) -> tuple[int, str]:
    """Tell how many calls from the first on differ in one number that grows by equal steps."""
    if len(written) < 3:
        return 0, ""
    calls = [re.fullmatch(rf"{kind.name}\(([\d, ]+)\)", text) for text in written]
    rows = []
    for call in calls:
        if call is None:
            break
        rows.append([int(each) for each in call[1].split(", ")])
    if len(rows) < 3:
        return 0, ""
    steps = [b - a for a, b in zip(rows[0], rows[1], strict=True)]
    moving = [i for i, step in enumerate(steps) if step]
    if len(moving) != 1 or steps[moving[0]] < 0:
        return 0, ""
    place, step = moving[0], steps[moving[0]]
    length = 1
    while (
        length < len(rows)
        and [b - a for a, b in zip(rows[length - 1], rows[length], strict=True)] == steps
    ):
        length += 1
    argument = list(kind.values)[place]
    given = [argument if i == place else str(value) for i, value in enumerate(rows[0])]
    start = rows[0][place]
    over = f"range({start}, {start + length * step}, {step})"
    return length, f"*[{kind.name}({', '.join(given)}) for {argument} in {over}]"


def fit(head: str, text: str, indent: int, end: str = "") -> list[str]:
    """Break a call over lines, as formatters do, until all have room."""
    margin = " " * indent
    if len(margin + head + text + end) <= WIDTH:
        return [margin + head + text + end]
    opening = next((i for i, sign in enumerate(text) if sign in "(["), None)
    if opening is None or text[-1] not in ")]" or _closes(text, opening) != len(text) - 1:
        return [margin + head + text + end]
    inner, last = text[opening + 1 : -1], text[-1] + end
    if text.startswith("*[") and " for " in inner:
        parts = re.split(r" (?=for \w+ in )", inner)
        parts = [line for part in parts for line in fit("", part, indent + 4)]
        return [margin + head + "*[", *parts, margin + last]
    if len(margin) + 4 + len(inner) <= WIDTH:
        return [margin + head + text[: opening + 1], f"{margin}    {inner}", margin + last]
    lines = [margin + head + text[: opening + 1]]
    for part in _split(inner):
        lines += fit("", part, indent + 4, ",")
    return [*lines, margin + last]


def _closes(text: str, opening: int) -> int:
    depth = 0
    for place in range(opening, len(text)):
        depth += (text[place] in "([{") - (text[place] in ")]}")
        if not depth:
            return place
    return -1


def _split(text: str) -> list[str]:
    """Part arguments at the commas that stand in no brackets."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts if part.strip()]
