"""What of an input the windows of an op read, in words: taps on padding, rounding, gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.ops.shape import lines

if TYPE_CHECKING:
    from archcalc.ops.op import Op, Shape
    from archcalc.ops.span import Span


def taps(op: Op, x: Shape) -> str:
    """Say how many taps of each side of the window fall on the input."""
    spans = op.window(x)
    if spans is None:
        return ""
    return "; ".join(
        f"{span.taps_in_bounds():,} of {span.outputs:,}·{span.kernel} {word} taps are on the input"
        for span, word in zip(spans, lines(len(spans)), strict=True)
    )


def readings(op: Op, x: Shape, y: Shape) -> tuple[str, ...]:
    """Say what rounding does along each extent of the input, for an op with a window."""
    words = lines(y.rank)
    if op.role == "pool" and getattr(op, "output", None):
        return tuple([_fixed(*sides) for sides in zip(x.extents, y.extents, words, strict=False)])
    spans = op.window(x) if getattr(op, "kernel", None) else None
    if spans is None:
        return ("",) * y.rank
    return tuple([reading(span, word) for span, word in zip(spans, words, strict=True)])


def _fixed(size: int, outputs: int, word: str) -> str:
    """Say what the windows of a given output size read."""
    return (
        f"given: window i reads {word}s ⌊i·{size:,}/{outputs:,}⌋ to ⌈(i + 1)·{size:,}/{outputs:,}⌉"
    )


def reading(span: Span, word: str) -> str:
    """Say how the number of windows is rounded, and what of the input none of them reads.

    >>> from archcalc.ops.span import Span
    >>> reading(Span(6, kernel=3, stride=2), "row")
    '3/2 rounded down: no window reads the last row of the input'
    >>> reading(Span(224, kernel=11, stride=4, ceil=True), "column")
    '213/4 rounded up: the last window reaches 3 columns beyond the input'
    """
    padded = span.size + span.before + span.after
    room, beyond = padded - span.extent, span.read - padded
    remarks = []
    if beyond > 0:
        reach = f"the last window reaches {_number_of(beyond, word)} beyond the {_image(span)}"
        remarks.append(f"{room:,}/{span.stride} rounded up: {reach}")
    elif beyond < 0 and span.ceil:
        dropped = "but the window that this adds would start beyond the input, and is dropped"
        remarks.append(f"{room:,}/{span.stride} rounded up, {dropped}")
    elif beyond < 0:
        remarks.append(f"{room:,}/{span.stride} rounded down: {_left_over(span, word)}")
    if span.stride > span.extent and span.outputs > 1:
        gap = _last(span.stride - span.extent, word)
        remarks.append(f"no window reads the {gap} between each two")
    return "; ".join(remarks)


def _image(span: Span) -> str:
    return "padded input" if span.before or span.after else "input"


def _left_over(span: Span, word: str) -> str:
    if span.unread:
        return f"no window reads the last {_last(span.unread, word)} of the input"
    left = span.size + span.before + span.after - span.read
    return f"no window reads the last {_last(left, word)} of padding"


def _last(count: int, word: str) -> str:
    return word if count == 1 else f"{count:,} {word}s"


def _number_of(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"
