"""Puts a case that was weighed into a verdict: words, evidence, candidates, the next step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.device_facts import DeviceWatch
from cpe_diag.domain.failures import Blame, FailureKind
from cpe_diag.domain.observations import Unobserved
from cpe_diag.domain.verdict import Destination, FaultDomain, Verdict
from cpe_diag.judge.calibration import LEARNED
from cpe_diag.judge.candidates import mentioned, named
from cpe_diag.judge.competing import FLOOR, MENTION
from cpe_diag.judge.healthy import GETS_NONE, relevant, unseen
from cpe_diag.judge.keys import CABLE_TEST, LOAD, WATCH
from cpe_diag.judge.left_on_site import next_on_site, said_on_site
from cpe_diag.judge.segments import segments
from cpe_diag.judge.settle import ASK_AFFECTED, ASKS
from cpe_diag.judge.unforeseen import Ground
from cpe_diag.judge.verdict_group import verdict_group

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.domain.evidence import Evidence
    from cpe_diag.domain.failures import Failure
    from cpe_diag.domain.findings import Finding
    from cpe_diag.domain.verdict import SettlingStep
    from cpe_diag.judge.question import CaseFile
    from cpe_diag.judge.seen import Seen
    from cpe_diag.judge.weighing import Weighed

NO_FAULT_AT_MOST: Final = 0.95
UNSEEN_AT_MOST: Final = 0.65
"""Where nobody saw what the device in question does: all around it is good, and no more.

