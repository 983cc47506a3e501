"""The published JSON Schema of a driver file, for editors and for `driver check`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.driver_kit.capabilities import ACCESS_CAPABILITIES, ROUTER_CAPABILITIES
from cpe_diag.driver_kit.router_schema import ROUTER_PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Mapping

OBJECT_TYPES: Final = ("integer", "unsigned", "text", "ticks", "enum", "bits", "object_id")

# Each part of an OID is a number of at most 2^32-1 (RFC 2578, section 3.5); the placeholders are
# what a probe fills in.
_OID_PATTERN: Final = r"^[0-2](\.([0-9]{1,10}|\{(if_index|vlan|mac|base_port)\}))+$"

_SOURCE: Final[Mapping[str, object]] = {
    "type": "string",
    "minLength": 8,
    "description": "MIB object and document, or vendor page, or recording",
}


def _capabilities(names: tuple[str, ...]) -> Mapping[str, object]:
    return {
        "type": "object",
        "description": "Every capability of this kind, stated as done, todo or exempt.",
        "additionalProperties": False,
        "properties": {name: {"$ref": "#/$defs/capability"} for name in names},
    }


_CAPABILITY: Final[Mapping[str, object]] = {
    "oneOf": [
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["state", "verified"],
            "properties": {
                "state": {"const": "done"},
                "verified": {"enum": ["device", "recording", "documentation"]},
                "reason": {"type": "string"},
            },
        },
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["state", "reason"],
            "properties": {
                "state": {"enum": ["todo", "exempt"]},
                "reason": {"type": "string", "minLength": 8},
            },
        },
    ]
}

_OBJECT: Final[Mapping[str, object]] = {
    "type": "object",
    "description": "One MIB object.",
    "additionalProperties": False,
    "required": ["oid", "type", "source"],
    "properties": {
        "oid": {
            "type": "string",
            "pattern": _OID_PATTERN,
            "description": "a dotted OID without a leading dot; it may hold {if_index}",
        },
        "type": {"enum": list(OBJECT_TYPES)},
        "unit": {
            "type": "string",
            "description": "The unit of the value after scaling: bit/s, dB, dBm, s.",
        },
        "scale": {
            "type": "number",
            "exclusiveMinimum": 0,
            "description": "What one raw unit is in `unit`: 0.1 for tenths of a dB.",
        },
        "sentinels": {
            "type": "array",
            "items": {"type": "integer"},
            "uniqueItems": True,
            "description": "Raw numbers by which the device says that it has no value.",
        },
        "range": {
            "type": "array",
            "items": {"type": "integer"},
            "minItems": 2,
            "maxItems": 2,
            "description": "Least and greatest raw number of the MIB, sentinels apart.",
        },
        "values": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": "^[0-9]{1,4}$", "description": "a number"},
            "additionalProperties": {"type": "string", "minLength": 1},
            "description": "Words of an enumeration by number, or of BITS by bit number.",
        },
        "true_when": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string"},
            "description": "Words that make the claim true.",
        },
        "may_be_empty": {
            "type": "boolean",
            "description": "Empty text is a value here, not a missing one.",
        },
        "source": {"$ref": "#/$defs/source"},
    },
}

_ACCESS: Final[Mapping[str, object]] = {
    "type": "object",
    "title": "an access node, read over SNMP",
    "additionalProperties": False,
    "required": ["kind", "title", "capabilities"],
    "properties": {
        "kind": {"const": "access"},
        "title": {"type": "string", "minLength": 3},
        "extends": {
            "type": "string",
            "pattern": "^[a-z][a-z0-9_]*$",
            "description": "the id of another access driver in lower case",
        },
        "technologies": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"enum": ["ethernet", "vdsl2", "adsl"]},
        },
        "detect": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "sys_object_ids": {
                    "type": "array",
                    "items": {"type": "string", "pattern": r"^1(\.[0-9]+)+$"},
                },
                "sys_descr": {"type": "array", "items": {"type": "string", "minLength": 3}},
            },
        },
        "port_naming": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["pattern", "base", "factors", "source"],
                "properties": {
                    "pattern": {"type": "string", "minLength": 3},
                    "base": {"type": "integer"},
                    "factors": {"type": "object", "additionalProperties": {"type": "integer"}},
                    "source": {"$ref": "#/$defs/source"},
                },
            },
        },
        "capabilities": _capabilities(ACCESS_CAPABILITIES),
        "facts": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "minProperties": 1,
                "propertyNames": {
                    "pattern": r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$",
                    "description": "the name of a field, with a dot for a nested one",
                },
                "additionalProperties": {
                    "anyOf": [
                        {"$ref": "#/$defs/object"},
                        {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/object"}},
                    ]
                },
            },
        },
    },
}

_ROUTER: Final[Mapping[str, object]] = {
    "type": "object",
    "title": "a home router, asked over SSH",
    "additionalProperties": False,
    "required": ["kind", "title", "capabilities"],
    "properties": {
        "kind": {"const": "router"},
        "title": {"type": "string", "minLength": 3},
        "capabilities": _capabilities(ROUTER_CAPABILITIES),
        **ROUTER_PROPERTIES,
    },
}

DRIVER_SCHEMA: Final[Mapping[str, object]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://cpe-diag.invalid/schema/driver.json",
    "title": "cpe-diag driver",
    "description": "One driver file: <vendor_os>.yaml. See drivers/README.md.",
    "oneOf": [_ACCESS, _ROUTER],
    "$defs": {"source": _SOURCE, "capability": _CAPABILITY, "object": _OBJECT},
}
