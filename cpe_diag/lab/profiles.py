"""The line and service profiles that the lab's nodes know, and what they allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cpe_diag.lab.dsl_state import DslLine
    from cpe_diag.lab.world import AccessPort


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A profile: its name, where it fits, and its maximum rates in bit/s."""

    name: str
    technology: str
    down_bps: int
    up_bps: int


PROFILES: Final = (
    Profile(name="vdsl2-100-40", technology="vdsl2", down_bps=120_000_000, up_bps=50_000_000),
    Profile(name="vdsl2-50-10", technology="vdsl2", down_bps=55_000_000, up_bps=11_000_000),
    Profile(name="vdsl2-16-1", technology="vdsl2", down_bps=17_000_000, up_bps=1_100_000),
    Profile(name="adsl-16-1", technology="adsl", down_bps=24_000_000, up_bps=1_400_000),
    Profile(name="adsl-2", technology="adsl", down_bps=2_200_000, up_bps=220_000),
    Profile(name="gpon-500-250", technology="gpon", down_bps=520_000_000, up_bps=260_000_000),
    Profile(name="gpon-50-10", technology="gpon", down_bps=52_000_000, up_bps=11_000_000),
)

DEFAULT_PROFILE: Final = "DEFVAL"
"""What is set on a DSL port without a customer; RFC 5650 names the default template so."""


def service_profile(technology: str) -> str:
    """Give the profile that belongs to the lab's service of a technology; empty: it has none."""
    fitting = [one.name for one in PROFILES if one.technology == technology]
    return fitting[0] if fitting else ""


def slow_profile(technology: str) -> str:
    """Give the slowest profile of a technology: the one that a fault puts on a port.

    Raises:
        RuntimeError: the technology has no profiles.
    """
    fitting = [one.name for one in PROFILES if one.technology == technology]
    if not fitting:
        msg = f"{technology} has no profiles"
        raise RuntimeError(msg)
    return fitting[-1]


def profile_named(name: str, technology: str) -> Profile | None:
    """Find a profile that fits a technology, or None."""
    return next(
        (one for one in PROFILES if (one.name, one.technology) == (name, technology)), None
    )


def trained_rate_bps(port: AccessPort, line: DslLine, direction: str) -> int:
    """Give the rate at which a line trains: what it can do, within what its profile allows.

    Args:
        port: of the line.
        line: what the copper can do.
        direction: `down` or `up`.
    """
    profile = profile_named(port.profile, port.technology)
    if direction == "down":
        able = line.down.rate_bps
        return able if profile is None else min(able, profile.down_bps)
    able = line.up.rate_bps
    return able if profile is None else min(able, profile.up_bps)
