"""Webhooks of ticket desks: who sent it, what it says, whether it came before.

The Zammad payload is the example of its administrator's documentation, "Webhook Payload"
(github.com/zammad/zammad-admin-documentation, manage/webhook/payload.rst), without the users'
and group's further attributes. The Znuny payload has the shape that Kernel/GenericInterface/
Invoker/Ticket/Generic.pm makes ({Ticket, Event}), with the fields that Operation/Ticket/
TicketUpdate.pm documents. The Jira payload has the fields that Atlassian's page "Webhooks" names.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time as clock
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpe_diag.domain.secret import Secret
from cpe_diag.service.json_body import MOST_BYTES, MOST_VALUES, json_body
from cpe_diag.service.plain_text import document_text, plain_text
from cpe_diag.service.refused import Refused
from cpe_diag.service.sender_check import (
    BasicCheck,
    BearerCheck,
    HmacCheck,
    SenderCheck,
    checked,
)
from cpe_diag.service.ticket import LONGEST_LINE, LONGEST_TEXT, Ticket
from cpe_diag.service.ticket_paths import DELIVERY_HEADERS, PRESETS, Algorithm, DeskKind
from cpe_diag.service.ticket_reading import TicketReader, fault_of, moment_of
from cpe_diag.service.webhook import AHEAD_S, Accepted, Ignored, IncomingDesk, Received, receive
from cpe_diag.testing.conformance_deliveries import check_seen_deliveries
from cpe_diag.testing.deliveries import SeenInMemory

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRET: Final = "not-a-real-secret"
NOW: Final = datetime(2020, 11, 13, 14, 35, tzinfo=UTC)

ZAMMAD: Final[dict[str, object]] = {
    "ticket": {
        "article_count": 1,
        "article_ids": [104],
        "create_article_sender": "Customer",
        "create_article_type": "phone",
        "created_at": "2020-11-13T14:34:35.282Z",
        "customer": {
            "email": "emily@example.com",
            "firstname": "Emily",
            "id": 8,
            "lastname": "Adams",
            "login": "emily@example.com",
            "note": "did order café au lait, ask next time if the flavor was as expected",
            "phone": "0061 2 1234 7777",
        },
        "group": {"id": 3, "name": "Service Desk"},
        "group_id": 3,
        "id": 81,
        "number": "10081",
        "priority": {"id": 2, "name": "2 normal"},
        "state": "open",
        "state_id": 2,
        "title": "Webhook-Test",
        "updated_at": "2020-11-13T14:34:35.333Z",
    },
    "article": {
        "body": (
            "This is a simple Webhook Test.<div><br></div><div>\n<img"
            ' src="/api/v1/ticket_attachment/81/104/174?view=inline"><br>\n</div>'
        ),
        "content_type": "text/html",
        "created_at": "2020-11-13T14:34:35.318Z",
        "id": 104,
        "internal": False,
        "ticket_id": 81,
        "type": "phone",
    },
}
ZNUNY: Final[dict[str, object]] = {
    "Ticket": {
        "TicketNumber": "20101027000001",
        "Title": "some title",
        "TicketID": 123,
        "State": "new",
        "Priority": "3 normal",
        "Queue": "Internet",
        "CustomerID": "sub-1001",
        "CustomerUserID": "emily",
        "Service": "fibre",
        "Created": "2020-11-13 14:30:00",
        "Changed": "2020-11-13 14:34:00",
        "Article": [{"ArticleID": 1, "Body": "no link\nsince noon", "ContentType": "text/plain"}],
    },
    "Event": {"Event": "TicketCreate", "TicketID": 123},
}
JIRA: Final[dict[str, object]] = {
    "timestamp": 1605278075333,
    "webhookEvent": "jira:issue_created",
    "issue": {
        "id": "99291",
        "key": "ISP-20002",
        "fields": {
            "summary": "No internet",
            "created": "2020-11-13T15:34:35.282+0100",
            "description": "Nothing works",
            "issuetype": {"name": "Incident"},
            "priority": {"name": "High"},
            "status": {"name": "Open"},
            "customfield_10100": {"value": "sub-1001"},
        },
    },
}


def zammad_desk(**paths: str) -> IncomingDesk:
    """Configure Zammad as its documentation says."""
    check = HmacCheck(
        header="X-Hub-Signature",
        algorithm=Algorithm.SHA1,
        prefix="sha1=",
        secrets=(Secret(SECRET),),
    )
    return desk(DeskKind.ZAMMAD, check, **paths)


def desk(kind: DeskKind, check: SenderCheck, **paths: str) -> IncomingDesk:
    """Configure a desk of this kind."""
    return IncomingDesk(
        name="main",
        check=check,
        reader=TicketReader("main", {**PRESETS[kind], **paths}),
        delivery_header=DELIVERY_HEADERS[kind],
    )


BEARER: Final = BearerCheck(secrets=(Secret("old"), Secret(SECRET)))
TOKEN: Final = {"Content-Type": "application/json", "Authorization": f"Bearer {SECRET}"}


def signed(body: bytes, delivery: str = "d-1") -> dict[str, str]:
    """Sign as Zammad does."""
    digest = hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()
    return {
        "Content-Type": "application/json; charset=utf-8",
        "X-Hub-Signature": f"sha1={digest}",
        "X-Zammad-Delivery": delivery,
        "X-Zammad-Trigger": "new ticket",
    }


def taken(
    to: IncomingDesk,
    body: bytes,
    headers: Mapping[str, str],
    *,
    now: datetime = NOW,
    seen: SeenInMemory | None = None,
) -> Received:
    """Send one request."""
    return receive(to, headers, body, now=now, seen=seen or SeenInMemory())


def ticket_of(received: Received) -> Ticket:
    """Give the ticket of an accepted delivery."""
    assert isinstance(received, Accepted), received
    return received.ticket


def status_of(received: Received | Refused | None) -> int:
    """Give the status of a refusal."""
    assert isinstance(received, Refused), received
    return received.status


def test_the_documented_payload_of_zammad_is_a_ticket() -> None:
    """Every field that we use is where the documentation shows it."""
    body = json.dumps(ZAMMAD).encode()
    assert ticket_of(taken(zammad_desk(), body, signed(body))) == Ticket(
        desk="main",
        id="81",
        number="10081",
        title="Webhook-Test",
        text="This is a simple Webhook Test.",
        category="Service Desk",
        subscriber="emily@example.com",
        phone="0061 2 1234 7777",
        priority="2 normal",
        state="open",
        created_at=datetime(2020, 11, 13, 14, 34, 35, 282000, tzinfo=UTC),
    )


def test_a_payload_of_znuny_is_a_ticket() -> None:
    """Znuny cannot sign; it sends a user and a password."""
    check = BasicCheck(user="znuny", secrets=(Secret(SECRET),))
    encoded = base64.b64encode(f"znuny:{SECRET}".encode()).decode()
    headers = {"content-type": "application/json", "authorization": f"Basic {encoded}"}
    body = json.dumps(ZNUNY).encode()
    assert ticket_of(taken(desk(DeskKind.ZNUNY, check), body, headers)) == Ticket(
        desk="main",
        id="123",
        number="20101027000001",
        title="some title",
        text="no link\nsince noon",
        category="Internet",
        service="fibre",
        subscriber="sub-1001",
        priority="3 normal",
        state="new",
        created_at=datetime(2020, 11, 13, 14, 30, tzinfo=UTC),
    )


def jira_headers(body: bytes) -> dict[str, str]:
    """Sign as Jira does."""
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return {
        "content-type": "application/json",
        "x-hub-signature": f"sha256={digest}",
        "x-atlassian-webhook-identifier": "j-1",
    }


def jira_desk() -> IncomingDesk:
    """Configure Jira, with the operator's own field for the subscriber."""
    check = HmacCheck(
        header="X-Hub-Signature",
        algorithm=Algorithm.SHA256,
        prefix="sha256=",
        secrets=(Secret(SECRET),),
    )
    return desk(DeskKind.JIRA, check, subscriber="issue.fields.customfield_10100.value")


