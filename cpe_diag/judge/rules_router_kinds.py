"""Rules that tell what the router does amiss, where a wider rule has found that it does.

Each looks at the router's own settings beside a finding that says that the home suffers.
"""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv4Network, ip_interface
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.home_facts import HomeWatch
from cpe_diag.domain.missing import Missing, known
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, PingCheck
from cpe_diag.domain.port_facts import PortRates
from cpe_diag.domain.router_facts import LanStatus, WanStatus
from cpe_diag.domain.site_facts import BY_CONFIGURATION, NameTruth
from cpe_diag.domain.way_out_facts import HOME, OUTSIDE, Forwarding
from cpe_diag.judge.keys import (
    DNS_DIRECT,
    DNS_FORWARDER,
    DNS_FORWARDER_AGAIN,
    DNS_OPERATOR,
    DNS_PLATFORM,
    DNS_PLATFORM_ROUTER,
    FORWARDING,
    HOME_WATCH,
    HTTP_PLATFORM,
    HTTP_PLATFORM_ROUTER,
    LAN,
    LAN_ROUTERS,
    LOAD,
    OFFERED_EDGE,
    PING_FROM_HOME_IPV6,
    PORT_RATES,
    TRUTH_PLATFORM,
    TRUTH_REFERENCE,
    WAN,
)
from cpe_diag.judge.rule import Answer, Facts, Rule, cannot_tell, no, says
from cpe_diag.judge.rules_enclosed import ENCLOSE
from cpe_diag.judge.rules_home_watch import OWN_PAGES, home_lost_in_router, home_stalls
from cpe_diag.judge.rules_lan_settings import lan_pool_elsewhere
from cpe_diag.judge.rules_paths import router_dns_fails
from cpe_diag.judge.rules_platform import platform_fails_from_home
from cpe_diag.judge.rules_router_services import NAMES, router_names_lie, router_withholds_site
from cpe_diag.judge.rules_routes import router_sends_astray
from cpe_diag.judge.rules_way_out import forwarding_blocked, lan_interface
from cpe_diag.judge.rules_whose_way import home_seeks_edge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.domain.way_out_facts import RouterDrop

