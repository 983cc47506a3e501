"""Sign-in, sign-out and sessions of the pages: who is let in, for how long, and who is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from http_service import SECRETS, HttpService, http_service
from page_browser import PAGES_CONFIG, PASSWORD, PageBrowser, passwords_of_all, signed_in

from cpe_diag.domain.audit import AuditKind
from cpe_diag.domain.roles import Role
from cpe_diag.service.pages.entry import OF_NAME, place_after
from cpe_diag.service.pages.visit import SESSION
from cpe_diag.wiring.desk import open_desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cpe_diag.domain.audit import AuditEvent


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpService]:
    """Keep a service up with a member of staff of every role."""
    folder: Path = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as patch:
        store = f"sqlite:///{folder / 'case.db'}"
        for name, value in {**SECRETS, "HTTP_TEST_STORE": store}.items():
            patch.setenv(name, value)
        with http_service(folder / "service", PAGES_CONFIG) as running:
            passwords_of_all(running)
            yield running


@pytest.fixture(scope="module")
def case(console: HttpService) -> str:
    """Give a case whose run waits."""
    body = {"playbook": "no_internet", "subscriber": "sub-1", "ticket": "T-0"}
    made = console.ask("POST", "/api/runs", body)
    assert made.status == 202
    return str(made.json["case"])


def _audit(console: HttpService, kind: AuditKind) -> list[AuditEvent]:
    audit = open_desk(console.config).audit
    assert audit.verify().flaws == ()
    return [one.event for one in audit.entries() if one.event.kind is kind]


@pytest.mark.parametrize(
    "age", [timedelta(hours=12, minutes=1), timedelta(hours=1, minutes=1)], ids=["shift", "idle"]
)
def test_a_session_ends(console: HttpService, case: str, age: timedelta) -> None:
    """A browser that was left open is out after an hour, and everybody after a shift."""
    shown = console.served.sessions.begin("anna", datetime.now(UTC) - age)
    browser = PageBrowser(port=console.port, cookies={SESSION: shown.reveal()})
    assert browser.open(f"/cases/{case}").status == 303


def test_a_session_that_was_ended_or_made_up_opens_nothing(console: HttpService) -> None:
    """A cookie that somebody has copied counts no more once its owner signs out."""
    browser = signed_in(console, Role.SECOND_LINE)
    stolen = PageBrowser(port=console.port, cookies=dict(browser.cookies))
    assert stolen.open("/").status == 200
    assert browser.send("/sign-out").place == "/sign-in"
    assert SESSION not in browser.cookies
    assert stolen.open("/").status == 303
    made_up = PageBrowser(port=console.port, cookies={SESSION: "A" * 43})
    assert made_up.open("/").status == 303


def test_who_is_no_member_any_more_is_out_at_once(console: HttpService) -> None:
    """The configuration says who works here, not the session."""
    shown = console.served.sessions.begin("left_last_week", datetime.now(UTC))
    browser = PageBrowser(port=console.port, cookies={SESSION: shown.reveal()})
    assert browser.open("/").status == 303


def test_a_person_signs_in_and_out_and_both_are_noted(console: HttpService, case: str) -> None:
    """The cookie is new, and no script or other site gets it; the case that was wanted opens."""
    browser = PageBrowser(port=console.port)
    wanted = browser.open(f"/cases/{case}")
    assert wanted.place == f"/sign-in?next=%2Fcases%2F{case}"
    answer = browser.sign_in("bert", place=f"/cases/{case}")
    assert (answer.status, answer.place) == (303, f"/cases/{case}")
    assert answer.headers["set-cookie"].count("HttpOnly") >= 1
    assert browser.open(answer.place).status == 200
    assert browser.send("/sign-out").status == 303
    words = [(one.staff, one.words) for one in _audit(console, AuditKind.SIGN_IN)]
    assert ("bert", "signs in to the pages") in words
    assert ("bert", "signs out") in words


@pytest.mark.parametrize("place", ["//evil.example/", "https://evil.example/", "/\\evil", "/a\nb"])
def test_a_sign_in_leads_to_no_other_site(console: HttpService, place: str) -> None:
    """A link with a place of its own is what phishing sends."""
    browser = signed_in(console, Role.SENIOR)
    assert browser.open(f"/sign-in?next={quote(place, safe='')}").place == "/"


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ("/cases/0a1b", "/cases/0a1b"),
        ("/cases/0a1b/report", "/cases/0a1b/report"),
        ("/cases/0a1b/trends", "/cases/0a1b/trends"),
        ("/nodes/an-1.north", "/nodes/an-1.north"),
        ("/cases/0a1b/live", "/"),
        ("/nodes/../sign-out", "/"),
        ("/nodes/..", "/"),
        ("/cases/0a1b/report/x", "/"),
    ],
)
def test_whoever_has_signed_in_comes_to_the_page_they_wanted(wanted: str, place: str) -> None:
    """A link that a colleague sent opens what it names, and nothing that is no page."""
    assert place_after(wanted) == place


@pytest.mark.parametrize(
    ("name", "password", "noted"),
    [("bert", "wrong password of it", "bert"), (PASSWORD, "bert", "-"), ("", "", "-")],
)
def test_a_wrong_name_and_a_wrong_password_look_the_same(
    console: HttpService, name: str, password: str, noted: str
) -> None:
    """Nobody learns who works here; the refusal holds no password, typed wherever."""
    browser = PageBrowser(port=console.port)
    answer = browser.sign_in(name, password)
    assert answer.status == 401
    assert "The name or the password is wrong." in answer.text
    assert SESSION not in browser.cookies
    refused = _audit(console, AuditKind.REFUSAL)[-1]
    assert refused.staff == noted
    assert PASSWORD not in refused.words


def test_guessing_is_slow(console: HttpService) -> None:
    """One name may be tried ten times, from wherever; then it takes time, also if it is right."""
    statuses = [
        PageBrowser(port=console.port).sign_in("tom", f"wrong number {number:05}").status
        for number in range(int(OF_NAME.burst))
    ]
    assert set(statuses) == {401}
    answer = PageBrowser(port=console.port).sign_in("tom")
    assert answer.status == 429
    assert "Too many attempts" in answer.text
