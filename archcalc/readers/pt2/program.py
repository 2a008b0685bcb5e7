"""What an exported program says, taken from its JSON: the names of tensors, sizes, stored ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from archcalc.builder import check_length
from archcalc.errors import Reason, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Size: TypeAlias = "int | str"
"""The length of an axis, or the expression of one that the file leaves free."""
Json: TypeAlias = "dict[str, Any]"

MOST_AXES = 64
FLOATS = {6, 7, 8, 13, 29, 30, 31, 32, 33}
"""The types of numbers with a fraction, by the file's numbers for them."""


class Entry(NamedTuple):
    """A tensor that enters the program: its name in the graph, its sizes, whether of fractions.

    `ahead` are the axes before those of a sample: that of the batch, unless steps lie there.
    """

    name: str
    sizes: tuple[Size, ...]
    floats: bool
    ahead: int = 1


class Stored(NamedTuple):
    """A parameter or buffer: its name in the graph and in the module, its sizes."""

    name: str
    called: str
    sizes: tuple[int, ...]
    is_parameter: bool
    trained: bool


class Program:
    """An exported program. Raises a Reason where it is not as PyTorch writes it."""

    def __init__(self, text: Json, weights: Json) -> None:
        module = text["graph_module"]
        self.graph: Json = module["graph"]
        self.entries: list[Entry] = []
        self.stored: list[Stored] = []
        self.constants: list[Entry] = []
        owners = _ties(weights.get("config", {}))
        for spec in module["signature"]["input_specs"]:
            self._enter(spec, owners)
        self.modules = [str(one["fqn"]) for one in module.get("module_call_graph") or ()]
        said = (self.graph.get("sym_int_values") or {}).items()
        self.scalars: dict[str, Size] = {name: _scalar(one) for name, one in said}
        if not self.entries:
            raise Reason("empty", "no tensor enters the program")

    def _enter(self, spec: Json, owners: Mapping[str, str]) -> None:
        (kind, said), *_ = spec.items()
        if kind == "user_input" and "as_tensor" in said["arg"]:
            self.entries.append(self._entry(said["arg"]["as_tensor"]["name"]))
        elif kind in {"parameter", "buffer"}:
            name, called = said["arg"]["name"], said[f"{kind}_name"]
            for one in (name, called):
                check_length(one)
            meta, owner = self.graph["tensor_values"][name], printable(owners.get(called, called))
            sizes = tuple(int(size) for size in sizes_of(meta))
            trained = kind == "parameter" and bool(meta.get("requires_grad"))
            self.stored.append(Stored(name, owner, sizes, kind == "parameter", trained))
        elif kind == "tensor_constant":
            self.constants.append(self._entry(said["arg"]["name"]))

    def _entry(self, name: str) -> Entry:
        meta = self.graph["tensor_values"][name]
        check_length(name)
        if not name.isidentifier():
            raise Reason("bad-name", f"`{name}` is no name of a tensor")
        return Entry(name, sizes_of(meta), meta["dtype"] in FLOATS)


def sizes_of(meta: Json) -> tuple[Size, ...]:
    """Read the sizes of a tensor."""
    said = meta["sizes"]
    if len(said) > MOST_AXES:
        raise Reason("too-large", f"a tensor of {len(said):,} axes; {MOST_AXES} are the most")
    return tuple([size_of(one) for one in said])


def size_of(said: Json) -> Size:
    """Read one size: a number, or an expression."""
    if "as_int" in said:
        size = said["as_int"]
        if type(size) is not int or size < 0:
            raise Reason("wrong-type", f"{str(size)[:80]} is no size")
        return size
    return str(said["as_expr"]["expr_str"])


def _scalar(said: Json) -> Size:
    """Read a whole number, which may be less than 0."""
    return int(said["as_int"]) if "as_int" in said else str(said["as_expr"]["expr_str"])


def hints_of(graph: Json) -> Iterator[tuple[str, int]]:
    """Go through the expressions of sizes whose value at the exporter's example is told."""
    for meta in graph["tensor_values"].values():
        for said in meta["sizes"]:
            hint = (said.get("as_expr") or {}).get("hint") or {}
            if type(hint.get("as_int")) is int:
                yield str(said["as_expr"]["expr_str"]), hint["as_int"]


def _ties(config: Json) -> dict[str, str]:
    """Name for each weight the first one that is the same stretch of the same stored numbers.

    Weights without numbers, on PyTorch's meta device, are all stored as one: nothing is told.
    """
    first: dict[str, str] = {}
    found = {}
    for called, said in config.items():
        meta = said.get("tensor_meta") or {}
        if (meta.get("device") or {}).get("type") == "meta":
            continue
        parts = [said["path_name"], *(meta.get(key) for key in ("sizes", "strides"))]
        same = repr([*parts, meta.get("storage_offset")])
        found[called] = first.setdefault(same, called)
    return found
