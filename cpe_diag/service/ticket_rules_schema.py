"""The published JSON Schema of a file of ticket rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.playbook.schema import DURATION_PATTERN, ID_PATTERN
from cpe_diag.service.ticket_hours import HOURS
from cpe_diag.service.ticket_rules import Priority
from cpe_diag.service.try_again import MOST_RETRIES

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_RULES: Final = 500

_MOST_PATTERNS: Final = 100


def _patterns(title: str, description: str) -> dict[str, object]:
    one = {"type": "string", "minLength": 1, "maxLength": 200}
    return {
        "title": title,
        "description": description,
        "oneOf": [
            one,
            {"type": "array", "items": one, "minItems": 1, "maxItems": _MOST_PATTERNS},
        ],
    }


_WHEN: Final[Mapping[str, object]] = {
    "type": "object",
    "title": "When the rule fits",
    "description": "Every part must hold; of a list one is enough. Without it: always.",
    "properties": {
        "category": _patterns("Category", "The desk's category, whole; * stands for anything."),
        "service": _patterns("Service", "The desk's service or product, whole; * as above."),
        "desk": _patterns("Desk", "The desk's name in the configuration, whole; * as above."),
        "text": _patterns(
            "Words", "Words of title or text; * stands for the rest of a word, as in inter*."
        ),
        "not_text": _patterns("Words that must not be there", "As `text`; one is enough."),
        "time": HOURS,
    },
    "minProperties": 1,
    "additionalProperties": False,
}

_RULE: Final[Mapping[str, object]] = {
    "type": "object",
    "title": "Rule",
    "description": "The first rule that fits a ticket counts.",
    "required": ["rule"],
    "properties": {
        "rule": {
            "type": "string",
            "title": "Name of the rule",
            "pattern": ID_PATTERN,
            "description": "an id in lower case with underscores, such as nothing_works",
        },
        "when": _WHEN,
        "playbook": {
            "type": "string",
            "title": "Playbook to run",
            "pattern": ID_PATTERN,
            "description": "the id of a playbook, such as no_internet",
        },
        "leave": {
            "type": "string",
            "title": "Start nothing",
            "description": "In place of a playbook: why such tickets are left to people.",
            "minLength": 1,
        },
        "priority": {"enum": [word.value for word in Priority], "title": "Priority of the run"},
        "delay": {
            "type": "string",
            "title": "How long to wait first",
            "pattern": DURATION_PATTERN,
            "description": "a time with its unit, such as 30s or 10m",
        },
        "retry_offline": {
            "type": "integer",
            "title": "How often it is run again where the router is away",
            "description": "half an hour later each time; without it: never",
            "minimum": 0,
            "maximum": MOST_RETRIES,
        },
        "answers": {
            "type": "object",
            "title": "Answers to the playbook's questions",
            "additionalProperties": {"type": "string"},
        },
    },
    "additionalProperties": False,
}

TICKET_RULES_SCHEMA: Final[Mapping[str, object]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "cpe-diag ticket rules",
    "description": "Which tickets start which playbook.",
    "type": "object",
    "required": ["zone", "rules"],
    "properties": {
        "zone": {
            "type": "string",
            "title": "Time zone",
            "description": "A name of the IANA time zone database, such as Europe/Berlin.",
        },
        "rules": {
            "type": "array",
            "title": "Rules, read from the top",
            "items": _RULE,
            "minItems": 1,
            "maxItems": MOST_RULES,
        },
    },
    "additionalProperties": False,
}
