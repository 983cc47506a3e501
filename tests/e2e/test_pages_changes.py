"""What was measured before and after each change, on the pages of its case."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest
from http_service import SECRETS, HttpService, http_service
from page_browser import PAGES_CONFIG, PageEvents, signed_in
from planned_repairs import PLAN, planned
from sqlalchemy import update

from cpe_diag.domain.action import EntryKind, JournalEntry, Reading
from cpe_diag.domain.missing import NOT_ASKED
from cpe_diag.domain.ont_facts import OntOptics
from cpe_diag.domain.roles import Role
from cpe_diag.domain.router_plan import MEASURED, ExpectedReading, Reads, RouterRecord
from cpe_diag.store.run_tables import ACTION_ENTRIES
from cpe_diag.testing.evidence_samples import with_value
from cpe_diag.wiring.desk import case_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cpe_diag.judge.question import CaseFile
    from cpe_diag.store.repairs import Repair

REBOOT: Final = replace(
    PLAN,
    action="router.reboot",
    secrets=(),
    encryptions=(),
    expected=(
        ExpectedReading(reads=Reads.BOOT, subject="", value="another", previous="the same"),
    ),
)


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[HttpService]:
    """Keep a service up."""
    store = f"sqlite:///{tmp_path / 'case.db'}"
    for name, value in {**SECRETS, "HTTP_TEST_STORE": store}.items():
        monkeypatch.setenv(name, value)
    with http_service(tmp_path / "service", PAGES_CONFIG) as running:
        yield running


def _faded(case: CaseFile) -> CaseFile:
    """Let the light be weak."""
    optics = OntOptics(
        ont_rx_dbm=-27.5,
        ont_tx_dbm=NOT_ASKED,
        olt_rx_dbm=NOT_ASKED,
        olt_tx_dbm=NOT_ASKED,
        ont_temperature_c=NOT_ASKED,
        ont_voltage_v=NOT_ASKED,
    )
    return with_value(case, "ont_optics", "ont", optics)


def _light(level: str) -> Reading:
    return Reading(what="light_home", of="", value=level, unit="dBm")


def _changed(console: HttpService, repair: Repair, begun: datetime) -> None:
    """Keep a change as the engine writes it down."""
    begins = RouterRecord(
        id=repair.id,
        begun_at=begun,
        plan=repair.plan,
        boot_id="b",
        consent="c",
        ticket=None,
        symptom="Light is lost",
        entries=(),
        measured=(_light("-27.5"),),
    )
    boot = Reading(what="boot", of="", value="another")
    journals = console.served.repairs.journals
    with journals.held(repair.plan.router) as hold:
        journal = journals.begin(begins, hold)
        at = begun + timedelta(seconds=50)
        note, end = EntryKind.NOTE, EntryKind.END
        measured = (_light("-18.2"),)
        words = f"{MEASURED}no fault"
        journal.write(JournalEntry(kind=note, at=at, words=words, read=measured))
        journal.write(
            JournalEntry(kind=end, at=at, words="it helped", said="proven", read=(boot,))
        )
    repairs = console.served.repairs.repairs
    repairs.begin(repair.id, process="p", at=begun)
    repairs.end(repair.id, "it helped", at)


def test_each_change_of_a_case_shows_what_was_measured_before_and_after(
    console: HttpService,
) -> None:
    """On its case, its repair, the plots and the paper; another subscriber's page has nothing."""
    body = {"playbook": "no_internet", "subscriber": "sub-1", "ticket": "T-1"}
    run = console.ask("POST", "/api/runs", body).json
    console.run_ends(run["id"], seen=_faded)
    other = console.ask("POST", "/api/runs", {**body, "subscriber": "sub-2"}).json
    repair = planned(console, run["case"], plan=REBOOT)
    _changed(console, repair, datetime.now(UTC) + timedelta(minutes=1))
    browser = signed_in(console, Role.VIEWER)
    path = f"/cases/{run['case']}"
    for place in (path, f"/repairs/{repair.id}", f"{path}/report"):
        page = " ".join(re.sub(r"<[^>]+>", " ", browser.open(place).text).split())
        assert "Before and after" in page, place
        assert re.search(r"Light that arrives at the home -27\.5 dBm \(?[\d:]+ UTC", page), place
        assert re.search(r"UTC\)? -18\.2 dBm \(?[\d:]+ UTC", page), place
        assert re.search(r"Start of the router the old one .* a new one", page), place
        assert "Before: Light is lost" in page, place
        assert "After: no fault" in page, place
    drawn = browser.open(f"{path}/trends").text
    part = drawn[drawn.index("Light that arrives at the home") :].partition("</section>")[0]
    assert part.count('<line class="change"') == 1
    words = " ".join(re.sub(r"<[^>]+>", " ", part).split())
    assert "1 Restart the router," in words
    assert "Done, and proven. Before: -27.5 dBm , After: -18.2 dBm" in words
    assert "-18.2 dBm (beside change 1)" in words
    assert "Before and after" not in browser.open(f"/cases/{other['case']}").text


def test_a_journal_that_cannot_be_read_hides_no_case(console: HttpService) -> None:
    """Another version has written it: the case is shown, and says what it lacks."""
    run = console.ask("POST", "/api/runs", {"playbook": "no_internet", "subscriber": "sub-1"}).json
    console.run_ends(run["id"], seen=_faded)
    repair = planned(console, run["case"], plan=REBOOT)
    _changed(console, repair, datetime.now(UTC))
    with case_store(console.config).writing() as connection:
        connection.execute(update(ACTION_ENTRIES).values(document="{}"))
    browser = signed_in(console, Role.VIEWER)
    for place in (f"/cases/{run['case']}", f"/cases/{run['case']}/trends"):
        page = browser.open(place)
        assert page.status == 200
        assert f"action {repair.id} cannot be read" in page.text
    assert "-27.5 dBm" in page.text


def test_a_case_that_is_looked_at_hears_of_its_repairs(console: HttpService) -> None:
    """Planned, done and ended by a colleague: nobody plans the same a second time."""
    run = console.ask("POST", "/api/runs", {"playbook": "no_internet", "subscriber": "sub-1"}).json
    browser = signed_in(console, Role.SECOND_LINE)
    with closing(PageEvents(browser, f"/cases/{run['case']}/live")) as events:
        seen = events.next()
        assert "/repairs/" not in seen["data"]
        repair = planned(console, run["case"], plan=REBOOT)
        seen = events.next()
        assert f'href="/repairs/{repair.id}"' in seen["data"]
        assert "Before and after each change" not in seen["data"]
    _changed(console, repair, datetime.now(UTC))
    with closing(PageEvents(browser, f"/cases/{run['case']}/live", seen["id"])) as events:
        assert "Before and after each change" in events.next()["data"]
