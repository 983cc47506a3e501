"""What is known of a model's faults, in words for the agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.known_issue import Fit

if TYPE_CHECKING:
    from cpe_diag.domain.known_issue import KnownIssue, KnownIssues, KnownMatch, RemedyRecord


def known_lines(known: KnownIssues) -> tuple[str, ...]:
    """Say every known issue that concerns the case.

    Args:
        known: what was found.

    Returns:
        A line for each, the surest first; one that says why, where they could not be looked at.
    """
    lines = tuple(_line(one) for one in known.found)
    return (*lines, f"not looked at: {known.unread}") if known.unread else lines


def remedy_words(issue: KnownIssue) -> str:
    """Say what to do.

    Args:
        issue: with its remedy.

    Returns:
        For example `human.reset (20 to 30 s), playbook known_reset_20s: Hold the button ...`.
    """
    remedy = issue.remedy
    variant = f"{remedy.action} ({remedy.parameter})" if remedy.parameter else remedy.action
    playbook = f", playbook {remedy.playbook}" if remedy.playbook else ""
    return f"{variant}{playbook}: {remedy.words}"


def record_words(record: RemedyRecord) -> str:
    """Say how often it helped.

    Args:
        record: of the last outcomes.

    Returns:
        For example `helped in 9 of 10 cases`.
    """
    if not record.told:
        return "nobody has proven yet that it helps"
    return f"helped in {record.proven} of the last {record.told} cases"


def _line(match: KnownMatch) -> str:
    issue = match.issue
    sure = "" if match.fit is Fit.YES else "perhaps: "
    head = f"{sure}{issue.title} ({issue.id}; {match.because})"
    if issue.retired_at is not None:
        return f"{head}. Its remedy {issue.remedy.action} is retired: {issue.retired_because}"
    told = record_words(match.record)
    return f"{head}. Do: {remedy_words(issue)} [{told}; source: {issue.source}]"
