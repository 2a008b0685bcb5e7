"""Rules that the caller has: what a call counts, from the sizes of its tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.ops.quantities import STORED, WORKED
from archcalc.readers.ruling import figured, name_in

if TYPE_CHECKING:
    from archcalc.live import Rules
    from archcalc.ops.fields import Figures
    from archcalc.readers.pytorch.call import Call


def ruled(call: Call, rules: Rules) -> Figures | None:
    """Say what a call counts by the caller's rule; None if there is none for it.

    Raises UsageError where the rule fails, or gives no figures.
    """
    name = name_in(rules, call.name)
    if name is None:
        return None
    xs, ys = ([value.shape for value in values] for values in (call.tensors(), call.outputs))
    return figured(name, rules, xs, ys)


def lacking(call: Call) -> str:
    """Say of a call without a rule what it reads and puts out."""
    read, made = (
        ", ".join("x".join(map(str, value.shape)) or "a number" for value in values)
        for values in (call.tensors(), call.outputs)
    )
    return f"{read} to {made}" + ", of complex numbers" * call.is_complex


def unknown(call: Call) -> tuple[str, ...]:
    """Name what is not known of a call without a rule: its work, and what it holds out of sight.

    A quantised layer keeps its weights packed, in an object that is no tensor.
    """
    packed = any(type(given).__name__.endswith("ScriptObject") for given in call.args.values())
    return STORED * packed + WORKED
