"""The people of a running service are those of its file, at every request."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest
from http_service import SECRETS, HttpService, http_service
from page_browser import (
    PAGES_CONFIG,
    PASSWORD,
    STAFF,
    PageBrowser,
    PageEvents,
    passwords_of_all,
    signed_in,
)

from cpe_diag.domain.roles import Role
from cpe_diag.service.pages.visit import SESSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ISSUER: Final = "http://localhost:1"
OPENID: Final = f"""\
openid: {{issuer: "{ISSUER}", client_id: cpe-diag, groups: {{roles: {{noc: senior}}}}}}
"""
CONFIG: Final = PAGES_CONFIG + OPENID
BERT: Final = "bert: {role: second_line}"
ORDER: Final = {"playbook": "no_internet", "subscriber": "sub-1", "ticket": "T-1"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of a service whose store is there."""
    for name, value in {
        **SECRETS,
        "HTTP_TEST_STORE": f"sqlite:///{tmp_path / 'case.db'}",
    }.items():
        monkeypatch.setenv(name, value)
    return tmp_path / "service"


@pytest.fixture
def console(folder: Path) -> Iterator[HttpService]:
    """Keep a service up."""
    with http_service(folder, CONFIG) as running:
        yield running


def _says(folder: Path, config: str) -> None:
    (folder / "config.yaml").write_text(config, encoding="utf-8")


def test_who_has_left_is_out_at_the_next_request_and_a_new_role_counts_there(
    console: HttpService, folder: Path
) -> None:
    """Nobody restarts a service in which ten calls go on to put one person out."""
    passwords_of_all(console)
    bert, anna = signed_in(console, Role.SECOND_LINE), signed_in(console, Role.SENIOR)
    assert bert.send("/orders", **ORDER).status == 303
    _says(folder, CONFIG.replace(BERT, "bert: {role: viewer}"))
    assert bert.send("/orders", **ORDER).status == 403
    assert "bert (viewer)" in bert.open("/").text
    _says(folder, CONFIG.replace(f"{BERT}, ", ""))
    assert bert.open("/").place.startswith("/sign-in")
    assert PageBrowser(port=console.port).sign_in("bert").status == 401
    assert anna.open("/").status == 200
    _says(folder, CONFIG)
    assert PageBrowser(port=console.port).sign_in("bert", PASSWORD).place == "/"


def test_a_group_of_the_provider_gives_what_the_file_says_now(
    console: HttpService, folder: Path
) -> None:
    """Who is in by a group is in no list of ours; the group's role is."""
    at = console.served.clock.now()
    shown = console.served.sessions.begin("carla", at, provider=ISSUER, member_of="noc")
    carla = PageBrowser(port=console.port, cookies={SESSION: shown.reveal()})
    assert "carla (senior)" in carla.open("/").text
    _says(folder, CONFIG.replace("noc: senior", "noc: viewer"))
    assert "carla (viewer)" in carla.open("/").text
    _says(folder, CONFIG.replace("noc: senior", "other: senior"))
    assert carla.open("/").status == 303


def test_whoever_is_no_senior_any_more_is_no_second_person(
    console: HttpService, folder: Path
) -> None:
    """Their approval of yesterday does not count either."""
    assert console.served.repairs.may_approve() == {STAFF[Role.SENIOR]}
    _says(folder, CONFIG.replace("anna: {role: senior}", "anna: {role: second_line}"))
    assert console.served.repairs.may_approve() == frozenset()


def test_a_file_that_is_wrong_puts_nobody_out_and_is_told(
    console: HttpService, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A typing error in the middle of a shift; whoever was put out before it stays out."""
    bert, tom = signed_in(console, Role.SECOND_LINE), signed_in(console, Role.TECHNICIAN)
    _says(folder, CONFIG.replace(f"{BERT}, ", ""))
    assert bert.open("/").status == 303
    for wrong in ("staff: {members: {tom: {role: king}}}\n", "staff: [\n"):
        _says(folder, wrong)
        assert tom.open("/").status == 200
        assert bert.open("/").status == 303
    (folder / "config.yaml").unlink()
    assert tom.open("/").status == 200
    said = [one.getMessage() for one in caplog.records if one.name == "cpe_diag.people"]
    assert len(said) == 3, "once for each state of the file, not once a request"
    assert all(one.startswith("the people that were known before count until") for one in said)


def test_a_live_page_ends_for_who_has_another_role(console: HttpService, folder: Path) -> None:
    """What it would show goes on to be what the old role saw, buttons included."""
    body = {"playbook": "slow_internet", "subscriber": "sub-1", "ticket": "T-0"}
    case = console.ask("POST", "/api/runs", body).json["case"]
    bert = signed_in(console, Role.SECOND_LINE)
    with closing(PageEvents(bert, f"/cases/{case}/live")) as events:
        while events.next()["event"] != "view":
            pass
        _says(folder, CONFIG.replace(BERT, "bert: {role: viewer}"))
        assert events.next()["event"] == "gone"


def test_staff_remove_ends_the_sessions_of_the_provider_too(
    console: HttpService, folder: Path
) -> None:
    """Who has no password has sessions; the way in that is left is told."""
    at = datetime.now(UTC)
    shown = console.served.sessions.begin("carla", at, provider=ISSUER, member_of="noc")
    carla = PageBrowser(port=console.port, cookies={SESSION: shown.reveal()})
    assert carla.open("/").status == 200
    words = ["--config", str(folder / "config.yaml"), "staff", "remove", "carla"]
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "cpe_diag", *words], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "carla has no password, and is signed out (1 sessions ended)" in done.stdout
    assert f"{ISSUER} can still prove who they are" in done.stdout
    assert carla.open("/").status == 303
