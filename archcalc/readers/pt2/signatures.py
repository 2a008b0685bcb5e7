"""What the calls of PyTorch take where an exported program says nothing: it leaves defaults out.

Only what the rules of calls read stands here; `tests/readers/test_pt2.py` compares it with PyTorch.
"""

from __future__ import annotations

from typing import Any

_CONV = {"bias": None, "stride": 1, "padding": 0, "dilation": 1, "groups": 1}
_POOL = {"stride": [], "padding": 0, "ceil_mode": False}
_AVERAGE = {**_POOL, "count_include_pad": True}
_NORM = {"weight": None, "bias": None, "eps": 1e-5}
_MAX_POOLS = tuple(f"max_pool{n}d{end}" for n in (1, 2, 3) for end in ("", "_with_indices"))

DEFAULTS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), _CONV),
    **dict.fromkeys(
        ("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), {**_CONV, "output_padding": 0}
    ),
    **dict.fromkeys(("linear", "bilinear"), {"bias": None}),
    **dict.fromkeys(("addmm", "baddbmm"), {"alpha": 1, "beta": 1}),
    **dict.fromkeys(_MAX_POOLS, {**_POOL, "dilation": 1}),
    "avg_pool1d": _AVERAGE,
    **dict.fromkeys(("avg_pool2d", "avg_pool3d"), {**_AVERAGE, "divisor_override": None}),
    **dict.fromkeys(("layer_norm", "group_norm"), _NORM),
    "rms_norm": {"weight": None, "eps": None},
    "scaled_dot_product_attention": {
        "attn_mask": None,
        "is_causal": False,
        "scale": None,
        "enable_gqa": False,
    },
    **dict.fromkeys(("add", "sub"), {"alpha": 1}),
    **dict.fromkeys(("cat", "concat", "concatenate"), {"dim": 0}),
    **dict.fromkeys(("clamp", "clip"), {"min": None, "max": None}),
    "elu": {"alpha": 1, "scale": 1, "input_scale": 1},
    "gelu": {"approximate": "none"},
    "glu": {"dim": -1},
    "hardtanh": {"min_val": -1, "max_val": 1},
    "leaky_relu": {"negative_slope": 0.01},
    **dict.fromkeys(("lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell"), {
        "b_ih": None,
        "b_hh": None,
    }),
}  # fmt: skip
"""By the name of a call, then by that of the argument; one number stands for one of each extent."""


def complete(name: str, given: dict[str, Any]) -> dict[str, Any]:
    """Add to what is said of a call what need not be said.

    >>> complete("linear", {"input": 1, "weight": 2})
    {'input': 1, 'weight': 2, 'bias': None}
    """
    return given | {key: n for key, n in DEFAULTS.get(name, {}).items() if key not in given}
