"""What the pages are for: three users in a real browser, with the lab behind one console.

The stories share the lab, the console and the browser, and nothing else: each has its subscriber,
and signs in and out. No worker is there for the first one, so that nobody else asks its router.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import pytest
from http_service import SECRETS
from lab_console import console_of, signs_in, works_for
from lab_home import home_of
from page_browser import PASSWORD as STAFF_PASSWORD
from playwright.sync_api import expect
from real_browser import looked_at, real_browser
from test_http_trouble_tickets import TICKET_V4, V4

from cpe_diag.lab.control import LabClient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from http_service import HttpService
    from playwright.sync_api import Browser, Page
    from running_lab import RunningLab

pytestmark = pytest.mark.lab

REPAIRED: Final = "sub-1001"
DEAD: Final = "sub-1002"
POSTED: Final = "sub-2001"
FAULT: Final = "line_cut"
PASSWORD: Final = "a new one, 42 $HOME"
PATIENCE_MS: Final = 240_000.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the place of the store, the worker's log and the pictures."""
    return tmp_path_factory.mktemp("stories")


@pytest.fixture(scope="module")
def console(lab: RunningLab, folder: Path) -> Iterator[HttpService]:
    """Keep pages up on the lab's configuration."""
    with pytest.MonkeyPatch.context() as patch:
        store = f"sqlite:///{folder / 'case.db'}"
        given = {**SECRETS, "HTTP_TEST_STORE": store, "XDG_DATA_HOME": str(folder / "data")}
        for name, value in given.items():
            patch.setenv(name, value)
        with console_of(lab, folder, works=False) as running:
            yield running


@pytest.fixture(scope="module")
def worker(console: HttpService, lab: RunningLab, folder: Path) -> Iterator[None]:
    """Keep a worker, and two lines cut; automation has posted its ticket, and looks no more."""
    client = LabClient(lab.folder)
    for subscriber in (DEAD, POSTED):
        client.set_fault(subscriber, FAULT)
    try:
        party = {**TICKET_V4["relatedParty"][0], "id": POSTED}
        ticket = {**TICKET_V4, "externalId": "INC-77", "relatedParty": [party]}
        assert console.ask("POST", f"{V4}/troubleTicket", ticket).status == 201
        with works_for(lab, folder):
            yield
    finally:
        client.clear_faults()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Keep a browser; every story has contexts of its own."""
    with real_browser() as running:
        yield running


def _page(browser: Browser, console: HttpService, told: list[str], locale: str = "en-GB") -> Page:
    """Open a page whose every complaint is kept."""
    context = browser.new_context(base_url=f"http://127.0.0.1:{console.port}", locale=locale)
    page = context.new_page()
    page.on("console", lambda said: told.append(said.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.goto("/")
    return page


def _without_scripts(browser: Browser, page: Page) -> Page:
    """Give the same person's page in a browser that runs none."""
    return browser.new_context(
        java_script_enabled=False, storage_state=page.context.storage_state(), locale="en-GB"
    ).new_page()


def _plans(page: Page) -> None:
    """Order a run, and plan a new password on its case."""
    page.get_by_label("Subscriber", exact=True).fill(REPAIRED)
    page.get_by_label("Complaint").select_option("no_internet")
    page.get_by_role("button", name="Order a run").click()
    page.get_by_label("What is to be changed").select_option("wifi.set_password")
    page.get_by_role("button", name="Plan it").click()
    expect(page.get_by_role("heading", name="New Wi-Fi password")).to_be_visible()


def _consents(page: Page) -> None:
    """Record what the customer says."""
    page.get_by_label("Who consents, as they say their name").fill("A. Customer")
    page.get_by_label("How you made sure who it is").select_option("call_back")
    page.get_by_label("They were told what is done").check()
    page.get_by_role("button", name="Record the consent").click()
    expect(page.locator("section", has=page.locator("h2#consent"))).to_contain_text("A. Customer")


def _types(phone: Page, password: str, again: str) -> None:
    """Fill the customer's page in, in Finnish."""
    phone.get_by_label("Uusi salasana").fill(password)
    phone.get_by_label("Sama uudelleen").fill(again)
    phone.get_by_role("button", name="Lähetä").click()


def test_a_caller_who_wants_a_new_password(
    lab: RunningLab, console: HttpService, browser: Browser, folder: Path
) -> None:
    """Planned, agreed to, typed by the customer on their phone, done and proven, all live."""
    faults: list[str] = []
    told: list[str] = []
    page = _page(browser, console, told)
    signs_in(page, "bert")
    _plans(page)
    page.locator("summary", has_text="The exact commands").click()
    expect(page.locator("details#commands")).to_contain_text("[password]")
    faults += looked_at(page, "repair-planned", folder)
    _consents(page)
    repair = page.url
    page.get_by_role("button", name="Make the link").click()
    link = page.locator("code").inner_text()
    faults += looked_at(page, "repair-link", folder)
    page.get_by_role("link", name="Back to the repair").click()
    page.evaluate("window.stayed = true")
    # The customer's phone: another browser, small, without scripts.
    phone = browser.new_context(java_script_enabled=False, locale="fi-FI").new_page()
    phone.set_viewport_size({"width": 390, "height": 800})
    phone.goto(link)
    _types(phone, PASSWORD, PASSWORD + "x")
    expect(phone.get_by_role("alert")).to_have_text("Ne eivät ole samat.")
    look = browser.new_context(locale="en-GB").new_page()
    look.goto(link)
    faults += looked_at(look, "customer", folder)
    _types(phone, PASSWORD, PASSWORD)
    expect(phone.get_by_role("status")).to_contain_text("Kiitos.")
    expect(page.get_by_text("The customer has typed it")).to_be_visible()
    assert page.evaluate("window.stayed"), "it came without loading the page again"
    page.get_by_role("button", name="Do exactly this now").click()
    expect(page.locator("#end + p")).to_have_text("Done, and proven", timeout=PATIENCE_MS)
    password = page.locator("#compared tr", has_text="compared by the router").first
    expect(password).to_contain_text("the old one")
    expect(password).to_contain_text("the new one")
    faults += looked_at(page, "repair-proven", folder)
    assert PASSWORD not in page.content()
    without = _without_scripts(browser, page)
    without.goto(repair)
    expect(without.get_by_text("Done, and proven").first).to_be_visible()
    without.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.url.endswith(f"/sign-in?next=%2Frepairs%2F{repair.rpartition('/')[2]}")
    with ThreadPoolExecutor() as apart:  # the browser's own loop runs in this thread
        look_at = home_of(lab, REPAIRED).ssh("cat /var/run/hostapd-phy0.conf")
        conf = apart.submit(asyncio.run, look_at).result()
    assert f"wpa_passphrase={PASSWORD}\n" in conf
    assert faults == []
    assert told == [], "neither the policy nor the script has anything to complain about"


