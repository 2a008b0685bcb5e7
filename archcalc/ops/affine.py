"""A trained scale and shift alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from archcalc.ops.normalisation import Rescaling


@dataclass(frozen=True, kw_only=True)
class Affine(Rescaling):
    """Scale each map by gamma and shift it by beta, both trained; nothing is normalised.

        x  C  H  W        gamma  C (if scale)
        y  C  H  W        beta   C (if shift)

    With `shift: false` this is LayerScale and Caffe's Scale without bias, with `scale: false`
    Caffe's Bias. Work per element: a mul for gamma, an add for beta.

    >>> from archcalc.ops.op import Shape
    >>> x = Shape(768, 197)
    >>> Affine().parameters(x, x), Affine(shift=False).work(x, x).mul
    (1536, 151296)

    Source: Touvron, Cord, Sablayrolles, Synnaeve, Jegou 2021, section 2 (LayerScale).
    """

    reason: ClassVar[str] = "a factor and a term rescale units that are there: no connections"
    label: ClassVar[str] = "scale and shift"
