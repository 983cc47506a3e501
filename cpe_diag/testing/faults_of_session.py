"""What a session from the wall port shows, on a line of sessions, well and with faults."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.domain.field_session_facts import SessionEnd
from cpe_diag.domain.observations import Unobserved
from cpe_diag.testing.evidence_samples import AT, changed, with_value
from cpe_diag.testing.faults_on_site import (
    LAN,
    WALL,
    no_offer,
    nothing_beyond,
    on_pppoe,
    well_at_the_wall,
)
from cpe_diag.testing.field_samples import FIELD_FACTS, INSIDE, ways

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.domain.subscriber import AccountState
    from cpe_diag.judge.question import CaseFile

OUTSIDE_SESSION: Final = frozenset(
    {
        *("field_trace", "field_size", "field_names", "field_page", "field_load"),
        *("field_stream", "field_vlans", "field_locked"),
    }
)
"""What a laptop without an address cannot ask."""
SAYS: Final = {SessionEnd.LOGIN_REFUSED: "Access denied", SessionEnd.NO_SESSION: "no resources"}


def ended(end: SessionEnd) -> Callable[[CaseFile], CaseFile]:
    """Let the session end so."""

    def change(case: CaseFile) -> CaseFile:
        nothing = {"address": None, "peer": None, "resolvers": ()}
        says = SAYS.get(end, "")
        return changed(on_pppoe(case), "field_session", WALL, end=end, says=says, **nothing)

    return change


def inside_alone(case: CaseFile, **changes: object) -> CaseFile:
    """The laptop has no address of its own: what answers was asked inside the session alone."""
    case = no_offer(on_pppoe(case), WALL)
    case = with_value(case, "field_pppoe", WALL, FIELD_FACTS["field_pppoe", WALL])
    kept = {
        key: seen
        for key, seen in case.evidence
        if ">" not in key.subject and key.kind not in OUTSIDE_SESSION
    }
    case = replace(case, evidence=type(case.evidence)(kept))
    return changed(case, "field_session", WALL, inside=replace(INSIDE, **changes))  # type: ignore[arg-type]  # of tests


def without_login(case: CaseFile) -> CaseFile:
    """A concentrator answers, and nobody has named a login."""
    case = inside_alone(case)
    kept = {key: seen for key, seen in case.evidence if key.kind != "field_session"}
    failure = Failure(
        kind=FailureKind.NOT_CONFIGURED,
        where="eth0",
        detail="the inventory names nothing to open the line's session with",
    )
    key = FactKey("field_session", WALL)
    kept[key] = Unobserved(failure=failure, operation="field.look", at=AT)
    return replace(case, evidence=type(case.evidence)(kept))


def refused(case: CaseFile, account: AccountState) -> CaseFile:
    """The login is refused, and the records say so of the account."""
    case = ended(SessionEnd.LOGIN_REFUSED)(case)
    service = replace(case.subscriber.service, account=account)
    return replace(case, subscriber=replace(case.subscriber, service=service))


def behind_a_router_without_session(case: CaseFile) -> CaseFile:
    """At the wall port the session opens; behind the router every way ends at it."""
    case = nothing_beyond(on_pppoe(well_at_the_wall(case)), LAN)
    kept = {
        key: seen
        for key, seen in case.evidence
        if not key.subject.startswith(WALL) or key.kind in {"field_link", "field_pppoe"}
    }
    case = replace(case, evidence=type(case.evidence)(kept))
    case = with_value(case, "field_session", WALL, FIELD_FACTS["field_session", WALL])
    return with_value(case, "field_trace", LAN, ways("192.168.1.1", reached=False))