@pytest.mark.usefixtures("worker")
def test_a_caller_with_a_dead_line(console: HttpService, browser: Browser, folder: Path) -> None:
    """Sign-in, order, verdict as it comes, every fact; nothing shuts anybody out on the way."""
    faults: list[str] = []
    told: list[str] = []
    page = _page(browser, console, told)
    faults += looked_at(page, "sign-in", folder)
    page.reload()
    signs_in(page, "bert")
    page.get_by_label("Subscriber, ticket, address or phone").fill("katsela, naidise 1002")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Näidise 1002, Katsela")).to_be_visible()
    expect(page.get_by_label("Subscriber", exact=True)).to_have_value(DEAD)
    page.get_by_label("Complaint").select_option("no_internet")
    page.get_by_label("Ticket (if there is one)").fill("INC-1")
    page.get_by_role("button", name="Order a run").click()
    page.evaluate("window.stayed = true")
    verdict = page.locator("section", has=page.locator("h2#verdict"))
    expect(page.get_by_role("heading", name="Verdict", exact=True)).to_be_visible(
        timeout=PATIENCE_MS
    )
    expect(verdict).to_contain_text("Fault in the operator's network")
    assert page.evaluate("window.stayed"), "it came without loading the page again"
    expect(page.locator(".path .stretch.bad .state").first).to_have_text("FAULT")
    expect(page.locator("#entries li").last).to_contain_text("ended")
    expect(page.locator("#news")).to_have_text("Fault in the operator's network")
    page.locator(".findings a").first.click()
    expect(page.locator('details[id^="fact-"][open] dt', has_text="Source").first).to_be_visible()
    faults += looked_at(page, "case", folder)
    place = page.url.partition("#")[0]
    page.get_by_role("link", name="cpe_diag").click()
    faults += looked_at(page, "start", folder)
    without = _without_scripts(browser, page)
    without.goto(place)
    expect(without.get_by_text("Fault in the operator's network").first).to_be_visible()
    without.locator("#known > summary").click()
    without.locator('details[id^="fact-"] > summary').first.click()
    expect(without.locator('details[id^="fact-"][open] dt').first).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert faults == []
    assert told == [], "neither the policy nor the script has anything to complain about"


@pytest.mark.usefixtures("worker")
def test_a_ticket_of_automation_is_looked_at_later(
    console: HttpService, browser: Browser, folder: Path
) -> None:
    """Nobody was there when it was measured; all of it is read afterwards, by whoever asks."""
    faults: list[str] = []
    told: list[str] = []
    page = _page(browser, console, told, "et-EE")
    page.get_by_label("Nimi").fill("vera")
    page.get_by_label("Parool").fill(STAFF_PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("searchbox").fill("INC-77")
    page.keyboard.press("Enter")
    page.locator("section", has=page.locator("h2#found")).get_by_role("link").first.click()
    verdict = page.locator("section", has=page.locator("h2#verdict"))
    expect(verdict.get_by_role("heading", name="Järeldus", exact=True)).to_be_visible(
        timeout=PATIENCE_MS
    )
    expect(verdict).to_contain_text("Liin juurdepääsusõlme ja kodu vahel on katkenud")
    expect(page.get_by_role("button", name="Telli")).to_have_count(0)
    page.get_by_role("link", name="русский").click()
    expect(verdict).to_contain_text("Линия до вашего дома прервана.")
    place = page.url.partition("#")[0]
    for name, link, heading in (
        ("node", page.locator("#node-link"), "Pordid"),
        ("trends", page.get_by_role("link", name="Graafikud ajas"), "Ajas: juhtum"),
        ("report", page.get_by_role("link", name="Aruanne printimiseks"), "Kõik faktid"),
    ):
        link.click()
        expect(page.get_by_role("heading", name=heading).first).to_be_visible()
        faults += looked_at(page, name, folder, crosswise=True)
        page.goto(place)
    with page.expect_download() as loaded:
        page.get_by_role("link", name="Aruanne printimiseks").click()
        page.get_by_role("link", name="PDF-failina").click()
    assert loaded.value.path().read_bytes().startswith(b"%PDF-")
    without = _without_scripts(browser, page)
    without.goto(place)
    expect(without.get_by_text("Линия до вашего дома прервана.")).to_be_visible()
    assert faults == []
    assert told == [], "neither the policy nor the script has anything to complain about"
