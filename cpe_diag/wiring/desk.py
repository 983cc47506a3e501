"""The desk of whoever works here: rights, consents and the audit trail, put together.

SQLAlchemy takes a quarter of a second to import, so whoever needs a desk imports this late.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.audit import About, AuditEvent, AuditKind
from cpe_diag.domain.failures import RightsError, StoreError
from cpe_diag.domain.roles import (
    Permission,
    PermissionState,
    Rights,
    Staff,
    approval_of,
    approvers,
    permitted,
)
from cpe_diag.ports import Clock
from cpe_diag.store.audit_key import AuditKey, key_of
from cpe_diag.store.audit_key_source import KeptKey, KeyFile, KeySource
from cpe_diag.store.audit_trail import StoredAudit
from cpe_diag.store.case_store import CaseStore, default_path
from cpe_diag.store.consent_codes import ConsentCodes
from cpe_diag.store.consents import StoredConsents
from cpe_diag.transports.clock import SystemClock
from cpe_diag.wiring.credentials import credentials_of
from cpe_diag.wiring.keeping import shared
from cpe_diag.wiring.laptop_key import on_laptop, store_keys
from cpe_diag.wiring.rights import read_rights
from cpe_diag.wiring.staff import staff_of

if TYPE_CHECKING:
    from datetime import datetime

    from cpe_diag.wiring.config import Config

KEPT_OPEN: Final = 4
"""Connections to the store that a worker has: it writes for milliseconds, and is one of many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a member of staff works with. `unnoted` holds what the trail did not take any more."""

    staff: Staff
    rights: Rights
    may_approve: frozenset[str]
    audit: StoredAudit
    consents: StoredConsents
    codes: ConsentCodes
    clock: Clock
    unnoted: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        """Give the time of day in UTC."""
        return self.clock.now()

    def note(self, kind: AuditKind, words: str, about: About) -> None:
        """Append an event to the audit trail.

        Raises:
            StoreError: it cannot be written.
        """
        self.audit.note(
            AuditEvent(
                kind=kind,
                at=self.now(),
                staff=self.staff.name,
                words=words,
                subscriber=about.subscriber,
                ticket=about.ticket,
                action=about.action,
                digest=about.digest,
            )
        )

    def note_if_possible(self, kind: AuditKind, words: str, about: About) -> None:
        """Append an event that must not stop what has begun; a failure goes to `unnoted`."""
        try:
            self.note(kind, words, about)
        except StoreError as error:
            self.unnoted.append(f"{kind} was not noted: {error}")

    def look(self, action: str, words: str, about: About) -> None:
        """Let somebody look, which is noted before they do.

        Raises:
            RightsError: they may not; that is noted.
            StoreError: it cannot be noted.
        """
        self.permit(action, about)
        self.note(AuditKind.LOOK, words, about)

    def permit(self, action: str, about: About) -> Permission:
        """Let somebody do what their role may, alone or with a second person.

        Returns:
            ALLOWED or NEEDS_SECOND_PERSON.

        Raises:
            RightsError: they may not; that is noted.
            StoreError: it cannot be noted.
        """
        permission = permitted(self.rights, self.staff.role, action)
        if permission.state is PermissionState.REFUSED:
            self.refuse(f"{self.staff.name}: {permission.words}", about)
        return permission

    def permit_plan(self, action: str, about: About) -> None:
        """Let somebody do a plan, which a second person has approved where that is needed.

        Args:
            action: what the plan does.
            about: with the digest of the plan.

        Raises:
            RightsError: they may not, or nobody has approved it; that is noted.
            StoreError: the store cannot be used.
        """
        permission = self.permit(action, about)
        if permission.state is PermissionState.ALLOWED:
            return
        digest = about.digest or ""  # which nobody can approve
        approval = approval_of(
            self.consents.approvals(digest, at=self.now()),
            self.may_approve,
            digest=digest,
            staff=self.staff,
        )
        if approval is None:
            who = ", ".join(sorted(self.may_approve - self.staff.names)) or "nobody so far"
            self.refuse(
                f"{permission.words}: let one of them ({who}) look at the plan, and then run "
                f"`cpe-diag consent approve {digest}`",
                about,
            )

    def refuse(self, words: str, about: About) -> None:
        """Note a refusal for want of rights, and raise it.

        Raises:
            RightsError: always.
            StoreError: it cannot be noted.
        """
        self.note(AuditKind.REFUSAL, words, about)
        raise RightsError(f"refused: {words}")


def open_desk(
    config: Config, store: CaseStore | None = None, *, staff: Staff | None = None
) -> Desk:
    """Open the desk; the store is opened when it is first used.

    Args:
        config: the configuration.
        store: what it works on; None: a store of its own.
        staff: who is signed in; None: whoever this process works for.

    Returns:
        The desk.

    Raises:
        DefinitionError: the file of rights is wrong, or nobody knows who works here.
        RightsError: whoever is named does not work with this account.
        MeasurementError: the reference to the store's URL cannot be resolved.
        StoreError: the store's URL is none.
    """
    rights = read_rights(config.rights)
    store, keys = store or case_store(config), _keys(config)
    audit = StoredAudit(store, keys)
    return Desk(
        staff=staff or staff_of(config),
        rights=rights,
        may_approve=approvers(
            rights, {name: member.role for name, member in config.staff.members.items()}
        ),
        audit=audit,
        consents=StoredConsents(store, audit),
        codes=ConsentCodes(store, audit),
        clock=SystemClock(),
    )


def case_store(config: Config) -> CaseStore:
    """Give the case store; it is opened when it is first used.

    Args:
        config: the configuration.

    Returns:
        The store; the same one, with connections that stay open, where it keeps what runs share.

    Raises:
        MeasurementError: the reference to the store's URL cannot be resolved.
        StoreError: the store's URL is none.
    """

    def opened() -> CaseStore:
        wanted = config.store
        if wanted.url is None:
            keys = store_keys if on_laptop(config) else None
            store = CaseStore.at(wanted.path or default_path(), keys=keys)
        else:
            store = CaseStore.behind(credentials_of(config).resolve(wanted.url))
        if config.kept is not None:
            store.keep_open(KEPT_OPEN)
            config.kept.at_end(store.close)
        return store

    return shared(config, "case store", opened)


def _keys(config: Config) -> KeySource:
    wanted = config.store
    path = wanted.path or default_path()
    if wanted.audit_key is None:
        return KeyFile(path.with_name(f"{path.name}.audit-key"))
    reference = wanted.audit_key

    def key() -> AuditKey:
        return key_of(credentials_of(config).resolve(reference))

    return KeptKey(key)
