"""What fails behind a site's first page accuses the site, where nothing else explains it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.path_facts import HttpCheck, HttpOutcome
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.judge.decide import decide, find
from cpe_diag.testing import faults_at_sites as sites
from cpe_diag.testing.evidence_samples import changed, ethernet_home, unobserved, with_value

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

HOME: Final = ethernet_home("site_not_opening")
FAILS: Final = sites.also(HOME, status=500)
SLOW_HERE: Final = sites.also(HOME, bps=640_000.0)


def _elsewhere(case: CaseFile, **fields: Any) -> CaseFile:  # noqa: ANN401 - of a page
    page = case.evidence.value(HttpCheck, "http", "operator>platform/also/1")
    assert page is not None
    return with_value(case, "http", "elsewhere>platform/also/1", replace(page, **fields))


SLOW: Final = _elsewhere(SLOW_HERE)


def _answer(case: CaseFile, rule: str) -> bool | None:
    return next(one.answer for one in find(case) if one.id == rule)


@pytest.mark.parametrize(
    ("case", "cause"), [(FAILS, "platform_login_down"), (SLOW, "platform_media_slow")]
)
def test_what_fails_behind_the_first_page_is_the_sites(case: CaseFile, cause: str) -> None:
    """The first page comes, and the reference does."""
    verdict = decide(case, {})
    assert (verdict.domain, verdict.cause) == (FaultDomain.PLATFORM, cause)


@pytest.mark.parametrize("status", [401, 403, 405, 302])
def test_a_machine_that_answers_that_something_may_not_be_works(status: int) -> None:
    """A sign-in says so to whoever has shown nothing."""
    assert _answer(sites.also(HOME, status=status), "platform_also_fails") is False


def test_what_comes_elsewhere_is_no_fault_of_the_site() -> None:
    """It may be our way to it, or that it lets our addresses in no more."""
    well = _elsewhere(FAILS, outcome=HttpOutcome.OK, status=200)
    assert _answer(well, "platform_also_fails") is None
    assert _answer(_elsewhere(FAILS), "platform_also_fails") is True
    quick = _elsewhere(SLOW, outcome=HttpOutcome.OK, took_s=0.5, received_bytes=2_000_000)
    assert _answer(quick, "platform_also_slow") is None
    assert _answer(_elsewhere(SLOW), "platform_also_slow") is True


@pytest.mark.parametrize("rule", ["platform_also_fails", "platform_also_slow"])
def test_without_its_first_page_or_the_reference_nothing_is_said_of_what_is_behind(
    rule: str,
) -> None:
    """Then all of it fails, or we do."""
    case = FAILS if rule == "platform_also_fails" else SLOW
    for subject in ("operator>platform", "operator>reference"):
        dead = {"outcome": HttpOutcome.CONNECT_TIMEOUT, "status": None}
        assert _answer(changed(case, "http", subject, **dead), rule) is None


def test_a_small_page_that_is_late_once_is_no_slow_site() -> None:
    """What takes two seconds is asked again; what films need is another matter."""
    late = changed(
        sites.also(HOME), "http", "operator>platform/also/1", took_s=2.5, received_bytes=40_000
    )
    assert _answer(late, "platform_also_slow") is False


@pytest.mark.parametrize(
    "outcome",
    [HttpOutcome.CONNECT_TIMEOUT, HttpOutcome.NAME_FAILED, HttpOutcome.UNREACHABLE],
)
def test_silence_that_nobody_elsewhere_has_met_accuses_no_site(outcome: HttpOutcome) -> None:
    """It may be our name server, or our way to another network."""
    silent = {"outcome": outcome, "status": None}
    case = changed(FAILS, "http", "operator>platform/also/1", **silent)
    assert _answer(case, "platform_also_fails") is None
    assert _answer(_elsewhere(case), "platform_also_fails") is True


def test_slowness_that_nobody_elsewhere_has_met_accuses_no_site() -> None:
    """Our way to where its films come from may be full."""
    assert _answer(SLOW_HERE, "platform_also_slow") is None


def test_what_could_not_be_asked_for_is_not_called_well() -> None:
    """The others are, and tell nothing of it."""
    case = unobserved(sites.also(HOME), "http", "operator>platform/also/2", FailureKind.DEPENDENCY)
    assert _answer(sites.also(HOME), "platform_also_fails") is False
    assert _answer(case, "platform_also_fails") is None
