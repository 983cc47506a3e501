"""The run in plain text: a note for the ticket, with what to tell the customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.report.channel_advice import advice_in, advice_words
from cpe_diag.report.duration import duration
from cpe_diag.report.fact_text import fact_text, own_changes
from cpe_diag.report.incident_words import incident_lines
from cpe_diag.report.known_words import known_lines
from cpe_diag.report.plain import harmless
from cpe_diag.report.ssh_text import legacy_words
from cpe_diag.report.why import gaps, named
from cpe_diag.report.words import (
    DESTINATION_WORDS,
    DOMAIN_WORDS,
    END_WORDS,
    STATE_WORDS,
    beyond_title,
    cause_words,
    group_words,
    next_words,
    sureness,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.domain.findings import Finding
    from cpe_diag.domain.verdict import Verdict
    from cpe_diag.report.record import Run

_SHOWN_FINDINGS: Final = 8


def plain_ticket_note(result: Run) -> str:
    """Write the note that goes into a ticket: plain text, no colour, no drawing.

    Args:
        result: the run.

    Returns:
        Lines, the last one ended too; no secret and no control character.
    """
    verdict = result.verdict
    beyond = beyond_title(verdict)
    subscriber = result.case.subscriber
    do_next, tell = next_words(result.destination, verdict)
    lines = [
        f"Diagnosis of subscriber {subscriber.id} by playbook {result.playbook}",
        f"Run on {result.started_at:%Y-%m-%d %H:%M:%S} UTC, took {duration(result.took_s)}"
        + (f", {END_WORDS[result.end]}" if result.end in END_WORDS else ""),
        f"Fault in: {DOMAIN_WORDS[verdict.domain]}",
        f"Cause: {verdict.title} ({verdict.cause})",
        f"Confidence: {sureness(verdict)}",
        *([f"Summary: {beyond}"] if beyond else []),
        *(f"Also: {cause_words(one.cause)} ({DOMAIN_WORDS[one.domain]})" for one in verdict.also),
        *_group(verdict),
        f"Send to: {DESTINATION_WORDS[result.destination]}",
        f"Next action: {do_next}",
        f"Tell customer: {tell}",
        *(f"Done: {fact_text(one)}" for one in own_changes(result.case.evidence)),
        *(f"Known issue: {line}" for line in known_lines(result.known)),
        *(f"Platform incident: {line}" for line in incident_lines(result.incident)),
        "Path: "
        + "; ".join(
            f"{one.title} {STATE_WORDS[one.state]}" + (f" ({one.note})" if one.note else "")
            for one in verdict.segments
        ),
        *_section("Evidence for", verdict.evidence_for),
        *_section("Evidence against", verdict.evidence_against),
        *_not_known(result),
        *(
            f"Wi-Fi channel: {advice_words(one)}"
            for one in advice_in(result.case.evidence)
            if one.move
        ),
    ]
    lines += [f"SSH: {words}" for words in legacy_words(result.trace)]
    if verdict.settle_by:
        lines.append(f"What would settle it: {verdict.settle_by.question}")
    lines.append(f"Run {result.run_id}, rules {verdict.rules_version}")
    return "".join(f"{_kept(line)}\n" for line in lines)


def _group(verdict: Verdict) -> list[str]:
    group = verdict.group
    if group is None:
        return []
    return [f"Out together: {group_words(group)}", f"Parent case: {group.parent_key}"]


def _section(title: str, findings: Sequence[Finding]) -> list[str]:
    if not findings:
        return []
    told = list(dict.fromkeys(finding.because for finding in findings))
    return [f"{title}:", *(f"- {because}" for because in told[:_SHOWN_FINDINGS])]


def _not_known(result: Run) -> list[str]:
    found = gaps(result.verdict.unknown, result.case.evidence, result.started_at)
    lines = [f"- {gap.words}: {named(gap.keys)}" for gap in found[:_SHOWN_FINDINGS]]
    return ["Not known:", *lines] if lines else []


def _kept(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip(" "))]
    return indent + harmless(line)
