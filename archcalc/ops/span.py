"""A window along one extent: what it covers, and how many outputs it gives."""

from __future__ import annotations

from typing import NamedTuple

from archcalc.arithmetic import known


class Span(NamedTuple):
    """A window that slides along one dimension of `size` cells.

    >>> Span(227, kernel=11, stride=4).outputs
    55
    >>> Span(224, kernel=11, stride=4, ceil=True).outputs
    55
    """

    size: int
    kernel: int
    stride: int = 1
    before: int = 0
    after: int = 0
    dilation: int = 1
    ceil: bool = False

    @property
    def reach(self) -> int:
        """Cells from the first tap to the last, without the first: (k - 1)·d."""
        return (self.kernel - 1) * self.dilation

    @property
    def extent(self) -> int:
        """Cells from the first tap to the last: (k - 1)·d + 1."""
        return self.reach + 1

    @property
    def outputs(self) -> int:
        """Number of windows.

        floor((size + pads - extent) / stride) + 1; `ceil` rounds up instead, unless the window that
        this adds would start beyond the image.
        """
        room = self.size + self.before + self.after - known(self.extent)
        if not self.ceil:
            return room // self.stride + 1
        count = -(-room // self.stride) + 1
        overshoots = room % self.stride and (count - 1) * self.stride >= self.size + self.before
        return count - 1 if overshoots else count

    @property
    def read(self) -> int:
        """Cells from the first to behind the last that any window covers, padding included."""
        return (self.outputs - 1) * self.stride + self.extent

    @property
    def unread(self) -> int:
        """Cells of the input at its far end that no window reads."""
        return max(0, min(self.size, self.size + self.before - self.read))

    @property
    def on_padding_alone(self) -> bool:
        """Whether the first or the last window reads no cell of the input.

        >>> Span(4, kernel=1, before=1).on_padding_alone
        True
        """
        start = (self.outputs - 1) * self.stride - self.before
        return self.before > self.reach or start >= self.size

    def taps_in_bounds(self) -> int:
        """Count over all windows the taps that fall on the input and not on padding.

        >>> Span(5, kernel=3, before=1, after=1).taps_in_bounds()  # 2 + 3 + 3 + 3 + 2
        13
        """
        if not self.before and self.read <= self.size:
            return self.kernel * self.outputs
        outputs, behind = self.outputs, self.read - self.before - self.size
        # read from the end, windows and taps lie as from the beginning: padding is padding
        outside = self._taps_on(self.before, outputs) + self._taps_on(behind, outputs)
        return self.kernel * outputs - outside

    def _taps_on(self, cells: int, outputs: int) -> int:
        """Count the taps on so many first cells, padding included.

        Tap t of window i lies on i·stride + t·dilation. Each tap meets the cells with all windows,
        or with the first floor((cell - t·dilation) / stride) + 1 of them, `cell` being the last.
        """
        cell = cells - 1
        if cell < self.dilation:  # only the first tap
            return max(0, min(outputs, cell // self.stride + 1))
        meeting = max(0, min(self.kernel, cell // self.dilation + 1))
        room = cell - (outputs - 1) * self.stride
        full = max(0, min(meeting, room // self.dilation + 1))
        rest = meeting - full
        least = cell - (meeting - 1) * self.dilation
        return full * outputs + rest + _sum_of_floors(rest, self.dilation, least, self.stride)


def _sum_of_floors(n: int, step: int, start: int, divisor: int) -> int:
    """Sum floor((i·step + start) / divisor) over i < n, in logarithmic time as Euclid would.

    >>> _sum_of_floors(4, 3, 1, 2)  # 0 + 2 + 3 + 5
    10
    """
    total, sign = 0, 1
    while n > 0:
        total += sign * (n * (n - 1) // 2 * (step // divisor) + n * (start // divisor))
        step, start = step % divisor, start % divisor
        highest = (step * n + start) // divisor
        if highest == 0:
            break
        total += sign * (n * highest)
        n, step, start, divisor = highest, divisor, divisor - start - 1 + step, step
        sign = -sign
    return total
