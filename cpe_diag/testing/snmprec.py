"""Plays recordings of SNMP agents in the snmprec format: what a real agent held, as objects."""

from __future__ import annotations

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
    raw = bytes.fromhex(content.decode("ascii")) if tag.endswith("x") else content
    if plain in _NUMBERS:
        return int(content)
    if plain == _OCTETS:
        return raw
    if plain == _OBJECT_ID:
        return content.decode("ascii").lstrip(".")
    if plain == _ADDRESS:
        return str(IPv4Address(raw)) if tag.endswith("x") else content.decode("ascii")
    return None
