"""The half of the driver schema that is about home routers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.driver_kit.capabilities import ROUTER_CHANGING, ROUTER_READING
from cpe_diag.driver_kit.dialects import DIALECTS
from cpe_diag.driver_kit.router import RawForm

if TYPE_CHECKING:
    from collections.abc import Mapping

_COMMAND: Final[Mapping[str, object]] = {
    "type": "object",
    "description": "One command; the router's shell runs it as it stands.",
    "additionalProperties": False,
    "required": ["run", "label"],
    "properties": {
        "run": {
            "type": "string",
            "minLength": 2,
            "description": (
                "The command. {target}, {server}, {source} and {size} are filled in, as whole "
                "words."
            ),
        },
        "label": {
            "type": "string",
            "minLength": 2,
            "maxLength": 60,
            "description": "Its name in sources and traces, without what is filled in.",
        },
        "limit_s": {"type": "number", "exclusiveMinimum": 0, "maximum": 60},
        "beside_others": {
            "type": "boolean",
            "description": "It may run beside others; its output is below 2,000 bytes.",
        },
        "times": {
            "type": "integer",
            "minimum": 1,
            "maximum": 20,
            "description": "How often it is run in one batch.",
        },
        "raw": {
            "enum": [form.value for form in RawForm],
            "description": "The form of its answer, for redaction; without it nothing is kept.",
        },
    },
}

_QUESTION: Final[Mapping[str, object]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["commands", "source"],
    "properties": {
        "commands": {"type": "array", "minItems": 1, "items": _COMMAND},
        "reader": {
            "type": "string",
            "pattern": "^[a-z][a-z0-9_]*$",
            "description": "the name of a function in the driver's module, in lower case",
        },
        "source": {
            "type": "string",
            "minLength": 8,
            "description": "where the form of the answers is from: a recording, or a document",
        },
    },
}

_CONTROL: Final[Mapping[str, object]] = {
    "type": "object",
    "description": "One command of a change.",
    "additionalProperties": False,
    "required": ["run", "label"],
    "properties": {
        "run": {
            "type": "string",
            "minLength": 1,
            "description": (
                "The command. {settings}, {radio} and {interface} name a target (it is sent once "
                "for each), {ssid}, {channel} and {state} are what is wished, {id}, {window_s} "
                "and {boot_id} are of the action. Values are quoted as words of the dialect."
            ),
        },
        "stdin": {
            "type": "string",
            "description": "What it gets on standard input; {password} may stand only here.",
        },
        "quote": {"type": "string", "description": "The form of values in `stdin`."},
        "upload": {"type": "string", "description": "image or backup: goes to standard input."},
        "label": {"type": "string", "minLength": 2, "maxLength": 60},
        "limit_s": {"type": "number", "exclusiveMinimum": 0, "maximum": 900},
        "goes_away": {
            "type": "boolean",
            "description": "The router may end the connection over it.",
        },
    },
}
_CONTROLS: Final[Mapping[str, object]] = {"type": "array", "minItems": 1, "items": _CONTROL}
_SOURCE: Final[Mapping[str, object]] = {"type": "string", "minLength": 8}

_REVERT: Final[Mapping[str, object]] = {
    "type": "object",
    "description": "How a router of this platform takes back what nobody confirms.",
    "additionalProperties": False,
    "required": ["words", "window_s", "arm", "state", "keep", "back", "source"],
    "properties": {
        "words": {"type": "string", "minLength": 8},
        "window_s": {"type": "number", "minimum": 30, "maximum": 900},
        "arm": _CONTROLS,
        "state": _CONTROLS,
        "keep": _CONTROLS,
        "back": _CONTROLS,
        "pending": _CONTROLS,
        "source": _SOURCE,
    },
}

_ACTION: Final[Mapping[str, object]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["apply", "outage_s", "source"],
    "properties": {
        "values": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"type": "string", "minLength": 1},
            "description": "A person's words to what {state} becomes.",
        },
        "backup": _CONTROLS,
        "prepare": _CONTROLS,
        "apply": _CONTROLS,
        "check": _CONTROLS,
        "outage_s": {"type": "number", "minimum": 0, "maximum": 1800},
        "source": _SOURCE,
    },
}

_PATTERN: Final[Mapping[str, object]] = {
    "type": "string",
    "minLength": 3,
    "description": "A regular expression; ^ and $ are ends of lines.",
}

ROUTER_DETECT: Final[Mapping[str, object]] = {
    "type": "object",
    "description": "One cheap question by which a router is known to be of this platform.",
    "additionalProperties": False,
    "required": ["commands", "pattern", "source"],
    "properties": {
        "commands": {"type": "array", "minItems": 1, "items": _COMMAND},
        "pattern": _PATTERN,
        "variants": {
            "type": "object",
            "description": "Firmware that is made of the platform, by name.",
            "additionalProperties": _PATTERN,
        },
        "overheard": {
            **_PATTERN,
            "description": "Stands in its SSH identification, or in what it says to nonsense.",
        },
        "source": _SOURCE,
    },
}

ROUTER_PROPERTIES: Final[Mapping[str, object]] = {
    "dialect": {"enum": list(DIALECTS)},
    "detect": ROUTER_DETECT,
    "legacy_algorithms": {
        "type": "boolean",
        "description": "Its SSH server knows only SHA-1, CBC or ssh-rsa; false.",
    },
    "allowed_keys": {
        "type": "array",
        "uniqueItems": True,
        "items": {"type": "string", "minLength": 1},
        "description": "Keys and options whose values may be kept in raw answers.",
    },
    "questions": {
        "type": "object",
        "additionalProperties": False,
        "properties": dict.fromkeys(ROUTER_READING, _QUESTION),
    },
    "revert": _REVERT,
    "actions": {
        "type": "object",
        "additionalProperties": False,
        "properties": dict.fromkeys(ROUTER_CHANGING, _ACTION),
    },
}
"""Beside `kind`, `title` and `capabilities`, which both kinds of drivers have."""
