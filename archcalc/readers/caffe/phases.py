"""Which layers stand in the network that is deployed: Caffe's phase TEST.

Source: Caffe, src/caffe/net.cpp (FilterNet, StateMeetsRule).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archcalc.readers.caffe.message import CaffeLayer, Fields

PHASE, LEVEL = "TEST", 0


def deployed(layers: list[CaffeLayer]) -> list[CaffeLayer]:
    """Give the layers of the network at TEST, in their order.

    Where its data stand only in other phases or stages, as in a file for training, the first layer
    that gives what is read tells what enters.
    """
    found = [layer for layer in layers if is_deployed(layer)]
    given = {name for layer in found for name in layer.tops}
    lacking = {name for layer in found for name in layer.bottoms} - given
    for layer in layers:
        if not layer.bottoms and lacking.intersection(layer.tops) and not is_deployed(layer):
            found.insert(0, layer)
            lacking.difference_update(layer.tops)
    return found


def is_deployed(layer: CaffeLayer) -> bool:
    """Tell whether a layer is in the network at TEST, level 0, without stages.

    Any rule of `include` lets a layer in, else any of `exclude` keeps it out.
    """
    include, exclude = layer.fields.all("include"), layer.fields.all("exclude")
    if include:
        return any(map(_meets, include))
    return not any(map(_meets, exclude))


def _meets(rule: Fields) -> bool:
    if rule.has("phase") and rule.choice("phase", "TRAIN", "TEST") != PHASE:
        return False
    lowest = rule.whole("min_level", LEVEL, least=-1_000)
    highest = rule.whole("max_level", LEVEL, least=-1_000)
    return lowest <= LEVEL <= highest and not rule.has("stage")
