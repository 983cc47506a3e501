"""What the lab holds of an Ethernet port's cable, its cable tests, and power over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FAST_PAIRS = frozenset({2, 3})
"""The pairs that 10BASE-T and 100BASE-TX use; 1000BASE-T uses all four (IEEE 802.3, clauses 25
and 40; the pairs by their colours in TIA-568)."""
ALL_PAIRS = (1, 2, 3, 4)

FAST_BPS = 100_000_000
"""100BASE-TX: what a port does at most with two pairs."""

CABLE_TEST_S = 1.0
"""How long the lab's switch takes for a cable test."""


@dataclass(slots=True, kw_only=True)
class CableState:
    """The cable between switch and home: its length, and where pairs are broken, in metres."""

    length_m: int
    open_at_m: dict[int, int] = field(default_factory=dict)
    """By pair; empty: the cable is whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CableTest:
    """A cable test: when its result is there, and what it found; `open_at_m` as in a cable."""

    ready_at: float
    length_m: int
    open_at_m: Mapping[int, int]


@dataclass(slots=True, kw_only=True)
class PoePort:
    """Power over Ethernet of a port; no home of the lab takes any."""

    admin_on: bool = True
    delivering: bool = False
    fault: bool = False
