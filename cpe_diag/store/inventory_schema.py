"""The published JSON Schema of an inventory file in YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.secret import CREDENTIAL_FORMS, CREDENTIAL_PATTERN
from cpe_diag.domain.subscriber import AccountState, Technology, WanProtocol

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXT: Final = {"type": "string", "minLength": 1}
_NAME: Final = {"type": ["string", "integer"], "minLength": 1}
_TCP_PORT: Final = {"type": "integer", "minimum": 1, "maximum": 65535}
_RATE: Final = {"type": "integer", "minimum": 1, "description": "bit/s."}
REGION_PATTERN: Final = "[A-Za-z0-9_-]{1,32}"
"""A region is part of the names of queues, which are kept short and plain."""
CREDENTIAL_WORDS: Final = (
    f"a reference to a secret, {' or '.join(CREDENTIAL_FORMS)}, never the secret itself"
)
_CREDENTIAL: Final = {
    "type": "string",
    "pattern": CREDENTIAL_PATTERN,
    "writeOnly": True,
    "description": CREDENTIAL_WORDS,
}
_SNMP_V3_NEEDS_USER: Final = {
    "if": {"properties": {"version": {"enum": ["3", 3]}}, "required": ["version"]},
    "then": {"required": ["user"]},
}

_SNMP: Final[Mapping[str, object]] = {
    "port": {**_TCP_PORT, "description": "UDP port of SNMP; 161."},
    "version": {"enum": ["2c", "3", 3], "description": "SNMP version; 2c."},
    "user": {**_TEXT, "description": "SNMPv3 user."},
    "credential": _CREDENTIAL,
    "auth_protocol": {**_TEXT, "description": "SNMPv3; sha256."},
    "priv_protocol": {**_TEXT, "description": "SNMPv3; aes128."},
}
_MODEM: Final[Mapping[str, object]] = {
    "type": "object",
    "description": "How the cable modem itself is asked.",
    "properties": {
        "address": {**_TEXT, "description": "IP address; what the CMTS says."},
        "driver": {**_TEXT, "description": "Driver of the modem; docsis_modem."},
        **_SNMP,
    },
    "required": ["credential"],
    "additionalProperties": False,
    **_SNMP_V3_NEEDS_USER,
}

INVENTORY_SCHEMA: Final[Mapping[str, object]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:cpe-diag:schema:inventory-1",
    "title": "Inventory of subscribers and access nodes",
    "description": "What cpe-diag knows of a network; of a subscriber only the id is required.",
    "type": "object",
    "properties": {
        "nodes": {
            "type": "object",
            "description": "Access nodes by their id.",
            "additionalProperties": {
                "type": "object",
                "properties": {
                    "address": {**_TEXT, "description": "IP address or name."},
                    "driver": {**_TEXT, "description": "Access driver; by technology."},
                    **_SNMP,
                    "write_credential": {
                        **_CREDENTIAL,
                        "description": "For changes; " + CREDENTIAL_WORDS,
                    },
                    "write_user": {**_TEXT, "description": "SNMPv3 user for changes; user."},
                    "uplinks": {"type": "array", "items": _NAME},
                    "system_name": {**_TEXT, "description": "What sysName must be."},
                    "region": {
                        "type": "string",
                        "pattern": f"^{REGION_PATTERN}$",
                        "description": "Whose workers run playbooks there; `default`.",
                    },
                    "cli_address": {**_TEXT, "description": "Command line (SSH); address."},
                    "cli_port": {**_TCP_PORT, "description": "TCP port of SSH; 22."},
                    "cli_user": _TEXT,
                    "cli_credential": _CREDENTIAL,
                    "cli_known_key": {**_TEXT, "description": "Pinned SSH host key."},
                },
                "required": ["address"],
                "additionalProperties": False,
                **_SNMP_V3_NEEDS_USER,
            },
        },
        "subscribers": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "id": {**_NAME, "description": "What a run is started with."},
                    "node": {**_NAME, "description": "One of the nodes above."},
                    "port": {**_NAME, "description": "The operator's name of the port."},
                    "technology": {"enum": [one.value for one in Technology]},
                    "service": {
                        "type": "object",
                        "properties": {
                            "down_bps": _RATE,
                            "up_bps": _RATE,
                            "vlan": {"type": "integer", "minimum": 1, "maximum": 4094},
                            "wan": {"enum": [one.value for one in WanProtocol]},
                            "profile": {**_NAME, "description": "Line or service profile."},
                            "account": {
                                "enum": [one.value for one in AccountState],
                                "description": "What the server that checks logins holds.",
                            },
                            "metered": {
                                "type": "boolean",
                                "description": "Bytes are paid for: no load without consent.",
                            },
                        },
                        "additionalProperties": False,
                    },
                    "router": {
                        "type": "object",
                        "properties": {
                            "address": {**_TEXT, "description": "Management address."},
                            "port": {**_TCP_PORT, "description": "TCP port of SSH; 22."},
                            "platform": {**_TEXT, "description": "Router driver."},
                            "user": _TEXT,
                            "credential": _CREDENTIAL,
                            "model": {**_NAME, "description": "What your records call it."},
                            "known_key": {
                                **_TEXT,
                                "description": "Pinned SSH host key, or its SHA256 fingerprint.",
                            },
                            "legacy_algorithms": {
                                "type": "boolean",
                                "description": "SSH with SHA-1, CBC and ssh-rsa is allowed.",
                            },
                        },
                        "required": ["address"],
                        "additionalProperties": False,
                    },
                    "modem": _MODEM,
                    "session": {
                        "type": "object",
                        "description": "What a laptop on site opens the PPPoE session with.",
                        "properties": {"user": _TEXT, "credential": _CREDENTIAL},
                        "required": ["user", "credential"],
                        "additionalProperties": False,
                    },
                    "router_mac": {
                        "type": "string",
                        "pattern": "^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}$",
                        "description": "a MAC address such as 02:00:5e:00:10:01",
                    },
                    "ssids": {"type": "array", "items": _TEXT},
                    "language": {**_TEXT, "description": "BCP 47 tag for the customer."},
                    "phone": {**_NAME, "description": "What a caller is found by; kept nowhere."},
                    "postal_address": {
                        **_TEXT,
                        "description": "Where the home is; only packs of visits keep it.",
                    },
                    "ont_serial": {**_NAME, "description": "What the ONT must be."},
                    "splitter": {**_NAME, "description": "What the home shares with others."},
                },
                "required": ["id"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["subscribers"],
    "additionalProperties": False,
}
"""Draft 2020-12; `store.inventory_yaml` reads what it describes."""
