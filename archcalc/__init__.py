"""Count the parameters, connections and operations of a neural network, and show by which rule.

>>> import archcalc
>>> report = archcalc.count("lenet5")
>>> report["C3"].parameters, report.total.parameters, report.total.connections
(1516, 60000, 340908)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archcalc.builder import Builder
    from archcalc.convention.library import conventions
    from archcalc.errors import ArchcalcError
    from archcalc.graph import Graph
    from archcalc.model.model import Model, build
    from archcalc.model.unrolling import unroll
    from archcalc.readers import read
    from archcalc.referee.comparisons.budget import budget
    from archcalc.referee.comparisons.comparison import compare
    from archcalc.referee.comparisons.difference import diff
    from archcalc.referee.comparisons.tabulation import table
    from archcalc.referee.confirmations.confirmation import confirm
    from archcalc.referee.confirmations.gradient_flow import gradients
    from archcalc.referee.derivations.explanation import explain
    from archcalc.referee.published.ledger import published
    from archcalc.referee.reconciliations.reconciliation import reconcile
    from archcalc.referee.sweeps.sweep import sweep
    from archcalc.report import Report, count
    from archcalc.spec.library import load, networks
    from archcalc.spec.spec import Spec
    from archcalc.spec.unroll import expand

__version__ = "0.1.0"

_HOMES = {
    "ArchcalcError": "errors",
    "Builder": "builder",
    "Graph": "graph",
    "Model": "model.model",
    "Report": "report",
    "Spec": "spec.spec",
    "budget": "referee.comparisons.budget",
    "build": "model.model",
    "compare": "referee.comparisons.comparison",
    "confirm": "referee.confirmations.confirmation",
    "conventions": "convention.library",
    "count": "report",
    "diff": "referee.comparisons.difference",
    "expand": "spec.unroll",
    "explain": "referee.derivations.explanation",
    "gradients": "referee.confirmations.gradient_flow",
    "load": "spec.library",
    "networks": "spec.library",
    "published": "referee.published.ledger",
    "read": "readers",
    "reconcile": "referee.reconciliations.reconciliation",
    "sweep": "referee.sweeps.sweep",
    "table": "referee.comparisons.tabulation",
    "unroll": "model.unrolling",
}
"""Where each public name lives; its module is imported when the name is first used."""

__all__ = [
    "ArchcalcError",
    "Builder",
    "Graph",
    "Model",
    "Report",
    "Spec",
    "budget",
    "build",
    "compare",
    "confirm",
    "conventions",
    "count",
    "diff",
    "expand",
    "explain",
    "gradients",
    "load",
    "networks",
    "published",
    "read",
    "reconcile",
    "sweep",
    "table",
    "unroll",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name not in _HOMES:
        raise AttributeError(f"module `archcalc` has no attribute `{name}`")
    return getattr(import_module(f"archcalc.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
