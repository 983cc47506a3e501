"""Facts of a laptop on site about what is beyond its wire: the way, names, pages."""

from __future__ import annotations

from dataclasses import dataclass

from cpe_diag.domain.missing import Maybe
from cpe_diag.domain.path_facts import DnsCheck, HttpOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedHop:
    """Who said that a packet ended there; `address` None: nobody said anything."""

    ttl: int
    address: str | None
    rtt_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One way to a target, hop by hop (RFC 792, time exceeded).

    `reached`: the target itself has answered. `refused_by` said that there is no way on (RFC 792,
    destination unreachable); None: nobody did.
    """

    hops: tuple[TracedHop, ...]
    reached: bool
    refused_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldTrace:
    """Fact `field_trace`: the ways to the reference by each kind of packet that was allowed."""

    target: str
    udp: Maybe[Trace]
    tcp: Maybe[Trace]
    icmp: Maybe[Trace]


@dataclass(frozen=True, slots=True, kw_only=True)
class NobodysAnswer:
    """What came back from an address where no resolver runs, when it was asked for a name.

    `answered`: somebody answered in its name. `hop` is the fewest hops that a question needs to be
    answered: there it is taken; None: not told. `says` is how that one names itself (CHAOS TXT
    `id.server`, RFC 4892, or `version.bind`), empty where it does not.
    """

    server: str
    answered: bool
    hop: int | None
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldNames:
    """Fact `field_names`: the same names asked of several, and of nobody.

    `nonsense` is a name that does not exist.
    """

    nonsense: str
    operator: Maybe[DnsCheck]
    outside: Maybe[DnsCheck]
    operator_nonsense: Maybe[DnsCheck]
    outside_nonsense: Maybe[DnsCheck]
    nobodys: Maybe[NobodysAnswer]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPage:
    """Fact `field_page`: whether a page is what its owner says that it is.

    `server` is the address that it was asked of. `status` None: no answer came. `location` is
    where it sends us (RFC 9110, section 10.2.2), `sent_to` the host of that where it is another
    than the page's own; empty: nowhere. `expected_status` None: nobody says which. `text_there`
    None: no text of it is known, or the page was cut before it came.
    """

    url: str
    server: str
    outcome: HttpOutcome
    status: int | None
    location: str
    sent_to: str
    expected_status: int | None
    text_there: bool | None
