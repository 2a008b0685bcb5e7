"""Running networks against PyTorch, in one process and on as many threads.

Run it as `python tests/benchmarks/bench_forward.py [THREADS]`; it needs the extra `peers`. The
aims, as multiples of PyTorch's time on the CPU: VGG-16 forward 1.5, ResNet-50 forward 3, both for
one image of 224x224; a training step of LeNet-5 with 64 images 2. The outputs are compared, too.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from platform import machine, processor
from typing import TYPE_CHECKING, Any, NamedTuple

THREADS = sys.argv[1] if len(sys.argv) > 1 else str(os.cpu_count())
os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), THREADS))

import numpy as np  # noqa: E402 - NumPy reads the number of threads when it is imported
import torch  # noqa: E402
import torch.nn.functional as f  # noqa: E402

import archcalc  # noqa: E402
from archcalc.model.training import learn  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from archcalc.model.layer import RunningLayer
    from archcalc.model.model import Model

ROUNDS = 15
LABELS = np.arange(64) % 10


class Peer:
    """The same network in PyTorch, with the same weights."""

    def __init__(self, model: Model) -> None:
        self.layers = model.layers
        self.weights = [
            {name: torch.tensor(a) for name, a in {**layer.weights, **layer.statistics}.items()}
            for layer in model.layers
        ]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Run layer by layer; an output is dropped after its last reader."""
        last = {i: place for place, layer in enumerate(self.layers) for i in layer.inputs}
        outputs = {-1: x}
        for place, (layer, weights) in enumerate(zip(self.layers, self.weights, strict=True)):
            outputs[place] = OPS[layer.op](layer, weights, *(outputs[i] for i in layer.inputs))
            for i in set(layer.inputs):
                if last[i] == place:
                    del outputs[i]
        return outputs[len(self.layers) - 1]

    def learn(self, x: torch.Tensor, labels: torch.Tensor) -> float:
        """Take a step of training by the loss of 1998."""
        pairs = zip(self.layers, self.weights, strict=True)
        trained = [w for layer, own in pairs if layer.trainable for w in own.values()]
        for weight in trained:
            weight.requires_grad_()
            weight.grad = None
        y = self.forward(x).flatten(1)
        bound = torch.cat([-y, torch.full((len(y), 1), -0.1)], 1).logsumexp(1)
        loss = (y[torch.arange(len(y)), labels] + bound).mean()
        loss.backward()
        with torch.no_grad():
            for weight in trained:
                weight.sub_(0.001 * weight.grad)
        return float(loss.detach())


