"""The published JSON Schema of a driver file, for editors and for `driver check`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.subscriber import Technology
from cpe_diag.driver_kit.capabilities import ACCESS_CAPABILITIES, ROUTER_CAPABILITIES
from cpe_diag.driver_kit.port_index import FORMS
from cpe_diag.driver_kit.router_schema import ROUTER_PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Mapping

OBJECT_TYPES: Final = (
    "integer",
    "unsigned",
    "ticks",
    "enum",
    "bits",
    "port_list",
    "text",
    "text_number",
    "object_id",
    "ipv4",
    "inet_address",
    "mac",
    "gpon_serial",
    "date_time",
    "row",
)
SET_TYPES: Final = ("integer", "unsigned", "gauge", "ticks", "text", "hex", "object_id")
TECHNOLOGIES: Final = tuple(one.value for one in Technology)

# Each part of an OID is a number of at most 2^32-1 (RFC 2578, section 3.5); the placeholders are
# what a probe fills in.
_OID_PATTERN: Final = r"^[0-2](\.([0-9]{1,10}|\{[a-z_]+\}))+$"

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

_OID: Final[Mapping[str, object]] = {
    "type": "string",
    "pattern": _OID_PATTERN,
    "description": "a dotted OID without a leading dot; it may hold {if_index}",
}

_OBJECT: Final[Mapping[str, object]] = {
    "type": "object",
    "description": "One MIB object.",
    "additionalProperties": False,
    "required": ["oid", "type", "source"],
    "properties": {
        "oid": _OID,
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
        "offset": {"type": "number", "description": "Added after scaling, in `unit`."},
        "signed_bits": {
            "enum": [8, 16],
            "description": "The raw number is a signed one of so many bits, sent as unsigned.",
        },
        "form": {
            "enum": ["mw_to_dbm"],
            "description": "The scaled value is in milliwatts and becomes dBm.",
        },
        "pattern": {
            "type": "string",
            "minLength": 3,
            "description": "Takes the number out of text: the first group of this expression.",
        },
        "no_value": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Texts by which the device says that it has no value.",
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
        "witness": {
            **_OID,
            "description": "An object that shows that the node could tell of such a row.",
        },
        "may_be_empty": {
            "type": "boolean",
            "description": "Empty text is a value here, not a missing one.",
        },
        "source": {"$ref": "#/$defs/source"},
    },
}

_RAW: Final[Mapping[str, object]] = {"type": ["integer", "string"]}

_INDEX_PART: Final[Mapping[str, object]] = {
    "type": "object",
    "description": "How a part of an index is made of the groups of a port's name.",
    "additionalProperties": False,
    "properties": {
        "form": {"enum": list(FORMS), "description": "number (with `factors`) where not said."},
        "base": {"type": "integer"},
        "factors": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"type": "integer"},
        },
        "group": {"type": "string", "description": "Whose text is written as sub-identifiers."},
    },
}

_LOOKUP: Final[Mapping[str, object]] = {
    "type": "object",
    "description": "A part of the index that the node has to tell.",
    "additionalProperties": False,
    "required": ["gives", "cost", "source"],
    "properties": {
        "gives": {"type": "string", "description": "The placeholder that becomes known."},
        "oid": {**_OID, "description": "One GET whose number is the part."},
        "same_as": {"type": "string", "description": "The part is the same as this one."},
        "column": {**_OID, "description": "A column whose rows are looked through."},
        "wanted": {"type": "string", "description": "The group of the name that is looked for."},
        "form": {"enum": list(FORMS), "description": "number: `wanted` is a part of the index."},
        "most_rows": {"type": "integer", "minimum": 1, "maximum": 512},
        "sentinels": {"type": "array", "items": {"type": "integer"}},
        "pattern": {
            "type": "string",
            "minLength": 3,
            "description": "Takes the part out of an answer that is no number: the first group.",
        },
        "cost": {"type": "string", "minLength": 8, "description": "What it takes, in words."},
        "optional": {
            "type": "boolean",
            "description": "The port is there without it; objects that need it are not asked for.",
        },
        "source": {"$ref": "#/$defs/source"},
    },
}

_STEP: Final[Mapping[str, object]] = {
    "oneOf": [
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["set", "type", "value"],
            "properties": {
                "set": _OID,
                "type": {"enum": list(SET_TYPES)},
                "value": {
                    **_RAW,
                    "description": "Raw; `{value}` is the wished one, `{onu}` of the index.",
                },
                "object": {
                    "type": "string",
                    "minLength": 8,
                    "description": "MIB and object, where the source does not begin with them.",
                },
                "trigger": {
                    "type": "boolean",
                    "description": "The object only starts something and cannot be read.",
                },
            },
        },
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["wait_s"],
            "properties": {"wait_s": {"type": "number", "minimum": 0, "maximum": 60}},
        },
        {"$ref": "#/$defs/line"},
    ]
}

_LINE: Final[Mapping[str, object]] = {
    "type": "object",
    "description": "A line for the node's command line.",
    "additionalProperties": False,
    "required": ["cli"],
    "properties": {
        "cli": {"type": "string", "minLength": 1},
        "expect": {"type": "string", "minLength": 1},
        "send": {"type": "string", "minLength": 1},
        "mode": {
            "type": "boolean",
            "description": "It only goes to another mode of the command line; it changes nothing.",
        },
    },
}

_ACTION: Final[Mapping[str, object]] = {
    "type": "object",
    "description": "A change: its steps, how it is proven, and how it is taken back.",
    "additionalProperties": False,
    "required": ["steps", "outage_s", "source"],
    "properties": {
        "steps": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/step"}},
        "read_back": {
            "type": "array",
            "items": {
                "oneOf": [
                    {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["oid", "value"],
                        "properties": {
                            "oid": _OID,
                            "value": _RAW,
                            "stays": {
                                "type": "boolean",
                                "description": "It must have this value before the change too.",
                            },
                        },
                    },
                    {
                        "type": "object",
                        "description": "The node must have no such object any more.",
                        "additionalProperties": False,
                        "required": ["oid", "gone"],
                        "properties": {"oid": _OID, "gone": {"const": True}},
                    },
                ]
            },
        },
        "way_back": {
            "type": "array",
            "minItems": 1,
            "items": {"$ref": "#/$defs/line"},
            "description": "Lines that open again what lines have shut, if it breaks off.",
        },
        "values": {"type": "object", "minProperties": 1, "additionalProperties": _RAW},
        "value_range": {
            "type": "array",
            "items": {"type": "integer"},
            "minItems": 2,
            "maxItems": 2,
        },
        "value_text": {"type": "boolean", "description": "The wished value is text, a name."},
        "outage_s": {"type": "number", "minimum": 0},
        "undo": {"enum": ["previous", "none"]},
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
        "without": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "string", "minLength": 3},
            "description": "Groups of the extended driver that this node cannot give.",
        },
        "technologies": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"enum": list(TECHNOLOGIES)},
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
                "required": ["pattern", "example", "index", "source"],
                "properties": {
                    "pattern": {"type": "string", "minLength": 3},
                    "example": {"type": "string", "description": "A name that fits, for people."},
                    "index": {
                        "type": "object",
                        "propertyNames": {
                            "pattern": "^[a-z][a-z_]*$",
                            "description": "the name of a placeholder, for example if_index",
                        },
                        "additionalProperties": {"$ref": "#/$defs/index_part"},
                    },
                    "groups": {
                        "type": "array",
                        "items": {"type": "string", "minLength": 3},
                        "description": "What ports share, smallest first: pon {frame}/{slot}.",
                    },
                    "technologies": {
                        "type": "array",
                        "minItems": 1,
                        "items": {"enum": list(TECHNOLOGIES)},
                        "description": "Only names of such subscribers are read so.",
                    },
                    "source": {"$ref": "#/$defs/source"},
                },
            },
        },
        "lookups": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/lookup"}},
        "cli_platform": {
            "type": "string",
            "pattern": "^[a-z][a-z0-9_]*$",
            "description": "the name of the node's command line in netmiko, in lower case",
        },
        "actions": {
            "type": "object",
            "description": "Of several, the first whose placeholders the port has is made.",
            "additionalProperties": {
                "anyOf": [
                    {"$ref": "#/$defs/action"},
                    {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/action"}},
                ]
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
    "$defs": {
        "source": _SOURCE,
        "capability": _CAPABILITY,
        "object": _OBJECT,
        "index_part": _INDEX_PART,
        "lookup": _LOOKUP,
        "line": _LINE,
        "step": _STEP,
        "action": _ACTION,
    },
}
