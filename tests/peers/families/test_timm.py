"""Families of the library hold against the models of timm."""

from __future__ import annotations

from functools import partial
from operator import attrgetter
from typing import Any

import pytest

import archcalc
from tests.peers.families.judging import assert_same, entering, torch

timm = pytest.importorskip("timm", reason="timm is not installed")

pytestmark = pytest.mark.peers

REGNETS = {
    "200mf": "002", "400mf": "004", "600mf": "006", "800mf": "008", "1.6gf": "016", "3.2gf": "032",
    "4gf": "040", "6.4gf": "064", "8gf": "080", "12gf": "120", "16gf": "160", "32gf": "320",
}  # fmt: skip
"""By the size of a RegNet: timm's number of it."""
MODELS = {
    "mobilenet-v1": "mobilenetv1_100",
    "mobilenet-v3-large-0.75": "tf_mobilenetv3_large_075",
    "mobilenet-v3-small-0.75": "tf_mobilenetv3_small_075",
    "mobilenet-v3-large-minimalistic": "tf_mobilenetv3_large_minimal_100",
    "mobilenet-v3-small-minimalistic": "tf_mobilenetv3_small_minimal_100",
    "mnasnet-a1": "semnasnet_100",
    "efficientnet-v2-b0": "tf_efficientnetv2_b0",
    "efficientnet-v2-b1": "tf_efficientnetv2_b1",
    "efficientnet-v2-b2": "tf_efficientnetv2_b2",
    "efficientnet-v2-b3": "tf_efficientnetv2_b3",
    "efficientnet-v2-xl": "tf_efficientnetv2_xl",
    **{
        f"regnet{kind}-{size}": f"regnet{kind}_{number}"
        for kind in "xy"
        for size, number in REGNETS.items()
    },
    "regnetx-400mf-torchvision": "regnetx_004_tv",
    "regnety-800mf-torchvision": "regnety_008_tv",
    "regnety-8gf-torchvision": "regnety_080_tv",
    "regnety-128gf": "regnety_1280",
    "resnext101-32x4d": "resnext101_32x4d",
    "se-resnet50": "legacy_seresnet50",
    "se-resnet101": "legacy_seresnet101",
    "se-resnet152": "legacy_seresnet152",
    "se-resnext50": "legacy_seresnext50_32x4d",
    "se-resnext101": "legacy_seresnext101_32x4d",
    "resnet50-c": "resnet50c",
    "resnet50-d": "resnet50d",
    "resnet101-d": "resnet101d",
    "resnet152-d": "resnet152d",
    "xception": "legacy_xception",
    "vit-b-16": "vit_base_patch16_224",
    "vit-b-32": "vit_base_patch32_224",
    "vit-l-16": "vit_large_patch16_224",
    "vit-l-32": "vit_large_patch32_224",
    "vit-h-14": "vit_huge_patch14_224",
    "deit-ti": "deit_tiny_patch16_224",
    "deit-s": "deit_small_patch16_224",
    "deit-b": "deit_base_patch16_224",
    "deit-ti-distilled": "deit_tiny_distilled_patch16_224",
    "deit-s-distilled": "deit_small_distilled_patch16_224",
    "deit-b-distilled": "deit_base_distilled_patch16_224",
    "darknet-53": "darknet53",
    "csp-darknet-53": "cspdarknet53",
    "swin-l": "swin_large_patch4_window7_224",
    "swin-b-384": "swin_base_patch4_window12_384",
    "swin-l-384": "swin_large_patch4_window12_384",
    "convnext-xl": "convnext_xlarge",
    "mixer-s-32": "mixer_s32_224",
    "mixer-s-16": "mixer_s16_224",
    "mixer-b-32": "mixer_b32_224",
    "mixer-b-16": "mixer_b16_224",
    "mixer-l-32": "mixer_l32_224",
    "mixer-l-16": "mixer_l16_224",
    "mixer-h-14": "models.mlp_mixer.MlpMixer",
}
"""By network: the name of its model, or where its class is."""
GIVEN: dict[str, dict[str, Any]] = {
    "efficientnet-v2-xl": {"num_classes": 1000},
    "vit-l-32": {"num_classes": 1000},
    "vit-h-14": {"num_classes": 1000},
    "mixer-h-14": {"patch_size": 14, "embed_dim": 1280, "num_blocks": 32},
}
"""By network: what its model is made with, if not with its defaults."""


@pytest.mark.parametrize("network", sorted(MODELS))
def test_every_weight_and_all_multiply_adds(network: str) -> None:
    name, given = MODELS[network], GIVEN.get(network, {})
    make = attrgetter(name)(timm) if "." in name else partial(timm.create_model, name)
    with torch.device("meta"):
        module = make(**given).eval()
    report = archcalc.count(network)
    assert_same(report, module, entering(report))


DRAWN = {
    "depth": "4..40", "w0": "8..160..8..log", "wa": "8..150..0.1..log", "wm": "1.5..3..0.001..log",
    "ratio": "1,2,4", "group": "1..32..x2", "se": "false,true",
}  # fmt: skip


def test_regnets_that_are_drawn() -> None:
    """Lines of the paper's space, with bottlenecks, gates, and groups that widths have to fit."""
    regnet = attrgetter("models.regnet")(timm)

    found = archcalc.sweep("regnetx-200mf", DRAWN, draws=300, first=12).outcomes
    assert len(found) == 12
    for one in found:
        given: dict[str, Any] = {**one.values}
        config = regnet.RegNetCfg(
            **{name: given[name] for name in ("depth", "w0")},
            **{name: float(given[name]) for name in ("wa", "wm")},
            group_size=given["group"],
            bottle_ratio=1 / given["ratio"],
            se_ratio=0.25 * given["se"],
        )
        with torch.device("meta"):
            module = regnet.RegNet(config).eval()
        report = archcalc.count(archcalc.load("regnetx-200mf", **given))
        assert_same(report, module, entering(report))