SECURE: Final = "tcp/443"
PLAIN: Final = "tcp/80"
SEEKING: Final = "nd"
EVERYTHING: Final = "0.0.0.0/0"
USUAL_BITS: Final = 24
SHORTEST: Final = 60
"""IEEE 802.3, section 4A.2.3.2.4: bytes of the shortest frame, without its check sequence."""
MAIN: Final = "main"
# ip-link(8), the kinds of tunnels; wg(8), openvpn(8): how their devices are named.
TUNNEL: Final = re.compile(r"(?:tun|tap|wg|gre|sit|ipip|vti|l2tp|xfrm|ovpn|nordlynx)\w*\d*")
# nft(8): a named set; ipset(8), --match-set.
OF_A_SET: Final = re.compile(r"@\w+|--match-set ")
# nft(8), `limit rate over`; iptables-extensions(8), hashlimit and limit.
OF_A_LIMIT: Final = re.compile(r"limit rate over|--limit |hashlimit")
PRIVATE: Final = tuple(
    IPv4Network(one)
    for one in (
        *("0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.168.0.0/16", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"),
    )
)
"""Addresses that dnsmasq takes for ones inside a home (src/rfc1035.c, private_net)."""


def _drops(facts: Facts) -> Iterator[RouterDrop]:
    forwarding = facts.fact(Forwarding, FORWARDING)
    for one in (known(forwarding.drops) if forwarding else None) or ():
        if one.whom == HOME and one.to == OUTSIDE and SECURE in one.kinds:
            yield one


def router_asks_guests(facts: Facts) -> Answer:
    """Answer whether the router leads the home's pages to its own, and ends all else."""
    forwarding = facts.fact(Forwarding, FORWARDING)
    diverts = known(forwarding.diverts) if forwarding else None
    if diverts is None:
        return cannot_tell(facts, FORWARDING)
    led = next((one for one in diverts if one.to is None and PLAIN in one.kinds), None)
    if led is None:
        return no("it leads no pages to itself", FORWARDING)
    blocked = facts.once(forwarding_blocked)
    return says(bool(blocked.answer), f"{led.rule}; {blocked.because}", FORWARDING)


def router_deaf_by_ipv6(facts: Facts) -> Answer:
    """Answer whether the router ends what seeks its hardware address by IPv6.

    Without it nobody in the home finds the way out (RFC 4861, section 7.2; RFC 4890, 4.4.1).
    """
    forwarding = facts.fact(Forwarding, FORWARDING)
    drops = known(forwarding.drops) if forwarding else None
    if drops is None:
        return cannot_tell(facts, FORWARDING)
    deaf = next((one for one in drops if one.whom == HOME and SEEKING in one.kinds), None)
    if deaf is None:
        return no("it hears who seeks it by IPv6", FORWARDING)
    return says(deaf.surely, deaf.rule, FORWARDING)


def router_lists_addresses(facts: Facts) -> Answer:
    """Answer whether the router ends what is on a list of addresses, and the site fails for it."""
    forwarding = facts.fact(Forwarding, FORWARDING)
    if forwarding is None or known(forwarding.drops) is None:
        return cannot_tell(facts, FORWARDING)
    listed = next((one for one in _drops(facts) if OF_A_SET.search(one.rule)), None)
    if listed is None:
        return no("no rule of its goes by a list of addresses", FORWARDING)
    told = facts.once(platform_fails_from_home)
    if told.answer is None:
        return told
    return says(told.answer, f"{listed.rule}; {told.because}", FORWARDING, *told.rests_on)


def router_limits_begun(facts: Facts) -> Answer:
    """Answer whether the router ends connections of the home beyond so many in a time."""
    forwarding = facts.fact(Forwarding, FORWARDING)
    if forwarding is None or known(forwarding.drops) is None:
        return cannot_tell(facts, FORWARDING)
    limit = next((one for one in _drops(facts) if OF_A_LIMIT.search(one.rule)), None)
    if limit is None:
        return no("no rule of its counts connections", FORWARDING)
    return _beside(facts, limit.rule)


def _beside(facts: Facts, rule: str) -> Answer:
    lost = facts.once(home_lost_in_router)
    if lost.answer is None:
        return lost
    return says(lost.answer, f"{rule}; {lost.because}", FORWARDING, *lost.rests_on)


def router_forgets_begun(facts: Facts) -> Answer:
    """Answer whether connections come about and then stand still in the router alone."""
    stalled, lost = facts.once(home_stalls), facts.once(home_lost_in_router)
    if not stalled.answer:
        return stalled
    if lost.answer is None:
        return lost
    return says(lost.answer, lost.because, *stalled.rests_on, *lost.rests_on)


def router_tunnels_home(facts: Facts) -> Answer:
    """Answer whether the router sends the home's traffic into a tunnel that leads nowhere."""
    told = facts.once(router_sends_astray)
    if not told.answer:
        return told
    tunnel = re.search(rf"leaves by ({TUNNEL.pattern})\b", told.because)
    return says(tunnel is not None, told.because, *told.rests_on)


def router_shares_lines(facts: Facts) -> Answer:
    """Answer whether the router shares connections between two ways, and a part is lost.

    Which connection takes which way nobody can see from outside; that the router's own all come
    about and a part of the home's does not, is what one dead way of two looks like.
    """
    forwarding, wan = facts.fact(Forwarding, FORWARDING), facts.fact(WanStatus, WAN)
    routes = known(forwarding.routes) if forwarding else None
    own = known(wan.device) if wan else None
    if routes is None or own is None:
        return cannot_tell(facts, FORWARDING if routes is None else WAN)
    ways = {
        route.table: device
        for route in routes.routes
        for device in route.devices
        if route.network == EVERYTHING and device != own
    }
    chosen = [rule for rule in routes.rules if not rule.understood and rule.table in ways]
    if not chosen:
        return no("all that the home begins takes one way", FORWARDING)
    watch = facts.fact(HomeWatch, HOME_WATCH)
    if watch is None:
        return cannot_tell(facts, HOME_WATCH)
    tries = [one for family in (watch.ipv4, watch.ipv6) for one in family.pages]
    asked, got = sum(one.asked for one in tries), sum(one.answered for one in tries)
    other = ways[str(chosen[0].table)]
    words = f"some go by {other}, others by {own}; {got} of {asked} that the home asked answered"
    in_vain = asked - got >= max(1.0, facts.limits["home_vain_share"] * asked)
    return says(in_vain and got > 0, words, FORWARDING, HOME_WATCH)


def router_stays_elsewhere(facts: Facts) -> Answer:
    """Answer whether the router sends everything by another way, though its line is well."""
    forwarding, wan = facts.fact(Forwarding, FORWARDING), facts.fact(WanStatus, WAN)
    routes = known(forwarding.routes) if forwarding else None
    own = known(wan.device) if wan else None
    if wan is None or routes is None or own is None:
        return cannot_tell(facts, FORWARDING if routes is None else WAN)
    out = [
        route
        for route in routes.routes
        if route.network == EVERYTHING and route.table == MAIN and route.devices
    ]
    if not out or any(own in route.devices for route in out):
        return no(f"what it sends out leaves by {own}, or nothing does", FORWARDING, WAN)
    # Whoever names the line's device in another way than its routes do, has no such route at all.
    named = any(own in route.devices for route in routes.routes)
    well = bool(named and wan.up and known(wan.carrier) and wan.addresses and not wan.gateway)
    elsewhere = out[0].devices[0]
    if TUNNEL.fullmatch(elsewhere):
        return no(f"what it sends out leaves by the tunnel {elsewhere}", FORWARDING)
    words = f"all leaves by {elsewhere}; its line {own} {'is up with an address' if well else ''}"
    return says(well, words, FORWARDING, WAN)


def router_turns_names_away(facts: Facts) -> Answer:
    """Answer whether the router's name service runs, and refuses what it is asked.

    Whom it forwards to answers the router meanwhile. Nobody who does not run refuses by a word,
    so that the running one is what tells it from a dead one. Whoever knows no server to ask
    refuses as well (dnsmasq(8), --no-resolv).
    """
    told = facts.once(router_dns_fails)
    if not told.answer:
        return told
    asked, lan = facts.fact(DnsCheck, DNS_FORWARDER), facts.fact(LanStatus, LAN)
    running = known(lan.dns_forwarder_running) if lan else None
    direct, wan = facts.fact(DnsCheck, DNS_DIRECT), facts.fact(WanStatus, WAN)
    servers = known(wan.dns_servers) if wan else None
    if asked is None or running is None or direct is None or servers is None:
        lacking = ((DNS_DIRECT, direct), (LAN, running), (WAN, servers))
        return cannot_tell(facts, *(key for key, held in lacking if held is None))
    refused = running and bool(servers) and asked.outcome is DnsOutcome.REFUSED
    served = direct.outcome is DnsOutcome.ANSWERED
    words = f"{told.because}; it is {'' if running else 'not '}running"
    words += f", and knows {len(servers) or 'no'} servers to ask"
    return says(refused and served, words, DNS_FORWARDER, LAN, DNS_DIRECT, WAN)


def router_takes_for_private(facts: Facts) -> Answer:
    """Answer whether the router withholds an address that it takes for one inside a home."""
    told = facts.once(router_withholds_site)
    if not told.answer:
        return told
    home, ours = facts.fact(DnsCheck, DNS_PLATFORM_ROUTER), facts.fact(DnsCheck, DNS_PLATFORM)
    if home is None or ours is None:
        return cannot_tell(facts, DNS_PLATFORM)
    bare = home.outcome is DnsOutcome.NO_ADDRESS
    private = bool(ours.addresses) and all(map(_is_private, ours.addresses))
    return says(bare and private, told.because, *told.rests_on)


def _is_private(address: str) -> bool:
    try:
        parsed = IPv4Address(address)
    except AddressValueError:
        return False
    return any(parsed in network for network in PRIVATE)


def router_asks_strangers(facts: Facts) -> Answer:
    """Answer whether the router asks a name server that is not ours, and hears what is not so."""
    told = facts.once(router_names_lie)
    if not told.answer:
        return told
    wan, direct = facts.fact(WanStatus, WAN), facts.fact(DnsCheck, DNS_DIRECT)
    asked = known(wan.dns_servers) if wan else None
    if asked is None or direct is None:
        return cannot_tell(facts, WAN if asked is None else DNS_DIRECT)
    strange = [one for one in asked if one != direct.server]
    words = f"it asks {', '.join(strange) or direct.server}; {told.because}"
    return says(bool(strange) and direct.server not in asked, words, WAN, *told.rests_on)


def router_knows_old_address(facts: Facts) -> Answer:
    """Answer whether the router has an address for the site that nobody else has.

    The site's own are known by the configuration, and our resolver, which the router asks, says
    them: it stands in the router alone.
    """
    home, truth = facts.fact(DnsCheck, DNS_PLATFORM_ROUTER), facts.fact(NameTruth, TRUTH_PLATFORM)
    told = known(truth.told) if truth else None
    so = known(truth.known) if truth else None
    if home is None or told is None or so is None or truth is None:
        return cannot_tell(facts, DNS_PLATFORM_ROUTER if home is None else TRUTH_PLATFORM)
    if home.outcome is not DnsOutcome.ANSWERED or set(home.addresses) & {*told, *so}:
        return no(
            f"the router says {', '.join(home.addresses)} of {home.name}", DNS_PLATFORM_ROUTER
        )
    sure = truth.known_by == BY_CONFIGURATION and set(told) == set(so)
    taken = facts.once(router_names_lie).answer or facts.once(router_withholds_site).answer
    words = f"the router says {', '.join(home.addresses)} of {home.name}, all others {told[0]}"
    return says(sure and not taken, words, DNS_PLATFORM_ROUTER, TRUTH_PLATFORM)


def home_asks_wrongly(facts: Facts) -> Answer:
    """Answer whether a home seeks an edge by the shortest frames alone, and the edge is well.

    Who has an address of the line's sends more than questions; whose answers are lost as well.
    """
    seeks, check = facts.once(home_seeks_edge), facts.fact(PingCheck, OFFERED_EDGE)
    rates = facts.fact(PortRates, PORT_RATES)
    if not seeks.answer:
        return seeks
    if check is None:
        return cannot_tell(facts, OFFERED_EDGE)
    bps = known(rates.in_bps) if rates else None
    a_second = known(rates.in_packets_per_s) if rates else None
    if not bps or not a_second:
        return cannot_tell(facts, PORT_RATES)
    words = f"frames of {bps / 8 / a_second:.0f} bytes; the edge that is handed out answers"
    words += f" {check.received} of {check.sent} pings of ours"
    shortest = round(bps / 8 / a_second) <= SHORTEST
    return says(shortest and check.received > 0, words, OFFERED_EDGE, *seeks.rests_on)


def router_lets_die(facts: Facts) -> Answer:
    """Answer whether the router lets what leaves it live for too few hops to come anywhere."""
    forwarding = facts.fact(Forwarding, FORWARDING)
    if forwarding is None or isinstance(forwarding.lowest_ttl, Missing):
        return cannot_tell(facts, FORWARDING)
    hops, least = forwarding.lowest_ttl, facts.limits["ttl_least"]
    words = f"a rule gives what leaves {hops} hops" if hops else "no rule shortens its life"
    return says(hops is not None and hops < least, words, FORWARDING)


def lan_mask_narrow(facts: Facts) -> Answer:
    """Answer whether what the router hands out would fit its network but for a narrow mask.

    A home has 24 bits unless somebody has changed it; moved homes have another number.
    """
    told, own = facts.once(lan_pool_elsewhere), lan_interface(facts)
    lan = facts.fact(LanStatus, LAN)
    if not told.answer or own is None or lan is None:
        return told
    usual = IPv4Network((int(own.ip), USUAL_BITS), strict=False)
    first = [one.first for one in known(lan.dhcp_ranges) or ()]
    near = any(_is_in(address, usual) for address in first)
    return says(own.network.prefixlen > USUAL_BITS and near, told.because, LAN)


def _is_in(address: str, network: IPv4Network) -> bool:
    try:
        return IPv4Address(address) in network
    except AddressValueError:
        return False


OF_LOSS: Final = (HOME_WATCH, LAN_ROUTERS, *OWN_PAGES, LOAD, PING_FROM_HOME_IPV6)
OF_NAMES: Final = (
    *(DNS_FORWARDER, DNS_DIRECT, DNS_OPERATOR, TRUTH_REFERENCE),
    *(DNS_PLATFORM_ROUTER, DNS_PLATFORM, TRUTH_PLATFORM),
)


def router_awaits_setup(facts: Facts) -> Answer:
    """Answer whether the router says its own address of every name, and lets nothing pass."""
    lies, blocked = router_names_lie(facts), forwarding_blocked(facts)
    for part in (lies, blocked):
        if not part.answer:
            return part
    told, lan = facts.fact(DnsCheck, DNS_FORWARDER), facts.fact(LanStatus, LAN)
    prefix = known(lan.prefix) if lan else None
    if told is None or prefix is None:
        return cannot_tell(facts, LAN)
    own = str(ip_interface(prefix).ip)
    words = f"{lies.because}; {blocked.because}"
    return says(own in told.addresses, words, *lies.rests_on, *blocked.rests_on, LAN)


RULES_ROUTER_KINDS: Final[tuple[Rule, ...]] = (
    Rule(
        id="router_asks_guests",
        question="Does the router lead the home's pages to a login of its own?",
        needs=(FORWARDING,),
        ask=router_asks_guests,
    ),
    Rule(
        id="router_deaf_by_ipv6",
        question="Does the router end what seeks its hardware address by IPv6?",
        needs=(FORWARDING,),
        ask=router_deaf_by_ipv6,
    ),
    Rule(
        id="router_lists_addresses",
        question="Does the site fail for a list of addresses in the router?",
        needs=(FORWARDING, HTTP_PLATFORM, HTTP_PLATFORM_ROUTER),
        ask=router_lists_addresses,
    ),
    Rule(
        id="router_limits_begun",
        question="Does the router end connections beyond so many in a time?",
        needs=(FORWARDING, *OF_LOSS),
        ask=router_limits_begun,
    ),
    Rule(
        id="router_forgets_begun",
        question="Do connections come about and then stand still in the router?",
        needs=OF_LOSS,
        ask=router_forgets_begun,
    ),
    Rule(
        id="router_tunnels_home",
        question="Does the router send the home into a tunnel that leads nowhere?",
        needs=(FORWARDING, WAN, LAN, *OF_LOSS),
        ask=router_tunnels_home,
    ),
    Rule(
        id="router_shares_lines",
        question="Does the router share connections between two ways, of which one is dead?",
        needs=(FORWARDING, WAN, HOME_WATCH),
        ask=router_shares_lines,
    ),
    Rule(
        id="router_stays_elsewhere",
        question="Does the router use another way though its line is well?",
        needs=(FORWARDING, WAN),
        ask=router_stays_elsewhere,
    ),
    Rule(
        id="router_turns_names_away",
        question="Does the router's name service run, and refuse what it is asked?",
        needs=(DNS_FORWARDER, DNS_FORWARDER_AGAIN, DNS_DIRECT, LAN, WAN),
        ask=router_turns_names_away,
    ),
    Rule(
        id="router_takes_for_private",
        question="Does the router take the site's address for one inside a home?",
        needs=(*OF_NAMES, HTTP_PLATFORM, HTTP_PLATFORM_ROUTER),
        ask=router_takes_for_private,
    ),
    Rule(
        id="router_asks_strangers",
        question="Does the router ask a stranger for names, and hear what is not so?",
        needs=(WAN, *OF_NAMES, HTTP_PLATFORM, HTTP_PLATFORM_ROUTER),
        ask=router_asks_strangers,
    ),
    Rule(
        id="router_knows_old_address",
        question="Has the router an address for the site that nobody else has?",
        needs=(*OF_NAMES, HTTP_PLATFORM, HTTP_PLATFORM_ROUTER),
        ask=router_knows_old_address,
    ),
    Rule(
        id="home_asks_wrongly",
        question="Does a home ask for nothing but another edge, and is ours well?",
        needs=(*ENCLOSE, OFFERED_EDGE),
        ask=home_asks_wrongly,
    ),
    Rule(
        id="router_lets_die",
        question="Does the router let what leaves it live for too few hops?",
        needs=(FORWARDING,),
        ask=router_lets_die,
    ),
    Rule(
        id="lan_mask_narrow",
        question="Is the mask of the home's network too narrow for what is handed out?",
        needs=(LAN,),
        ask=lan_mask_narrow,
    ),
    Rule(
        id="router_awaits_setup",
        question="Does the router lead every name to itself, and let nothing pass?",
        needs=(*NAMES, FORWARDING, LAN),
        ask=router_awaits_setup,
    ),
)
