"""The JSON Schemas: reports and every spec of the library meet them, mistakes do not."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from archcalc import ops
from archcalc.cli.exporting import STARTER
from archcalc.render.schema import report_schema, spec_schema
from archcalc.spec.library import families

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

KINDS: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def meets(  # noqa: PLR0911 - one for each keyword
    value: Any,  # noqa: ANN401
    schema: dict[str, Any],
    root: dict[str, Any],
) -> bool:
    """Check a value by the keywords that the two schemas use."""
    if "$ref" in schema and not meets(value, root["$defs"][schema["$ref"].split("/")[-1]], root):
        return False
    if "const" in schema and value != schema["const"]:
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if "anyOf" in schema and not any(meets(value, choice, root) for choice in schema["anyOf"]):
        return False
    kinds = schema.get("type", list(KINDS))
    if not any(_is(value, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        return False
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        return False
    if isinstance(value, list):
        return all(meets(item, schema.get("items", {}), root) for item in value)
    return not isinstance(value, dict) or _object_meets(value, schema, root)


def _is(value: Any, kind: str) -> bool:  # noqa: ANN401
    return isinstance(value, KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _object_meets(value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any]) -> bool:
    properties, more = schema.get("properties", {}), schema.get("additionalProperties", {})
    for key, item in value.items():
        known = properties.get(key, more)
        if known is False or not meets(item, known, root):
            return False
    return all(key in value for key in schema.get("required", ()))


@pytest.mark.parametrize(
    "arguments", [["lenet5"], ["googlenet", "--heads"], ["vgg16", "--input", "3x64x64"]]
)
def test_what_show_prints_meets_the_schema_of_reports(
    archcalc: Callable[..., Outcome], arguments: list[str]
) -> None:
    report = json.loads(archcalc("show", *arguments, "--json").output)
    schema = report_schema()
    assert set(report) == set(schema["properties"])
    assert meets(report, schema, schema)


@pytest.mark.parametrize("path", families(), ids=lambda path: path.stem)
def test_every_spec_of_the_library_meets_the_schema(path: Path) -> None:
    spec = next(yaml.safe_load_all(path.read_text("utf-8")))
    schema = spec_schema()
    spec = {str(key): value for key, value in spec.items()}
    assert meets(spec, schema, schema)


def test_the_starter_meets_the_schema() -> None:
    schema = spec_schema()
    assert meets(yaml.safe_load(STARTER.format(file="mine.yaml")), schema, schema)


@pytest.mark.parametrize(
    "layer",
    [{"conv": 2, "kernel": 3, "strid": 2}, {"convolution": 2}, "convolution", {"kernel": 3}],
)
def test_mistakes_do_not_meet_it(layer: object) -> None:
    schema = spec_schema()
    assert not meets({"input": "1x8x8", "layers": [layer]}, schema, schema)


def test_every_op_has_its_docstring_as_hover_text() -> None:
    definitions = spec_schema()["$defs"]
    assert all(definitions[name]["description"] for name in ops.names())
    assert ">>>" not in json.dumps(definitions)
