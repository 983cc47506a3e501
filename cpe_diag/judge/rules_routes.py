"""Rules about where the router sends the home's packets: astray, to somebody else, too slowly."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, ip_address
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import Missing, known
from cpe_diag.domain.path_facts import DnsCheck, PingCheck
from cpe_diag.domain.route_facts import RouteKind
from cpe_diag.domain.router_facts import LanStatus, WanStatus
from cpe_diag.domain.way_out_facts import HOME, OUTSIDE, Forwarding
from cpe_diag.judge.keys import (
    DNS_DIRECT,
    DNS_OPERATOR,
    DNS_OPERATOR_IPV6,
    DNS_PLATFORM,
    DNS_PLATFORM_IPV6,
    FORWARDING,
    HOME_WATCH,
    LAN,
    LAN_ROUTERS,
    PING_FROM_HOME,
    PING_GATEWAY,
    PING_REFERENCE,
    WAN,
)
from cpe_diag.judge.route_lookup import Packet, ways
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, rate, yes
from cpe_diag.judge.rules_home_watch import home_connects_in_vain, home_heard_in_vain
from cpe_diag.judge.rules_router_drops import own_names
from cpe_diag.judge.rules_way_out import is_private, lan_interface

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.domain.evidence import FactKey
    from cpe_diag.domain.route_facts import RouterRoute, RouterRoutes
    from cpe_diag.domain.way_out_facts import RouterDivert
    from cpe_diag.judge.rule import Facts

ENDS: Final = frozenset({RouteKind.UNREACHABLE, RouteKind.PROHIBIT, RouteKind.BLACKHOLE})
NAMES_OF_TARGETS: Final = (DNS_OPERATOR, DNS_PLATFORM, DNS_OPERATOR_IPV6, DNS_PLATFORM_IPV6)
SECURE: Final = "tcp/443"
GONE: Final = frozenset({"FAILED", "INCOMPLETE"})
"""ip-neighbour(8): nobody has answered for the address."""
# What tunnels are called by those who make them: openvpn(8), wg(8), ip-tunnel(8).
TUNNEL: Final = re.compile(r"(?:tun|tap|wg|gre|ipip|sit|vti|ppp[-_]?vpn|zt|tailscale)")
INGRESS: Final = "ifb"
"""What comes in is held back on a device of this kind (ip-link(8), type ifb)."""
IPV6: Final = 6
# nft(8), "limit rate over": a rule that ends what comes faster, in units of 1024.
POLICED: Final = re.compile(r"limit rate over (\d+) ([kmg]?)bytes/second")
UNITS: Final = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


def _targets(facts: Facts) -> Iterator[tuple[FactKey, str, IPv4Address | IPv6Address]]:
    """Give the addresses that are in question: of the reference, the site and the resolver."""
    for key in NAMES_OF_TARGETS:
        name = facts.fact(DnsCheck, key)
        for address in name.addresses if name else ():
            yield key, name.name if name else "", ip_address(address)
    direct = facts.fact(DnsCheck, DNS_DIRECT)
    if direct is not None:
        yield DNS_DIRECT, "the operator's resolver", ip_address(direct.server)


def router_sends_astray(facts: Facts) -> Answer:
    """Answer whether the router has a way for the home's packets that does not lead out.

    It has a way to the rest of the world, and a longer prefix or a rule of its own sends what is
    meant for a target that we know into the home, to itself, or nowhere.
    """
    forwarding, wan = facts.fact(Forwarding, FORWARDING), facts.fact(WanStatus, WAN)
    routes = known(forwarding.routes) if forwarding else None
    if routes is None or wan is None:
        return cannot_tell(facts, FORWARDING if routes is None else WAN)
    if not wan.up or wan.gateway is None:
        return does_not_arise("the router has no way to the world at all")
    found = list(_targets(facts))
    if not found:
        return cannot_tell(facts, DNS_OPERATOR)
    for key, name, target in found:
        if _foreign(target, wan):
            continue
        astray = [
            _astray(routes, way, facts, target)
            for way in ways(routes, home_packet(facts, routes, target))
        ]
        if astray and all(astray):
            words = f"what the home sends to {name} ({target}) {' or '.join(map(str, astray))}"
            return yes(words, FORWARDING, key)
    return no(f"the home's way to {found[0][1]} leads out", FORWARDING, found[0][0])


def _foreign(target: IPv4Address | IPv6Address, wan: WanStatus) -> bool:
    """Tell whether a target is of a family that the WAN does not have, or is nobody's."""
    if isinstance(target, IPv6Address):
        return not known(wan.ipv6_gateway)
    return target.is_loopback or target.is_unspecified or is_private(IPv4Interface(target))