A second-line engineer wants to hear then that nothing was found, and to ask the caller all the
same; a case that is closed as sure would be a guess.
"""
OPEN_A_PAGE: Final = (
    "Have the caller open a page on the device and leave it trying, then run again with"
    " --answer page_opening=opening."
)
NO_FAULT_TITLE: Final = "No fault found"
UNDETERMINED_TITLE: Final = "The evidence does not decide it"
NOT_OUR_SIDE: Final = frozenset(
    {FailureKind.DEPENDENCY, FailureKind.NOT_APPLICABLE, FailureKind.NOT_AWAITED}
)
"""Gaps that nobody has to mend: they follow from others, or the question does not arise."""
SAID_BY_ORDER: Final = frozenset({"device", "platform"})
"""What only the caller can name; the rest stands in the configuration or the inventory."""
OF_A_BROKEN_CABLE: Final = ("ethernet_link_down", "port_speed_low", "port_errors_growing")
MEASURE_CABLE: Final = (
    "Let the node measure the cable (cpe-diag port test-cable), then run again: it may name the"
    " place of a break."
)
NOT_SEEN: Final = (
    " What the device itself gets was not seen: if it fails still, the fault lies at the device or"
    " on its way to the router."
)
TRY_AGAIN: Final = "Have the customer try again; watch the line if the trouble comes and goes."
ASK_WHAT_IS_OPEN: Final = "Ask the caller for what the order leaves open, then run again with it."
PUT_RIGHT: Final = "Put right what kept us from looking, then run again; or go on by hand."
BY_HAND: Final = "Go on by hand with what is unknown."
NEXT_WITHOUT_CAUSE: Final = (
    *(TRY_AGAIN, OPEN_A_PAGE, MEASURE_CABLE, ASK_WHAT_IS_OPEN, PUT_RIGHT, BY_HAND),
)
"""What is to be done next where no cause is named, beside what a question or a login settles."""
ONLY_NOW: Final = (
    " It was looked at now only: nobody knows how the port was over the last day, and what comes"
    " and goes may have been away."
)
NOT_MEASURED: Final = " How much the line lets through was not measured:"
ON_OUR_SIDE: Final = "What kept us from looking is on our side"
ORDER_LEAVES_OPEN: Final = "The order leaves open"
FIND_OUT: Final = "Find out: "
TOLD_UNDETERMINED: Final = (
    "We have not found the cause yet. A colleague goes on with your case and will get back to you."
)
TOLD_NO_FAULT: Final = (
    "We have checked your connection from our network to your home, and it is working well now."
    " Please try again, and call us if the trouble comes back."
)


def of_cause(seen: Seen, lead: Weighed, step: SettlingStep | None, rules_version: str) -> Verdict:
    """Name a cause.

    Args:
        seen: the case.
        lead: the cause that leads.
        step: what could still overturn it, or None.
        rules_version: by which rules it was judged.

    Returns:
        The verdict.
    """
    cause = lead.cause
    follow = [
        finding.id
        for finding in seen.findings
        if finding.answer and finding.follows_from and finding.id in cause.explains
    ]
    evidence = seen.by_id(dict.fromkeys((*lead.supported_by, *follow)))
    first, *also = named(seen, LEARNED)
    beside = "".join(f" Also: {_lower(one.cause.title)}." for one in seen.weighing.also)
    why = "; ".join(finding.because for finding in evidence[:2])
    return Verdict(
        domain=cause.domain,
        cause=cause.id,
        title=cause.title,
        confidence=first.belief,
        summary=f"{cause.title}: {why}.{beside}",
        also=tuple(also),
        candidates=mentioned(seen, LEARNED),
        evidence_for=evidence,
        evidence_against=seen.by_id(lead.contradicted_by),
        unknown=_unknown(seen),
        settle_by=step,
        destination=cause.destination,
        next_action=cause.next_action,
        tell_customer=cause.tell_customer,
        segments=segments(seen.findings, seen.case),
        rules_version=rules_version,
        group=verdict_group(cause.id, seen.facts),
    )


def good_among_known(seen: Seen) -> float:
    """Give how sure it is that none of the known causes is there, where all was seen good."""
    most = max(one.belief for one in seen.weighing.weighed)
    return NO_FAULT_AT_MOST * (1.0 - most)


def good_enough(seen: Seen) -> float:
    """Give how sure "no fault" is, beside what nobody foresaw."""
    believed = LEARNED.beside_unforeseen(good_among_known(seen), Ground.HEALTHY)
    return min(believed, UNSEEN_AT_MOST) if unseen(seen.on) else believed


def no_fault(seen: Seen, rules_version: str) -> Verdict:
    """Say that nothing is wrong now.

    Args:
        seen: the case.
        rules_version: by which rules it was judged.

    Returns:
        The verdict.
    """
    good = [name for name in relevant(seen.case.symptom) if seen.on.answers.get(name) is False]
    return Verdict(
        domain=FaultDomain.NONE,
        cause="no_fault",
        title=NO_FAULT_TITLE,
        confidence=round(good_enough(seen), 3),
        summary=f"{NO_FAULT_TITLE}: all {len(good)} checks that matter here are good."
        + (NOT_SEEN if unseen(seen.on) else "")
        + _only_now(seen)
        + _not_loaded(seen),
        also=(),
        candidates=mentioned(seen, LEARNED),
        evidence_for=seen.by_id(good),
        evidence_against=(),
        unknown=_unknown(seen),
        settle_by=None,
        destination=Destination.FIXED,
        next_action=TRY_AGAIN,
        tell_customer=TOLD_NO_FAULT,
        segments=segments(seen.findings, seen.case),
        rules_version=rules_version,
    )


def _only_now(seen: Seen) -> str:
    """Say where nobody knows of the time that a complaint about what comes and goes is about."""
    over_time = "port_flapped"
    if over_time not in relevant(seen.case.symptom) or over_time in seen.on.not_arising:
        return ""
    return ONLY_NOW if seen.on.answers.get(over_time) is None else ""


def _not_loaded(seen: Seen) -> str:
    """Say where a line may not be loaded, so that nobody knows how much it lets through."""
    failure = seen.case.evidence.failure(LOAD.kind, LOAD.subject)
    if failure is None or failure.kind is not FailureKind.NOT_MEASURED:
        return ""
    return f"{NOT_MEASURED} {failure.detail}."


def undetermined(seen: Seen, step: SettlingStep | None, rules_version: str) -> Verdict:
    """Say that the evidence does not decide, and what would.

    Args:
        seen: the case.
        step: what would tell most, or None.
        rules_version: by which rules it was judged.

    Returns:
        The verdict.
    """
    likely = seen.weighing.rivals or tuple(
        one for one in seen.weighing.weighed if one.belief >= MENTION
    )
    if step is not None and not likely and step.probe in ASKS:
        step = None  # nobody's words make up for devices that could not be asked
    measurable = _cable_untested(seen)
    if measurable and step is not None and step.probe == ASK_AFFECTED:
        step = None  # a measurement tells more of a dark port than which device is dark
    ours, not_said = _our_own_side(seen.case), _not_said(seen.case)
    unusual = [f.id for f in seen.findings if f.answer and f.follows_from is None]
    on_site = next_on_site(seen, open_causes=bool(likely))
    if on_site is not None:
        ours = not_said = ()  # what is named nowhere keeps nobody from that step
    action = BY_HAND
    if on_site is not None:
        action, step = on_site.action, None
    elif step:
        action = _find_out(seen, step)
    elif measurable:
        action = MEASURE_CABLE
    elif not_said:
        action = ASK_WHAT_IS_OPEN
    elif ours:
        action = PUT_RIGHT
    return Verdict(
        domain=FaultDomain.UNDETERMINED,
        cause="undetermined",
        title=(on_site and on_site.title) or UNDETERMINED_TITLE,
        confidence=round(_undecided(likely), 3),
        summary=(on_site and on_site.summary) or _left_open(seen, likely, ours, not_said),
        also=(),
        candidates=mentioned(seen, LEARNED),
        evidence_for=seen.by_id(unusual),
        evidence_against=(),
        unknown=_unknown(seen),
        settle_by=step,
        destination=Destination.SECOND_LINE,
        next_action=action,
        tell_customer=TOLD_UNDETERMINED,
        segments=segments(seen.findings, seen.case),
        rules_version=rules_version,
    )


def _left_open(
    seen: Seen, likely: tuple[Weighed, ...], ours: tuple[str, ...], not_said: tuple[str, ...]
) -> str:
    """Say what may be, and what keeps it from being told."""
    may_be = " or ".join(_lower(one.cause.title) for one in likely[:3])
    first = f"It may be that {may_be}." if likely else "Too little is known to name a cause."
    told = (
        ("Seen on site", said_on_site(seen)),
        (ON_OUR_SIDE, ours[:2]),
        (ORDER_LEAVES_OPEN, not_said[:2]),
    )
    return " ".join((first, *(f"{words}: {'; '.join(why)}." for words, why in told if why)))


def _find_out(seen: Seen, step: SettlingStep) -> str:
    return OPEN_A_PAGE if _silent_device(seen) else f"{FIND_OUT}{step.question}"


def _silent_device(seen: Seen) -> bool:
    """Tell whether all that is missing may be that nothing is done on the device."""
    silent = seen.case.evidence.value(DeviceWatch, WATCH.kind, WATCH.subject) is not None
    return silent and GETS_NONE not in seen.on.not_arising and seen.on.answers[GETS_NONE] is None


def _cable_untested(seen: Seen) -> bool:
    """Tell whether the cable may be broken, and the node could measure it and has not."""
    failure = seen.case.evidence.failure(CABLE_TEST.kind, CABLE_TEST.subject)
    ready = failure is not None and failure.kind is FailureKind.NOT_MEASURED
    return ready and any(seen.on.answers.get(name) for name in OF_A_BROKEN_CABLE)


def _undecided(likely: tuple[Weighed, ...]) -> float:
    """Give the best candidate's share of all belief in candidates, never above its own."""
    if not likely:
        return 0.0
    best = max(one.belief for one in likely)
    return min(best * best / sum(one.belief for one in likely), FLOOR)


