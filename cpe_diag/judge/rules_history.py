"""Rules about what has come and gone, and need not be there now."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.history_facts import PortHistory
from cpe_diag.judge.keys import PORT_HISTORY
from cpe_diag.judge.rule import Answer, Facts, Rule, cannot_tell, says, span

if TYPE_CHECKING:
    from datetime import datetime


def port_flapped(facts: Facts) -> Answer:
    """Answer whether the port has lost its link again and again, be it up now or not."""
    history = facts.fact(PortHistory, PORT_HISTORY)
    if history is None:
        return cannot_tell(facts, PORT_HISTORY)
    latest = history.samples[-1]
    since = latest.at - timedelta(seconds=facts.limits["port_flap_window_s"])
    losses = [moment for moment in history.losses if moment >= since]
    often = len(losses) >= facts.limits["port_losses"]
    if not losses:
        return says(often, "the port was not seen to lose its link", PORT_HISTORY)
    when = f"{_clock(losses[0])} to {_clock(losses[-1])}" if len(losses) > 1 else _clock(losses[0])
    period = history.period_s
    words = f"the port lost its link {len(losses)}x, {when} UTC"
    words += f", every {span(period)}" if period is not None else ""
    words += f"; now it is {'up' if latest.up else 'down'}"
    return says(often, words, PORT_HISTORY)


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}"


RULES_HISTORY: Final[tuple[Rule, ...]] = (
    Rule(
        id="port_flapped",
        question="Has the port lost its link again and again?",
        needs=(PORT_HISTORY,),
        ask=port_flapped,
    ),
)
