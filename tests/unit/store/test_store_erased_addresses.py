"""Whoever is erased is found in no run of those who were compared with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.run_journal import RunEntry, RunEntryKind, RunState
from cpe_diag.domain.secret import Secret
from cpe_diag.store.bundle import bundle_files
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.erased_addresses import NOBODY_4, NOBODY_6
from cpe_diag.store.personal import erase
from cpe_diag.store.run_journal import StoredRunJournal
from cpe_diag.store.run_rows import NewRun, RunOutcome
from cpe_diag.store.runs import StoredRuns
from cpe_diag.testing.run_samples import sample_run
from cpe_diag.wiring.case_clock import result_of

if TYPE_CHECKING:
    from collections.abc import Mapping

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
NEIGHBOUR = "198.51.100.13"
"""Of the sample's neighbour at port 14."""
ANNA = NewRun(
    id="r-anna",
    playbook="no_internet",
    subscriber="sub-anna",
    ticket=None,
    wish={},
    router=f"{NEIGHBOUR}:22",
)


@pytest.fixture
def store(store_url: str) -> CaseStore:
    """Give an empty store of each kind."""
    return CaseStore.behind(Secret(store_url))


def ran(store: CaseStore, new: NewRun, files: Mapping[str, bytes]) -> None:
    """Let a run end, with a line in its journal that names the neighbour."""
    runs = StoredRuns(store)
    row = runs.begin(new, worker="w", at=AT, lease=timedelta(minutes=1))
    said = RunEntry(kind=RunEntryKind.ANSWERED, at=AT, step="ask", document={"choice": NEIGHBOUR})
    StoredRunJournal(store, row.id, row.attempt).append((said,), 0)
    ended = RunOutcome(state=RunState.FINISHED, destination="second_line", words="", files=files)
    runs.end(row.id, row.attempt, ended, at=AT)


@pytest.mark.parametrize("has_run", [True, False], ids=["from their run", "from the inventory"])
def test_the_router_of_whoever_is_erased_stands_in_no_run_of_a_neighbour(
    store: CaseStore, *, has_run: bool
) -> None:
    """And the run can still be read, with all else that was measured."""
    runs, files = StoredRuns(store), bundle_files(sample_run(), 1.0)
    ben = replace(ANNA, id="r-ben", subscriber="sub-ben", router="198.51.100.12:22")
    ran(store, ben, files)
    if has_run:
        ran(store, ANNA, {})
    assert any(NEIGHBOUR.encode() in content for content in runs.files("r-ben").values())
    with store.writing() as connection:
        erase(connection, "sub-anna", () if has_run else (NEIGHBOUR,))
    held = runs.files("r-ben")
    assert not any(NEIGHBOUR.encode() in content for content in held.values())
    assert NEIGHBOUR not in str(runs.entries("r-ben"))
    assert held["case.json"] == files["case.json"].replace(NEIGHBOUR.encode(), NOBODY_4.encode())
    result = result_of(runs, "r-ben")
    assert result is not None
    assert result.verdict == sample_run().verdict


def test_an_address_that_is_another_or_is_somebody_elses_now_stays(store: CaseStore) -> None:
    """Digits of a longer one, and the router of whoever has got it since."""
    runs, v6 = StoredRuns(store), "2001:db8:7::1"
    text = (
        f"{NEIGHBOUR}2 1{NEIGHBOUR} {NEIGHBOUR}.9 {v6}f {NEIGHBOUR}:22 [{v6}]:22 to {NEIGHBOUR}."
    )
    ran(store, replace(ANNA, id="r-ben", subscriber="sub-ben", router=None), {"a": text.encode()})
    ran(store, replace(ANNA, id="r-now", subscriber="sub-now"), {"a": text.encode()})
    with store.writing() as connection:
        erase(connection, "sub-anna", (NEIGHBOUR, v6))
    expected = (
        f"{NEIGHBOUR}2 1{NEIGHBOUR} {NEIGHBOUR}.9 {v6}f {NOBODY_4}:22 [{NOBODY_6}]:22"
        f" to {NOBODY_4}."
    )
    assert runs.files("r-ben")["a"].decode() == expected
    assert NEIGHBOUR in runs.files("r-now")["a"].decode()
