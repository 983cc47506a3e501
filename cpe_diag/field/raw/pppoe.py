"""PADI, and every concentrator that answers it. No session is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_facts import FieldPppoe, PppoeOffered
from cpe_diag.field.raw.asking import ask_twice
from cpe_diag.field.raw.ethernet import to_everybody, to_mac
from cpe_diag.field.raw.texts import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scapy.packet import Packet

    from cpe_diag.field.raw.frame import Frame
    from cpe_diag.field.raw.order import Order
    from cpe_diag.field.raw.wire import Wire

DISCOVERY: Final = 0x8863
PADI: Final = 0x09
PADO: Final = 0x07
"""RFC 2516, section 5."""
END, SERVICE, NAME, OWN = 0x0000, 0x0101, 0x0102, 0x0103
COOKIE, RELAY = 0x0104, 0x0110
ERRORS: Final = frozenset({0x0201, 0x0202, 0x0203})
"""RFC 2516, appendix A: tags."""
VERSION: Final = 0x11
"""RFC 2516, section 4: version 1 and type 1."""
AGAIN_S: Final = 1.0
HEAD: Final = 6
MOST_OFFERS: Final = 32
LONGEST: Final = 120


def packets(order: Order) -> tuple[Packet, ...]:
    """Write the two PADI that are sent, the second where the first finds no answer."""
    from scapy.layers.ppp import PPPoED, PPPoED_Tags, PPPoETag

    own = PPPoETag(tag_type=OWN, tag_value=own_mark(order))
    tags = PPPoED_Tags(tag_list=[PPPoETag(tag_type=SERVICE), own])
    return (to_everybody(order, DISCOVERY) / PPPoED(code=PADI) / tags,) * 2


def run(order: Order, wire: Wire) -> FieldPppoe:
    """Ask, and listen to all who answer until the time is over.

    Raises:
        OSError: the interface fails.
    """
    heard = Heard(order)
    ask_twice(order, wire, packets(order), heard, AGAIN_S)
    return FieldPppoe(
        vlan=order.vlan,
        offers=tuple(heard.offers.values()),
        errors=tuple(heard.errors),
        listened_s=round(wire.took_s, 3),
        malformed=heard.malformed,
    )


def own_mark(order: Order) -> bytes:
    """Mark our question: a concentrator sends this back unchanged (RFC 2516, Host-Uniq)."""
    return to_mac(order.mac) + order.number.to_bytes(4, signed=True)


class Heard:
    """What came back so far."""

    def __init__(self, order: Order) -> None:
        """Hear answers to that order."""
        self._order = order
        self._mac = to_mac(order.mac)
        self._vlans = () if order.vlan is None else (order.vlan,)
        self.offers: dict[tuple[str, str], PppoeOffered] = {}
        self.errors: dict[str, None] = {}
        self.malformed = 0

    def take(self, frame: Frame, took_s: float) -> None:
        """Read one frame; what is no answer to our question is passed over."""
        if frame.ethertype != DISCOVERY or frame.vlans != self._vlans or frame.to != self._mac:
            return
        try:
            tags = tuple(read_tags(frame.payload))
        except ValueError:
            self.malformed += 1
            return
        if (OWN, own_mark(self._order)) not in tags:
            return
        for kind, value in tags:
            if kind in ERRORS and len(self.errors) < MOST_OFFERS:
                self.errors[plain(value, LONGEST)] = None
        names = [plain(value, LONGEST) for kind, value in tags if kind == NAME]
        if not names or len(self.offers) >= MOST_OFFERS:
            return
        services = (plain(value, LONGEST) for kind, value in tags if kind == SERVICE)
        offer = PppoeOffered(
            concentrator=names[0],
            mac=frame.mac,
            services=tuple(sorted({one for one in services if one})),
            took_s=round(took_s, 4),
        )
        self.offers.setdefault((offer.concentrator, offer.mac), offer)


def read_tags(payload: bytes, code: int = PADO) -> Iterator[tuple[int, bytes]]:
    """Read the tags of an answer.

    Args:
        payload: what follows the Ethernet head.
        code: which answer it must be.

    Yields:
        Kind and value of each tag.

    Raises:
        ValueError: it is another answer, or a length in it is false.
    """
    if len(payload) < HEAD or payload[0] != VERSION or payload[1] != code:
        raise ValueError("another answer")
    ends = HEAD + int.from_bytes(payload[4:HEAD])
    if ends > len(payload):
        raise ValueError("it is shorter than it says")
    place = HEAD
    while place < ends:
        kind, long = (int.from_bytes(payload[place + at : place + at + 2]) for at in (0, 2))
        place += 4
        if place > ends or place + long > ends:
            raise ValueError("a tag is longer than the message")
        if kind == END:
            return
        yield kind, payload[place : place + long]
        place += long
