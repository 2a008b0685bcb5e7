"""JSON Schemas: of specs, for editors that complete; of reports, for programs that read them."""

from __future__ import annotations

from dataclasses import MISSING, fields
from inspect import cleandoc, getdoc
from typing import Any, TypeAlias

from archcalc import ops
from archcalc.counts import QUANTITIES
from archcalc.memory import Memory
from archcalc.ops.declarations import DECLARATIONS
from archcalc.ops.op import Work
from archcalc.spec.entry import DEPTHWISE, MULTIPLIER, SAID
from archcalc.uncounted import Case

Schema: TypeAlias = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
EXPRESSION: Schema = {"type": "string", "pattern": "^=", "description": "An expression."}
INTEGER: Schema = {"type": "integer"}
WORD: Schema = {"type": "string"}
TEXT: Schema = {"type": ["string", "number", "boolean"]}
"""A word of a spec; YAML takes `1` for a number, and `on` for true."""
NAMED: Schema = {"type": ["string", "number", "boolean", "null"]}
TEXTS: Schema = {"anyOf": [TEXT, {"type": "array", "items": TEXT}]}
SHAPE: Schema = {"type": "array", "items": INTEGER, "minItems": 2, "maxItems": 4}

_SECTIONS = {
    "name": "What the network is called, as printed.",
    "source": "Where it was published.",
    "input": "Channels, then the extents of a map: 3x224x224, 1x16000, 784; or several by name.",
    "parameters": "The family's parameters with their values; each may use the earlier ones.",
    "choices": "The values that a parameter may have.",
    "variants": "Networks of the family: other values, `like`, `aliases`, other sections.",
    "defaults": "What all layers of an op share, and the layers `before` and `after` each of them.",
    "blocks": "Patterns of layers with a name and parameters.",
    "layers": "The layers, in their order.",
    "heads": "What hangs off the main path; counted apart.",
    "outputs": "Layers whose outputs are the network's, beside that of the last.",
}
_COMMON: dict[str, Schema] = {
    "name": TEXT | {"description": "Unique in its level, without / and ."},
    "when": {"type": ["boolean", "string"], "description": "Whether the layer is there at all."},
    "from": TEXTS
    | {"description": "The output, or outputs, that enter: the layer before by default."},
    "weights": {
        "anyOf": [WORD, {"type": "object"}],
        "description": "Whose weights this takes: NAME, {from: NAME, transposed: true}, or one for "
        "each array: {weight: NAME}.",
    },
    "repeat": {
        "type": ["integer", "string"],
        "description": "How often: first, last, index inside.",
    },
    "for": TEXTS | {"description": "Names of the columns of `in`."},
    "in": {"type": ["array", "string"], "description": "Rows of values, one repetition each."},
}
_AROUND: dict[str, Schema] = {
    "before": {"$ref": "#/$defs/layers", "description": "Single ops that stand before this layer."},
    "after": {"$ref": "#/$defs/layers", "description": "Single ops that stand after this layer."},
}


def spec_schema() -> Schema:
    """Describe the language of specs, from the ops' own fields and docstrings.

    >>> spec_schema()["$defs"]["conv"]["properties"]["groups"]["default"]
    1
    """
    names = sorted(ops.names())
    definitions: dict[str, Schema] = {name: _op(name) for name in names}
    definitions[DEPTHWISE] = _depthwise()
    definitions["layers"] = {"type": "array", "items": {"$ref": "#/$defs/layer"}}
    definitions["layer"] = {
        "anyOf": [
            {"enum": names, "description": "An op without fields of its own."},
            *({"$ref": f"#/$defs/{name}"} for name in names),
            {"$ref": f"#/$defs/{DEPTHWISE}"},
            {"$ref": "#/$defs/call"},
            {"$ref": "#/$defs/group"},
            {"$ref": "#/$defs/layers"},
        ]
    }
    definitions["call"] = _structure({"block": TEXT}, "block", closed=False)
    definitions["group"] = _structure({"layers": {"$ref": "#/$defs/layers"}}, "layers", closed=True)
    definitions["block"] = {
        "type": "object",
        "properties": {
            "parameters": {"type": ["object", "null"]},
            "layers": {"$ref": "#/$defs/layers"},
        },
        "required": ["layers"],
        "additionalProperties": False,
    }
    return {
        "$schema": DRAFT,
        "title": "A network for archcalc",
        "type": "object",
        "properties": _sections(),
        "required": ["input"],
        "additionalProperties": False,
        "$defs": definitions,
    }


def _sections() -> dict[str, Schema]:
    kinds: dict[str, Schema] = {name: {"type": ["object", "null"]} for name in _SECTIONS}
    size: Schema = {"type": ["string", "integer", "array"]}
    several: Schema = {"type": "object", "additionalProperties": size}
    kinds |= {"name": NAMED, "source": NAMED, "input": {"anyOf": [size, several]}}
    kinds["outputs"] = TEXTS
    kinds["layers"] = {"$ref": "#/$defs/layers"}
    kinds["blocks"] = {
        "type": ["object", "null"],
        "additionalProperties": {"$ref": "#/$defs/block"},
    }
    return {name: kinds[name] | {"description": text} for name, text in _SECTIONS.items()}


def _structure(own: dict[str, Schema], required: str, *, closed: bool) -> Schema:
    schema: Schema = {"type": "object", "properties": {**_COMMON, **own}, "required": [required]}
    return schema | ({"additionalProperties": False} if closed else {})


