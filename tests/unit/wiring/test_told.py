"""What a desk is told when its run ends: by the configuration, and only where a desk asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.letter import LetterKind
from cpe_diag.domain.run_journal import RunState
from cpe_diag.domain.verdict import Destination, FaultDomain
from cpe_diag.report.decoding import decode
from cpe_diag.service.answer import Answer
from cpe_diag.service.on_call import Notification
from cpe_diag.service.posted_note import PostedNote
from cpe_diag.service.ticket_rules import Priority, priority_of
from cpe_diag.service.tmf621 import STATUS_OF
from cpe_diag.store.run_rows import CaseRow, RunRow
from cpe_diag.testing.run_samples import sample_run
from cpe_diag.wiring.config import read
from cpe_diag.wiring.kept_runs import refutes
from cpe_diag.wiring.told import told_of_cancel, told_of_end, told_of_failure

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.wiring.config import Config

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
CASE = CaseRow(
    id="c-1",
    subscriber="sub-1",
    ticket="T-81",
    opened_at=AT,
    state="open",
    priority=1,
    due_at=AT + timedelta(minutes=15),
    destination=None,
    parent=None,
    words="no_internet",
    desk="main",
    desk_ticket="81",
    warned_at=None,
)
RUN = RunRow(
    id="r-7",
    case_id="c-1",
    order_key=None,
    playbook="no_internet",
    subscriber="sub-1",
    ticket="T-81",
    wish={},
    region="main",
    node=None,
    router=None,
    priority=1,
    state=RunState.RUNNING,
    submitted_at=AT,
    not_before=None,
    due_at=AT + timedelta(minutes=15),
    worker="w",
    lease_until=None,
    attempt=1,
    cancel_asked_at=None,
    started_at=AT,
    ended_at=None,
    domain=None,
    cause=None,
    confidence=None,
    destination=None,
    words="",
    batch=None,
)
CONFIG = """\
tickets:
  case_link: https://diag.example.net/cases/{case}
  desks:
    main:
      kind: zammad
      check: {hmac: env:ZAMMAD_TOKEN}
      answer:
        url: https://zammad.example.net
        credential: env:ZAMMAD_API
        public: PUBLIC
        routes:
          second_line: {group: Second}
          DESTINATION: {group: There}
  on_call:
    Ann: {send: env:ANN, zone: Europe/Berlin}