def _conv(layer: RunningLayer, weights: dict[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    kernel, fields = weights["kernel"], layer.fields
    if fields["table"]:  # PyTorch has no tables: a full convolution with zeros
        full = torch.zeros(len(fields["table"]), x.shape[1], *kernel.shape[1:])
        filters = [place for place, row in enumerate(fields["table"]) for _ in row]
        full[filters, [source for row in fields["table"] for source in row]] = kernel
        kernel = full
    half = [k // 2 for k in fields["kernel"]]
    padding = half if fields["padding"] == "half" else fields["padding"][::2]
    return f.conv2d(x, kernel, weights.get("bias"), fields["stride"], padding)


def _batchnorm(layer: RunningLayer, w: dict[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    eps = float(layer.fields["eps"])
    return f.batch_norm(x, w["mean"], w["variance"], w["gamma"], w["beta"], eps=eps)


def _maxpool(layer: RunningLayer, _: dict[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    fields = layer.fields
    return f.max_pool2d(x, fields["kernel"], fields["stride"], fields["padding"][::2])


def _subsample(layer: RunningLayer, w: dict[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    sums = f.avg_pool2d(x, layer.fields["kernel"], divisor_override=1)
    return sums * w["coefficient"][:, None, None] + w["bias"][:, None, None]


def _rbf(_: RunningLayer, w: dict[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
    return ((x.flatten(1)[:, None] - w["centres"]) ** 2).sum(2)[:, :, None, None]


OPS: dict[str, Callable[..., torch.Tensor]] = {
    "conv": _conv,
    "batchnorm": _batchnorm,
    "maxpool": _maxpool,
    "subsample": _subsample,
    "rbf": _rbf,
    "linear": lambda _, w, x: f.linear(x.flatten(1), w["weight"], w["bias"])[:, :, None, None],
    "relu": lambda _, __, x: f.relu(x),
    "lecun_tanh": lambda _, __, x: 1.7159 * torch.tanh(x * (2 / 3)),
    "softmax": lambda _, __, x: f.softmax(x, 1),
    "dropout": lambda _, __, x: x,
    "add": lambda _, __, *xs: xs[0] + xs[1],
    "globalavgpool": lambda _, __, x: x.mean((2, 3), keepdim=True),
}


class Case(NamedTuple):
    """Something that both do, and how many multiply-accumulates it takes."""

    title: str
    ours: Callable[[], Any]
    theirs: Callable[[], Any]
    macs: int
    aim: float


def forward(name: str, aim: float) -> Case:
    """Run one image forward."""
    model, x = archcalc.build(name), np.zeros((1, 3, 224, 224), np.float32)
    x[...] = np.random.default_rng(0).standard_normal(x.shape)
    peer, tensor = Peer(model), torch.from_numpy(x)

    def theirs() -> torch.Tensor:
        with torch.inference_mode():
            return peer.forward(tensor)

    difference = np.abs(model.forward(x) - theirs().numpy()).max()
    assert difference < 1e-4, f"{name}: outputs differ by {difference}"
    macs = archcalc.count(name).total.macs
    return Case(f"{name} forward", lambda: model.forward(x), theirs, macs, aim)


def step(aim: float) -> Case:
    """Take a step of training LeNet-5 with 64 images."""
    model = archcalc.build("lenet5")
    x = np.random.default_rng(0).standard_normal((64, 1, 32, 32)).astype(np.float32)
    peer, tensor, labels = Peer(model), torch.from_numpy(x), torch.from_numpy(LABELS)

    def ours() -> float:
        loss = learn(model, x, LABELS)
        model.step(0.001)
        return loss

    losses = ours(), peer.learn(tensor, labels)
    assert abs(losses[0] - losses[1]) < 1e-3 * losses[0], f"losses differ: {losses}"
    # forward, and back once for the inputs (not those of C1) and once for the weights
    report = archcalc.count("lenet5")
    macs = 64 * (3 * report.total.macs - report["C1"].macs)
    title = "lenet5 training step, 64 images"
    return Case(title, ours, lambda: peer.learn(tensor, labels), macs, aim)


def fastest(*functions: Callable[[], Any], rounds: int = ROUNDS) -> list[float]:
    """Time functions in turn, and give the shortest time of each in seconds."""
    times: list[list[float]] = [[] for _ in functions]
    for _ in range(rounds):
        for function, found in zip(functions, times, strict=True):
            start = time.perf_counter()
            function()
            found.append(time.perf_counter() - start)
    return [min(found) for found in times]


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Print the table."""
    torch.set_num_threads(int(THREADS))
    versions = f"NumPy {np.__version__}, PyTorch {torch.__version__}"
    today = datetime.now(tz=UTC).date()
    say(f"{today}, {processor() or machine()}, {THREADS} threads, {versions}")
    say(f"{'':34}{'archcalc':>10}{'PyTorch':>10}{'ratio':>7}{'aim':>5}{'of product rate':>17}")
    side, rates = 2048, []
    a = np.random.default_rng(0).standard_normal((side, side)).astype(np.float32)
    for case in (forward("vgg16", 1.5), forward("resnet50", 3), step(2)):
        ours, theirs, product = fastest(case.ours, case.theirs, lambda: a @ a)
        rates.append(side**3 / product)
        say(
            f"{case.title:34}{ours * 1e3:8.1f}ms{theirs * 1e3:8.1f}ms"
            f"{ours / theirs:7.2f}{case.aim:5.1f}{case.macs / ours / rates[-1]:17.0%}"
        )
    say(f"float32 matrix product: {max(rates) / 1e9:.0f} billion multiply-accumulates a second")


if __name__ == "__main__":
    main()
