"""Rules about what has come and gone, and need not be there now."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.history_facts import PortHistory, period_of
from cpe_diag.domain.missing import known
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.port_facts import PortStatus
from cpe_diag.judge.keys import PORT_HISTORY, PORT_STATUS
from cpe_diag.judge.rule import Answer, Facts, Rule, cannot_tell, does_not_arise, no, says, span

if TYPE_CHECKING:
    from datetime import datetime


def port_flapped(facts: Facts) -> Answer:
    """Answer whether the port has lost its link again and again, be it up now or not."""
    if facts.is_pon or facts.is_docsis:
        return does_not_arise("the port is shared; its end at the home tells for itself")
    seen = facts.case.evidence.get(PORT_HISTORY.kind, PORT_HISTORY.subject)
    history = facts.fact(PortHistory, PORT_HISTORY)
    window_s = facts.limits["port_flap_window_s"]
    if history is None or not isinstance(seen, Observed):
        return _held(facts, window_s) or cannot_tell(facts, PORT_HISTORY)
    since = seen.at - timedelta(seconds=window_s)
    losses = [moment for moment in history.losses if moment >= since]
    often = len(losses) >= facts.limits["port_losses"]
    if not losses:
        unseen = no("the port was not seen to lose its link", PORT_HISTORY)
        return _held(facts, window_s) or _too_short(history, since) or unseen
    when = " to ".join(_clock(moment) for moment in dict.fromkeys((losses[0], losses[-1])))
    period = period_of(losses)
    words = f"the port lost its link {len(losses)}x, {when} UTC"
    words += f", at least every {span(period)}" if period is not None else ""
    return says(often, f"{words}; {_latest(facts, history)}", PORT_HISTORY)


def _held(facts: Facts, window_s: float) -> Answer | None:
    """Say so where the node tells that the link has been there all the time."""
    now = facts.fact(PortStatus, PORT_STATUS)
    held_s = None if now is None or not now.oper_up else known(now.last_change_s)
    if held_s is None or held_s < window_s:
        return None
    return no(f"the port has held its link for {span(held_s)}", PORT_STATUS)


def _too_short(history: PortHistory, since: datetime) -> Answer | None:
    """Say where the looks do not tell of the whole time since then; None: they do."""
    first = history.samples[0]
    held_since = first.changed_at if first.up else None
    if min(first.at, held_since or first.at) <= since:
        return None
    return Answer(
        answer=None,
        because=f"nobody knows how the port was before {_clock(first.at)} UTC",
        rests_on=(),
        missing=(PORT_HISTORY,),
    )


def _latest(facts: Facts, history: PortHistory) -> str:
    """Say how the port is now, or how it was when it was last seen."""
    latest = history.samples[-1]
    state = "up" if latest.up else "down"
    is_now = facts.fact(PortStatus, PORT_STATUS) is not None
    return f"now it is {state}" if is_now else f"it was {state} at {_clock(latest.at)} UTC"


def _clock(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


RULES_HISTORY: Final[tuple[Rule, ...]] = (
    Rule(
        id="port_flapped",
        question="Has the port lost its link again and again?",
        needs=(PORT_HISTORY, PORT_STATUS),
        ask=port_flapped,
    ),
)
