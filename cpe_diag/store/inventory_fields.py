"""One subscriber and one access node from named fields, whatever inventory they come from.

A field that is not there, is NULL or is empty text is known to be missing; nothing is guessed.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeVar

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.subscriber import (
    AccessNode,
    NodePort,
    RouterAccess,
    Service,
    SnmpAccess,
    Subscriber,
    Technology,
    WanProtocol,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

V = TypeVar("V")

SUBSCRIBER_FIELDS: Final = (
    "id",
    "node",
    "port",
    "technology",
    "down_bps",
    "up_bps",
    "vlan",
    "wan",
    "router_address",
    "router_port",
    "router_platform",
    "router_user",
    "router_credential",
    "router_known_key",
    "router_mac",
    "ssids",
    "language",
)
"""What an inventory can say of a subscriber; only `id` is required.

Rates in bit/s; `wan` is ipoe, pppoe or static; several `ssids` stand apart by `|`.
"""

NODE_FIELDS: Final = (
    "id",
    "address",
    "port",
    "version",
    "credential",
    "user",
    "driver",
    "auth_protocol",
    "priv_protocol",
)
"""What an inventory can say of an access node; `id` and `address` are required."""

PORT_FIELDS: Final = ("port", "in_service")
"""What a list of a node's ports can say; `port` is required."""

SNMP_PORT: Final = 161
"""RFC 3417, section 3.1."""

SSH_PORT: Final = 22
"""RFC 4253, section 4.1."""

_LARGEST_PORT: Final = 65_535
_LARGEST_VLAN: Final = 4094
"""IEEE 802.1Q: 4095 is reserved."""

_MAC: Final = re.compile(r"[0-9a-f]{12}\Z")
"""Twelve hexadecimal digits, once `:`, `-` and `.` are taken out."""

_TRUE: Final = frozenset({"1", "true", "yes", "y", "on", "active", "in_service"})
_FALSE: Final = frozenset({"0", "false", "no", "n", "off", "inactive"})

_NOT_SAID: Final = Missing(why=FailureKind.NOT_CONFIGURED)


@dataclass(slots=True, kw_only=True)
class FieldReader:
    """Reads typed fields and collects what is wrong with them, as (field, message)."""

    values: Mapping[str, object]
    faults: list[tuple[str, str]] = field(default_factory=list)

    def text(self, name: str) -> str | None:
        """Give a field as text, or None where it is not said."""
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, float | Decimal) and value == int(value):
            value = int(value)
        return str(value).strip() or None

    def required(self, name: str) -> str:
        """Give a field that must be there."""
        text = self.text(name)
        if text is None:
            self.faults.append((name, "is required and is not there"))
        return text or ""

    def number(self, name: str, *, least: int = 1, most: int | None = None) -> int | None:
        """Give a field as a whole number within bounds."""
        text = self.text(name)
        if text is None:
            return None
        bounds = f"at least {least}" if most is None else f"from {least} to {most}"
        if not text.isascii() or not text.isdigit():
            self.faults.append((name, f"expected a whole number {bounds}, found {text!r}"))
            return None
        number = int(text)
        if number < least or (most is not None and number > most):
            self.faults.append((name, f"expected a whole number {bounds}, found {text}"))
            return None
        return number

    def choice(self, name: str, choices: type[E]) -> E | None:
        """Give a field as a member of a closed set."""
        text = self.text(name)
        if text is None:
            return None
        for member in choices:
            if member.value == text.lower():
                return member
        expected = ", ".join(choices)
        self.faults.append((name, f"expected one of {expected}, found {text!r}"))
        return None

    def mac(self, name: str) -> str | None:
        """Give a field as a MAC address in lower-case colon form."""
        text = self.text(name)
        if text is None:
            return None
        digits = re.sub(r"[:.-]", "", text.lower())
        if not _MAC.match(digits):
            self.faults.append((name, f"expected a MAC address, found {text!r}"))
            return None
        return ":".join(digits[i : i + 2] for i in range(0, 12, 2))

    def truth(self, name: str, *, default: bool) -> bool:
        """Give a field as true or false."""
        text = self.text(name)
        if text is None:
            return default
        if text.lower() not in _TRUE | _FALSE:
            self.faults.append((name, f"expected true or false, found {text!r}"))
        return text.lower() in _TRUE


E = TypeVar("E", bound=StrEnum)


