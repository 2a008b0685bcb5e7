"""The registries of PyTorch: every model of torchvision, 200 of timm, 22 types of transformers.

Parameters are those that the module holds, multiply-adds those that PyTorch's own counter sees on
the meta device; what differs is named here, with its reason.

    pip install torch==2.13.0 && pip install -e '.[test]' && pip install --no-deps torchvision
    pip install timm transformers && pytest -m peers tests/peers/test_live.py
"""

from __future__ import annotations

import warnings
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

from archcalc import count
from archcalc import read as read_any

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install -e '.[torch]'")

from torch.utils.flop_counter import FlopCounterMode  # noqa: E402 - there is a torch

from archcalc.readers.pytorch.building import _made, build  # noqa: E402
from archcalc.readers.pytorch.examples import examples  # noqa: E402
from archcalc.readers.pytorch.module import read  # noqa: E402
from archcalc.readers.pytorch.recorder import Recorder  # noqa: E402
from archcalc.readers.pytorch.shortcuts import SHORTCUTS  # noqa: E402
from archcalc.referee.confirmations.values import compare  # noqa: E402
from tests.steps import steps  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from archcalc.report import Report

pytestmark = [pytest.mark.peers, pytest.mark.filterwarnings("ignore")]  # of the registries


@pytest.fixture(scope="module", autouse=True)
def models() -> Any:  # noqa: ANN401
    """Give torchvision's models; others import it too, and its compiled ops may fit no torch."""
    if find_spec("torchvision") is None:
        pytest.skip("torchvision is not installed")
    build("torchvision:resnet18", {})
    return import_module("torchvision.models")


def complaints(name: str, module: Any, inputs: Any, *, partial_: bool = False) -> Iterator[str]:  # noqa: ANN401
    """Compare a module's figures with PyTorch's own."""
    report = count(read(module, inputs, name))
    held = sum({id(p): p.numel() for p in module.parameters()}.values())
    trained = sum({id(p): p.numel() for p in module.parameters() if p.requires_grad}.values())
    if (report.total.parameters, held) != (trained, held):
        yield f"{name}: {report.total.parameters} parameters, {trained} in the module"
    if sum(row.macs for row in report.rows) != report.total.macs:
        yield f"{name}: rows do not add up"
    if bool(report.total.unknown) != partial_:
        yield f"{name}: {dict(report.total.unknown)}"
    own = None if partial_ else seen(module, inputs)
    if own is not None and own != report.total.macs:
        yield f"{name}: {report.total.macs} multiply-adds, PyTorch's counter {own}"


def seen(module: Any, inputs: Any) -> int | None:  # noqa: ANN401
    """Count by PyTorch's counter, without data; None where it cannot run so."""
    given = examples(module, inputs)
    args, kwargs = given.made(lambda e: torch.empty(e.sizes, dtype=e.dtype, device="meta"))
    with warnings.catch_warnings(), torch.no_grad(), FlopCounterMode(display=False) as counter:
        warnings.simplefilter("ignore")
        try:
            module.eval()(*args, **kwargs)
        except (RuntimeError, AttributeError, ValueError, AssertionError):
            return None
    return int(counter.get_total_flops()) // 2


def test_a_live_resnet_takes_half_of_torchinfos_steps(models: Any) -> None:  # noqa: ANN401
    """Both on the meta device, in lines of Python, PyTorch's own among them; in time it is 0.36."""
    torchinfo = pytest.importorskip("torchinfo")
    with torch.device("meta"):
        module = models.resnet50().eval()
    sizes = (1, 3, 224, 224)
    count(module, input=sizes[1:])  # what is imported by the first alone
    ours = steps(lambda: count(module, input=sizes[1:]))
    theirs = steps(lambda: torchinfo.summary(module, sizes, device="meta", verbose=0))

    assert ours < theirs / 2