def home_packet(facts: Facts, routes: RouterRoutes, target: IPv4Address | IPv6Address) -> Packet:
    """Make a packet that a device of the home sends; where it is not known, the router's own."""
    lan = lan_interface(facts)
    device = routes.home_device(str(lan)) if lan is not None else None
    if lan is None or device is None:
        return Packet(target=target)
    if target.version == IPV6:
        own = routes.own_ipv6(device)
        source: IPv4Address | IPv6Address | None = ip_address(own[0]) if own else None
        return Packet(target=target, source=source, comes_in=device)
    host = next((one for one in lan.network.hosts() if one != lan.ip), lan.ip)
    return Packet(target=target, source=host, comes_in=device)


def _astray(
    routes: RouterRoutes,
    way: RouterRoute | None,
    facts: Facts,
    target: IPv4Address | IPv6Address,
) -> str:
    """Say how a way does not lead out; empty where it may."""
    if way is None:
        return "has no way"
    if way.kind in ENDS:
        return f"is ended by a route to {way.network} ({way.kind})"
    if way.kind is RouteKind.LOCAL:
        return f"is taken in by the router itself ({way.network})"
    return _home_or_tunnel(routes, way, facts, target)


def _home_or_tunnel(
    routes: RouterRoutes, way: RouterRoute, facts: Facts, target: IPv4Address | IPv6Address
) -> str:
    """Say whether a way leads back into the home, or into a tunnel that gives nothing back."""
    lan = lan_interface(facts)
    if lan is None:
        return ""
    home = routes.home_device(str(lan))
    inside = way.gateways and all(_in_home(one, lan.network) for one in way.gateways)
    if inside or (way.devices and set(way.devices) == {home}):
        via = f" via {', '.join(way.gateways)}" if way.gateways else ""
        return f"is sent back into the home by a route to {way.network}{via}"
    names = " and ".join(way.devices)
    tunnel = bool(way.devices) and all(map(TUNNEL.match, way.devices))
    if tunnel and _lost_beyond_the_edge(facts):
        return f"leaves by the tunnel {names}, from which nothing comes back"
    if (tunnel or _another_way(routes, way, target)) and _home_in_vain(facts):
        return f"leaves by {names}, by which few of the home's connections come about"
    return ""


def _another_way(
    routes: RouterRoutes, way: RouterRoute, target: IPv4Address | IPv6Address
) -> bool:
    """Tell whether the router's own packets to a target surely leave by another device."""
    own = [one for one in ways(routes, Packet(target=target)) if one is not None]
    return bool(own) and all(set(one.devices).isdisjoint(way.devices) for one in own)


def _home_in_vain(facts: Facts) -> bool:
    """Tell whether what the home tries is seen or felt to be in vain."""
    ping = facts.fact(PingCheck, PING_FROM_HOME)
    lost = ping is not None and ping.sent > 0 and not ping.received
    return lost or bool(home_connects_in_vain(facts).answer or home_heard_in_vain(facts).answer)


def _lost_beyond_the_edge(facts: Facts) -> bool:
    """Tell whether the line itself is good, and nothing of what goes on comes back."""
    edge, beyond = facts.fact(PingCheck, PING_GATEWAY), facts.fact(PingCheck, PING_REFERENCE)
    tried = edge is not None and beyond is not None and beyond.sent > 0
    return tried and bool(edge and edge.received) and not (beyond and beyond.received)


