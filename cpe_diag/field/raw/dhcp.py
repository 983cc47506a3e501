"""DHCPDISCOVER at a wall port or in a home, and everybody who answers it. Nothing is taken."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Any, Final

from cpe_diag.domain.field_facts import DhcpOffered, FieldDhcp
from cpe_diag.field.raw.ethernet import NO_ADDRESS, to_everybody, to_mac
from cpe_diag.field.raw.frame import EVERYBODY

if TYPE_CHECKING:
    from scapy.packet import Packet

    from cpe_diag.field.raw.frame import Frame
    from cpe_diag.field.raw.order import Order
    from cpe_diag.field.raw.wire import Wire

IPV4: Final = 0x0800
CLIENT: Final = 68
SERVER: Final = 67
WANTED: Final = (1, 3, 6, 15, 26, 51, 54)
"""RFC 2132: mask, routers, name servers, domain, MTU, lease time and server identifier."""
AGAIN_S: Final = 1.5
"""A server may look for a moment whether somebody has the address (RFC 2131, section 3.1)."""
OFFER: Final = 2
"""RFC 2132, section 9.6."""
BROKEN: Final = (ValueError, struct.error)
"""scapy lets the second through where a field is cut."""
MOST_OFFERS: Final = 32
LONGEST_LIST: Final = 8


def packets(order: Order) -> tuple[Packet, ...]:
    """Write the two DHCPDISCOVER that are sent, the second where the first finds no answer."""
    from scapy.layers.dhcp import BOOTP, DHCP
    from scapy.layers.inet import IP, UDP

    mac = to_mac(order.mac)
    options = [
        ("message-type", "discover"),
        ("client_id", b"\x01" + mac),
        ("param_req_list", list(WANTED)),
        "end",
    ]
    head = BOOTP(op=1, xid=_xid(order), flags=0x8000, chaddr=mac) / DHCP(options=options)
    whole = IP(src=NO_ADDRESS, dst="255.255.255.255") / UDP(sport=CLIENT, dport=SERVER) / head
    return (to_everybody(order, IPV4) / whole,) * 2


def run(order: Order, wire: Wire) -> FieldDhcp:
    """Ask, and listen to all who answer until the time is over.

    Raises:
        OSError: the interface fails.
    """
    first, second = packets(order)
    wire.send((first,))
    heard = _Heard(order)
    for frame in wire.frames(min(AGAIN_S, order.for_s)):
        heard.take(frame, wire.took_s)
    if not heard.offers:
        wire.send((second,))
    for frame in wire.frames(order.for_s):
        heard.take(frame, wire.took_s)
    return FieldDhcp(
        vlan=order.vlan,
        offers=tuple(heard.offers.values()),
        listened_s=round(wire.took_s, 3),
        malformed=heard.malformed,
    )


def _xid(order: Order) -> int:
    """Number the question: the same for both, and another for each interface and order."""
    return (int.from_bytes(to_mac(order.mac)[2:]) + order.number) & 0xFFFFFFFF


class _Heard:
    """What came back so far: of one server at one MAC the first offer counts."""

    def __init__(self, order: Order) -> None:
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
        except BROKEN:
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
        ValueError, struct.error: it breaks RFC 2131 or 2132.
    """
    from scapy.layers.dhcp import BOOTP, DHCP
    from scapy.layers.inet import IP, UDP

    whole = IP(frame.payload)
    if UDP not in whole or whole[UDP].sport != SERVER or BOOTP not in whole:
        return None
    head = whole[BOOTP]
    if head.xid != xid:
        return None
    if head.op != 2 or DHCP not in head:  # noqa: PLR2004 - RFC 2131, section 2: BOOTREPLY
        raise ValueError("no DHCP message")
    options = _options(head[DHCP].options)
    if options.get("message-type") != [OFFER]:
        return None
    server = _first_address(options, "server_id")
    if server is None or not int(IPv4Address(head.yiaddr)):
        raise ValueError("an offer without server or address")
    return DhcpOffered(
        server=server,
        mac=frame.mac,
        relay=str(head.giaddr) if int(IPv4Address(head.giaddr)) else None,
        address=str(head.yiaddr),
        mask_bits=_mask_bits(_first_address(options, "subnet_mask")),
        routers=_addresses(options, "router"),
        resolvers=_addresses(options, "name_server"),
        lease_s=_number(options, "lease_time"),
        mtu_bytes=_number(options, "interface-mtu"),
        took_s=round(took_s, 4),
    )


def _options(read: list[Any]) -> dict[str, list[Any]]:
    """Give each option's values; the ends of the list are marked by words without values.

    Raises:
        ValueError: an option is cut, or the list does not end.
    """
    if "end" not in read:
        raise ValueError("the options have no end")
    options: dict[str, list[Any]] = {}
    for option in read:
        if isinstance(option, bytes):
            raise ValueError("an option is cut")  # noqa: TRY004 - the message's fault, not ours
        if isinstance(option, tuple):
            options.setdefault(str(option[0]), list(option[1:]))
    return options


def _addresses(options: dict[str, list[Any]], name: str) -> tuple[str, ...]:
    return tuple(str(IPv4Address(str(one))) for one in options.get(name, [])[:LONGEST_LIST])


def _first_address(options: dict[str, list[Any]], name: str) -> str | None:
    return next(iter(_addresses(options, name)), None)


def _mask_bits(mask: str | None) -> int | None:
    return None if mask is None else IPv4Network(f"0.0.0.0/{mask}").prefixlen


def _number(options: dict[str, list[Any]], name: str) -> int | None:
    values = options.get(name, [])
    return values[0] if values and isinstance(values[0], int) else None
