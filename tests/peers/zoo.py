"""torchvision, also beside a PyTorch for which its compiled ops were not made."""

from __future__ import annotations

from typing import Any

import torch

SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    (
        "roi_align(Tensor input, Tensor rois, float spatial_scale, int pooled_height, "
        "int pooled_width, int sampling_ratio, bool aligned) -> Tensor"
    ),
    (
        "roi_pool(Tensor input, Tensor rois, float spatial_scale, int pooled_height, "
        "int pooled_width) -> (Tensor, Tensor)"
    ),
    (
        "ps_roi_align(Tensor input, Tensor rois, float spatial_scale, int pooled_height, "
        "int pooled_width, int sampling_ratio) -> (Tensor, Tensor)"
    ),
    (
        "ps_roi_pool(Tensor input, Tensor rois, float spatial_scale, int pooled_height, "
        "int pooled_width) -> (Tensor, Tensor)"
    ),
    (
        "deform_conv2d(Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor bias, "
        "int stride_h, int stride_w, int pad_h, int pad_w, int dilation_h, int dilation_w, "
        "int groups, int offset_groups, bool use_mask) -> Tensor"
    ),
)
"""Ops that the Python half of torchvision asks for as it is imported; no classifier calls one."""
_KEPT: list[Any] = []


def models() -> Any:  # noqa: ANN401 - a module
    """Import torchvision's models. Raises ImportError where it is not installed."""
    try:
        from torchvision import models as found  # noqa: PLC0415 - an extra
    except RuntimeError:  # its compiled half does not fit
        library = torch.library.Library("torchvision", "DEF")
        for schema in SCHEMAS:
            library.define(schema)
        _KEPT.append(library)
        from torchvision import models as found  # noqa: PLC0415
    return found


def classifiers() -> list[str]:
    """Name the builders of classifiers; none where torchvision is not installed."""
    try:
        found = models()
    except ImportError:
        return []
    return sorted(found.list_models(module=found))
