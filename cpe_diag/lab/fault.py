"""What a fault of the lab is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cpe_diag.lab.fault_desk import Change
from cpe_diag.lab.world import HomeRouter, World

ALL_TECHNOLOGIES = ("ethernet", "vdsl2", "adsl")
DSL = ("vdsl2", "adsl")
ETHERNET = ("ethernet",)
BOTH_PROTOCOLS = ("dhcp", "pppoe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault.

    `domain` and `cause` are what a right verdict names, or None where the fault is on our own
    side of the measurement and says nothing about the subscriber. `technologies` and `protocols`
    are where it can happen. Where a device of the home is meant, it is the first one. `reach`
    tells whom else it hits: `home`, `node` or `operator`.
    """

    id: str
    title: str
    domain: str | None
    cause: str | None
    changes: Callable[[World, HomeRouter], list[Change]]
    technologies: tuple[str, ...] = ALL_TECHNOLOGIES
    protocols: tuple[str, ...] = BOTH_PROTOCOLS
    reach: str = "home"

    def unfit(self, world: World, router: HomeRouter) -> str | None:
        """Say why this fault cannot happen to a home, or None where it can."""
        technology = world.port_of(router).technology
        if technology not in self.technologies:
            return (
                f"fault {self.id} is for {', '.join(self.technologies)};"
                f" {router.subscriber} has {technology}"
            )
        if router.wan_protocol not in self.protocols:
            return (
                f"fault {self.id} is for {', '.join(self.protocols)};"
                f" {router.subscriber} uses {router.wan_protocol}"
            )
        return None
