"""The families of the library hold against the models that other libraries build.

Every weight has the same shape (but for extents of 1, and for matrices that are stacked, turned
around or laid in a row there), and PyTorch's own counter of operations gives twice our macs. Models
are made on the meta device: no number is ever computed. A library that is not installed skips its
rows.
"""

from __future__ import annotations

from collections import Counter
from math import isqrt
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import pytest

import archcalc
from archcalc.sharing import arrays

torch = pytest.importorskip(
    "torch", reason="PyTorch is not installed: pip install -e '.[peers]' to compare with it"
)

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.peers

REGNETS = {
    "200mf": "002", "400mf": "004", "600mf": "006", "800mf": "008", "1.6gf": "016", "3.2gf": "032",
    "4gf": "040", "6.4gf": "064", "8gf": "080", "12gf": "120", "16gf": "160", "32gf": "320",
}  # fmt: skip
"""By the size of a RegNet: timm's number of it."""
JUDGES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "mobilenet-v1": ("timm", "mobilenetv1_100", {}),
    "mobilenet-v2": ("torchvision", "mobilenet_v2", {}),
    "mobilenet-v2-1.4": ("torchvision", "mobilenet_v2", {"width_mult": 1.4}),
    "mobilenet-v2-1.3": ("torchvision", "mobilenet_v2", {"width_mult": 1.3}),
    "mobilenet-v2-0.75": ("torchvision", "mobilenet_v2", {"width_mult": 0.75}),
    "mobilenet-v2-0.5": ("torchvision", "mobilenet_v2", {"width_mult": 0.5}),
    "mobilenet-v2-0.35": ("torchvision", "mobilenet_v2", {"width_mult": 0.35}),
    "mobilenet-v3-large": ("torchvision", "mobilenet_v3_large", {}),
    "mobilenet-v3-small": ("torchvision", "mobilenet_v3_small", {}),
    "mobilenet-v3-large-0.75": ("timm", "tf_mobilenetv3_large_075", {}),
    "mobilenet-v3-small-0.75": ("timm", "tf_mobilenetv3_small_075", {}),
    "mobilenet-v3-large-minimalistic": ("timm", "tf_mobilenetv3_large_minimal_100", {}),
    "mobilenet-v3-small-minimalistic": ("timm", "tf_mobilenetv3_small_minimal_100", {}),
    "mnasnet-a1": ("timm", "semnasnet_100", {}),
    "mnasnet-b1": ("torchvision", "mnasnet1_0", {}),
    "mnasnet-b1-1.3": ("torchvision", "mnasnet1_3", {}),
    "mnasnet-b1-0.75": ("torchvision", "mnasnet0_75", {}),
    "mnasnet-b1-0.5": ("torchvision", "mnasnet0_5", {}),
    **{f"efficientnet-b{n}": ("torchvision", f"efficientnet_b{n}", {}) for n in range(8)},
    "efficientnet-v2-s": ("torchvision", "efficientnet_v2_s", {}),
    "efficientnet-v2-m": ("torchvision", "efficientnet_v2_m", {}),
    "efficientnet-v2-l": ("torchvision", "efficientnet_v2_l", {}),
    **{
        f"regnet{kind}-{size}": ("timm", f"regnet{kind}_{number}", {})
        for kind in "xy"
        for size, number in REGNETS.items()
    },
    "regnetx-400mf-torchvision": ("timm", "regnetx_004_tv", {}),
    "regnety-800mf-torchvision": ("timm", "regnety_008_tv", {}),
    "regnety-8gf-torchvision": ("timm", "regnety_080_tv", {}),
    "regnety-128gf": ("timm", "regnety_1280", {}),
    "shufflenet-v2-torchvision": ("torchvision", "shufflenet_v2_x1_0", {}),
    "shufflenet-v2-0.5-torchvision": ("torchvision", "shufflenet_v2_x0_5", {}),
    "shufflenet-v2-1.5-torchvision": ("torchvision", "shufflenet_v2_x1_5", {}),
    "shufflenet-v2-2.0-torchvision": ("torchvision", "shufflenet_v2_x2_0", {}),
    "squeezenet-1.0": ("torchvision", "squeezenet1_0", {}),
    "squeezenet-1.1": ("torchvision", "squeezenet1_1", {}),
    "resnext50-32x4d": ("torchvision", "resnext50_32x4d", {}),
    "resnext101-32x4d": ("timm", "resnext101_32x4d", {}),
    "resnext101-64x4d": ("torchvision", "resnext101_64x4d", {}),
    "resnext101-32x8d": ("torchvision", "resnext101_32x8d", {}),
    "wide-resnet50-2": ("torchvision", "wide_resnet50_2", {}),
    "wide-resnet101-2": ("torchvision", "wide_resnet101_2", {}),
    "se-resnet50": ("timm", "legacy_seresnet50", {}),
    "se-resnet101": ("timm", "legacy_seresnet101", {}),
    "se-resnet152": ("timm", "legacy_seresnet152", {}),
    "se-resnext50": ("timm", "legacy_seresnext50_32x4d", {}),
    "se-resnext101": ("timm", "legacy_seresnext101_32x4d", {}),
    "resnet50-c": ("timm", "resnet50c", {}),
    "resnet50-d": ("timm", "resnet50d", {}),
    "resnet101-d": ("timm", "resnet101d", {}),
    "resnet152-d": ("timm", "resnet152d", {}),
    "xception": ("timm", "legacy_xception", {}),
    "r3d-18": ("torchvision", "video.r3d_18", {}),
    "r2plus1d-18": ("torchvision", "video.r2plus1d_18", {}),
    "mc3-18": ("torchvision", "video.mc3_18", {}),
    "vit-b-16": ("timm", "vit_base_patch16_224", {}),
    "vit-b-32": ("timm", "vit_base_patch32_224", {}),
    "vit-l-16": ("timm", "vit_large_patch16_224", {}),
    "vit-l-32": ("timm", "vit_large_patch32_224", {"num_classes": 1000}),
    "vit-h-14": ("timm", "vit_huge_patch14_224", {"num_classes": 1000}),
    "deit-ti": ("timm", "deit_tiny_patch16_224", {}),
    "deit-s": ("timm", "deit_small_patch16_224", {}),
    "deit-b": ("timm", "deit_base_patch16_224", {}),
    "deit-ti-distilled": ("timm", "deit_tiny_distilled_patch16_224", {}),
    "deit-s-distilled": ("timm", "deit_small_distilled_patch16_224", {}),
    "deit-b-distilled": ("timm", "deit_base_distilled_patch16_224", {}),
    "darknet-53": ("timm", "darknet53", {}),
    "csp-darknet-53": ("timm", "cspdarknet53", {}),
    "swin-t": ("torchvision", "swin_t", {}),
    "swin-s": ("torchvision", "swin_s", {}),
    "swin-b": ("torchvision", "swin_b", {}),
    "swin-l": ("timm", "swin_large_patch4_window7_224", {}),
    "swin-b-384": ("timm", "swin_base_patch4_window12_384", {}),
    "swin-l-384": ("timm", "swin_large_patch4_window12_384", {}),
    "convnext-t": ("torchvision", "convnext_tiny", {}),
    "convnext-s": ("torchvision", "convnext_small", {}),
    "convnext-b": ("torchvision", "convnext_base", {}),
    "convnext-l": ("torchvision", "convnext_large", {}),
    "convnext-xl": ("timm", "convnext_xlarge", {}),
    "mixer-s-32": ("timm", "mixer_s32_224", {}),
    "mixer-s-16": ("timm", "mixer_s16_224", {}),
    "mixer-b-32": ("timm", "mixer_b32_224", {}),
    "mixer-b-16": ("timm", "mixer_b16_224", {}),
    "mixer-l-32": ("timm", "mixer_l32_224", {}),
    "mixer-l-16": ("timm", "mixer_l16_224", {}),
    "mixer-h-14": (
        "timm",
        "models.mlp_mixer.MlpMixer",
        {"patch_size": 14, "embed_dim": 1280, "num_blocks": 32},
    ),
    "alexnet-torchvision": ("torchvision", "alexnet", {}),
    "vgg16-torchvision": ("torchvision", "vgg16", {}),
    "caffenet": ("torch", "caffenet", {}),
    "zfnet": ("torch", "zfnet", {}),
    "overfeat-fast": ("torch", "overfeat-fast", {}),
    "overfeat-accurate": ("torch", "overfeat-accurate", {}),
    "nin-cifar": ("torch", "nin-cifar", {}),
    "nin-imagenet": ("torch", "nin-imagenet", {}),
    "highway-mnist-32": ("torch", "Highway", {}),
    "unet": ("torch", "UNet", {}),
    "c3d": ("torch", "c3d", {}),
    "waveform-m5": ("torch", "m5", {}),
    "lstm-tagger": ("torch", "Tagger", {}),
    "bert-base": ("transformers", "BertModel", {}),
    "bert-large": (
        "transformers",
        "BertModel",
        {
            "hidden_size": 1024,
            "num_hidden_layers": 24,
            "num_attention_heads": 16,
            "intermediate_size": 4096,
        },
    ),
    "gpt-2": ("transformers", "GPT2LMHeadModel", {}),
    "gpt-2-medium": (
        "transformers",
        "GPT2LMHeadModel",
        {"n_embd": 1024, "n_layer": 24, "n_head": 16},
    ),
    "gpt-2-large": (
        "transformers",
        "GPT2LMHeadModel",
        {"n_embd": 1280, "n_layer": 36, "n_head": 20},
    ),
    "gpt-2-xl": (
        "transformers",
        "GPT2LMHeadModel",
        {"n_embd": 1600, "n_layer": 48, "n_head": 25},
    ),
    "fcn-8s": ("torch", "FCN8s", {}),
    "fcn-resnet50": ("torchvision", "segmentation.fcn_resnet50", {"weights_backbone": None}),
    "fcn-resnet101": ("torchvision", "segmentation.fcn_resnet101", {"weights_backbone": None}),
    "deeplab-v3-resnet50-torchvision": (
        "torchvision",
        "segmentation.deeplabv3_resnet50",
        {"weights_backbone": None},
    ),
    "deeplab-v3-resnet101-torchvision": (
        "torchvision",
        "segmentation.deeplabv3_resnet101",
        {"weights_backbone": None},
    ),
    "segnet": ("torch", "SegNet", {}),
    "ssd300-torchvision": ("torchvision", "detection.ssd300_vgg16", {"weights_backbone": None}),
    "faster-rcnn-fpn": (
        "torchvision",
        "detection.fasterrcnn_resnet50_fpn",
        {"weights_backbone": None},
    ),
    "retinanet": (
        "torchvision",
        "detection.retinanet_resnet50_fpn",
        {"weights_backbone": None},
    ),
    "dcgan-generator-release": ("torch", "generator", {}),
    "dcgan-discriminator": ("torch", "discriminator", {}),
    "siamese-omniglot": ("torch", "Siamese", {}),
    "autoencoder-convolutional": ("torch", "convolutional", {}),
    "tcn-mnist": ("torch", "Tcn", {}),
    "wavenet": ("torch", "WaveNet", {}),
    "i3d": ("torch", "Inflated", {}),
    "deepspeech-assemblyai": ("torch", "Speech", {}),
    "gru-tagger": ("torch", "GruTagger", {}),
}
"""By network: the library, the name of its model, and what it is made with."""
HEADED = ("faster-rcnn-fpn", "retinanet")
"""Networks whose heads are compared too."""
STACKED = {"qkv": 3, "in_proj": 3, "c_attn": 3, "conv_exp.": 2}
"""By words in the names of weights that hold several in one, how many: queries, keys and values."""


