"""Facts about one device of the home, as its router sees it."""

from __future__ import annotations

from dataclasses import dataclass

from cpe_diag.domain.missing import NOT_ASKED, Maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class LanSocket:
    """One socket of the router while the device was asked for.

    `frames_in` are those that came in meanwhile; `carrier_losses` how often it lost its link
    since the router's start; `learned` the MAC addresses that were heard on it lately.
    """

    name: str
    carrier: Maybe[bool]
    frames_in: Maybe[int]
    carrier_losses: Maybe[int]
    learned: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePresence:
    """Fact `device_presence`: who answers for the device's address, and where it is plugged in.

    `answered_by` are the MAC addresses that answered ARP requests (RFC 826), each once, empty
    where nobody did; Missing where the router cannot send them. `neighbour_state` is the kernel's
    word for the address after it was asked (ip-neighbour(8)).
    """

    address: str
    answered_by: Maybe[tuple[str, ...]]
    neighbour_state: Maybe[str]
    sockets: tuple[LanSocket, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LanOffers:
    """Fact `lan_offers`: who else gives out addresses in the home (RFC 2131, DHCPOFFER).

    `servers` are the addresses of those that offered one to the router itself; empty: nobody did.
    """

    servers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NameQueries:
    """Flows to the name service of one kind of server, and how many of them it answered."""

    asked: int
    answered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFlows:
    """Fact `device_flows`: the device's connections in the router's table, counted.

    Whom the device speaks with is nobody's business and is not kept. Names asked (port 53) stand
    apart, by whether the server is the router, one that the operator names, or another's.
    `past_router` are all other connections through the router, `past_router_answered` those to
    which something came back, `past_router_ipv4` those of IPv4; `tcp_taken_up` of them are
    connections whose handshake was ended, `tcp_not_taken_up` those that were answered while the
    device never said that it heard it.
    `whole` False: the table is longer than what was read.
    """

    names_of_router: NameQueries
    names_of_operator: NameQueries
    names_of_others: NameQueries
    to_router: int
    past_router: int
    past_router_answered: int
    past_router_ipv4: int
    tcp_taken_up: int
    tcp_not_taken_up: int
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """Connections of one kind: begun by the device, answered, and their handshake ended."""

    asked: int
    answered: int
    taken_up: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FarEnds:
    """With how many a device speaks past the router, and how: numbers, and no names.

    `addresses` are far addresses, each once; `other_ports` its connections (TCP) to other ports
    than those of pages, `no_connection` what is no TCP and no page (QUIC) either.
    """

    addresses: int
    other_ports: Tries
    no_connection: Tries


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLoss:
    """A socket of the router that lost its link while one looked, and how often."""

    socket: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceWatch:
    """Fact `device_watch`: what passed between the device and the internet while one looked.

    `flows` counts as `device_flows` does, but only what had a packet within the last `watched_s`
    seconds: what is older was perhaps before the trouble. `secure` are its connections to port 443
    (TCP; QUIC stands in `flows` alone), `plain` those to port 80; `others_taken_up` those of other
    devices of the home whose handshake has ended. `asked_in_vain` are addresses of the home that
    the device asked for by ARP again and again (RFC 826), `frames_astray` its frames to a hardware
    address that nobody in the home has; Missing where the router cannot listen. `link_losses` are
    the sockets that lost their link meanwhile. `far_ends` came later. `to_site` are its
    connections to the addresses that the site in question is known to have, `dead_ends` the places
    past the router where it tried TCP and nobody ever answered. `others_to_site` are those of
    other devices to the site. `all_tcp` are all its connections (TCP) past the router, `by_ipv6`
    those of them by IPv6, `others_tcp` those of other devices.
    """

    watched_s: float
    flows: DeviceFlows
    secure: Tries
    plain: Tries
    others_taken_up: int
    asked_in_vain: Maybe[tuple[str, ...]]
    frames_astray: Maybe[int]
    link_losses: tuple[LinkLoss, ...]
    far_ends: Maybe[FarEnds] = NOT_ASKED
    to_site: Maybe[Tries] = NOT_ASKED
    dead_ends: Maybe[int] = NOT_ASKED
    others_to_site: Maybe[Tries] = NOT_ASKED
    all_tcp: Maybe[Tries] = NOT_ASKED
    by_ipv6: Maybe[Tries] = NOT_ASKED
    others_tcp: Maybe[Tries] = NOT_ASKED
