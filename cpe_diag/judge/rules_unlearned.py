"""Rules about whom the node learns from the frames that come in by the port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.port_facts import LearnedMacs, PortRates
from cpe_diag.judge.keys import LEARNED_MACS, PORT_RATES, PORT_STATUS, ROUTER_REACHED
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, says, yes
from cpe_diag.judge.rules_port import no_mac_learned, port_down
from cpe_diag.judge.rules_router import router_unreachable

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts


def port_takes_no_frames(facts: Facts) -> Answer:
    """Answer whether whole frames come from the home, and the node throws them away.

    A bridge learns the sender of each frame that it takes (IEEE 802.1Q, section 8.7). What
    switches say to each other (802.1D, LLDP) it does not take; a router that looks for its edge or
    an address sends more often than those.
    """
    gone, down = router_unreachable(facts), port_down(facts)
    if gone.answer is False:
        return gone
    if gone.answer is None or down.answer is not False:
        missing = (*gone.missing, *down.missing)
        return cannot_tell(facts, *missing) if missing else does_not_arise(down.because)
    return _thrown_away(facts)


def _thrown_away(facts: Facts) -> Answer:
    learned, rates = no_mac_learned(facts), facts.fact(PortRates, PORT_RATES)
    if learned.answer is False:
        return no(learned.because, LEARNED_MACS)
    often = known(rates.in_packets_per_s) if rates else None
    if learned.answer is None or rates is None or often is None:
        return cannot_tell(facts, LEARNED_MACS if learned.answer is None else PORT_RATES)
    words = f"{often:.2g} whole frames/s come in by the port, and {learned.because}"
    enough = often >= facts.limits["unlearned_frames_per_s"]
    if not enough or often * rates.interval_s < facts.limits["unlearned_frames"]:
        return no(words, PORT_RATES, LEARNED_MACS)
    return yes(words, PORT_RATES, LEARNED_MACS, PORT_STATUS)


def router_mac_absent(facts: Facts) -> Answer:
    """Answer whether others are heard at the port, and not the router that we know.

    A frame bears the address of the socket that it left by (IEEE 802.3, section 3.2.5). A router
    that is reached has been exchanged, and nobody suffers from it.
    """
    others = _heard_beside(facts)
    if isinstance(others, Answer):
        return others
    router = (known(facts.subscriber.router_mac) or "").lower()
    if router in _perhaps(facts):
        return does_not_arise(f"{router} is heard, and the node does not tell in which VLAN")
    words = f"{', '.join(others)} at the port, and not {known(facts.subscriber.router_mac)}"
    return says(not _router_heard(facts), words, LEARNED_MACS, ROUTER_REACHED)


def home_on_the_line(facts: Facts) -> Answer:
    """Answer whether several are heard at the port of a router that is not reached.

    Behind a router that routes the home is one sender (RFC 1812, section 4.2.1): more of them are
    a home that the router, or its cable, has made one network with the operator's.
    """
    others = _heard_beside(facts)
    if isinstance(others, Answer):
        return others
    least, heard = facts.limits["senders_of_a_bridge"], len(others) + _router_heard(facts)
    enough = heard >= least
    if not enough and heard + len(_perhaps(facts)) >= least:
        return does_not_arise("more are heard, and the node does not tell in which VLAN")
    words = f"{', '.join(others)} at the port, behind which one router should be heard"
    return says(enough, words, LEARNED_MACS, ROUTER_REACHED)


def _heard_beside(facts: Facts) -> tuple[str, ...] | Answer:
    """Give who beside the router is heard in the VLAN of the service, in order."""
    gone, router = router_unreachable(facts), known(facts.subscriber.router_mac)
    if gone.answer is False:
        return gone
    if router is None:
        return does_not_arise("the inventory does not say the router's hardware address")
    heard = _senders(facts)
    if gone.answer is None or heard is None:
        return cannot_tell(facts, ROUTER_REACHED if gone.answer is None else LEARNED_MACS)
    others = tuple(sorted(heard - {router.lower()}))
    if others:
        return others
    if _perhaps(facts) - {router.lower()}:
        return does_not_arise("others are heard, and the node does not tell in which VLAN")
    return no("nobody but the router is heard at the port", LEARNED_MACS)


def _router_heard(facts: Facts) -> bool:
    return (known(facts.subscriber.router_mac) or "").lower() in (_senders(facts) or set())


def _senders(facts: Facts) -> set[str] | None:
    """Give who is heard in the VLAN of the service."""
    learned, vlan = facts.fact(LearnedMacs, LEARNED_MACS), known(facts.subscriber.service.vlan)
    if learned is None:
        return None
    return {one.mac for one in learned.entries if vlan is None or known(one.vlan) == vlan}


def _perhaps(facts: Facts) -> set[str]:
    """Give who is heard in a VLAN that the node does not tell, where it would matter."""
    learned, vlan = facts.fact(LearnedMacs, LEARNED_MACS), known(facts.subscriber.service.vlan)
    if learned is None or vlan is None:
        return set()
    untold = {one.mac for one in learned.entries if known(one.vlan) is None}
    return untold - (_senders(facts) or set())


RULES_UNLEARNED: Final[tuple[Rule, ...]] = (
    Rule(
        id="port_takes_no_frames",
        question="Do frames come in by the port, and the node learns nobody from them?",
        needs=(PORT_RATES, LEARNED_MACS, PORT_STATUS, ROUTER_REACHED),
        ask=port_takes_no_frames,
    ),
    Rule(
        id="router_mac_absent",
        question="Are others heard at the port, and not the router that we know?",
        needs=(LEARNED_MACS, ROUTER_REACHED),
        ask=router_mac_absent,
    ),
    Rule(
        id="home_on_the_line",
        question="Are several heard at the port, where one router should be?",
        needs=(LEARNED_MACS, ROUTER_REACHED),
        ask=home_on_the_line,
    ),
)
