"""What is claimed and what was found: values that a confirmation is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from archcalc.counts import KINDS
from archcalc.display import Displayed
from archcalc.errors import UnknownName, suggestion
from archcalc.jsonable import jsonable
from archcalc.ops.shape import lines

if TYPE_CHECKING:
    from archcalc.testimony import Testimony

SUMS = (
    "parameters", "weights", "biases", "gamma", "beta", "fixed", "statistics", "connections",
    "connections_in_bounds", "neurons", "interactions", "activations", "macs",
    *KINDS[1:], "multiplications",
)  # fmt: skip
"""What adds up over layers; beside it a layer has an `output` and a `receptive_field`.

The multiplications are those of units, once more and one by one: in matrix products and elsewhere.
"""


@dataclass(frozen=True, slots=True, init=False)
class Seen:
    """What one unit sees of the image, as (first, behind the last) line along each extent."""

    unit: tuple[int, ...]
    lines: tuple[tuple[int, int], ...]

    def __init__(self, unit: tuple[int, ...], *lines: tuple[int, int]) -> None:
        object.__setattr__(self, "unit", unit)
        object.__setattr__(self, "lines", lines)

    def to_dict(self) -> dict[str, tuple[int, ...]]:
        """Give everything as plain values, ready for JSON."""
        return {"unit": self.unit, **self._named()}

    def _named(self) -> dict[str, tuple[int, int]]:
        words = [f"{word}s" for word in lines(len(self.lines))]
        return dict(zip(words, self.lines, strict=True))

    def __str__(self) -> str:
        seen = [f"{word} {first}:{behind}" for word, (first, behind) in self._named().items()]
        unit = self.unit if len(self.unit) > 1 else self.unit[0]
        return f"{unit} sees {', '.join(seen)}"


Value: TypeAlias = "int | str | Seen | None"


class Claim(NamedTuple):
    """One figure by rule and by witness; the witness is None where nothing was measured."""

    quantity: str
    rule: Value
    witness: Value

    @property
    def agrees(self) -> bool | None:
        """Whether the two are the same; None if there is nothing to compare."""
        return None if self.witness is None or self.rule is None else self.rule == self.witness


@dataclass(frozen=True, slots=True)
class LayerClaims:
    """A layer, or the whole network, with every claim about it."""

    path: str
    op: str
    claims: tuple[Claim, ...]
    trouble: str = ""
    """Why the layer was not run, if it was not."""
    refused: bool = False
    """Whether it was not run because the kernel refuses what the rule allows."""

    @property
    def agrees(self) -> bool | None:
        """Whether nothing that was measured differs; None if the layer was not run."""
        if self.refused or self.differing:
            return False
        return None if self.trouble else True

    @property
    def differing(self) -> tuple[Claim, ...]:
        """The claims that differ from what was measured."""
        return tuple(claim for claim in self.claims if claim.agrees is False)

    def __getitem__(self, quantity: str) -> Claim:
        """Give the claim about a quantity. Raises UnknownName."""
        for claim in self.claims:
            if claim.quantity == quantity:
                return claim
        known = [claim.quantity for claim in self.claims]
        message = f"nothing is claimed of `{quantity[:80]}` in `{self.path}`"
        raise UnknownName.of("unknown-quantity", message, suggestion(quantity, known))


@dataclass(frozen=True, slots=True, repr=False)
class Confirmation(Displayed, view="tables.confirmation:confirmation"):
    """What came out for a network: a line for each layer, in execution order, and the total."""

    network: str
    lines: tuple[LayerClaims, ...]
    total: LayerClaims
    distinct: int
    """Layers that were run: those of the same op on the same inputs are the same."""
    not_measured: tuple[str, ...]
    testimonies: tuple[Testimony, ...] = ()
    """What PyTorch has to say of a live module."""
    not_counted: tuple[str, ...] = ()
    """What has no line, as nothing is counted of it: behind an unknown, or of an unknown shape."""

    def __getitem__(self, path: str) -> LayerClaims:
        """Give the line of a layer. Raises UnknownName."""
        for line in self.lines:
            if line.path == path:
                return line
        hint = suggestion(path, [line.path for line in self.lines])
        raise UnknownName.layer(self.network, path, hint)

    @property
    def agrees(self) -> bool | None:
        """Whether every layer agrees, and so their sum; None if all do that could be run."""
        verdicts = {line.agrees for line in (*self.lines, self.total)}
        if any(testimony.agrees is False for testimony in self.testimonies):
            return False
        if False in verdicts:
            return False
        return None if None in verdicts or self.not_counted else True

    @property
    def differing(self) -> tuple[LayerClaims, ...]:
        """The layers where rule and witness differ."""
        return tuple(line for line in self.lines if line.agrees is False)

    @property
    def not_run(self) -> tuple[LayerClaims, ...]:
        """The layers of which nothing is known: too large, or behind one that was not run."""
        return tuple(line for line in self.lines if line.agrees is None)

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values, ready for JSON."""
        return {
            "schema": 1,
            "network": self.network,
            "agrees": self.agrees,
            "distinct_layers": self.distinct,
            **({"witnesses": jsonable(self.testimonies)} if self.testimonies else {}),
            "not_measured": list(self.not_measured),
            **({"not_counted": list(self.not_counted)} if self.not_counted else {}),
            "lines": [_line_to_dict(line) for line in self.lines],
            "total": _line_to_dict(self.total),
        }


def _line_to_dict(line: LayerClaims) -> dict[str, Any]:
    claims = {
        claim.quantity: {
            "rule": jsonable(claim.rule),
            "witness": jsonable(claim.witness),
            "agrees": claim.agrees,
        }
        for claim in line.claims
    }
    return {"path": line.path, "op": line.op, "agrees": line.agrees, "claims": claims} | (
        {"trouble": line.trouble} if line.trouble else {}
    )
