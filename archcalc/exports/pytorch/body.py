"""The items of a part → its modules, and the lines that lead through them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from archcalc.exports.outline import Layer, Part
from archcalc.exports.pytorch.layers import Layers
from archcalc.exports.pytorch.layout import Value, laid
from archcalc.exports.pytorch.writing import Chain, identifier, unique
from archcalc.ops import is_join
from archcalc.paths import layer_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archcalc.exports.outline import Item
    from archcalc.exports.pytorch.writing import Made

PLAIN = frozenset({"group", "split", "Sequential", "ModuleList"})
"""Labels that are no names of classes."""


class Row:
    """Modules one behind the other, each of which is given what the one before it gives."""

    def __init__(self, value: Value) -> None:
        self.value = value
        self.modules: list[Made] = []
        self.places: dict[int, str] = {}
        self.made: dict[int, Made] = {}

    def add(self, position: int, made: Made, value: Value) -> None:
        """Add the module of a node; a chain adds its own."""
        chain = made.modules if isinstance(made, Chain) else ()
        self.places[position] = f"{'+' * bool(chain)}{len(self.modules)}"
        self.made[position] = made
        self.modules += chain or (made,)
        self.value = value

    def add_row(self, row: Row) -> None:
        """Add all modules of another row."""
        for at, place in row.places.items():
            head, dot, rest = place.lstrip("+").partition(".")
            plus = "+" * place.startswith("+")
            self.places[at] = f"{plus}{int(head) + len(self.modules)}{dot}{rest}"
        self.made |= row.made
        self.modules += row.modules
        self.value = row.value

    def add_part(self, body: Body, end: int) -> None:
        """Add a part that is a class of its own."""
        self.places |= {at: f"{len(self.modules)}.{place}" for at, place in body.places.items()}
        self.made |= body.made
        self.modules.append(body.instance)
        self.value = body.values[end]._replace(text=self.value.text)


class Body(Layers):
    """Writes the items of one part, one after the other."""

    def write(self, items: Sequence[Item]) -> None:
        """Write all items; a join alone is the class itself, and no part of names."""
        self.look(items)
        if _is_joined(items):
            for branch in items[0].branches:
                self._items(branch, "")
            self.write_layer(items[0], "")
        else:
            self._items(items, "")

    def close(self, ends: Iterable[int]) -> None:
        """Return what ends; the last line gives it, if it can."""
        found = [self.values[end].text for end in ends]
        lines = self.instance.lines
        last = lines[-1] if lines and not lines[-1].startswith(" ") else ""
        name, equals, text = last.partition(" = ")
        if equals and found == [name]:
            lines[-1] = f"return {text}"
        else:
            lines.append(f"return {', '.join(found)}")

    def _items(self, items: Sequence[Item], prefix: str) -> None:
        for item in items:
            if isinstance(item, Part):
                self._part(item, prefix)
            else:
                for branch in item.branches:
                    self._items(branch, f"{prefix}{item.name} ")
                self.write_layer(item, prefix)

    def _part(self, part: Part, prefix: str) -> None:
        """Write a part: modules in a row, a class of its own, a loop, or its layers one by one."""
        outside, end = self._outside(part), part.positions[-1]
        if _is_row(part):
            self._turn(part, outside)
        own = identifier(prefix + part.name, "stage")
        if outside and self._is_closed(part):
            value = self.values[outside[0]]
            alone = len(outside) == 1 and _may_be_row(part)
            row = self._row(part.items, value) if alone else None
            if row:
                name = self._keep(own, part, Chain(tuple(row.modules)), row)
                text = f"self.{name}({value.text})"
                self.assign(end, row.value._replace(text=text), outside[0])
                return
            body = None if _is_counted(part) else self._class(part, outside)
            if body and body.instance.modules:
                name = self._keep(own, part, body.instance, body)
                given = ", ".join(self.values[i].text for i in outside)
                value = body.values[end]._replace(text=f"self.{name}({given})")
                self.assign(end, value, outside[0])
                return
            if not body and self._loop(part, own):
                return
            if body:
                self.instance.within.append(part.name)
        self._items(part.items, f"{prefix}{part.name} ")

    def _turn(self, part: Part, outside: Sequence[int]) -> None:
        """Lay maps out as the first layer of a part wants them, if no other reads them."""
        value = self.values.get(outside[0]) if len(outside) == 1 else None
        readers = self.outline.readers.get(outside[0], ()) if outside else ()
        if value and value.layout == "rows" and value.shape.rank > 1:
            first = self.graph.nodes[readers[0]]
            plain = not is_join(first.op.name) and first.op.name != "learned"
            if plain and {*readers} <= {*part.positions}:
                self.values[outside[0]] = laid(value, self.form(first, [value.layout]).want)

    def _keep(self, own: str, part: Part, module: Made, found: Row | Body) -> str:
        """Keep a module under an attribute: that of a like part whose weights are all its own."""
        name = self.again(part.positions, found.made)
        if not name:
            name = unique(own, self.names)
            self.kept[name] = part.positions, found.made
            self.instance.modules.append((name, module))
        self._take(name, found.places, found.made)
        return name

    def _take(self, name: str, places: dict[int, str], made: dict[int, Made]) -> None:
        self.places |= {at: f"{name}.{place}" for at, place in places.items()}
        self.made |= made

    def _outside(self, item: Item) -> list[int]:
        """List the outputs that enter a part, in the order in which they are read."""
        inside = set(item.positions)
        read = (i for at in item.positions for i in self.graph.nodes[at].inputs)
        return list(dict.fromkeys(i for i in read if i not in inside))

    def _is_closed(self, part: Part) -> bool:
        """Tell whether nothing but the end of a part is read outside."""
        inside, end = set(part.positions), part.positions[-1]
        readers = self.outline.readers
        return not any(
            at in self.ends or any(reader not in inside for reader in readers.get(at, ()))
            for at in inside - {end}
        )

    def _class(self, part: Part, outside: Sequence[int]) -> Body:
        """Write a part as a class that is given what enters."""
        entering: dict[int, Value] = {}
        taken: set[str] = set()
        for number, position in enumerate(outside):
            value = self.values[position]
            other = value.text if value.text.isidentifier() else "y"
            other = self.own.get(position, other) if other in taken else other
            entering[position] = value._replace(text=unique(other if number else "x", taken))
        above, _, name = part.path.rpartition("/")
        name = above.rpartition("/")[2] if name.isdecimal() and above else part.name
        label = name if part.label in PLAIN else part.label
        end = part.positions[-1]
        body = Body(self.graph, self.outline, label, entering, {end})
        body.instance.of_group = part.label in PLAIN
        body.write(part.items)
        body.close([end])
        return body

    def _row(self, items: Sequence[Item], value: Value) -> Row | None:
        """Write items as modules in a row; None if they are not so."""
        row = Row(value)
        for item in items:
            if isinstance(item, Part):
                fits = self._row_of_part(item, row)
            elif any(item.branches):
                path = self.graph.nodes[item.positions[-1]].path
                whole = Part(item.name, layer_of(path), "group", (item,), item.positions)
                fits = self._row_of_part(whole, row)
            else:
                fits = self._row_of_layer(item, row)
            if not fits:
                return None
        return row

    def _row_of_layer(self, layer: Layer, row: Row) -> bool:
        for at in layer.positions:
            node = self.graph.nodes[at]
            if len(node.inputs) != 1 or is_join(node.op.name) or node.op.name == "learned":
                return False
            form = self.form(node, [row.value.layout])
            if not form.is_plain or form.module is None or laid(row.value, form.want) != row.value:
                return False
            row.add(at, form.module, Value(row.value.text, node.y, form.gives))
        return True

    def _row_of_part(self, part: Part, row: Row) -> bool:
        """Add a part that may be several modules, or is one of a class."""
        outside = self._outside(part)
        if len(outside) != 1 or not self._is_closed(part):
            return False
        inner = Body(self.graph, self.outline, "", {outside[0]: row.value}, set())
        nested = inner._row(part.items, row.value) if _may_be_row(part) else None
        if nested:
            row.add_row(nested)
        else:
            row.add_part(inner._class(part, outside), part.positions[-1])
        return True

    def _loop(self, part: Part, own: str) -> bool:
        """Go through equal parts in a loop, each of which is given the same beside, if so it is."""
        items = [item for item in part.items if isinstance(item, Part)]
        reads = [self._outside(item) for item in items]
        entering, *beside = reads[0] if items else [0]
        before = [entering, *(item.positions[-1] for item in items)]
        chained = all(each == [i, *beside] for each, i in zip(reads, before, strict=False))
        if len(items) != len(part.items) or not chained or not all(map(self._is_closed, items)):
            return False
        name, value = unique(own, self.names), self.values[entering]
        modules: list[Made] = []
        for number, item in enumerate(items):
            self.values[before[number]] = value
            body = self._class(item, reads[number])
            self._take(f"{name}.{number}", body.places, body.made)
            modules.append(body.instance)
            value = body.values[item.positions[-1]]._replace(text=value.text)
        self.instance.modules.append((name, Chain(tuple(modules), "nn.ModuleList")))
        read = {self.values[i].text for i in beside}
        variable = self.variable(part.positions[-1], entering, read)
        self.instance.lines += [f"{variable} = {value.text}"] if variable != value.text else []
        given = ", ".join([variable, *(self.values[i].text for i in beside)])
        self.instance.lines += [f"for layer in self.{name}:", f"    {variable} = layer({given})"]
        self.values[part.positions[-1]] = value._replace(text=variable)
        return True


def _is_joined(items: Sequence[Item]) -> TypeGuard[Sequence[Layer]]:
    """Tell whether items are one join with all that it joins."""
    return len(items) == 1 and isinstance(items[0], Layer) and any(items[0].branches)


def _may_be_row(part: Part) -> bool:
    """Tell whether a part has no class of its own, if its modules stand in a row."""
    return (part.label in PLAIN or _is_row(part)) and not _is_joined(part.items)


def _is_row(part: Part) -> bool:
    """Tell whether a part is one thing, once or several times."""
    return len(part.items) == 1 or _is_counted(part)


def _is_counted(part: Part) -> bool:
    """Tell whether a part is one thing several times: its items are called 1, 2, 3."""
    return all(item.name.isdecimal() for item in part.items) and len(part.items) > 1
