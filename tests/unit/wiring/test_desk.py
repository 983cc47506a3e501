"""Claims about who works here, what they may do, and that every refusal is noted."""

from __future__ import annotations

import os
import pwd
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.audit import About, AuditKind
from cpe_diag.domain.failures import DefinitionError, RightsError, StoreError
from cpe_diag.domain.roles import APPROVAL_LASTS, Approval, PermissionState, Role
from cpe_diag.wiring.config import Config, read
from cpe_diag.wiring.desk import Desk, open_desk
from cpe_diag.wiring.staff import ENVIRONMENT_NAME, staff_of

if TYPE_CHECKING:
    from pathlib import Path

ME = pwd.getpwuid(os.getuid()).pw_name
CONFIG = """\
store: {path: case.db}
staff:
  me: anna
  members:
    anna: {role: second_line}
    boris: {role: senior}
    vera: {role: viewer}
"""
PLAN = About(subscriber="sub-1", ticket="T-1", action="firmware.install", digest="ab" * 32)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with nothing of the user's own."""
    monkeypatch.delenv(ENVIRONMENT_NAME, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


def _config(folder: Path, text: str = CONFIG) -> Config:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return read(path, str(path))


def _told(desk: Desk) -> list[tuple[AuditKind, str, str]]:
    return [(one.event.kind, one.event.staff, one.event.words) for one in desk.audit.entries()]


def test_whoever_is_not_named_is_a_viewer_by_the_account(folder: Path) -> None:
    """A new installation changes nothing."""
    staff = staff_of(_config(folder, ""))
    assert (staff.name, staff.role) == (ME, Role.VIEWER)


def test_an_account_that_is_called_like_a_member_is_told_from_it(folder: Path) -> None:
    """Else a stranger's looks stand in the trail as those of the member."""
    staff = staff_of(_config(folder, f"staff: {{members: {{{ME}: {{role: senior}}}}}}"))
    assert (staff.name, staff.role) == (f"account {ME}", Role.VIEWER)


@pytest.mark.parametrize("name", ["token crm", "account anna"])
def test_no_member_is_called_as_a_token_or_an_account_is(folder: Path, name: str) -> None:
    """Nobody could tell them apart in the trail."""
    with pytest.raises(DefinitionError, match=name):
        _config(folder, f'staff: {{members: {{"{name}": {{role: senior}}}}}}')


def test_the_environment_names_one_of_the_members(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nobody else."""
    assert staff_of(_config(folder)).name == "anna"
    monkeypatch.setenv(ENVIRONMENT_NAME, "boris")
    assert staff_of(_config(folder)).role is Role.SENIOR
    monkeypatch.setenv(ENVIRONMENT_NAME, "somebody")
    with pytest.raises(DefinitionError, match="names no member of staff 'somebody'"):
        staff_of(_config(folder))


def test_a_member_with_an_account_works_with_that_account_only(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a shared machine nobody becomes a senior by a variable."""
    members = f"anna: {{role: senior, login: {ME}}}, b: {{role: senior, login: x}}"
    text = f"staff: {{members: {{{members}}}}}"
    monkeypatch.setenv(ENVIRONMENT_NAME, "anna")
    monkeypatch.setenv("LOGNAME", "x")
    assert staff_of(_config(folder, text)).role is Role.SENIOR
    monkeypatch.setenv(ENVIRONMENT_NAME, "b")
    with pytest.raises(RightsError, match=f"b works with the account x, and this is {ME}"):
        staff_of(_config(folder, text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("staff: {me: ann, members: {}}", "staff.me: there is no 'ann' among the members"),
        ("staff: {members: {anna: {role: boss}}}", "expected one of viewer, second_line"),
        ("staff: {members: {anna: {}}}", "the key 'role' is missing"),
        ("store: {path: a, url: env:B}", "1:8"),
        ("store: {url: env:CASES}", "store.url: a store of several machines needs audit_key"),
        (
            "consent: {gateway: {url: 'http://gateway.example/', json: {t: '{text}'}}}",
            "https://, or http:// on this machine",
        ),
        (
            "consent: {gateway: {url: 'https://gateway.example/', json: {t: text}}}",
            "no field holds {text}",
        ),
        (
            "consent: {gateway: {url: 'https://g', form: {t: x}, headers: {A: topsecret}}}",
            "a reference to the credential",
        ),
    ],
)
def test_a_wrong_part_is_told_with_its_place(text: str, words: str, folder: Path) -> None:
    """And without what may be a secret."""
    with pytest.raises(DefinitionError) as told:
        _config(folder, text)
    assert words in str(told.value)
    assert "topsecret" not in str(told.value)


def test_a_role_that_may_not_is_refused_and_that_is_noted(folder: Path) -> None:
    """With who, what and for which ticket."""
    desk = open_desk(_config(folder))
    with pytest.raises(RightsError, match="the role second_line may not do plan"):
        desk.permit("plan.approve", PLAN)
    ((kind, staff, words),) = _told(desk)
    assert (kind, staff) == (AuditKind.REFUSAL, "anna")
    assert "senior may (rights.yaml)" in words
    (entry,) = desk.audit.entries(subscriber="sub-1")
    assert (entry.event.ticket, entry.event.digest) == ("T-1", PLAN.digest)
    assert desk.permit("wifi.set_ssid", PLAN).state is PermissionState.ALLOWED


def test_a_plan_that_needs_a_second_person_waits_for_one(folder: Path) -> None:
    """For exactly that plan, by somebody else who may, and for a shift."""
    desk = open_desk(_config(folder))
    assert desk.permit("firmware.install", PLAN).state is PermissionState.NEEDS_SECOND_PERSON

    def refused() -> None:
        with pytest.raises(RightsError, match=r"\(boris\) .* consent approve abab"):
            desk.permit_plan("firmware.install", PLAN)

    refused()
    with pytest.raises(RightsError):
        desk.permit_plan("firmware.install", About(subscriber="sub-1"))
    now = desk.now()
    for wrong in (
        Approval(digest="cd" * 32, staff="boris", at=now),
        Approval(digest=str(PLAN.digest), staff="anna", at=now),
        Approval(digest=str(PLAN.digest), staff="vera", at=now),
        Approval(digest=str(PLAN.digest), staff="boris", at=now - APPROVAL_LASTS),
    ):
        desk.consents.approve(wrong)
        refused()
    desk.consents.approve(Approval(digest=str(PLAN.digest), staff="boris", at=now))
    desk.permit_plan("firmware.install", PLAN)


def test_a_look_is_noted_before_it_is_taken(folder: Path) -> None:
    """Nobody looks where nothing can be noted."""
    desk = open_desk(_config(folder))
    desk.look("look.subscriber", "playbook no_internet", PLAN)
    assert _told(desk) == [(AuditKind.LOOK, "anna", "playbook no_internet")]
    (folder / "case.db.audit-key").unlink()
    with pytest.raises(StoreError):
        open_desk(_config(folder)).look("look.subscriber", "again", PLAN)
    open_desk(_config(folder)).note_if_possible(AuditKind.CHANGE_ENDED, "proven", PLAN)


def test_what_could_not_be_noted_any_more_is_kept_to_be_told(folder: Path) -> None:
    """A change that has begun goes on to its end."""
    open_desk(_config(folder)).look("look.subscriber", "first", PLAN)
    (folder / "case.db.audit-key").unlink()
    desk = open_desk(_config(folder))
    desk.note_if_possible(AuditKind.CHANGE_ENDED, "proven", PLAN)
    (told,) = desk.unnoted
    assert told.startswith("change_ended was not noted: the audit key is missing")


def test_the_key_may_be_kept_elsewhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By reference, as every credential."""
    monkeypatch.setenv("AUDIT", "07" * 32)
    monkeypatch.setenv("CASES", f"sqlite:///{folder / 'cases.db'}")
    config = _config(folder, "store: {url: env:CASES, audit_key: env:AUDIT}")
    open_desk(config).look("look.subscriber", "look", PLAN)
    assert open_desk(config).audit.verify().flaws == ()
    assert {one.name for one in folder.iterdir()} == {
        "config.yaml",
        "cases.db",
        "cases.db.lock",
    }


def test_the_operators_rights_count(folder: Path) -> None:
    """In place of those that are shipped."""
    (folder / "mine.yaml").write_text("rights: {ont.reset: {viewer: alone}}", encoding="utf-8")
    desk = open_desk(_config(folder, "rights: mine.yaml\nstore: {path: case.db}\n"))
    assert desk.permit("ont.reset", PLAN).state is PermissionState.ALLOWED
    with pytest.raises(RightsError):
        desk.permit("look.subscriber", PLAN)
