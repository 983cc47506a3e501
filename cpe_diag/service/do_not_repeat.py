"""Which tests of a case are still valid, so that nobody drives out to measure them again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.path_facts import OwnChange
from cpe_diag.report.fact_text import fact_text
from cpe_diag.service.tmf653 import VALID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.domain.evidence import Evidence

_NO_TEST: Final = frozenset({"answer", "own_change", "firmware_issue"})
"""Kinds of facts that nobody has measured: what was said, done, or known before."""

_NOT_DONE: Final = "not_done"


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidTest:
    """One test that need not be done again before `until`; `words` say what it brought."""

    key: FactKey
    words: str
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DoNotRepeat:
    """What holds still, and which tests are to be done again, by the oldest first.

    `again` are those that are too old, or were made before something was changed.
    """

    valid: tuple[ValidTest, ...]
    again: tuple[FactKey, ...]


def do_not_repeat(seen: Sequence[Evidence], now: datetime) -> DoNotRepeat:
    """Sort the tests of a case.

    Args:
        seen: the evidence of its runs, the oldest run first; of the same test the newest counts.
        now: in UTC.

    Returns:
        What was observed within two hours and after the last change; what is not known is in
        neither list, because there is nothing to repeat.
    """
    changed_at = last_change(seen)
    tests: dict[FactKey, ValidTest] = {}
    for key, observation in chain.from_iterable(seen):
        if not isinstance(observation, Observed) or key.kind in _NO_TEST:
            continue
        before = tests.get(key)
        if before is None or observation.at >= before.at:
            tests[key] = ValidTest(
                key=key,
                words=fact_text(observation.value),
                at=observation.at,
                until=observation.at + VALID,
            )
    ordered = sorted(tests.values(), key=lambda test: (test.at, test.key))
    holds = {
        test.key: now < test.until and (changed_at is None or test.at > changed_at)
        for test in ordered
    }
    return DoNotRepeat(
        valid=tuple(test for test in ordered if holds[test.key]),
        again=tuple(test.key for test in ordered if not holds[test.key]),
    )


def lines(tests: DoNotRepeat) -> tuple[str, ...]:
    """Say it in a technician's case.

    Args:
        tests: as sorted.

    Returns:
        Lines with the time until which each result holds; empty where nothing was measured.
    """
    told: list[str] = []
    if tests.valid:
        told.append("Do not repeat (still valid):")
        told += [f"- until {one.until:%H:%M} UTC: {one.key}: {one.words}" for one in tests.valid]
    if tests.again:
        told.append("Measure again (too old, or before a change): ")
        told += [f"- {key}" for key in tests.again]
    return tuple(line.rstrip() for line in told)


def in_short(tests: DoNotRepeat) -> tuple[str, ...]:
    """Say the same where what each test has brought stands beside it.

    Args:
        tests: as sorted.

    Returns:
        A line for each minute until which results hold, and one for what is to be done again.
    """
    until: dict[str, list[str]] = {}
    for one in tests.valid:
        until.setdefault(f"{one.until:%H:%M}", []).append(str(one.key))
    told = [f"Do not repeat until {time} UTC: {', '.join(keys)}" for time, keys in until.items()]
    if tests.again:
        keys = ", ".join(map(str, tests.again))
        told.append(f"Measure again (too old, or before a change): {keys}")
    return tuple(told)


def last_change(seen: Sequence[Evidence]) -> datetime | None:
    """Give when something was last changed, or may have been; None: never."""
    return max(
        (
            observation.at
            for _, observation in chain.from_iterable(seen)
            if isinstance(observation, Observed)
            and isinstance(observation.value, OwnChange)
            and observation.value.ended != _NOT_DONE
        ),
        default=None,
    )
