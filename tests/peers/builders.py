"""What tools say of torchvision's 80 classifiers: a table that `test_builders.py` holds.

`python -m tests.peers.builders` measures what the table lacks, in an hour, with the tools beside
torchvision. Products and convolutions are skipped then, which costs no tool a call that it sees.
"""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from tests.peers.tools import TOOLS, Model, apart

TABLE = Path(__file__).with_name("builders.json")
COUNTERS = (
    "torchinfo", "fvcore", "thop", "ptflops", "calflops-flops", "calflops-macs",
    "torch-flop-counter",
)  # fmt: skip
"""The conventions; each tool sees the modules as torchvision wrote them."""
RUN = {"fvcore", "torch-flop-counter"}
"""Those that run as they are: one traces, the other runs without data."""


def read() -> dict[str, dict[str, int]]:
    """Give the figures of each builder by convention."""
    found: dict[str, dict[str, int]] = json.loads(TABLE.read_text("utf-8"))
    return found


class Idle(TorchDispatchMode):  # type: ignore[misc]
    """Gives zeros for products and convolutions, far below where tools look."""

    def __torch_dispatch__(self, func: Any, _: Any, args: Any = (), kwargs: Any = None) -> Any:  # noqa: ANN401
        """Run a call, or do as if."""
        name = func.name()
        if name == "aten::convolution" and not args[6]:
            x, kernel, _, *windows = args[:6]
            sides = zip(x.shape[2:], kernel.shape[2:], *windows, strict=True)
            places = [(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in sides]
            return x.new_zeros((len(x), len(kernel), *places))
        if name in {"aten::addmm", "aten::mm", "aten::bmm"}:
            one, other = args[-2:]
            return one.new_zeros((*one.shape[:-1], other.shape[-1]))
        return func(*args, **(kwargs or {}))


def measure(name: str, counter: str) -> int:
    """Have a tool count a builder's module, at its own size or that of its first weights."""
    models = import_module("torchvision.models")
    crop = next(iter(models.get_model_weights(name))).transforms.keywords["crop_size"]
    run, _, device = TOOLS[counter]
    with torch.random.fork_rng():
        net = models.get_model(name, weights=None)
    size = getattr(net, "image_size", crop)
    model = Model(net, torch.zeros(1, 3, size, size), device=device)
    idle: AbstractContextManager[Any] = nullcontext() if counter in RUN else Idle()
    with apart(), idle:
        return run(model)


def _main() -> None:
    found = read() if TABLE.exists() else {}
    models = import_module("torchvision.models")
    for name in models.list_models(models):
        row = found.setdefault(name, {})
        for counter in COUNTERS:
            if counter not in row:
                row[counter] = measure(name, counter)
        lines = [f"{json.dumps(key)}: {json.dumps(row)}" for key, row in sorted(found.items())]
        TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


if __name__ == "__main__":
    _main()
