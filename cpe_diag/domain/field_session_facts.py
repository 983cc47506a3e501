"""Facts of a laptop on site about a PPPoE session that it opens with the service's credentials."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from cpe_diag.domain.field_inside_facts import FieldInside
from cpe_diag.domain.missing import LATER


class SessionEnd(StrEnum):
    """How far a session came."""

    OPENED = "opened"
    """An address was given; the session was closed again."""
    NO_CONCENTRATOR = "no_concentrator"
    NO_SESSION = "no_session"
    """A concentrator offers sessions, and gives none."""
    NOT_AGREED = "not_agreed"
    """The two ends did not agree on the link (LCP)."""
    LOGIN_UNANSWERED = "login_unanswered"
    LOGIN_REFUSED = "login_refused"
    NO_ADDRESS = "no_address"
    """The login was taken, and no address was given (IPCP)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSession:
    """Fact `field_session`: one PPPoE session, from PADI to PADT (RFC 2516, 1661).

    `concentrator` and `mac` are who was talked to, empty where nobody was. `authentication` is
    what that asked for, empty: nothing. `says` are its words where it refuses, as it sent them,
    without control characters and without what was logged in with. `mtu_bytes` is the largest
    packet that both ends take; None: they did not come to agree. `closed` says that the other end
    confirmed the end of the session. `malformed` counts what came in this session, or in answer
    to our questions, from which nothing is taken. `frames_sent` counts what the session itself
    took; `inside` is what was asked in it once it was open, None: nothing was.
    """

    vlan: int | None
    end: SessionEnd
    concentrator: str
    mac: str
    authentication: str
    says: str
    address: str | None
    peer: str | None
    resolvers: tuple[str, ...]
    mtu_bytes: int | None
    frames_sent: int
    took_s: float
    closed: bool
    malformed: int
    inside: FieldInside | None = field(default=None, metadata={LATER: True})
