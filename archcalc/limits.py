"""The bounds that keep a stranger's spec from exhausting the machine, all in one place."""

from __future__ import annotations

FILE_BYTES = 16_000_000
"""A spec of 100,000 layers, one per line, has about 3 MB."""

NESTING = 64
"""Brackets and indents within each other; the networks of the library need 8."""

TREE_NODES = 4_000_000
"""YAML nodes after the aliases are followed: an alias of aliases multiplies."""

EXPRESSION_LENGTH = 1_000
"""Characters of one expression."""

INTEGER_BITS = 1_024
"""Size of an integer in a spec. Counts made from it are exact at any size."""

TEXT_LENGTH = 200
"""Characters of a name."""

NODES = 200_000
"""Layers after blocks and repetitions are unrolled; ResNet-1202 has 4,208."""

PLACEMENTS = 500_000
"""Layers, blocks and turns of loops that the unrolling visits, switched off or empty too."""

BLOCK_DEPTH = 32
"""Blocks within blocks."""
