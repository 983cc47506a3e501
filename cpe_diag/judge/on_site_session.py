"""What a PPPoE session from the wall port tells: each answer is about one of its steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_session_facts import FieldSession, SessionEnd
from cpe_diag.domain.missing import known
from cpe_diag.domain.subscriber import AccountState, WanProtocol
from cpe_diag.judge.on_site import WALL, key_at, no_link_there, untold
from cpe_diag.judge.on_site_beyond import nothing_beyond
from cpe_diag.judge.on_site_use import if_not_filled
from cpe_diag.judge.rule import Answer, Facts, cannot_tell, does_not_arise, no, yes

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.domain.field_facts import PluggedInto

KEY: Final = key_at("field_session", WALL)
SPOKEN: Final = frozenset({"", "PAP", "CHAP-MD5"})
ORDER: Final = (
    SessionEnd.NO_CONCENTRATOR,
    SessionEnd.NO_SESSION,
    SessionEnd.NOT_AGREED,
    SessionEnd.LOGIN_UNANSWERED,
    SessionEnd.LOGIN_REFUSED,
    SessionEnd.NO_ADDRESS,
    SessionEnd.OPENED,
)
"""How far a session came."""


def ends(end: SessionEnd, words: str) -> Callable[[Facts], Answer]:
    """Ask whether the session ended in one way.

    Args:
        end: which.
        words: for what the concentrator does then.

    Returns:
        The question; it does not arise where the session did not come that far.
    """

    def asked(facts: Facts) -> Answer:
        told = _session(facts)
        if isinstance(told, Answer):
            return told
        if end is SessionEnd.NOT_AGREED and told.inside is not None and told.inside.ended:
            return yes(
                f"{told.concentrator} ({told.mac}) opens a session, and ends it itself", KEY
            )
        if ORDER.index(told.end) < ORDER.index(end):
            return does_not_arise(f"the session ended before: {told.end.replace('_', ' ')}")
        if told.end is not end:
            return no(f"{told.concentrator} goes further than that", KEY)
        said = f"{told.concentrator} ({told.mac}) {words}"
        said += f"; it says: {told.says}" if told.says else ""
        answer = yes(said + _sure(facts, end), KEY)
        spoken = bool(told.says) or end is SessionEnd.LOGIN_REFUSED
        return answer if spoken else if_not_filled(facts, WALL, answer)

    return asked


def nothing_behind(facts: Facts, place: PluggedInto) -> Answer:
    """Answer whether nothing answers behind the router, while the session opened at the wall."""
    if known(facts.subscriber.service.wan) is not WanProtocol.PPPOE:
        return does_not_arise("the line is not known to use PPPoE")
    nothing = nothing_beyond(facts, place)
    if not nothing.answer:
        return nothing
    bare = ends(SessionEnd.NO_ADDRESS, "gives no address")(facts)
    if bare.answer is not False:
        return untold(f"{nothing.because}; no session is known to open at the wall port", KEY)
    return yes(f"{nothing.because}; at the wall port a session opened", *nothing.rests_on, KEY)


def _sure(facts: Facts, end: SessionEnd) -> str:
    """Say of a refused login what is sure and what is not."""
    if end is not SessionEnd.LOGIN_REFUSED:
        return ""
    account = known(facts.subscriber.service.account)
    if account in {AccountState.BLOCKED, AccountState.ABSENT}:
        return f"; the account is {account} in the operator's records"
    sure = "; neither line nor router refuse it, that is sure"
    if account is AccountState.ACTIVE:
        return f"{sure}; the account is in order in the records, so that their password is wrong"
    return f"{sure}; account or recorded password: that is not"


def _session(facts: Facts) -> FieldSession | Answer:
    if known(facts.subscriber.service.wan) is not WanProtocol.PPPOE:
        return does_not_arise("the line is not known to use PPPoE")
    if (none := no_link_there(facts, WALL)) is not None:
        return none
    told = facts.fact(FieldSession, KEY)
    if told is None:
        return cannot_tell(facts, KEY)
    if told.end is SessionEnd.NOT_AGREED and told.authentication not in SPOKEN:
        return does_not_arise(f"it asks for a login by {told.authentication}, which we lack")
    return told
