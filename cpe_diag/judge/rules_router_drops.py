"""Rules about what the router's own rules end: of the home, of one device, of itself."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_interface, ip_network
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import Missing, known
from cpe_diag.domain.path_facts import DnsCheck
from cpe_diag.domain.router_facts import LanStatus, WanStatus
from cpe_diag.domain.site_facts import NameTruth
from cpe_diag.domain.way_out_facts import HOME, OUTSIDE, ROUTER, Forwarding
from cpe_diag.judge.keys import (
    DNS_PLATFORM,
    DNS_PLATFORM_ROUTER,
    FORWARDING,
    FRAMES,
    LAN,
    OPENING,
    PING_DEVICE,
    PRESENCE,
    TRUTH_PLATFORM,
    WAN,
    WATCH,
)
from cpe_diag.judge.rule import Answer, Facts, Rule, cannot_tell, does_not_arise, no, yes
from cpe_diag.judge.rules_home import NOT_NAMED
from cpe_diag.judge.rules_pages import device_gets_no_pages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cpe_diag.domain.way_out_facts import RouterDrop

WEB: Final = frozenset({"tcp/80", "tcp/443"})
NAMES: Final = frozenset({"udp/53"})
PINGS: Final = frozenset({"icmp"})
BY_IPV6: Final = {OUTSIDE: WEB, ROUTER: frozenset({"nd"})}
"""Nobody sends a page's packets to a router whose hardware address he cannot learn."""
# The home asks the router for names, and the router others; that it opens no pages of its own and
# sends no pings hurts nobody but us, who measure with them.
NEEDED: Final = {
    (HOME, OUTSIDE): WEB,
    (HOME, ROUTER): frozenset({"udp/53", "udp/67"}),
    (ROUTER, OUTSIDE): NAMES,
}


def _drops(facts: Facts) -> tuple[RouterDrop, ...] | None:
    forwarding = facts.fact(Forwarding, FORWARDING)
    return known(forwarding.drops) if forwarding else None


def _told(facts: Facts, drops: Iterable[RouterDrop], what: str) -> Answer:
    """Say what is ended; where only a condition that nobody sees may end it, nothing is said."""
    drops = tuple(drops)
    sure = next((one for one in drops if one.surely), None)
    if sure is not None:
        words = f"a rule ends {' and '.join(sure.kinds)} of {_whose(sure)}: {sure.rule}"
        return yes(words, FORWARDING)
    return cannot_tell(facts, FORWARDING) if drops else no(what, FORWARDING)


def _whose(drop: RouterDrop) -> str:
    whose = {HOME: "the home", ROUTER: "the router itself"}.get(drop.whom, drop.whom)
    to = {OUTSIDE: "", ROUTER: " to the router"}.get(drop.to, f" to {drop.to}")
    return f"{whose}{to}{' by IPv6' if drop.ipv6 else ''}"


def own_names(facts: Facts, mac: str) -> frozenset[str]:
    """Give what rules may call a device: its MAC, and the addresses that it has."""
    lan = facts.fact(LanStatus, LAN)
    leases = (known(lan.leases) if lan else None) or ()
    neighbours = (known(lan.neighbours) if lan else None) or ()
    held = {one.address for one in leases if one.mac.lower() == mac}
    seen = {one.address for one in neighbours if (known(one.mac) or "").lower() == mac}
    return frozenset({mac, *held, *seen})


def _met(facts: Facts, drops: Iterable[RouterDrop]) -> Iterator[RouterDrop]:
    """Give what is ended for those who complain; not surely, where it is not known who is met."""
    for drop in drops:
        meets = drop.whom != HOME or _meets(facts, drop)
        if meets is None:
            yield replace(drop, surely=False)
        elif meets:
            yield drop


def _meets(facts: Facts, drop: RouterDrop) -> bool | None:
    """Tell whether what is ended for the home is ended for those who complain."""
    mac, spared = facts.device_mac, set(drop.spared)
    if not spared:
        return True
    if mac is not None and spared & own_names(facts, mac):
        return False
    lan = facts.fact(LanStatus, LAN)
    leases = known(lan.leases) if lan else None
    if leases is None:
        return None
    return mac is not None or any(not {one.mac.lower(), one.address} & spared for one in leases)


def router_drops_port(facts: Facts) -> Answer:
    """Answer whether the router's rules end something that home or router need."""
    drops = _drops(facts)
    if drops is None:
        return cannot_tell(facts, FORWARDING)
    needed = (
        one
        for one in drops
        if not one.ipv6 and NEEDED.get((one.whom, one.to), frozenset()).intersection(one.kinds)
    )
    what = "no rule ends web or addresses of the home, or names of home and router"
    return _told(facts, _met(facts, needed), what)


def _of_router(facts: Facts, kinds: frozenset[str], what: str) -> Answer:
    drops = _drops(facts)
    if drops is None:
        return cannot_tell(facts, FORWARDING)
    own = (one for one in drops if one.whom == ROUTER and not one.ipv6)
    return _told(facts, (one for one in own if kinds.intersection(one.kinds)), what)


