"""Consents and approvals in the case store, each written together with its audit event."""

from __future__ import annotations

import secrets
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, insert, or_, select, update

from cpe_diag.domain.audit import AuditEvent, AuditKind
from cpe_diag.domain.consent import Consent, ConsentChannel, IdentityCheck, check_use, covering
from cpe_diag.domain.failures import StoreError
from cpe_diag.domain.roles import APPROVAL_LASTS, Approval
from cpe_diag.store.case_tables import APPROVALS, CONSENTS, moment_of, moment_text

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from cpe_diag.store.audit_trail import StoredAudit
    from cpe_diag.store.case_store import CaseStore
    from cpe_diag.store.steady import Steady

ID_BYTES: Final = 8


def new_id() -> str:
    """Give an id that nobody has."""
    return secrets.token_hex(ID_BYTES)


class StoredConsents:
    """ConsentDesk in the case store."""

    def __init__(self, store: CaseStore, audit: StoredAudit) -> None:
        """Keep consents in `store`, and tell `audit` of each."""
        self._store = store
        self._audit = audit

    def require(
        self,
        *,
        subscriber: str,
        action: str,
        digest: str,
        at: datetime,
        change: str | None = None,
    ) -> Consent:
        """Give the consent that covers a plan.

        It ends at the time of day that the customer was told, and also when it has lasted for as
        long as they were told: no clock that is set back makes it last longer.
        """
        steady = self._store.steady
        over = and_(CONSENTS.c.ends_by == steady.name, CONSENTS.c.ends_at <= steady.moment())
        wanted = select(CONSENTS, over.label("over")).where(
            or_(CONSENTS.c.subscriber == subscriber, CONSENTS.c.digest == digest)
        )
        with self._store.reading() as connection:
            rows = connection.execute(wanted).mappings().all()
        known = [
            replace(one, expires_at=min(one.expires_at, at)) if row["over"] else one
            for row in rows
            for one in (_consent(row),)
        ]
        return covering(
            known, subscriber=subscriber, action=action, digest=digest, at=at, change=change
        )

    def use(self, consent_id: str, action_id: str) -> None:
        """Use a consent up for one change; the audit trail tells of the change itself."""
        free = (
            update(CONSENTS)
            .where(
                CONSENTS.c.id == consent_id,
                CONSENTS.c.used_by.is_(None),
                CONSENTS.c.withdrawn_at.is_(None),
            )
            .values(used_by=action_id)
        )
        with self._store.writing() as connection:
            connection.execute(free)
            check_use(_one(connection, consent_id), action_id)

    def withdrawn(self, consent_id: str) -> bool:
        """Say whether a consent was taken back."""
        return self.consent(consent_id).withdrawn_at is not None

    def consent(self, consent_id: str) -> Consent:
        """Give one consent.

        Raises:
            StoreError: the store cannot be read, or knows no such consent.
        """
        with self._store.reading() as connection:
            return _one(connection, consent_id)

    def of_subscriber(self, subscriber: str) -> tuple[Consent, ...]:
        """Give the consents of a subscriber, the oldest first.

        Raises:
            StoreError: the store cannot be read.
        """
        wanted = (
            select(CONSENTS)
            .where(CONSENTS.c.subscriber == subscriber)
            .order_by(CONSENTS.c.given_at, CONSENTS.c.id)
        )
        with self._store.reading() as connection:
            return tuple(map(_consent, connection.execute(wanted).mappings().all()))

    def record(self, consent: Consent) -> None:
        """Keep a consent.

        Raises:
            StoreError: it cannot be written.
        """

        def work(connection: Connection) -> tuple[None, AuditEvent]:
            return None, kept(connection, consent, self._store.steady)

        self._audit.together(work)

    def withdraw(self, consent_id: str, *, staff: str, at: datetime) -> Consent:
        """Take a consent back, and with it every other one of this customer to the same plan.

        Args:
            consent_id: of the consent.
            staff: who was told of it.
            at: when, aware.

        Returns:
            The consent as it is now; one that was withdrawn already stays as it was.

        Raises:
            StoreError: the store cannot be written, or knows no such consent.
        """

        def work(connection: Connection) -> tuple[Consent, AuditEvent]:
            consent = _one(connection, consent_id)
            connection.execute(
                update(CONSENTS)
                .where(
                    CONSENTS.c.subscriber == consent.subscriber,
                    CONSENTS.c.digest == consent.digest,
                    CONSENTS.c.withdrawn_at.is_(None),
                )
                .values(withdrawn_at=moment_text(at))
            )
            event = replace(
                _event(AuditKind.CONSENT_WITHDRAWN, consent),
                at=at,
                staff=staff,
                words=f"consent {consent.id} was withdrawn",
            )
            return _one(connection, consent_id), event

        return self._audit.together(work)

    def approve(self, approval: Approval) -> None:
        """Keep a second person's approval of a plan.

        Raises:
            StoreError: it cannot be written.
        """

        def work(connection: Connection) -> tuple[None, AuditEvent]:
            steady = self._store.steady
            said = asdict(approval) | {
                "id": new_id(),
                "at": moment_text(approval.at),
                "ends_at": steady.moment(APPROVAL_LASTS),
                "ends_by": steady.name,
            }
            connection.execute(insert(APPROVALS).values(said))
            return None, AuditEvent(
                kind=AuditKind.APPROVAL,
                at=approval.at,
                staff=approval.staff,
                words="approved as the second person",
                digest=approval.digest,
            )

        self._audit.together(work)

    def approvals(self, digest: str, *, at: datetime) -> tuple[Approval, ...]:
        """Give the approvals of a plan that stand, the oldest first.

        Args:
            digest: of the plan.
            at: now, by the clock of this machine: it decides only what `Steady` leaves to it.

        Raises:
            StoreError: the store cannot be read.
        """
        by_day = or_(
            APPROVALS.c.at > moment_text(at), APPROVALS.c.at <= moment_text(at - APPROVAL_LASTS)
        )
        over = self._store.steady.has_ended(APPROVALS.c.ends_at, APPROVALS.c.ends_by, by_day)
        wanted = (
            select(APPROVALS)
            .where(APPROVALS.c.digest == digest, ~over)
            .order_by(APPROVALS.c.at, APPROVALS.c.id)
        )
        with self._store.reading() as connection:
            rows = connection.execute(wanted).mappings().all()
        return tuple(
            Approval(digest=row["digest"], staff=row["staff"], at=moment_of(row["at"]))
            for row in rows
        )