def _op(name: str) -> Schema:
    op = ops.find(name)
    defaults = {f.name: f.default for f in fields(op)}
    properties: dict[str, Schema] = dict(_COMMON | _AROUND)
    for field, annotation in ops.field_types(name).items():
        properties[field] = _field(annotation, defaults[field])
    main = op.main and ops.field_types(name).get(op.main)
    properties[name] = _beside(main) if main else {"type": ["null", "array"]}
    if op.role == "join":
        properties |= {name: {"type": ["array", "null"]}, "branches": {"type": "array"}}
    properties["op"] = {"const": name}
    return {
        "type": "object",
        "description": cleandoc(getdoc(op) or "").split("\n>>>")[0].strip(),
        "properties": properties,
        "anyOf": [{"required": [name]}, {"required": ["op"]}],
        "additionalProperties": False,
    }


def _depthwise() -> Schema:
    """Describe a convolution with a group for each map, as it is written short."""
    conv = _op("conv")["properties"]
    own = {key: conv[key] for key in conv if key not in SAID}
    beside = {"anyOf": [conv["kernel"], {"type": "null"}]}
    return {
        "type": "object",
        "description": "A convolution with a group, and `multiplier` filters, for each map.",
        "properties": {**own, DEPTHWISE: beside, MULTIPLIER: conv["groups"]},
        "required": [DEPTHWISE],
        "additionalProperties": False,
    }


def _beside(annotation: str) -> Schema:
    """Describe what stands beside the op's word: its main field, or nothing."""
    return {"anyOf": [_field(annotation, MISSING), {"type": "null"}]}


def _field(annotation: str, default: object) -> Schema:
    kind, _, optional = annotation.partition(" | ")
    choices = [DECLARATIONS[kind].schema, EXPRESSION] + (
        [{"enum": [None, "none"]}] if optional else []
    )
    schema: Schema = {"anyOf": choices}
    if isinstance(default, bool | int | str):
        schema["default"] = default
    elif isinstance(default, tuple):
        schema["default"] = list(default)
    return schema


def report_schema() -> Schema:
    """Describe what `archcalc show --json` prints, and what `Report.to_dict()` gives.

    >>> report_schema()["properties"]["schema"]
    {'const': 1}
    """
    counts: dict[str, Schema] = dict.fromkeys(QUANTITIES, INTEGER)
    work = {"type": "object", "properties": dict.fromkeys(Work._fields, INTEGER)}
    counts["partial"] = {
        "type": "object",
        "additionalProperties": {"type": "array", "items": WORD},
        "description": "By quantity that is at least so much: the layers whose share is unknown.",
    }
    counts["work"] = work | {"additionalProperties": False}
    each = {"type": "array", "items": INTEGER, "minItems": 1, "maxItems": 3}
    field = _closed({"size": each, "stride": each, "offset": each})
    place: dict[str, Schema] = {
        "path": WORD,
        "op": WORD,
        "repeats": INTEGER,
        "input": SHAPE,
        "output": SHAPE,
        "receptive_field": {"anyOf": [field, {"type": "null"}]},
        "shared_with": {"type": "array", "items": WORD},
        "head": {"type": ["string", "null"]},
    }
    properties: dict[str, Schema] = {
        "schema": {"const": 1},
        "network": WORD,
        "name": WORD,
        "source": WORD,
        "parameters": {"type": "object"},
        "input": {"anyOf": [SHAPE, {"type": "object", "additionalProperties": SHAPE}]},
        "batch": {"type": "integer", "minimum": 1},
        "scope": WORD,
        "outputs": {"type": "array", "items": WORD},
        "dead_ends": {"type": "array", "items": WORD},
        "notes": {"type": "array", "items": WORD},
        "uncounted": {"type": "array", "items": _uncounted()},
        "rows": {"type": "array", "items": _closed(place | counts)},
        "total": _closed(counts),
        "main": _closed(counts),
        "heads": {"type": "object", "additionalProperties": _closed(counts)},
        "memory": _closed(
            dict.fromkeys(("bytes_each", *Memory._fields, "stored", "total", "running"), INTEGER)
            | {"partial": {"type": "array", "items": WORD}}
        ),
        "figures": {"type": "array", "items": _figure()},
        "convention": WORD,
        "spec": {"type": "string", "pattern": "^sha256:[0-9a-f]{16}$"},
        "archcalc": WORD,
    }
    by_command = ("figures", "convention", "spec", "archcalc")
    required = [name for name in properties if name not in by_command]
    schema = _closed(properties) | {"required": required}
    return {"$schema": DRAFT, "title": "A report of archcalc", **schema}


def _figure() -> Schema:
    """Describe what a convention counts: in total, and by layer."""
    rows: Schema = {"type": "object", "additionalProperties": INTEGER}
    words: dict[str, Schema] = {"convention": WORD, "unit": WORD}
    return _closed({**words, "total": INTEGER, "partial": {"type": "boolean"}, "rows": rows})


def _uncounted() -> Schema:
    """Describe a layer of which something is not counted."""
    words: dict[str, Schema] = {"path": WORD, "op": WORD, "why": WORD}
    quantities: Schema = {"type": "array", "items": WORD}
    return _closed(
        {**words, "case": {"enum": [str(case) for case in Case]}, "quantities": quantities}
    )


def _closed(properties: dict[str, Schema]) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
