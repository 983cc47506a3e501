"""JSON Schemas of the documents that leave the program, made from their types and docstrings."""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from cpe_diag.domain.evidence import Evidence, FactKey
from cpe_diag.domain.facts import FACT_KINDS
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.report.decoding import field_types
from cpe_diag.report.document import (
    BUNDLE_VERSION,
    VERDICT_VERSION,
    BundleDocument,
    FactEntry,
    RunDocument,
)
from cpe_diag.report.sweep_document import OUTAGE_VERSION, SweepDocument

Schema: TypeAlias = dict[str, object]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def verdict_schema() -> Schema:
    """Describe the document that `--json` prints.

    Returns:
        A JSON Schema, draft 2020-12.
    """
    return _document(
        RunDocument,
        name=f"verdict-{VERDICT_VERSION}",
        title="Verdict of a cpe-diag run",
        description="What `cpe-diag run --json` prints.",
    )


def bundle_schema() -> Schema:
    """Describe a bundle: an object with the content of each of its files.

    Returns:
        A JSON Schema, draft 2020-12; `#/$defs/Manifest`, `#/$defs/CaseDocument`,
        `#/$defs/RunDocument` and `#/$defs/Exchange` (one line of `trace.jsonl`) describe a file.
    """
    return _document(
        BundleDocument,
        name=f"bundle-{BUNDLE_VERSION}",
        title="Bundle of a cpe-diag run",
        description=(
            "What `cpe-diag run --bundle DIR` saves: manifest.json, case.json, verdict.json, "
            "trace.jsonl (an array here, one exchange a line in the file), and below raw/ the "
            "redacted answers of the devices as text, listed in the manifest."
        ),
    )


def outage_schema() -> Schema:
    """Describe the document that `cpe-diag outage --json` prints.

    Returns:
        A JSON Schema, draft 2020-12.
    """
    return _document(
        SweepDocument,
        name=f"outage-{OUTAGE_VERSION}",
        title="Sweep of access nodes by cpe-diag",
        description="What `cpe-diag outage --json` prints.",
    )


def schema_name(value_type: type) -> str:
    """Give the name under which a type stands in `$defs`.

    Args:
        value_type: a dataclass or StrEnum.

    Returns:
        Its name, the same as in Python.
    """
    return value_type.__name__


def _document(value_type: type, *, name: str, title: str, description: str) -> Schema:
    definitions: dict[str, Schema] = {}
    top = _schema(value_type, definitions)
    return {
        "$schema": DIALECT,
        "$id": f"urn:cpe-diag:schema:{name}",
        "title": title,
        "description": description,
        **top,
        "$defs": dict(sorted(definitions.items())),
    }


def _schema(value_type: object, definitions: dict[str, Schema]) -> Schema:
    origin = typing.get_origin(value_type)
    arguments = typing.get_args(value_type)
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_schema(part, definitions) for part in arguments]}
    if origin is tuple:
        return {"type": "array", "items": _schema(arguments[0], definitions)}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _schema(arguments[1], definitions)}
    if value_type in _PLAIN:
        return dict(_PLAIN[typing.cast("type", value_type)])
    if isinstance(value_type, type):
        return _named(value_type, definitions)
    msg = f"{value_type} has no schema"
    raise TypeError(msg)


_PLAIN: Mapping[type, Schema] = {
    type(None): {"type": "null"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    datetime: {"type": "string", "format": "date-time", "pattern": "Z$"},
    FactKey: {
        "type": "string",
        "pattern": r"^[a-z_]+\[.*\]$",
        "description": "kind[subject], for example port_status[neighbour/13].",
    },
}


def _named(value_type: type, definitions: dict[str, Schema]) -> Schema:
    name = schema_name(value_type)
    if name not in definitions:
        definitions[name] = {}
        definitions[name] = _definition(value_type, definitions)
    return {"$ref": f"#/$defs/{name}"}


def _definition(value_type: type, definitions: dict[str, Schema]) -> Schema:
    if value_type is Missing:
        return {
            "type": "object",
            "description": "A field that the device did not give, and why.",
            "properties": {"missing": _named(FailureKind, definitions)},
            "required": ["missing"],
            "additionalProperties": False,
        }
    if value_type is Evidence:
        return _evidence(definitions)
    if value_type is FactEntry:
        return _fact_entry(definitions)
    if issubclass(value_type, StrEnum):
        return {"enum": [member.value for member in value_type], **_docstring(value_type)}
    if is_dataclass(value_type):
        return _object(value_type, definitions)
    msg = f"{value_type.__name__} has no schema"
    raise TypeError(msg)


def _object(value_type: type, definitions: dict[str, Schema]) -> Schema:
    expected = field_types(value_type)
    return {
        "type": "object",
        **_docstring(value_type),
        "properties": {name: _schema(part, definitions) for name, part in expected.items()},
        "required": list(expected),
        "additionalProperties": False,
    }


def _fact_entry(definitions: dict[str, Schema]) -> Schema:
    parts = {name: part for name, part in field_types(FactEntry).items() if name != "value"}
    return {
        "type": "object",
        **_docstring(FactEntry),
        "properties": {
            **{name: _schema(part, definitions) for name, part in parts.items()},
            "value": True,
        },
        "required": list(field_types(FactEntry)),
        "additionalProperties": False,
        "allOf": _value_by_kind(definitions),
    }


def _evidence(definitions: dict[str, Schema]) -> Schema:
    moment = _schema(datetime, definitions)
    key = _schema(FactKey, definitions)
    text = _schema(str, definitions)
    observed: Schema = {
        "type": "object",
        "description": "A fact that was observed, its source and when.",
        "properties": {"key": key, "value": True, "source": text, "at": moment},
        "required": ["key", "value", "source", "at"],
        "additionalProperties": False,
        "allOf": _value_by_kind(definitions),
    }
    unobserved: Schema = {
        "type": "object",
        "description": "A fact that is not known, why, and in which phase asking failed.",
        "properties": {
            "key": key,
            "failure": _named(Failure, definitions),
            "operation": text,
            "at": moment,
        },
        "required": ["key", "failure", "operation", "at"],
        "additionalProperties": False,
    }
    return {
        "type": "array",
        "description": "Everything that was asked, by kind of fact and subject.",
        "items": {"oneOf": [observed, unobserved]},
    }


def _value_by_kind(definitions: dict[str, Schema]) -> list[Schema]:
    return [
        {
            "if": {"properties": {"key": {"pattern": rf"^{re.escape(kind.id)}\["}}},
            "then": {"properties": {"value": _named(kind.value_type, definitions)}},
        }
        for kind in FACT_KINDS
    ]


def _docstring(value_type: type) -> Schema:
    written = inspect.getdoc(value_type)
    return {"description": " ".join(written.split())} if written else {}
