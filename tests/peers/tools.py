"""The tools themselves: each counts a network that is written in PyTorch, in its own words."""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import torch
from torch.nn import functional

from tests.peers.modules import Written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archcalc import Graph


@contextlib.contextmanager
def apart() -> Iterator[None]:
    """Put back what a tool patches in PyTorch and, should it fail, leaves so; print nothing."""
    places = (torch, torch.Tensor, functional)
    kept = [(place, dict(vars(place))) for place in places]
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            for place, attributes in kept:
                for name, value in attributes.items():
                    if vars(place).get(name) is not value:
                        setattr(place, name, value)


class Model:
    """A network as the tools are handed it: at inference, with an input of one sample."""

    def __init__(self, net: torch.nn.Module, *xs: Any, device: str = "cpu") -> None:  # noqa: ANN401
        self.net = net.eval().to(device)
        self.xs = tuple(x.to(device) for x in xs)

    @classmethod
    def of(cls, graph: Graph, *, functions: bool, device: str) -> Model:
        """Write a graph in PyTorch."""
        numbers = {
            position
            for node in graph.nodes
            for position in node.inputs
            if node.op.name == "embedding"
        }
        xs = [
            torch.zeros((1, *shape), dtype=torch.long if -1 - i in numbers else None)
            for i, shape in enumerate(graph.inputs.values())
        ]
        return cls(Written(graph, functions=functions), *xs, device=device)


def torchinfo(model: Model) -> int:
    import torchinfo as tool  # noqa: PLC0415 - it may be missing

    found = tool.summary(model.net, input_data=list(model.xs), verbose=0, cache_forward_pass=False)
    return int(found.total_mult_adds)


def fvcore(model: Model) -> int:
    from fvcore.nn import FlopCountAnalysis  # noqa: PLC0415

    return int(FlopCountAnalysis(model.net, model.xs).total())


def thop(model: Model) -> int:
    import thop as tool  # noqa: PLC0415

    operations, _ = tool.profile(model.net, inputs=model.xs, verbose=False)
    return int(operations)


def _ptflops(model: Model, backend: str) -> int:
    from ptflops import get_model_complexity_info  # noqa: PLC0415

    names = [f"x{i}" for i in range(len(model.xs))]
    net = Named(model.net, names) if len(names) > 1 else model.net
    given = dict(zip(names, model.xs, strict=True)) if len(names) > 1 else model.xs[0]
    macs, _ = get_model_complexity_info(
        net, (1,), as_strings=False, print_per_layer_stat=False, backend=backend,
        input_constructor=lambda _: given,
    )  # fmt: skip
    return int(macs)


class Named(torch.nn.Module):  # type: ignore[misc]
    """A network whose inputs have names."""

    def __init__(self, net: torch.nn.Module, names: list[str]) -> None:
        super().__init__()
        self.net, self.names = net, names

    def forward(self, **xs: Any) -> Any:  # noqa: ANN401
        """Hand them over in their order."""
        return self.net(*[xs[name] for name in self.names])


def ptflops(model: Model) -> int:
    return _ptflops(model, "pytorch")


def ptflops_aten(model: Model) -> int:
    return _ptflops(model, "aten")


def calflops(model: Model) -> tuple[int, int]:
    with _hubs():
        from calflops import calculate_flops  # noqa: PLC0415
    flops, macs, _ = calculate_flops(
        model.net, args=list(model.xs), print_results=False, output_as_string=False
    )
    return int(flops), int(macs)


def _hubs() -> Any:  # noqa: ANN401 - a context
    """Stand in for what calflops imports for the models of a hub, where it is not installed."""
    hub = ("accelerate", "accelerate.utils", "huggingface_hub", "huggingface_hub.utils")
    names = ("transformers", "timm", *hub)
    missing = [name for name in names if find_spec(name.partition(".")[0]) is None]
    return mock.patch.dict(sys.modules, {name: mock.MagicMock() for name in missing})


def torch_flop_counter(model: Model) -> int:
    from torch.utils.flop_counter import FlopCounterMode  # noqa: PLC0415

    with FlopCounterMode(display=False) as counter:
        model.net(*model.xs)
    return int(counter.get_total_flops())


def torchprofile(model: Model) -> int:
    from torchprofile import profile_macs  # noqa: PLC0415

    return int(profile_macs(model.net, model.xs))


def pthflops(model: Model) -> int:
    from pthflops.ops_fx import ProfilingInterpreter  # noqa: PLC0415

    tracer = ProfilingInterpreter(model.net)
    tracer.run(*model.xs)
    return int(sum(tracer.flops.values()))


def onnx_tool(model: Model) -> int:
    import onnx_tool as tool  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "net.onnx"))
        torch.onnx.export(
            model.net, model.xs, path, dynamo=False, opset_version=17, do_constant_folding=False,
            training=torch.onnx.TrainingMode.PRESERVE,
        )  # fmt: skip
        graph = tool.Model(path, {"verbose": False, "constant_folding": True}).graph
    graph.shape_infer(None)
    graph.profile()
    return int(graph.macs[0])


TOOLS: dict[str, tuple[Callable[[Model], int], bool, str]] = {
    "torchinfo": (torchinfo, False, "cpu"),
    "torchinfo-functional": (torchinfo, True, "cpu"),
    "fvcore": (fvcore, False, "cpu"),
    "thop": (thop, False, "cpu"),
    "thop-functional": (thop, True, "cpu"),
    "ptflops": (ptflops, False, "cpu"),
    "ptflops-functional": (ptflops, True, "cpu"),
    "ptflops-aten": (ptflops_aten, False, "cpu"),
    "calflops-flops": (lambda model: calflops(model)[0], False, "cpu"),
    "calflops-macs": (lambda model: calflops(model)[1], False, "cpu"),
    "torch-flop-counter": (torch_flop_counter, False, "meta"),
    "torchprofile": (torchprofile, False, "cpu"),
    "pthflops": (pthflops, False, "cpu"),
    "pthflops-functional": (pthflops, True, "cpu"),
    "onnx-tool": (onnx_tool, True, "cpu"),
}
"""By the convention: who counts, whether functions are written, and where the numbers lie."""
