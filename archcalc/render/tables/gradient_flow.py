"""Gradients → tables with a bar for each layer, networks of the same layers side by side."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite, log10
from typing import TYPE_CHECKING

from archcalc.paths import merged
from archcalc.render.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archcalc.referee.confirmations.gradient_flow import Flow

BAR = 12
"""Characters of the longest bar."""


def tables(flows: Sequence[Flow]) -> list[Table]:
    """Tabulate networks; those that share layers share a table, and all share one scale.

    >>> from archcalc.referee.confirmations.gradient_flow import Flow, LayerGradient
    >>> flow = Flow("net", (LayerGradient("A", 0.01, 9), LayerGradient("B", 1.0, 9)), 4, 2.3)
    >>> tables([flow])[0].rows
    (('A', '1.0e-02 █'), ('B', '1.0e+00 ████████████'))
    """
    norms = [layer.norm for flow in flows for layer in flow.layers]
    scale = _Scale([norm for norm in norms if norm > 0 and isfinite(norm)])
    found = [_table(group, scale) for group in _groups(flows)]
    return [*found[:-1], _captioned(found[-1], flows, scale)] if found else []


class _Scale:
    """From the smallest norm, a bar of one character, to the largest, by powers of ten."""

    def __init__(self, norms: Sequence[float]) -> None:
        self.least, self.most = min(norms, default=1.0), max(norms, default=1.0)

    def shown(self, norm: float) -> str:
        """Say a norm and draw it."""
        if not norm > 0 or not isfinite(norm):
            return f"{norm:.1e}"
        span = log10(self.most / self.least) or 1
        return f"{norm:.1e} {'█' * (1 + round((BAR - 1) * log10(norm / self.least) / span))}"


def _groups(flows: Sequence[Flow]) -> list[list[Flow]]:
    """Put a network to the first one that shares a layer with it."""
    groups: list[list[Flow]] = []
    for flow in flows:
        paths = {layer.path for layer in flow.layers}
        for group in groups:
            if not paths.isdisjoint(layer.path for layer in group[0].layers):
                group.append(flow)
                break
        else:
            groups.append([flow])
    return groups


def _table(group: Sequence[Flow], scale: _Scale) -> Table:
    columns = [{layer.path: scale.shown(layer.norm) for layer in flow.layers} for flow in group]
    paths = merged(columns)
    return Table(
        columns=(
            Column("layer", "layer", "name"),
            *(Column(flow.network, flow.network) for flow in group),
        ),
        rows=tuple((path, *(column.get(path) for column in columns)) for path in paths),
    )


def _captioned(table: Table, flows: Sequence[Flow], scale: _Scale) -> Table:
    if not any(flow.layers for flow in flows):
        return replace(table, captions=("no layer has a kernel or a matrix of weights",))
    captions = (
        "norm of the gradient of each layer's weights, before anything is learnt",
        f"bars by powers of ten, from {scale.least:.1e} to {scale.most:.1e}",
        f"a batch of {flows[0].batch} images of noise with random labels, weights by He or Glorot",
    )
    return replace(table, captions=captions)
