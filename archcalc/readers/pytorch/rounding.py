"""What rounding to whole numbers counts, and finding the range to do it in; as in ONNX.

A scale divides, a zero point is added, and what comes out is kept within the type; on the way back
the zero point is taken off, and the scale multiplies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archcalc.readers.pytorch.call import Call

THERE = ("quantize_per_tensor", "quantize_per_channel")
_BACK = ("dequantize", "dequantize_per_tensor", "dequantize_per_channel")
_BOTH = ("fake_quantize_per_tensor_affine", "fake_quantize_per_channel_affine")
AS_MET = "quantize_per_tensor_dynamic"
OBSERVED = "fused_moving_avg_obs_fake_quant"
"""Rounds there and back in training; whether it goes on to find its range only its numbers tell."""
ROUNDING = frozenset({*THERE, *_BACK, *_BOTH, AS_MET, OBSERVED})
"""What rounds to whole numbers, and back; what comes out is as large as what comes in."""
EACH = {
    **dict.fromkeys(THERE, {"div": 1, "add": 1, "cmp": 2}),
    **dict.fromkeys(_BACK, {"mul": 1, "add": 1}),
    **dict.fromkeys(_BOTH, {"div": 1, "add": 2, "cmp": 2, "mul": 1}),
}
"""Elementary operations of each element."""


def as_met(call: Call) -> dict[str, int]:
    """Find the smallest and the largest of all that comes in, then round."""
    n = call.outputs[0].size
    return {"cmp": 2 * (n - 1) + 2 * n, "div": n, "add": n}
