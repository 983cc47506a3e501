"""One-time codes and links: only salted hashes of them are kept, tries and time are limited.

A code has a million values, so its hash is scrypt, which makes trying them all last longer than
the code lives. A try is taken off and on the disk before the code is compared, so that a process
that is killed gives nobody a further one. A code lasts by the store's clock; its text tells the
customer until what time of day that is.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, insert, select, update

from cpe_diag.domain.audit import AuditEvent, AuditKind
from cpe_diag.domain.consent import Consent, ConsentChannel, IdentityCheck
from cpe_diag.domain.failures import ConsentError, ConsentRefusal
from cpe_diag.domain.secret import Secret
from cpe_diag.store.case_tables import CONSENT_CODES, moment_text
from cpe_diag.store.consents import kept, new_id

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from cpe_diag.store.audit_trail import StoredAudit
    from cpe_diag.store.case_store import CaseStore

CODE_DIGITS: Final = 6
CODE_LASTS: Final = timedelta(minutes=10)
LINK_LASTS: Final = timedelta(hours=1)
TOKEN_BYTES: Final = 32
MOST_TRIES: Final = 5
MOST_CODES: Final = 5
"""To one subscriber within WINDOW: with 5 tries each, one guess in 40,000 succeeds."""
WINDOW: Final = timedelta(hours=1)

SALT_BYTES: Final = 16
# OWASP, Password Storage Cheat Sheet: scrypt with at least N = 2^17, r = 8, p = 1 (128 MiB).
_COST: Final = {"n": 2**17, "r": 8, "p": 1}
_MEMORY: Final = 2**28


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What the customer is asked to consent to, and by whom."""

    subscriber: str
    action: str
    digest: str
    staff: str
    ticket: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SentCode:
    """A code or a link's token, to be sent and forgotten."""

    id: str
    content: Secret
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the customer said, with the code that they read back or the token of their link."""

    content: Secret
    given_by: str
    staff: str
    at: datetime
    lasts: timedelta


class ConsentCodes:
    """Codes and links in the case store."""

    def __init__(self, store: CaseStore, audit: StoredAudit) -> None:
        """Keep them in `store`, and tell `audit` of each."""
        self._store = store
        self._audit = audit

    def make(self, ask: Ask, channel: ConsentChannel) -> SentCode:
        """Make a code or a link; it takes the place of the one before.

        Args:
            ask: for what.
            channel: CODE or LINK.

        Returns:
            What is to be sent; nobody can find it out later.

        Raises:
            ConsentError: this subscriber was asked too often.
            StoreError: it cannot be written.
        """
        code_id = new_id()
        content = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
        lasts = CODE_LASTS
        if channel is ConsentChannel.LINK:
            content, lasts = f"{code_id}.{secrets.token_urlsafe(TOKEN_BYTES)}", LINK_LASTS
        salt = secrets.token_hex(SALT_BYTES)
        row = {
            "id": code_id,
            "channel": channel.value,
            "subscriber": ask.subscriber,
            "action": ask.action,
            "digest": ask.digest,
            "ticket": ask.ticket,
            "salt": salt,
            "hash": _hash(content, salt),
            "asked_at": moment_text(ask.at),
            "expires_at": moment_text(ask.at + lasts),
            "tries_left": MOST_TRIES,
            "ends_at": self._store.steady.moment(lasts),
            "ends_by": self._store.steady.name,
        }

        def work(connection: Connection) -> tuple[bool, AuditEvent]:
            since = moment_text(ask.at - WINDOW)
            asked = connection.execute(
                select(func.count())
                .select_from(CONSENT_CODES)
                .where(
                    CONSENT_CODES.c.subscriber == ask.subscriber, CONSENT_CODES.c.asked_at > since
                )
            ).scalar_one()
            if asked >= MOST_CODES:
                words = f"asked {asked} times within {_minutes(WINDOW)}: no further {channel}"
                return False, _event(AuditKind.REFUSAL, ask, words)
            connection.execute(insert(CONSENT_CODES).values(row))
            words = f"a {channel} is being sent, valid for {_minutes(lasts)}"
            return True, _event(AuditKind.CONSENT_ASKED, ask, words)

        if not self._audit.together(work):
            raise ConsentError(
                ConsentRefusal.NONE,
                f"{ask.subscriber} was asked {MOST_CODES} times within {_minutes(WINDOW)}; "
                "wait, or check the identity in another way",
            )
        return SentCode(id=code_id, content=Secret(content), expires_at=ask.at + lasts)

    def void(self, code: SentCode, ask: Ask, words: str) -> None:
        """Take back a code that was certainly not sent.

        Raises:
            StoreError: it cannot be written.
        """

        def work(connection: Connection) -> tuple[None, AuditEvent]:
            _set(connection, code.id, tries_left=0)
            return None, _event(AuditKind.REFUSAL, ask, words)

        self._audit.together(work)

    def accept(self, ask: Ask, answer: Answer) -> Consent:
        """Record the consent of whoever reads the code back.

        Args:
            ask: the plan that it must have been sent for.
            answer: the code, and who says it.

        Returns:
            The consent.

        Raises:
            ConsentError: no code was sent for this plan, it has expired or was used, there is no
                try left, or it is another one. The refusal is in the audit trail.
            StoreError: it cannot be written.
        """
        with self._store.reading() as connection:
            wanted = (
                select(CONSENT_CODES.c.id)
                .where(
                    CONSENT_CODES.c.channel == ConsentChannel.CODE,
                    CONSENT_CODES.c.subscriber == ask.subscriber,
                    CONSENT_CODES.c.action == ask.action,
                    CONSENT_CODES.c.digest == ask.digest,
                )
                .order_by(CONSENT_CODES.c.asked_at.desc(), CONSENT_CODES.c.id)
                .limit(1)
            )
            code_id = connection.execute(wanted).scalar()
        return self._accept(code_id, answer, ask)

    def accept_token(self, answer: Answer) -> Consent:
        """Record the consent of whoever opened a link.

        Raises:
            ConsentError: as for `accept`.
            StoreError: it cannot be written.
        """
        return self._accept(answer.content.reveal().partition(".")[0], answer, None)

    def _accept(self, code_id: str | None, answer: Answer, ask: Ask | None) -> Consent:
        row = self._try_taken(code_id, answer, ask)
        said = Ask(
            subscriber=row["subscriber"],
            action=row["action"],
            digest=row["digest"],
            staff=answer.staff,
            ticket=row["ticket"],
            at=answer.at,
        )
        right = hmac.compare_digest(_hash(answer.content.reveal(), row["salt"]), row["hash"])
        channel = ConsentChannel(row["channel"])
        code = channel is ConsentChannel.CODE
        consent = Consent(
            id=new_id(),
            subscriber=said.subscriber,
            action=said.action,
            digest=said.digest,
            given_by=answer.given_by,
            identity_check=IdentityCheck.ONE_TIME_CODE if code else IdentityCheck.ONE_TIME_LINK,
            channel=channel,
            recorded_by=answer.staff,
            ticket=said.ticket,
            given_at=answer.at,
            expires_at=answer.at + answer.lasts,
        )

        def work(connection: Connection) -> tuple[str, AuditEvent]:
            if not right:
                words = f"a wrong {channel}; {row['tries_left']} tries left"
                return words, _event(AuditKind.REFUSAL, said, words)
            if not _set(connection, row["id"], used_at=moment_text(answer.at)):
                words = f"the {channel} was used already"
                return words, _event(AuditKind.REFUSAL, said, words)
            return "", kept(connection, consent, self._store.steady)

        refused = self._audit.together(work)
        if refused:
            raise ConsentError(ConsentRefusal.NONE, f"{said.subscriber}: {refused}")
        return consent

    def _try_taken(self, code_id: str | None, answer: Answer, ask: Ask | None) -> Any:  # noqa: ANN401 - a row of CONSENT_CODES
        """Take one try off, and give the code as it is then."""
        refused, row = "", None
        with self._store.writing() as connection:
            over = self._store.steady.has_ended(
                CONSENT_CODES.c.ends_at,
                CONSENT_CODES.c.ends_by,
                CONSENT_CODES.c.expires_at <= moment_text(answer.at),
            ).label("over")
            wanted = select(CONSENT_CODES, over).where(CONSENT_CODES.c.id == code_id)
            wanted = wanted.with_for_update()
            found = connection.execute(wanted).mappings().first()
            if found is None:
                refused = "nothing was sent for this plan that could be read back"
            elif found["used_at"] is not None:
                refused = f"the {found['channel']} was used already"
            elif found["over"]:
                refused = f"the {found['channel']} has expired"
            elif found["tries_left"] <= 0:
                refused = f"the {found['channel']} was tried too often; ask for a new one"
            else:
                row = dict(found) | {"tries_left": found["tries_left"] - 1}
                _set(connection, found["id"], tries_left=row["tries_left"])
        if row is not None:
            return row
        about = ask or Ask(
            subscriber="" if found is None else found["subscriber"],
            action="" if found is None else found["action"],
            digest="" if found is None else found["digest"],
            staff=answer.staff,
            ticket=None,
            at=answer.at,
        )
        self._audit.note(_event(AuditKind.REFUSAL, about, refused))
        raise ConsentError(ConsentRefusal.NONE, f"{about.subscriber} {refused}".strip())


def _set(connection: Connection, code_id: str, **values: object) -> bool:
    """Change a code that was not used; say whether there was such a one."""
    done = connection.execute(
        update(CONSENT_CODES)
        .where(CONSENT_CODES.c.id == code_id, CONSENT_CODES.c.used_at.is_(None))
        .values(values)
    )
    return done.rowcount == 1


def _event(kind: AuditKind, ask: Ask, words: str) -> AuditEvent:
    return AuditEvent(
        kind=kind,
        at=ask.at,
        staff=ask.staff,
        words=words,
        subscriber=ask.subscriber or None,
        ticket=ask.ticket,
        action=ask.action or None,
        digest=ask.digest or None,
    )


def _hash(content: str, salt: str) -> str:
    return hashlib.scrypt(
        content.strip().encode(), salt=bytes.fromhex(salt), maxmem=_MEMORY, dklen=32, **_COST
    ).hex()


def _minutes(lasts: timedelta) -> str:
    return f"{lasts.total_seconds() / 60:.0f} minutes"
