"""Derivations as cells of a table: text everywhere, mathematics in LaTeX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archcalc.notation import Notation

if TYPE_CHECKING:
    from typing import Self

    from archcalc.referee.derivations.derivation import DerivedFigure

_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def _letter(name: str) -> str:
    """Set a letter: `kh` as k with its side below, `C₁` with its number, words upright."""
    bare = name.rstrip("'")
    primes = name[len(bare) :]
    if len(bare) == 2:
        return f"{bare[0]}_{bare[1].translate(_DIGITS)}{primes}"
    return name if len(bare) == 1 else rf"\mathrm{{{bare}}}{primes}"


LATEX = Notation(
    number=lambda value: f"{value:,}".replace(",", "{,}"),
    letter=_letter,
    times=r" \cdot ",
    minus="-",
    modulo=r" \bmod ",
    floor=(r"\lfloor ", r" \rfloor"),
    ceil=(r"\lceil ", r" \rceil"),
    at_least=r"\geq ",
    unknown=r"\text{unknown}",
)
"""The signs of an expression in LaTeX's mathematical mode."""


class Formula(str):
    r"""The text of a derivation, which knows how LaTeX writes it.

    >>> from archcalc.arithmetic import Derived
    >>> from archcalc.referee.derivations.derivation import DerivedFigure
    >>> formula = Formula.of(DerivedFigure.of("connections", Derived(1516) * Derived(10)))
    >>> print(formula, formula.latex)
    1,516·10 = 15,160 $1{,}516 \cdot 10 = 15{,}160$
    """

    __slots__ = ("latex",)

    latex: str

    @classmethod
    def of(cls, figure: DerivedFigure) -> Self:
        """Write a figure both ways."""
        formula = cls(figure.written())
        formula.latex = f"${figure.written(LATEX)}$"
        return formula
