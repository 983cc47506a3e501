"""Known issues are kept, learned from once, and retired when their remedy stops working."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.action import ActionEnd
from cpe_diag.domain.failures import StoreError
from cpe_diag.domain.known_issue import NOTHING_LEARNED, KnownIssue, Remedy, RemedyRecord
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.known_issues import StoredKnownIssues

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def issue(name: str = "ont-nat-hang") -> KnownIssue:
    """Make an issue."""
    return KnownIssue(
        id=name,
        title="NAT hangs after a month of uptime",
        model="HG8245*",
        firmware=">=V5R019C00,<V5R019C10",
        symptoms=("no_internet", "router_hung"),
        remedy=Remedy(
            action="human.reset",
            parameter="20 to 30 s",
            words="Hold the reset button until all lights go out.",
            playbook="known_reset_20s",
        ),
        source="ticket 4711",
        added_by="anna",
        added_at=AT,
        retired_at=None,
        retired_because="",
    )


@pytest.fixture
def known(tmp_path: Path) -> StoredKnownIssues:
    """Give a store with one issue."""
    store = StoredKnownIssues(CaseStore.at(tmp_path / "case.db"))
    store.add(issue())
    return store


def learn(known: StoredKnownIssues, *ends: ActionEnd, first: int = 0) -> KnownIssue | None:
    """Tell how several changes ended, a day after each other."""
    found = None
    for day, end in enumerate(ends, start=first):
        found = known.learned(
            "ont-nat-hang", action_id=f"act-{day}", end=end, at=AT + timedelta(days=day)
        )
    return found


def test_what_was_kept_is_given_back(known: StoredKnownIssues) -> None:
    """Every word of it reaches the next agent."""
    assert known.every() == (issue(),)
    assert known.one("ont-nat-hang") == issue()
    assert known.records() == {"ont-nat-hang": NOTHING_LEARNED}


def test_an_id_stands_for_one_issue(known: StoredKnownIssues) -> None:
    """The second one would silently take the first one's successes."""
    with pytest.raises(StoreError, match="already"):
        known.add(replace(issue(), title="another"))
    with pytest.raises(StoreError, match="no known issue 'nothing'"):
        known.one("nothing")


def test_two_who_add_the_same_id_at_once_get_one_issue_and_one_refusal(tmp_path: Path) -> None:
    """Two agents hear of the same bulletin."""
    known = StoredKnownIssues(CaseStore.at(tmp_path / "case.db"))

    def add(_: int) -> bool:
        try:
            known.add(issue())
        except StoreError:
            return False
        return True

    with ThreadPoolExecutor(max_workers=4) as pool:
        assert sorted(pool.map(add, range(4))) == [False, False, False, True]


def test_a_change_counts_once_however_often_it_is_told(known: StoredKnownIssues) -> None:
    """`known learn` reads all journals every time."""
    learn(known, ActionEnd.PROVEN)
    assert learn(known, ActionEnd.PROVEN) is None
    assert known.records()["ont-nat-hang"].proven == 1


def test_a_remedy_that_helps_nobody_is_retired_with_its_figures(known: StoredKnownIssues) -> None:
    """It costs every customer 20 minutes, and the next agent must know why it is gone."""
    assert (learn(known, *[ActionEnd.FAILED] * 3) or issue()).retired_at is None
    retired = learn(known, ActionEnd.ROLLED_BACK, first=3)
    assert retired is not None
    assert retired.retired_at == AT + timedelta(days=3)
    assert retired.retired_because == (
        "it helped in 0 of the last 4 cases, so with 95 % certainty in fewer than 50%"
        " (at most 49%)"
    )


def test_what_nobody_could_tell_speaks_neither_for_nor_against(known: StoredKnownIssues) -> None:
    """A customer who hung up has not failed the remedy."""
    learn(known, *[ActionEnd.UNKNOWN] * 12)
    assert known.one("ont-nat-hang").retired_at is None
    assert known.records()["ont-nat-hang"] == replace(NOTHING_LEARNED, unknown=12)


def test_only_the_last_outcomes_count(known: StoredKnownIssues) -> None:
    """A firmware that broke the remedy shows within weeks, whatever years of success say."""
    learn(known, *[ActionEnd.PROVEN] * 40)
    learn(known, *[ActionEnd.FAILED] * 14, first=40)
    assert known.records()["ont-nat-hang"] == RemedyRecord(
        proven=6, failed=14, rolled_back=0, unknown=0
    )
    assert known.one("ont-nat-hang").retired_at is None
    learn(known, ActionEnd.FAILED, first=54)
    assert "5 of the last 20" in known.one("ont-nat-hang").retired_because


def test_a_person_may_retire_a_remedy_and_that_stays(known: StoredKnownIssues) -> None:
    """What a bulletin withdraws is not brought back by an old success."""
    known.retire("ont-nat-hang", "the vendor withdrew it", AT)
    learn(known, *[ActionEnd.FAILED] * 6)
    assert known.one("ont-nat-hang").retired_because == "the vendor withdrew it"
