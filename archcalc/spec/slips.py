"""A name that was meant: what a slip of the hand or of the ear makes of it, and not another name.

EfficientDet is one letter from EfficientNet and no slip of it: d lies far from n, and nobody takes
one for the other. So names are compared by what goes wrong in writing, not by how alike they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archcalc.errors import COMPARED
from archcalc.spec.names import loose

if TYPE_CHECKING:
    from collections.abc import Iterable

KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "o0", "i1l")
"""Signs that lie beside each other, or look alike."""
VOWELS = "aeiou"
LETTERS = 5
"""One slip is allowed to so many letters, and none to fewer."""
SHORTEST = 3
"""Fewer letters tell no beginning."""
ALIKE = 0.65
"""How much of two names has to be the same for one to stand for another size of it."""
_STEM = re.compile(r"[a-z+]*?(?=v?\d|[^a-z+]|$)")
_VERSION = re.compile(r"v\d+(?:\.\d+)?(?:\+|plus)*")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def near(name: str, known: Iterable[str]) -> str | None:
    """Offer the network that may be meant: the name with a slip, or another size of it.

    Versions are other networks, so that YOLO v5 is no slip of YOLO v4.

    >>> near("renset50", ["resnet50", "vgg16"]), near("regnet", ["resnet50"])
    ('did you mean `resnet50`?', None)
    >>> near("resnet51", ["resnet56", "resnet50"]), near("yolo-v5", ["yolo-v4"])
    ('did you mean `resnet50`?', None)
    """
    names, name = list(known), name[:COMPARED]
    slips = [other for other in names if _is_slip(loose(name), loose(other))]
    found = max(slips or _sizes(name, names), key=lambda other: _likeness(name, other), default="")
    return f"did you mean `{found}`?" if found else None


def beginning(name: str, known: Iterable[str]) -> str:
    """Find how networks begin whose sizes or versions are not near, by three letters or more.

    >>> beginning("yolo-v5", ["yolo-v4"]), beginning("inceptoin", ["inception-v3"])
    ('yolo', 'inception')
    """
    word = stem(name[:COMPARED])
    long = {other for other in map(stem, known) if len(other) >= SHORTEST}
    return word if word in long else next((one for one in sorted(long) if _is_slip(word, one)), "")


def stem(name: str) -> str:
    """Give the letters that a name begins with, without those of its version.

    >>> stem("EfficientNet-B0"), stem("yolov5s"), stem("vit_b_16")
    ('efficientnet', 'yolo', 'vit')
    """
    found = _STEM.match(name.lower())
    return found.group() if found else ""


def _sizes(name: str, known: Iterable[str]) -> list[str]:
    """Choose the networks whose names begin alike, and are of the same version."""
    word, versions = stem(name), _versions(name)
    return [
        other
        for other in known
        if word and _versions(other) == versions and _is_slip(word, stem(other))
        if _likeness(name, other)[0] > ALIKE
    ]


def _versions(name: str) -> list[str]:
    return _VERSION.findall(loose(name))


def _likeness(name: str, other: str) -> tuple[float, float]:
    """Tell how much of two names is the same and, of several such, how near their numbers are."""
    from difflib import SequenceMatcher  # noqa: PLC0415 - only a mistake needs it

    one, two = loose(name), loose(other)
    return SequenceMatcher(None, two, one).ratio(), -abs(_number(one) - _number(two))


def _number(name: str) -> float:
    found = _NUMBER.search(name)
    return float(found.group()) if found else 0


def _is_slip(word: str, name: str) -> bool:
    """Tell whether a word is a name, or one with a slip or two in it; not in its first letter."""
    most = max(len(word), len(name)) // LETTERS
    if word[:1] != name[:1] or abs(len(word) - len(name)) > most:
        return False
    return _slips(word, name, most) <= most


def _slips(word: str, name: str, most: int) -> int:
    """Count slips: a letter left out, doubled, taken for another; two changed over.

    Each row has the slips of the word so far against all beginnings of the name, from the two rows
    before it (Damerau, Levenshtein), with fewer changes allowed and none of more than `most`.
    """
    far = most + 1
    before, last = [far] * (len(name) + 1), list(range(len(name) + 1))
    for i, letter in enumerate(word):
        row = [far] * (len(name) + 1)
        for j in range(max(0, i - most), min(len(name), i + most + 1)):
            same = letter == name[j]
            taken = last[j] if same else last[j] + 1 if _beside(letter, name[j]) else far
            over = i > 0 < j and word[i - 1 : i + 1] == name[j] + name[j - 1]
            row[j + 1] = min(
                taken,
                row[j] + 1,
                last[j + 1] + 1 if same else far,
                before[j - 1] + 1 if over else far,
            )
        before, last = last, row
    return last[-1]


def _beside(letter: str, other: str) -> bool:
    """Tell whether one sign is easily written for another: its neighbour, or vowel for vowel."""
    pairs = {letter + other, other + letter}
    return {letter, other} <= set(VOWELS) or any(pair in keys for keys in KEYS for pair in pairs)