def test_a_payload_of_jira_is_a_ticket() -> None:
    """The operator's own field is named in the configuration."""
    body = json.dumps(JIRA).encode()
    found = ticket_of(taken(jira_desk(), body, jira_headers(body)))
    assert (found.id, found.number, found.title) == ("ISP-20002", "ISP-20002", "No internet")
    assert (found.text, found.category, found.subscriber) == (
        "Nothing works",
        "Incident",
        "sub-1001",
    )
    assert found.created_at == datetime(2020, 11, 13, 14, 34, 35, 282000, tzinfo=UTC)


def test_other_events_of_jira_are_no_tickets() -> None:
    """A sprint that starts is nothing to measure."""
    body = json.dumps({"timestamp": 1605278075333, "webhookEvent": "sprint_started"}).encode()
    assert isinstance(taken(jira_desk(), body, jira_headers(body)), Ignored)
    body = json.dumps({"timestamp": 1605278075333, "webhookEvent": {"a": 1}}).encode()
    assert isinstance(taken(jira_desk(), body, jira_headers(body)), Ignored)


def test_a_document_of_atlassian_is_read_as_text() -> None:
    """Newer versions give the description as a tree."""
    tree = {
        "type": "doc",
        "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": "No"}, {"text": " link"}]},
            {"type": "paragraph", "content": [{"type": "text", "text": "since noon"}, 7, None]},
            {"type": "paragraph", "content": "x"},
        ],
    }
    assert document_text(tree) == "No link\nsince noon"


