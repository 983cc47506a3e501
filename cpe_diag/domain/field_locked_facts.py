"""Facts of a laptop on site about a wall port that is locked to the router's MAC."""

from __future__ import annotations

from dataclasses import dataclass

from cpe_diag.domain.field_facts import DhcpOffered, PppoeOffered


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLocked:
    """Fact `field_locked`: who answers a DHCPDISCOVER and a PADI that bear the router's MAC.

    It is asked where nobody answers the laptop's own; nothing was taken. `malformed` counts
    answers from which nothing is taken.
    """

    mac: str
    offers: tuple[DhcpOffered, ...]
    concentrators: tuple[PppoeOffered, ...]
    listened_s: float
    malformed: int
