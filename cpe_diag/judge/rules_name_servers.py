"""Rules about who was named for names, to the home and to the router, and who really answers.

The devices ask whom the router's DHCP server names; the router asks whom the operator's names, or
whom somebody has set: each link of that chain has an owner of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.dhcp_facts import DhcpServer
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing, known
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome
from cpe_diag.domain.router_facts import LanStatus, WanStatus
from cpe_diag.judge.asked_again import asked_again, questions_pass
from cpe_diag.judge.keys import (
    DHCP_SERVER,
    DNS_BEYOND,
    DNS_CHOSEN,
    DNS_DIRECT,
    DNS_DIRECT_AGAIN,
    DNS_FORWARDER,
    DNS_GIVEN,
    DNS_GIVEN_SECOND,
    DNS_OPERATOR,
    FORWARDING,
    LAN,
    WAN,
)
from cpe_diag.judge.rule import Answer, Facts, Rule, cannot_tell, does_not_arise, no, says, yes
from cpe_diag.judge.rules_paths import SERVER_FAILED, SERVER_SPOKE
from cpe_diag.judge.rules_router_drops import router_drops_names
from cpe_diag.judge.rules_wan_settings import chosen_resolver_dead

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import FactKey

ASKED: Final = (DNS_GIVEN, DNS_GIVEN_SECOND)
STATIC: Final = "static"
REFUSALS: Final = frozenset({DnsOutcome.REFUSED, DnsOutcome.SERVFAIL})


def home_resolver_dead(facts: Facts) -> Answer:
    """Answer whether the name server that the router names to the home does not serve it.

    The first one counts: devices wait for it before they ask the next (resolv.conf(5), timeout).
    """
    lan, check = facts.fact(LanStatus, LAN), facts.fact(DnsCheck, DNS_GIVEN)
    if lan is None or isinstance(lan.dhcp_name_servers, Missing):
        return cannot_tell(facts, LAN)
    if lan.dhcp_name_servers is None:
        return no("its DHCP server names the router itself for names", LAN)
    if check is None:
        return _not_asked(facts, lan.dhcp_name_servers)
    words = f"{check.server}, which its DHCP server names to the home, said {check.outcome}"
    return no(words, DNS_GIVEN, LAN) if _serves(facts, check) else _beside(facts, check, words)


def _beside(facts: Facts, check: DnsCheck, words: str) -> Answer:
    """Blame the server that is named where others answer the router."""
    wan = facts.fact(WanStatus, WAN)
    if wan is not None and check.server in wan.dns_servers:
        return does_not_arise(f"{words}; the router asks it as well")
    control = _answered_elsewhere(facts)
    if control is None:
        return cannot_tell(facts, DNS_FORWARDER, DNS_DIRECT)
    if control.outcome not in SERVER_SPOKE:
        return does_not_arise(f"{words}; nobody else answers the router either")
    second = facts.fact(DnsCheck, DNS_GIVEN_SECOND)
    if second is not None:
        words += f"; the next, {second.server}: {second.outcome}"
    if check.addresses:
        words += f" with {', '.join(check.addresses)}, others {', '.join(control.addresses)}"
    return yes(f"{words}; {control.server} answers the router", DNS_GIVEN, LAN)


def _serves(facts: Facts, check: DnsCheck) -> bool:
    """Tell whether a server gives an address that others give as well."""
    if check.outcome is not DnsOutcome.ANSWERED:
        return False
    told = [facts.fact(DnsCheck, key) for key in (DNS_OPERATOR, DNS_DIRECT)]
    right = {one for other in told if other is not None for one in other.addresses}
    return not right or not right.isdisjoint(check.addresses)


def _answered_elsewhere(facts: Facts) -> DnsCheck | None:
    """Give who else was asked from the router, one that answers before one that does not."""
    checks = [facts.fact(DnsCheck, key) for key in (DNS_FORWARDER, DNS_DIRECT)]
    told = [one for one in checks if one is not None]
    good = [one for one in told if one.outcome is DnsOutcome.ANSWERED]
    return next(iter([*good, *told]), None)


def _not_asked(facts: Facts, named: tuple[str, ...]) -> Answer:
    failure = facts.case.evidence.failure(DNS_GIVEN.kind, DNS_GIVEN.subject)
    if failure is not None and failure.kind is FailureKind.NOT_APPLICABLE:
        return no(f"its DHCP server names {', '.join(named) or 'nobody'} for names", LAN)
    return cannot_tell(facts, DNS_GIVEN)


def line_names_dead_resolver(facts: Facts) -> Answer:
    """Answer whether the dead name server that the router asks came with the line.

    Whom the operator's DHCP server names is the operator's business (RFC 2132, section 3.8);
    whom somebody has set on the router is not.
    """
    dead = chosen_resolver_dead(facts)
    check, wan = facts.fact(DnsCheck, DNS_CHOSEN), facts.fact(WanStatus, WAN)
    if not dead.answer or check is None or wan is None:
        return dead
    by_hand = known(wan.dns_by_hand)
    if wan.protocol == STATIC or (by_hand is not None and check.server in by_hand):
        return no(f"{check.server} is set on the router by hand ({wan.protocol})", WAN)
    return _by_offer(facts, f"{dead.because}; ", check.server, wan)


def _by_offer(facts: Facts, dead: str, server: str, wan: WanStatus) -> Answer:
    """Tell by what the operator's DHCP server offers, and by what nobody has set."""
    by_hand, offer = known(wan.dns_by_hand), facts.fact(DhcpServer, DHCP_SERVER)
    keys = (DNS_CHOSEN, DNS_DIRECT)
    named = known(offer.name_servers) if offer else None
    if offer is not None and named is not None and server in named:
        return yes(f"{dead}{offer.server} itself names {server} to homes", DHCP_SERVER, *keys)
    if by_hand is not None:
        words = f"nobody has set it on the router: it came with the line ({wan.protocol})"
        return yes(f"{dead}{words}", WAN, *keys)
    if offer is not None and named is not None:
        words = f"{offer.server} names {', '.join(named) or 'nobody'} to homes"
        return no(f"{words}, and not {server}", DHCP_SERVER, WAN)
    return cannot_tell(facts, DHCP_SERVER)


