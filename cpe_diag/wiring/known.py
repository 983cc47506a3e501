"""Known issues: kept in the case store, looked up after every verdict, learned from changes.

SQLAlchemy takes a quarter of a second to import, so the store is imported where it is used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.action import ActionEnd, EntryKind
from cpe_diag.domain.failures import CpeDiagError, DefinitionError, Fault
from cpe_diag.domain.known_issue import KnownIssue, KnownIssues, MadeChange, Remedy
from cpe_diag.domain.router_plan import MEASURED
from cpe_diag.driver_kit.capabilities import ACCESS_CHANGING, ROUTER_CHANGING
from cpe_diag.driver_kit.schema_check import suggestion
from cpe_diag.judge.causes import CAUSES
from cpe_diag.judge.firmware_range import RangeError, read_range
from cpe_diag.judge.firmware_version import read_version
from cpe_diag.judge.known_issues import made_for, matching
from cpe_diag.playbook.load import list_playbooks
from cpe_diag.wiring.knowledge import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from cpe_diag.domain.router_plan import RouterRecord
    from cpe_diag.domain.verdict import Verdict
    from cpe_diag.judge.question import CaseFile
    from cpe_diag.store.known_issues import StoredKnownIssues
    from cpe_diag.wiring.config import Config

HUMAN_RESET: Final = "human.reset"
FIRMWARE: Final = "firmware.install"
REMEDIES: Final = (*ROUTER_CHANGING, HUMAN_RESET, *ACCESS_CHANGING)
"""What a remedy may be."""

PLAYBOOK_OF: Final[Mapping[str, str]] = {
    HUMAN_RESET: "known_reset_20s",
    FIRMWARE: "reinstall_firmware",
    "router.factory_reset": "reset_router",
    "router.reboot": "reset_router",
    "wifi.set_enabled": "wifi_off_on",
    "wifi.set_ssid": "change_wifi",
    "wifi.set_password": "change_wifi",
    "wifi.set_channel": "change_wifi",
}
"""Which playbook leads through a remedy; of changes of the port there is none."""

_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,62}[a-z0-9]")
_TELLING: Final = re.compile(r"[^\W_].*[^\W_]")
"""At least two letters or digits: `*` would be every home's issue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueWish:
    """A known issue as somebody writes it; `playbook` None: the usual one for the remedy."""

    id: str
    title: str
    model: str
    firmware: str
    symptoms: tuple[str, ...]
    remedy: str
    parameter: str
    words: str
    playbook: str | None
    source: str


def new_issue(config: Config, wish: IssueWish, *, by: str, at: datetime) -> KnownIssue:
    """Check what somebody wrote, and make an issue of it.

    Args:
        config: names further folders of playbooks.
        wish: as written.
        by: who adds it.
        at: when.

    Returns:
        The issue; it is not kept yet.

    Raises:
        DefinitionError: everything that is wrong with it.
    """
    words = tuple(_wrong(config, wish))
    if words:
        raise DefinitionError(
            tuple(Fault(file="known issue", line=None, column=None, message=one) for one in words)
        )
    playbook = PLAYBOOK_OF.get(wish.remedy, "") if wish.playbook is None else wish.playbook
    return KnownIssue(
        id=wish.id,
        title=wish.title.strip(),
        model=wish.model.strip(),
        firmware=wish.firmware.strip(),
        symptoms=wish.symptoms,
        remedy=Remedy(
            action=wish.remedy,
            parameter=wish.parameter.strip(),
            words=wish.words.strip(),
            playbook=playbook,
        ),
        source=wish.source.strip(),
        added_by=by,
        added_at=at,
        retired_at=None,
        retired_because="",
    )


