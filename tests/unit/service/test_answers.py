"""Answers to tickets: what is said, which requests each desk wants, and nothing said twice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpe_diag.domain.observations import Observed
from cpe_diag.domain.verdict import Destination
from cpe_diag.service.answer import (
    LONGEST_NOTE,
    Answer,
    customer_note,
    external_id,
    note,
    run_note,
)
from cpe_diag.service.desk_answers import found, writing
from cpe_diag.service.desk_request import CredentialPlace, Found, part
from cpe_diag.service.outgoing import OutgoingDesk, OwnRequest, Route
from cpe_diag.service.ticket_paths import DeskKind
from cpe_diag.testing.run_samples import sample_run

if TYPE_CHECKING:
    from cpe_diag.service.desk_request import Writing

REFERENCE = external_id("r-7", "verdict")
NOTE = note("It is the line.", case_link="https://diag.example.net/cases/c-1", reference=REFERENCE)
NOC = Route(group="NOC", state="open", priority="3 high")
ANSWER = Answer(
    ticket_id="81",
    external_id=REFERENCE,
    subject="Diagnosis",
    note=NOTE,
    public=False,
    route=NOC,
)


def answer(route: Route = NOC, *, ticket_id: str = "81", public: bool = False) -> Answer:
    """Make an answer."""
    return Answer(
        ticket_id=ticket_id,
        external_id=REFERENCE,
        subject="Diagnosis",
        note=NOTE,
        public=public,
        route=route,
    )


def written(kind: DeskKind, what: Answer = ANSWER) -> Writing:
    """Say what is sent to a desk of this kind."""
    return writing(OutgoingDesk(kind=kind), what)


def test_the_note_of_a_run_says_verdict_facts_and_case() -> None:
    """Whoever reads the ticket needs no other program."""
    run = sample_run()
    text = run_note(run, case_link="https://diag.example.net/cases/c-1", reference=REFERENCE)
    lines = text.splitlines()
    assert f"Cause: {run.verdict.title} ({run.verdict.cause})" in lines
    facts = lines[lines.index("Facts:") + 1 : -2]
    assert facts
    assert all(line.startswith("- ") and line.endswith(")") for line in facts)
    assert lines[-2:] == [
        "Case: https://diag.example.net/cases/c-1",
        "Reference: cpe-diag/r-7/verdict",
    ]


def test_whoever_goes_on_reads_which_tests_still_hold() -> None:
    """A technician drives out to a case, and measures nothing again that was just measured."""
    run = replace(sample_run(), destination=Destination.FIELD_TECHNICIAN)
    told = run_note(run, case_link=None, reference=REFERENCE).splitlines()
    held = [line for line in told if line.startswith("Do not repeat until ")]
    nobody_measured = {"answer", "own_change", "firmware_issue"}
    measured = {
        str(key)
        for key, one in run.case.evidence
        if isinstance(one, Observed) and key.kind not in nobody_measured
    }
    assert measured
    assert {key for line in held for key in line.split(" UTC: ")[1].split(", ")} == measured
    fixed = replace(run, destination=Destination.FIXED)
    assert "Do not repeat" not in run_note(fixed, case_link=None, reference=REFERENCE)


def test_a_customer_reads_only_what_is_said_to_customers() -> None:
    """Names of nodes, addresses and figures are for the desks."""
    run = sample_run()
    assert customer_note(run, reference=REFERENCE).splitlines() == [
        run.verdict.tell_customer,
        "Reference: cpe-diag/r-7/verdict",
    ]


def test_a_note_never_grows_beyond_what_a_desk_takes() -> None:
    """The reference stands in its last line, whatever is cut."""
    text = note("x" * 80 + "\n" + "line\n" * 20_000, case_link=None, reference=REFERENCE)
    assert len(text) <= LONGEST_NOTE
    assert text.splitlines()[-2].endswith("lines more in the case")
    assert text.splitlines()[-1] == "Reference: cpe-diag/r-7/verdict"


def test_a_reference_is_one_plain_word() -> None:
    """It is looked for in what the desk has made of the note."""
    assert external_id("r 7/<b>", "hand over") == "cpe-diag/r-7--b-/hand-over"


def test_zammad_takes_note_and_way_in_one_request() -> None:
    """REST API, Tickets, Update: the article of an update is a new article."""
    made = written(DeskKind.ZAMMAD)
    assert made.look is not None
    assert (made.look.method, made.look.path) == ("GET", "/api/v1/ticket_articles/by_ticket/81")
    assert (made.note.method, made.note.path) == ("PUT", "/api/v1/tickets/81")
    assert made.note.body == {
        "group": "NOC",
        "state": "open",
        "priority": "3 high",
        "article": {
            "subject": "Diagnosis",
            "body": NOTE,
            "content_type": "text/plain",
            "type": "note",
            "internal": True,
        },
    }
    assert [one.body for one in made.routing] == [
        {"group": "NOC", "state": "open", "priority": "3 high"}
    ]
    assert written(DeskKind.ZAMMAD, answer(Route())).routing == ()


def test_znuny_takes_an_internal_article() -> None:
    """GenericInterface, TicketUpdate; the sender adds user and password to the body."""
    made = written(DeskKind.ZNUNY, answer(Route(group="NOC", fields={"Cause": "line"})))
    assert made.look is not None
    assert (made.look.path, made.look.credential) == (
        "/Ticket/81?AllArticles=1",
        CredentialPlace.QUERY_LOGIN,
    )
    assert (made.note.method, made.note.path) == ("PATCH", "/Ticket/81")
    assert made.note.credential is CredentialPlace.BODY
    assert made.note.body == {
        "Ticket": {"Queue": "NOC"},
        "DynamicField": [{"Name": "Cause", "Value": "line"}],
        "Article": {
            "CommunicationChannel": "Internal",
            "SenderType": "agent",
            "IsVisibleForCustomer": 0,
            "Subject": "Diagnosis",
            "Body": NOTE,
            "ContentType": "text/plain; charset=utf-8",
        },
    }


def test_jira_takes_a_hidden_comment_and_a_transition() -> None:
    """REST API 2; the comment carries our reference as a property too."""
    route = Route(
        state="With NOC", priority="High", transition="41", fields={"customfield_1": "x"}
    )
    made = written(DeskKind.JIRA, answer(route, ticket_id="ISP-2"))
    assert made.look is not None
    assert made.look.path == "/rest/api/2/issue/ISP-2?fields=comment,status"
    assert (made.note.method, made.note.path) == ("POST", "/rest/api/2/issue/ISP-2/comment")
    assert made.note.body == {
        "body": NOTE,
        "properties": [
            {"key": "sd.public.comment", "value": {"internal": True}},
            {"key": "cpe-diag", "value": {"id": REFERENCE}},
        ],
    }
    assert [(one.method, one.path, one.body) for one in made.routing] == [
        (
            "PUT",
            "/rest/api/2/issue/ISP-2",
            {"fields": {"customfield_1": "x", "priority": {"name": "High"}}},
        ),
        (
            "POST",
            "/rest/api/2/issue/ISP-2/transitions",
            {"transition": {"id": "41"}},
        ),
    ]


def test_another_desk_gets_the_request_of_the_configuration() -> None:
    """What is put in is not looked through again: a note may hold {state}."""
    own = OwnRequest(
        path="/t/{id}/notes",
        body={"t": "[{note}|{group}]", "n": [{"id": "{external_id}", "s": "{state}"}, 5]},
    )
    what = Answer(
        ticket_id="a/b?",
        external_id=REFERENCE,
        subject="s",
        note="see {state} {x}",
        public=False,
        route=NOC,
    )
    made = writing(OutgoingDesk(kind=DeskKind.JSON, own=own), what)
    assert made.look is None
    assert made.note.path == "/t/a%2Fb%3F/notes"
    assert made.note.body == {
        "t": "[see {state} {x}|NOC]",
        "n": [{"id": REFERENCE, "s": "open"}, 5],
    }
    assert made.note.headers["Idempotency-Key"] == f'"{REFERENCE}"'


@pytest.mark.parametrize("kind", DeskKind)
def test_the_same_answer_is_the_same_requests(kind: DeskKind) -> None:
    """Sending again sends nothing else."""
    assert written(kind) == written(kind)


@pytest.mark.parametrize("ticket", ["..", ".", "../../admin", "1?x=1", "1#x", "a b", "%2e%2e"])
def test_a_ticket_id_does_not_leave_its_part_of_the_path(ticket: str) -> None:
    """It came from outside."""
    quoted = part(ticket)
    assert set(quoted) - {"."}
    assert not set("/?# ") & set(quoted)


def zammad_articles(*bodies: object) -> list[dict[str, object]]:
    """Give articles as Zammad lists them."""
    return [{"id": at, "body": body} for at, body in enumerate(bodies)]


def test_a_note_that_is_there_is_found() -> None:
    """Law 9: what may have happened is looked at before it is tried again."""
    to = OutgoingDesk(kind=DeskKind.ZAMMAD)
    html = NOTE.replace("\n", "<br>")
    assert found(to, ANSWER, zammad_articles("hello", html)) == Found(noted=True, routed=True)
    assert found(to, ANSWER, zammad_articles("hello", None, 7)) == Found(noted=False, routed=False)
    other = NOTE.replace("/verdict", "/verdict-2")
    assert found(to, ANSWER, zammad_articles(other)) == Found(noted=False, routed=False)


def test_an_article_of_znuny_is_found() -> None:
    """As TicketGet with AllArticles gives them."""
    to = OutgoingDesk(kind=DeskKind.ZNUNY)
    data = {"Ticket": [{"TicketID": "81", "Article": [{"Body": "x"}, {"Body": NOTE}]}]}
    assert found(to, ANSWER, data) == Found(noted=True, routed=True)
    assert found(to, ANSWER, {"Ticket": [{"TicketID": "81"}]}) == Found(noted=False, routed=False)
    assert found(to, ANSWER, {"Error": {"ErrorCode": "TicketGet.AccessDenied"}}) is None


def test_a_comment_of_jira_is_found_and_its_way_is_looked_at() -> None:
    """Note and way are two requests there; the second may be missing."""
    to = OutgoingDesk(kind=DeskKind.JIRA)

    def issue(status: str, *bodies: str) -> dict[str, Any]:
        comments = [{"body": body} for body in bodies]
        return {"fields": {"status": {"name": status}, "comment": {"comments": comments}}}

    assert found(to, ANSWER, issue("new", NOTE)) == Found(noted=True, routed=False)
    assert found(to, ANSWER, issue("open", NOTE)) == Found(noted=True, routed=True)
    assert found(to, ANSWER, issue("open")) == Found(noted=False, routed=False)


UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

JSON = st.recursive(
    st.none() | st.integers() | st.just(NOTE) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["body", "Body", "Ticket", "Article", "fields", "comment", "status"]),
            inner,
        )
    ),
    max_leaves=12,
)


@UNHURRIED
@given(kind=st.sampled_from(DeskKind), data=JSON)
def test_whatever_a_desk_answers_it_is_found_not_found_or_unknown(
    kind: DeskKind, data: object
) -> None:
    """A proxy's error page is no proof that the note is missing."""
    answered = found(OutgoingDesk(kind=kind), ANSWER, data)
    assert answered is None or isinstance(answered, Found)


def test_requests_are_json_and_hold_no_credential() -> None:
    """They are kept in the queue until they are sent."""
    for kind in DeskKind:
        made = written(kind)
        for one in (made.note, *made.routing):
            assert json.dumps(one.body)
            assert "authorization" not in {name.lower() for name in one.headers}


def test_the_clock_of_facts_is_that_of_the_measurement() -> None:
    """Not of the moment when the note is written."""
    run = sample_run()
    times = {observation.at for _, observation in run.case.evidence}
    text = run_note(run, case_link=None, reference=REFERENCE)
    assert any(f"- {one:%H:%M:%S} " in text for one in times)
    assert datetime.now(UTC) not in times
