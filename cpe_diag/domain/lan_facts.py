"""Facts about the home's own network: who announces what, and what one device sends there."""

from __future__ import annotations

from dataclasses import dataclass

from cpe_diag.domain.device_facts import Tries
from cpe_diag.domain.missing import NOT_ASKED, Maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncedRouter:
    """Another than the router that says it is an IPv6 router (RFC 4861).

    `lifetime_s` is how long it wants to be a default router, 0 for one that wants not to (section
    4.2, Router Lifetime); Missing where its announcement was not heard. `used` are frames that
    were sent to it on the way to the world meanwhile.
    """

    mac: str
    lifetime_s: Maybe[int]
    used: Maybe[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoudDevice:
    """Who sent most to all of the home: to groups, or to everybody (IEEE 802.3, section 3.2.3.1).

    `frames` and `octets` of it were heard within `over_s` seconds.
    """

    mac: str
    frames: int
    octets: int
    over_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LanRouters:
    """Fact `lan_routers`: who else wants to be the way out of the home.

    `address_taken_by` are hardware addresses that answer for the router's own address (RFC 5227,
    section 2.1.1); Missing where the router cannot ask. `listened` False: the router cannot
    listen, and knows from its neighbour table alone. `well` are answers of devices to another
    network's address that came by way of the router. `tried` is heard on the home's side: for each
    device at how many places it asked for a page, and at how many it was answered. `ended_in_vain`
    are connections for pages that it had to end again and again, since the far end never said that
    it heard it, by device. Both are Missing where the router cannot listen. `loudest` is None
    where nobody sent to all.
    """

    address: str
    announced: tuple[AnnouncedRouter, ...]
    address_taken_by: Maybe[tuple[str, ...]]
    listened: bool
    well: int
    tried: Maybe[tuple[Tries, ...]] = NOT_ASKED
    ended_in_vain: Maybe[tuple[int, ...]] = NOT_ASKED
    loudest: Maybe[LoudDevice | None] = NOT_ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketFrames:
    """One socket or radio of the router, and what passed on it from and to one device.

    `network` is the bridge that it is in, None: none. `forwards` is what the bridge lets it do
    (IEEE 802.1D, section 17.10: port state); Missing where it is in none.
    """

    name: str
    network: str | None
    in_home: bool
    up: Maybe[bool]
    carrier: Maybe[bool]
    forwards: Maybe[bool]
    from_device: Maybe[int]
    to_device: Maybe[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArpAsked:
    """An IPv4 address that a device asked for by ARP (RFC 826), and how often."""

    address: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FramesHeard:
    """What the frames of one device say, without whom it speaks with.

    `at_home` of them came in at the home's own interface. `addresses` are the IPv4 addresses that
    it uses. `begun` are connections (TCP, IPv4) that it asks the router to pass, `begun_answered`
    the answers that were passed to it, `datagrams` what else it has the router pass, `to_router`
    all that it sends to the router but answers.
    """

    at_home: int
    addresses: tuple[str, ...]
    asked_for: tuple[ArpAsked, ...]
    dhcp_asked: int
    dhcp_answered: int
    begun: int
    begun_answered: int
    datagrams: int
    to_router: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EchoRow:
    """Pings in a row, evenly spaced: how many, and in how many spells they were answered or not.

    `spells` counts the changes from answered to unanswered and back, plus one.
    """

    sent: int
    answered: int
    spells: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFrames:
    """Fact `device_frames`: a device by its hardware address alone, on every socket of the router.

    `refused_by` are settings of the router's that keep the device out, in words. `pinned` are
    addresses that the device uses, and that the router is set to send to another one
    (ip-neighbour(8), permanent).
    """

    network: str
    sockets: tuple[SocketFrames, ...]
    heard: Maybe[FramesHeard]
    echoes: Maybe[EchoRow]
    refused_by: tuple[str, ...]
    pinned: tuple[str, ...]
