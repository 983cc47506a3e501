"""What every consent desk and every audit trail must do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import ConsentError, ConsentRefusal, StoreError
from cpe_diag.testing.conformance import hold

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cpe_diag.domain.consent import Consent
    from cpe_diag.ports import ConsentDesk


def check_consent_desk(
    desk: ConsentDesk,
    given: Consent,
    *,
    other_subscriber: str,
    withdraw: Callable[[datetime], object],
) -> None:
    """A consent covers exactly its plan, until it expires or is withdrawn.

    Args:
        desk: which knows `given` and no other consent.
        given: which has not expired at `given.given_at`.
        other_subscriber: who has consented to nothing.
        withdraw: lets the customer take it back at a moment.
    """

    def refused(wanted: Consent, at: datetime, reason: ConsentRefusal) -> None:
        try:
            found = _require(desk, wanted, at)
        except ConsentError as error:
            hold(error.reason is reason, f"the reason {reason}, not {error.reason}")
            hold(wanted.subscriber in str(error), "whose consent is missing")
        else:
            raise AssertionError(f"a refusal ({reason}), not {found}")

    now = given.given_at
    hold(_require(desk, given, now) == given, "the consent that was given")
    hold(not desk.withdrawn(given.id), "a consent that stands")
    refused(replace(given, digest="00" * 32), now, ConsentRefusal.OTHER_DIGEST)
    refused(replace(given, subscriber=other_subscriber), now, ConsentRefusal.OTHER_SUBSCRIBER)
    refused(replace(given, action="another.action"), now, ConsentRefusal.NONE)
    refused(given, given.expires_at, ConsentRefusal.EXPIRED)
    for _again in range(2):
        desk.use(given.id, "first")
    refused(given, now, ConsentRefusal.USED)
    try:
        desk.use(given.id, "second")
    except ConsentError as error:
        hold(error.reason is ConsentRefusal.USED, f"the reason used, not {error.reason}")
    else:
        raise AssertionError("a refusal to use a consent for a second change")
    again = desk.require(
        subscriber=given.subscriber,
        action=given.action,
        digest=given.digest,
        at=now,
        change="first",
    )
    hold(again.id == given.id, "the consent for the very change that has used it")
    withdraw(now)
    hold(desk.withdrawn(given.id), "a consent that was taken back")
    refused(given, now, ConsentRefusal.WITHDRAWN)
    try:
        desk.withdrawn("nobody-knows-it")
    except StoreError:
        pass
    else:
        raise AssertionError("a StoreError for a consent that nobody knows")


def _require(desk: ConsentDesk, wanted: Consent, at: datetime) -> Consent:
    return desk.require(
        subscriber=wanted.subscriber, action=wanted.action, digest=wanted.digest, at=at
    )
