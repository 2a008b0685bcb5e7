"""archcalc against tools that trace a module: `python tests/benchmarks/bench_tools.py [OLD]`.

It needs PyTorch, torchinfo and fvcore. OLD is a folder with another version of archcalc, to compare
with (`pip install --no-deps --target OLD archcalc.whl`). Each version runs in a process of its own,
by turns with the tools on the same networks, torchinfo on the meta device: times are those of the
processor, the best of several, and what counts are ratios to torchinfo in the same process.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any
from warnings import simplefilter

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).resolve()
TURNS, PROCESSES = 8, 2
WITHIN = {"archcalc, loaded": 10, "archcalc, from text": 5}
"""How often the quick ones run in each turn."""
AIMS = {"resnet50": (100, 30), "densenet201": (100, None)}
"""So many times as quick as torchinfo: from a loaded spec, from the text."""


def resnet50(nn: Any, torch: Any) -> Any:  # noqa: ANN401 - PyTorch, which may be missing
    """Build ResNet-50 as its paper has it."""

    class Block(nn.Module):  # type: ignore[misc]
        def __init__(self, maps: int, width: int, stride: int) -> None:
            super().__init__()
            self.layers = nn.Sequential(
                *_conv(nn, maps, width, 1, stride), nn.ReLU(),
                *_conv(nn, width, width, 3), nn.ReLU(),
                *_conv(nn, width, 4 * width, 1),
            )  # fmt: skip
            alike = stride == 1 and maps == 4 * width
            self.shortcut = nn.Sequential(*([] if alike else _conv(nn, maps, 4 * width, 1, stride)))

        def forward(self, x: Any) -> Any:  # noqa: ANN401
            return torch.relu(self.layers(x) + self.shortcut(x))

    maps, blocks = 64, []
    for stage, depth in enumerate([3, 4, 6, 3]):
        for turn in range(depth):
            blocks.append(Block(maps, 64 << stage, 2 if stage and not turn else 1))
            maps = 256 << stage
    stem = [*_conv(nn, 3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(maps, 1000)]
    return nn.Sequential(*stem, *blocks, *head)


def densenet201(nn: Any, torch: Any) -> Any:  # noqa: ANN401
    """Build DenseNet-201 as its paper has it."""

    class Layer(nn.Module):  # type: ignore[misc]
        def __init__(self, maps: int) -> None:
            super().__init__()
            self.layers = nn.Sequential(
                *_late(nn, maps, 128, 1), *_late(nn, 128, 32, 3)
            )  # fmt: skip

        def forward(self, x: Any) -> Any:  # noqa: ANN401
            return torch.cat([x, self.layers(x)], 1)

    maps, layers = 64, []
    for stage, depth in enumerate([6, 12, 48, 32]):
        if stage:
            layers += [*_late(nn, maps, maps // 2, 1), nn.AvgPool2d(2)]
            maps //= 2
        for _ in range(depth):
            layers.append(Layer(maps))
            maps += 32
    stem = [*_conv(nn, 3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    head = [nn.BatchNorm2d(maps), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*stem, *layers, *head, nn.Linear(maps, 1000))


def _conv(nn: Any, maps: int, filters: int, kernel: int, stride: int = 1) -> list[Any]:  # noqa: ANN401
    conv = nn.Conv2d(maps, filters, kernel, stride, kernel // 2, bias=False)
    return [conv, nn.BatchNorm2d(filters)]


def _late(nn: Any, maps: int, filters: int, kernel: int) -> list[Any]:  # noqa: ANN401
    conv = nn.Conv2d(maps, filters, kernel, padding=kernel // 2, bias=False)
    return [nn.BatchNorm2d(maps), nn.ReLU(), conv]


NETWORKS = {"resnet50": resnet50, "densenet201": densenet201}


def contestants(network: str) -> dict[str, Callable[[], int]]:
    """Give what counts a network's parameters, each in its way."""
    import torch  # noqa: PLC0415
    from fvcore.nn import FlopCountAnalysis  # noqa: PLC0415
    from torchinfo import summary  # noqa: PLC0415

    import archcalc  # noqa: PLC0415
    from archcalc.spec.family import interpret  # noqa: PLC0415
    from archcalc.spec.library import find, library_source  # noqa: PLC0415
    from archcalc.spec.reader import read  # noqa: PLC0415

    with torch.device("meta"):
        module = NETWORKS[network](torch.nn, torch).eval()
        x = torch.zeros(1, 3, 224, 224)
    spec, (entry, _) = archcalc.load(network), find(network)
    source = library_source(entry.path)

    whole = NETWORKS[network](torch.nn, torch).eval()  # what fvcore traces does not run on meta

    def fvcore() -> int:
        found = FlopCountAnalysis(whole, torch.zeros(1, 3, 224, 224))
        found.unsupported_ops_warnings(enabled=False).uncalled_modules_warnings(enabled=False)
        return int(found.total()) and _held(whole)

    return {
        "archcalc, loaded": lambda: archcalc.count(spec).total.parameters,
        "archcalc, from text": lambda: (
            archcalc.count(interpret(read(source), entry.id, entry.variant)).total.parameters
        ),
        "torchinfo": lambda: int(summary(module, input_data=x, verbose=0).total_params),
        "fvcore": fvcore,
    }


def _held(module: Any) -> int:  # noqa: ANN401
    return sum(parameter.numel() for parameter in module.parameters())


def measure() -> dict[str, dict[str, float]]:
    """Time all of them by turns; the best of each, in milliseconds."""
    simplefilter("ignore")
    found = {}
    for network in NETWORKS:
        those = contestants(network)
        counted = {name: count() for name, count in those.items()}
        if len(set(counted.values())) > 1:
            raise SystemExit(f"{network}: they differ: {counted}")
        best = dict.fromkeys(those, float("inf"))
        for _ in range(TURNS):
            for name, count in those.items():
                for _ in range(WITHIN.get(name, 1)):
                    gc.collect(0)
                    began = process_time()
                    count()
                    best[name] = min(best[name], process_time() - began)
        found[network] = {name: 1000 * took for name, took in best.items()}
    return found


def apart(folder: str) -> dict[str, dict[str, float]]:
    """Measure a version in a process of its own."""
    environment = os.environ | {"PYTHONPATH": folder}
    command = [sys.executable, str(HERE), "--measure"]
    run = subprocess.run(command, env=environment, check=True, capture_output=True)  # noqa: S603
    found: dict[str, dict[str, float]] = json.loads(run.stdout)
    return found


def main(arguments: list[str]) -> None:
    """Print a table of versions and tools, or measure the version that is installed."""
    if arguments == ["--measure"]:
        sys.stdout.write(json.dumps(measure()))
        return
    versions = {"old": arguments[0]} if arguments else {}
    versions["new"] = str(HERE.parents[2])
    runs: dict[str, list[dict[str, dict[str, float]]]] = {name: [] for name in versions}
    for _ in range(PROCESSES):
        for name, folder in versions.items():
            runs[name].append(apart(folder))
    sys.stdout.write(f"{'':32}{'ms':>9}{'torchinfo takes':>18}{'aim':>6}\n")
    for network in NETWORKS:
        for version, times in runs.items():
            for place, name in enumerate(times[0][network]):
                took = min(each[network][name] for each in times)
                ratio = max(each[network]["torchinfo"] / each[network][name] for each in times)
                aim = (*AIMS[network], None, None)[place]
                line = f"{network}, {version}: {name}"
                sys.stdout.write(f"{line:38}{took:9.2f}{ratio:11.1f} times{aim or '':>6}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
