"""Rules about the cable modem and its coax; on anything but DOCSIS none of them arises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.docsis_facts import CableModem, ModemChannels, ModemStatus
from cpe_diag.domain.missing import Maybe, known
from cpe_diag.judge.keys import CABLE_MODEM, MODEM_CHANNELS
from cpe_diag.judge.rule import Answer, Facts, Rule, cannot_tell, does_not_arise, says

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

NO_COAX: Final = "the subscriber has no cable modem"


def _on_coax(ask: Callable[[Facts], Answer]) -> Callable[[Facts], Answer]:
    def answer(facts: Facts) -> Answer:
        return does_not_arise(NO_COAX) if facts.is_docsis is False else ask(facts)

    return answer


def _told(values: Iterable[Maybe[float]]) -> list[float]:
    return [value for one in values if (value := known(one)) is not None]


def modem_offline(facts: Facts) -> Answer:
    """Answer whether the CMTS has no registered modem there."""
    modem = facts.fact(CableModem, CABLE_MODEM)
    if modem is None:
        return cannot_tell(facts, CABLE_MODEM)
    words = f"the CMTS says of the modem: {modem.status.value.replace('_', ' ')}"
    return says(not modem.online, words, CABLE_MODEM)


def modem_ranging(facts: Facts) -> Answer:
    """Answer whether the modem tries to come up and does not get beyond ranging."""
    modem = facts.fact(CableModem, CABLE_MODEM)
    if modem is None:
        return cannot_tell(facts, CABLE_MODEM)
    tries = modem.status in {ModemStatus.RANGING, ModemStatus.RANGING_ABORTED}
    words = f"the CMTS says of the modem: {modem.status.value.replace('_', ' ')}"
    return says(tries, words, CABLE_MODEM)


def modem_denied(facts: Facts) -> Answer:
    """Answer whether the CMTS refuses the modem."""
    modem = facts.fact(CableModem, CABLE_MODEM)
    if modem is None:
        return cannot_tell(facts, CABLE_MODEM)
    words = f"the CMTS says of the modem: {modem.status.value.replace('_', ' ')}"
    return says(modem.status is ModemStatus.ACCESS_DENIED, words, CABLE_MODEM)


def modem_partial_service(facts: Facts) -> Answer:
    """Answer whether some of the modem's channels do not work."""
    modem = facts.fact(CableModem, CABLE_MODEM)
    partial = known(modem.partial_service) if modem else None
    if partial is None:
        return cannot_tell(facts, CABLE_MODEM)
    words = "only some of" if partial else "all of"
    return says(partial, f"{words} the modem's channels work", CABLE_MODEM)


def upstream_snr_low(facts: Facts) -> Answer:
    """Answer whether the CMTS hears the modem through too much noise."""
    modem = facts.fact(CableModem, CABLE_MODEM)
    heard = _told((modem.snr_db, *(one.snr_db for one in modem.upstreams))) if modem else []
    if not heard:
        return cannot_tell(facts, CABLE_MODEM)
    limit = facts.limits["upstream_snr_low_db"]
    words = f"upstream SNR {min(heard):.1f} dB, {limit:g} dB are needed"
    return says(min(heard) < limit, words, CABLE_MODEM)


def upstream_codewords_lost(facts: Facts) -> Answer:
    """Answer whether too many upstream codewords could not be corrected.

    Of the modem's sums in 64 bits only: those of a channel are Counter32 (DOCS-IF3-MIB), and a
    busy channel's good codewords begin again at 0 within a day, its lost ones do not.
    """
    modem = facts.fact(CableModem, CABLE_MODEM)
    lost = known(modem.uncorrectable) if modem else None
    good = known(modem.unerrored) if modem else None
    corrected = known(modem.corrected) if modem else None
    if lost is None or good is None or corrected is None or not lost + good + corrected:
        return cannot_tell(facts, CABLE_MODEM)
    share = lost / (lost + good + corrected)
    words = f"{share * 100:.2g} % of the upstream codewords were lost"
    return says(share >= facts.limits["codewords_lost_share"], words, CABLE_MODEM)


def upstream_tx_high(facts: Facts) -> Answer:
    """Answer whether the modem has to shout to be heard."""
    channels = facts.fact(ModemChannels, MODEM_CHANNELS)
    sent = _told(one.tx_dbmv for one in channels.upstreams) if channels else []
    if not sent:
        return cannot_tell(facts, MODEM_CHANNELS)
    limit = facts.limits["upstream_tx_high_dbmv"]
    words = f"the modem sends at {max(sent):.1f} dBmV, up to {limit:g} dBmV are usual"
    return says(max(sent) > limit, words, MODEM_CHANNELS)


