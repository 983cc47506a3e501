"""Rules about the operator's DHCP server: whether it answers, and has an address to give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.dhcp_facts import DhcpOutcome, DhcpServer
from cpe_diag.domain.missing import known
from cpe_diag.domain.subscriber import WanProtocol
from cpe_diag.judge.keys import DHCP_SERVER, HTTP_OPERATOR, LOG, ROUTER_REACHED, WAN
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, says, yes
from cpe_diag.judge.rules_paths import operator_reference_fails
from cpe_diag.judge.rules_router import router_unreachable
from cpe_diag.judge.rules_wan import wan_dhcp_unanswered

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts

ANSWERS: Final = (DhcpOutcome.OFFERED, DhcpOutcome.NO_OFFER)


def _other_way(facts: Facts) -> str | None:
    """Say how else the subscriber gets an address, None where it may be by DHCP."""
    way = known(facts.subscriber.service.wan)
    return None if way in {None, WanProtocol.IPOE} else f"the service is {way}, not DHCP"


def home_without_address(facts: Facts) -> Answer:
    """Answer whether the router got no address, or cannot be reached at the one it should have."""
    unanswered = wan_dhcp_unanswered(facts)
    if unanswered.answer is not None:
        return unanswered
    way = _other_way(facts)
    return router_unreachable(facts) if way is None else does_not_arise(way)


def dhcp_server_silent(facts: Facts) -> Answer:
    """Answer whether the operator's DHCP server answers nothing, while our own side is well."""
    way = _other_way(facts)
    if way is not None:
        return does_not_arise(way)
    told = facts.fact(DhcpServer, DHCP_SERVER)
    if told is None:
        return cannot_tell(facts, DHCP_SERVER)
    if told.outcome in ANSWERS:
        return no(f"{told.server} answers", DHCP_SERVER)
    words = f"{told.server}, asked for an address in {told.subnet}: {told.outcome}"
    if told.outcome is DhcpOutcome.REFUSED:
        return yes(words, DHCP_SERVER)
    return _if_we_are_well(facts, words)


def _if_we_are_well(facts: Facts, words: str) -> Answer:
    """Believe in silence where the reference answers us: everybody is silent to who is cut off."""
    ours = operator_reference_fails(facts)
    if ours.answer is None:
        return cannot_tell(facts, HTTP_OPERATOR)
    if ours.answer:
        return does_not_arise(f"{words}; the reference fails too: it may be our own side")
    return yes(f"{words}, while the reference answers us", DHCP_SERVER, HTTP_OPERATOR)


def dhcp_pool_empty(facts: Facts) -> Answer:
    """Answer whether the operator's DHCP server is there, and offers no address."""
    way = _other_way(facts)
    if way is not None:
        return does_not_arise(way)
    told = facts.fact(DhcpServer, DHCP_SERVER)
    if told is None or told.outcome not in ANSWERS:
        return cannot_tell(facts, DHCP_SERVER)
    offered = f"offers {told.offered}" if told.offered else "is there and offers none"
    words = f"{told.server}, asked for an address in {told.subnet}, {offered}"
    return says(told.outcome is DhcpOutcome.NO_OFFER, words, DHCP_SERVER)


RULES_DHCP: Final[tuple[Rule, ...]] = (
    Rule(
        id="home_without_address",
        question="Has the home no address from the operator, as far as can be seen?",
        needs=(WAN, LOG, ROUTER_REACHED),
        ask=home_without_address,
    ),
    Rule(
        id="dhcp_server_silent",
        question="Does the operator's DHCP server answer nothing?",
        needs=(DHCP_SERVER, HTTP_OPERATOR),
        ask=dhcp_server_silent,
    ),
    Rule(
        id="dhcp_pool_empty",
        question="Is the operator's DHCP server there, without an address to give?",
        needs=(DHCP_SERVER,),
        ask=dhcp_pool_empty,
    ),
)