@pytest.mark.parametrize("initial", "acdegimrsvw")
def test_shortcuts_say_what_pytorch_says(
    models: Any,  # noqa: ANN401
    monkeypatch: pytest.MonkeyPatch,
    initial: str,
) -> None:
    """On every call of torchvision's classifiers: sizes, steps, kind of numbers."""
    unlike, met = set[str](), set[str]()

    def run(_: object, func: Any, args: Any, kwargs: Any) -> Any:  # noqa: ANN401
        shortcut = SHORTCUTS.get(func.name()) if not kwargs else None
        made = shortcut(*args) if shortcut else None
        said = made is not None and (made.shape, made.stride(), made.dtype)
        own = func(*args, **kwargs)
        if made is not None:
            met.add(func.name())
            unlike.update([func.name()] if said != (own.shape, own.stride(), own.dtype) else [])
        return own

    monkeypatch.setattr(Recorder, "run", run)
    for name in [name for name in models.list_models(models) if name.startswith(initial)]:
        built = build(f"torchvision:{name}", {})
        read(built.module, built.input, name)

    assert met
    assert not unlike


PARTS = 8
"""A part takes minutes, most of them PyTorch's counter, which sees a pass taken apart in Python."""


def test_there_are_115_entries(models: Any) -> None:  # noqa: ANN401
    names = models.list_models(models)

    assert sum(len(models.get_model_weights(name)) for name in names) == 115


@pytest.mark.parametrize("part", range(PARTS))
def test_entries_of_classification(models: Any, part: int) -> None:  # noqa: ANN401
    """All, against the number of parameters and the multiply-adds printed beside."""
    found = list[str]()
    for name in models.list_models(models)[part::PARTS]:
        for entry in models.get_model_weights(name):
            size = entry.transforms.keywords["crop_size"]
            fields = {"image_size": size} if name.startswith("vit") else {}
            if name == "googlenet":
                fields["aux_logits"] = False  # its weights have none
            module = _made(partial(models.get_model_builder(name), weights=None, **fields))
            report: Report = count(read(module, (3, size, size), str(entry)))
            printed = (entry.meta["num_params"], entry.meta["_ops"])
            if (report.total.parameters, round(report.total.macs / 1e9, 3)) != printed:
                found.append(f"{entry}: {report.total.parameters}, {report.total.macs}: {printed}")
            found += complaints(str(entry), module, (3, size, size))
    assert found == []


VALUED = {
    "densenet121": "3x64x64", "googlenet": "3x96x96", "mobilenet_v2": "3x64x64",
    "regnet_y_400mf": "3x64x64", "resnet18": "3x64x64", "swin_t": "3x64x64",
    "swin_v2_t": "3x64x64", "vit_b_16": "3x224x224",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(VALUED))
def test_values_are_those_of_our_kernels(models: Any, name: str) -> None:  # noqa: ANN401
    """Each layer with an op gives what PyTorch's gives, with the numbers that the builder draws."""
    graph = read_any(f"torchvision:{name}", input=VALUED[name])
    told, left = compare(graph)
    stated = [node.path for node in graph.nodes if node.op.name == "opaque"]

    assert models
    assert told.rule > 20
    assert (told.found, told.trouble) == (told.rule, "")
    assert [note.endswith("there is no kernel to run") for note in left] == [True] * bool(stated)


SIZES = {
    "s3d": "3x16x224x224", "mvit_v1_b": "3x16x224x224", "mvit_v2_s": "3x16x224x224",
    "swin3d_b": "3x16x224x224", "swin3d_s": "3x16x224x224", "swin3d_t": "3x16x224x224",
}  # fmt: skip


@pytest.mark.parametrize("kind", ["detection", "optical_flow", "segmentation", "video"])
def test_other_models_of_torchvision(models: Any, kind: str) -> None:  # noqa: ANN401
    """Detectors ask for values behind their heads, RAFT samples by what it found: partial."""
    found: list[str] = []
    for name in models.list_models(getattr(models, kind)):
        fields = {} if kind in {"optical_flow", "video"} else {"weights_backbone": None}
        module = _made(partial(models.get_model_builder(name), weights=None, **fields))
        given: dict[str, Any] = {
            "detection": [[torch.empty(3, 320, 320)]],
            "optical_flow": ["3x368x496", "3x368x496"],
            "segmentation": "3x520x520",
            "video": SIZES.get(name, "3x16x112x112"),
        }
        partial_ = kind in {"detection", "optical_flow"}
        found += complaints(name, module, given[kind], partial_=partial_)
    assert found == []


