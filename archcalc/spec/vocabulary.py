"""What other tools and papers call things, and which word of ours it is: read from a table.

Only a mistake asks, so the table never says more than which word to write instead. A word that
names another thing than ours never leads to ours.

>>> instead_of_op("InnerProduct"), instead_of_op("Conv2D")
('it is called `linear` here', 'written `conv: 64, kernel: 3` here')
>>> instead_of_field("out_channels", ["units", "bias"])
'it is called `units` here'
"""

from __future__ import annotations

import re
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archcalc import limits, ops
from archcalc.errors import listed, suggestion
from archcalc.spec.reader import Mapping, Sequence, Source, Tree, read

if TYPE_CHECKING:
    from collections.abc import Collection

LONGEST = 40
"""Characters of a word of the table."""


def instead_of_op(word: str) -> str | None:
    """Say what to write for an op of another name, or that there is none yet; None if unknown."""
    table = _table()
    for name in _forms(word):
        if name in table["written"]:
            return str(table["written"][name])
        if name in table["ops"]:
            ours = table["ops"][name]
            known = ours in ops.names()
            return f"it is called `{ours}` here" if known else f"archcalc has no `{ours}` yet"
    return None


def instead_of_field(word: str, known: Collection[str]) -> str | None:
    """Say what to write for a field of another name, where these are known."""
    table, word = _table(), simplified(word)
    ours = next((name for name in table["fields"].get(word, ()) if name in known), None)
    found = table["keys"].get(word)
    return f"it is called `{ours}` here" if ours else found and str(found)


def is_field(word: str, known: Collection[str]) -> bool:
    """Tell whether others call one of these fields so.

    >>> is_field("pad", ["kernel", "padding"]), is_field("relu", ["kernel", "padding"])
    (True, False)
    """
    return any(name in known for name in _table()["fields"].get(simplified(word), ()))


def instead_of_value(declared: str, value: object) -> str | None:
    """Say what to write for a word that other tools have for a value of the declared kind."""
    words = _table()["paddings" if declared.startswith("Padding") else "values"]
    found = words.get(simplified(value)) if isinstance(value, str) else None
    return found and str(found)


def op_hint(word: str) -> str:
    """Say which op is meant, by what others call it, by likeness, or list all ops."""
    said = instead_of_op(word)
    if said:
        return said
    near = suggestion(word, [*ops.names(), *_table()["ops"]])
    name = near.split("`")[1] if near else ""
    if near is None or not _is_slip(simplified(word), simplified(name)):
        return listed("ops", ops.names())
    return near if name in ops.names() else f"{near} {instead_of_op(name)}"


@cache
def _table() -> dict[str, Any]:
    """Read the table, turned round: from their words to ours."""
    path = Path(__file__).parent / "vocabulary.yaml"
    with limits.raised(**asdict(limits.Limits())):
        tree = read(Source(path.name, path.read_text("utf-8"))).tree
    table: dict[str, Any] = _values(tree)
    theirs = {
        simplified(name): ours for ours, names in table["ops"].items() for name in (ours, *names)
    }
    fields: dict[str, list[str]] = {}
    for ours, names in table["fields"].items():
        for name in names:
            fields.setdefault(simplified(name), []).append(ours)
    return {**table, "ops": theirs, "fields": fields}


def _values(tree: Tree | None) -> Any:  # noqa: ANN401 - words, lists and mappings of them
    if isinstance(tree, Mapping):
        return {key: _values(value) for key, value in tree.entries.items()}
    return list(map(_values, tree.items)) if isinstance(tree, Sequence) else tree and tree.text


def simplified(word: str) -> str:
    """Reduce a word to what counts when words are compared."""
    plain = "".join(c for c in word[:LONGEST].lower() if c not in "-_ ")
    return plain.removesuffix("layer") or plain


def _forms(word: str) -> list[str]:
    """Give a word as the table may have it: whole, without its rank or what tools put before it."""
    whole = simplified(word)
    plain = re.sub("[123]d", "", whole).removeprefix("lazy")
    return [whole, plain, "loss"] if plain.endswith("loss") else [whole, plain]


def _is_slip(word: str, other: str) -> bool:
    """Tell whether two words are one, but for a slip or, in long words, two."""
    return edits(word, other) <= (0 if len(word) < 4 else 1 if len(word) < 8 else 2)


def edits(one: str, other: str) -> int:
    """Count the letters to add, leave out, change or swap with the next.

    >>> edits("cnov", "conv"), edits("gather", "gate"), edits("conv", "conv")
    (1, 2, 0)
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            least = min(row[-1] + 1, before[j] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and (a, one[i - 2]) == (other[j - 2], b):
                least = min(least, last[j - 2] + 1)
            row.append(least)
    return row[-1]