def test_html_becomes_what_a_browser_shows() -> None:
    """Rules look for words, not for markup."""
    html = "<p>No&nbsp;internet &amp; TV</p><script>x()</script><ul><li>a<li>b</ul>"
    assert plain_text(html, "text/html") == "No internet & TV\na\nb"
    assert plain_text("<p>a<![x]><b>b", "text/html") == "a\nb"
    assert plain_text("a <b> c", "text/plain") == "a <b> c"


def test_any_desk_is_read_by_the_expressions_of_the_configuration() -> None:
    """JMESPath says where everything stands."""
    to = desk(
        DeskKind.JSON,
        BEARER,
        id="ref",
        text="join(' ', lines)",
        subscriber="parties[?role=='customer'].id | [0]",
        category="tags",
        created_at="opened",
    )
    data = {
        "ref": 7,
        "lines": ["no", "link"],
        "parties": [{"role": "x", "id": "1"}, {"role": "customer", "id": "sub-1"}],
        "tags": ["a", 5, ["no"], None, "b"],
        "opened": 1605278075,
    }
    found = ticket_of(taken(to, json.dumps(data).encode(), TOKEN))
    assert (found.id, found.number, found.text, found.subscriber, found.category) == (
        *("7", "7", "no link", "sub-1"),
        "a, 5, b",
    )
    assert found.created_at == datetime(2020, 11, 13, 14, 34, 35, tzinfo=UTC)


def test_long_texts_are_cut() -> None:
    """A ticket of a megabyte is still one ticket."""
    to = desk(DeskKind.JSON, BEARER, id="i", title="t", text="x")
    data = {"i": 1, "t": "a b " * 1000, "x": "y" * 100_000}
    found = ticket_of(taken(to, json.dumps(data).encode(), TOKEN))
    assert len(found.title) <= LONGEST_LINE
    assert len(found.text) == LONGEST_TEXT


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Hub-Signature": ""},
        {"X-Hub-Signature": "sha1="},
        {"X-Hub-Signature": "sha1=" + "0" * 40},
        {"X-Hub-Signature": "0" * 40},
        {"X-Hub-Signature": "\u00e4\udc80"},
        {"Authorization": f"Bearer {SECRET}"},
    ],
)
def test_without_the_right_signature_nothing_is_read(headers: dict[str, str]) -> None:
    """Whoever finds the address may not start anything; nor learns why not."""
    body = json.dumps(ZAMMAD).encode()
    received = taken(zammad_desk(), body, {"Content-Type": "application/json", **headers})
    assert received == Refused(status=401, reason="no valid signature or token of this desk")


def test_a_signature_is_of_one_body_only() -> None:
    """One changed byte voids it."""
    body = json.dumps(ZAMMAD).encode()
    assert status_of(taken(zammad_desk(), body + b" ", signed(body))) == 401


