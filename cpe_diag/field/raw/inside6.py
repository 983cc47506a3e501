"""IPv6 inside a session: whether the other end speaks it, and who announces the way out."""

from __future__ import annotations

import secrets
from ipaddress import IPv6Address
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_inside_facts import InsideIpv6
from cpe_diag.field.raw.ipv6 import ADVERTISEMENT, HEAD, HOPS, ICMPV6
from cpe_diag.field.raw.negotiation import Negotiation
from cpe_diag.field.raw.neighbour import advertisement

if TYPE_CHECKING:
    from cpe_diag.domain.field_facts import AdvertisingRouter

IPV6: Final = 0x0057
"""RFC 5072, section 3: its protocol's number in PPP."""
IDENTIFIER: Final = 1
"""RFC 5072, section 4.1: the option of the interface identifier."""
LENGTH: Final = 8
NONE: Final = bytes(LENGTH)
TRIES: Final = 2
WAIT_S: Final = (0.8, 1.5)
"""RFC 4861, section 6.2.6: an advertisement is delayed by up to 0.5 s."""
MOST: Final = TRIES
MOST_ROUTERS: Final = 8
MOST_READ: Final = 64


class Ipv6Options:
    """What we want of IPv6, and what we let the other end want (RFC 5072, section 4)."""

    def __init__(self) -> None:
        """Want an identifier of our own."""
        self.identifier = secrets.token_bytes(LENGTH)
        self.refused = False
        self.asked = False
        self.negotiation = Negotiation(
            {IDENTIFIER: self.identifier}, weigh=self._weigh, adopt=self._adopt
        )

    @property
    def own(self) -> str:
        """Our link-local address."""
        told = self.negotiation.wanted.get(IDENTIFIER, self.identifier)
        return str(IPv6Address(b"\xfe\x80" + bytes(6) + told))

    def ask(self) -> bytes:
        """Write our question."""
        self.asked = True
        return self.negotiation.ask()

    def _weigh(self, kind: int, value: bytes) -> bytes | None:
        if kind != IDENTIFIER or len(value) != LENGTH:
            return None
        ours = self.negotiation.wanted.get(IDENTIFIER)
        return secrets.token_bytes(LENGTH) if value in {NONE, ours} else value

    def _adopt(self, kind: int, value: bytes) -> bytes | None:
        fits = kind == IDENTIFIER and len(value) == LENGTH and value != NONE
        return value if fits else None


def solicitation(own: str) -> bytes:
    """Write what asks routers to announce themselves (RFC 4861, section 4.1)."""
    from scapy.layers.inet6 import ICMPv6ND_RS, IPv6

    return bytes(IPv6(src=own, dst="ff02::2", hlim=HOPS) / ICMPv6ND_RS())


class Routers:
    """Who has announced itself inside the session so far."""

    def __init__(self, mac: str) -> None:
        """Hear nobody yet; `mac` is the concentrator's."""
        self._mac = mac
        self._found: dict[str, AdvertisingRouter] = {}
        self._read = 0
        self.malformed = 0

    @property
    def heard(self) -> bool:
        """Whether somebody has."""
        return bool(self._found)

    def take(self, packet: bytes) -> None:
        """Read one IPv6 packet; what is no advertisement is passed over."""
        self._read += 1
        if self._read > MOST_READ or len(packet) <= HEAD or packet[6] != ICMPV6:
            return
        long = int.from_bytes(packet[4:6])
        body = packet[HEAD : HEAD + long]
        if body[:1] != bytes((ADVERTISEMENT,)):
            return
        try:
            whole = body if len(body) == long and packet[7] == HOPS else b""
            router = advertisement(str(IPv6Address(packet[8:24])), self._mac, whole)
        except ValueError:  # it is cut, or has crossed a router
            self.malformed += 1
            return
        if len(self._found) < MOST_ROUTERS:
            self._found[router.address] = router

    def told(self, *, agreed: bool) -> InsideIpv6:
        """Give what came."""
        routers = tuple(self._found.values())
        return InsideIpv6(agreed=agreed, routers=routers, malformed=self.malformed)
