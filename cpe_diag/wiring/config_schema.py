"""The published schema of the configuration file; every part of it is optional."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.host_keys import KeyPolicy
from cpe_diag.domain.secret import CREDENTIAL_FORMS, CREDENTIAL_PATTERN
from cpe_diag.service.tickets_schema import TICKETS
from cpe_diag.wiring.config_schema_people import CONSENT, OPENID, RIGHTS, STAFF, STORE

_OCTET: Final = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_IPV4: Final = rf"({_OCTET}\.){{3}}{_OCTET}"

# RFC 3986, section 3.2: a host and, at most, a port of up to 65535; nobody's name or password.
_PROXY: Final = (
    r"^http://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])"
    r"(:([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?$"
)

_TARGET: Final = {
    "type": "object",
    "additionalProperties": False,
    "required": ["host", "url"],
    "properties": {
        "host": {"type": "string", "description": "the name that is resolved"},
        "address": {
            "type": "string",
            "description": "its address: pinged, and what an honest resolver says",
        },
        "url": {
            "type": "string",
            "pattern": "^https?://",
            "description": "the page that is fetched, http:// or https://",
        },
        "large": {
            "type": "string",
            "pattern": "^https?://",
            "description": "a file of at least 10 MB there, for tests of a line under load",
        },
        "also": {
            "type": "array",
            "maxItems": 4,
            "items": {"type": "string", "pattern": "^https?://"},
            "description": "addresses that must work too for its users: its sign-in, its films",
        },
    },
}

_WORDS: Final = {"type": "object", "additionalProperties": {"type": "string"}}

_REFERENCE: Final = {
    "type": "string",
    "pattern": CREDENTIAL_PATTERN.replace("|vault", ""),
    "writeOnly": True,
}

_STRING_LIST: Final = {"type": "array", "items": {"type": "string"}}

_MAPPED: Final = ("columns", "node_columns", "defaults", "values")

_QUERIES: Final = (
    "node_query",
    "nodes_query",
    "ports_query",
    "ports_columns",
    "near_query",
    "phone_query",
    "postal_address_query",
)


def _kind(kind: str, required: set[str], allowed: set[str]) -> dict[str, object]:
    """Say what one kind of inventory needs and what else it may say."""
    return {
        "if": {"properties": {"kind": {"const": kind}}},
        "then": {
            "required": sorted(required),
            "propertyNames": {"enum": sorted({"kind", *required, *allowed})},
        },
    }


CONFIG_SCHEMA: Final[dict[str, object]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "cpe_diag configuration",
    "description": "Relative paths are relative to the folder of this file.",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "inventory": {
            "description": "where subscribers come from",
            "type": "object",
            "required": ["kind"],
            "additionalProperties": False,
            "properties": {
                "kind": {"enum": ["file", "csv", "sql", "pack"]},
                "path": {
                    "type": "string",
                    "description": "file, csv, pack: the file",
                },
                "nodes": {"type": "string", "description": "csv: the file of access nodes"},
                "delimiter": {"type": "string", "description": "csv: default is a comma"},
                "columns": _WORDS | {"description": "our field -> the operator's column"},
                "node_columns": _WORDS | {"description": "the same for access nodes"},
                "ports_columns": _WORDS | {"description": "sql: the same for a node's ports"},
                "defaults": _WORDS | {"description": "our field -> value where no column has it"},
                "values": {
                    "description": "by field, the operator's words -> ours",
                    "type": "object",
                    "additionalProperties": _WORDS,
                },
                "url": {
                    "type": "string",
                    "pattern": CREDENTIAL_PATTERN,
                    "writeOnly": True,
                    "description": "sql: a reference to the database URL, such as env:NAME",
                },
                "query": {
                    "type": "string",
                    "description": "sql: one subscriber by :subscriber_id",
                },
                "node_query": {"type": "string", "description": "sql: one node by :node"},
                "nodes_query": {"type": "string", "description": "sql: all nodes, with their ids"},
                "ports_query": {"type": "string", "description": "sql: the ports of :node"},
                "phone_query": {
                    "type": "string",
                    "description": "sql: ids of who has the number of the digits :phone",
                },
                "postal_address_query": {
                    "type": "string",
                    "description": "sql: ids and addresses with :word, :word2 and :number in them",
                },
                "near_query": {
                    "type": "string",
                    "description": "sql: ids like :beginning, to help with a mistyped one",
                },
            },
            "allOf": [
                _kind("file", {"path"}, set()),
                _kind("pack", {"path"}, set()),
                _kind("csv", {"path"}, {"nodes", "delimiter", *_MAPPED}),
                _kind("sql", {"url", "query"}, {*_QUERIES, *_MAPPED}),
            ],
        },
        "ssh": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "known_hosts": {
                    "type": "string",
                    "description": "pinned host keys, in OpenSSH's format",
                },
                "host_keys": {
                    "enum": [one.value for one in KeyPolicy],
                    "description": "of a router that nobody lists: strict trusts none, known one "
                    "of the fleet's keys, first_use any on first contact; strict",
                },
                "fleet_keys": {
                    "type": "string",
                    "description": "public keys that any router of the fleet may have, one a line",
                },
                "legacy_algorithms": {
                    "type": "boolean",
                    "description": "allow ssh-rsa and SHA-1 key exchange, for old routers",
                },
            },
        },
        "credentials": {
            "description": "how references are resolved: " + ", ".join(CREDENTIAL_FORMS),
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "age_identity": {
                    "type": "string",
                    "description": "file with our age identity; CPE_DIAG_AGE_IDENTITY",
                },
                "vault": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {
                        "address": {
                            "type": "string",
                            "pattern": "^https?://",
                            "description": "https://HOST:8200; VAULT_ADDR",
                        },
                        "namespace": {"type": "string", "description": "VAULT_NAMESPACE"},
                        "token": {
                            **_REFERENCE,
                            "description": "a reference to the token; VAULT_TOKEN, token_file",
                        },
                        "role_id": {"type": "string", "description": "logs in by AppRole"},
                        "secret_id": {**_REFERENCE, "description": "a reference, for role_id"},
                        "approle_mount": {"type": "string", "description": "approle"},
                        "token_file": {"type": "string", "description": "~/.vault-token"},
                        "ca_file": {
                            "type": "string",
                            "description": "certificate authority of Vault; VAULT_CACERT",
                        },
                    },
                    "dependentRequired": {"secret_id": ["role_id"]},
                },
            },
        },
        "icmp": {
            "type": "boolean",
            "description": "false where an answer to ICMP tells nothing; TCP is used instead",
        },
        "resolver": {
            "type": "object",
            "description": "the operator's DNS resolver",
            "additionalProperties": False,
            "required": ["address"],
            "properties": {
                "address": {"type": "string"},
                "port": {"type": "integer", "minimum": 1, "maximum": 65535},
            },
        },
        "elsewhere": {
            "type": "object",
            "description": "a vantage outside of your network, the further control of platforms",
            "additionalProperties": False,
            "minProperties": 2,
            "required": ["name"],
            "properties": {
                "name": {"type": "string", "description": "where it is, in your own words"},
                "proxy": {
                    "type": "string",
                    "pattern": _PROXY,
                    "description": "an HTTP proxy there, http://host:port, to fetch pages by",
                },
                "resolver": {
                    "type": "string",
                    "description": "address of a resolver that is independent of yours",
                },
            },
        },
        "dhcp": {
            "type": "object",
            "description": "the operator's DHCP server, which is asked as a relay would: it must"
            " answer relays at our address, and offer addresses to clients that it does not know",
            "additionalProperties": False,
            "required": ["server", "subnet"],
            "properties": {
                "server": {"type": "string", "pattern": f"^{_IPV4}$", "description": "address"},
                "subnet": {
                    "type": "string",
                    "pattern": f"^{_IPV4}/([12]?[0-9]|3[0-2])$",
                    "description": "of the subscribers, for example 198.51.100.0/24",
                },
            },
        },
        "reference": {"description": "the operator's own reference host", **_TARGET},
        "platforms": {
            "type": "object",
            "description": "third parties' sites by name; `default` is tried in every run",
            "additionalProperties": _TARGET,
        },
        "port_history": {
            "type": "string",
            "description": "file that keeps what runs have seen of ports over time",
        },
        "sample_interval_s": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 300,
            "description": "least seconds between two samples of a port's counters",
        },
        "thresholds": {
            "type": "object",
            "description": "the operator's own value for a threshold, by id",
            "additionalProperties": {"type": "number"},
        },
        "sweep": {
            "type": "object",
            "description": "how hard `outage` may ask a node; never more than two at a time",
            "additionalProperties": False,
            "properties": {
                "rows": {
                    "type": "integer",
                    "minimum": 25,
                    "maximum": 50,
                    "description": "rows of one GETBULK; 50",
                },
                "requests_per_s": {
                    "type": "number",
                    "exclusiveMinimum": 0,
                    "maximum": 1000,
                    "description": "requests a second at one node; 50",
                },
            },
        },
        "staff": STAFF,
        "openid": OPENID,
        "rights": RIGHTS,
        "store": STORE,
        "consent": CONSENT,
        "tickets": TICKETS,
        "field": {
            "description": "technicians' laptops: packs, and whom they ask on site",
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "office_key": {
                    "type": "string",
                    "description": "laptop: the office's public key, from `field office-key`",
                },
                "sign_with": {
                    "type": "string",
                    "pattern": CREDENTIAL_PATTERN,
                    "writeOnly": True,
                    "description": "office: a reference to its private key",
                },
                "revoked": _STRING_LIST | {"description": "office: packs that are called back"},
                "office_recipient": {
                    "type": "string",
                    "description": "laptop: to whom it seals what it brings home (age1...)",
                },
                "identity": {
                    "type": "string",
                    "pattern": CREDENTIAL_PATTERN,
                    "writeOnly": True,
                    "description": "office: a reference to its age identity",
                },
                "laptops": _WORDS | {"description": "office: name -> key, from `field enroll`"},
                "nobody": {
                    "type": "string",
                    "pattern": f"^{_IPV4}$",
                    "description": "an address with a way to it, where no resolver runs",
                },
                "vlans": {
                    "type": "array",
                    "maxItems": 4,
                    "uniqueItems": True,
                    "items": {"type": "integer", "minimum": 1, "maximum": 4094},
                    "description": "in which a laptop asks with a tag, beside the service's own",
                },
                "stream": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["group", "port"],
                    "description": "a group of television (MPEG-TS) that every line may join",
                    "properties": {
                        "group": {"type": "string", "pattern": r"^(22[4-9]|23\d)(\.\d{1,3}){3}$"},
                        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
                    },
                },
                "load": {
                    "type": "object",
                    "additionalProperties": False,
                    "description": "who helps to load the line for some seconds each way",
                    "properties": {
                        "iperf3": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["host"],
                            "properties": {
                                "host": {"type": "string", "minLength": 1},
                                "port": {"type": "integer", "minimum": 1, "maximum": 65535},
                            },
                        },
                        "ndt7": {
                            "type": "string",
                            "pattern": "^wss?://[^/]+/?$",
                            "description": "an NDT7 server, for example wss://ndt.example",
                        },
                        "seconds": {"type": "number", "minimum": 3, "maximum": 10},
                        "most_mb": {
                            "type": "number",
                            "exclusiveMinimum": 0,
                            "maximum": 2000,
                            "description": "megabytes in one direction at most; 300",
                        },
                    },
                },
                "page": {
                    "type": "object",
                    "additionalProperties": False,
                    "description": "what the reference's page answers with",
                    "properties": {
                        "url": {
                            "type": "string",
                            "pattern": "^http://",
                            "description": "another page than the reference's, by http://",
                        },
                        "status": {"type": "integer", "minimum": 200, "maximum": 299},
                        "text": {"type": "string", "minLength": 1},
                    },
                },
            },
        },
        "driver_folders": {"description": "folders with further drivers", **_STRING_LIST},
        "playbook_folders": {"description": "folders with further playbooks", **_STRING_LIST},
    },
}
"""JSON Schema 2020-12, printed by `cpe-diag schema config`."""
