"""A rule about a port that frames come in by, and from which the node learns nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.port_facts import PortRates
from cpe_diag.judge.keys import LEARNED_MACS, PORT_RATES, PORT_STATUS, ROUTER_REACHED
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, yes
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


RULES_UNLEARNED: Final[tuple[Rule, ...]] = (
    Rule(
        id="port_takes_no_frames",
        question="Do frames come in by the port, and the node learns nobody from them?",
        needs=(PORT_RATES, LEARNED_MACS, PORT_STATUS, ROUTER_REACHED),
        ask=port_takes_no_frames,
    ),
)