def build(library: str, name: str, given: dict[str, Any]) -> Any:  # noqa: ANN401 - a module
    """Make another library's model without its numbers, or one that is written for this test."""
    made = pytest.importorskip(library, reason=f"{library} is not installed")
    with torch.device("meta"):
        if library == "torch":
            from tests.peers.written import WRITTEN  # noqa: PLC0415 - torch may be missing
            from tests.peers.written_maps import MAPS  # noqa: PLC0415
            from tests.peers.written_signals import SIGNALS  # noqa: PLC0415

            return (WRITTEN | MAPS | SIGNALS)[name]().eval()
        if library == "timm" and "." not in name:
            return made.create_model(name, **given).eval()
        if library == "transformers":
            kind = getattr(made, name)
            return kind(kind.config_class(**given, attn_implementation="eager")).eval()
        where = made if library == "timm" else made.models
        module = attrgetter(name)(where)(**given).eval()
        if name.startswith("detection"):
            from tests.peers.written_maps import without_boxes  # noqa: PLC0415

            return without_boxes(module)
        return module


def entering(report: archcalc.Report) -> Any:  # noqa: ANN401 - a tensor
    """Make an input without its numbers: an image, a clip, or the indices of words."""
    if report.graph.nodes[0].op.name == "embedding":
        return torch.empty((1, report.input.places), dtype=torch.long, device="meta")
    return torch.empty((1, *report.input), device="meta")


