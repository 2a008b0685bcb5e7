"""What an ONNX file says: its graph, nodes and tensors, without the numbers of the weights.

Source: onnx/onnx.proto of ONNX 1.20, whose field numbers these are.
"""

from __future__ import annotations

from struct import unpack_from
from typing import TYPE_CHECKING

from archcalc import limits
from archcalc.errors import Reason
from archcalc.readers.onnx import wire
from archcalc.readers.onnx.proto import FLOAT, SMALL, Dim, Graph, Info, Model, Node, Tensor, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.readers.onnx.wire import Field


SCOPES = "pkg.torch.onnx.name_scopes"
"""What PyTorch's newer exporter says of a node: the modules around it, the outermost first."""


def read_model(data: memoryview) -> Model:
    """Read a file. Raises a `Reason` if it is no ONNX model, or too large for the limits."""
    return _Reader().model(data)


class _Reader:
    """Reads messages, and counts what it has read against the limits."""

    def __init__(self) -> None:
        self.left = limits.now().values
        self.depth = 0

    def model(self, data: memoryview) -> Model:
        graph: Graph | None = None
        producer: dict[int, str] = {}
        opsets: dict[str, int] = {}
        functions = set()
        for key, value in self._fields(data):
            if key == 7:
                graph = self.graph(wire.message(value))
            elif key in {2, 3}:
                producer[key] = wire.text(value)
            elif key == 8:
                domain, version = self._opset(wire.message(value))
                opsets[domain] = version
            elif key == 25:
                functions.add(self._function(wire.message(value)))
        if graph is None:
            raise Reason("not-onnx", "there is no graph in it")
        said = " ".join(producer[key] for key in sorted(producer) if producer[key])
        return Model(graph, said, opsets, frozenset(functions))

    def graph(self, data: memoryview) -> Graph:
        self.depth += 1
        if self.depth > limits.now().block_depth:
            raise Reason("too-deep", f"graphs within graphs, more than {self.depth - 1} deep")
        name, nodes, weights = "", [], {}
        inputs: list[Info] = []
        outputs: list[Info] = []
        stated = {}
        for key, value in self._fields(data):
            if key == 1:
                nodes.append(self._node(wire.message(value)))
            elif key == 2:
                name = wire.text(value)
            elif key == 5:
                tensor = self._tensor(wire.message(value))
                weights[tensor.name] = tensor
            elif key == 15:
                tensor = self._sparse(wire.message(value))
                weights[tensor.name] = tensor
            elif key in {11, 12, 13}:
                info = self._info(wire.message(value))
                if key == 13:
                    stated[info.name] = info
                else:
                    (inputs if key == 11 else outputs).append(info)
        self.depth -= 1
        return Graph(name, tuple(nodes), weights, tuple(inputs), tuple(outputs), stated)

    def _node(self, data: memoryview) -> Node:
        op = domain = name = scopes = ""
        inputs, outputs = [], []
        attributes: dict[str, Value] = {}
        for key, value in self._fields(data):
            if key == 1:
                inputs.append(wire.text(value))
            elif key == 2:
                outputs.append(wire.text(value))
            elif key == 3:
                name = wire.text(value)
            elif key == 4:
                op = wire.text(value)
            elif key == 5:
                attribute, found = self._attribute(wire.message(value))
                attributes[attribute] = found
            elif key == 7:
                domain = wire.text(value)
            elif key == 9:
                scopes = self._said(wire.message(value)).get(SCOPES, scopes)
        return Node(op, domain, name, tuple(inputs), tuple(outputs), attributes, scopes)

    def _said(self, data: memoryview) -> dict[str, str]:
        """Read a property: its name and its text, if it is one that is asked for."""
        found = dict(self._fields(data))
        if wire.text(found.get(1, memoryview(b""))) != SCOPES or 2 not in found:
            return {}
        return {SCOPES: wire.text(found[2])}

    def _attribute(self, data: memoryview) -> tuple[str, Value]:
        name, single = "", None
        integers: list[int] = []
        reals: list[float] = []
        for key, value in self._fields(data):
            if key == 1:
                name = wire.text(value)
            elif key == 7:
                reals += self._reals(value, "f")
            elif key == 8:
                integers += self._integers(value)
            elif 2 <= key <= 6:
                single = self._single(key, value)
        return name, tuple(integers) or tuple(reals) or single

    def _single(self, key: int, value: Field) -> Value:
        """Read an attribute that is one number, text, tensor or graph."""
        if key == 2:
            return wire.real(value)
        if key == 3:
            return wire.number(value)
        if key == 4:
            return str(wire.message(value), "utf-8", "replace")
        return self._tensor(wire.message(value)) if key == 5 else self.graph(wire.message(value))

    def _tensor(self, data: memoryview) -> Tensor:
        name, kind, raw, outside = "", 0, None, False
        dims: list[int] = []
        numbers: list[float] = []
        for key, value in self._fields(data):
            if key == 1:
                dims += self._integers(value)
            elif key == 2:
                kind = wire.number(value)
            elif key in {5, 7, 11} and len(numbers) <= SMALL:
                numbers += self._integers(value, SMALL + 1)
            elif key in {4, 10} and len(numbers) <= SMALL:
                numbers += self._reals(value, "f" if key == 4 else "d")
            elif key == 8:
                name = wire.text(value)
            elif key == 9:
                raw = wire.message(value)
            elif key == 14:
                outside = value == 1
        if any(dim < 0 for dim in dims):
            raise Reason("not-onnx", f"the tensor `{name[:80]}` has a negative size: {dims[:8]}")
        return Tensor(name, tuple(dims), kind, raw, tuple(numbers), outside)

    def _sparse(self, data: memoryview) -> Tensor:
        """Read a sparse tensor as the dense one that it stands for: only its sizes are told."""
        dims: list[int] = []
        name = ""
        for key, value in self._fields(data):
            if key == 1:
                name = self._tensor(wire.message(value)).name
            elif key == 3:
                dims += self._integers(value)
        return Tensor(name, tuple(dims), FLOAT, outside=True)

    def _info(self, data: memoryview) -> Info:
        name, dims, kind = "", None, 0
        for key, value in self._fields(data):
            if key == 1:
                name = wire.text(value)
            elif key == 2:
                for what, inner in self._fields(wire.message(value)):
                    if what == 1:
                        dims, kind = self._tensor_type(wire.message(inner))
        return Info(name, dims, kind)

    def _tensor_type(self, data: memoryview) -> tuple[tuple[Dim, ...] | None, int]:
        dims, kind = None, 0
        for key, value in self._fields(data):
            if key == 1:
                kind = wire.number(value)
            elif key == 2:
                inner = self._fields(wire.message(value))
                dims = tuple(self._dim(wire.message(dim)) for what, dim in inner if what == 1)
        return dims, kind

    def _dim(self, data: memoryview) -> Dim:
        for key, value in self._fields(data):
            if key == 1:
                return wire.number(value)
            if key == 2:
                return wire.text(value)
        return None

    def _opset(self, data: memoryview) -> tuple[str, int]:
        domain, version = "", 0
        for key, value in self._fields(data):
            if key == 1:
                domain = wire.text(value)
            elif key == 2:
                version = wire.number(value)
        return domain, version

    def _function(self, data: memoryview) -> tuple[str, str]:
        found = {key: value for key, value in self._fields(data) if key in {1, 10}}
        return tuple(wire.text(found[key]) if key in found else "" for key in (10, 1))  # type: ignore[return-value]

    def _fields(self, data: memoryview) -> Iterator[tuple[int, Field]]:
        for pair in wire.fields(data):
            self._charge(1)
            yield pair

    def _integers(self, value: Field, most: int | None = None) -> list[int]:
        found = []
        for number in wire.integers(value):
            self._charge(1)
            found.append(number)
            if most is not None and len(found) >= most:
                break
        return found

    def _reals(self, value: Field, letter: str) -> list[float]:
        data = wire.message(value)
        width = 4 if letter == "f" else 8
        count = min(len(data) // width, SMALL + 1)
        self._charge(count)
        return list(unpack_from(f"<{count}{letter}", data))

    def _charge(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            most = limits.now().values
            raise limits.too_large("values", f"more than {most:,} values")
