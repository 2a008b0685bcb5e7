"""Holding against the JSON Schemas what the tests make: specs that are expanded, plain reports.

A few of each test are enough: hypothesis makes hundreds that are alike.
"""

from __future__ import annotations

from functools import cache, wraps
from typing import TYPE_CHECKING, Any

import yaml
from jsonschema import Draft202012Validator

from archcalc.graph import Graph
from archcalc.render.schema import report_schema, spec_schema
from archcalc.report import Report

if TYPE_CHECKING:
    from collections.abc import Callable

FEW, LONG = 3, 1500
"""How many specs and reports of a test are held against a schema, and how long the specs may be."""

_specs: list[str] = []
_reports: list[dict[str, Any]] = []
_seen: set[str] = set()


def watch() -> None:
    """Remember from now on which specs become graphs, and which reports become plain values."""
    Graph.__init__ = _after(Graph.__init__, _note_spec)  # type: ignore[method-assign]
    Report.to_dict = _after(Report.to_dict, _note_report)  # type: ignore[method-assign]


def check() -> None:
    """Hold what came up since the last time against the schemas. Raises ValidationError."""
    specs, reports = list(_specs), list(_reports)
    _specs.clear()
    _reports.clear()
    for text in specs:
        _validator("spec").validate(next(iter(yaml.safe_load_all(text))))
    for report in reports:
        _validator("report").validate(report)


def _note_spec(graph: Graph, _: object) -> None:
    text = graph.origin.text if graph.origin.kind == "spec" else ""
    if 0 < len(text) <= LONG and len(_specs) < FEW and text not in _seen:
        _seen.add(text)
        _specs.append(text)


def _note_report(report: Report, plain: dict[str, Any]) -> None:
    if len(_reports) < FEW and len(report.nodes) < 100:
        _reports.append(plain)


def _after(method: Callable[..., Any], note: Callable[..., None]) -> Callable[..., Any]:
    @wraps(method)
    def watched(self: object, *arguments: object, **options: object) -> object:
        result = method(self, *arguments, **options)
        note(self, result)
        return result

    return watched


@cache
def _validator(subject: str) -> Draft202012Validator:
    return Draft202012Validator(spec_schema() if subject == "spec" else report_schema())
