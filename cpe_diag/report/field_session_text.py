"""Lines for a session that a laptop on site has opened, and for VLANs that it has asked in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_session_facts import SessionEnd
from cpe_diag.domain.missing import known
from cpe_diag.report.duration import duration
from cpe_diag.report.field_path_text import field_page, field_trace
from cpe_diag.report.phrases import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.field_inside_facts import FieldInside, InsideIpv6
    from cpe_diag.domain.field_locked_facts import FieldLocked
    from cpe_diag.domain.field_session_facts import FieldSession
    from cpe_diag.domain.field_vlan_facts import AskedVlan, FieldVlans

ENDS: Final[Mapping[SessionEnd, str]] = {
    SessionEnd.OPENED: "opens a session",
    SessionEnd.NO_CONCENTRATOR: "nobody",
    SessionEnd.NO_SESSION: "gives no session",
    SessionEnd.NOT_AGREED: "does not come to agree on the link",
    SessionEnd.LOGIN_UNANSWERED: "leaves the login unanswered",
    SessionEnd.LOGIN_REFUSED: "refuses the login",
    SessionEnd.NO_ADDRESS: "takes the login and gives no address",
}


def field_session(fact: FieldSession) -> str:
    """Say how far the session came, with whom, and what was given."""
    if not fact.mac:
        return "no concentrator offers a session"
    parts = [f"{fact.concentrator} ({fact.mac}) {ENDS[fact.end]}"]
    parts += [f"login by {fact.authentication}"] if fact.authentication else []
    parts += [f"it says: {fact.says}"] if fact.says else []
    parts += [f"address {fact.address}"] if fact.address else []
    parts += [f"packets up to {fact.mtu_bytes} bytes"] if fact.mtu_bytes else []
    parts += [f"{fact.malformed} malformed answers"] if fact.malformed else []
    if fact.inside is not None:
        parts.append(f"inside it {_inside(fact.inside)}")
    return ", ".join([*parts, f"{counted(fact.frames_sent, 'frame')} in {duration(fact.took_s)}"])


def _inside(seen: FieldInside) -> str:
    """Say what answers inside a session."""
    train, names = seen.train, known(seen.names)
    parts = [f"{seen.target} answers {train.received} of {train.sent} pings"]
    parts += [f"packets up to {seen.size.largest_bytes} bytes"] if seen.size.largest_bytes else []
    within_s = known(seen.connected_s)
    takes = "takes no connection" if within_s is None else f"connects in {duration(within_s)}"
    parts.append(f"port {seen.port} {takes}")
    operator = None if names is None else known(names.operator)
    if operator is not None:
        told = ", ".join(operator.addresses) or operator.outcome.value.replace("_", " ")
        parts.append(f"{operator.name} is {told} by {operator.server}")
    parts += [] if seen.page is None else [field_page(seen.page)]
    parts += [] if seen.trace is None else [f"the way {field_trace(seen.trace)}"]
    parts += [] if seen.ipv6 is None else [_by_ipv6(seen.ipv6)]
    parts += ["the other end has ended the session meanwhile"] if seen.ended else []
    return ", ".join(parts)


def _by_ipv6(seen: InsideIpv6) -> str:
    """Say whether IPv6 is spoken inside a session, and who is the way out."""
    if not seen.agreed:
        return "no IPv6"
    told = [
        " ".join((one.address, "announces", ", ".join(each.prefix for each in one.prefixes)))
        if one.prefixes
        else f"{one.address} announces itself"
        for one in seen.routers
    ]
    return "IPv6: " + (" and ".join(told) or "nobody announces itself as the way out")


def field_vlans(fact: FieldVlans) -> str:
    """Say who answers in which VLAN."""
    parts = [f"VLAN {one.vlan}: {_answers(one)}" for one in fact.asked]
    parts += [f"{fact.malformed} malformed answers"] if fact.malformed else []
    return ", ".join(parts) or "no VLAN was asked in"


def field_locked(fact: FieldLocked) -> str:
    """Say who answers the router's MAC."""
    malformed = f", {fact.malformed} malformed answers" if fact.malformed else ""
    return f"as the router ({fact.mac}): {_answers(fact)}{malformed}"


def _answers(one: AskedVlan | FieldLocked) -> str:
    names = [f"{each.server} offers {each.address}" for each in one.offers]
    names += [f"PPPoE by {each.concentrator}" for each in one.concentrators]
    return " and ".join(names) or "no answer"
