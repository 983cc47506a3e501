"""The parts of the configuration's schema about people: staff, rights, case store, consent."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.roles import Role

_REFERENCE: Final = {
    "type": "string",
    "pattern": "^[a-z_]+:.",
    "writeOnly": True,
    "description": "a reference to the credential, such as env:NAME",
}

_PLACES: Final = "text with {subscriber} and {text}"

STAFF: Final[dict[str, object]] = {
    "type": "object",
    "description": "who works here; whoever is not named is a viewer",
    "additionalProperties": False,
    "required": ["members"],
    "properties": {
        "me": {"type": "string", "description": "who works here now; or CPE_DIAG_STAFF"},
        "members": {
            "type": "object",
            "description": "by name",
            "propertyNames": {"pattern": "^(?!token |account )\\S(.{0,98}\\S)?$"},
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "required": ["role"],
                "properties": {
                    "role": {"enum": list(Role)},
                    "login": {
                        "type": "string",
                        "description": "the account of the operating system that this must be",
                    },
                },
            },
        },
    },
}

RIGHTS: Final[dict[str, object]] = {
    "type": "string",
    "description": "the operator's own file of rights, in place of the one that is shipped",
}

STORE: Final[dict[str, object]] = {
    "type": "object",
    "description": "where consents and the audit trail are kept",
    "additionalProperties": False,
    "properties": {
        "path": {"type": "string", "description": "a SQLite file; default: the data folder"},
        "url": _REFERENCE | {"description": "a reference to a database URL, such as env:NAME"},
        "audit_key": _REFERENCE
        | {"description": "a reference to the key that signs the audit trail (64 hex digits)"},
    },
    "not": {"required": ["path", "url"]},
}

_WORDS: Final = {"type": "object", "additionalProperties": {"type": "string"}}

_SITE: Final = "^https://[^/?#@]+|^http://(127\\.[0-9.]+|localhost|\\[::1\\])(:[0-9]+)?"

OPENID: Final[dict[str, object]] = {
    "type": "object",
    "description": "the OpenID Connect provider by which staff sign in to the pages; local "
    "accounts count beside it",
    "additionalProperties": False,
    "required": ["issuer", "client_id"],
    "properties": {
        "issuer": {
            "type": "string",
            "pattern": f"({_SITE})(/[^?#]*)?$",
            "description": "exactly as the provider's configuration names itself; https://, or "
            "http:// on this machine",
        },
        "client_id": {"type": "string", "pattern": "^[ -~]{1,200}$"},
        "client_secret": _REFERENCE
        | {"description": "a reference, such as env:NAME; without it a public client (PKCE)"},
        "title": {"type": "string", "pattern": "\\S", "description": "as the sign-in page says"},
        "address": {
            "type": "string",
            "pattern": f"({_SITE})$",
            "description": "by which browsers reach our pages; default: by which they come",
        },
        "scopes": {
            "type": "array",
            "items": {"type": "string", "pattern": "^[!#-\\[\\]-~]+$"},
            "description": "asked for beside openid; default: profile, email",
        },
        "name_claim": {
            "type": "string",
            "description": "the claim that names the member of staff; default: preferred_username",
        },
        "groups": {
            "type": "object",
            "description": "roles of people whom `staff` does not name, by their groups there",
            "additionalProperties": False,
            "required": ["roles"],
            "properties": {
                "claim": {"type": "string", "description": "default: groups"},
                "roles": {
                    "type": "object",
                    "description": "by group; the first that somebody is in counts",
                    "additionalProperties": {"enum": list(Role)},
                },
            },
        },
    },
}

CONSENT: Final[dict[str, object]] = {
    "type": "object",
    "description": "how the customer is asked",
    "additionalProperties": False,
    "required": ["gateway"],
    "properties": {
        "gateway": {
            "type": "object",
            "description": "the operator's SMS or mail gateway, asked by HTTP POST; it knows the "
            "number on file of a subscriber",
            "additionalProperties": False,
            "required": ["url"],
            "properties": {
                "url": {
                    "type": "string",
                    "pattern": "^https://|^http://(127\\.[0-9.]+|localhost|\\[::1\\])([:/]|$)",
                    "description": "https://, or http:// on this machine",
                },
                "headers": {
                    "type": "object",
                    "description": "references to the values of headers, by name",
                    "propertyNames": {"pattern": "^[A-Za-z0-9-]+$"},
                    "additionalProperties": _REFERENCE,
                },
                "json": {**_WORDS, "description": f"fields of a JSON body: {_PLACES}"},
                "form": {**_WORDS, "description": f"fields of a form: {_PLACES}"},
            },
            "oneOf": [{"required": ["json"]}, {"required": ["form"]}],
        },
        "link": {
            "type": "string",
            "pattern": "^https?://.*\\{token\\}",
            "description": "the address of the page that a link opens, with {token}",
        },
        "password_link": {
            "type": "string",
            "pattern": "^https?://.*/w/\\{token\\}$",
            "description": "the address by which customers reach our pages, with /w/{token}; "
            "default: that by which staff do",
        },
        "texts": {
            "type": "object",
            "description": "what the customer reads",
            "additionalProperties": False,
            "properties": {
                "code": {
                    "type": "string",
                    "pattern": "\\{code\\}",
                    "description": "text with {code}, {what} and {minutes}",
                },
                "link": {
                    "type": "string",
                    "pattern": "\\{link\\}",
                    "description": "text with {link}, {what} and {minutes}",
                },
                "password_link": {
                    "type": "string",
                    "pattern": "\\{link\\}",
                    "description": "text with {link} and {minutes}",
                },
            },
        },
        "what": {**_WORDS, "description": "in the customer's words, by action"},
    },
}
