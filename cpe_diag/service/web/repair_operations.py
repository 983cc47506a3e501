"""The operations of repairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.service.web import repair_views, repairs
from cpe_diag.service.web.operation import LOOK, ORDER, Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORD: Final = "consent.record"
WITHDRAW: Final = "consent.withdraw"
APPROVE: Final = "plan.approve"


def repair_operations() -> Iterator[Operation]:
    """Give the operations of repairs."""
    tag = "cpe-diag"
    yield Operation(
        id="listRepairs",
        method="GET",
        path="/api/cases/{id}/repairs",
        tag=tag,
        summary="The repairs of a case, the newest first",
        handler=repairs.listed,
        right=LOOK,
        gives={"type": "array", "items": repair_views.REPAIR},
    )
    yield Operation(
        id="planRepair",
        method="POST",
        path="/api/cases/{id}/repairs",
        tag=tag,
        summary="Look at the router of a case and plan a change; nothing is changed",
        handler=repairs.plan,
        right=ORDER,
        status=201,
        body=repairs.WISH,
        gives=repair_views.REPAIR,
        refuses=(403, 422),
    )
    yield Operation(
        id="getRepair",
        method="GET",
        path="/api/repairs/{id}",
        tag=tag,
        summary="A repair: its plan, who has agreed, how it goes",
        handler=repairs.one,
        right=LOOK,
        gives=repair_views.REPAIR,
        refuses=(409,),
    )
    yield Operation(
        id="recordConsent",
        method="POST",
        path="/api/repairs/{id}/consent",
        tag=tag,
        summary="Record that the customer has agreed to exactly this plan",
        handler=repairs.consent,
        right=RECORD,
        status=201,
        body=repairs.CONSENT,
        gives=repair_views.REPAIR,
        refuses=(409,),
    )
    yield Operation(
        id="withdrawConsent",
        method="POST",
        path="/api/repairs/{id}/withdrawal",
        tag=tag,
        summary="Take the customer's consent back; what goes on stops at its next safe point",
        handler=repairs.withdraw,
        right=WITHDRAW,
        gives=repair_views.REPAIR,
        refuses=(409,),
    )
    yield Operation(
        id="approveRepair",
        method="POST",
        path="/api/repairs/{id}/approval",
        tag=tag,
        summary="Approve a plan as the second person, for this shift",
        handler=repairs.approve,
        right=APPROVE,
        status=201,
        gives=repair_views.REPAIR,
        refuses=(403, 409),
    )
    yield Operation(
        id="makePasswordLink",
        method="POST",
        path="/api/repairs/{id}/link",
        tag=tag,
        summary="Make the link on which the customer types a new password; an earlier one ends",
        handler=repairs.link,
        right=RECORD,
        status=201,
        gives=repairs.LINK,
        refuses=(409, 422),
    )
    yield Operation(
        id="sendPasswordLink",
        method="POST",
        path="/api/repairs/{id}/sent-link",
        tag=tag,
        summary="Have that link sent to what is on file of the customer; nobody else sees it",
        handler=repairs.send_link,
        right=RECORD,
        status=201,
        gives=repair_views.REPAIR,
        refuses=(409, 422),
    )
    yield Operation(
        id="runRepair",
        method="POST",
        path="/api/repairs/{id}/run",
        tag=tag,
        summary="Begin a repair that the customer has agreed to",
        handler=repairs.run,
        right=ORDER,
        status=202,
        gives=repair_views.REPAIR,
        refuses=(403, 409),
    )
