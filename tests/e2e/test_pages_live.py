"""A live page in a real browser: it comes back, leaves room for others, and takes nobody's place.

What a page shows live is looked at in `test_pages_content`; here the browser and the way to it
are what goes wrong.
"""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest
from http_service import SECRETS, HttpService, http_service, service_of
from page_browser import PAGES_CONFIG, STAFF, PageEvents, signed_in
from planned_repairs import planned
from playwright.sync_api import expect
from real_browser import real_browser

from cpe_diag.domain.roles import Role
from cpe_diag.domain.run_journal import RunEntry, RunEntryKind
from cpe_diag.service.pages import stream, view_stream
from cpe_diag.service.pages.visit import SESSION
from cpe_diag.service.submit import Order
from cpe_diag.store.run_journal import StoredRunJournal
from cpe_diag.testing.verdict_samples import group_verdict
from cpe_diag.wiring.desk import case_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

    from playwright.sync_api import Browser, BrowserContext, Page, Route

    from cpe_diag.store.run_rows import RunRow

CONNECTIONS: Final = 6
"""Of a browser to one server, over HTTP/1.1."""
HIDE: Final = """
  (hidden) => {
    Object.defineProperty(document, 'hidden', {configurable: true, get: () => hidden});
    document.dispatchEvent(new Event('visibilitychange'));
  }
"""
IN_SIGHT: Final = """
  () => {
    const {top, bottom} = document.getElementById('lost').getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  }
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the place of the store, which outlives a service."""
    made = tmp_path_factory.mktemp("live")
    with pytest.MonkeyPatch.context() as patch:
        store = f"sqlite:///{made / 'case.db'}"
        for name, value in {**SECRETS, "HTTP_TEST_STORE": store}.items():
            patch.setenv(name, value)
        yield made


