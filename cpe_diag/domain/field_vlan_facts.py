"""Facts of a laptop on site about VLANs in which a service may be."""

from __future__ import annotations

from dataclasses import dataclass

from cpe_diag.domain.field_facts import DhcpOffered, PppoeOffered


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedVlan:
    """Who answered one DHCPDISCOVER and one PADI with that tag (IEEE 802.1Q)."""

    vlan: int
    offers: tuple[DhcpOffered, ...]
    concentrators: tuple[PppoeOffered, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldVlans:
    """Fact `field_vlans`: a few VLANs that were asked in, each once; nothing was taken.

    `malformed` counts answers from which nothing is taken.
    """

    asked: tuple[AskedVlan, ...]
    listened_s: float
    malformed: int
