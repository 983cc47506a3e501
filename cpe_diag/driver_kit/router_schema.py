"""The half of the driver schema that is about home routers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.driver_kit.capabilities import ROUTER_READING
from cpe_diag.driver_kit.router import RawForm

if TYPE_CHECKING:
    from collections.abc import Mapping

DIALECTS: Final = ("posix_shell",)

_COMMAND: Final[Mapping[str, object]] = {
    "type": "object",
    "description": "One command; the router's shell runs it as it stands.",
    "additionalProperties": False,
    "required": ["run", "label"],
    "properties": {
        "run": {
            "type": "string",
            "minLength": 2,
            "description": "The command. {target} and {server} are filled in, as whole words.",
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

ROUTER_PROPERTIES: Final[Mapping[str, object]] = {
    "dialect": {"enum": list(DIALECTS)},
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
}
"""Beside `kind`, `title` and `capabilities`, which both kinds of drivers have."""
