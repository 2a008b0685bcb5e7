"""What a letter or a word behind a number stands for: K, M, million, and how large ones are said.

>>> 25 * 1000 ** POWERS["million"], f"1.5 {LETTERS[3]}"
(25000000, '1.5 G')
"""

POWERS = {"k": 1, "thousand": 1, "m": 2, "million": 2, "g": 3, "b": 3, "billion": 3, "t": 4}
"""Of 1000; of 1024 where somebody counts so."""
LETTERS = ("", "k", "M", "G", "T", "P", "E")
"""By the power of 1000."""
