"""One kind of packet that a check sends beyond its wire, and how many of it at most."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Carrier(StrEnum):
    """What a packet is, above IP or beside it."""

    UDP = "UDP"
    TCP = "TCP"
    ICMP = "ICMP"
    ICMPV6 = "ICMPv6"
    IGMP = "IGMP"
    NEIGHBOUR = "ARP, neighbour discovery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """Packets that are alike.

    `test` is the probe's id, or `system` for what the laptop's own system adds. `to` is an
    address, or who that is where it is not known before; `port` None: it has none. `octets` is of
    the largest, with its IP head, `times` how many are sent at most. `held_by` says what bounds a
    stream, empty: each packet is counted before it is sent.
    """

    test: str
    carrier: Carrier
    to: str
    port: int | None = None
    octets: int
    times: int
    says: str
    held_by: str = ""

    @property
    def line(self) -> str:
        """Say it in one line."""
        port = "" if self.port is None else f" port {self.port}"
        many = "once" if self.times == 1 else f"at most {self.times} packets"
        size = f"{self.octets} bytes at most" if self.held_by else f"{self.octets} bytes"
        held = f" ({self.held_by})" if self.held_by else ""
        return f"{self.carrier.value} to {self.to}{port}: {self.says}; {size}, {many}{held}"
