"""From evidence to a verdict: find, explain, weigh, conclude. Pure and deterministic."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import Blame, FailureKind
from cpe_diag.domain.findings import Finding
from cpe_diag.domain.missing import known
from cpe_diag.domain.observations import Unobserved
from cpe_diag.domain.verdict import (
    Candidate,
    Destination,
    FaultDomain,
    SettlingStep,
    Verdict,
)
from cpe_diag.judge.causes import CAUSES
from cpe_diag.judge.explaining import FOLLOWS, explain
from cpe_diag.judge.healthy import not_proven_good, relevant
from cpe_diag.judge.keys import CABLE_TEST
from cpe_diag.judge.question import CaseFile
from cpe_diag.judge.rule import Facts
from cpe_diag.judge.rules import REVISION, RULES
from cpe_diag.judge.segments import segments
from cpe_diag.judge.settle import ASK_AFFECTED, ASKS, first_that_brings, gains, settling_step
from cpe_diag.judge.thresholds import limits
from cpe_diag.judge.verdict_group import verdict_group
from cpe_diag.judge.weighing import (
    FLOOR,
    MENTION,
    Board,
    Weighed,
    Weighing,
    board,
    conclude,
    weigh_all,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cpe_diag.domain.evidence import Evidence, FactKey

MOST_CANDIDATES: Final = 6
NO_FAULT_AT_MOST: Final = 0.95
SETTLED_GAIN_BITS: Final = 0.1
"""Once a cause is named, only what could still overturn it is worth naming."""
NO_FAULT_TITLE: Final = "No fault found"
UNDETERMINED_TITLE: Final = "The evidence does not decide it"
NOT_OUR_SIDE: Final = frozenset({FailureKind.DEPENDENCY, FailureKind.NOT_APPLICABLE})
"""Gaps that nobody has to mend: they follow from others, or the question does not arise."""
OF_A_BROKEN_CABLE: Final = ("ethernet_link_down", "port_speed_low", "port_errors_growing")
MEASURE_CABLE: Final = (
    "Let the node measure the cable (cpe-diag port test-cable), then run again: it may name the"
    " place of a break."
)
TOLD_UNDETERMINED: Final = (
    "We have not found the cause yet. A colleague goes on with your case and will get back to you."
)
TOLD_NO_FAULT: Final = (
    "We have checked your connection from our network to your home, and it is working well now."
    " Please try again, and call us if the trouble comes back."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One case, looked at."""

    case: CaseFile
    findings: tuple[Finding, ...]
    on: Board
    weighing: Weighing

    def by_id(self, names: Iterable[str]) -> tuple[Finding, ...]:
        found = {finding.id: finding for finding in self.findings}
        return tuple(found[name] for name in names)


def find(case: CaseFile) -> tuple[Finding, ...]:
    """Let every rule answer, and mark what follows from what.

    Args:
        case: the evidence and whom it is about.

    Returns:
        One finding for each rule, in the order of the rules.

    Raises:
        DefinitionError: a threshold of the operator's does not exist.
    """
    facts = _facts(case)
    return explain(tuple(rule.find(facts) for rule in RULES))


def _facts(case: CaseFile) -> Facts:
    return Facts(case=case, limits=limits(case.thresholds))


def decide(case: CaseFile, catalogue: Mapping[str, tuple[FactKey, ...]]) -> Verdict:
    """Conclude whose fault it is, as far as the evidence carries.

    Args:
        case: the evidence and whom it is about.
        catalogue: probes that could still be run, and the facts that each one brings.

    Returns:
        A verdict; `undetermined` where the evidence does not decide.

    Raises:
        DefinitionError: a threshold of the operator's does not exist.
    """
    findings = find(case)
    on = board(findings, case.symptom, known(case.subscriber.technology))
    seen = _Seen(case=case, findings=findings, on=on, weighing=conclude(on))
    lead = seen.weighing.lead
    if lead is not None:
        return _of_cause(seen, lead, catalogue)
    if not seen.weighing.rivals and not not_proven_good(on) and _good_enough(seen) >= FLOOR:
        return _no_fault(seen)
    return _undetermined(seen, catalogue)


def next_probe(
    case: CaseFile, catalogue: Mapping[str, tuple[FactKey, ...]], tried: frozenset[str]
) -> str | None:
    """Choose the probe that would tell most now.

    Args:
        case: the evidence so far.
        catalogue: probes, and the facts that each one brings.
        tried: probes that were run already.

    Returns:
        A probe's id, or None where no probe is worth its time.
    """
    findings = find(case)
    on = board(findings, case.symptom, known(case.subscriber.technology))
    open_probes = {probe: keys for probe, keys in catalogue.items() if probe not in tried}
    told = gains(findings, weigh_all(on), case.evidence, open_probes)
    if told:
        return told[0].probe
    by_id = {finding.id: finding for finding in findings}
    missing = [key for name in not_proven_good(on) for key in by_id[name].missing]
    return first_that_brings(missing, case.evidence, open_probes)


def rules_version(thresholds: Mapping[str, float]) -> str:
    """Name the rules that judged, so that a bundle can say by which it was judged.

    Args:
        thresholds: the operator's overrides.

    Returns:
        The revision, and a digest over rules, causes, what follows from what, and all limits.

    Raises:
        DefinitionError: an override names no threshold.
    """
    own = sorted(limits(thresholds).items())
    digest = hashlib.sha256(f"{_CONTENT}{own!r}".encode()).hexdigest()
    return f"{REVISION}-{digest[:12]}"


_CONTENT: Final = hashlib.sha256(
    repr((REVISION, [(rule.id, rule.needs) for rule in RULES], CAUSES, FOLLOWS)).encode()
).hexdigest()


