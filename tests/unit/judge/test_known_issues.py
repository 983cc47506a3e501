"""The same fault of the same model gets the same answer, whoever asks, and nobody else does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.known_issue import NOTHING_LEARNED, Fit, KnownIssue, MadeChange, RemedyRecord
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.router_facts import RouterSystem
from cpe_diag.judge.decide import decide
from cpe_diag.judge.known_issues import made_for, matching, model_fits
from cpe_diag.judge.remedy_rule import LEAST_SHARE, likely_share, retire_because
from cpe_diag.testing.access_homes import pon_home
from cpe_diag.testing.evidence_samples import changed, ethernet_home, unobserved
from cpe_diag.testing.known_samples import sample_known

if TYPE_CHECKING:
    from cpe_diag.domain.known_issue import KnownMatch
    from cpe_diag.judge.question import CaseFile

MODEL: Final = "Sample AX3"
AT: Final = datetime(2026, 3, 1, tzinfo=UTC)
HOME: Final = changed(
    ethernet_home(), "router_system", "router", model=MODEL, firmware="OpenWrt 24.10.1 r28597-04"
)
ISSUE: Final = sample_known().found[0].issue


def found(case: CaseFile, *issues: KnownIssue) -> tuple[KnownMatch, ...]:
    """Give what concerns a case."""
    return matching(case, decide(case, {}), issues, {})


def at_home(firmware: str | None) -> CaseFile:
    """Make a home whose router says this of its firmware."""
    said = Missing(why=FailureKind.UNSUPPORTED) if firmware is None else firmware
    return changed(HOME, "router_system", "router", firmware=said)


@pytest.mark.parametrize(
    ("firmware", "fit"),
    [
        ("OpenWrt 24.10.1 r28597-04", Fit.YES),
        ("OpenWrt 24.10.2 r28739-da", None),
        ("OpenWrt 23.05.5 r24106-10", None),
        ("OpenWrt 24.10-SNAPSHOT r29200-a1", Fit.PERHAPS),
        (None, Fit.PERHAPS),
    ],
)
def test_the_firmware_decides_and_what_cannot_be_compared_is_said_so(
    firmware: str | None, fit: Fit | None
) -> None:
    """To reset a router that has the mended firmware is 20 minutes for nothing."""
    matches = found(at_home(firmware), ISSUE)
    assert [one.fit for one in matches] == ([] if fit is None else [fit])


def test_another_model_is_left_in_peace() -> None:
    """`we cannot help` for the one, a needless reset for the other."""
    assert found(changed(HOME, "router_system", "router", model="Sample BX3"), ISSUE) == ()
    assert found(changed(HOME, "router_system", "router", model="A Sample AX3"), ISSUE) == ()


def test_a_router_that_cannot_be_asked_is_known_by_the_operators_records() -> None:
    """The fault may be that it answers nobody; just then the remedy is needed."""
    hung = unobserved(HOME, "router_system", "router", FailureKind.HUNG)
    assert found(hung, ISSUE) == ()
    router = hung.subscriber.router
    assert router is not None
    recorded = replace(router, model=MODEL)
    hung = replace(hung, subscriber=replace(hung.subscriber, router=recorded))
    (match,) = found(hung, ISSUE)
    assert match.fit is Fit.PERHAPS
    assert "firmware is not known" in match.because


def test_an_ont_has_known_issues_too() -> None:
    """It stands in the home, and the node tells its model and firmware."""
    home = changed(pon_home(), "ont_state", "ont", model="EG8145V5", firmware="V5R019C10S125")
    issue = replace(ISSUE, model="EG8145V*", firmware=">=V5R019C10,<V5R020C00", symptoms=())
    (match,) = found(home, issue)
    assert match.fit is Fit.YES
    assert match.because.startswith("the ONT is EG8145V5 with firmware V5R019C10S125")


def test_an_issue_speaks_only_where_its_symptom_is() -> None:
    """A known Wi-Fi fault is no answer to a broken line."""
    assert found(HOME, replace(ISSUE, symptoms=("wifi_trouble",))) == ()
    assert found(HOME, replace(ISSUE, symptoms=("wifi_trouble", HOME.symptom)))
    verdict = decide(HOME, {})
    assert matching(HOME, verdict, [replace(ISSUE, symptoms=(verdict.cause,))], {})
    assert found(HOME, replace(ISSUE, symptoms=()))


def test_the_surest_comes_first_and_a_retired_remedy_last() -> None:
    """The agent reads the first line and acts."""
    retired = replace(ISSUE, id="a-retired", retired_at=AT, retired_because="no longer helps")
    unsure = replace(ISSUE, id="b-unsure", firmware=">=V5R019C10")
    sure = replace(ISSUE, id="c-sure")
    order = [one.issue.id for one in found(HOME, retired, unsure, sure)]
    assert order == ["c-sure", "b-unsure", "a-retired"]


@given(st.permutations([replace(ISSUE, id=f"issue-{number}") for number in range(4)]))
def test_every_agent_gets_the_same_answer(issues: list[KnownIssue]) -> None:
    """In whatever order the database gives them."""
    assert [one.issue.id for one in found(HOME, *issues)] == [f"issue-{n}" for n in range(4)]


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_model_and_any_pattern_are_compared(model: str, pattern: str) -> None:
    """A device may call itself anything, and somebody writes the patterns."""
    model_fits(model, pattern)


def test_a_pattern_is_read_as_a_person_means_it() -> None:
    """Case and blanks around it do not count; dots and brackets stand for themselves."""
    assert model_fits("HG8245H5", "hg8245*")
    assert model_fits(" EG8145V5 ", "EG8145V?")
    assert not model_fits("RB4011iGS+", "RB4011iGS")
    assert model_fits("RB4011iGS+", "RB4011iGS+")


def change(action: str = "human.reset", **fields: str) -> MadeChange:
    """Make a change that has ended."""
    return MadeChange(
        action=action,
        model=fields.get("model", MODEL),
        firmware=fields.get("firmware", "OpenWrt 24.10.1 r28597-04"),
        wished=fields.get("wished", ""),
        symptom="The router hangs (router_hung)",
    )


def test_a_change_teaches_only_the_issue_whose_remedy_it_was() -> None:
    """Another action, model, firmware or fault says nothing of this remedy."""
    assert made_for(ISSUE, change())
    assert not made_for(ISSUE, change("router.reboot"))
    assert not made_for(ISSUE, change(model="Sample BX3"))
    assert not made_for(ISSUE, change(firmware="OpenWrt 24.10.2 r28739-da"))
    assert made_for(replace(ISSUE, symptoms=("router_hung",)), change())
    assert not made_for(replace(ISSUE, symptoms=("wifi_off",)), change())


def test_installing_another_version_teaches_nothing_of_this_one() -> None:
    """24.10.2 may mend what 24.10.1 does not."""
    remedy = replace(ISSUE.remedy, action="firmware.install", parameter="24.10.2")
    issue = replace(ISSUE, remedy=remedy)
    assert made_for(issue, change("firmware.install", wished="firmware 24.10.2"))
    assert not made_for(issue, change("firmware.install", wished="firmware 24.10.3"))


@pytest.mark.parametrize(
    ("proven", "failed", "retired"),
    [
        (0, 0, False),
        (0, 3, False),
        (0, 4, True),
        (1, 6, False),
        (1, 7, True),
        (9, 1, False),
        (5, 15, True),
        (6, 14, False),
        (10, 10, False),
    ],
)
def test_a_remedy_is_retired_when_it_surely_helps_fewer_than_every_second(
    proven: int, failed: int, *, retired: bool
) -> None:
    """Three failures in a row may be bad luck; four are not."""
    figures = RemedyRecord(proven=proven, failed=failed, rolled_back=0, unknown=7)
    assert bool(retire_because(figures)) is retired


@given(st.integers(0, 200), st.integers(0, 200))
def test_the_likely_share_holds_the_share_that_was_seen(proven: int, failed: int) -> None:
    """And a remedy that helped every second customer so far is never retired."""
    told = proven + failed
    least, most = likely_share(proven, told)
    assert 0.0 <= least <= most <= 1.0
    if told:
        assert least - 1e-9 <= proven / told <= most + 1e-9
    if proven >= failed:
        assert most >= LEAST_SHARE
        assert not retire_because(replace(NOTHING_LEARNED, proven=proven, failed=failed))


def test_wilsons_interval_is_the_published_one() -> None:
    """Brown, Cai and DasGupta 2001 and every table of it: 7 of 10 is 0.397 to 0.892."""
    least, most = likely_share(7, 10)
    assert (round(least, 3), round(most, 3)) == (0.397, 0.892)


def test_the_sample_says_its_firmware_as_openwrt_does() -> None:
    """Whoever changes the sample changes what is tried here."""
    system = HOME.evidence.value(RouterSystem, "router_system", "router")
    assert system is not None
    assert system.model == MODEL
