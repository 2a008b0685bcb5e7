"""Families of the library hold against the models of torchvision."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import pytest

import archcalc
from tests.peers.families.judging import assert_same, entering, torch
from tests.peers.written_maps import without_boxes

models = pytest.importorskip("torchvision", reason="torchvision is not installed").models

pytestmark = pytest.mark.peers

MODELS = {
    "mobilenet-v2": "mobilenet_v2",
    "mobilenet-v2-1.4": "mobilenet_v2",
    "mobilenet-v2-1.3": "mobilenet_v2",
    "mobilenet-v2-0.75": "mobilenet_v2",
    "mobilenet-v2-0.5": "mobilenet_v2",
    "mobilenet-v2-0.35": "mobilenet_v2",
    "mobilenet-v3-large": "mobilenet_v3_large",
    "mobilenet-v3-small": "mobilenet_v3_small",
    "mnasnet-b1": "mnasnet1_0",
    "mnasnet-b1-1.3": "mnasnet1_3",
    "mnasnet-b1-0.75": "mnasnet0_75",
    "mnasnet-b1-0.5": "mnasnet0_5",
    **{f"efficientnet-b{n}": f"efficientnet_b{n}" for n in range(8)},
    "efficientnet-v2-s": "efficientnet_v2_s",
    "efficientnet-v2-m": "efficientnet_v2_m",
    "efficientnet-v2-l": "efficientnet_v2_l",
    "shufflenet-v2-torchvision": "shufflenet_v2_x1_0",
    "shufflenet-v2-0.5-torchvision": "shufflenet_v2_x0_5",
    "shufflenet-v2-1.5-torchvision": "shufflenet_v2_x1_5",
    "shufflenet-v2-2.0-torchvision": "shufflenet_v2_x2_0",
    "squeezenet-1.0": "squeezenet1_0",
    "squeezenet-1.1": "squeezenet1_1",
    "resnext50-32x4d": "resnext50_32x4d",
    "resnext101-64x4d": "resnext101_64x4d",
    "resnext101-32x8d": "resnext101_32x8d",
    "wide-resnet50-2": "wide_resnet50_2",
    "wide-resnet101-2": "wide_resnet101_2",
    "r3d-18": "video.r3d_18",
    "r2plus1d-18": "video.r2plus1d_18",
    "mc3-18": "video.mc3_18",
    "swin-t": "swin_t",
    "swin-s": "swin_s",
    "swin-b": "swin_b",
    "convnext-t": "convnext_tiny",
    "convnext-s": "convnext_small",
    "convnext-b": "convnext_base",
    "convnext-l": "convnext_large",
    "alexnet-torchvision": "alexnet",
    "vgg16-torchvision": "vgg16",
    "fcn-resnet50": "segmentation.fcn_resnet50",
    "fcn-resnet101": "segmentation.fcn_resnet101",
    "deeplab-v3-resnet50-torchvision": "segmentation.deeplabv3_resnet50",
    "deeplab-v3-resnet101-torchvision": "segmentation.deeplabv3_resnet101",
    "ssd300-torchvision": "detection.ssd300_vgg16",
    "faster-rcnn-fpn": "detection.fasterrcnn_resnet50_fpn",
    "retinanet": "detection.retinanet_resnet50_fpn",
}
"""By network: where its model is."""
GIVEN: dict[str, dict[str, Any]] = {
    "mobilenet-v2-1.4": {"width_mult": 1.4},
    "mobilenet-v2-1.3": {"width_mult": 1.3},
    "mobilenet-v2-0.75": {"width_mult": 0.75},
    "mobilenet-v2-0.5": {"width_mult": 0.5},
    "mobilenet-v2-0.35": {"width_mult": 0.35},
}
"""By network: what its model is made with, if not with its defaults."""
HEADED = ("faster-rcnn-fpn", "retinanet")
"""Networks whose heads are compared too."""


@pytest.mark.parametrize("network", sorted(MODELS))
def test_every_weight_and_all_multiply_adds(network: str) -> None:
    name, given = MODELS[network], GIVEN.get(network, {})
    detects = name.startswith("detection")
    if detects or name.startswith("segmentation"):
        given = {"weights_backbone": None}
    with torch.device("meta"):
        module = attrgetter(name)(models)(**given).eval()
    report = archcalc.count(network, heads=network in HEADED)
    assert_same(report, without_boxes(module) if detects else module, entering(report))