def ours(report: archcalc.Report) -> Iterator[tuple[int, ...]]:
    """List the shapes of all arrays but running statistics, each where it counts."""
    for node in report.nodes:
        shared = {tie.weight for tie in node.shared}
        for name, weight in arrays(node).items():
            if weight.kind != "statistic" and name not in shared:
                ways = 2 if getattr(node.op, "bidirectional", False) else 1
                yield from [bare(weight.shape)[ways - 1 :]] * ways


def theirs(module: Any) -> Iterator[tuple[int, ...]]:  # noqa: ANN401 - a module
    """List the shapes of all parameters, those that are stacked each by itself."""
    for name, parameter in module.named_parameters():
        if "relative_position" in name:  # a row for each distance, down and across
            side = isqrt(parameter.shape[0])
            yield bare((side, side, parameter.shape[1]))
            continue
        parts = next((n for word, n in STACKED.items() if word in name), 1)
        shape = bare(tuple(parameter.shape))  # the longest side, which is stacked, comes last
        yield from [bare((*shape[:-1], *(n // parts for n in shape[-1:])))] * parts


def bare(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Leave out the order and extents of 1: a linear layer is a 1x1 convolution there."""
    return tuple(sorted(n for n in shape if n > 1))


@pytest.mark.parametrize("network", sorted(JUDGES))
def test_every_weight_and_all_multiply_adds(network: str) -> None:
    from torch.utils.flop_counter import FlopCounterMode  # noqa: PLC0415 - torch may be missing

    report = archcalc.count(network, heads=network in HEADED)
    module = build(*JUDGES[network])
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        module(entering(report))

    differences = Counter(ours(report))
    differences.subtract(Counter(theirs(module)))
    assert {shape: n for shape, n in differences.items() if n} == {}
    held = report.total.parameters + report.total.fixed
    assert held == sum(p.numel() for p in module.parameters())
    assert 2 * report.total.macs == counter.get_total_flops()
