"""What a cause is: which findings speak for it and against it, and who goes on with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cpe_diag.domain.subscriber import Technology
from cpe_diag.domain.verdict import Destination, FaultDomain


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One finding with one answer, and what it adds to the log-odds of a cause.

    2.2 in log-odds is about nine times as likely, 4.6 a hundred times.
    """

    finding: str
    answer: bool
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A finding that must have this answer, or the cause cannot be.

    Not known caps the belief (possible, not proven); the other answer, and a question that does
    not arise (no line on Ethernet), rule the cause out.
    """

    finding: str
    answer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One thing that can be wrong.

    `technologies` are those that it can happen on; none named: any. `supports` have weights above
    0, `against` below 0. `explains` are the unusual findings that one has no need to wonder about
    any more once this cause is known. `shifts` add to the log-odds for a complaint (symptom id).
    `bystander` causes are real, but not what the customer complains about: they lead only where
    nothing else stands. `where` causes say by enclosure whose the fault is, and not what it is.
    `brings` are causes that this one brings about: where both stand, it leads. A `last_resort` is
    believed only where no other cause leads.
    `source` says where the signature comes from.
    """

    id: str
    domain: FaultDomain
    destination: Destination
    title: str
    technologies: tuple[Technology, ...] = ()
    needs: tuple[Need, ...] = ()
    supports: tuple[Sign, ...] = ()
    against: tuple[Sign, ...] = ()
    explains: tuple[str, ...] = ()
    shifts: tuple[tuple[str, float], ...] = ()
    bystander: bool = False
    where: bool = False
    last_resort: bool = False
    brings: tuple[str, ...] = ()
    next_action: str
    tell_customer: str
    source: str

    def __hash__(self) -> int:
        """Hash by the id, which is unique: what is compiled from a cause is looked up often."""
        return hash(self.id)


def when(finding: str, weight: float) -> Sign:
    """Weigh the answer yes."""
    return Sign(finding=finding, answer=True, weight=weight)


def unless(finding: str, weight: float) -> Sign:
    """Weigh the answer no."""
    return Sign(finding=finding, answer=False, weight=weight)


def must(finding: str) -> Need:
    """Need the answer yes."""
    return Need(finding=finding, answer=True)


def must_not(finding: str) -> Need:
    """Need the answer no."""
    return Need(finding=finding, answer=False)


ON_ETHERNET: Final = (Technology.ETHERNET,)
ON_DSL: Final = (Technology.ADSL, Technology.GFAST, Technology.VDSL2)
ON_COPPER: Final = (*ON_ETHERNET, *ON_DSL)
ON_PON: Final = (Technology.EPON, Technology.GPON)
ON_COAX: Final = (Technology.DOCSIS,)
"""In an order of their own: the digest of the rules depends on it, so that a set will not do."""

SLOW: Final = "slow_internet"
DROPS: Final = "drops"
WIFI_TROUBLE: Final = "wifi_trouble"
ONE_DEVICE: Final = "one_device_offline"
SITE: Final = "site_not_opening"
NO_INTERNET: Final = "no_internet"
AT_WALL_PORT: Final = "at_wall_port"
IN_HOME_NETWORK: Final = "in_home_network"
