"""Rules about the ONT and its fibre; on anything but a PON none of them arises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.ont_facts import OntDownCause, OntOptics, OntState
from cpe_diag.driver_kit.serials import same_serial
from cpe_diag.judge.keys import ONT, ONT_OPTICS
from cpe_diag.judge.rule import Answer, Facts, Rule, cannot_tell, does_not_arise, no, says, yes

if TYPE_CHECKING:
    from collections.abc import Callable

NO_PON: Final = "the subscriber is not on a PON"
OFFLINE: Final = "the ONT is not online"
_DARK: Final = frozenset({OntDownCause.LOSS_OF_SIGNAL, OntDownCause.LOSS_OF_FRAME})


def _on_a_pon(ask: Callable[[Facts], Answer]) -> Callable[[Facts], Answer]:
    def answer(facts: Facts) -> Answer:
        return does_not_arise(NO_PON) if facts.is_pon is False else ask(facts)

    return answer


def ont_signal_lost(facts: Facts) -> Answer:
    """Answer whether the ONT is away because its light went, as the OLT says."""
    ont = facts.fact(OntState, ONT)
    if ont is None:
        return cannot_tell(facts, ONT)
    if ont.online:
        return no("the ONT is online", ONT)
    cause = known(ont.last_down_cause)
    if cause is None:
        return cannot_tell(facts, ONT)
    words = f"the OLT says why the ONT went down: {cause.value.replace('_', ' ')}"
    return says(cause in _DARK, words, ONT)


def ont_not_accepted(facts: Facts) -> Answer:
    """Answer whether the OLT refuses the ONT, or another ONT than the customer's is there."""
    ont = facts.fact(OntState, ONT)
    if ont is None:
        return cannot_tell(facts, ONT)
    wanted, found = known(facts.subscriber.ont_serial), known(ont.serial)
    if wanted and found and same_serial(wanted, found) is False:
        return yes(f"the OLT has {found} there, the inventory says {wanted}", ONT)
    if known(ont.config_ok) is False:
        return yes("the OLT could not give the ONT its configuration (mismatch)", ONT)
    refused = not ont.online and known(ont.last_down_cause) is OntDownCause.AUTH_FAILED
    words = "the OLT refused the ONT" if refused else "the OLT does not refuse the ONT"
    return says(refused, words, ONT)


def _levels(optics: OntOptics) -> dict[str, float]:
    told = {"ONT": known(optics.ont_rx_dbm), "OLT": known(optics.olt_rx_dbm)}
    return {end: dbm for end, dbm in told.items() if dbm is not None}


def optical_low(facts: Facts) -> Answer:
    """Answer whether either end receives too little light."""
    optics = facts.fact(OntOptics, ONT_OPTICS)
    levels = _levels(optics) if optics else {}
    if not levels:
        return cannot_tell(facts, ONT_OPTICS)
    least = {"ONT": facts.limits["ont_rx_low_dbm"], "OLT": facts.limits["olt_rx_low_dbm"]}
    end = min(levels, key=lambda one: levels[one] - least[one])
    words = f"the {end} receives {levels[end]:.1f} dBm, {least[end]:g} dBm are needed"
    return says(levels[end] < least[end], words, ONT_OPTICS)


def optical_high(facts: Facts) -> Answer:
    """Answer whether either end receives more light than its receiver takes."""
    optics = facts.fact(OntOptics, ONT_OPTICS)
    levels = _levels(optics) if optics else {}
    if not levels:
        return cannot_tell(facts, ONT_OPTICS)
    limit = facts.limits["optical_high_dbm"]
    end = max(levels, key=lambda one: levels[one])
    words = f"the {end} receives {levels[end]:.1f} dBm, at most {limit:g} dBm are allowed"
    return says(levels[end] > limit, words, ONT_OPTICS)


def optical_asymmetric(facts: Facts) -> Answer:
    """Answer whether the fibre loses much more light downstream than upstream.

    A bend loses more of the longer wavelength (1490 nm down, 1310 nm up), a dirty plug loses
    about as much of both.
    """
    optics = facts.fact(OntOptics, ONT_OPTICS)
    if optics is None:
        return cannot_tell(facts, ONT_OPTICS)
    sent_down, got_down = known(optics.olt_tx_dbm), known(optics.ont_rx_dbm)
    sent_up, got_up = known(optics.ont_tx_dbm), known(optics.olt_rx_dbm)
    if sent_down is None or got_down is None or sent_up is None or got_up is None:
        return cannot_tell(facts, ONT_OPTICS)
    down_db, up_db = sent_down - got_down, sent_up - got_up
    words = f"the fibre loses {down_db:.1f} dB downstream and {up_db:.1f} dB upstream"
    return says(down_db - up_db >= facts.limits["optical_asymmetry_db"], words, ONT_OPTICS)


RULES_ONT: Final[tuple[Rule, ...]] = (
    Rule(
        id="ont_signal_lost",
        question="Did the ONT lose its light?",
        needs=(ONT,),
        ask=_on_a_pon(ont_signal_lost),
    ),
    Rule(
        id="ont_not_accepted",
        question="Does the OLT refuse the ONT?",
        needs=(ONT,),
        ask=_on_a_pon(ont_not_accepted),
    ),
    Rule(
        id="optical_low",
        question="Does either end of the fibre receive too little light?",
        needs=(ONT_OPTICS,),
        ask=_on_a_pon(optical_low),
    ),
    Rule(
        id="optical_high",
        question="Does either end of the fibre receive too much light?",
        needs=(ONT_OPTICS,),
        ask=_on_a_pon(optical_high),
    ),
    Rule(
        id="optical_asymmetric",
        question="Does the fibre lose more light downstream than upstream?",
        needs=(ONT_OPTICS,),
        ask=_on_a_pon(optical_asymmetric),
    ),
)