def router_drops_names(facts: Facts) -> Answer:
    """Answer whether the router's rules end its own questions to name servers."""
    return _of_router(facts, NAMES, "no rule ends the router's questions to name servers")


def router_drops_pings(facts: Facts) -> Answer:
    """Answer whether the router's rules end its own pings, with which we measure."""
    return _of_router(facts, PINGS, "no rule ends the router's pings")


def router_drops_web(facts: Facts) -> Answer:
    """Answer whether the router's rules end its own way to pages."""
    return _of_router(facts, WEB, "no rule ends the router's way to pages")


def router_drops_ipv6(facts: Facts) -> Answer:
    """Answer whether the router's rules end the home's pages by IPv6, where it has IPv6."""
    drops, wan = _drops(facts), facts.fact(WanStatus, WAN)
    if drops is None or wan is None:
        return cannot_tell(facts, FORWARDING if drops is None else WAN)
    if isinstance(wan.ipv6_prefixes, Missing):
        return cannot_tell(facts, WAN)
    if not wan.ipv6_prefixes:
        return does_not_arise("the home has no IPv6")
    own = (one for one in drops if one.ipv6 and one.whom == HOME)
    web = (one for one in own if BY_IPV6.get(one.to, frozenset()).intersection(one.kinds))
    return _told(facts, _met(facts, web), "no rule ends the home's pages by IPv6")


def router_holds_device(facts: Facts) -> Answer:
    """Answer whether a rule of the router's ends what the device in question sends or receives."""
    mac = facts.device_mac
    if mac is None:
        return does_not_arise(NOT_NAMED)
    drops = _drops(facts)
    if drops is None:
        return cannot_tell(facts, FORWARDING)
    names = own_names(facts, mac)
    own = (one for one in drops if one.whom in names and not one.ipv6)
    needed = tuple(
        one for one in own if NEEDED.get((HOME, one.to), frozenset()).intersection(one.kinds)
    )
    gets_none = device_gets_no_pages(facts)
    if needed and gets_none.answer and not any(one.surely for one in needed):
        # By a timetable, say: that it holds just now is seen by what comes about.
        words = f"a rule is made for {_whose(needed[0])}: {needed[0].rule}; {gets_none.because}"
        return yes(words, FORWARDING, *gets_none.rests_on)
    return _told(facts, needed, f"no rule ends what {mac} sends or receives")


def router_drops_site(facts: Facts) -> Answer:
    """Answer whether a rule of the router's ends what goes to the site in question."""
    addresses, drops = _site(facts), _drops(facts)
    if drops is None:
        return cannot_tell(facts, FORWARDING)
    if not addresses:
        return does_not_arise("no site is in question")
    met = (one for one in drops if _is_in(addresses, one.to) and WEB.intersection(one.kinds))
    return _told(facts, met, "no rule ends what goes to the site")


def _is_in(addresses: frozenset[str], to: str) -> bool:
    """Tell whether one of the addresses is what a rule names, or in it."""
    if "/" not in to:
        return to in addresses
    network = ip_network(to, strict=False)
    return any(ip_address(one) in network for one in addresses)


def _site(facts: Facts) -> frozenset[str]:
    """Give the addresses of the site in question, as anybody said them."""
    truth = facts.fact(NameTruth, TRUTH_PLATFORM)
    said = [facts.fact(DnsCheck, key) for key in (DNS_PLATFORM, DNS_PLATFORM_ROUTER)]
    told = [
        *((*truth.told, *truth.known) if truth else ()),
        *(a for one in said if one for a in one.addresses),
    ]
    return frozenset(str(ip_interface(one).ip) for one in told)


RULES_ROUTER_DROPS: Final[tuple[Rule, ...]] = (
    Rule(
        id="router_drops_port",
        question="Do the router's rules end something that home or router need?",
        needs=(FORWARDING, LAN),
        ask=router_drops_port,
    ),
    Rule(
        id="router_drops_names",
        question="Do the router's rules end its own questions to name servers?",
        needs=(FORWARDING,),
        ask=router_drops_names,
    ),
    Rule(
        id="router_drops_pings",
        question="Do the router's rules end its own pings?",
        needs=(FORWARDING,),
        ask=router_drops_pings,
    ),
    Rule(
        id="router_drops_web",
        question="Do the router's rules end its own way to pages?",
        needs=(FORWARDING,),
        ask=router_drops_web,
    ),
    Rule(
        id="router_drops_ipv6",
        question="Do the router's rules end the home's pages by IPv6?",
        needs=(FORWARDING, WAN, LAN),
        ask=router_drops_ipv6,
    ),
    Rule(
        id="router_holds_device",
        question="Does a rule of the router's hold the device in question back?",
        needs=(FORWARDING, LAN, WATCH, OPENING, PING_DEVICE, PRESENCE, FRAMES),
        ask=router_holds_device,
    ),
    Rule(
        id="router_drops_site",
        question="Does a rule of the router's hold back what goes to the site?",
        needs=(FORWARDING, TRUTH_PLATFORM, DNS_PLATFORM, DNS_PLATFORM_ROUTER),
        ask=router_drops_site,
    ),
)