def ranging_timeouts(facts: Facts) -> Answer:
    """Answer whether the modem's requests stay unanswered again and again (T3, T4)."""
    channels = facts.fact(ModemChannels, MODEM_CHANNELS)
    if channels is None:
        return cannot_tell(facts, MODEM_CHANNELS)
    counts = _told((channels.t3_timeouts, channels.t4_timeouts))
    uptime_s = known(channels.uptime_s)
    if not counts or uptime_s is None:
        return cannot_tell(facts, MODEM_CHANNELS)
    hours = max(uptime_s / 3600, 1.0)
    per_hour = sum(counts) / hours
    words = f"{sum(counts):.0f} T3 and T4 timeouts in {uptime_s / 3600:.1f} h"
    return says(per_hour >= facts.limits["ranging_timeouts_per_hour"], words, MODEM_CHANNELS)


def downstream_level_bad(facts: Facts) -> Answer:
    """Answer whether the modem receives a channel too weakly or too strongly."""
    channels = facts.fact(ModemChannels, MODEM_CHANNELS)
    levels = _told(one.power_dbmv for one in channels.downstreams) if channels else []
    if not levels:
        return cannot_tell(facts, MODEM_CHANNELS)
    limit = facts.limits["downstream_level_dbmv"]
    worst = max(levels, key=abs)
    words = f"the modem receives {worst:+.1f} dBmV, -{limit:g} to +{limit:g} dBmV are allowed"
    return says(abs(worst) > limit, words, MODEM_CHANNELS)


def downstream_mer_low(facts: Facts) -> Answer:
    """Answer whether the modem receives a channel through too much noise."""
    channels = facts.fact(ModemChannels, MODEM_CHANNELS)
    ratios = _told(one.snr_db for one in channels.downstreams) if channels else []
    if not ratios:
        return cannot_tell(facts, MODEM_CHANNELS)
    limit = facts.limits["downstream_mer_low_db"]
    words = f"the lowest downstream MER is {min(ratios):.1f} dB, {limit:g} dB are needed"
    return says(min(ratios) < limit, words, MODEM_CHANNELS)


RULES_DOCSIS: Final[tuple[Rule, ...]] = (
    Rule(
        id="modem_offline",
        question="Is the cable modem not registered at the CMTS?",
        needs=(CABLE_MODEM,),
        ask=_on_coax(modem_offline),
    ),
    Rule(
        id="modem_ranging",
        question="Does the cable modem not get beyond ranging?",
        needs=(CABLE_MODEM,),
        ask=_on_coax(modem_ranging),
    ),
    Rule(
        id="modem_denied",
        question="Does the CMTS refuse the cable modem?",
        needs=(CABLE_MODEM,),
        ask=_on_coax(modem_denied),
    ),
    Rule(
        id="modem_partial_service",
        question="Do some channels of the cable modem not work?",
        needs=(CABLE_MODEM,),
        ask=_on_coax(modem_partial_service),
    ),
    Rule(
        id="upstream_snr_low",
        question="Does the CMTS hear the modem through too much noise?",
        needs=(CABLE_MODEM,),
        ask=_on_coax(upstream_snr_low),
    ),
    Rule(
        id="upstream_codewords_lost",
        question="Are too many upstream codewords lost?",
        needs=(CABLE_MODEM,),
        ask=_on_coax(upstream_codewords_lost),
    ),
    Rule(
        id="upstream_tx_high",
        question="Does the cable modem have to send too loudly?",
        needs=(MODEM_CHANNELS,),
        ask=_on_coax(upstream_tx_high),
    ),
    Rule(
        id="ranging_timeouts",
        question="Do the cable modem's requests time out (T3, T4)?",
        needs=(MODEM_CHANNELS,),
        ask=_on_coax(ranging_timeouts),
    ),
    Rule(
        id="downstream_level_bad",
        question="Does the cable modem receive too weakly or too strongly?",
        needs=(MODEM_CHANNELS,),
        ask=_on_coax(downstream_level_bad),
    ),
    Rule(
        id="downstream_mer_low",
        question="Does the cable modem receive through too much noise?",
        needs=(MODEM_CHANNELS,),
        ask=_on_coax(downstream_mer_low),
    ),
)
