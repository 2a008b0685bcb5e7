"""The JSON Schemas: reports and every spec of the library meet them, mistakes do not."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from archcalc import count, load, ops
from archcalc.cli.exporting import STARTER
from archcalc.render.schema import report_schema, spec_schema
from archcalc.spec.library import families
from tests.strategies import networks, specs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

SPECS, REPORTS = Draft202012Validator(spec_schema()), Draft202012Validator(report_schema())


def layer(text: str) -> dict[str, object]:
    """Read a spec of one layer."""
    return {"input": "1x8x8", "layers": [yaml.safe_load(text)]}


@pytest.mark.parametrize(
    "arguments", [["lenet5"], ["googlenet", "--heads"], ["vgg16", "--input", "3x64x64"]]
)
def test_what_show_prints_meets_the_schema_of_reports(
    archcalc: Callable[..., Outcome], arguments: list[str]
) -> None:
    report = json.loads(archcalc("show", *arguments, "--json").output)
    assert set(report) == set(report_schema()["properties"])
    REPORTS.validate(report)


def test_a_report_as_plain_values_meets_the_schema() -> None:
    plain = count("lenet5", batch=2).to_dict()
    REPORTS.validate(plain)
    assert plain["memory"] == {
        "partial": [],
        "bytes_each": 1,
        "parameters": 60_000,
        "fixed": 840,
        "statistics": 0,
        "outputs": 2 * 16_178,
        "live": 2 * 9_408,
        "stored": 60_840,
        "total": 60_840 + 2 * 16_178,
        "running": 60_840 + 2 * 9_408,
    }


@pytest.mark.parametrize("path", families(), ids=lambda path: path.stem)
def test_every_spec_of_the_library_meets_the_schema(path: Path) -> None:
    spec = next(yaml.safe_load_all(path.read_text("utf-8")))
    SPECS.validate({str(key): value for key, value in spec.items()})


def test_the_starter_meets_the_schema() -> None:
    SPECS.validate(yaml.safe_load(STARTER.format(file="mine.yaml")))


@pytest.mark.parametrize(
    "text",
    [
        "{conv: , filters: 4, kernel: 3}",
        "{conv: '4', kernel: '3', bias: 'false'}",
        "{name: 1, relu: }",
        "{name: on, conv: 4, kernel: 3, from: off}",
        "{dropout: 1e-1}",
        "{batchnorm: , eps: 1.e-3}",
        "{dropout: }",
        "{conv: 2, kernel: 3, table: [[0, =n], =all]}",
    ],
)
def test_what_is_valid_is_not_refused(text: str) -> None:
    SPECS.validate(layer(text))


def test_sections_may_be_empty() -> None:
    names = ("name", "source", "parameters", "choices", "variants", "defaults", "blocks", "heads")
    SPECS.validate(layer("relu") | dict.fromkeys(names))


@settings(max_examples=25)
@given(specs() | networks())
def test_drawn_specs_meet_the_schema(text: str) -> None:
    count(load(StringIO(text)))
    SPECS.validate(yaml.safe_load(text))


@pytest.mark.parametrize(
    "text",
    [
        "{conv: 2, kernel: 3, strid: 2}",
        "{convolution: 2}",
        "convolution",
        "{kernel: 3}",
        "{conv: many, kernel: 3}",
        "{conv: 0, kernel: 3}",
        "{dropout: 1.5}",
        "{dropout: 1e-}",
    ],
)
def test_mistakes_do_not_meet_it(text: str) -> None:
    assert not SPECS.is_valid(layer(text))


def test_every_op_has_its_docstring_as_hover_text() -> None:
    definitions = spec_schema()["$defs"]
    assert all(definitions[name]["description"] for name in ops.names())
    assert ">>>" not in json.dumps(definitions)