def kept(connection: Connection, consent: Consent, steady: Steady) -> AuditEvent:
    """Write a consent, and give the event that tells of it."""
    said = asdict(consent) | {
        "given_at": moment_text(consent.given_at),
        "expires_at": moment_text(consent.expires_at),
        "withdrawn_at": consent.withdrawn_at and moment_text(consent.withdrawn_at),
        "ends_at": steady.moment(consent.expires_at - consent.given_at),
        "ends_by": steady.name,
    }
    connection.execute(insert(CONSENTS).values(said))
    return _event(AuditKind.CONSENT_GIVEN, consent)


def _event(kind: AuditKind, consent: Consent) -> AuditEvent:
    return AuditEvent(
        kind=kind,
        at=consent.given_at,
        staff=consent.recorded_by,
        words=f"consent {consent.id} by {consent.given_by}, {consent.channel}, identity checked "
        f"by {consent.identity_check}, until {moment_text(consent.expires_at)}",
        subscriber=consent.subscriber,
        ticket=consent.ticket,
        action=consent.action,
        digest=consent.digest,
    )


def _one(connection: Connection, consent_id: str) -> Consent:
    row = (
        connection.execute(select(CONSENTS).where(CONSENTS.c.id == consent_id)).mappings().first()
    )
    if row is None:
        raise StoreError(f"the case store knows no consent {consent_id!r}")
    return _consent(row)


def _consent(row: Any) -> Consent:  # noqa: ANN401 - a row of CONSENTS by its names
    withdrawn_at = row["withdrawn_at"]
    return Consent(
        id=row["id"],
        subscriber=row["subscriber"],
        action=row["action"],
        digest=row["digest"],
        given_by=row["given_by"],
        identity_check=IdentityCheck(row["identity_check"]),
        channel=ConsentChannel(row["channel"]),
        recorded_by=row["recorded_by"],
        ticket=row["ticket"],
        given_at=moment_of(row["given_at"]),
        expires_at=moment_of(row["expires_at"]),
        withdrawn_at=None if withdrawn_at is None else moment_of(withdrawn_at),
        used_by=row["used_by"],
    )
