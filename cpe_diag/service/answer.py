"""What goes back to a ticket: a note in words, and where the ticket goes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.observations import Observed
from cpe_diag.domain.verdict import Destination
from cpe_diag.report.fact_text import fact_text
from cpe_diag.report.plain import harmless
from cpe_diag.report.ticket import plain_ticket_note
from cpe_diag.report.words import next_words
from cpe_diag.service.do_not_repeat import do_not_repeat, in_short
from cpe_diag.service.outgoing import Route

if TYPE_CHECKING:
    from cpe_diag.report.record import Run

LONGEST_NOTE: Final = 30_000
"""Characters; a comment of Jira may have 32,767 (`jira.text.field.character.limit`)."""

MARK: Final = "Reference: "
"""Begins the last line of every note; what follows tells a note that is already there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer to one ticket. `external_id` is the same whenever this answer is sent again."""

    ticket_id: str
    external_id: str
    subject: str
    note: str
    public: bool
    route: Route


def external_id(run_id: str, occasion: str) -> str:
    """Name an answer.

    Args:
        run_id: of the run that it is about.
        occasion: `verdict`, `warning`, `handed_over`, ...

    Returns:
        One word that nobody writes by chance, for example `cpe-diag/r-7/verdict`.
    """
    return "/".join(["cpe-diag", *(re.sub(r"[^\w.-]", "-", one) for one in (run_id, occasion))])


def run_note(result: Run, *, case_link: str | None, reference: str) -> str:
    """Write the note with the verdict, the facts and the link to the case.

    Args:
        result: the run.
        case_link: address of the case's page, or None where there is none.
        reference: the answer's external id.

    Returns:
        Plain text, its last line the reference; facts are left out where it would grow too long.
        Whoever goes on with the case reads which tests need not be done again.
    """
    tail = [*([f"Case: {harmless(case_link)}"] if case_link else []), f"{MARK}{reference}"]
    facts = ["Facts:", *_facts(result)]
    return _fitting([*plain_ticket_note(result).splitlines(), *_holds(result)], facts, tail)


def customer_note(result: Run, *, reference: str) -> str:
    """Write a note that the customer reads: what to tell them, and nothing of how we know.

    Args:
        result: the run.
        reference: the answer's external id.

    Returns:
        Plain text, its last line the reference.
    """
    _, tell = next_words(result.destination, result.verdict)
    return note(tell, case_link=None, reference=reference)


def note(words: str, *, case_link: str | None, reference: str) -> str:
    """Write a note of a few words, with the link to the case.

    Args:
        words: lines of plain text.
        case_link: as for `run_note`.
        reference: the answer's external id.

    Returns:
        Plain text, its last line the reference.
    """
    tail = [*([f"Case: {harmless(case_link)}"] if case_link else []), f"{MARK}{reference}"]
    return _fitting([harmless(line) for line in words.splitlines()], [], tail)


def _holds(result: Run) -> tuple[str, ...]:
    if result.destination is Destination.FIXED:
        return ()
    ended_at = result.started_at + timedelta(seconds=result.took_s)
    return in_short(do_not_repeat([result.case.evidence], ended_at))


def _facts(result: Run) -> list[str]:
    return [
        f"- {observation.at:%H:%M:%S} {key}: {fact_text(observation.value)}"
        f" ({harmless(observation.source)})"
        for key, observation in result.case.evidence
        if isinstance(observation, Observed)
    ]


def _fitting(head: list[str], facts: list[str], tail: list[str]) -> str:
    """Put the lines together; what is cut is said."""
    left = LONGEST_NOTE - sum(len(line) + 1 for line in tail) - 40
    kept: list[str] = []
    lines = [*head, *facts]
    for line in lines:
        left -= len(line) + 1
        if left < 0:
            kept.append(f"... {len(lines) - len(kept)} lines more in the case")
            break
        kept.append(line)
    return "".join(f"{line}\n" for line in [*kept, *tail])