def _lower(title: str) -> str:
    return title[0].lower() + title[1:]


def _unknown(seen: Seen) -> tuple[Finding, ...]:
    """Give what could not be told, most telling first: what matters to the complaint.

    What a device has no way to tell, and what has nothing to do with the complaint, is left out.
    """
    first = relevant(seen.case.symptom)
    unknown = [
        finding
        for finding in seen.findings
        if finding.answer is None
        and finding.missing
        and (finding.id in first or not _untellable(finding, seen.case.evidence))
    ]
    return tuple(sorted(unknown, key=lambda finding: finding.id not in first))


def _untellable(finding: Finding, evidence: Evidence) -> bool:
    failures = [evidence.failure(key.kind, key.subject) for key in finding.missing]
    return all(
        failure is not None
        and failure.kind in {FailureKind.NOT_APPLICABLE, FailureKind.UNSUPPORTED}
        for failure in failures
    )


def _our_own_side(case: CaseFile) -> tuple[str, ...]:
    return _told(
        failure
        for failure in _failures(case)
        if failure.blame in {Blame.AGENT, Blame.ACCESS}
        and failure.kind not in NOT_OUR_SIDE
        and not _is_gap_of_order(failure)
    )


def _not_said(case: CaseFile) -> tuple[str, ...]:
    """Give what whoever ordered the run has not said: no failure of anything."""
    return _told(failure for failure in _failures(case) if _is_gap_of_order(failure))


def _is_gap_of_order(failure: Failure) -> bool:
    return failure.kind is FailureKind.NOT_CONFIGURED and failure.where in SAID_BY_ORDER


def _failures(case: CaseFile) -> tuple[Failure, ...]:
    return tuple(one.failure for _, one in case.evidence if isinstance(one, Unobserved))


def _told(failures: Iterable[Failure]) -> tuple[str, ...]:
    """Give each failure's words once."""
    return tuple(dict.fromkeys(map(str, failures)))
