"""What waits, and what was handed over, is listed without a look at all cases there are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import event, insert

from cpe_diag.domain.secret import Secret
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.case_tables import moment_text
from cpe_diag.store.cases import HANDED_OVER, OPEN, StoredCases
from cpe_diag.store.run_tables import CASES

if TYPE_CHECKING:
    from sqlalchemy import Connection

AT: Final = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
MANY: Final = 3_000
PART: Final = 51
SORTED: Final = ("TEMP B-TREE", "SORT")
"""What SQLite and PostgreSQL say where they sort (`EXPLAIN QUERY PLAN`, `EXPLAIN`)."""


@pytest.fixture
def store(store_url: str) -> CaseStore:
    """Give a store of each kind, with thousands of cases, most of them handed over."""
    made = CaseStore.behind(Secret(store_url))
    with made.writing() as connection:
        connection.execute(insert(CASES), [_case(number) for number in range(MANY)])
        connection.exec_driver_sql("ANALYZE cases")
    return made


def _case(number: int) -> dict[str, object]:
    at = AT - timedelta(minutes=number // 2)  # two of a moment
    return {
        "id": f"{number * 7919 % MANY:08x}",
        "opened_at": moment_text(at),
        "state": OPEN if number % 10 == 0 else HANDED_OVER,
        "priority": number % 4 + 1,
        "due_at": moment_text(at + timedelta(minutes=15)),
        "words": "the port is dark",
    }


@pytest.mark.parametrize(
    ("state", "urgent_first", "index"),
    [
        (HANDED_OVER, False, "ix_cases_state_opened_at"),
        (OPEN, False, "ix_cases_state_opened_at"),
        (OPEN, True, "ix_cases_state_priority"),
    ],
)
def test_a_part_of_the_queue_is_read_in_the_order_of_an_index(
    store: CaseStore, state: str, *, urgent_first: bool, index: str
) -> None:
    """100,000 cases that were handed over were sorted for each look at the newest fifty."""
    plan = _plan(store, state, urgent_first=urgent_first)
    assert index in plan
    if not urgent_first:
        assert not any(one in plan.upper() for one in SORTED), plan


def test_the_parts_of_a_list_have_every_case_once_and_the_newest_first(store: CaseStore) -> None:
    """Cases of one moment have one order, so that none is left out between two parts."""
    cases = StoredCases(store)
    found = [
        one
        for first in range(0, MANY, 500)
        for one in cases.search(state=HANDED_OVER, limit=500, offset=first)
    ]
    assert len({one.id for one in found}) == len(found) == MANY - MANY // 10
    assert [one.opened_at for one in found] == sorted(
        (one.opened_at for one in found), reverse=True
    )


def _plan(store: CaseStore, state: str, *, urgent_first: bool) -> str:
    """Give how the database means to answer what the store really asks it."""
    asked: list[tuple[str, object]] = []

    def note(
        _connection: Connection, _cursor: object, statement: str, parameters: object, *_: object
    ) -> None:
        asked.append((statement, parameters))

    with store.reading() as connection:
        engine = connection.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        StoredCases(store).search(state=state, urgent_first=urgent_first, limit=PART)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    (statement, parameters) = next(one for one in asked if "FROM cases" in one[0])
    explain = "EXPLAIN QUERY PLAN" if store.is_file else "EXPLAIN"
    with store.reading() as connection:
        rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)  # type: ignore[arg-type] # as they were given
        return "\n".join(str(one[-1]) for one in rows)