@pytest.mark.parametrize("part", range(PARTS))
def test_two_hundred_models_of_timm(part: int) -> None:
    """At least one of each family: the first of each, then further ones in turn."""
    timm = pytest.importorskip("timm")
    registry = import_module("timm.models._registry")
    families: dict[str, list[str]] = {}
    for name in sorted(timm.list_models()):
        families.setdefault(registry._model_to_module[name], []).append(name)  # noqa: SLF001
    turns = [own[n] for n in range(0, 60, 3) for own in families.values() if n < len(own)]
    chosen = turns[:200]
    found: list[str] = []
    for name in chosen[part::PARTS]:
        built = build(f"timm:{name}", {})
        resized = name.startswith("naflexvit")  # its positions, by an interpolation without a rule
        found += complaints(name, built.module, built.input, partial_=resized)
    assert {registry._model_to_module[name] for name in chosen} == families.keys()  # noqa: SLF001
    assert found == []


TRANSFORMERS = {
    "bert": "input_ids=int64:128", "clip": "input_ids=int64:77,pixel_values=3x224x224",
    "convnext": "pixel_values=3x224x224", "deberta-v2": "input_ids=int64:64",
    "distilbert": "input_ids=int64:128", "electra": "input_ids=int64:64",
    "gemma": "input_ids=int64:64", "gpt2": "input_ids=int64:128", "gpt_neox": "input_ids=int64:64",
    "llama": "input_ids=int64:128", "mamba": "input_ids=int64:16", "mistral": "input_ids=int64:128",
    "opt": "input_ids=int64:64", "qwen2": "input_ids=int64:64", "resnet": "pixel_values=3x224x224",
    "roberta": "input_ids=int64:128", "swin": "pixel_values=3x224x224",
    "t5": "input_ids=int64:64,decoder_input_ids=int64:32", "vit": "pixel_values=3x224x224",
    "wav2vec2": "input_values=16000",
    "whisper": "input_features=80x3000,decoder_input_ids=int64:32",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(TRANSFORMERS))
def test_architectures_of_transformers(name: str) -> None:
    pytest.importorskip("transformers")
    module = build(f"transformers:{name}", {}).module
    assert list(complaints(name, module, TRANSFORMERS[name])) == []


def test_a_mixture_of_experts() -> None:
    """Each token passes 2 of 8 experts, whose grouped product PyTorch's counter does not see."""
    pytest.importorskip("transformers")
    module = build("transformers:mixtral", {}).module
    total = count(read(module, "input_ids=int64:16", "mixtral")).total

    config = module.config
    experts = config.num_hidden_layers * 16 * 2 * 3 * config.hidden_size * config.intermediate_size
    assert total.parameters == sum(p.numel() for p in module.parameters())
    assert total.macs == (seen(module, "input_ids=int64:16") or 0) + experts
    assert all(".topk" in n or n.endswith(("/sort", "/histc")) for n in total.unknown["macs"])


def test_quantised_builders_of_torchvision_multiply_as_the_plain_ones(models: Any) -> None:  # noqa: ANN401
    """What they hold is in their state, as whole numbers with a bias beside them."""
    for name in sorted(n for n in models.list_models() if n.startswith("quantized_")):
        plain = build(f"torchvision:{name.removeprefix('quantized_')}", {})
        found = build(f"torchvision:{name}", {"quantize": True})
        total = count(read(found.module, plain.input, name)).total
        held = [
            one
            for key, one in found.module.state_dict().items()
            for one in (one if isinstance(one, tuple) else (one,))
            if torch.is_tensor(one) and not key.endswith(("scale", "zero_point"))
        ]
        assert total.macs == count(read(plain.module, plain.input)).total.macs, name
        assert total.fixed == sum(one.numel() for one in held), name
        assert not total.unknown, name
