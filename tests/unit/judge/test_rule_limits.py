"""The thresholds that a rule is said to use are those that it does use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import pytest

from cpe_diag.judge.cause_page import cause_page
from cpe_diag.judge.causes import CAUSES
from cpe_diag.judge.rule import Facts
from cpe_diag.judge.rule_limits import limits_of
from cpe_diag.judge.rules import RULES
from cpe_diag.judge.thresholds import BY_ID, DEFAULTS
from cpe_diag.testing import access_homes as access
from cpe_diag.testing.device_samples import LAPTOP
from cpe_diag.testing.evidence_samples import about, dsl_home, ethernet_home

NOT_OF_RULES: Final = {"macs_of_one_home", "change_again_s", "outage_case_s"}
"""Thresholds of the guard of changes, and of cases that are told once."""


class Watched(Mapping[str, float]):
    """Limits that remember which of them were looked up."""

    def __init__(self) -> None:
        """Begin with none."""
        self.seen: set[str] = set()

    def __getitem__(self, name: str) -> float:
        """Look up, and remember."""
        self.seen.add(name)
        return DEFAULTS[name]

    def __iter__(self) -> Iterator[str]:
        """Go through all."""
        return iter(DEFAULTS)

    def __len__(self) -> int:
        """Count all."""
        return len(DEFAULTS)


HOMES: Final = (
    *(dsl_home, ethernet_home),
    *(access.pon_home, access.coax_home, access.switch_home),
)


@pytest.mark.parametrize("home", HOMES)
def test_a_rule_looks_up_no_threshold_that_is_not_told_of_it(home: object) -> None:
    """An engineer who tunes a threshold must know what it moves."""
    assert callable(home)
    case = about(home("slow_internet"), device_mac=LAPTOP)
    for rule in RULES:
        watched = Watched()
        rule.find(Facts(case=case, limits=watched))
        assert watched.seen <= set(limits_of(rule)), rule.id


def test_every_threshold_belongs_to_a_rule() -> None:
    """A threshold that nobody reads is a promise that nobody keeps."""
    assert {name for rule in RULES for name in limits_of(rule)} == set(BY_ID) - NOT_OF_RULES


@pytest.mark.parametrize("cause", [cause.id for cause in CAUSES])
def test_every_cause_can_be_told(cause: str) -> None:
    """Whoever doubts a verdict looks its cause up."""
    page = cause_page(cause, {})
    assert page is not None
    assert page.supports
    assert {name for one in page.supports for name in one.limits} <= {
        limit.id for limit in page.limits
    }


def test_an_override_stands_beside_the_shipped_value() -> None:
    """Nobody must take the operator's own number for ours."""
    page = cause_page("line_noise", {"line_margin_low_db": 4.0})
    assert page is not None
    told = {limit.id: (limit.value, limit.shipped) for limit in page.limits}
    assert told["line_margin_low_db"] == (4.0, 6.0)


def test_there_is_no_page_of_a_cause_that_does_not_exist() -> None:
    """A misspelt name is told as that."""
    assert cause_page("no_such", {}) is None
