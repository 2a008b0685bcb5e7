"""Writes small exported programs: the JSON of `torch.export.save` in a zip, without weights."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias
from zipfile import ZIP_DEFLATED, ZipFile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Json: TypeAlias = dict[str, Any]
Size: TypeAlias = "int | str | tuple[str, int]"
"""A number; an expression of symbols; an expression and what it was in the example."""
Sizes: TypeAlias = "Sequence[Size]"
FLOAT, INT64 = 7, 5


class Node(NamedTuple):
    """A call: what it gives by name with its sizes, its arguments, the modules around it."""

    target: str
    outputs: Mapping[str, Sizes]
    args: Mapping[str, Any] = {}
    modules: str = ""
    name: str = ""

    def to_json(self) -> Json:
        """Write it as the file has it; `modules` are the names and classes around it."""
        stack = [part for part in self.modules.split(" ") if part]
        keys = [f"L__{part.partition(':')[0]},{part.replace(':', ',')}" for part in stack]
        names = [name for name in self.outputs if not name.startswith("_")]
        return {
            "target": self.target
            if self.target.startswith(("torch.", "_"))
            else ATEN + self.target,
            "inputs": [{"name": key, "arg": argument(value)} for key, value in self.args.items()],
            "outputs": [{"as_tensor": {"name": name}} for name in names],
            "metadata": {"nn_module_stack": ";".join(keys)} if stack else {},
            "name": self.name or next(iter(self.outputs), "none"),
        }


ATEN = "torch.ops.aten."


def argument(value: Any) -> Json:  # noqa: ANN401, PLR0911 - one for each type
    """Write an argument: a text is the name of a tensor, a dict stands as it is."""
    if isinstance(value, dict):
        return value
    if value is None:
        return {"as_none": True}
    if isinstance(value, bool):
        return {"as_bool": value}
    if isinstance(value, int):
        return {"as_int": value}
    if isinstance(value, float):
        return {"as_float": value}
    if isinstance(value, str):
        return {"as_tensor": {"name": value}}
    if value and isinstance(value[0], str):
        return {"as_tensors": [{"name": name} for name in value]}
    return {"as_ints": list(value)}


def size(given: Size) -> Json:
    if isinstance(given, int):
        return {"as_int": given}
    if isinstance(given, str):
        return {"as_expr": {"expr_str": given, "hint": None}}
    return {"as_expr": {"expr_str": given[0], "hint": {"as_int": given[1]}}}


def symbol(name: str) -> str:
    return f"Symbol('{name}', positive=True, integer=True)"


def meta(sizes: Sizes, kind: int = FLOAT, *, trained: bool = False) -> Json:
    return {"dtype": kind, "sizes": [size(n) for n in sizes], "requires_grad": trained}


def graph(nodes: Sequence[Node], inputs: Mapping[str, Sizes], outputs: Sequence[str]) -> Json:
    made = {name: sizes for node in nodes for name, sizes in node.outputs.items()}
    return {
        "inputs": [{"as_tensor": {"name": name}} for name in inputs],
        "outputs": [{"as_tensor": {"name": name}} for name in outputs],
        "nodes": [node.to_json() for node in nodes],
        "tensor_values": {name: meta(sizes) for name, sizes in {**inputs, **made}.items()},
        "sym_int_values": {},
    }


def program(
    nodes: Sequence[Node],
    *,
    inputs: Mapping[str, Sizes] = {"x": (1, 3, 8, 8)},
    weights: Mapping[str, Sequence[int]] = {},
    frozen: Sequence[str] = (),
    buffers: Mapping[str, Sequence[int]] = {},
    outputs: Sequence[str] = (),
    integers: Sequence[str] = (),
) -> Json:
    """Write a program; the tensor of the parameter `conv.weight` is `p_conv_weight`."""
    last = [name for node in nodes[-1:] for name in node.outputs][:1]
    text = graph(nodes, inputs, outputs or last)
    specs: list[Json] = []
    for kind, letter, stored in (("parameter", "p", weights), ("buffer", "b", buffers)):
        for name, sizes in stored.items():
            called = f"{letter}_{name.replace('.', '_')}"
            trained = kind == "parameter" and name not in frozen
            text["tensor_values"][called] = meta(sizes, trained=trained)
            specs.append({kind: {"arg": {"name": called}, f"{kind}_name": name}})
    for name in inputs:
        text["tensor_values"][name]["dtype"] = INT64 if name in integers else FLOAT
        specs.append({"user_input": {"arg": {"as_tensor": {"name": name}}}})
    modules = sorted({name.rpartition(".")[0] for name in weights})
    return {
        "graph_module": {
            "graph": text,
            "signature": {"input_specs": specs, "output_specs": []},
            "module_call_graph": [{"fqn": name} for name in ["", *modules]],
        },
        "schema_version": {"major": 8, "minor": 20},
        "torch_version": "2.13.0",
    }


def archive(
    text: Json | str | bytes, config: Json | None = None, parts: Mapping[str, bytes] | None = None
) -> bytes:
    """Put a program into a zip; `config` says of weights which of them are the same."""
    content = text if isinstance(text, str | bytes) else json.dumps(text)
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as written:
        written.writestr("net/data/weights/model_weights_config.json", json.dumps(config or {}))
        written.writestr("net/models/model.json", content)
        for name, part in (parts or {}).items():
            written.writestr(name, part)
    return out.getvalue()
