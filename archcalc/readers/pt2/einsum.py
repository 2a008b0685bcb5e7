"""Sums of Einstein taken apart as PyTorch does it: operand after operand into the product so far.

Letters that neither a later operand nor the output has are summed over as soon as both sides are
there: a product of matrices, for each of the letters that both sides keep.
"""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from archcalc.readers.einsum import letters_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from archcalc.readers.pytorch.call import Value

    Note: TypeAlias = Callable[[str, dict[str, Any], tuple[int, ...]], Value]
    """Makes a call of this name, with arguments, that puts out these sizes."""


class Operand(NamedTuple):
    """An operand, or a product of some: the letter of each axis, the tensor."""

    letters: str
    value: Value


def take_apart(equation: str, tensors: Sequence[Value], note: Note) -> Value:
    """Make the calls of a sum, and give what the last puts out. Raises a Reason for no sum."""
    operands, output = letters_of(equation, [value.shape for value in tensors])
    sizes: dict[str, int] = {}
    for letters, value in zip(operands, tensors, strict=True):
        for letter, n in zip(letters, value.shape, strict=True):
            sizes[letter] = max(sizes.get(letter, 1), n)
    terms = [Operand(*pair) for pair in zip(operands, tensors, strict=True)]
    product, *others = terms
    for position, other in enumerate(others, 1):
        later = "".join([term.letters for term in terms[position + 1 :]]) + output
        one = _reduced(product, other.letters + later, note)
        two = _reduced(other, product.letters + later, note)
        product = _multiplied(one, two, later, sizes, note)
    return _reduced(product, output, note).value


def _reduced(term: Operand, kept: str, note: Note) -> Operand:
    """Add up over the letters that nothing else has."""
    gone = [n for n, letter in enumerate(term.letters) if letter not in kept]
    if not gone:
        return term
    left = [n for n in range(len(term.letters)) if n not in gone]
    shape = tuple([term.value.shape[n] for n in left])
    value = note("sum", {"self": term.value, "dim": gone}, shape)
    return Operand("".join([term.letters[n] for n in left]), value)


def _multiplied(
    one: Operand, two: Operand, later: str, sizes: dict[str, int], note: Note
) -> Operand:
    both = [letter for letter in _once(one.letters) if letter in two.letters]
    summed = [letter for letter in both if letter not in later]
    apart = [letter for letter in both if letter in later]
    left = [letter for letter in _once(one.letters) if letter not in both]
    right = [letter for letter in _once(two.letters) if letter not in both]

    def size(letters: Iterable[str]) -> int:
        return prod(sizes[letter] for letter in letters)

    letters = "".join([*apart, *left, *right])
    if not summed:
        args = {"self": one.value, "other": two.value}
        return Operand(letters, note("mul", args, tuple([sizes[letter] for letter in letters])))
    b, n, k, m = map(size, (apart, left, summed, right))
    args = {"self": _laid_out(one.value, b, n, k), "mat2": _laid_out(two.value, b, k, m)}
    return Operand(letters, note("bmm", args, (b, n, m)))


def _laid_out(value: Value, *shape: int) -> Value:
    return replace(value, shape=shape, features=None)


def _once(letters: str) -> str:
    return "".join(dict.fromkeys(letters))
