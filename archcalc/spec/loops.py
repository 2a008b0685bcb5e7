"""Reading what repeats an item: `repeat: n`, or `for: columns` with `in: rows`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from archcalc.errors import listed, suggestion
from archcalc.ops.declarations import read
from archcalc.ops.fields import shown
from archcalc.spec.checker import plain_value
from archcalc.spec.names import check_parameter
from archcalc.spec.reader import Mapping, Scalar, Sequence
from archcalc.spec.spec import Loop

if TYPE_CHECKING:
    from collections.abc import Collection

    from archcalc.spec.checker import Checker
    from archcalc.spec.reader import Tree
    from archcalc.spec.spec import Template


class LoopReader:
    """Reads the loops of one family, whose parameters no column may hide."""

    def __init__(self, checker: Checker, family: Collection[str]) -> None:
        self.checker = checker
        self.family = family

    def loop(self, tree: Mapping, scope: Collection[str]) -> Loop | None:
        """Read what repeats an item, if anything does."""
        entries = tree.entries
        if "repeat" in entries:
            for key in [key for key in ("for", "in") if key in entries]:
                message = "`repeat` and `for` exclude each other"
                self.checker.complain("two-loops", message, tree.keys[key])
            return Loop(
                count=self.checker.template(entries["repeat"], scope, partial(read, "Count"))
            )
        if "for" not in entries and "in" not in entries:
            return None
        if "for" not in entries or "in" not in entries:
            message = "`for` names columns and `in` gives their rows: both are needed"
            self.checker.complain("missing-key", message, tree)
            return None
        names = self._columns(tree)
        return Loop(names=names, rows=self._rows(entries["in"], names, scope))

    def check_columns(self, tree: Mapping, block: Mapping | None, read: Collection[str]) -> None:
        """Refuse a column that is no parameter of the block put in place and that nothing reads."""
        parameters = block.keys if block else ()
        for mark in _columns(tree):
            if not isinstance(mark, Scalar) or mark.text in {"name", *parameters, *read}:
                continue
            message = f"nothing reads the column {shown(mark.text)}"
            if block:
                message += ", and it is no parameter of the block"
                hint = suggestion(mark.text, parameters) or listed("parameters", parameters)
            else:
                hint = f"an expression reads it, as in `{mark.text}: ={mark.text}`"
            self.checker.complain("unread", message, mark, hint)

    def _columns(self, tree: Mapping) -> tuple[str, ...]:
        names = self.checker.words(tree.entries["for"], "a column of `for`")
        if not names:
            self.checker.complain("missing-key", "`for` names no column", tree.entries["for"])
        seen: set[str] = set()
        for name, mark in zip(names, _columns(tree), strict=True):
            if name in seen:
                message = f"`for` names the column {shown(name)} twice"
                self.checker.complain("duplicate-name", message, mark)
            elif name != "name" and isinstance(mark, Scalar):
                check_parameter(self.checker, name, mark, self.family)
            seen.add(name)
        return names

    def _rows(self, tree: Tree, names: tuple[str, ...], scope: Collection[str]) -> Template:
        """Read the rows of a loop; what names a row is a word, also if it looks like a number."""
        if "name" not in names or not isinstance(tree, Sequence):
            return self.checker.template(tree, scope, plain_value)
        column = names.index("name")
        return tuple([self._row(row, column, len(names), scope) for row in tree.items])

    def _row(self, tree: Tree, column: int, columns: int, scope: Collection[str]) -> Template:
        if not isinstance(tree, Sequence):
            kind = _name_of_row if columns == 1 else plain_value
            return self.checker.template(tree, scope, kind)
        kinds = [_name_of_row if i == column else plain_value for i in range(len(tree.items))]
        cells = zip(tree.items, kinds, strict=True)
        return tuple([self.checker.template(cell, scope, kind) for cell, kind in cells])


def _columns(tree: Mapping) -> list[Tree]:
    written = tree.entries.get("for", Sequence(0, 0))
    return written.items if isinstance(written, Sequence) else [written]


def _name_of_row(value: object) -> object:
    return value if isinstance(value, str) else plain_value(value)
