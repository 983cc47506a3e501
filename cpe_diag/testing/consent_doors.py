"""Fakes of the doors to the customer's consent and to the audit trail, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from cpe_diag.domain.audit import AuditEvent
from cpe_diag.domain.consent import Consent, ConsentChannel, IdentityCheck, check_use, covering
from cpe_diag.domain.failures import StoreError

LASTS: Final = timedelta(minutes=30)


@dataclass(slots=True, kw_only=True)
class FakeConsentDesk:
    """A desk that knows the consents which `give` has put there.

    `asked` counts the questions after a withdrawal; where `withdraws_after` is not None, the
    customer takes every consent back after that many. `broken`: the store cannot be read.
    """

    consents: list[Consent] = field(default_factory=list)
    withdraws_after: int | None = None
    broken: bool = False
    asked: int = 0

    def give(self, *, subscriber: str, action: str, digest: str, at: datetime) -> Consent:
        """Let the customer consent to a plan, for half an hour."""
        consent = Consent(
            id=f"consent-{len(self.consents) + 1}",
            subscriber=subscriber,
            action=action,
            digest=digest,
            given_by="A. Customer",
            identity_check=IdentityCheck.CALL_BACK,
            channel=ConsentChannel.SPOKEN,
            recorded_by="staff",
            ticket=None,
            given_at=at,
            expires_at=at + LASTS,
        )
        self.consents.append(consent)
        return consent

    def withdraw(self, at: datetime) -> None:
        """Let the customer take every consent back."""
        self.consents = [replace(one, withdrawn_at=at) for one in self.consents]

    def require(
        self,
        *,
        subscriber: str,
        action: str,
        digest: str,
        at: datetime,
        change: str | None = None,
    ) -> Consent:
        """Give the consent that covers a plan."""
        self._read()
        return covering(
            self.consents,
            subscriber=subscriber,
            action=action,
            digest=digest,
            at=at,
            change=change,
        )

    def use(self, consent_id: str, action_id: str) -> None:
        """Use a consent up for one change."""
        self._read()
        found = [one for one in self.consents if one.id == consent_id]
        if not found:
            raise StoreError(f"the store knows no consent {consent_id!r}")
        free = found[0].used_by is None and found[0].withdrawn_at is None
        used = replace(found[0], used_by=action_id) if free else found[0]
        self.consents = [used if one.id == consent_id else one for one in self.consents]
        check_use(used, action_id)

    def withdrawn(self, consent_id: str) -> bool:
        """Say whether a consent was taken back."""
        self._read()
        self.asked += 1
        found = [one for one in self.consents if one.id == consent_id]
        if not found:
            raise StoreError(f"the store knows no consent {consent_id!r}")
        if self.withdraws_after is not None and self.asked > self.withdraws_after:
            self.withdraw(found[0].given_at)
            return True
        return found[0].withdrawn_at is not None

    def _read(self) -> None:
        if self.broken:
            raise StoreError("the case store cannot be read")


@dataclass(slots=True, kw_only=True)
class FakeAudit:
    """A trail in memory; it is full after `room` events, where that is not None."""

    room: int | None = None
    events: list[AuditEvent] = field(default_factory=list)

    def note(self, *events: AuditEvent) -> None:
        """Append events, all of them or none."""
        if self.room is not None and len(self.events) + len(events) > self.room:
            raise StoreError("the case store cannot be written: No space left on device")
        self.events.extend(events)
