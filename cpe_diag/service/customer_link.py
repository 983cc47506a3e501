"""The customer types a new Wi-Fi password themselves, on a link that counts once.

Nobody of the staff sees it: it is sealed before it is kept, and taken out of the store when the
change begins. Whoever has the link learns nothing about whose it is.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.audit import AuditEvent, AuditKind
from cpe_diag.domain.wifi_rules import LONGEST_PASSWORD, SHORTEST_PASSWORD, password_fault
from cpe_diag.engine.router_orders import can_be_written

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cpe_diag.domain.router_plan import RouterPlan
    from cpe_diag.domain.secret import Secret
    from cpe_diag.service.repair_desk import RepairDesk

CUSTOMER: Final = "the customer"
"""In the audit trail, in the place of a member of staff."""


class Typed(StrEnum):
    """What came of a password that was typed."""

    KEPT = "kept"
    NO_LINK = "no_link"
    """The link is none: it was used, it has expired, or it was never made."""
    TWO = "two"
    """The two are not the same."""
    LENGTH = "length"
    LETTERS = "letters"
    """It holds a character outside of printable ASCII."""
    NOT_HERE = "not_here"
    """This router takes no such password, though the standard allows it."""


def type_password(  # noqa: PLR0913 - what the form holds, and who asks
    desk: RepairDesk,
    note: Callable[[AuditEvent], None],
    token: str,
    typed: Secret,
    *,
    again: Secret,
    at: datetime,
) -> Typed:
    """Take what a customer has typed.

    Args:
        desk: with the repairs.
        note: appends to the audit trail.
        token: of the link.
        typed: the password.
        again: the same once more.
        at: now, in UTC.

    Returns:
        KEPT: the link is closed; anything else: it is as it was.

    Raises:
        StoreError: the store cannot be used.
        MeasurementError: the key of the store cannot be had.
    """
    repair = desk.repairs.of_link(token, at)
    if repair is None:
        return Typed.NO_LINK
    fault = _fault(repair.plan, typed.reveal(), again.reveal())
    if fault is not None:
        return fault
    if not desk.repairs.type_password(token, desk.seal(typed), at):
        return Typed.NO_LINK
    note(
        AuditEvent(
            kind=AuditKind.LINK,
            at=at,
            staff=CUSTOMER,
            words="a new password was typed on the link",
            subscriber=repair.subscriber,
            ticket=repair.ticket,
            action=repair.action,
            digest=repair.plan.digest,
        )
    )
    return Typed.KEPT


def _fault(plan: RouterPlan, typed: str, again: str) -> Typed | None:
    if typed != again:
        return Typed.TWO
    if not SHORTEST_PASSWORD <= len(typed) <= LONGEST_PASSWORD:
        return Typed.LENGTH
    if any(not " " <= one <= "~" for one in typed):
        return Typed.LETTERS
    slots = {"id": "0", "boot_id": "0", "password": typed}
    if any(password_fault(typed, one) for one in plan.encryptions):
        return Typed.NOT_HERE
    return None if can_be_written(plan, slots) else Typed.NOT_HERE
