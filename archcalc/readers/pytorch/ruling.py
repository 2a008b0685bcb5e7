"""Rules that the caller has: what a call counts, from the sizes of its tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.errors import ArchcalcError, Reason, UsageError
from archcalc.ops.composites import figures

if TYPE_CHECKING:
    from archcalc.live import Rules
    from archcalc.ops.fields import Figures
    from archcalc.readers.pytorch.call import Call


def bare(name: str) -> str:
    """Give the name of a call without the library that it belongs to.

    >>> bare("torchvision::roi_align"), bare("roi_align")
    ('roi_align', 'roi_align')
    """
    return name.rpartition("::")[2]


def ruled(call: Call, rules: Rules) -> Figures | None:
    """Say what a call counts by the caller's rule; None if there is none for it.

    Raises UsageError where the rule fails, or gives no figures.
    """
    name = next((name for name in rules if bare(name) == call.name), None)
    if name is None:
        return None
    xs, ys = ([value.shape for value in values] for values in (call.tensors(), call.outputs))
    try:
        return figures(dict(rules[name](xs, ys)))
    except Reason as reason:
        message = f"the rule of `{name}`: {reason.message}"
        raise UsageError.of(reason.code, message, reason.hint) from None
    except ArchcalcError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the caller's code raises
        said = ", ".join("x".join(map(str, shape)) for shape in xs)
        message = f"the rule of `{name}` failed on {said}: {type(error).__name__}: {error}"
        raise UsageError.of("rule-failed", message) from None


def lacking(call: Call) -> str:
    """Say of a call without a rule what it reads and puts out."""
    read, made = (
        ", ".join("x".join(map(str, value.shape)) or "a number" for value in values)
        for values in (call.tensors(), call.outputs)
    )
    return f"{read} to {made}"
