"""DHCPDISCOVER at a wall port or in a home, and everybody who answers it. Nothing is taken."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_facts import DhcpOffered, FieldDhcp
from cpe_diag.field.raw.asking import ask_twice
from cpe_diag.field.raw.ethernet import to_everybody, to_mac
from cpe_diag.field.raw.frame import EVERYBODY
from cpe_diag.transports.dhcp_message import (
    BOOTREPLY,
    BOOTREQUEST,
    BROADCAST,
    CLIENT_ID,
    DISCOVER,
    DOMAIN,
    KIND,
    LEASE,
    MASK,
    MTU,
    NAME_SERVERS,
    NO_ADDRESS,
    OFFER,
    ROUTERS,
    SERVER,
    WANTED,
    DhcpMessage,
    read,
    write,
)

if TYPE_CHECKING:
    from scapy.packet import Packet

    from cpe_diag.field.raw.frame import Frame
    from cpe_diag.field.raw.order import Order
    from cpe_diag.field.raw.wire import Wire

IPV4: Final = 0x0800
CLIENT_PORT: Final = 68
SERVER_PORT: Final = 67
IPV4_HEAD, UDP_HEAD, UDP, FRAGMENT = 20, 8, 17, 0x3FFF
"""RFC 791, section 3.1; RFC 768."""
AGAIN_S: Final = 1.5
"""A server may look for a moment whether somebody has the address (RFC 2131, section 3.1)."""
MOST_OFFERS: Final = 32
LONGEST_LIST: Final = 8


def packets(order: Order) -> tuple[Packet, ...]:
    """Write the two DHCPDISCOVER that are sent, the second where the first finds no answer."""
    from scapy.layers.inet import IP, UDP

    options = {
        KIND: bytes((DISCOVER,)),
        CLIENT_ID: b"\x01" + to_mac(order.mac),
        WANTED: bytes((MASK, ROUTERS, NAME_SERVERS, DOMAIN, MTU, LEASE, SERVER)),
    }
    message = DhcpMessage(
        op=BOOTREQUEST,
        xid=_xid(order),
        flags=BROADCAST,
        mac=to_mac(order.mac),
        options=options,
    )
    whole = IP(src=str(NO_ADDRESS), dst="255.255.255.255")
    whole /= UDP(sport=CLIENT_PORT, dport=SERVER_PORT) / write(message)
    return (to_everybody(order, IPV4) / whole,) * 2


def run(order: Order, wire: Wire) -> FieldDhcp:
    """Ask, and listen to all who answer until the time is over.

    Raises:
        OSError: the interface fails.
    """
    heard = Heard(order)
    ask_twice(order, wire, packets(order), heard, AGAIN_S)
    return FieldDhcp(
        vlan=order.vlan,
        offers=tuple(heard.offers.values()),
        listened_s=round(wire.took_s, 3),
        malformed=heard.malformed,
    )


def _xid(order: Order) -> int:
    """Number the question: the same for both, and another for each interface and order."""
    return (int.from_bytes(to_mac(order.mac)[2:]) + order.number) & 0xFFFFFFFF


class Heard:
    """What came back so far: of one server at one MAC the first offer counts."""

    def __init__(self, order: Order) -> None:
        """Hear answers to that order."""
        self._order = order
        self._mac = to_mac(order.mac)
        self._xid = _xid(order)
        self.offers: dict[tuple[str, str], DhcpOffered] = {}
        self.malformed = 0

    def take(self, frame: Frame, took_s: float) -> None:
        """Read one frame; what is no answer to our question is passed over."""
        if not self._for_us(frame):
            return
        try:
            offer = offered(frame, self._xid, took_s)
        except ValueError:
            self.malformed += 1
            return
        if offer is not None and len(self.offers) < MOST_OFFERS:
            self.offers.setdefault((offer.server, offer.mac), offer)

    def _for_us(self, frame: Frame) -> bool:
        return (
            frame.ethertype == IPV4
            and frame.vlans == (() if self._order.vlan is None else (self._order.vlan,))
            and frame.to in {EVERYBODY, self._mac}
            and frame.sender != self._mac
        )


def offered(frame: Frame, xid: int, took_s: float) -> DhcpOffered | None:
    """Read a DHCPOFFER.

    Args:
        frame: an IPv4 frame.
        xid: of our question.
        took_s: since the question was sent.

    Returns:
        The offer; None where it is another message, or answers another question.

    Raises:
        ValueError: it breaks RFC 2131 or 2132.
    """
    payload = _datagram(frame.payload)
    if payload is None:
        return None
    told = read(payload)
    if told.xid != xid or told.op != BOOTREPLY or told.kind != OFFER:
        return None
    servers = told.addresses(SERVER)
    if len(servers) != 1 or told.offered == NO_ADDRESS:
        raise ValueError("an offer without server or address")
    masks = told.addresses(MASK)
    return DhcpOffered(
        server=servers[0],
        mac=frame.mac,
        relay=None if told.relay == NO_ADDRESS else str(told.relay),
        address=str(told.offered),
        mask_bits=IPv4Network(f"0.0.0.0/{masks[0]}").prefixlen if masks else None,
        routers=told.addresses(ROUTERS)[:LONGEST_LIST],
        resolvers=told.addresses(NAME_SERVERS)[:LONGEST_LIST],
        lease_s=told.number(LEASE, 4),
        mtu_bytes=told.number(MTU, 2),
        took_s=round(took_s, 4),
    )


def _datagram(packet: bytes) -> bytes | None:
    """Give what a server's datagram holds; None where it is none (RFC 791, RFC 768).

    Raises:
        ValueError: it is cut.
    """
    head = (packet[0] & 0xF) * 4 if packet else 0
    if head < IPV4_HEAD or len(packet) < head + UDP_HEAD or packet[9] != UDP:
        return None
    if int.from_bytes(packet[head : head + 2]) != SERVER_PORT:
        return None
    ends = head + int.from_bytes(packet[head + 4 : head + 6])
    if ends > len(packet) or int.from_bytes(packet[6:8]) & FRAGMENT:
        raise ValueError("the datagram is cut")
    return packet[head + UDP_HEAD : ends]
