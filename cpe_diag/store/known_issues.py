"""Known issues in the case store, and how the changes ended that were made for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from cpe_diag.domain.action import ActionEnd
from cpe_diag.domain.failures import StoreError
from cpe_diag.domain.known_issue import KnownIssue, Remedy, RemedyRecord
from cpe_diag.judge.remedy_rule import WINDOW, retire_because
from cpe_diag.store.case_tables import KNOWN_ISSUES, REMEDY_OUTCOMES, moment_of, moment_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, RowMapping, Select

    from cpe_diag.store.case_store import CaseStore

_BETWEEN: Final = "\n"


class StoredKnownIssues:
    """All known issues of this store."""

    def __init__(self, store: CaseStore) -> None:
        """Keep them in `store`."""
        self._store = store

    def add(self, issue: KnownIssue) -> None:
        """Keep a new issue.

        Raises:
            StoreError: there is one of this id, or it cannot be written.
        """
        try:
            with self._store.writing() as connection:
                if _row(connection, issue.id) is not None:
                    raise _taken(issue.id)
                connection.execute(insert(KNOWN_ISSUES).values(**_columns(issue)))
        except IntegrityError:
            raise _taken(issue.id) from None

    def every(self) -> tuple[KnownIssue, ...]:
        """Give all issues by id, those with a retired remedy too.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = select(KNOWN_ISSUES).order_by(KNOWN_ISSUES.c.id)
        with self._store.reading() as connection:
            return tuple(_issue(row) for row in connection.execute(wanted).mappings())

    def one(self, issue_id: str) -> KnownIssue:
        """Give one issue.

        Raises:
            StoreError: there is none of this id, or the store cannot be read.
        """
        with self._store.reading() as connection:
            return _needed(connection, issue_id)

    def records(self) -> Mapping[str, RemedyRecord]:
        """Give how the remedies did, by the issue's id; only the last few outcomes count.

        Raises:
            StoreError: the store cannot be read.
        """
        with self._store.reading() as connection:
            ids = connection.execute(select(KNOWN_ISSUES.c.id)).scalars().all()
            ends: dict[str, list[str]] = {one: [] for one in ids}
            for issue, end in connection.execute(_last_ends()):
                ends.setdefault(issue, []).append(end)
            return {one: _record_of(said) for one, said in ends.items()}

    def retire(self, issue_id: str, because: str, at: datetime) -> KnownIssue:
        """Take a remedy out of use; the issue stays known.

        Raises:
            StoreError: there is none of this id, or it cannot be written.
        """
        with self._store.writing() as connection:
            _needed(connection, issue_id)
            _retire(connection, issue_id, because, at)
            return _needed(connection, issue_id)

    def learned(
        self, issue_id: str, *, action_id: str, end: ActionEnd, at: datetime
    ) -> KnownIssue | None:
        """Keep how a change ended that was made for an issue; a remedy that fails is retired.

        Args:
            issue_id: for which issue.
            action_id: the change; it counts once, however often it is told.
            end: its outcome, which was measured.
            at: when it ended.

        Returns:
            The issue as it is now; None where this change was told before.

        Raises:
            StoreError: there is no such issue, or it cannot be written.
        """
        with self._store.writing() as connection:
            issue = _needed(connection, issue_id)
            told = select(REMEDY_OUTCOMES.c.end).where(
                REMEDY_OUTCOMES.c.issue == issue_id, REMEDY_OUTCOMES.c.action == action_id
            )
            if connection.execute(told).first() is not None:
                return None
            connection.execute(
                insert(REMEDY_OUTCOMES).values(
                    issue=issue_id, action=action_id, end=str(end), at=moment_text(at)
                )
            )
            because = retire_because(_record(connection, issue_id))
            if because and issue.retired_at is None:
                _retire(connection, issue_id, because, at)
            return _needed(connection, issue_id)


def _taken(issue_id: str) -> StoreError:
    return StoreError(f"there is a known issue {issue_id!r} already")


def _retire(connection: Connection, issue_id: str, because: str, at: datetime) -> None:
    connection.execute(
        update(KNOWN_ISSUES)
        .where(KNOWN_ISSUES.c.id == issue_id)
        .values(retired_at=moment_text(at), retired_because=because)
    )


def _last_ends() -> Select[str, str]:
    """Select how the last changes of each issue ended."""
    place = func.row_number().over(
        partition_by=REMEDY_OUTCOMES.c.issue,
        order_by=(REMEDY_OUTCOMES.c.at.desc(), REMEDY_OUTCOMES.c.action),
    )
    last = select(REMEDY_OUTCOMES.c.issue, REMEDY_OUTCOMES.c.end, place.label("place")).subquery()
    return select(last.c.issue, last.c.end).where(last.c.place <= WINDOW)


def _record(connection: Connection, issue_id: str) -> RemedyRecord:
    wanted = (
        select(REMEDY_OUTCOMES.c.end)
        .where(REMEDY_OUTCOMES.c.issue == issue_id)
        .order_by(REMEDY_OUTCOMES.c.at.desc(), REMEDY_OUTCOMES.c.action)
        .limit(WINDOW)
    )
    return _record_of(connection.execute(wanted).scalars().all())


def _record_of(ends: Sequence[str]) -> RemedyRecord:
    return RemedyRecord(
        proven=ends.count(ActionEnd.PROVEN),
        failed=ends.count(ActionEnd.FAILED),
        rolled_back=ends.count(ActionEnd.ROLLED_BACK),
        unknown=ends.count(ActionEnd.UNKNOWN),
    )


def _row(connection: Connection, issue_id: str) -> RowMapping | None:
    wanted = select(KNOWN_ISSUES).where(KNOWN_ISSUES.c.id == issue_id)
    return connection.execute(wanted).mappings().first()


def _needed(connection: Connection, issue_id: str) -> KnownIssue:
    row = _row(connection, issue_id)
    if row is None:
        msg = f"there is no known issue {issue_id!r}; `cpe-diag known list --all` lists them"
        raise StoreError(msg)
    return _issue(row)


def _columns(issue: KnownIssue) -> dict[str, str | None]:
    return {
        "id": issue.id,
        "title": issue.title,
        "model": issue.model,
        "firmware": issue.firmware,
        "symptoms": _BETWEEN.join(issue.symptoms),
        "action": issue.remedy.action,
        "parameter": issue.remedy.parameter,
        "words": issue.remedy.words,
        "playbook": issue.remedy.playbook,
        "source": issue.source,
        "added_by": issue.added_by,
        "added_at": moment_text(issue.added_at),
        "retired_at": None if issue.retired_at is None else moment_text(issue.retired_at),
        "retired_because": issue.retired_because,
    }


def _issue(row: RowMapping) -> KnownIssue:
    retired_at = row["retired_at"]
    return KnownIssue(
        id=row["id"],
        title=row["title"],
        model=row["model"],
        firmware=row["firmware"],
        symptoms=tuple(one for one in row["symptoms"].split(_BETWEEN) if one),
        remedy=Remedy(
            action=row["action"],
            parameter=row["parameter"],
            words=row["words"],
            playbook=row["playbook"],
        ),
        source=row["source"],
        added_by=row["added_by"],
        added_at=moment_of(row["added_at"]),
        retired_at=None if retired_at is None else moment_of(retired_at),
        retired_because=row["retired_because"],
    )