def resolver_turns_home_away(facts: Facts) -> Answer:
    """Answer whether the operator's resolver refuses the home, or is silent to it, and not to us.

    Silence is the resolver's own where questions to another host pass the operator's edge. A rule
    of the router's that ends its own questions looks the same from there.
    """
    home, ours = facts.fact(DnsCheck, DNS_DIRECT), facts.fact(DnsCheck, DNS_OPERATOR)
    if home is None or ours is None:
        return cannot_tell(facts, *(DNS_DIRECT, DNS_OPERATOR))
    words = f"{home.server} said {home.outcome} to the router, {ours.outcome} to our side"
    keys: tuple[FactKey, ...] = (DNS_DIRECT, DNS_OPERATOR)
    if home.outcome not in SERVER_FAILED or ours.outcome in SERVER_FAILED:
        return no(words, *keys)
    silent = home.outcome is DnsOutcome.TIMEOUT
    other = _of_silence(facts, words) if silent else None
    if other is not None:
        return other
    own = router_drops_names(facts)
    if own.answer is None:
        return cannot_tell(facts, FORWARDING)
    return says(not own.answer, f"{words}; on the router {own.because}", *keys, FORWARDING)


def _of_silence(facts: Facts, words: str) -> Answer | None:
    """Give what silence means where it is not the resolver's own; None: it is its own."""
    others = asked_again(facts, DNS_DIRECT_AGAIN)
    if any(one.outcome in REFUSALS for one in others):
        return None
    if any(one.outcome is not DnsOutcome.TIMEOUT for one in others):
        return no(f"{words}; it answered when it was asked again", DNS_DIRECT, DNS_DIRECT_AGAIN)
    passes = questions_pass(facts)
    if passes is None:
        return cannot_tell(facts, DNS_BEYOND)
    why = "no question of the router's is answered beyond it"
    return None if passes else does_not_arise(f"{words}; {why}")


RULES_NAME_SERVERS: Final[tuple[Rule, ...]] = (
    Rule(
        id="home_resolver_dead",
        question="Does the name server that the router names to the home not serve it?",
        needs=(LAN, DNS_GIVEN, DNS_GIVEN_SECOND, DNS_FORWARDER, DNS_DIRECT, DNS_OPERATOR, WAN),
        ask=home_resolver_dead,
    ),
    Rule(
        id="line_names_dead_resolver",
        question="Did the dead name server that the router asks come with the line?",
        needs=(DNS_CHOSEN, DNS_DIRECT, WAN, DHCP_SERVER),
        ask=line_names_dead_resolver,
    ),
    Rule(
        id="resolver_turns_home_away",
        question="Does the operator's resolver refuse the home, and answer our side?",
        needs=(DNS_DIRECT, DNS_OPERATOR, DNS_DIRECT_AGAIN, DNS_BEYOND, FORWARDING),
        ask=resolver_turns_home_away,
    ),
)
