"""Known issues are looked up after every verdict, and learned from what really ended."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from cpe_diag.domain.action import ActionEnd, EntryKind, JournalEntry
from cpe_diag.domain.known_issue import KnownIssues
from cpe_diag.domain.router_plan import RouterPlan, RouterRecord, Way
from cpe_diag.judge.decide import decide
from cpe_diag.store.router_journal import RouterJournals
from cpe_diag.testing.evidence_samples import changed, ethernet_home
from cpe_diag.testing.known_samples import sample_known
from cpe_diag.wiring.config import Config, read
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.known import known_issues, learn, look_up

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 3, 1, tzinfo=UTC)
ISSUE = sample_known().found[0].issue
FIRMWARE = "OpenWrt 24.10.1 r28597-04"
HOME = changed(ethernet_home(), "router_system", "router", model="Sample AX3", firmware=FIRMWARE)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Give a configuration with a store and journals of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "config.yaml").write_text("store: {path: case.db}\n")
    return read(tmp_path / "config.yaml", "a test")


def blank(kind: Any, **said: object) -> Any:  # noqa: ANN401 - of whatever type is named
    """Make a value of which only what is said matters."""
    empty: dict[str, Any] = {"str": "", "float": 0.0, "Way": Way.ONCE, "str | None": None}
    return kind(**{one.name: empty.get(str(one.type), ()) for one in fields(kind)} | said)


def ended(  # noqa: PLR0913 - what a change is made of
    config: Config,
    name: str,
    end: ActionEnd | None,
    action: str,
    model: str = "Sample AX3",
    *,
    measured: bool = True,
) -> None:
    """Put a change into the journal; None: it has no end yet."""
    record = blank(
        RouterRecord,
        id=name,
        begun_at=AT,
        plan=blank(RouterPlan, action=action, model=model, firmware=FIRMWARE),
        symptom="The router hangs (router_hung)",
    )
    journals = RouterJournals(case_store(config))
    with journals.held(name) as hold:
        journal = journals.begin(record, hold)
        if measured:
            journal.write(JournalEntry(kind=EntryKind.NOTE, at=AT, words="measured: as told"))
        if end is not None:
            at = AT + timedelta(minutes=5)
            journal.write(JournalEntry(kind=EntryKind.END, at=at, words="", said=str(end)))


def test_a_store_without_issues_and_one_with_say_what_they_know(config: Config) -> None:
    """The first run on a new machine, and the next agent's."""
    verdict = decide(HOME, {})
    assert look_up(config, HOME, verdict) == KnownIssues()
    known_issues(config).add(ISSUE)
    (match,) = look_up(config, HOME, verdict).found
    assert match.issue == ISSUE


def test_a_store_that_cannot_be_read_takes_no_verdict_away(config: Config, tmp_path: Path) -> None:
    """The customer on the phone comes first; what was not looked at is said."""
    (tmp_path / "case.db").write_text("this is no database, however long one looks at it\n" * 40)
    known = look_up(config, HOME, decide(HOME, {}))
    assert known.found == ()
    assert "no case store" in known.unread


def test_only_changes_that_have_ended_and_were_the_remedy_teach(config: Config) -> None:
    """A reboot teaches nothing of a reset, nor one that nobody knows the end of."""
    known_issues(config).add(replace(ISSUE, symptoms=("router_hung",)))
    ended(config, "reset1", ActionEnd.PROVEN, "human.reset")
    ended(config, "reset2", ActionEnd.FAILED, "human.reset")
    ended(config, "reset3", None, "human.reset")
    ended(config, "reset4", ActionEnd.PROVEN, "human.reset", model="Sample BX3")
    ended(config, "reboot1", ActionEnd.FAILED, "router.reboot")
    assert [(one.action_id, one.end) for one in learn(config)] == [
        ("reset1", ActionEnd.PROVEN),
        ("reset2", ActionEnd.FAILED),
    ]
    assert learn(config) == ()
    record = known_issues(config).records()[ISSUE.id]
    assert (record.proven, record.failed, record.unknown) == (1, 1, 0)


def test_a_change_that_was_stopped_or_refused_says_nothing_of_its_remedy(config: Config) -> None:
    """Nobody held the button, the consent was gone: five of those would retire what works."""
    known_issues(config).add(ISSUE)
    for number in range(6):
        ended(config, f"stopped{number}", ActionEnd.FAILED, ISSUE.remedy.action, measured=False)
    assert learn(config) == ()
