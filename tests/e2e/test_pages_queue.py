"""The queue and the search: all can be reached, and what is left out is said."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from http_service import INVENTORY, SECRETS, HttpService, http_service
from page_browser import PAGES_CONFIG, PageEvents, signed_in
from sqlalchemy import insert, update

from cpe_diag.domain.audit import AuditKind
from cpe_diag.domain.roles import Role
from cpe_diag.service.pages.queue_page import PART
from cpe_diag.store.case_tables import moment_text
from cpe_diag.store.run_tables import CASES
from cpe_diag.testing.verdict_samples import group_verdict
from cpe_diag.wiring.desk import case_store, open_desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SHARED_PHONE = """\
  - {id: sub-7, node: an-1, port: "7", phone: "+372 5123 4567"}
  - {id: sub-8, node: an-1, port: "8", phone: "+372 5123 4567"}
  - {id: sub-9, node: an-1, port: "9", postal_address: "Sõle 10, Linn"}
  - {id: sub-10, node: an-1, port: "10", postal_address: "Sõle 1, Linn"}
"""


@pytest.fixture
def console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpService]:
    """Keep a service up."""
    store = f"sqlite:///{tmp_path / 'case.db'}"
    for name, value in {**SECRETS, "HTTP_TEST_STORE": store}.items():
        monkeypatch.setenv(name, value)
    with http_service(tmp_path / "service", PAGES_CONFIG) as running:
        (tmp_path / "service" / "inventory.yaml").write_text(
            INVENTORY + SHARED_PHONE, encoding="utf-8"
        )
        yield running


def _opened(console: HttpService, many: int, *, priority: int = 3, first: int = 0) -> list[str]:
    """Put open cases into the store, the most urgent first."""
    at = datetime.now(UTC)
    rows = [
        {
            "id": f"{number:04x}",
            "subscriber": "sub-1",
            "ticket": f"INC-{number}",
            "opened_at": moment_text(at),
            "state": "open",
            "priority": priority,
            "due_at": moment_text(at + timedelta(minutes=15, seconds=number)),
            "words": "no_internet",
        }
        for number in range(first, first + many)
    ]
    with case_store(console.config).writing() as connection:
        connection.execute(insert(CASES), rows)
    return [str(one["id"]) for one in rows]


def _listed(page: str) -> list[str]:
    return re.findall(r'<th scope="row" role="rowheader"><a href="/cases/([0-9a-f]+)">', page)


def test_what_was_handed_over_is_still_listed_with_where_it_went(console: HttpService) -> None:
    """A case that was judged leaves the queue at once; second line has yet to work on it."""
    run = console.ask("POST", "/api/runs", {"playbook": "no_internet", "subscriber": "sub-1"}).json
    browser = signed_in(console, Role.VIEWER)
    assert _listed(browser.open("/").text) == [run["case"]]
    assert "No case was handed over." in browser.open("/queue?of=handed_over").text
    console.run_ends(run["id"])
    start = browser.open("/").text
    assert _listed(start) == []
    assert 'href="/queue?of=handed_over"' in start
    page = browser.open("/queue?of=handed_over").text
    assert _listed(page) == [run["case"]]
    assert "handed over: field technician" in page
    with closing(PageEvents(browser, "/queue/live?of=handed_over&from=0")) as events:
        assert _listed(events.next()["data"]) == [run["case"]]
    assert browser.open("/queue?of=closed").status == 400


def test_the_queue_says_that_there_is_more_and_leads_there(console: HttpService) -> None:
    """The fifty-first caller waits like the first; nobody is cut off without a word."""
    cases = _opened(console, PART + 3)
    browser = signed_in(console, Role.VIEWER)
    page = browser.open("/").text
    assert _listed(page) == cases[:PART]
    assert f"Shown: 1 to {PART}." in page
    assert f'<a href="/queue?from={PART}">Less urgent cases</a>' in page
    assert "More urgent cases" not in page
    rest = browser.open(f"/queue?from={PART}").text
    assert _listed(rest) == cases[PART:]
    assert f"Shown: {PART + 1} to {PART + 3}." in rest
    assert '<a href="/queue?from=0">More urgent cases</a>' in rest
    assert "Less urgent cases" not in rest
    for odd in ("-1", "x", "1e9", "999999"):
        assert browser.open(f"/queue?from={odd}").status == 400
    assert "No further case is open." in browser.open("/queue?from=1000").text


def test_a_case_that_is_opened_comes_into_the_queue_by_itself_and_is_noted_once(
    console: HttpService,
) -> None:
    """Who waits for the next caller has the page open; the audit names whom it has shown."""
    _opened(console, 1)
    browser = signed_in(console, Role.VIEWER)
    with closing(PageEvents(browser, "/queue/live")) as events:
        assert _listed(events.next()["data"]) == ["0000"]
        _opened(console, 1, priority=1, first=1)
        assert _listed(events.next()["data"]) == ["0001", "0000"]
    audit = open_desk(console.config).audit.entries(newest=100)
    looks = [one.event.words for one in audit if one.event.kind is AuditKind.LOOK]
    assert sorted(looks) == [
        "over HTTP: listCases: shown 0000",
        "over HTTP: listCases: shown 0001 0000",
    ]


def test_an_incident_comes_onto_an_open_start_page_by_itself_and_is_noted(
    console: HttpService,
) -> None:
    """The caller of an outage is told so by who has had the page open since the morning."""
    browser = signed_in(console, Role.SECOND_LINE)
    source = re.search(r'data-source="(/live[^"]*)"', browser.open("/").text)
    assert source is not None
    assert source[1].startswith("/live?of=open&amp;from=0")
    with closing(PageEvents(browser, "/live?of=open&from=0")) as events:
        first = events.next()["data"]
        assert "Known incidents: 0" in first
        for subscriber in ("sub-1", "sub-2"):
            body = {"playbook": "no_internet", "subscriber": subscriber}
            run = console.ask("POST", "/api/runs", body).json
            console.run_ends(run["id"], group_verdict())
        while "Known incidents: 1" not in (shown := events.next()["data"]):
            pass
    part, _, queue = shown.partition('data-news="')
    assert 'data-part="incidents-now"' in part
    assert "subscribers affected:" in part
    assert "Known incidents: 1" in queue
    audit = open_desk(console.config).audit.entries(newest=100)
    looks = [one.event.words for one in audit if one.event.kind is AuditKind.LOOK]
    assert sum("listIncidents" in one for one in looks) <= 4, "not at every look of the stream"


def test_complaints_are_offered_by_how_much_is_lost_and_changes_after_them(
    console: HttpService,
) -> None:
    """Who has a caller on the line finds their words first; what needs a laptop is not offered."""
    page = signed_in(console, Role.SECOND_LINE).open("/").text
    groups = re.findall(r'<optgroup label="([^"]*)">(.*?)</optgroup>', page, re.DOTALL)
    offers = {label: re.findall(r'<option value="(\w+)"', rows) for label, rows in groups}
    assert list(offers) == ["What the caller says", "Changes something"]
    assert offers["What the caller says"] == [
        "no_internet",
        "drops",
        "slow_internet",
        "wifi_trouble",
        "one_device_offline",
        "site_not_opening",
    ]
    assert {"change_wifi", "reset_router"} < set(offers["Changes something"])
    assert not {"at_wall_port", "in_home_network"} & set(re.findall(r'value="(\w+)"', page))


def test_a_ticket_finds_its_own_case_and_not_all_that_look_like_it(console: HttpService) -> None:
    """By the index; words are looked for where nothing has that name."""
    _opened(console, 30)
    browser = signed_in(console, Role.VIEWER)
    found = browser.open("/?words=INC-2").text.partition('id="queue"')[0]
    assert _listed(found) == ["0002"]
    several = browser.open("/?words=INC-").text.partition('id="queue"')[0]
    assert len(_listed(several)) == 20
    assert "More cases were found than are shown here, the newest." in several


def test_where_several_subscribers_are_found_none_is_taken_for_an_order(
    console: HttpService,
) -> None:
    """Two homes with one number: the run of the wrong one costs a quarter of an hour."""
    browser = signed_in(console, Role.SECOND_LINE)
    page = browser.open("/?words=%2B37251234567").text
    assert "Several subscribers: choose one to order a run." in page
    for name in ("sub-7", "sub-8"):
        assert f'<a href="/?words={name}">{name}</a>' in page
    assert re.search(r'id="subscriber"[^>]* value=""', page)
    one = browser.open("/?words=sub-8").text
    assert re.search(r'id="subscriber"[^>]* value="sub-8"', one)


def test_a_caller_is_found_by_where_the_home_is_which_is_kept_nowhere(
    console: HttpService, tmp_path: Path
) -> None:
    """The house itself and not the tenth; its address is no part of the store or the trail."""
    browser = signed_in(console, Role.VIEWER)
    page = browser.open("/?words=linn%20SOLE%201").text.partition('id="queue"')[0]
    assert "<strong>sub-10</strong>" in page
    assert "Sõle 1, Linn" in page
    assert "sub-9" not in page
    both = browser.open("/?words=s%C3%B5le").text.partition('id="queue"')[0]
    assert both.index("sub-10") < both.index("sub-9")
    kept = b"".join(one.read_bytes() for one in tmp_path.glob("*.db*"))
    assert b"sub-10" in kept, "whom the look has shown"
    assert "Sõle".encode() not in kept
    assert b"SOLE" not in kept


def test_a_home_without_a_case_is_not_sought_in_the_words_of_others(console: HttpService) -> None:
    """Every case would be looked at for it, and one of somebody else would stand beside it."""
    (case,) = _opened(console, 1)
    with case_store(console.config).writing() as connection:
        connection.execute(update(CASES).values(words="as at Sõle 10"))
    browser = signed_in(console, Role.VIEWER)
    page = browser.open("/?words=s%C3%B5le%2010").text.partition('id="queue"')[0]
    assert "<strong>sub-9</strong>" in page
    assert case not in page
    assert case in browser.open("/?words=as%20at").text.partition('id="queue"')[0]


def test_more_homes_than_can_be_shown_are_no_secret(console: HttpService, tmp_path: Path) -> None:
    """Else the caller of the twenty-first is told that there is no such home."""
    rows = (f"  - {{id: h-{one}, postal_address: Pikk {one}}}\n" for one in range(1, 23))
    (tmp_path / "service" / "inventory.yaml").write_text(
        INVENTORY + "".join(rows), encoding="utf-8"
    )
    browser = signed_in(console, Role.VIEWER)
    page = browser.open("/?words=pikk").text
    assert "More than 20 subscribers were found" in page
    assert page.count(">h-") == 20
    assert "More than 20" not in browser.open("/?words=pikk%201").text
