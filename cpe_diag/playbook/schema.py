"""The published JSON Schema of a playbook file, with titles and descriptions for editors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.action import ActionEnd
from cpe_diag.domain.verdict import Destination
from cpe_diag.driver_kit.capabilities import ROUTER_CHANGING
from cpe_diag.playbook.model import Operator

if TYPE_CHECKING:
    from collections.abc import Mapping

ID_PATTERN: Final = "^[a-z][a-z0-9_]{0,63}$"
"""An id of ours: snake case, as for findings, causes and probes."""

DURATION_PATTERN: Final = r"^[0-9]{1,5}(\.[0-9]{1,3})?(s|m)$"
"""Seconds or minutes with the unit written out, so that nobody has to guess it."""

FACT_PATTERN: Final = r"^[a-z_]+\[[^\[\]]+\](\.[a-z_0-9.]+)?$"
"""kind[subject].field, as facts are printed everywhere in cpe_diag."""

VERDICT: Final = "verdict"
"""The destination of a route step that goes where the verdict says."""


def _id(title: str) -> dict[str, object]:
    return {
        "type": "string",
        "title": title,
        "pattern": ID_PATTERN,
        "description": "an id in lower case with underscores, such as no_internet",
    }


def _words(title: str, description: str) -> dict[str, object]:
    return {"type": "string", "title": title, "description": description, "minLength": 1}


ACTS: Final = (*ROUTER_CHANGING, "human.reset")
"""What a playbook may do to a router; the last is done by the person at the phone."""

NOT_DONE: Final = "not_done"
"""How an act ended that was not begun: no consent, refused, nobody there, nothing to do."""

_DURATION: Final[Mapping[str, object]] = {
    "type": "string",
    "title": "Time limit",
    "pattern": DURATION_PATTERN,
    "description": "a time with its unit, such as 20s or 2m",
}

_WHEN: Final[Mapping[str, object]] = {
    "$ref": "#/$defs/condition",
    "title": "Only when",
    "description": "The step is taken only when this holds; when it cannot be told, it is not.",
}


def _step(title: str, description: str, **keys: object) -> dict[str, object]:
    """Give the form of one step; its first key says what it does and is required."""
    return {
        "type": "object",
        "title": title,
        "description": description,
        "required": [next(iter(keys))],
        "properties": {**keys, "id": _id("Name of the step"), "when": _WHEN},
        "additionalProperties": False,
    }


_ASK: Final[Mapping[str, object]] = {
    "type": "object",
    "title": "Ask",
    "description": "Puts a question to the caller.",
    "required": ["ask", "question", "choices", "default"],
    "properties": {
        "ask": _id("Name of the question, also for --answer"),
        "question": _words("Question", "What is read out to the caller."),
        "choices": {
            "type": "object",
            "title": "Choices",
            "description": "Each answer: its id, and the words that are read out.",
            "minProperties": 2,
            "propertyNames": {
                "pattern": ID_PATTERN,
                "description": "an id in lower case with underscores",
            },
            "additionalProperties": {"type": "string", "minLength": 1},
        },
        "default": {
            "type": "string",
            "title": "Default",
            "description": "The choice that is taken when nobody can be asked.",
        },
        "when": _WHEN,
    },
    "additionalProperties": False,
}

_PROBE: Final = _step(
    "Probe",
    "Measures: all of these together, wherever none needs what another brings.",
    probe={
        "title": "Probes",
        "description": "One probe or a list; `cpe-diag playbook check` knows their names.",
        "oneOf": [
            {"type": "string"},
            {
                "type": "array",
                "minItems": 1,
                "uniqueItems": True,
                "items": {"type": "string"},
            },
        ],
    },
    limit={**_DURATION, "description": "a time with its unit, such as 20s or 2m; 20s if none"},
)

_ACT: Final = _step(
    "Act",
    "Changes the router, with the customer's consent to the exact plan, and proves it.",
    act={
        "type": "string",
        "title": "Action",
        "description": "What is done; the driver of the router must be able to do it.",
        "enum": list(ACTS),
    },
    value={
        "type": "string",
        "title": "Value",
        "description": "on, off, off_on, a channel, a name; without it --value ID=VALUE names it.",
    },
    bands={
        "type": "array",
        "title": "Bands",
        "description": "Only these bands; all where none is named.",
        "uniqueItems": True,
        "items": {"enum": ["2g", "5g", "6g"]},
    },
    networks={
        "type": "array",
        "title": "Networks",
        "description": "Networks by name or purpose; all but guests' where none is named.",
        "uniqueItems": True,
        "items": {"type": "string"},
    },
    hold={**_DURATION, "description": "human.reset: how long the button is held, such as 20s"},
)

_JUDGE: Final = _step(
    "Judge",
    "Judges what is known so far.",
    judge={"type": "null", "description": "Nothing is written after `judge:`."},
)

_INVESTIGATE: Final = _step(
    "Investigate",
    "Goes on with the next most telling probe until the confidence or the time is reached.",
    investigate={
        "type": "object",
        "title": "How sure, and how long",
        "required": ["until_confidence", "limit"],
        "properties": {
            "until_confidence": {
                "type": "number",
                "title": "Until confidence",
                "description": "0 to 1; 0.85 is a good value.",
                "exclusiveMinimum": 0,
                "maximum": 1,
            },
            "limit": _DURATION,
        },
        "additionalProperties": False,
    },
)

_STOP: Final = _step(
    "Stop",
    "Ends the playbook here, with the verdict so far.",
    stop=_words("Reason", "Why there is nothing more to do."),
)

_ROUTE: Final = _step(
    "Route",
    "Hands the case over and ends the playbook.",
    route={
        "type": "string",
        "title": "To",
        "description": "`verdict`: where the verdict says; or one fixed destination.",
        "enum": [VERDICT, *Destination],
    },
)


_PLAIN: Final[Mapping[str, object]] = {"type": ["string", "number", "boolean"]}

_FACT: Final[Mapping[str, object]] = {
    "type": "object",
    "title": "What a fact says",
    "properties": {
        "fact": {
            "type": "string",
            "title": "Fact",
            "pattern": FACT_PATTERN,
            "description": "a fact as kind[subject].field, such as port_status[port].oper",
        },
        Operator.IS.value: {**_PLAIN, "title": "The field has this value"},
        Operator.IS_NOT.value: {**_PLAIN, "title": "The field has another value"},
        Operator.BELOW.value: {"type": "number", "title": "The number is lower"},
        Operator.ABOVE.value: {"type": "number", "title": "The number is higher"},
        Operator.KNOWN.value: {"type": "boolean", "title": "The fact was observed (or was not)"},
    },
    "additionalProperties": False,
    "minProperties": 2,
    "maxProperties": 2,
}

_FINDING: Final[Mapping[str, object]] = {
    "type": "object",
    "title": "What a rule answers now",
    "required": ["is"],
    "properties": {
        "finding": {"type": "string", "title": "Id of the finding"},
        "is": {"title": "Its answer", "enum": ["yes", "no", "cannot_tell"]},
    },
    "additionalProperties": False,
}

_ANSWER: Final[Mapping[str, object]] = {
    "type": "object",
    "title": "What the caller said",
    "required": ["is"],
    "properties": {
        "answer": {"type": "string", "title": "Name of the question"},
        "is": {"type": "string", "title": "One of its choices"},
    },
    "additionalProperties": False,
}


_ACTED: Final[Mapping[str, object]] = {
    "type": "object",
    "title": "How an act ended",
    "required": ["ended"],
    "properties": {
        "act": {"type": "string", "title": "Id of the step"},
        "ended": {"title": "How it ended", "enum": [*ActionEnd, NOT_DONE]},
    },
    "additionalProperties": False,
}


def _joined(title: str, key: str, parts: str) -> dict[str, object]:
    return {
        "type": "object",
        "title": title,
        "properties": {key: {"$ref": f"#/$defs/{parts}"}},
        "additionalProperties": False,
    }


def _forms(**forms: Mapping[str, object]) -> list[Mapping[str, object]]:
    """Choose the form by the key that is there, so that a fault is told in that form's words."""
    full = {key: {**form, "required": [key, *_required(form, key)]} for key, form in forms.items()}
    chosen: list[Mapping[str, object]] = [
        {"if": {"type": "object", "required": [key]}, "then": form} for key, form in full.items()
    ]
    none = {"not": {"anyOf": [{"required": [key]} for key in full]}}
    other = {"if": {"type": "object", **none}, "then": {"anyOf": list(full.values())}}
    return [*chosen, other]


