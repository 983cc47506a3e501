"""Plays recordings of SNMP agents in the snmprec format: what a real agent held, as objects."""

from __future__ import annotations

import re
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cpe_diag.ports import Oid, SnmpValue

# snmpsim, "Simulation data file format": tags are ASN.1 tag numbers; x marks hexadecimal text.
_NUMBERS: Final = frozenset({"2", "65", "66", "67", "70"})
_OCTETS: Final = "4"
_OBJECT_ID: Final = "6"
_ADDRESS: Final = "64"
_ADDRESS_OCTETS: Final = 4
_NUMBER: Final = re.compile(rb"-?[0-9]+\Z")


def read_snmprec(path: Path) -> Mapping[Oid, SnmpValue]:
    """Read a recording.

    Of an object that stands there twice (agents answer so) the first is kept.

    Args:
        path: the file, a line per object: `OID|tag|value`.

    Returns:
        By oid, what the agent answered, in the types of the SnmpReader door.

    Raises:
        ValueError: a line is not of this format.
    """
    objects: dict[Oid, SnmpValue] = {}
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        if not line.strip():
            continue
        parts = line.rstrip(b"\r").split(b"|", 2)
        if len(parts) != len(("oid", "tag", "value")):
            msg = f"{path}:{number}: expected OID|tag|value"
            raise ValueError(msg)
        oid = parts[0].decode("ascii").lstrip(".")
        objects.setdefault(oid, _value(parts[1].decode("ascii"), parts[2]))
    return objects


def _value(tag: str, content: bytes) -> SnmpValue:
    plain = tag.rstrip("x")
    raw = _from_hex(content) if tag.endswith("x") else content
    if plain in _NUMBERS:
        # Where a publisher has blotted a value out, the agent's answer is not a number any more.
        return int(content) if _NUMBER.match(content) else content
    if plain == _OBJECT_ID:
        return content.decode("ascii", "replace").lstrip(".")
    if plain == _ADDRESS:
        octets = raw if tag.endswith("x") else bytes(int(part) for part in raw.split(b"."))
        return str(IPv4Address(octets)) if len(octets) == _ADDRESS_OCTETS else raw
    return raw if plain == _OCTETS else None


def _from_hex(content: bytes) -> bytes:
    """Read hexadecimal octets; what was cut or blotted out stays as it is written."""
    try:
        return bytes.fromhex(content.decode("ascii"))
    except ValueError:
        return content
