"""Rules about addresses, name servers and clock of the router, against what the line gives."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck
from cpe_diag.domain.router_facts import RouterSystem, WanStatus
from cpe_diag.judge.keys import (
    DNS_CHOSEN,
    DNS_DIRECT,
    DNS_FORWARDER,
    HTTP_OPERATOR,
    LAN,
    SYSTEM,
    WAN,
)
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, says, span, yes
from cpe_diag.judge.rules_paths import SERVER_FAILED, SERVER_SPOKE
from cpe_diag.judge.rules_way_out import interface_of, is_private, lan_interface

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts

# RFC 6598, section 7: what operators give where they translate themselves.
SHARED: Final = IPv4Network("100.64.0.0/10")


def wan_behind_router(facts: Facts) -> Answer:
    """Answer whether the WAN has an address that the operator does not give.

    The operator reaches the router at an address that the router does not have: somebody between
    translates. Where the operator's own addresses are private, or the router is managed at one,
    that says nothing.
    """
    wan = facts.fact(WanStatus, WAN)
    if wan is None:
        return cannot_tell(facts, WAN)
    ours = [one for text in wan.addresses if (one := interface_of(text)) is not None]
    if not ours:
        return does_not_arise("the WAN has no address")
    names = ", ".join(str(one.ip) for one in ours)
    if not all(is_private(one) for one in ours) or any(one.ip in SHARED for one in ours):
        return no(f"the WAN has {names}, which operators give", WAN)
    reached = _reached_at(facts)
    if reached is not None and any(one.ip == reached for one in ours):
        return no(f"the operator itself reaches the router at {reached}", WAN)
    if reached is None or (is_private(IPv4Interface(reached)) and reached not in SHARED):
        return does_not_arise("the router is managed at another address of the operator's")
    return yes(f"the WAN has {names}, and the operator reaches it at {reached}", WAN)


def _reached_at(facts: Facts) -> IPv4Address | None:
    access = facts.subscriber.router
    try:
        return IPv4Address(access.address) if access else None
    except ValueError:
        return None


def lan_wan_overlap(facts: Facts) -> Answer:
    """Answer whether the home uses the same addresses as the line to the operator."""
    wan, home = facts.fact(WanStatus, WAN), lan_interface(facts)
    if wan is None or home is None:
        return cannot_tell(facts, *(key for key, one in ((WAN, wan), (LAN, home)) if one is None))
    lines = [one for text in wan.addresses if (one := interface_of(text)) is not None]
    if not lines:
        return does_not_arise("the WAN has no address")
    same = [one for one in lines if one.network.overlaps(home.network)]
    if same:
        return yes(f"home and WAN both have {home.network} ({same[0]} on the WAN)", LAN, WAN)
    return no(f"the home has {home.network}, the WAN {lines[0].network}", LAN, WAN)


def router_clock_wrong(facts: Facts) -> Answer:
    """Answer whether the router's clock is so far off that certificates and signatures fail.

    It is compared with ours. Where a page of the operator's told its date, ours is compared with
    that, for it may be ours that is wrong.
    """
    system = facts.fact(RouterSystem, SYSTEM)
    offset_s = known(system.clock_offset_s) if system else None
    if offset_s is None:
        return cannot_tell(facts, SYSTEM)
    limit_s = facts.limits["router_clock_s"]
    page = facts.fact(HttpCheck, HTTP_OPERATOR)
    control_s = known(page.server_clock_s) if page else None
    if control_s is not None and abs(control_s) > limit_s:
        right_s = offset_s - control_s
        words = f"the router's clock is {_late(right_s)} of the reference's, and ours is wrong"
        return says(abs(right_s) > limit_s, words, SYSTEM, HTTP_OPERATOR)
    words = f"the router's clock is {_late(offset_s)}"
    return says(abs(offset_s) > limit_s, words, SYSTEM)


def _late(offset_s: float) -> str:
    return f"{span(abs(offset_s))} {'behind' if offset_s < 0 else 'ahead'}"


def clock_fails_names(facts: Facts) -> Answer:
    """Answer whether the router takes good answers for forged, by a clock that is wrong.

    A validator whose clock is outside a signature's time has to answer SERVFAIL.
    """
    clock, check = router_clock_wrong(facts), facts.fact(DnsCheck, DNS_FORWARDER)
    if clock.answer is not True:
        return clock
    if check is None:
        return cannot_tell(facts, DNS_FORWARDER)
    words = f"{clock.because}, and its forwarder said {check.outcome} for {check.name}"
    if check.outcome is not DnsOutcome.SERVFAIL:
        return no(words, SYSTEM, DNS_FORWARDER)
    direct = facts.fact(DnsCheck, DNS_DIRECT)
    if direct is None:
        return cannot_tell(facts, DNS_DIRECT)
    if direct.outcome in SERVER_FAILED:
        return does_not_arise(f"the operator's resolver said {direct.outcome} too")
    return yes(words, SYSTEM, DNS_FORWARDER, DNS_DIRECT)


def chosen_resolver_dead(facts: Facts) -> Answer:
    """Answer whether the router asks a name server of its own choice, which does not answer."""
    wan, direct = facts.fact(WanStatus, WAN), facts.fact(DnsCheck, DNS_DIRECT)
    if wan is not None and direct is not None and direct.server in wan.dns_servers:
        return no(f"the router asks the operator's {direct.server}", WAN)
    check = facts.fact(DnsCheck, DNS_CHOSEN)
    if check is None:
        return cannot_tell(facts, DNS_CHOSEN)
    words = f"{check.server}, which the router is set to ask, said {check.outcome}"
    if check.outcome not in SERVER_FAILED:
        return no(words, DNS_CHOSEN)
    if direct is None:
        return cannot_tell(facts, DNS_DIRECT)
    if direct.outcome not in SERVER_SPOKE:
        return does_not_arise("the operator's resolver does not answer the router either")
    return yes(f"{words}; the operator's {direct.server} answers", DNS_CHOSEN, DNS_DIRECT)


RULES_WAN_SETTINGS: Final[tuple[Rule, ...]] = (
    Rule(
        id="wan_behind_router",
        question="Does another router stand between the operator and this one?",
        needs=(WAN,),
        ask=wan_behind_router,
    ),
    Rule(
        id="lan_wan_overlap",
        question="Do home and WAN use the same addresses?",
        needs=(LAN, WAN),
        ask=lan_wan_overlap,
    ),
    Rule(
        id="router_clock_wrong",
        question="Is the router's clock far off?",
        needs=(SYSTEM, HTTP_OPERATOR),
        ask=router_clock_wrong,
    ),
    Rule(
        id="clock_fails_names",
        question="Does the router take good names for forged, by a wrong clock?",
        needs=(SYSTEM, HTTP_OPERATOR, DNS_FORWARDER, DNS_DIRECT),
        ask=clock_fails_names,
    ),
    Rule(
        id="chosen_resolver_dead",
        question="Does the router ask a name server of its own choice that is dead?",
        needs=(WAN, DNS_CHOSEN, DNS_DIRECT),
        ask=chosen_resolver_dead,
    ),
)