"""


def config(tmp_path: Path, *, public: str = "false") -> Config:
    """Give a configuration with one desk and one person."""
    text = CONFIG.replace("PUBLIC", public).replace("DESTINATION", sample_run().destination)
    (tmp_path / "config.yaml").write_text(text)
    return read(tmp_path / "config.yaml", "a test")


def test_the_desk_that_asked_is_told_the_verdict_and_where_the_ticket_goes(
    tmp_path: Path,
) -> None:
    """Once for each run, by its key."""
    (letter,) = told_of_end(config(tmp_path), CASE, RUN, sample_run())
    answer = decode(Answer, letter.document)
    run = sample_run()
    assert (letter.kind, letter.target, letter.case_id) == (LetterKind.NOTE, "main", "c-1")
    assert letter.key == f"note main 81 cpe-diag/{run.run_id}/verdict"
    assert (answer.ticket_id, answer.route.group, answer.public) == ("81", "There", False)
    assert "Case: https://diag.example.net/cases/c-1" in answer.note
    assert run.verdict.title in answer.subject


def test_a_person_at_a_terminal_and_a_desk_without_an_address_are_told_nothing(
    tmp_path: Path,
) -> None:
    """They see it, or nobody can tell them."""
    for case in (
        replace(CASE, desk=None),
        replace(CASE, desk="other"),
        replace(CASE, desk_ticket=None),
    ):
        assert told_of_end(config(tmp_path), case, RUN, sample_run()) == ()


def test_a_posted_ticket_is_told_what_a_later_run_has_found(tmp_path: Path) -> None:
    """Its router was away when the first one ran, whose verdict the ticket has."""
    alone = replace(CASE, desk=None, desk_ticket=None)
    later, result = replace(RUN, wish={"follows": True}), sample_run()
    (letter,) = told_of_end(config(tmp_path), alone, later, result)
    said = decode(PostedNote, letter.document)
    assert (letter.kind, letter.target) == (LetterKind.POSTED, "c-1")
    assert said.reference == f"cpe-diag/{result.run_id}/verdict"
    assert (said.reason, said.status) == (result.verdict.title, STATUS_OF[result.destination])
    assert "Case: https://diag.example.net/cases/c-1" in said.text
    (answer,) = told_of_end(config(tmp_path), CASE, later, result)
    assert answer.kind is LetterKind.NOTE
    assert told_of_end(config(tmp_path), replace(alone, ticket=None), later, result) == ()


def test_a_failed_run_is_told_to_the_desk_and_to_whoever_is_on_call(tmp_path: Path) -> None:
    """Without why: what a program says of its fault may name anything."""
    note, call = told_of_failure(config(tmp_path), CASE, RUN, AT)
    answer = decode(Answer, note.document)
    said = decode(Notification, call.document)
    assert (answer.external_id, answer.route.group) == ("cpe-diag/r-7/failed", "Second")
    assert (call.target, said.priority) == ("Ann", Priority.TOTAL_LOSS)
    assert said.title.startswith("The diagnosis of case c-1 could not be done")


def test_a_failed_run_that_no_desk_waits_for_is_told_to_whoever_is_on_call(tmp_path: Path) -> None:
    """A ticket that was posted or submitted; not where a person sits there, nor for a batch."""
    alone = replace(CASE, desk=None, desk_ticket=None)
    (call,) = told_of_failure(config(tmp_path), alone, RUN, AT)
    assert (call.kind, call.target) == (LetterKind.NOTIFICATION, "Ann")
    for run in (
        replace(RUN, ticket=None),
        replace(RUN, region=None),
        replace(RUN, batch="b-1"),
    ):
        assert told_of_failure(config(tmp_path), alone, run, AT) == ()


def test_a_cancelled_run_is_told_to_the_desk_and_to_nobody_at_home(tmp_path: Path) -> None:
    """Who has cancelled it knows; the desk waits for an answer."""
    (note,) = told_of_cancel(config(tmp_path), CASE, "r-7")
    answer = decode(Answer, note.document)
    assert (answer.external_id, answer.route.group) == ("cpe-diag/r-7/cancelled", "Second")
    assert "case c-1 was cancelled" in answer.note
    assert told_of_cancel(config(tmp_path), replace(CASE, desk=None), "r-7") == ()


def test_a_customer_who_sees_the_notes_is_not_told_of_our_failures(tmp_path: Path) -> None:
    """People on call are."""
    letters = told_of_failure(config(tmp_path, public="true"), CASE, RUN, AT)
    assert [one.kind for one in letters] == [LetterKind.NOTIFICATION]


@pytest.mark.parametrize(
    ("number", "priority"),
    [(0, "total_loss"), (1, "total_loss"), (2, "partial"), (3, "request"), (9, "request")],
)
def test_the_number_of_a_case_is_a_priority(number: int, priority: str) -> None:
    """Whoever has submitted it."""
    assert priority_of(number) == priority


def test_a_desk_whose_later_run_could_not_decide_reads_what_stands_and_keeps_the_ticket_there(
    tmp_path: Path,
) -> None:
    """The note of the newer run is told, and does not take the ticket back."""
    decided = sample_run().destination
    undecided = sample_run(
        replace(
            sample_run().verdict,
            domain=FaultDomain.UNDETERMINED,
            title="Not decided",
            destination=Destination.SECOND_LINE,
        )
    )
    stands = replace(
        RUN, id="r-0", cause="fibre_cut", words="The line is cut", destination=decided
    )
    for told, group in ((stands, "There"), (None, "Second")):
        (letter,) = told_of_end(config(tmp_path), CASE, RUN, undecided, told)
        answer = decode(Answer, letter.document)
        assert answer.route.group == group
        assert ("still stands: The line is cut (fibre_cut)" in answer.note) is (told is not None)
        assert undecided.verdict.title in answer.note


def test_a_desk_whose_later_run_came_to_nothing_reads_what_stands_and_keeps_the_ticket_there(
    tmp_path: Path,
) -> None:
    """Failed or cancelled: second line gets what nobody has found anything about."""
    stands = replace(
        RUN,
        id="r-0",
        cause="fibre_cut",
        words="The line is cut",
        destination=sample_run().destination,
    )
    failed, _ = told_of_failure(config(tmp_path), CASE, RUN, AT, stands)
    (cancelled,) = told_of_cancel(config(tmp_path), CASE, "r-7", stands)
    for letter in (failed, cancelled):
        answer = decode(Answer, letter.document)
        assert answer.route.group == "There"
        assert "still stands: The line is cut (fibre_cut)" in answer.note
        assert "second line" not in answer.note


def test_a_cause_is_refuted_by_what_was_measured_and_not_by_what_was_not() -> None:
    """A run that has seen nothing takes nothing back."""
    case = sample_run().case
    assert not refutes(case, sample_run().verdict.cause)
    assert refutes(case, "line_noise")
    assert not refutes(replace(case, evidence=Evidence()), "line_noise")
    assert not refutes(case, "device_offline")  # no device was named
    assert not refutes(case, "a_cause_of_another_version")
