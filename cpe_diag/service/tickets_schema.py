"""The `tickets` part of the configuration's schema: rules, desks, and how they are answered."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.verdict import Destination
from cpe_diag.service.occasion import Occasion
from cpe_diag.service.ticket_hours import HOURS
from cpe_diag.service.ticket_paths import FIELDS, Algorithm, DeskKind

_REFERENCE: Final[dict[str, object]] = {
    "type": "string",
    "pattern": "^[a-z_]+:.",
    "writeOnly": True,
    "description": "a reference to the secret, such as env:NAME",
}

_REFERENCES: Final[dict[str, object]] = {
    "description": "one reference, or two while a new secret replaces the old one",
    "oneOf": [_REFERENCE, {"type": "array", "items": _REFERENCE, "minItems": 1, "maxItems": 4}],
}

_HEADER: Final[dict[str, object]] = {
    "type": "string",
    "pattern": "^[A-Za-z0-9-]{1,100}$",
    "description": "the name of a header",
}

_CHECK: Final[dict[str, object]] = {
    "description": "how the desk shows that it is the desk",
    "oneOf": [
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["hmac"],
            "properties": {
                "hmac": _REFERENCES,
                "header": _HEADER,
                "algorithm": {"enum": [one.value for one in Algorithm]},
                "prefix": {"type": "string", "maxLength": 40},
            },
        },
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["bearer"],
            "properties": {"bearer": _REFERENCES},
        },
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["basic", "user"],
            "properties": {"basic": _REFERENCES, "user": {"type": "string", "minLength": 1}},
        },
    ],
}

_ROUTE: Final[dict[str, object]] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "group": {"type": "string", "description": "Zammad's group, Znuny's queue"},
        "state": {"type": "string", "description": "the state's name"},
        "priority": {"type": "string", "description": "the priority's name"},
        "transition": {"type": "string", "description": "Jira: the id of the transition to state"},
        "fields": {
            "type": "object",
            "description": "further fields of the ticket; Znuny: dynamic fields",
            "additionalProperties": {"type": "string"},
        },
    },
}

_ANSWER: Final[dict[str, object]] = {
    "type": "object",
    "description": "where and how answers are written",
    "additionalProperties": False,
    "required": ["url", "credential"],
    "properties": {
        "url": {
            "type": "string",
            "pattern": "^https://|^http://(127\\.[0-9.]+|localhost|\\[::1\\])([:/]|$)",
            "description": "https://, or http:// on this machine",
        },
        "credential": _REFERENCE,
        "public": {"type": "boolean", "description": "whether the customer sees the notes"},
        "routes": {
            "type": "object",
            "description": "where a ticket goes, by the destination of its case",
            "additionalProperties": False,
            "properties": {one.value: _ROUTE for one in Destination},
        },
        "request": {
            "type": "object",
            "description": "for a desk of kind json: texts with {id}, {note}, {external_id}, ...",
            "additionalProperties": False,
            "required": ["path", "body"],
            "properties": {
                "method": {"enum": ["POST", "PUT", "PATCH"]},
                "path": {"type": "string", "pattern": "^/", "description": "a path after /"},
                "body": {"type": "object", "description": "the JSON body"},
            },
        },
    },
}

_DESK: Final[dict[str, object]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["kind", "check"],
    "properties": {
        "kind": {"enum": [one.value for one in DeskKind]},
        "check": _CHECK,
        "fields": {
            "type": "object",
            "description": "JMESPath (jmespath.org) of each field of a ticket in the desk's JSON",
            "additionalProperties": False,
            "properties": {one: {"type": "string", "minLength": 1} for one in FIELDS},
        },
        "delivery_header": _HEADER,
        "max_age": {
            "type": "string",
            "pattern": "^[0-9]{1,5}(s|m)$",
            "description": "a time with its unit, such as 60m: older deliveries are refused",
        },
        "answer": _ANSWER,
    },
}

_PERSON: Final[dict[str, object]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["send", "zone"],
    "properties": {
        "send": {**_REFERENCE, "description": "a reference to an Apprise address, as env:NAME"},
        "zone": {"type": "string", "description": "a time zone such as Europe/Berlin"},
        "quiet": HOURS,
        "urgent_at_night": {
            "type": "boolean",
            "description": "whether total losses and incidents are told in quiet hours; true",
        },
        "of": {
            "type": "array",
            "description": "what they are told of; default: everything",
            "items": {"enum": [one.value for one in Occasion]},
            "uniqueItems": True,
        },
    },
}

TICKETS: Final[dict[str, object]] = {
    "type": "object",
    "description": "ticket desks, and which tickets start which playbook",
    "additionalProperties": False,
    "properties": {
        "rules": {"type": "string", "minLength": 1, "description": "file of ticket rules"},
        "case_link": {
            "type": "string",
            "pattern": "^https?://.*\\{case\\}",
            "description": "the address of a case's page, with {case}",
        },
        "hub_hosts": {
            "type": "array",
            "description": "hosts of hubs' listeners inside your network, as callbacks name them",
            "items": {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,253}$"},
            "uniqueItems": True,
        },
        "desks": {
            "type": "object",
            "description": "ticket desks by name",
            "propertyNames": {"pattern": "^[a-z][a-z0-9_-]{0,63}$"},
            "additionalProperties": _DESK,
        },
        "on_call": {
            "type": "object",
            "description": "people on call by name",
            "propertyNames": {"pattern": "^\\S(.{0,98}\\S)?$"},
            "additionalProperties": _PERSON,
        },
    },
}
