"""Arrays and numbers that count what NumPy does with them while a kernel runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from archcalc.kernels._functions import error_function

if TYPE_CHECKING:
    from collections import Counter

Array: TypeAlias = npt.NDArray[Any]

WORK: dict[np.ufunc, str] = {
    np.matmul: "mac",
    np.add: "add", np.subtract: "add",
    np.multiply: "mul",
    np.divide: "div",
    np.maximum: "cmp", np.minimum: "cmp", np.greater: "cmp",
    np.exp: "exp",
    np.tanh: "tanh",
    np.power: "pow",
    np.sqrt: "sqrt",
    error_function: "erf",
    np.log: "log", np.log1p: "log",
    np.sin: "trig", np.cos: "trig",
}  # fmt: skip
"""What NumPy does to arrays, as kinds of work."""
FREE = frozenset({np.negative})
"""A change of sign is no operation of its own."""


class Counted(np.ndarray[Any, Any]):
    """An array that adds up, by kind, the elementary operations that it takes part in.

    What comes out of one counts too. To add up products of matrices is part of their
    multiply-accumulates; a product of which neither side is `stored` is an interaction, too. By
    themselves are tallied: weighted `sum`s, as units have them, and the `bias`es added to them.
    """

    work: Counter[str]
    stored = False
    """Whether it is a weight, or made of weights alone."""
    product = False
    """Whether it is a product of matrices, or a sum of such, with or without a bias."""

    weighted = False
    """Whether it is such a product with a weight."""

    def __array_finalize__(self, origin: Any) -> None:  # noqa: ANN401 - as NumPy calls it
        if isinstance(origin, Counted):
            self.work, self.stored = origin.work, origin.stored
            self.product, self.weighted = origin.product, origin.weighted

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **named: Any) -> Any:  # noqa: ANN401
        out = named.get("out")
        if out:
            named["out"] = tuple(map(_plain, out))
        plain = [_plain(x) for x in inputs]
        y = getattr(ufunc, method)(*plain, **named)
        watched = [x for x in inputs if isinstance(x, Counted)]
        products = sum(x.product for x in watched) if method == "__call__" else 0
        stored = sum(x.stored for x in watched)
        if ufunc is np.add and products == len(watched):
            self.work["sum"] -= y.size * (sum(x.weighted for x in watched) == 2)
        elif ufunc not in FREE:
            operations = _operations(ufunc, method, plain[0], y)
            self.work[_kind(ufunc)] += operations
            if ufunc is np.matmul and stored:
                self.work["sum"] += y.size
            elif ufunc is np.matmul and len(watched) > 1:
                self.work["interaction"] += operations
            elif ufunc is np.add and products and stored:
                self.work["bias"] += y.size
            elif ufunc is np.add and products:
                self.work["sum"] -= y.size  # another weighted sum, gated on its way
        if out:
            return out[0]
        y = counted(y, self.work, stored=stored == len(inputs))
        y.product = ufunc is np.matmul or (
            ufunc is np.add and products > 0 and products + stored == 2
        )
        y.weighted = y.product and (stored > 0 or any(x.weighted for x in watched))
        return y

    def __array_function__(self, *call: Any) -> Any:  # noqa: ANN401 - as NumPy calls it
        y = super().__array_function__(*call)
        if isinstance(y, np.ndarray) and not isinstance(y, Counted):
            y = counted(y, self.work)
        return y


def counted(array: Array, work: Counter[str], *, stored: bool = False) -> Counted:
    """Give an array that adds to `work` what is done with it.

    >>> from collections import Counter
    >>> work = Counter()
    >>> x = counted(np.ones((2, 3)), work)
    >>> y = np.maximum(x * x, 0).sum(axis=1)
    >>> dict(work)
    {'mul': 6, 'cmp': 6, 'add': 4}
    """
    watched = np.asarray(array).view(Counted)
    watched.work, watched.stored, watched.product, watched.weighted = work, stored, False, False
    return watched


def _plain(x: Any) -> Any:  # noqa: ANN401 - an array or a number, which keeps its type
    return np.asarray(x) if isinstance(x, Counted) else x


def _kind(ufunc: np.ufunc) -> str:
    if ufunc not in WORK:
        message = f"the kernel uses `{ufunc.__name__}`, which is no kind of work that is counted"
        raise ValueError(message)
    return WORK[ufunc]


def _operations(ufunc: np.ufunc, method: str, x: Array, y: Array) -> int:
    """Count one operation for each element of y; what joins n elements into one takes n - 1."""
    if ufunc is np.matmul:
        inner: int = x.shape[-1]
        return y.size * inner
    return x.size - y.size if method == "reduce" else y.size


class Number:
    """A number without a value that counts the multiplications it takes part in.

    >>> number = Number()
    >>> numbers = np.full((2, 3), number)
    >>> _ = numbers @ numbers.T
    >>> number.products
    12
    """

    __slots__ = ("products",)

    def __init__(self) -> None:
        self.products = 0

    def __mul__(self, _: object) -> Number:
        self.products += 1
        return self

    def __add__(self, _: object) -> Number:
        return self

    def exp(self) -> Number:
        """Take part in what is no multiplication."""
        return self

    def __ge__(self, _: object) -> bool:
        return True

    tanh = sqrt = conjugate = exp
    __neg__ = exp
    __rmul__ = __mul__
    __radd__ = __sub__ = __rsub__ = __truediv__ = __rtruediv__ = __add__
    __gt__ = __le__ = __lt__ = __ge__
