"""Numbers as people write them, and what a letter or a word behind one stands for: K, M, million.

>>> units("million"), units("K"), f"1.5 {LETTERS[3]}"
((1000000, 1048576), (1000, 1024), '1.5 G')
>>> [BYTES[suffix] for suffix in ("", "mb", "mib", "k")]
[1, 1000000, 1048576, 1000]
>>> part("1,000.5 MiB"), part("2.5e6"), part("5M of them"), part("M")
(('1000.5', 0, 'MiB'), ('2.5', 6, ''), ('5', 0, 'M of them'), None)
"""

from __future__ import annotations

import re

_NUMBER = re.compile(
    r"([0-9]{1,3}(?:[,_][0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
    r"(?:[eE]\+?([0-9]{1,2}))?\s*(\D.*)?"
)

POWERS = {"k": 1, "thousand": 1, "m": 2, "million": 2, "g": 3, "b": 3, "billion": 3, "t": 4}
"""Of 1000; of 1024 where somebody counts so."""
LONGEST = 1000
"""Characters of a number: a count that is longer nobody prints."""
LETTERS = ("", "k", "M", "G", "T", "P", "E")
"""By the power of 1000."""


def units(word: str) -> tuple[int, int]:
    """Tell what a letter or a word of any case stands for: in powers of 1000, and of 1024."""
    power = POWERS[word.lower()]
    return 1000**power, 1024**power


def part(text: str) -> tuple[str, int, str] | None:
    """Part a number into its digits, its power of ten and what stands behind; None if it is none.

    Commas or underscores may stand between its thousands; what is longer than any count is none.
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None or len(found[1]) > LONGEST:
        return None
    digits, power, behind = found.groups()
    return digits.replace(",", "").replace("_", "").rstrip("."), int(power or 0), behind or ""


SUFFIXES = {"": 1} | {word: units(word)[0] for word in POWERS}
"""Behind an amount of things, in small letters: 5M, 600 million."""
BYTES = {"": 1, "b": 1, "bytes": 1} | {
    f"{letter.lower()}{i}{b}": units(letter)[bool(i)]
    for letter in LETTERS[1:5]
    for i in ("", "i")
    for b in ("", "b")
}
"""Behind an amount of bytes, in small letters: MB is 10^6 too, and MiB is 2^20."""
