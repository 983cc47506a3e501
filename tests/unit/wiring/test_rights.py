"""Claims about the file of rights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.domain.roles import Grant, PermissionState, Role, permitted
from cpe_diag.wiring.rights import ACTIONS, read_rights

if TYPE_CHECKING:
    from pathlib import Path

CHANGES = tuple(one for one in ACTIONS if not one.startswith(("look.", "consent.")))


def test_the_shipped_file_names_every_action_in_its_order() -> None:
    """An action that is missing there is one that somebody forgot to think about."""
    assert tuple(read_rights().grants) == ACTIONS


def test_a_viewer_changes_nothing_and_automation_installs_nothing() -> None:
    """The two roles behind which no trained person stands."""
    rights = read_rights()
    for action in CHANGES:
        assert permitted(rights, Role.VIEWER, action).state is PermissionState.REFUSED
    for action in ("firmware.install", "router.factory_reset", "wifi.set_password"):
        assert permitted(rights, Role.AUTOMATION, action).state is PermissionState.REFUSED


def test_whoever_needs_a_second_person_can_find_one() -> None:
    """Some other role may approve."""
    rights = read_rights()
    assert Grant.ALONE in rights.grants["plan.approve"].values()


def test_an_operator_has_rights_of_its_own(tmp_path: Path) -> None:
    """Its file counts in place of ours, and is named in the refusal."""
    path = tmp_path / "mine.yaml"
    path.write_text("rights:\n  port.restart: {viewer: second_person}\n", encoding="utf-8")
    rights = read_rights(path)
    answer = permitted(rights, Role.VIEWER, "port.restart")
    assert answer.state is PermissionState.NEEDS_SECOND_PERSON
    refused = permitted(rights, Role.SENIOR, "ont.reset")
    assert refused.state is PermissionState.REFUSED
    assert str(path) in refused.words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "mine.yaml:1:1: the file: expected a mapping, found nothing"),
        ("rights:\n  port.restrat: {}\n", ":2:3: rights: there is no action 'port.restrat'"),
        ("rights:\n  port.restart: {boss: alone}\n", ":2:18: rights.port.restart: the key 'boss'"),
        (
            "rights:\n  port.restart: {senior: yes}\n",
            ":2:26: rights.port.restart.senior: expected",
        ),
        ("rights: {}\nroles: {}\n", ":2:1: the file: the key 'roles' is not known"),
    ],
)
def test_a_wrong_file_is_told_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    """A right that was mistyped must not silently be one that nobody has."""
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as told:
        read_rights(path)
    assert words in str(told.value)
