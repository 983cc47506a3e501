"""Rules about who else speaks for the router in the home, and to whom alone a device speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.device_facts import DeviceWatch
from cpe_diag.domain.lan_facts import LanRouters
from cpe_diag.domain.missing import known
from cpe_diag.judge.keys import LAN_ROUTERS, WATCH
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, span, yes
from cpe_diag.judge.rules_home import NOT_NAMED

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts


def lan_rogue_router(facts: Facts) -> Answer:
    """Answer whether another one offers itself to the home as its IPv6 router.

    Hubs of smart homes announce routes of their own and want no traffic to the world: their
    lifetime is 0 (RFC 4861, section 4.2). A mark in the neighbour table alone is no proof: it
    counts for nothing where devices were seen to answer by way of the router.
    """
    told = facts.fact(LanRouters, LAN_ROUTERS)
    if told is None:
        return cannot_tell(facts, LAN_ROUTERS)
    for one in told.announced:
        lifetime_s, used = known(one.lifetime_s), known(one.used) or 0
        if lifetime_s:
            words = f"{one.mac} announces itself as a router for {span(lifetime_s)}"
            return yes(words, LAN_ROUTERS)
        if used >= facts.limits["device_tries"]:
            words = f"{used} frames went to the world by way of {one.mac}, which is not the router"
            return yes(words, LAN_ROUTERS)
    unsaid = any(known(one.lifetime_s) is None for one in told.announced)
    if unsaid and not (told.listened and told.well):
        return cannot_tell(facts, LAN_ROUTERS)
    if told.announced:
        return no("another one says that it is a router, and nobody goes by it", LAN_ROUTERS)
    return no("nobody else says that it is a router", LAN_ROUTERS)


def device_asks_one_proxy(facts: Facts) -> Answer:
    """Answer whether all that the device connects to is one port of one host, which is no page's.

    Pages are at ports 80 and 443 (RFC 9110, section 4.2), on many hosts.
    """
    watch = facts.fact(DeviceWatch, WATCH)
    ends = known(watch.far_ends) if watch else None
    if watch is None or ends is None:
        return _unknown(facts)
    asked, others = ends.other_ports, watch.flows.past_router - ends.other_ports.asked
    if asked.taken_up or watch.flows.tcp_taken_up:
        return no("connections of it come about", WATCH)
    if not asked.asked or others or ends.addresses != 1:
        return does_not_arise("it does not connect to one host alone")
    words = f"its {asked.asked} connections all go to one host, at ports of no pages, in vain"
    return yes(words, WATCH)


def device_tunnels_in_vain(facts: Facts) -> Answer:
    """Answer whether all that the device sends goes to one host, by no connection, unanswered."""
    watch = facts.fact(DeviceWatch, WATCH)
    ends = known(watch.far_ends) if watch else None
    if watch is None or ends is None:
        return _unknown(facts)
    sent, others = ends.no_connection, watch.flows.past_router - ends.no_connection.asked
    if sent.answered or watch.flows.tcp_taken_up:
        return no("what it sends is answered", WATCH)
    if not sent.asked or others or ends.addresses != 1:
        return does_not_arise("it does not send to one host alone")
    return yes("all that it sends goes to one host, as by a tunnel, and nothing comes back", WATCH)


def _unknown(facts: Facts) -> Answer:
    return does_not_arise(NOT_NAMED) if facts.device_mac is None else cannot_tell(facts, WATCH)


RULES_LAN: Final[tuple[Rule, ...]] = (
    Rule(
        id="lan_rogue_router",
        question="Does another one offer itself to the home as its router?",
        needs=(LAN_ROUTERS,),
        ask=lan_rogue_router,
    ),
    Rule(
        id="device_asks_one_proxy",
        question="Does the device ask one host for all its pages, in vain?",
        needs=(WATCH,),
        ask=device_asks_one_proxy,
    ),
    Rule(
        id="device_tunnels_in_vain",
        question="Does the device send all to one host that does not answer?",
        needs=(WATCH,),
        ask=device_tunnels_in_vain,
    ),
)