def _in_home(gateway: str, network: IPv4Network) -> bool:
    address = ip_address(gateway)
    return isinstance(address, IPv4Address) and address in network


def router_diverts_pages(facts: Facts) -> Answer:
    """Answer whether a rule of the router's sends the home's pages to somebody who is not asked.

    A filter of names or a proxy of the home's own may take names and plain pages, as long as it
    is there; secure pages nobody can answer for another.
    """
    forwarding = facts.fact(Forwarding, FORWARDING)
    diverts = known(forwarding.diverts) if forwarding else None
    if diverts is None:
        return cannot_tell(facts, FORWARDING)
    sure = [one for one in diverts if one.surely and one.to is not None]
    if not sure:
        unsure = [one for one in diverts if one.to is not None]
        if unsure:
            return cannot_tell(facts, FORWARDING)
        return no("no rule sends the home's pages or names elsewhere", FORWARDING)
    answers = [_diverted(facts, one) for one in sure]
    return next((one for one in answers if one.answer), answers[0])


def _diverted(facts: Facts, divert: RouterDivert) -> Answer:
    kinds = " and ".join(divert.kinds)
    words = f"a rule sends all {kinds} of the home to {divert.to}: {divert.rule}"
    if SECURE in divert.kinds:
        return yes(words, FORWARDING)
    lan, own = facts.fact(LanStatus, LAN), lan_interface(facts)
    entries = known(lan.neighbours) if lan else None
    if entries is None or own is None:
        return cannot_tell(facts, LAN)
    if ip_address(divert.to or "") not in own.network:
        return no(f"{words}; it is not in the home", FORWARDING)
    there = [one for one in entries if one.address == divert.to]
    gone = all(one.state.upper() in GONE or isinstance(one.mac, Missing) for one in there)
    if there and gone:
        return yes(f"{words}, which does not answer", FORWARDING, LAN)
    return no(f"{words}; the home may want it so", FORWARDING, LAN)


def router_loses_home(facts: Facts) -> Answer:
    """Answer whether what comes back for the home is lost where the router's own comes back.

    Its rules translate: so it is neither missing translation nor the way beyond the router.
    """
    home, own = facts.fact(PingCheck, PING_FROM_HOME), facts.fact(PingCheck, PING_REFERENCE)
    forwarding, lan = facts.fact(Forwarding, FORWARDING), lan_interface(facts)
    if home is None or not home.sent:
        return cannot_tell(facts, PING_FROM_HOME)
    if home.received:
        return no(f"{home.received} of {home.sent} came back to the home", PING_FROM_HOME)
    if own is None or not own.sent or lan is None or forwarding is None:
        return cannot_tell(facts, PING_REFERENCE, LAN, FORWARDING)
    if own.lost_ratio >= facts.limits["path_loss_share"]:
        return does_not_arise("the router's own packets are lost too")
    if not is_private(lan) or not known(forwarding.translates):
        return does_not_arise("its rules do not surely translate the home's addresses")
    words = (
        f"0 of {home.sent} packets with the router's address in the home came back,"
        f" {own.received} of {own.sent} of its own; its rules translate"
    )
    return yes(words, PING_FROM_HOME, PING_REFERENCE, FORWARDING)


def router_translates_wrongly(facts: Facts) -> Answer:
    """Answer whether what leaves is given a fixed address that is not the router's, in vain.

    Whoever has more addresses of the operator's than one may use another; then packets come back.
    """
    forwarding, wan = facts.fact(Forwarding, FORWARDING), facts.fact(WanStatus, WAN)
    if forwarding is None or wan is None or isinstance(forwarding.translated_to, Missing):
        return cannot_tell(facts, FORWARDING if wan is not None else WAN)
    given = forwarding.translated_to
    own = {one.partition("/")[0] for one in wan.addresses}
    if given is None or given in own:
        return no(f"what leaves is given {given or 'the address of its device'}", FORWARDING, WAN)
    words = f"what leaves is given {given}, the router has {' and '.join(own) or 'no address'}"
    home = facts.fact(PingCheck, PING_FROM_HOME)
    if home is None or not home.sent:
        return cannot_tell(facts, PING_FROM_HOME)
    if home.received:
        return no(f"{words}, and packets come back to it", FORWARDING, PING_FROM_HOME)
    return yes(f"{words}, and nothing comes back", FORWARDING, WAN, PING_FROM_HOME)


