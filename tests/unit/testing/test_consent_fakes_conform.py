"""The fakes of the consent desk and of the audit trail do what the real ones do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cpe_diag.domain.audit import AuditEvent, AuditKind
from cpe_diag.domain.failures import StoreError
from cpe_diag.testing.conformance_consent import check_consent_desk
from cpe_diag.testing.consent_doors import FakeAudit, FakeConsentDesk

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_the_fake_desk_is_a_desk() -> None:
    """Tests of changes with it prove something about consent."""
    desk = FakeConsentDesk()
    given = desk.give(subscriber="sub-1", action="wifi.set_ssid", digest="ab" * 32, at=NOW)
    check_consent_desk(desk, given, other_subscriber="sub-2", withdraw=desk.withdraw)


def test_a_customer_takes_it_back_while_the_change_runs() -> None:
    """After so many safe points."""
    desk = FakeConsentDesk(withdraws_after=2)
    given = desk.give(subscriber="sub-1", action="wifi.set_ssid", digest="ab" * 32, at=NOW)
    assert [desk.withdrawn(given.id) for _ in range(3)] == [False, False, True]


def test_a_desk_that_is_broken_knows_nothing() -> None:
    """As a store on a full disk."""
    desk = FakeConsentDesk(broken=True)
    with pytest.raises(StoreError):
        desk.require(subscriber="sub-1", action="wifi.set_ssid", digest="ab" * 32, at=NOW)


def test_the_fake_trail_keeps_what_it_has_room_for() -> None:
    """And says so when it is full."""
    trail = FakeAudit(room=1)
    event = AuditEvent(kind=AuditKind.LOOK, at=NOW, staff="anna", words="looked")
    trail.note(event)
    with pytest.raises(StoreError):
        trail.note(event)
    assert trail.events == [event]
