"""A caller with a dead line, in a real browser, with a worker and the lab behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from http_service import SECRETS
from lab_console import console_of, signs_in
from playwright.sync_api import expect
from real_browser import looked_at, real_browser

from cpe_diag.lab.control import LabClient

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page
    from running_lab import RunningLab

pytestmark = pytest.mark.lab

SUBSCRIBER: Final = "sub-1002"
FAULT: Final = "line_cut"
PATIENCE_MS: Final = 240_000.0


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_caller_with_a_dead_line(
    lab: RunningLab, store_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Sign-in, order, verdict as it comes, every fact; nothing shuts anybody out on the way."""
    for name, value in {**SECRETS, "HTTP_TEST_STORE": store_url}.items():
        monkeypatch.setenv(name, value)
    client = LabClient(lab.folder)
    faults: list[str] = []
    told: list[str] = []
    with console_of(lab, tmp_path) as console, real_browser() as browser:
        context = browser.new_context(base_url=f"http://127.0.0.1:{console.port}", locale="en-GB")
        page = context.new_page()
        page.on("console", lambda said: told.append(said.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        client.set_fault(SUBSCRIBER, FAULT)
        try:
            page.goto("/")
            faults += looked_at(page, "sign-in", tmp_path)
            page.reload()
            signs_in(page, "bert")
            page.get_by_label("Subscriber, ticket or address").fill(SUBSCRIBER)
            page.keyboard.press("Enter")
            expect(page.get_by_label("Subscriber", exact=True)).to_have_value(SUBSCRIBER)
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
            expect(page.locator("details[open] dt", has_text="Source").first).to_be_visible()
            faults += looked_at(page, "case", tmp_path)
            place = page.url.partition("#")[0]
            faults += _read_report(page, tmp_path)
            page.get_by_role("link", name="cpe_diag").click()
            faults += looked_at(page, "start", tmp_path)
            without = browser.new_context(
                java_script_enabled=False,
                storage_state=context.storage_state(),
                locale="en-GB",
            ).new_page()
            without.goto(place)
            expect(without.get_by_text("Fault in the operator's network").first).to_be_visible()
            without.locator('details[id^="fact-"] > summary').first.click()
            expect(without.locator("details[open] dt").first).to_be_visible()
            page.get_by_role("button", name="Sign out").click()
            expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        finally:
            client.clear_faults()
    assert faults == []
    assert told == [], "neither the policy nor the script has anything to complain about"


def _read_report(page: Page, folder: Path) -> list[str]:
    """Go to the report and back."""
    page.get_by_role("link", name="A report to print").click()
    expect(page.get_by_role("heading", name="Every fact")).to_be_visible()
    faults = looked_at(page, "report", folder)
    page.get_by_role("link", name="Back to the case").click()
    return faults
