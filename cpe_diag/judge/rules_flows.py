"""Rules about what the device in question does, by its connections in the router's table.

What passed while the router looked on goes before all that its table still holds: that may be of
the time before the trouble.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.device_facts import DeviceFlows, DeviceWatch, NameQueries
from cpe_diag.domain.path_facts import PingCheck
from cpe_diag.judge.keys import FLOWS, PING_DEVICE, PRESENCE, WATCH
from cpe_diag.judge.rule import Answer, Facts, Rule, cannot_tell, does_not_arise, no, yes
from cpe_diag.judge.rules_device import arp_answered
from cpe_diag.judge.rules_home import NOT_NAMED

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import FactKey


def lately(facts: Facts) -> tuple[DeviceFlows | None, FactKey]:
    """Give what the device did while the router looked on; else all that the table holds."""
    watch = facts.fact(DeviceWatch, WATCH)
    if watch is not None:
        return watch.flows, WATCH
    return facts.fact(DeviceFlows, FLOWS), FLOWS


def device_dns_dead(facts: Facts) -> Answer:
    """Answer whether the device asks names of a server of its own that never answers."""
    flows, key = lately(facts)
    if flows is None:
        return _unknown(facts)
    answered = sum(names.answered for names in _names(flows))
    asked = flows.names_of_others.asked
    if answered:
        return no(f"{answered} of its queries for names were answered", key)
    if asked >= facts.limits["device_queries"]:
        words = f"none of {asked} queries to a name server that is not ours was answered"
        return yes(words, key)
    return does_not_arise("the device asks no other name server")


def device_no_way_out(facts: Facts) -> Answer:
    """Answer whether the device gets names answered and then connects to nobody by the router."""
    flows, key = lately(facts)
    if flows is None:
        return _unknown(facts)
    if flows.past_router_ipv4:
        return no(f"{flows.past_router_ipv4} connections go through the router", key)
    answered = sum(names.answered for names in _names(flows))
    watched = "device_tries" if key == WATCH else "device_names"
    enough = facts.limits["device_names_dual" if flows.past_router else watched]
    if not flows.whole or answered < enough:
        return does_not_arise("the device asks for too little to tell where it sends the rest")
    words = f"{answered} names were answered, and no IPv4 connection goes through the router"
    return yes(words, key)


def device_idle(facts: Facts) -> Answer:
    """Answer whether a device that is there uses the router for nothing at all."""
    flows, ping = facts.fact(DeviceFlows, FLOWS), facts.fact(PingCheck, PING_DEVICE)
    if flows is None:
        return _unknown(facts)
    if flows.past_router or any(names.asked for names in _names(flows)):
        return no("it asks for names or connects through the router", FLOWS)
    by_ping = ping is not None and ping.received > 0
    there = by_ping or arp_answered(facts)
    if there is None:
        return _unknown(facts, no_arp=True)
    if not there or not flows.whole:
        return does_not_arise("the device is not there, or the router's table is too long")
    key = PING_DEVICE if by_ping else PRESENCE
    return yes("it is there, and asks the router for nothing", key, FLOWS)


def _names(flows: DeviceFlows) -> tuple[NameQueries, ...]:
    return (flows.names_of_router, flows.names_of_operator, flows.names_of_others)


def device_takes_no_answers(facts: Facts) -> Answer:
    """Answer whether connections are answered, and the device never says that it heard it."""
    flows, key = lately(facts)
    if flows is None:
        return _unknown(facts)
    if flows.tcp_taken_up:
        return no(f"{flows.tcp_taken_up} of its connections came about", key)
    waiting = flows.tcp_not_taken_up
    if waiting >= facts.limits["device_half_open"]:
        words = f"{waiting} connections were answered, and the device took up none of them"
        return yes(words, key)
    return does_not_arise("no connection waits for the device")


def device_answers_arp_alone(facts: Facts) -> Answer:
    """Answer whether the device is there, and answers nothing else than ARP.

    Many devices leave pings unanswered; that alone says nothing.
    """
    ping, (flows, key) = facts.fact(PingCheck, PING_DEVICE), lately(facts)
    if ping is not None and ping.received:
        return no(f"{ping.target} answers pings", PING_DEVICE)
    if flows is not None and flows.past_router_answered > flows.tcp_not_taken_up:
        return no("its connections through the router are answered and taken up", key)
    arp = arp_answered(facts)
    if arp is False:
        return no("it does not answer ARP either", PRESENCE)
    if arp is None or ping is None or flows is None:
        return _unknown(facts, arp is None, ping is None)
    words = "it answers ARP, but no pings, and no connection of it comes about"
    return yes(words, PRESENCE, PING_DEVICE, key)


def _unknown(facts: Facts, no_arp: bool = False, no_ping: bool = False) -> Answer:  # noqa: FBT001, FBT002 - what is missing
    if facts.device_mac is None:
        return does_not_arise(NOT_NAMED)
    missing = [(PRESENCE, no_arp), (PING_DEVICE, no_ping)]
    keys = [key for key, is_missing in missing if is_missing]
    return cannot_tell(facts, *(keys or [FLOWS]))


RULES_FLOWS: Final[tuple[Rule, ...]] = (
    Rule(
        id="device_dns_dead",
        question="Does the device ask a name server that never answers?",
        needs=(FLOWS, WATCH),
        ask=device_dns_dead,
    ),
    Rule(
        id="device_no_way_out",
        question="Does the device connect to nobody through the router?",
        needs=(FLOWS, WATCH),
        ask=device_no_way_out,
    ),
    Rule(
        id="device_idle",
        question="Does the device that is there use the router for nothing?",
        needs=(FLOWS, PING_DEVICE, PRESENCE),
        ask=device_idle,
    ),
    Rule(
        id="device_takes_no_answers",
        question="Does the device not take up what is answered to it?",
        needs=(FLOWS, WATCH),
        ask=device_takes_no_answers,
    ),
    Rule(
        id="device_answers_arp_alone",
        question="Does the device answer ARP and nothing else?",
        needs=(PRESENCE, PING_DEVICE, FLOWS, WATCH),
        ask=device_answers_arp_alone,
    ),
)