@pytest.fixture(scope="module")
def console(folder: Path) -> Iterator[HttpService]:
    """Keep a service up."""
    with http_service(folder / "service", PAGES_CONFIG) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Keep a browser; every test has a context of its own."""
    with real_browser() as running:
        yield running


def _signed_in(browser: Browser, console: HttpService) -> BrowserContext:
    address = f"http://127.0.0.1:{console.port}"
    context = browser.new_context(base_url=address, locale="en-GB")
    name = STAFF[Role.SECOND_LINE]
    shown = console.served.sessions.begin(name, datetime.now(UTC)).reveal()
    kept = {"name": SESSION, "value": shown, "domain": "127.0.0.1", "path": "/"}
    context.add_cookies([kept])  # type: ignore[list-item] # a TypedDict of four of its keys
    return context


def _begun(console: HttpService, ticket: str) -> tuple[str, RunRow]:
    """Order a run that a worker has taken up; gives its case."""
    order = Order(playbook="no_internet", subscriber="sub-1", ticket=ticket)
    made = console.served.submit(order)
    at = datetime.now(UTC)
    row = console.served.runs.claim(made.run.id, worker="w", at=at, lease=timedelta(minutes=9))
    return made.case.id, row


def _notes(console: HttpService, row: RunRow, number: int) -> None:
    kind = RunEntryKind.STARTED if number == 0 else RunEntryKind.STEP_BEGAN
    entry = RunEntry(kind=kind, at=datetime.now(UTC), step=f"step {number}", document={})
    StoredRunJournal(case_store(console.config), row.id, row.attempt).append((entry,), number)


def _has_entries(page: Page, count: int) -> None:
    """Each once, and in its order."""
    expect(page.locator("#entries li")).to_have_count(count, timeout=20_000)
    shown = [one.rpartition(" · ")[2] for one in page.locator("#entries li").all_inner_texts()]
    assert shown == [f"step {number}" for number in range(count)]


def test_a_page_comes_back_when_its_server_does(folder: Path, browser: Browser) -> None:
    """Told at once where it is seen; what was noted meanwhile comes once, and nothing twice."""
    with http_service(folder / "again", PAGES_CONFIG) as console:
        case, row = _begun(console, "T-1")
        page = _signed_in(browser, console).new_page()
        page.goto(f"/cases/{case}")
        _notes(console, row, 0)
        _has_entries(page, 1)
        page.evaluate("window.stayed = true; scrollTo(0, document.body.scrollHeight)")
        expect(page.locator("#lost")).to_be_hidden()
    expect(page.locator("#lost")).to_be_visible()
    assert page.evaluate(IN_SIGHT)
    _notes(console, row, 1)
    with service_of(folder / "again" / "config.yaml", port=console.port) as console:
        _notes(console, row, 2)
        expect(page.locator("#lost")).to_be_hidden(timeout=20_000)
        _has_entries(page, 3)
        _notes(console, row, 3)
        _has_entries(page, 4)
        assert page.evaluate("window.stayed")
        page.context.close()


def test_a_page_comes_back_after_refusals(console: HttpService, browser: Browser) -> None:
    """A proxy without a server, or one that is asked too often: an event source gives up there."""
    case, row = _begun(console, "T-2")
    context = _signed_in(browser, console)
    page = context.new_page()
    page.clock.install()
    statuses = [503, 503, 429, 429]
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        if statuses:
            route.fulfill(status=statuses.pop(0))
        else:
            route.continue_()

    page.route("**/live?*", answer)
    page.goto(f"/cases/{case}")
    expect(page.locator("#lost")).to_be_visible()
    for _ in range(3):
        page.clock.fast_forward(30_000)
    expect(page.locator("#lost")).to_be_hidden(timeout=20_000)
    _notes(console, row, 0)
    _has_entries(page, 1)
    context.close()


def test_a_page_whose_reader_is_signed_out_meanwhile_asks_who_they_are(
    console: HttpService, browser: Browser
) -> None:
    """It would ask for ever, and show what is no more theirs to see."""
    case, _row = _begun(console, "T-3")
    context = _signed_in(browser, console)
    page = context.new_page()
    page.goto(f"/cases/{case}")
    page.evaluate(HIDE, arg=True)
    context.clear_cookies()
    page.evaluate(HIDE, arg=False)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=20_000)
    context.close()


def test_tabs_that_nobody_sees_leave_their_connections_to_others(
    console: HttpService, browser: Browser
) -> None:
    """Six cases in six tabs, and the seventh page opens; a tab that is seen again catches up."""
    case, row = _begun(console, "T-4")
    context = _signed_in(browser, console)
    tabs = []
    for _ in range(CONNECTIONS):
        tab = context.new_page()
        tab.goto(f"/cases/{case}")
        tabs.append(tab)
    _notes(console, row, 0)
    for tab in tabs:
        _has_entries(tab, 1)
        tab.evaluate(HIDE, arg=True)
    seventh = context.new_page()
    seventh.goto(f"/cases/{case}", timeout=10_000)
    _notes(console, row, 1)
    _has_entries(seventh, 2)
    first = tabs[0]
    expect(first.locator("#entries li")).to_have_count(1)
    first.evaluate(HIDE, arg=False)
    _has_entries(first, 2)
    expect(first.locator("#lost")).to_be_hidden()
    context.close()


def test_what_comes_live_takes_nobody_from_where_they_are(
    console: HttpService, browser: Browser
) -> None:
    """Who types with a caller on the line goes on typing: focus, caret, words and what is open."""
    case, row = _begun(console, "T-5")
    repair = planned(console, case)
    context = _signed_in(browser, console)
    page = context.new_page()
    page.goto(f"/repairs/{repair.id}")
    page.locator("summary", has_text="The exact commands").press("Enter")
    page.get_by_label("Who consents").focus()
    page.keyboard.type("A. Cusomer")
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("A link was made")).to_have_count(0)
    assert console.served.repairs.repairs.offer_link(repair.id, datetime.now(UTC)) is not None
    expect(page.get_by_text("A link was made")).to_be_visible()
    page.keyboard.type("t")
    expect(page.get_by_label("Who consents")).to_have_value("A. Customer")
    expect(page.get_by_label("Who consents")).to_be_focused()
    expect(page.locator("details#commands")).to_have_attribute("open", "")
    page.keyboard.press("Tab")
    expect(page.get_by_label("How you made sure who it is")).to_be_focused()
    page.goto(f"/cases/{case}")
    link = page.locator("#runs ~ .wide a").first
    link.focus()
    _notes(console, row, 0)
    _has_entries(page, 1)
    expect(page.get_by_text("measuring").first).to_be_visible()
    expect(link).to_be_focused()
    context.close()


def test_an_incident_comes_above_the_search_and_leaves_what_is_typed(
    console: HttpService, browser: Browser
) -> None:
    """Of the start page: the known trouble stands on top at once, and the search goes on."""
    context = _signed_in(browser, console)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("sub")
    expect(page.get_by_role("heading", name="Known incidents")).to_have_count(0)
    for number, subscriber in enumerate(("sub-1", "sub-2")):
        order = Order(playbook="no_internet", subscriber=subscriber, ticket=f"T-9{number}")
        console.run_ends(console.served.submit(order).run.id, group_verdict())
    expect(page.get_by_role("heading", name="Known incidents")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("subscribers affected:")).to_be_visible()
    expect(page.locator("#news")).to_have_text("Known incidents: 1")
    page.keyboard.type("-1")
    expect(page.get_by_role("searchbox")).to_have_value("sub-1")
    expect(page.get_by_role("searchbox")).to_be_focused()
    context.close()


@pytest.mark.parametrize(("module", "ticket"), [(stream, "T-6"), (view_stream, "T-7")])
def test_a_stream_on_which_nothing_happens_is_kept_open(
    console: HttpService, monkeypatch: pytest.MonkeyPatch, module: ModuleType, ticket: str
) -> None:
    """A proxy ends a connection on which nothing comes for a minute."""
    monkeypatch.setattr(module, "PING_EVERY_S", 0.0)
    case, _row = _begun(console, ticket)
    repair = planned(console, case)
    path = f"/cases/{case}/live" if module is stream else f"/repairs/{repair.id}/live"
    with closing(PageEvents(signed_in(console, Role.SECOND_LINE), path)) as events:
        while events.line() != "event: ping":
            pass
        assert [events.line(), events.line()] == ["data: .", ""]
