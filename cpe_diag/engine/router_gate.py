"""The gate before a router's change: no objection, and a consent to exactly this, not yet used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.failures import ActionError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cpe_diag.domain.consent import Consent
    from cpe_diag.domain.router_plan import RouterPlan
    from cpe_diag.ports import ConsentDesk


def covered(
    plan: RouterPlan,
    desk: ConsentDesk,
    at: datetime,
    *,
    used_by: Callable[[str], str | None],
) -> Consent:
    """Give the consent that covers a plan.

    Args:
        plan: what is to be done.
        desk: knows the consents.
        at: now.
        used_by: gives the id of the action that was done under a consent already, None: none.

    Returns:
        The consent.

    Raises:
        ConsentError: there is none to exactly this plan.
        StoreError: the store cannot be read.
        ActionError: the consent was used: the customer agreed to it once.
    """
    consent = desk.require(
        subscriber=plan.subscriber, action=plan.action, digest=plan.digest, at=at
    )
    used = used_by(consent.id)
    if used is not None:
        raise ActionError(
            f"the customer's consent {consent.id} was used for change {used} already; nothing "
            "was changed: ask for another consent where it is to be done again"
        )
    return consent
