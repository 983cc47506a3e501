"""A caller who wants a new Wi-Fi password, in a real browser, with the lab's router behind it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import pytest
from http_service import SECRETS
from lab_console import console_of, signs_in
from lab_home import home_of
from playwright.sync_api import expect
from real_browser import looked_at, real_browser

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page
    from running_lab import RunningLab

pytestmark = pytest.mark.lab

SUBSCRIBER: Final = "sub-1001"
PASSWORD: Final = "a new one, 42 $HOME"
PATIENCE_MS: Final = 120_000.0


def _plans(page: Page) -> None:
    """Order a run, and plan a new password on its case."""
    page.get_by_label("Subscriber", exact=True).fill(SUBSCRIBER)
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


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_caller_who_wants_a_new_password(
    lab: RunningLab, store_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Planned, agreed to, typed by the customer on their phone, done and proven, all live."""
    for name, value in {**SECRETS, "HTTP_TEST_STORE": store_url}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    faults: list[str] = []
    told: list[str] = []
    with console_of(lab, tmp_path, works=False) as console, real_browser() as browser:
        address = f"http://127.0.0.1:{console.port}"
        page = browser.new_context(base_url=address, locale="en-GB").new_page()
        page.on("console", lambda said: told.append(said.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.goto("/")
        signs_in(page, "bert")
        _plans(page)
        page.locator("summary", has_text="The exact commands").click()
        expect(page.locator("details#commands")).to_contain_text("[password]")
        faults += looked_at(page, "repair-planned", tmp_path)
        _consents(page)
        repair = page.url
        page.get_by_role("button", name="Make the link").click()
        link = page.locator("code").inner_text()
        faults += looked_at(page, "repair-link", tmp_path)
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
        faults += looked_at(look, "customer", tmp_path)
        _types(phone, PASSWORD, PASSWORD)
        expect(phone.get_by_role("status")).to_contain_text("Kiitos.")
        expect(page.get_by_text("The customer has typed it")).to_be_visible()
        assert page.evaluate("window.stayed"), "it came without loading the page again"
        page.get_by_role("button", name="Do exactly this now").click()
        expect(page.locator("#end + p")).to_have_text("Done, and proven", timeout=PATIENCE_MS)
        faults += looked_at(page, "repair-proven", tmp_path)
        assert PASSWORD not in page.content()
        without = browser.new_context(
            java_script_enabled=False, storage_state=page.context.storage_state(), locale="en-GB"
        ).new_page()
        without.goto(repair)
        expect(without.get_by_text("Done, and proven").first).to_be_visible()
        without.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert page.url.endswith(f"/sign-in?next=%2Frepairs%2F{repair.rpartition('/')[2]}")
    conf = asyncio.run(home_of(lab, SUBSCRIBER).ssh("cat /var/run/hostapd-phy0.conf"))
    assert f"wpa_passphrase={PASSWORD}\n" in conf
    assert faults == []
    assert told == [], "neither the policy nor the script has anything to complain about"
