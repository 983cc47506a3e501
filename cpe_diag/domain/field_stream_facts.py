"""Facts of a laptop on site about streams of television."""

from __future__ import annotations

from dataclasses import dataclass

from cpe_diag.domain.missing import Maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldStream:
    """Fact `field_stream`: one multicast group, joined for some seconds.

    `packets` are those of an MPEG transport stream (ISO/IEC 13818-1); `continuity_errors` counts
    where packets of it are missing or doubled (ETSI TR 101 290, 1.4). `foreign` are datagrams
    that hold no such stream. `first_after_s` Missing: nothing came.
    """

    group: str
    port: int
    listened_s: float
    datagrams: int
    packets: int
    continuity_errors: int
    foreign: int
    first_after_s: Maybe[float]
