"""DHCP messages of a relay that asks for itself: how they are written and read."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

from cpe_diag.transports.dhcp_message import (
    ACK,
    BOOTREPLY,
    BOOTREQUEST,
    CLIENT_ID,
    DISCOVER,
    INFORM,
    KIND,
    LEASE,
    MASK,
    NAME_SERVERS,
    NO_ADDRESS,
    OFFER,
    RELAY_AGENT,
    ROUTERS,
    SERVER,
    SUBNET,
    WANTED,
    DhcpMessage,
    read,
    write,
)

# RFC 7042, section 2.1: the second bit of the first octet marks an address of one's own choice.
OWN_MAC: Final = bytes.fromhex("024350454401")
OWN_NAME: Final = b"\0cpe-diag"
"""RFC 2132, section 9.14: type 0 is an identifier that is no hardware address."""
LINK_SELECTION: Final = 5
"""RFC 3527, section 3: the sub-option of option 82 that names the subnet of the client."""
ASKED_FOR: Final = (MASK, ROUTERS, NAME_SERVERS, LEASE, SERVER)
"""As a router asks for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question: from which address, for which subnet; `discover` and `inform` are the xids."""

    own: str
    subnet: str
    discover: int
    inform: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one message says: an address and its name servers, or that the server is there."""

    offered: str | None = None
    informed: bool = False
    name_servers: tuple[str, ...] = ()
    routers: tuple[str, ...] = ()


def packets(question: Question) -> tuple[bytes, ...]:
    """Write DHCPDISCOVER and DHCPINFORM.

    `ciaddr` of the DHCPINFORM is our own address: RFC 2131, section 4.3.5, lets the server answer
    there, and an address of the subscribers' subnet would be somebody's.

    Args:
        question: who asks, and for which subnet.

    Returns:
        The payloads of two datagrams.
    """
    return (
        _packet(question, DISCOVER, question.discover, NO_ADDRESS),
        _packet(question, INFORM, question.inform, IPv4Address(question.own)),
    )


def _packet(question: Question, kind: int, xid: int, client: IPv4Address) -> bytes:
    subnet = IPv4Address(question.subnet).packed
    link = bytes((LINK_SELECTION, len(subnet))) + subnet
    options = {
        KIND: bytes((kind,)),
        CLIENT_ID: OWN_NAME,
        WANTED: bytes(ASKED_FOR),
        SUBNET: subnet,
        RELAY_AGENT: link,  # RFC 3046: the last before the end
    }
    relay = IPv4Address(question.own)
    return write(
        DhcpMessage(
            op=BOOTREQUEST,
            hops=1,
            xid=xid,
            client=client,
            relay=relay,
            mac=OWN_MAC,
            options=options,
        )
    )


def reading(packet: bytes, question: Question) -> Reading:
    """Read one datagram.

    Args:
        packet: its payload, from anybody.
        question: what was asked.

    Returns:
        What it says; nothing at all where it is no answer to the question, or broken.
    """
    try:
        told = read(packet)
        if told.op != BOOTREPLY or told.mac != OWN_MAC:
            return Reading()
        if told.xid == question.discover and told.kind == OFFER:
            servers = told.addresses(NAME_SERVERS)
            offered, routers = str(told.offered), told.addresses(ROUTERS)
            return Reading(offered=offered, name_servers=servers, routers=routers)
    except ValueError:
        return Reading()
    return Reading(informed=told.xid == question.inform and told.kind == ACK)