def router_shapes_low(facts: Facts) -> Answer:
    """Answer whether a queue or a rule of the router's holds the home far below what was sold."""
    forwarding, wan = facts.fact(Forwarding, FORWARDING), facts.fact(WanStatus, WAN)
    shapers = known(forwarding.shapers) if forwarding else None
    policed = None if forwarding is None else _policed(facts, forwarding)
    if policed is not None:
        return yes(policed, FORWARDING)
    if shapers is None:
        return cannot_tell(facts, FORWARDING)
    service, out = facts.subscriber.service, known(wan.device) if wan else None
    lan, routes = lan_interface(facts), known(forwarding.routes) if forwarding else None
    home = routes.home_device(str(lan)) if lan is not None and routes is not None else None
    for one in shapers:
        if one.device not in {out, home} and not one.device.startswith(INGRESS):
            continue  # of a single socket, or of guests
        sold = known(service.up_bps if one.device == out else service.down_bps)
        least = facts.limits["home_rate_low_bps"]
        limit = facts.limits["load_rate_share"] * sold if sold else least
        if one.rate_bps < limit:
            bought = f", sold are {rate(sold)}" if sold else ""
            return yes(f"{one.words} lets {rate(one.rate_bps)} through{bought}", FORWARDING)
    what = ", ".join(f"{one.words}: {rate(one.rate_bps)}" for one in shapers)
    return no(what or "no queue of the router's holds a rate back", FORWARDING)


def _policed(facts: Facts, forwarding: Forwarding) -> str | None:
    """Say which rule ends what the home, or the device in question, sends or gets too quickly."""
    own = own_names(facts, facts.device_mac) if facts.device_mac else frozenset()
    for one in known(forwarding.drops) or ():
        over = POLICED.search(one.rule)
        meets = one.whom in {HOME, *own} and not own & {*one.spared} and SECURE in one.kinds
        if over is None or one.to != OUTSIDE or not meets:
            continue
        most_bps = 8.0 * int(over[1]) * UNITS[over[2]]
        if most_bps < facts.limits["home_rate_low_bps"]:
            return f"{one.rule}: {rate(most_bps)} at most"
    return None


RULES_ROUTES: Final[tuple[Rule, ...]] = (
    Rule(
        id="router_sends_astray",
        question="Does the router send what the home sends out somewhere else?",
        needs=(
            *(FORWARDING, WAN, LAN, *NAMES_OF_TARGETS, DNS_DIRECT),
            *(PING_GATEWAY, PING_REFERENCE, PING_FROM_HOME, HOME_WATCH, LAN_ROUTERS),
        ),
        ask=router_sends_astray,
    ),
    Rule(
        id="router_diverts_pages",
        question="Does a rule of the router's send the home's pages to somebody else?",
        needs=(FORWARDING, LAN),
        ask=router_diverts_pages,
    ),
    Rule(
        id="router_loses_home",
        question="Is what comes back for the home lost, where the router's own comes back?",
        needs=(PING_FROM_HOME, PING_REFERENCE, FORWARDING, LAN),
        ask=router_loses_home,
    ),
    Rule(
        id="router_translates_wrongly",
        question="Is what leaves given a fixed address that is not the router's, in vain?",
        needs=(FORWARDING, WAN, PING_FROM_HOME),
        ask=router_translates_wrongly,
    ),
    Rule(
        id="router_shapes_low",
        question="Does a queue of the router's hold the home far below what was sold?",
        needs=(FORWARDING, WAN, LAN),
        ask=router_shapes_low,
    ),
)