@pytest.mark.parametrize(
    ("said", "good"),
    [
        (f"Bearer {SECRET}", True),
        (f"bearer  {SECRET} ", True),
        ("Bearer old", True),
        ("Bearer ", False),
        ("Bearer", False),
        (f"Basic {SECRET}", False),
        (SECRET, False),
        ("Bearer \u00e4", False),
    ],
)
def test_a_token_is_one_of_those_configured(said: str, good: bool) -> None:  # noqa: FBT001 - a table
    """Two may be valid while one replaces the other."""
    assert (checked(BEARER, {"authorization": said}, b"") is None) is good


@pytest.mark.parametrize("said", ["Basic", "Basic !!!", "Basic /////w==", "Basic em51bnk6eA=="])
def test_a_wrong_password_is_refused(said: str) -> None:
    """So is what is no base64, or no text."""
    check = BasicCheck(user="znuny", secrets=(Secret(SECRET),))
    assert checked(check, {"authorization": said}, b"") is not None


def test_an_empty_secret_opens_nothing() -> None:
    """A variable that is not set must not be a password that everybody knows."""
    assert checked(BearerCheck(secrets=(Secret(""),)), {"authorization": "Bearer "}, b"")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"x" * (MOST_BYTES + 1), "application/json", 413),
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"null", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b'{"a": NaN}', "application/json", 400),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "application/json", 400),
        (b'{"a":' * 100 + b"1" + b"}" * 100, "application/json", 400),
        (b'{"a":' + b"9" * 9000 + b"}", "application/json", 400),
        (b'{"a": 1e999}', "application/json", 400),
        (b'{"a": [' + b"0," * MOST_VALUES + b"0]}", "application/json", 400),
        (b'{"a": [' + b"[]," * MOST_VALUES + b"0]}", "application/json", 400),
    ],
)
def test_a_body_that_is_no_object_in_json_is_refused(body: bytes, kind: str, status: int) -> None:
    """With the status that tells the sender what to mend."""
    assert status_of(receive_any(body, kind)) == status


def receive_any(body: bytes, kind: str) -> Received:
    """Send a body with a valid token."""
    return taken(desk(DeskKind.JSON, BEARER, id="id"), body, {**TOKEN, "Content-Type": kind})


def test_a_ticket_without_an_id_is_refused() -> None:
    """Nobody could answer it."""
    assert status_of(receive_any(b'{"id": null}', "application/json")) == 422
    assert status_of(receive_any(b'{"id": {"a": 1}}', "application/problem+json")) == 422


def test_a_repeated_delivery_is_the_same_ticket_again() -> None:
    """The desk did not get our answer; what it started may not have been written either."""
    seen = SeenInMemory()
    body = json.dumps(ZAMMAD).encode()
    first = taken(zammad_desk(), body, signed(body), seen=seen)
    second = taken(zammad_desk(), body, signed(body), seen=seen)
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert (first.again, second.again) == (False, True)
    assert first.ticket == second.ticket


def test_the_same_body_under_another_id_is_a_replay() -> None:
    """The signature does not cover the header with the id."""
    seen = SeenInMemory()
    body = json.dumps(ZAMMAD).encode()
    taken(zammad_desk(), body, signed(body), seen=seen)
    assert status_of(taken(zammad_desk(), body, signed(body, "d-2"), seen=seen)) == 409


def test_another_body_under_the_same_id_is_a_repetition() -> None:
    """Zammad makes the body anew when it tries again."""
    seen = SeenInMemory()
    one, two = json.dumps(ZAMMAD).encode(), json.dumps(ZAMMAD, indent=1).encode()
    taken(zammad_desk(), one, signed(one), seen=seen)
    again = taken(zammad_desk(), two, signed(two), seen=seen)
    assert isinstance(again, Accepted)
    assert again.again


def test_what_was_seen_is_kept_until_its_time_refuses_it() -> None:
    """Between forgetting and refusing no replay fits."""
    to = zammad_desk()
    seen = SeenInMemory()
    body = json.dumps(ZAMMAD).encode()
    ahead = NOW - timedelta(seconds=AHEAD_S + 24)
    assert isinstance(taken(to, body, signed(body), now=ahead, seen=seen), Accepted)
    for minutes in range(0, 80, 3):
        now = ahead + timedelta(minutes=minutes)
        assert status_of(taken(to, body, signed(body, "d-2"), now=now, seen=seen)) == 409


