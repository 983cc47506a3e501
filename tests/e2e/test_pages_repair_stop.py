"""A service that is stopped in the middle of a repair leaves a home that is whole."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest
from http_service import SECRETS
from lab_console import console_of
from lab_home import home_of
from page_browser import signed_in

from cpe_diag.domain.action import ActionEnd
from cpe_diag.domain.roles import Role
from cpe_diag.store.repairs import RepairState

if TYPE_CHECKING:
    from pathlib import Path

    from http_service import HttpService
    from page_browser import PageBrowser
    from running_lab import RunningLab

pytestmark = pytest.mark.lab


def _begun(console: HttpService, browser: PageBrowser, name: str) -> str:
    """Begin a new Wi-Fi name, as far as it is on air; gives the repair."""
    body = {"playbook": "no_internet", "subscriber": "sub-1001"}
    case = console.ask("POST", "/api/runs", body).json["case"]
    sent = browser.send(f"/cases/{case}/repairs", action="wifi.set_ssid", value=name)
    assert sent.status == 303, sent.text
    desk, repair_id = console.served.repairs, sent.place.rpartition("/")[2]
    agreed = {
        "given_by": "A. Customer",
        "identity": "call_back",
        "digest": desk.repairs.repair(repair_id).plan.digest,
    }
    assert browser.send(f"/repairs/{repair_id}/consent", **agreed).status == 303
    assert browser.send(f"/repairs/{repair_id}/run").status == 303
    until = time.monotonic() + 30
    while not (found := desk.journals.find(repair_id)) or "apply" not in found.stages:
        assert time.monotonic() < until, "it was not begun"
        time.sleep(0.02)
    return repair_id


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_what_the_customer_takes_back_while_it_is_done_is_told_and_goes_back(
    lab: RunningLab, store_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Told at once, then gone back to what was: read on the router before and after."""
    for name, value in {**SECRETS, "HTTP_TEST_STORE": store_url}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with console_of(lab, tmp_path, works=False) as console:
        browser = signed_in(console, Role.SECOND_LINE)
        repair_id = _begun(console, browser, "Taken back")
        assert browser.send(f"/repairs/{repair_id}/withdrawal").status == 303
        shown = console.ask("GET", f"/api/repairs/{repair_id}", role=Role.SENIOR).json
        if shown["state"] == RepairState.RUNNING:
            page = browser.open(f"/repairs/{repair_id}").text
            assert "The customer has taken it back" in page or "It was taken back" in page
        until = time.monotonic() + 60
        while console.served.repairs.repairs.repair(repair_id).state is not RepairState.ENDED:
            assert time.monotonic() < until, "it does not end"
            time.sleep(0.1)
        shown = console.ask("GET", f"/api/repairs/{repair_id}", role=Role.SENIOR).json
    assert (shown["end"], shown["is_withdrawn"]) == (ActionEnd.ROLLED_BACK, True)
    names = [one for one in shown["change"]["compared"] if one["what"] == "ssid"]
    assert names
    for one in names:
        assert one["before"]["value"] == one["after"]["value"] != "Taken back"
        assert one["before"]["at"] < one["after"]["at"]


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_service_that_is_stopped_ends_a_repair_at_a_safe_point(
    lab: RunningLab, store_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Taken back or proven, and its end is known; nothing is left to the revert on the router."""
    for name, value in {**SECRETS, "HTTP_TEST_STORE": store_url}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with console_of(lab, tmp_path, works=False) as console:
        desk = console.served.repairs
        repair_id = _begun(console, signed_in(console, Role.SECOND_LINE), "Stopped")
    record = desk.journals.find(repair_id)
    assert record is not None
    assert record.end is not None
    ended = desk.repairs.repair(repair_id)
    assert (ended.state, ended.words) == (RepairState.ENDED, record.end.words)
    names = asyncio.run(home_of(lab, "sub-1001").ssh("iwinfo"))
    assert record.end.said in {ActionEnd.PROVEN, ActionEnd.ROLLED_BACK}
    assert ('"Stopped"' in names) is (record.end.said == ActionEnd.PROVEN)