def _of_cause(seen: _Seen, lead: Weighed, catalogue: Mapping[str, tuple[FactKey, ...]]) -> Verdict:
    cause = lead.cause
    follow = [
        finding.id
        for finding in seen.findings
        if finding.answer and finding.follows_from and finding.id in cause.explains
    ]
    evidence = seen.by_id(dict.fromkeys((*lead.supported_by, *follow)))
    also = tuple(map(_candidate, seen.weighing.also))
    beside = "".join(f" Also: {_lower(one.cause.title)}." for one in seen.weighing.also)
    why = "; ".join(finding.because for finding in evidence[:2])
    return Verdict(
        domain=cause.domain,
        cause=cause.id,
        title=cause.title,
        confidence=round(lead.belief, 3),
        summary=f"{cause.title}: {why}.{beside}",
        also=also,
        candidates=_candidates(seen),
        evidence_for=evidence,
        evidence_against=seen.by_id(lead.contradicted_by),
        unknown=_unknown(seen),
        settle_by=_settle(seen, catalogue),
        destination=cause.destination,
        next_action=cause.next_action,
        tell_customer=cause.tell_customer,
        segments=segments(seen.findings, seen.case.evidence),
        rules_version=rules_version(seen.case.thresholds),
        group=verdict_group(cause.id, _facts(seen.case)),
    )


def _good_enough(seen: _Seen) -> float:
    most = max(one.belief for one in seen.weighing.weighed)
    return NO_FAULT_AT_MOST * (1.0 - most)


def _no_fault(seen: _Seen) -> Verdict:
    good = [name for name in relevant(seen.case.symptom) if seen.on.answers.get(name) is False]
    return Verdict(
        domain=FaultDomain.NONE,
        cause="no_fault",
        title=NO_FAULT_TITLE,
        confidence=round(_good_enough(seen), 3),
        summary=f"{NO_FAULT_TITLE}: all {len(good)} checks that matter here are good.",
        also=(),
        candidates=_candidates(seen),
        evidence_for=seen.by_id(good),
        evidence_against=(),
        unknown=_unknown(seen),
        settle_by=None,
        destination=Destination.FIXED,
        next_action="Have the customer try again; watch the line if the trouble comes and goes.",
        tell_customer=TOLD_NO_FAULT,
        segments=segments(seen.findings, seen.case.evidence),
        rules_version=rules_version(seen.case.thresholds),
    )


def _undetermined(seen: _Seen, catalogue: Mapping[str, tuple[FactKey, ...]]) -> Verdict:
    likely = seen.weighing.rivals or tuple(
        one for one in seen.weighing.weighed if one.belief >= MENTION
    )
    step = _settle(seen, catalogue)
    if step is not None and not likely and step.probe in ASKS:
        step = None  # nobody's words make up for devices that could not be asked
    measurable = _cable_untested(seen)
    if measurable and step is not None and step.probe == ASK_AFFECTED:
        step = None  # a measurement tells more of a dark port than which device is dark
    if likely:
        words = " or ".join(_lower(one.cause.title) for one in likely[:3])
        summary = f"It may be that {words}."
    else:
        summary = "Too little is known to name a cause."
    ours = _our_own_side(seen.case)
    if ours:
        summary += f" What kept us from looking is on our side: {'; '.join(ours[:2])}."
    unusual = [f.id for f in seen.findings if f.answer and f.follows_from is None]
    action = "Go on by hand with what is unknown."
    if step:
        action = f"Find out: {step.question}"
    elif measurable:
        action = MEASURE_CABLE
    elif ours:
        action = "Put right what kept us from looking, then run again; or go on by hand."
    return Verdict(
        domain=FaultDomain.UNDETERMINED,
        cause="undetermined",
        title=UNDETERMINED_TITLE,
        confidence=round(_undecided(likely), 3),
        summary=summary,
        also=(),
        candidates=_candidates(seen),
        evidence_for=seen.by_id(unusual),
        evidence_against=(),
        unknown=_unknown(seen),
        settle_by=step,
        destination=Destination.SECOND_LINE,
        next_action=action,
        tell_customer=TOLD_UNDETERMINED,
        segments=segments(seen.findings, seen.case.evidence),
        rules_version=rules_version(seen.case.thresholds),
    )


def _cable_untested(seen: _Seen) -> bool:
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


def _candidate(one: Weighed) -> Candidate:
    return Candidate(
        cause=one.cause.id,
        domain=one.cause.domain,
        belief=round(one.belief, 3),
        supported_by=one.supported_by,
        contradicted_by=one.contradicted_by,
    )


def _candidates(seen: _Seen) -> tuple[Candidate, ...]:
    likely = sorted(seen.weighing.weighed, key=lambda one: -one.belief)
    return tuple(_candidate(one) for one in likely if one.belief >= MENTION)[:MOST_CANDIDATES]


def _unknown(seen: _Seen) -> tuple[Finding, ...]:
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


def _settle(seen: _Seen, catalogue: Mapping[str, tuple[FactKey, ...]]) -> SettlingStep | None:
    everything = {**catalogue, **ASKS}
    told = gains(seen.findings, seen.weighing.weighed, seen.case.evidence, everything)
    least = SETTLED_GAIN_BITS if seen.weighing.lead else 0.0
    best = told[0] if told and told[0].bits >= least else None
    return settling_step(best, seen.weighing.weighed)


def _our_own_side(case: CaseFile) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            str(observation.failure)
            for _, observation in case.evidence
            if isinstance(observation, Unobserved)
            and observation.failure.blame in {Blame.AGENT, Blame.ACCESS}
            and observation.failure.kind not in NOT_OUR_SIDE
        )
    )