def _required(form: Mapping[str, object], key: str) -> list[object]:
    required = form.get("required", [])
    return [one for one in required if one != key] if isinstance(required, list) else []


PLAYBOOK_SCHEMA: Final[Mapping[str, object]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "cpe_diag playbook",
    "description": "What to ask and measure for one complaint, and in which order.",
    "type": "object",
    "required": ["playbook", "title", "description", "symptom", "steps"],
    "properties": {
        "playbook": _id("Id of the playbook, the same as the name of its file"),
        "title": _words("Title", "One line for lists."),
        "description": _words("Description", "What it is for, and how it goes about it."),
        "symptom": _id("The complaint it is for"),
        "steps": {
            "type": "array",
            "title": "Steps",
            "description": "Taken one after the other, from the top.",
            "minItems": 1,
            "items": {"$ref": "#/$defs/step"},
        },
    },
    "additionalProperties": False,
    "$defs": {
        "step": {
            "title": "Step",
            "description": "Its first key says what it does; `judge` may stand alone.",
            "type": ["object", "string"],
            "allOf": [
                {"if": {"type": "string"}, "then": {"const": "judge"}},
                *_forms(
                    ask=_ASK,
                    probe=_PROBE,
                    act=_ACT,
                    judge=_JUDGE,
                    investigate=_INVESTIGATE,
                    stop=_STOP,
                    route=_ROUTE,
                ),
            ],
        },
        "condition": {
            "title": "Condition",
            "description": "Holds, does not hold, or cannot be told: something is not known.",
            "type": "object",
            "allOf": _forms(
                fact=_FACT,
                finding=_FINDING,
                answer=_ANSWER,
                act=_ACTED,
                all=_joined("All of these", "all", "conditions"),
                any=_joined("At least one of these", "any", "conditions"),
                **{"not": _joined("Not this", "not", "condition")},
            ),
        },
        "conditions": {
            "type": "array",
            "minItems": 1,
            "items": {"$ref": "#/$defs/condition"},
        },
    },
}
"""JSON Schema, draft 2020-12. What it cannot say (known names, types of fields) `load` checks."""
