"""Rules about the home network's own settings beside each other: do its numbers fit together?"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import PingCheck
from cpe_diag.domain.router_facts import LanStatus, WanStatus
from cpe_diag.domain.way_out_facts import Forwarding
from cpe_diag.judge.keys import FORWARDING, LAN, PING_FROM_HOME_IPV6, WAN
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, yes
from cpe_diag.judge.rules_home_watch import home_ipv6_in_vain
from cpe_diag.judge.rules_way_out import lan_interface

if TYPE_CHECKING:
    from ipaddress import IPv4Interface

    from cpe_diag.judge.rule import Facts


def lan_pool_elsewhere(facts: Facts) -> Answer:
    """Answer whether what the router hands out are addresses of another network than its own.

    A server hands out only what fits the network that it was asked in (dnsmasq(8), dhcp-range);
    one that did would leave the devices without a way to it.
    """
    lan, own = facts.fact(LanStatus, LAN), lan_interface(facts)
    ranges = known(lan.dhcp_ranges) if lan else None
    if lan is None or own is None or ranges is None:
        return cannot_tell(facts, LAN)
    if not ranges or known(lan.dhcp_enabled) is False:
        return does_not_arise("the router hands out no addresses")
    told = " and ".join(f"{one.first} to {one.last}" for one in ranges)
    words = f"{told} are handed out; the router has {own.with_prefixlen} in the home"
    inside = any(_inside(one.first, own) and _inside(one.last, own) for one in ranges)
    return no(words, LAN) if inside else yes(words, LAN)


def _inside(address: str, own: IPv4Interface) -> bool:
    try:
        return IPv4Address(address) in own.network
    except ValueError:
        return True  # no address: a name of dnsmasq's, of which nothing is said


def router_prefix_old(facts: Facts) -> Answer:
    """Answer whether the home has a prefix of IPv6 that is not the one that was handed out.

    A home may have one from somebody else, as by a tunnel: then what it sends comes back.
    """
    wan, forwarding = facts.fact(WanStatus, WAN), facts.fact(Forwarding, FORWARDING)
    lan, routes = lan_interface(facts), known(forwarding.routes) if forwarding else None
    given = known(wan.ipv6_handed_out) if wan else None
    if given is None or routes is None or lan is None:
        missing = ((WAN, given), (FORWARDING, routes), (LAN, lan))
        return cannot_tell(facts, *(key for key, value in missing if value is None))
    device = routes.home_device(str(lan))
    own = routes.own_ipv6(device) if device is not None else ()
    if not given or not own:
        return does_not_arise("no prefix was handed out, or the home has none")
    words = f"the home has {' and '.join(own)}; handed out was {' and '.join(given)}"
    networks = [IPv6Network(one, strict=False) for one in given]
    if any(IPv6Address(one) in network for one in own for network in networks):
        return no(words, WAN, FORWARDING)
    ping = facts.fact(PingCheck, PING_FROM_HOME_IPV6)
    if ping is not None and ping.received:
        return no(f"{words}; what it sends comes back", WAN, FORWARDING, PING_FROM_HOME_IPV6)
    if ping is None and not home_ipv6_in_vain(facts).answer:
        return cannot_tell(facts, PING_FROM_HOME_IPV6)
    return yes(f"{words}; nothing comes back to it", WAN, FORWARDING)


RULES_LAN_SETTINGS: Final[tuple[Rule, ...]] = (
    Rule(
        id="lan_pool_elsewhere",
        question="Does the router hand out addresses of another network than its own?",
        needs=(LAN,),
        ask=lan_pool_elsewhere,
    ),
    Rule(
        id="router_prefix_old",
        question="Has the home another prefix of IPv6 than the one that was handed out?",
        needs=(WAN, FORWARDING, LAN, PING_FROM_HOME_IPV6),
        ask=router_prefix_old,
    ),
)