def read_subscriber(
    reader: FieldReader, node_named: Callable[[str], AccessNode | str]
) -> Subscriber:
    """Make a subscriber of its fields.

    Args:
        reader: the fields, under the names of SUBSCRIBER_FIELDS; faults are left in it.
        node_named: gives the node of an id, or the words that say why there is none.

    Returns:
        The subscriber; not to be used when the reader has faults.
    """
    return Subscriber(
        id=reader.required("id"),
        node=_node(reader, node_named),
        port=_maybe(reader.text("port")),
        technology=_maybe(reader.choice("technology", Technology)),
        service=Service(
            down_bps=_maybe(reader.number("down_bps")),
            up_bps=_maybe(reader.number("up_bps")),
            vlan=_maybe(reader.number("vlan", most=_LARGEST_VLAN)),
            wan=_maybe(reader.choice("wan", WanProtocol)),
        ),
        router=_router(reader),
        router_mac=_maybe(reader.mac("router_mac")),
        ssids=_maybe(_ssids(reader)),
        language=_maybe(reader.text("language")),
    )


def read_node(reader: FieldReader) -> AccessNode:
    """Make an access node of its fields.

    Args:
        reader: the fields, under the names of NODE_FIELDS; faults are left in it.

    Returns:
        The node; not to be used when the reader has faults.
    """
    version = reader.text("version") or "2c"
    if version not in {"2c", "3"}:
        reader.faults.append(("version", f"expected 2c or 3, found {version!r}"))
    user = reader.text("user")
    if version == "3" and user is None:
        reader.faults.append(("user", "SNMPv3 needs a user, and none is there"))
    return AccessNode(
        id=reader.required("id"),
        snmp=SnmpAccess(
            address=reader.required("address"),
            port=reader.number("port", most=_LARGEST_PORT) or SNMP_PORT,
            version=version,
            credential=reader.text("credential") or "",
            user=user,
            auth_protocol=reader.text("auth_protocol") or "sha256",
            priv_protocol=reader.text("priv_protocol") or "aes128",
        ),
        driver=reader.text("driver"),
    )


def read_port(reader: FieldReader) -> NodePort:
    """Make a port of its fields.

    Args:
        reader: the fields, under the names of PORT_FIELDS; faults are left in it.

    Returns:
        The port; in service where nothing else is said.
    """
    return NodePort(
        port=reader.required("port"), in_service=reader.truth("in_service", default=True)
    )


def near_matches(word: str, known: Iterable[str]) -> str:
    """Give `; near: sub-1001, sub-1010` where known words are close to the one asked for.

    Args:
        word: what was asked for.
        known: all that there is; 100,000 are no trouble.

    Returns:
        Words to append to a message, or empty.
    """
    candidates: list[str] = []
    start, end = word[:3].lower(), word[-4:].lower()
    for one in known:
        lower = one.lower()
        if lower.startswith(start) or lower.endswith(end):
            candidates.append(one)
        if len(candidates) >= _COMPARED:
            break
    close = difflib.get_close_matches(word, candidates, n=3, cutoff=0.6)
    return f"; near: {', '.join(close)}" if close else ""


_COMPARED: Final = 5000
"""Comparing is slow: this many take about 0.1 s."""


def _maybe(value: V | None) -> Maybe[V]:
    return _NOT_SAID if value is None else value


def _node(reader: FieldReader, node_named: Callable[[str], AccessNode | str]) -> AccessNode | None:
    node_id = reader.text("node")
    if node_id is None:
        return None
    node = node_named(node_id)
    if isinstance(node, str):
        reader.faults.append(("node", node))
        return None
    return node


def _router(reader: FieldReader) -> RouterAccess | None:
    port = reader.number("router_port", most=_LARGEST_PORT)
    address = reader.text("router_address")
    if address is None:
        return None
    return RouterAccess(
        address=address,
        port=port or SSH_PORT,
        platform=reader.text("router_platform") or "",
        user=reader.text("router_user") or "",
        credential=reader.text("router_credential") or "",
        known_key=reader.text("router_known_key"),
    )


def _ssids(reader: FieldReader) -> tuple[str, ...] | None:
    given = reader.values.get("ssids")
    if isinstance(given, list):
        return tuple(str(ssid) for ssid in given)
    text = reader.text("ssids")
    return None if text is None else tuple(part.strip() for part in text.split("|"))
