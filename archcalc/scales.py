"""What a letter or a word behind a number stands for: K, M, million, and how large ones are said.

>>> units("million"), units("K"), f"1.5 {LETTERS[3]}"
((1000000, 1048576), (1000, 1024), '1.5 G')
>>> [BYTES[suffix] for suffix in ("", "mb", "mib", "k")]
[1, 1000000, 1048576, 1000]
"""

POWERS = {"k": 1, "thousand": 1, "m": 2, "million": 2, "g": 3, "b": 3, "billion": 3, "t": 4}
"""Of 1000; of 1024 where somebody counts so."""
LETTERS = ("", "k", "M", "G", "T", "P", "E")
"""By the power of 1000."""


def units(word: str) -> tuple[int, int]:
    """Tell what a letter or a word of any case stands for: in powers of 1000, and of 1024."""
    power = POWERS[word.lower()]
    return 1000**power, 1024**power


SUFFIXES = {"": 1} | {word: units(word)[0] for word in POWERS}
"""Behind an amount of things, in small letters: 5M, 600 million."""
BYTES = {"": 1, "b": 1, "bytes": 1} | {
    f"{letter.lower()}{i}{b}": units(letter)[bool(i)]
    for letter in LETTERS[1:5]
    for i in ("", "i")
    for b in ("", "b")
}
"""Behind an amount of bytes, in small letters: MB is 10^6 too, and MiB is 2^20."""