def _wrong(config: Config, wish: IssueWish) -> Iterator[str]:
    if not _ID.fullmatch(wish.id):
        yield f"the id {wish.id!r} is not of 3 to 64 lower-case letters, digits and hyphens"
    for name, text in (("title", wish.title), ("words", wish.words), ("source", wish.source)):
        if not text.strip():
            yield f"the {name} is empty"
    if not _TELLING.search(wish.model):
        yield f"the model {wish.model!r} names no model; expected a pattern such as HG8245*"
    try:
        read_range(wish.firmware)
    except RangeError as error:
        yield f"the firmware: {error}"
    symptoms = _symptoms(config)
    for one in wish.symptoms:
        if one not in symptoms:
            yield f"there is no symptom or cause {one!r}{suggestion(one, symptoms)}"
    if wish.remedy not in REMEDIES:
        yield f"there is no action {wish.remedy!r}{suggestion(wish.remedy, REMEDIES)}"
    if wish.remedy == FIRMWARE and read_version(wish.parameter) is None:
        yield "firmware.install needs the version to install as its parameter"


def _symptoms(config: Config) -> tuple[str, ...]:
    complaints = {one.symptom for one in list_playbooks(vocabulary(), config.playbook_folders)}
    return (*sorted(complaints), *(cause.id for cause in CAUSES))


def known_issues(config: Config) -> StoredKnownIssues:
    """Open the known issues; the store is opened when it is first used.

    Args:
        config: the configuration.

    Returns:
        The known issues of the case store.

    Raises:
        MeasurementError, StoreError: as for `case_store`.
    """
    from cpe_diag.store.known_issues import StoredKnownIssues
    from cpe_diag.wiring.desk import case_store

    return StoredKnownIssues(case_store(config))


def look_up(config: Config, case: CaseFile, verdict: Verdict) -> KnownIssues:
    """Find what is known of the equipment of a case; never raises for the store.

    Args:
        config: the configuration.
        case: what was seen.
        verdict: what was concluded.

    Returns:
        What was found, and why it could not be looked at where that is so.
    """
    try:
        stored = known_issues(config)
        every = stored.every()
        found = matching(case, verdict, every, stored.records() if every else {})
    except CpeDiagError as error:
        return KnownIssues(unread=str(error))
    return KnownIssues(found=found)


def learned(
    config: Config, issue_id: str, *, action_id: str, end: ActionEnd, at: datetime
) -> KnownIssue | None:
    """Keep how a change ended that was made for a known issue.

    Args:
        config: the configuration.
        issue_id: for which issue it was made.
        action_id: the change; it counts once, however often it is told.
        end: its outcome, which was measured.
        at: when it ended, in UTC.

    Returns:
        The issue as it is now, its remedy retired where it has stopped working; None where this
        change was told before.

    Raises:
        StoreError: there is no such issue, or the store cannot be written.
    """
    return known_issues(config).learned(issue_id, action_id=action_id, end=end, at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What `learn` has taken from one change."""

    issue: KnownIssue
    action_id: str
    end: ActionEnd


def _tells(record: RouterRecord, end: ActionEnd) -> bool:
    """Whether a change tells how good its remedy is: one that was stopped or refused does not."""
    return end is ActionEnd.PROVEN or any(
        one.kind is EntryKind.NOTE and one.words.startswith(MEASURED) for one in record.entries
    )


def learn(config: Config) -> tuple[Lesson, ...]:
    """Take what is new from the journals of changes of routers.

    Args:
        config: the configuration.

    Returns:
        What was learned, the oldest first.

    Raises:
        ActionError: a journal cannot be read.
        StoreError: the store cannot be used.
    """
    from cpe_diag.store.router_journal import RouterJournals
    from cpe_diag.wiring.desk import case_store

    stored = known_issues(config)
    issues = stored.every()
    lessons: list[Lesson] = []
    for record in RouterJournals(case_store(config)).every():
        ends = [one for one in record.entries if one.kind is EntryKind.END]
        change = MadeChange(
            action=record.plan.action,
            model=record.plan.model,
            firmware=record.plan.firmware,
            wished=record.plan.wished,
            symptom=record.symptom,
        )
        for issue in issues:
            if not ends or not made_for(issue, change):
                continue
            end = ActionEnd(ends[-1].said)
            if not _tells(record, end):
                continue
            now = stored.learned(issue.id, action_id=record.id, end=end, at=ends[-1].at)
            if now is not None:
                lessons.append(Lesson(issue=now, action_id=record.id, end=end))
    return tuple(lessons)
