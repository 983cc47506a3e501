"""What a laptop on site tells of the way inside a session: the line's own, where it has one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_session_facts import FieldSession
from cpe_diag.domain.missing import Missing, known
from cpe_diag.domain.path_facts import DnsOutcome, HttpOutcome
from cpe_diag.judge.on_site import WALL, key_at
from cpe_diag.judge.rule import Answer, Facts, does_not_arise, no, says, yes
from cpe_diag.judge.rules_load import lossy

if TYPE_CHECKING:
    from cpe_diag.domain.field_facts import PluggedInto
    from cpe_diag.domain.field_inside_facts import FieldInside

FIRST_ERROR: Final = 400
"""RFC 9110, section 15."""
SESSION: Final = key_at("field_session", WALL)


def inside(facts: Facts, place: PluggedInto) -> FieldInside | None:
    """Give what was asked inside a session from there; None: nothing, or it ended meanwhile."""
    if place is not WALL:
        return None
    session = facts.fact(FieldSession, SESSION)
    seen = None if session is None else session.inside
    return None if seen is None or seen.ended else seen


def nothing_inside(seen: FieldInside) -> Answer:
    """Answer whether nothing answers inside the session, neither echoes nor a connection."""
    if seen.train.received:
        words = f"{seen.target} answers {seen.train.received} of {seen.train.sent} pings"
        return no(f"inside the session {words}", SESSION)
    if not isinstance(seen.connected_s, Missing):
        return no(f"inside the session {_port(seen)} takes a connection", SESSION)
    return yes(f"inside the session {seen.target} answers no ping and no connection", SESSION)


def pages_fail_inside(seen: FieldInside) -> Answer:
    """Answer whether names, connections to the reference or the page fail inside the session."""
    names = known(seen.names)
    operator = None if names is None else known(names.operator)
    if operator is not None and operator.outcome is not DnsOutcome.ANSWERED:
        told = operator.outcome.value.replace("_", " ")
        return yes(f"inside the session {operator.server} for {operator.name}: {told}", SESSION)
    if isinstance(seen.connected_s, Missing):
        why = seen.connected_s.why.value.replace("_", " ")
        return yes(f"inside the session {_port(seen)} takes no connection: {why}", SESSION)
    page = seen.page
    if page is not None:
        words = f"inside the session {page.url} of {page.server}"
        if page.outcome is not HttpOutcome.OK:
            return yes(f"{words}: {page.outcome.value.replace('_', ' ')}", SESSION)
        if page.status is not None and page.status >= FIRST_ERROR:
            return yes(f"{words} gives {page.status}", SESSION)
        return no(f"{words} gives {page.status}", SESSION)
    named = f"{operator.name} has an address and " if operator else ""
    return no(f"inside the session {named}{_port(seen)} takes a connection", SESSION)


def loses_inside(facts: Facts, seen: FieldInside) -> Answer:
    """Answer whether packets are lost inside the session."""
    train = seen.train
    if not train.received:
        return does_not_arise(f"inside the session {train.target} answers no ping at all")
    words = f"inside the session {train.lost} of {train.sent} packets to {train.target} are lost"
    return says(lossy(facts, train.lost, train.sent), words, SESSION)


def large_lost_inside(seen: FieldInside) -> Answer:
    """Answer whether packets vanish that the session itself should carry, and nobody says so."""
    size = seen.size
    if size.largest_bytes is None:
        return does_not_arise("inside the session nobody answers packets of any size")
    if size.lost_bytes is None:
        words = f"packets of {size.most_bytes} bytes, as the two ends agreed,"
        return no(f"inside the session {words} come back", SESSION)
    words = f"inside the session the largest packet that comes back has {size.largest_bytes} bytes"
    words += f", one of {size.lost_bytes} is lost; the two ends agreed on {size.most_bytes}"
    if size.told_bytes is not None:
        return no(f"{words}, and {size.told_by} says so", SESSION)
    return yes(words, SESSION)


def _port(seen: FieldInside) -> str:
    return f"{seen.target} port {seen.port}"
