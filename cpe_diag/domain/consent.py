"""The customer's consent to one exact plan, and whether it covers what is about to be done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import ConsentError, ConsentRefusal

if TYPE_CHECKING:
    from collections.abc import Iterable


class IdentityCheck(StrEnum):
    """How it was made sure that the customer is the customer."""

    CALL_BACK = "call_back"
    """They were called back at the number on file."""
    ONE_TIME_CODE = "one_time_code"
    """They read back a code that was sent to the number or address on file."""
    CODE_WORD = "code_word"
    """They said the code word that was agreed on in the contract."""
    ONE_TIME_LINK = "one_time_link"
    """They opened a link that was sent to the number or address on file."""
    IN_PERSON = "in_person"
    """A technician saw an identity document at the door."""


class ConsentChannel(StrEnum):
    """How the consent reached us."""

    SPOKEN = "spoken"
    """Said to a member of staff, who recorded it."""
    CODE = "code"
    """A one-time code, which the operator's gateway had sent."""
    LINK = "link"
    """A one-time link, which the operator's gateway had sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A customer's yes to one plan, and to nothing else.

    `digest` is the plan's; `given_by` the person's name as they gave it; `recorded_by` the member
    of staff. Times are UTC; it counts before `expires_at`. `withdrawn_at` None: it stands.
    `used_by` is the change that it was used for; None: none yet.
    """

    id: str
    subscriber: str
    action: str
    digest: str
    given_by: str
    identity_check: IdentityCheck
    channel: ConsentChannel
    recorded_by: str
    ticket: str | None
    given_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None = None
    used_by: str | None = None


def covering(  # noqa: PLR0913 - what a plan is, and the moment
    consents: Iterable[Consent],
    *,
    subscriber: str,
    action: str,
    digest: str,
    at: datetime,
    change: str | None = None,
) -> Consent:
    """Find the consent that covers a plan.

    Args:
        consents: of this subscriber, and those to this digest whoever gave them; in any order.
        subscriber: whom the plan is about.
        action: what it does.
        digest: of the plan.
        at: the moment at which it is to be done, aware.
        change: the id of a change that may have used it before it died; None: it is a new one.

    Returns:
        The newest that covers it.

    Raises:
        ConsentError: none does; the reason is that of the consent that comes nearest.
    """
    newest_first = sorted(consents, key=lambda one: (one.given_at, one.id), reverse=True)
    nearest = ConsentRefusal.NONE
    for one in newest_first:
        unused = replace(one, used_by=None) if one.used_by == change else one
        refusal = _refusal(unused, subscriber=subscriber, action=action, digest=digest, at=at)
        if refusal is None:
            return one
        nearest = min(nearest, refusal, key=_NEARNESS.index)
    raise ConsentError(
        nearest, f"{subscriber}: {action} with the digest {digest}: {_WORDS[nearest]}"
    )


def check_use(consent: Consent, action_id: str) -> None:
    """Hold a consent to one change, after somebody has tried to use it for one.

    Raises:
        ConsentError: it is withdrawn, or used for another change.
    """
    reason = None
    if consent.withdrawn_at is not None:
        reason = ConsentRefusal.WITHDRAWN
    elif consent.used_by != action_id:
        reason = ConsentRefusal.USED
    if reason is not None:
        raise ConsentError(reason, f"{consent.subscriber}: {consent.action}: {_WORDS[reason]}")


def _refusal(
    one: Consent, *, subscriber: str, action: str, digest: str, at: datetime
) -> ConsentRefusal | None:
    """Say why a consent does not cover a plan; None where it does."""
    if one.digest == digest and one.subscriber != subscriber:
        return ConsentRefusal.OTHER_SUBSCRIBER
    if one.subscriber != subscriber or one.action != action:
        return ConsentRefusal.NONE
    if one.digest != digest:
        live = one.withdrawn_at is None and at < one.expires_at
        return ConsentRefusal.OTHER_DIGEST if live else ConsentRefusal.NONE
    if one.withdrawn_at is not None:
        return ConsentRefusal.WITHDRAWN
    if one.used_by is not None:
        return ConsentRefusal.USED
    return ConsentRefusal.EXPIRED if at >= one.expires_at else None


_NEARNESS = (
    ConsentRefusal.WITHDRAWN,
    ConsentRefusal.USED,
    ConsentRefusal.EXPIRED,
    ConsentRefusal.OTHER_SUBSCRIBER,
    ConsentRefusal.OTHER_DIGEST,
    ConsentRefusal.NONE,
)
"""The reasons, from the consent that comes nearest to the one that is farthest off."""

_WORDS = {
    ConsentRefusal.WITHDRAWN: "the customer has withdrawn the consent",
    ConsentRefusal.USED: (
        "the customer's consent was used for a change already; ask for another one where it is "
        "to be done again"
    ),
    ConsentRefusal.EXPIRED: "the customer's consent has expired",
    ConsentRefusal.OTHER_SUBSCRIBER: "another subscriber has consented to this plan",
    ConsentRefusal.OTHER_DIGEST: "the customer has consented to another plan",
    ConsentRefusal.NONE: "the customer has not consented",
}
