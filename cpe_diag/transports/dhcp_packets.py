"""DHCP messages of a relay that asks for itself: how they are written and read."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

# RFC 7042, section 2.1: the second bit of the first octet marks an address of one's own choice.
OWN_MAC: Final = bytes.fromhex("024350454401")
CLIENT_ID: Final = b"\0cpe-diag"
"""RFC 2132, section 9.14: type 0 is an identifier that is no hardware address."""
BOOTREQUEST: Final = 1
BOOTREPLY: Final = 2
LINK_SELECTION: Final = 5
"""RFC 3527, section 3: the sub-option of option 82 that names the subnet of the client."""
WANTED: Final = (1, 3, 6, 51, 54)
"""RFC 2132: mask, routers, name servers, lease time and server identifier, as a router asks."""
OFFER: Final = 2
ACK: Final = 5
"""RFC 2132, section 9.6."""
SHORTEST: Final = 240
"""RFC 2131, section 2: fixed fields of 236 octets, and the magic cookie."""


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
        _packet(question, "discover", question.discover, "0.0.0.0"),  # noqa: S104 - no address yet
        _packet(question, "inform", question.inform, question.own),
    )


def _packet(question: Question, kind: str, xid: int, ciaddr: str) -> bytes:
    from scapy.layers.dhcp import BOOTP, DHCP

    link = bytes((LINK_SELECTION, 4)) + IPv4Address(question.subnet).packed
    options: list[object] = [
        ("message-type", kind),
        ("client_id", CLIENT_ID),
        ("param_req_list", list(WANTED)),
        ("subnet-selection", question.subnet),  # RFC 3011
        ("relay_agent_information", link),  # RFC 3046: the last before the end
        "end",
    ]
    head = BOOTP(
        op=BOOTREQUEST,
        hops=1,
        xid=xid,
        ciaddr=ciaddr,
        giaddr=question.own,
        chaddr=OWN_MAC,
    )
    return bytes(head / DHCP(options=options))


def reading(packet: bytes, question: Question) -> Reading:
    """Read one datagram.

    Args:
        packet: its payload, from anybody.
        question: what was asked.

    Returns:
        What it says; nothing at all where it is no answer to the question.
    """
    from scapy.layers.dhcp import BOOTP, DHCP

    if len(packet) < SHORTEST:
        return Reading()
    head = BOOTP(packet)
    if head.op != BOOTREPLY or bytes(head.chaddr)[: len(OWN_MAC)] != OWN_MAC or DHCP not in head:
        return Reading()
    kinds = [option[1] for option in head[DHCP].options if option[0] == "message-type"]
    if head.xid == question.discover and kinds == [OFFER]:
        named = [option[1:] for option in head[DHCP].options if option[0] == "name_server"]
        servers = (str(one) for option in named for one in option)
        return Reading(offered=str(head.yiaddr), name_servers=tuple(servers))
    return Reading(informed=head.xid == question.inform and kinds == [ACK])
