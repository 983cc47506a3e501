"""Rules about the router's session with the operator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.router_facts import LogEventKind, WanStatus
from cpe_diag.domain.subscriber import AccountState
from cpe_diag.judge.keys import LOG, WAN
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, says, yes
from cpe_diag.judge.rules_router import count

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts

PPP: Final = ("pppoe", "ppp", "pppoa")
# netifd's ppp.sh reports AUTH_FAILED or AUTH_TOPEER_FAILED for pppd's exit codes 11 and 19.
AUTH_WORD: Final = "AUTH"


def wan_down(facts: Facts) -> Answer:
    """Answer whether the router holds no session and no address from the operator."""
    wan = facts.fact(WanStatus, WAN)
    if wan is None:
        return cannot_tell(facts, WAN)
    held = ", ".join(wan.addresses) if wan.up else ""
    words = f"the WAN is up with {held}" if held else f"the WAN ({wan.protocol}) has no address"
    return says(not held, words, WAN)


def wan_no_carrier(facts: Facts) -> Answer:
    """Answer whether the router's WAN socket has no link."""
    wan = facts.fact(WanStatus, WAN)
    carrier = known(wan.carrier) if wan else None
    if carrier is None:
        return cannot_tell(facts, WAN)
    return says(not carrier, f"the WAN socket has {'a' if carrier else 'no'} link", WAN)


def wan_dhcp_unanswered(facts: Facts) -> Answer:
    """Answer whether the router asks for an address and nobody offers one."""
    wan = facts.fact(WanStatus, WAN)
    if wan is None:
        return cannot_tell(facts, WAN)
    if wan.protocol != "dhcp":
        return no(f"the WAN uses {wan.protocol}", WAN)
    if wan.up and wan.addresses:
        return no("an address was given", WAN)
    if known(wan.carrier) is False:
        return no("without a link nothing can be asked", WAN)
    lines = count(facts, LogEventKind.DHCP_NO_OFFER)
    logged = f", {lines} unanswered requests in the log" if lines else ""
    keys = (WAN, LOG) if lines else (WAN,)
    return yes(f"DHCP on the WAN gets no address{logged}", *keys)


def _refused(facts: Facts, wan: WanStatus) -> int:
    told = sum(AUTH_WORD in code.upper() for code in wan.error_codes)
    return told + (count(facts, LogEventKind.PPP_AUTH_REFUSED) or 0)


def wan_pppoe_unanswered(facts: Facts) -> Answer:
    """Answer whether no PPPoE server answers the router."""
    wan = facts.fact(WanStatus, WAN)
    if wan is None:
        return cannot_tell(facts, WAN)
    if wan.protocol not in PPP:
        return no(f"the WAN uses {wan.protocol}", WAN)
    if wan.up and wan.addresses:
        return no("the PPPoE session is up", WAN)
    lines = count(facts, LogEventKind.PPPOE_NO_SERVER)
    if lines:
        return yes(f"no PPPoE server answers ({lines} log lines)", WAN, LOG)
    if _refused(facts, wan):
        return no("a server answered and refused", WAN)
    return cannot_tell(facts, LOG)


def ppp_auth_refused(facts: Facts) -> Answer:
    """Answer whether the operator's server refuses the router's user name or password."""
    wan = facts.fact(WanStatus, WAN)
    if wan is None:
        return cannot_tell(facts, WAN)
    if wan.protocol not in PPP:
        return no(f"the WAN uses {wan.protocol}", WAN)
    if wan.up and wan.addresses:
        return no("the PPPoE session is up", WAN)
    told = _refused(facts, wan)
    if told:
        keys = (WAN, LOG) if count(facts, LogEventKind.PPP_AUTH_REFUSED) else (WAN,)
        return yes(f"the server refused the login ({told} times seen)", *keys)
    if count(facts, LogEventKind.PPP_AUTH_REFUSED) is None:
        return cannot_tell(facts, LOG)
    return no("no refused login in the log", WAN, LOG)


def pppoe_login_wrong(facts: Facts) -> Answer:
    """Answer whether the router's login is refused though the operator's account is in order."""
    refused = ppp_auth_refused(facts)
    if not refused.answer:
        return refused
    account = known(facts.subscriber.service.account)
    if account is None:
        return does_not_arise("the inventory does not say what the account's state is")
    words = f"the login is refused, and the operator's account is {account}"
    return says(account is AccountState.ACTIVE, words, *refused.rests_on)


RULES_WAN: Final[tuple[Rule, ...]] = (
    Rule(
        id="wan_down",
        question="Has the router no address from the operator?",
        needs=(WAN,),
        ask=wan_down,
    ),
    Rule(
        id="wan_no_carrier",
        question="Is the router's WAN socket without a link?",
        needs=(WAN,),
        ask=wan_no_carrier,
    ),
    Rule(
        id="wan_dhcp_unanswered",
        question="Does nobody answer the router's DHCP requests?",
        needs=(WAN, LOG),
        ask=wan_dhcp_unanswered,
    ),
    Rule(
        id="wan_pppoe_unanswered",
        question="Does no PPPoE server answer the router?",
        needs=(WAN, LOG),
        ask=wan_pppoe_unanswered,
    ),
    Rule(
        id="ppp_auth_refused",
        question="Is the router's PPPoE login refused?",
        needs=(WAN, LOG),
        ask=ppp_auth_refused,
    ),
    Rule(
        id="pppoe_login_wrong",
        question="Is the login refused though the account is in order?",
        needs=(WAN, LOG),
        ask=pppoe_login_wrong,
    ),
)
