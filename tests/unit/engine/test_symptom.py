"""Has a change helped? Two verdicts are compared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cpe_diag.domain.evidence import Evidence, FactKey, Measurement
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.port_facts import OperStatus, PortStatus
from cpe_diag.domain.setting_facts import CablePair, CableState, CableTest
from cpe_diag.domain.verdict import Candidate, FaultDomain, Verdict
from cpe_diag.engine.symptom import (
    binding_ended,
    cable_words,
    changed_since,
    cleared,
    port_is_shut,
)
from cpe_diag.testing.clock import FakeClock
from cpe_diag.testing.run_samples import sample_run

SAMPLE = sample_run().verdict
GAP = Missing(why=FailureKind.UNSUPPORTED)
STATUS = PortStatus(
    if_index=7,
    name="ge-7",
    alias="",
    admin_up=True,
    oper=OperStatus.UP,
    last_change_s=30.0,
)


def verdict(domain: FaultDomain, cause: str, *also: str) -> Verdict:
    """Make a verdict."""
    others = tuple(
        Candidate(cause=one, domain=domain, belief=0.5, supported_by=(), contradicted_by=())
        for one in also
    )
    return replace(SAMPLE, domain=domain, cause=cause, also=others)


FINE = verdict(FaultDomain.NONE, "no_fault")
VLAN = verdict(FaultDomain.NETWORK, "wrong_vlan")
CUT = verdict(FaultDomain.NETWORK, "line_cut")
BOTH = verdict(FaultDomain.NETWORK, "wrong_vlan", "line_noise")
NOISE = verdict(FaultDomain.NETWORK, "line_noise")
WIFI = verdict(FaultDomain.ROUTER, "wifi_off")
OPEN = verdict(FaultDomain.UNDETERMINED, "")
STALE = verdict(FaultDomain.NETWORK, "session_stale")
LOCKED = verdict(FaultDomain.NETWORK, "port_security_lock")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (STALE, FINE, True),
        (LOCKED, FINE, True),
        (STALE, STALE, None),
        (STALE, OPEN, None),
        (STALE, CUT, None),
        (VLAN, FINE, None),
        (FINE, FINE, None),
        (None, FINE, None),
    ],
)
def test_only_a_home_that_was_held_out_shows_that_a_binding_was_cleared(
    before: Verdict | None,
    after: Verdict,
    expected: bool | None,  # noqa: FBT001 - one of three answers
) -> None:
    """Where no object tells, nothing else may be taken for a proof."""
    assert binding_ended(before, after) is expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (VLAN, FINE, True),
        (VLAN, VLAN, False),
        (VLAN, BOTH, False),
        (VLAN, CUT, False),
        (VLAN, WIFI, True),
        (VLAN, OPEN, None),
        (BOTH, NOISE, True),
        (FINE, FINE, True),
        (FINE, CUT, False),
        (FINE, WIFI, True),
        (OPEN, FINE, True),
        (OPEN, CUT, False),
        (OPEN, WIFI, None),
        (None, FINE, True),
        (None, VLAN, False),
        (None, OPEN, None),
    ],
)
def test_the_symptom_is_gone_stands_or_cannot_be_told(
    before: Verdict | None, after: Verdict, *, expected: bool | None
) -> None:
    """A new fault of the network counts against the change."""
    assert cleared(before, after) is expected


def evidence(status: PortStatus) -> Evidence:
    """Make evidence of a port."""
    seen = Observed(value=status, source="test", at=FakeClock().now())
    key = FactKey("port_status", "port")
    return Evidence().with_measurements((Measurement(key=key, observation=seen),))


@pytest.mark.parametrize(("last_change_s", "expected"), [(30.0, True), (90.0, None), (GAP, None)])
def test_a_port_that_has_changed_since_shows_that_it_was_restarted(
    last_change_s: float | Missing, *, expected: bool | None
) -> None:
    """One that has not may have been down all the time."""
    status = replace(STATUS, last_change_s=last_change_s)
    assert changed_since(evidence(status), 60.0) is expected
    assert changed_since(Evidence(), 60.0) is None


def test_a_port_is_shut_when_it_is_off_and_carries_nothing() -> None:
    """Both, or it is not."""
    assert port_is_shut(Evidence()) is None
    assert port_is_shut(evidence(STATUS)) is False
    assert port_is_shut(evidence(replace(STATUS, admin_up=False))) is False
    off = replace(STATUS, admin_up=False, oper=OperStatus.DOWN)
    assert port_is_shut(evidence(off)) is True


def test_a_cable_test_is_told_pair_by_pair() -> None:
    """With the place of the fault where the node tells it."""
    pairs = (
        CablePair(pair=1, state=CableState.OK, distance_m=GAP),
        CablePair(pair=2, state=CableState.OPEN, distance_m=31.0),
    )
    assert cable_words(CableTest(pairs=pairs)) == "pair 1 ok, pair 2 open at 31 m"
    assert cable_words(CableTest(pairs=())) == "no pair was told"
