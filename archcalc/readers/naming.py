r"""The names of a file's layers as paths: these part blocks by `/`, what is beside a layer by `.`.

>>> names = Names()
>>> names.path("conv1/7x7"), names.path("fc.1"), names.path("a//b\n"), names.path("conv1/7x7")
('conv1/7x7', 'fc․1', 'a/∅/b\\n', 'conv1/7x7#2')
"""

from __future__ import annotations

from archcalc.builder import check_length
from archcalc.errors import Reason, printable

DOT, NOTHING = "․", "∅"
"""What looks like a dot, and what stands for a name without letters."""


class Names:
    """Makes paths of names: one for each layer, each as much like its name as it can be."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def path(self, name: str) -> str:
        """Give the path of a layer; of a second one of this name with its number behind it."""
        path = path_of(name)
        number = self._taken[path] = self._taken.get(path, 0) + 1
        if number > 1:
            return self.path(f"{name}#{number}")
        check_length(path)
        return path


def path_of(name: str) -> str:
    """Write a name as a path.

    Dots are replaced by what looks like one, characters that cannot be seen are written out.
    """
    if len(name) > 10_000:
        raise Reason("too-large", f"a name of {len(name):,} characters")
    name = printable(name).replace(".", DOT)
    return "/".join([part if part.strip() else NOTHING for part in name.split("/")])


def input_name(name: str, number: int) -> str:
    """Write the name of an input so that it can be given one: no comma and no sign of equality.

    >>> input_name("image,left", 0), input_name("", 1)
    ('image;left', 'input1')
    """
    plain = " ".join(printable(name[:1_000]).split()).replace(",", ";").replace("=", ":")[:80]
    return plain or f"input{number}"
