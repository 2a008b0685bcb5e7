"""The ten digits as 7x12 pictures: what the output units of LeNet-5 compare with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

DIGITS = """
.......  .......  .......  .......  .......  .......  .......  .......  .......  .......
..###..  ...#...  .#####.  .#####.  .....#.  #######  ..####.  #######  .#####.  .#####.
.#...#.  ..##...  #.....#  #.....#  ....##.  #......  .#.....  ......#  #.....#  #.....#
#.....#  .#.#...  ......#  ......#  ...#.#.  #......  #......  .....#.  #.....#  #.....#
#.....#  ...#...  ......#  ......#  ..#..#.  #.####.  #......  .....#.  .#...#.  #.....#
#.....#  ...#...  .....#.  ..####.  .#...#.  ##....#  #.####.  ....#..  ..###..  .#...##
#.....#  ...#...  ....#..  ......#  #....#.  ......#  ##....#  ....#..  .#...#.  ..###.#
#.....#  ...#...  ...#...  ......#  #######  ......#  #.....#  ...#...  #.....#  ......#
.#...#.  ...#...  ..#....  #.....#  .....#.  #.....#  #.....#  ...#...  #.....#  .....#.
..###..  .#####.  #######  .#####.  .....#.  .#####.  .#####.  ..#....  .#####.  .####..
.......  .......  .......  .......  .......  .......  .......  .......  .......  .......
.......  .......  .......  .......  .......  .......  .......  .......  .......  .......
"""
"""Ink is +1 and paper is -1: the ends of what a unit of F6 says at its steepest bend."""


def digits() -> npt.NDArray[Any]:
    """Read the pictures: a row of 84 numbers, +1 or -1, for each digit.

    >>> digits().shape
    (10, 84)
    >>> digits()[1].reshape(12, 7)[3].tolist()  # .#.#...
    [-1.0, 1.0, -1.0, 1.0, -1.0, -1.0, -1.0]

    Source: the idea, not the drawings: LeCun, Bottou, Bengio, Haffner 1998, section II.B, figure 3.
    """
    lines = [line.split() for line in DIGITS.strip().splitlines()]
    pictures = ["".join(rows) for rows in zip(*lines, strict=True)]
    return np.array([[1.0 if cell == "#" else -1.0 for cell in picture] for picture in pictures])
