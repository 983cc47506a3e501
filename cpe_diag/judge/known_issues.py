"""Which known issues concern a case: by what stands in the home, and by what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import translate
from re import IGNORECASE
from re import compile as compiled
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.known_issue import (
    NOTHING_LEARNED,
    Fit,
    KnownIssue,
    KnownMatch,
    MadeChange,
    RemedyRecord,
)
from cpe_diag.domain.missing import known
from cpe_diag.domain.ont_facts import OntState
from cpe_diag.domain.router_facts import RouterSystem
from cpe_diag.judge.causes import CAUSES
from cpe_diag.judge.firmware_range import read_range, within
from cpe_diag.judge.firmware_version import read_version
from cpe_diag.judge.keys import ONT, SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cpe_diag.domain.verdict import Verdict
    from cpe_diag.judge.question import CaseFile

_ORDER: Final = (Fit.YES, Fit.PERHAPS)
_CAUSE_IDS: Final = frozenset(cause.id for cause in CAUSES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """A device of the home as it calls itself; `firmware` None where it did not say."""

    kind: str
    model: str
    firmware: str | None


def equipment_in(case: CaseFile) -> tuple[Equipment, ...]:
    """Give what stands in the home: what was read, else what the inventory says of the router.

    Args:
        case: what was seen.

    Returns:
        Every device whose model is known.
    """
    found: list[Equipment] = []
    system = case.evidence.value(RouterSystem, SYSTEM.kind, SYSTEM.subject)
    model = known(system.model) if system else None
    if system is not None and model:
        found.append(Equipment(kind="router", model=model, firmware=known(system.firmware)))
    access = case.subscriber.router
    named = known(access.model) if access else None
    if named and named != model:
        # The operator's records and the device may each know the model by a name of their own.
        told = known(system.firmware) if system else None
        found.append(Equipment(kind="router", model=named, firmware=told))
    ont = case.evidence.value(OntState, ONT.kind, ONT.subject)
    ont_model = known(ont.model) if ont else None
    if ont is not None and ont_model:
        found.append(Equipment(kind="ONT", model=ont_model, firmware=known(ont.firmware)))
    return tuple(found)


def matching(
    case: CaseFile,
    verdict: Verdict,
    issues: Iterable[KnownIssue],
    records: Mapping[str, RemedyRecord],
) -> tuple[KnownMatch, ...]:
    """Find the known issues that concern a case.

    Args:
        case: what was seen, and the complaint.
        verdict: what was concluded: a symptom of an issue may be a cause.
        issues: all that are known, those with a retired remedy too.
        records: how the remedies did, by the issue's id.

    Returns:
        The surest first; the same for the same arguments in whatever order.
    """
    devices = equipment_in(case)
    wrong = {case.symptom, verdict.cause, *(one.cause for one in verdict.also)}
    found = [
        match
        for issue in issues
        if not issue.symptoms or wrong & set(issue.symptoms)
        if (match := _match(issue, devices, records.get(issue.id, NOTHING_LEARNED))) is not None
    ]
    return tuple(
        sorted(
            found,
            key=lambda one: (
                one.issue.retired_at is not None,
                _ORDER.index(one.fit),
                not one.issue.symptoms,
                one.issue.id,
            ),
        )
    )


def model_fits(model: str, pattern: str) -> bool:
    """Say whether a model is one that a pattern names.

    Args:
        model: as the device, or the operator's records, call it.
        pattern: with `*` for anything and `?` for one character; case does not count.

    Returns:
        Whether all of it fits.
    """
    return compiled(translate(pattern.strip()), IGNORECASE).match(model.strip()) is not None


def made_for(issue: KnownIssue, change: MadeChange) -> bool:
    """Say whether a change was the remedy of an issue.

    Args:
        issue: with its remedy.
        change: what was done, to which model, and what was wrong before.

    Returns:
        True where action, model, firmware and what was wrong are those of the issue.
    """
    remedy = issue.remedy
    if change.action != remedy.action or not model_fits(change.model, issue.model):
        return False
    if within(change.firmware, read_range(issue.firmware)) is False:
        return False
    version = read_version(remedy.parameter)
    if version is not None and version.text not in change.wished:
        return False
    causes = [one for one in issue.symptoms if one in _CAUSE_IDS]
    return not causes or any(f"({one})" in change.symptom for one in causes)


def _match(
    issue: KnownIssue, devices: tuple[Equipment, ...], record: RemedyRecord
) -> KnownMatch | None:
    bounds = read_range(issue.firmware)
    best: KnownMatch | None = None
    for device in devices:
        if not model_fits(device.model, issue.model):
            continue
        inside = within(device.firmware or "", bounds)
        if inside is False:
            continue
        match = KnownMatch(
            issue=issue,
            fit=Fit.YES if inside else Fit.PERHAPS,
            because=_because(issue, device, sure=inside is True),
            record=record,
        )
        if best is None or (match.fit is Fit.YES and best.fit is not Fit.YES):
            best = match
    return best


def _because(issue: KnownIssue, device: Equipment, *, sure: bool) -> str:
    said = f"the {device.kind} is {device.model}"
    if not issue.firmware:
        return said
    if sure:
        return f"{said} with firmware {device.firmware}, within {issue.firmware}"
    if device.firmware is None:
        return f"{said}; its firmware is not known, and the issue is of {issue.firmware}"
    return f"{said}; its firmware {device.firmware} cannot be compared with {issue.firmware}"
