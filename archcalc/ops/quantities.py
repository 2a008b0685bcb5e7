"""The quantities of an op by name: what it holds, and what it does."""

from __future__ import annotations

from archcalc.ops.op import Work

STORED = ("parameters", "weights", "biases", "gamma", "beta", "slope", "fixed", "statistics")
"""What an op holds."""


WORKED = (
    "connections", "connections_in_bounds", "neurons", "interactions", "activations", "macs",
    "flops", *Work._fields,
)  # fmt: skip
"""What an op does: unknown where only its output and its weights are stated."""
