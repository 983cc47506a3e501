"""Who answers a router solicitation, and who a DHCPv6 SOLICIT. Nothing is taken."""

from __future__ import annotations

from ipaddress import IPv6Address
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_facts import AdvertisingRouter, Dhcp6Offered, FieldIpv6
from cpe_diag.field.raw.dhcp6 import CLIENT, SERVER, advertised, solicit
from cpe_diag.field.raw.ethernet import to_group, to_mac
from cpe_diag.field.raw.neighbour import advertisement

if TYPE_CHECKING:
    from scapy.packet import Packet

    from cpe_diag.field.raw.frame import Frame
    from cpe_diag.field.raw.order import Order
    from cpe_diag.field.raw.wire import Wire

IPV6: Final = 0x86DD
HEAD: Final = 40
ICMPV6, UDP = 58, 17
"""RFC 8200, section 3, next header; extension headers are not followed: RFC 6980 and RFC 8415
messages have none from well-behaved senders."""
ADVERTISEMENT: Final = 134
HOPS: Final = 255
"""RFC 4861, section 6.1.2: an advertisement with another hop limit has crossed a router."""
AGAIN_S: Final = 1.5
MOST_ADVERTISEMENTS: Final = 256
MOST: Final = 32


def packets(order: Order) -> tuple[Packet, ...]:
    """Write router solicitation and SOLICIT, each twice."""
    from scapy.layers.inet6 import ICMPv6ND_RS, ICMPv6NDOptSrcLLAddr, IPv6

    source = link_local(order)
    ask = (
        to_group(order, "33:33:00:00:00:02", IPV6)
        / IPv6(src=source, dst="ff02::2", hlim=HOPS)
        / ICMPv6ND_RS()
        / ICMPv6NDOptSrcLLAddr(lladdr=order.mac)
    )
    return (ask, solicit(order, source)) * 2


def run(order: Order, wire: Wire) -> FieldIpv6:
    """Ask, and listen to all who answer until the time is over.

    Raises:
        OSError: the interface fails.
    """
    both = packets(order)[:2]
    wire.send(both)
    heard = _Heard(order)
    for ends_s in (min(AGAIN_S, order.for_s), order.for_s):
        if ends_s == order.for_s and not (heard.routers and heard.servers):
            wire.send(both)
        for frame in wire.frames(ends_s):
            heard.take(frame)
            if heard.cut_short:
                break
    return FieldIpv6(
        routers=tuple(heard.routers.values()),
        servers=tuple(heard.servers),
        advertisements=heard.advertisements,
        cut_short=heard.cut_short,
        malformed=heard.malformed,
        listened_s=round(wire.took_s, 3),
    )


def link_local(order: Order) -> str:
    """Give the link-local address that an interface makes of its MAC (RFC 4291, appendix A)."""
    mac = to_mac(order.mac)
    end = bytes([mac[0] ^ 2]) + mac[1:3] + b"\xff\xfe" + mac[3:]
    return str(IPv6Address(b"\xfe\x80" + bytes(6) + end))


class _Heard:
    """What came back so far."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._mac = to_mac(order.mac)
        self._vlans = () if order.vlan is None else (order.vlan,)
        self.routers: dict[tuple[str, str], AdvertisingRouter] = {}
        self.servers: dict[Dhcp6Offered, None] = {}
        self.advertisements = 0
        self.malformed = 0

    @property
    def cut_short(self) -> bool:
        """Whether somebody floods the wire with advertisements."""
        return self.advertisements >= MOST_ADVERTISEMENTS

    def take(self, frame: Frame) -> None:
        """Read one frame; what is neither an advertisement nor an answer to us is passed over."""
        whole = frame.payload
        if frame.ethertype != IPV6 or frame.vlans != self._vlans or frame.sender == self._mac:
            return
        if len(whole) <= HEAD:
            return
        long = int.from_bytes(whole[4:6])
        try:
            self._read(frame, whole, whole[HEAD : HEAD + long], cut=len(whole) < HEAD + long)
        except ValueError:
            self.malformed += 1

    def _read(self, frame: Frame, whole: bytes, body: bytes, *, cut: bool) -> None:
        if whole[6] == ICMPV6 and body[:1] == bytes([ADVERTISEMENT]):
            self.advertisements += 1
            if cut or whole[7] != HOPS:
                raise ValueError("it is cut, or has crossed a router")
            router = advertisement(str(IPv6Address(whole[8:24])), frame.mac, body)
            if len(self.routers) < MOST:
                self.routers[router.address, router.mac] = router
        elif whole[6] == UDP and body[:4] == SERVER.to_bytes(2) + CLIENT.to_bytes(2):
            if cut:
                raise ValueError("it is cut")
            offer = advertised(frame.mac, body[8:], self._order)
            if offer is not None and len(self.servers) < MOST:
                self.servers[offer] = None
