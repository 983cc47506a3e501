"""What a laptop on site says in words of its own where the evidence does not decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.field_facts import FieldPppoe
from cpe_diag.domain.field_locked_facts import FieldLocked
from cpe_diag.domain.missing import known
from cpe_diag.domain.subscriber import WanProtocol
from cpe_diag.judge.cause import AT_WALL_PORT
from cpe_diag.judge.healthy import not_proven_good
from cpe_diag.judge.on_site import LOCKED, PLACES, WALL, key_at, locked_words
from cpe_diag.judge.on_site_inside import SESSION
from cpe_diag.judge.rule import cannot_tell

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile
    from cpe_diag.judge.seen import Seen

MOST: Final = 2
"""A summary is read aloud; the rest is among the findings."""
UNTRIED_TITLE: Final = "The line answers at the wall port; its session was not tried"
TRY_SESSION: Final = (
    "Name the line's login (in the inventory, at the subscriber: session: {user: NAME, credential:"
    ' "env:NAME"}; or in the pack that is taken along), and run again: the session is opened then,'
    " and resolver, reference and packet sizes are asked in it. Or let the router dial, and run"
    " behind it."
)
LOCKED_TITLE: Final = "The wall port is locked to the router's MAC: it answers that one alone"
UNLOCK: Final = (
    "Give the laptop's port the router's MAC while the router is unplugged (ip link set dev PORT"
    " address {mac}), or have the node forget what it has learned on this port (port security),"
    " and run again. Or let the router dial, and run behind it."
)
PPPOE: Final = key_at("field_pppoe", WALL)


def session_untried(case: CaseFile) -> str | None:
    """Say who would open the line's session, where there is no login to try it with.

    Args:
        case: of a line of sessions, at the wall port.

    Returns:
        A sentence without its full stop; None: it was tried, or nobody offers one.
    """
    if case.symptom != AT_WALL_PORT:
        return None
    if known(case.subscriber.service.wan) not in {None, WanProtocol.PPPOE}:
        return None
    told = case.evidence.value(FieldPppoe, PPPOE.kind, PPPOE.subject)
    failure = case.evidence.failure(SESSION.kind, SESSION.subject)
    if told is None or not told.offers or failure is None:
        return None
    if failure.kind is not FailureKind.NOT_CONFIGURED:
        return None
    who = ", ".join(f"{one.concentrator} ({one.mac})" for one in told.offers)
    return f"{who} offers sessions; none was opened, as {failure.detail}"


def port_locked(case: CaseFile) -> FieldLocked | None:
    """Give who answers the router's MAC at the wall port, where nobody answers the laptop's.

    Args:
        case: at the wall port.

    Returns:
        None: nobody does, or it was not asked.
    """
    if case.symptom != AT_WALL_PORT:
        return None
    told = case.evidence.value(FieldLocked, LOCKED.kind, LOCKED.subject)
    return told if told is not None and (told.offers or told.concentrators) else None


def said_on_site(seen: Seen) -> tuple[str, ...]:
    """Give why what matters there cannot be told, where the laptop itself has seen why.

    Args:
        seen: the case.

    Returns:
        Sentences without their full stop; empty in a case from afar.
    """
    if seen.case.symptom not in PLACES:
        return ()
    untold = (
        finding.because
        for finding in seen.by_id(not_proven_good(seen.on))
        if finding.answer is None
        and finding.missing
        and finding.because != cannot_tell(seen.facts, *finding.missing).because
    )
    if (locked := port_locked(seen.case)) is not None:
        return (f"nobody answers the laptop's own MAC; {locked_words(locked)}",)
    untried = session_untried(seen.case)
    return (*(() if untried is None else (untried,)), *tuple(dict.fromkeys(untold))[:MOST])
