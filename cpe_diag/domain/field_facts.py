"""Facts that only a laptop on site can see: what is on the wire that it is plugged into."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from cpe_diag.domain.missing import LATER, Maybe


class PluggedInto(StrEnum):
    """Where the laptop's cable or radio ends."""

    WALL_PORT = "wall_port"
    ROUTER_LAN = "router_lan"
    WIFI = "wifi"


class Duplex(StrEnum):
    """IEEE 802.3: whether both ends may send at the same time."""

    FULL = "full"
    HALF = "half"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLink:
    """Fact `field_link`: the laptop's own interface.

    `carrier` False: nothing at the other end. `speed_bps` and `duplex` are what both ends agreed
    on; a radio and a virtual interface have none. `flaps` is how often the carrier came or went
    since the interface exists (Linux: /sys/class/net/IFACE/carrier_changes); `errors_in` are
    frames that came in damaged.
    """

    interface: str
    mac: str
    wireless: bool
    carrier: bool
    speed_bps: Maybe[int]
    duplex: Maybe[Duplex]
    mtu_bytes: Maybe[int]
    flaps: Maybe[int]
    errors_in: Maybe[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncedNeighbour:
    """Who says by LLDP (IEEE 802.1AB) or CDP that it is at the other end of the cable.

    `port` is the other end's own name for its port, `port_described` what it says beside it;
    `native_vlan` what it says the untagged frames are. An empty text: it does not say.
    """

    protocol: str
    mac: str
    chassis: str
    port: str
    system: str
    native_vlan: int | None
    port_described: str = field(default="", metadata={LATER: True})


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldHeard:
    """Fact `field_heard`: what was on the wire while the laptop listened and sent nothing.

    `vlans` are the VLAN ids of tagged frames (IEEE 802.1Q), each once. `bridges` are senders of
    spanning tree messages. `own_frame_back` says that the one frame which the laptop sent for it
    came back: there is a loop. `broadcasts` counts frames for everybody. `malformed` counts LLDP
    and CDP frames whose own lengths are false: nothing is taken from them.
    """

    listened_s: float
    frames: int
    broadcasts: int
    vlans: tuple[int, ...]
    neighbours: tuple[AnnouncedNeighbour, ...]
    bridges: tuple[str, ...]
    own_frame_back: bool
    malformed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpOffered:
    """One DHCPOFFER (RFC 2131, section 3.1), with the options that homes live by.

    `server` is option 54, `mac` whose frame it came in; `relay` is giaddr. `mask_bits` None: the
    offer holds no usable mask. `took_s` counts from the first DISCOVER.
    """

    server: str
    mac: str
    relay: str | None
    address: str
    mask_bits: int | None
    routers: tuple[str, ...]
    resolvers: tuple[str, ...]
    lease_s: int | None
    mtu_bytes: int | None
    took_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDhcp:
    """Fact `field_dhcp`: all who answered DHCPDISCOVER; no offer was taken.

    `vlan` is the tag that the question was sent with, None: none. `malformed` counts answers to
    our question that break RFC 2131 or 2132 and from which nothing is taken.
    """

    vlan: int | None
    offers: tuple[DhcpOffered, ...]
    listened_s: float
    malformed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PppoeOffered:
    """One PADO (RFC 2516, section 5.2): a concentrator that would open a session."""

    concentrator: str
    mac: str
    services: tuple[str, ...]
    took_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPppoe:
    """Fact `field_pppoe`: all concentrators that answered PADI; no session was opened.

    `errors` are what they say in error tags (RFC 2516, appendix A), without control characters.
    """

    vlan: int | None
    offers: tuple[PppoeOffered, ...]
    errors: tuple[str, ...]
    listened_s: float
    malformed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArpOwner:
    """Who answers for one IPv4 address (RFC 5227, section 2.1.1: probes from 0.0.0.0)."""

    address: str
    macs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldArp:
    """Fact `field_arp`: who answers for the gateway, for our own address, and for one nobody has.

    `nobodys` is an address that belongs to nobody (RFC 5737); who answers for it answers for
    everything: proxy ARP.
    """

    gateway: ArpOwner | None
    own: ArpOwner | None
    nobodys: ArpOwner


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvertisedPrefix:
    """One prefix of a router advertisement (RFC 4861, section 4.6.2)."""

    prefix: str
    on_link: bool
    autonomous: bool
    valid_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvertisingRouter:
    """One IPv6 router that announces itself (RFC 4861, section 4.2).

    `lifetime_s` 0: it is no way out. `managed` and `other` point to DHCPv6. `resolvers` are those
    of RFC 8106.
    """

    address: str
    mac: str
    lifetime_s: int
    managed: bool
    other: bool
    mtu_bytes: int | None
    prefixes: tuple[AdvertisedPrefix, ...]
    resolvers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dhcp6Offered:
    """One ADVERTISE (RFC 8415, section 18.3.9): what a server would give.

    `status` is its status code where it refuses (NoAddrsAvail, NoPrefixAvail), else empty.
    """

    mac: str
    addresses: tuple[str, ...]
    prefixes: tuple[str, ...]
    resolvers: tuple[str, ...]
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldIpv6:
    """Fact `field_routers`: who answers a router solicitation, and who a DHCPv6 SOLICIT.

    `advertisements` counts all that came, of whomever; `cut_short` says that there were more than
    are read.
    """

    routers: tuple[AdvertisingRouter, ...]
    servers: tuple[Dhcp6Offered, ...]
    advertisements: int
    cut_short: bool
    malformed: int
    listened_s: float
