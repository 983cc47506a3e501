"""Rules about the DSL line; on Ethernet none of them arises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.line_facts import LineQuality
from cpe_diag.domain.missing import known
from cpe_diag.domain.ont_facts import OntDownCause, OntState
from cpe_diag.domain.port_facts import LearnedMacs
from cpe_diag.judge.keys import LEARNED_MACS, LINE, ONT, PORT_RATES, ROUTER_REACHED
from cpe_diag.judge.rule import Answer, Facts, Rule, cannot_tell, does_not_arise, no, rate, says
from cpe_diag.judge.rules_port import port_idle
from cpe_diag.judge.rules_router import router_unreachable

if TYPE_CHECKING:
    from collections.abc import Callable

NO_LINE: Final = "there is no DSL line"
NOT_TRAINED: Final = "the line is not trained"


def _of_the_line(ask: Callable[[Facts, LineQuality], Answer]) -> Callable[[Facts], Answer]:
    def answer(facts: Facts) -> Answer:
        if facts.is_dsl is False:
            return does_not_arise(NO_LINE)
        line = facts.fact(LineQuality, LINE)
        return cannot_tell(facts, LINE) if line is None else ask(facts, line)

    return answer


def line_out_of_sync(_facts: Facts, line: LineQuality) -> Answer:
    """Answer whether the line is not trained."""
    return says(not line.in_sync, "in sync" if line.in_sync else NOT_TRAINED, LINE)


def far_end_power_lost(facts: Facts) -> Answer:
    """Answer whether modem or ONT said goodbye because its power went (dying gasp, LPR)."""
    if facts.is_pon:
        return _ont_power_lost(facts)
    if facts.is_dsl is False:
        return does_not_arise("nothing at the far end could say so")
    line = facts.fact(LineQuality, LINE)
    lost = known(line.far_end_power_lost) if line else None
    if lost is None:
        return cannot_tell(facts, LINE)
    words = "reported" if lost else "did not report"
    return says(lost, f"the modem {words} that its power went (LPR)", LINE)


def _ont_power_lost(facts: Facts) -> Answer:
    ont = facts.fact(OntState, ONT)
    if ont is None:
        return cannot_tell(facts, ONT)
    if ont.online:
        return no("the ONT is online", ONT)
    cause = known(ont.last_down_cause)
    if cause is None:
        return cannot_tell(facts, ONT)
    lost = cause is OntDownCause.DYING_GASP
    words = "reported" if lost else "did not report"
    return says(lost, f"the ONT {words} that its power went (dying gasp)", ONT)


def line_signal_lost(facts: Facts, line: LineQuality) -> Answer:
    """Answer whether the node hears nothing on the wire (LOS)."""
    lost = known(line.loss_of_signal)
    if lost is None:
        return cannot_tell(facts, LINE)
    words = "hears no signal" if lost else "hears a signal"
    return says(lost, f"the node {words} on the line (LOS)", LINE)


def line_margin_low(facts: Facts, line: LineQuality) -> Answer:
    """Answer whether the noise margin is too small in either direction."""
    if not line.in_sync:
        return does_not_arise(NOT_TRAINED)
    margins = [
        margin
        for margin in (known(line.down.snr_margin_db), known(line.up.snr_margin_db))
        if margin is not None
    ]
    if not margins:
        return cannot_tell(facts, LINE)
    limit = facts.limits["line_margin_low_db"]
    words = f"the smaller noise margin is {min(margins):.1f} dB, {limit:g} dB are needed"
    return says(min(margins) < limit, words, LINE)


def line_errors_high(facts: Facts, line: LineQuality) -> Answer:
    """Answer whether too many seconds of the current interval had errors."""
    elapsed = known(line.errors.elapsed_s)
    errored = known(line.errors.errored_s)
    if not line.in_sync:
        return does_not_arise(NOT_TRAINED)
    if errored is None:
        return cannot_tell(facts, LINE)
    severe = known(line.errors.severely_errored_s)
    seconds = elapsed or 900  # RFC 3593: intervals of 15 minutes
    least = facts.limits["line_errored_least_s"]
    many = errored >= max(least, facts.limits["line_errored_share"] * seconds)
    bad = severe is not None and severe >= max(least, facts.limits["line_severe_share"] * seconds)
    kinds = f"{errored} errored" + ("" if severe is None else f" and {severe} severely errored")
    within = "in this quarter of an hour" if not elapsed else f"within {elapsed} s"
    return says(many or bad, f"{kinds} seconds {within}", LINE)


def line_retraining(facts: Facts, line: LineQuality) -> Answer:
    """Answer whether the line loses its training again and again."""
    now = known(line.errors.full_inits)
    day = known(line.full_inits_previous_day)
    many = now is not None and now >= facts.limits["line_retrains_15min"]
    often = day is not None and day >= facts.limits["line_retrains_day"]
    if not (many or often) and (now is None or day is None):
        return cannot_tell(facts, LINE)
    parts = [f"{now} in this quarter of an hour"] if now is not None else []
    parts += [f"{day} on the day before"] if day is not None else []
    return says(many or often, "trainings of the line: " + ", ".join(parts), LINE)


def line_rate_low(facts: Facts, line: LineQuality) -> Answer:
    """Answer whether the line trained at too low a rate for the service."""
    if not line.in_sync:
        return does_not_arise(NOT_TRAINED)
    sold = known(facts.subscriber.service.down_bps)
    if sold is None:
        return does_not_arise("the inventory does not say what rate was sold")
    trained = known(line.down.rate_bps)
    if trained is None:
        return cannot_tell(facts, LINE)
    words = f"trained at {rate(trained)} towards the customer, the service is {rate(sold)}"
    return says(trained < facts.limits["line_rate_share"] * sold, words, LINE)


def modem_without_router(facts: Facts) -> Answer:
    """Answer whether modem or ONT works while no router is there behind it."""
    if not facts.is_pon:
        return _of_the_line(_trained_without_router)(facts)
    ont = facts.fact(OntState, ONT)
    link = known(ont.lan_link_up) if ont else None
    if ont is None or (ont.online and link is None):
        return cannot_tell(facts, ONT)
    if not ont.online:
        return no("the ONT is not online", ONT)
    words = "has a link" if link else "has no link"
    return says(not link, f"the ONT is online, its Ethernet port {words}", ONT)


def _trained_without_router(facts: Facts, line: LineQuality) -> Answer:
    macs = facts.fact(LearnedMacs, LEARNED_MACS)
    if not line.in_sync:
        return no(NOT_TRAINED, LINE)
    if macs is None:
        return cannot_tell(facts, LEARNED_MACS)
    if macs.entries:
        return no("a router is heard behind the modem", LINE, LEARNED_MACS)
    idle = port_idle(facts)
    if idle.answer is False:
        return no(f"{idle.because}, so a router is behind the modem", LINE, PORT_RATES)
    gone = router_unreachable(facts)
    if gone.answer is None:
        return cannot_tell(facts, ROUTER_REACHED)
    words = "the line is trained, but no router is heard behind the modem"
    if not gone.answer:
        words = "the router answers"
    return says(gone.answer, words, LINE, LEARNED_MACS, ROUTER_REACHED)


RULES_LINE: Final[tuple[Rule, ...]] = (
    Rule(
        id="line_out_of_sync",
        question="Is the DSL line without training?",
        needs=(LINE,),
        ask=_of_the_line(line_out_of_sync),
    ),
    Rule(
        id="far_end_power_lost",
        question="Did the modem or ONT lose its power?",
        needs=(LINE, ONT),
        ask=far_end_power_lost,
    ),
    Rule(
        id="line_signal_lost",
        question="Is there no signal on the line?",
        needs=(LINE,),
        ask=_of_the_line(line_signal_lost),
    ),
    Rule(
        id="line_margin_low",
        question="Is the line's noise margin too small?",
        needs=(LINE,),
        ask=_of_the_line(line_margin_low),
    ),
    Rule(
        id="line_errors_high",
        question="Does the line have too many errors?",
        needs=(LINE,),
        ask=_of_the_line(line_errors_high),
    ),
    Rule(
        id="line_retraining",
        question="Does the line train again and again?",
        needs=(LINE,),
        ask=_of_the_line(line_retraining),
    ),
    Rule(
        id="line_rate_low",
        question="Is the line's rate too low for the service?",
        needs=(LINE,),
        ask=_of_the_line(line_rate_low),
    ),
    Rule(
        id="modem_without_router",
        question="Does the modem or ONT work with no router behind it?",
        needs=(LINE, LEARNED_MACS, PORT_RATES, ROUTER_REACHED, ONT),
        ask=modem_without_router,
    ),
)
