"""The fact of a laptop on site about what answers inside a PPPoE session that it has opened."""

from __future__ import annotations

from dataclasses import dataclass, field

from cpe_diag.domain.field_facts import AdvertisingRouter
from cpe_diag.domain.field_path_facts import FieldNames, FieldPage, FieldTrace
from cpe_diag.domain.field_size_facts import FieldSize
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import LATER, Maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class InsideIpv6:
    """IPv6 inside a session: `agreed` where both ends speak it (RFC 5072).

    `routers` are who has announced itself as the way out when it was asked for; `malformed` counts
    advertisements from which nothing is taken.
    """

    agreed: bool
    routers: tuple[AdvertisingRouter, ...]
    malformed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldInside:
    """Part of fact `field_session`: the operator's resolver and reference, asked inside a session.

    `address` is what the session gave us. `train` is a train of small echo requests to the
    reference, `size` the largest packet that it takes. `connected_s` is how long the reference
    took to accept a TCP connection at `port`, in seconds; Missing SILENT or REFUSED where it did
    not. `names` are Missing NOT_CONFIGURED where no resolver or no name is configured, of whom
    nobody's answer has no hop. `packets_sent` counts all packets inside the session. `page` is
    the page whose content is known, fetched in plain HTTP, and `trace` the way to the reference;
    None: not asked. `ipv6` None: it was not asked about. `ended`: the other end has ended the
    session meanwhile, so that silence in it means nothing.
    """

    address: str
    target: str
    port: int
    train: PathQuality
    size: FieldSize
    connected_s: Maybe[float]
    names: Maybe[FieldNames]
    packets_sent: int
    page: FieldPage | None = field(default=None, metadata={LATER: True})
    trace: FieldTrace | None = field(default=None, metadata={LATER: True})
    ipv6: InsideIpv6 | None = field(default=None, metadata={LATER: True})
    ended: bool = field(default=False, metadata={LATER: True})
