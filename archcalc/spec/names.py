"""The names of the layers of one level: each once, and unnamed layers numbered as written."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from archcalc.ops import is_join
from archcalc.ops.fields import shown
from archcalc.spec.expression import RESERVED
from archcalc.spec.reader import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from archcalc.spec.checker import Checker
    from archcalc.spec.reader import Tree

COMMON = ("name", "when", "from", "repeat", "for", "in", "weights")
"""Keys that every entry of a list of layers may have."""
AROUND = ("before", "after")
STRUCTURE = frozenset({*COMMON, *AROUND, "op", "block", "layers", "branch"})
"""Keys that are never fields of an op or parameters of a block."""
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[-_ ](?=\d)")
BAD_NAME = "names contain no / and no ., begin with no =, and `input` is taken"


class Names:
    """The names of one level. Layers of unnamed groups and joins within it share them."""

    def __init__(self, checker: Checker, entries: Iterable[Tree]) -> None:
        self.checker = checker
        self.written = set(_written(entries))
        self.taken: set[str] = set()
        self.numbers: Counter[str] = Counter()

    def given(self, tree: Mapping) -> str | None:
        """Give the name that an entry has, if any; complain of one that cannot be."""
        if "name" not in tree.entries:
            return None
        mark = tree.entries["name"]
        name = self.checker.word(mark, "a name")
        if not isinstance(mark, Scalar):
            return None
        if not is_name(name):
            message = f"{shown(name)} cannot be a name"
            self.checker.complain("bad-name", message, mark, BAD_NAME)
        elif name in self.taken:
            message = f"`{name[:80]}` is the name of two layers here"
            self.checker.complain("duplicate-name", message, tree if tree.alias else mark)
        self.taken.add(name)
        return name

    def numbered(self, word: str) -> str:
        """Give an unnamed layer a number, leaving out names that are written."""
        while True:
            self.numbers[word] += 1
            name = f"{word}{self.numbers[word]}"
            if name not in self.written:
                return name


def is_name(name: str) -> bool:
    """Tell whether a word can be the name of a layer.

    >>> is_name("3x3 reduce"), is_name("4a/1x1"), is_name("input")
    (True, False, False)
    """
    forbidden = name in {"", "input"} or name.startswith("=")
    return name.isprintable() and not forbidden and not {"/", "."} & set(name)


def loose(name: str) -> str:
    """Reduce a name to what counts when names are compared.

    Between digits a sign is a point, as code writes it: 1_6gf is 1.6gf, and not 16gf.

    >>> loose("LeNet-5") == loose("lenet_5") == loose("lenet5")
    True
    >>> loose("squeezenet1_0"), loose("regnet_x_16gf")
    ('squeezenet1.0', 'regnetx16gf')
    """
    pointed = _BETWEEN_DIGITS.sub(".", name.lower())
    return "".join(c for c in pointed if c not in "-_ ")


def check_parameter(checker: Checker, name: str, mark: Tree, family: Iterable[str] | None) -> None:
    """Complain if a parameter has a name that means something else.

    `family` are the family's parameters, which a block or a loop may not hide; None for them.
    """
    if name in RESERVED or (name in STRUCTURE and family is not None):
        message = f"`{name}` is a word of the language; a parameter needs another name"
        checker.complain("reserved-word", message, mark)
    elif not name.isidentifier() or not name.isascii():
        message = f"{shown(name)} cannot be the name of a parameter"
        checker.complain(
            "bad-name", message, mark, "letters, digits and _, not starting with a digit"
        )
    elif name in (family or ()):
        message = f"`{name}` hides the family's parameter `{name}`"
        checker.complain("hidden-name", message, mark, "give one of them another name")


def _has_layers(key: str) -> bool:
    """Tell whether layers of the same level may stand at a key."""
    return key in {"layers", "branch", "branches"} or is_join(key)


def _written(entries: Iterable[Tree]) -> Iterator[str]:
    """List the names written in a level, also within unnamed groups and joins that share it."""
    waiting = list(entries)
    while waiting:
        tree = waiting.pop()
        if isinstance(tree, Sequence):
            waiting.extend(tree.items)
        elif isinstance(tree, Mapping):
            name = tree.entries.get("name")
            if isinstance(name, Scalar):
                yield name.text
            elif "repeat" not in tree.entries and "for" not in tree.entries:
                waiting.extend(tree.entries[key] for key in tree.entries if _has_layers(key))