def test_a_delivery_from_the_future_or_the_past_is_refused() -> None:
    """Its time is part of what is signed."""
    body = json.dumps(ZAMMAD).encode()
    to = zammad_desk()
    early, late = NOW - timedelta(hours=1), NOW + timedelta(hours=2)
    assert status_of(taken(to, body, signed(body), now=early)) == 409
    assert status_of(taken(to, body, signed(body), now=late)) == 409
    assert isinstance(taken(replace(to, max_age_s=1e6), body, signed(body), now=late), Accepted)


def test_the_memory_of_deliveries_keeps_what_its_door_promises() -> None:
    """The fake passes what every store has to pass."""
    check_seen_deliveries(SeenInMemory())


@pytest.mark.parametrize("kind", DeskKind)
def test_every_expression_of_ours_is_right(kind: DeskKind) -> None:
    """A slip would leave a field empty for ever."""
    assert [fault_of(path) for path in PRESETS[kind].values() if fault_of(path)] == []
    assert fault_of("a[") is not None
    assert fault_of("") is not None


UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
NAMES = st.sampled_from(
    [
        "ticket",
        "article",
        "Ticket",
        "issue",
        "fields",
        "id",
        "key",
        "title",
        "body",
        "created_at",
        "Created",
        "timestamp",
        "webhookEvent",
        "description",
        "Article",
        "content_type",
        "summary",
        "customer",
        "TicketID",
        "content",
        "text",
        "type",
    ]
)
LIKELY = st.recursive(
    JSON,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)


@UNHURRIED
@given(kind=st.sampled_from(DeskKind), data=st.dictionaries(NAMES, LIKELY, max_size=5))
def test_whatever_a_desk_sends_it_is_a_ticket_or_refused(
    kind: DeskKind, data: dict[str, object]
) -> None:
    """Wrong types never end a worker."""
    to = desk(kind, BEARER, service="join(',', ticket)", phone="abs(id)", priority="sum(issue)")
    received = taken(to, json.dumps(data).encode(), TOKEN)
    assert isinstance(received, Accepted | Ignored | Refused)


@UNHURRIED
@given(body=st.binary(max_size=200), kind=st.text(max_size=20) | st.just("application/json"))
def test_any_bytes_are_an_object_or_refused(body: bytes, kind: str) -> None:
    """Nothing is raised for what a stranger sends."""
    assert isinstance(json_body(body, kind), dict | Refused)


@UNHURRIED
@given(headers=st.dictionaries(st.sampled_from(["authorization", "x-hub-signature"]), st.text()))
def test_no_header_is_good_by_chance(headers: dict[str, str]) -> None:
    """Whatever characters it holds."""
    assert checked(BEARER, headers, b"") is not None
    assert checked(zammad_desk().check, headers, b"") is not None


@UNHURRIED
@given(html=st.text(alphabet="<>!-[]&;/abp ='\"\n?#x0", max_size=80))
def test_any_markup_is_read(html: str) -> None:
    """Mail programs write what they like."""
    assert plain_text(html, "text/html") is not None


@pytest.mark.parametrize(
    "part",
    ["<", "<a ", "<!--", "<!-- >", "<![", "</", "&#", "<a b='", "<a b='>", "<?", "<script>"],
)
@pytest.mark.parametrize("most", [900, 80_000])
def test_markup_without_an_end_takes_no_longer(part: str, most: int) -> None:
    """A parser that goes back for each sign would hold the desk up for minutes."""
    began = clock.monotonic()
    text = part * min(80_000 // len(part), most)
    plain_text(text + "b" * (80_000 - len(text)), "text/html")
    assert clock.monotonic() - began < 2


@UNHURRIED
@given(value=JSON)
def test_a_time_is_a_moment_in_utc_or_none(value: object) -> None:
    """Counts of seconds beyond the calendar are none."""
    found = moment_of(value)
    assert found is None or found.tzinfo is UTC
