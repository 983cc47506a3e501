"""What a fault of the lab is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cpe_diag.lab.fault_desk import Change
from cpe_diag.lab.home_state import HomeRouter
from cpe_diag.lab.world import AccessPort, World

ETHERNET = ("ethernet",)
DSL = ("vdsl2", "adsl")
COPPER = (*ETHERNET, *DSL)
FIBRE = ("gpon",)
CABLE = ("docsis",)
ALL_TECHNOLOGIES = (*COPPER, *FIBRE, *CABLE)
BOTH_PROTOCOLS = ("dhcp", "pppoe")


def _fits_every_port(_port: AccessPort) -> str | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault.

    `domain` and `cause` are what a right verdict names, or None where the fault is on our own
    side of the measurement and says nothing about the subscriber. `technologies` and `protocols`
    are where it can happen; `lacks` says what a port lacks for it, or None. Where a device of the
    home is meant, it is the first one. `reach` tells whom else it hits: `home`, `channel` (all
    modems of the upstream channel), `splitter` (all homes behind it), `card`, `node` or
    `operator`.
    """

    id: str
    title: str
    domain: str | None
    cause: str | None
    changes: Callable[[World, HomeRouter], list[Change]]
    technologies: tuple[str, ...] = ALL_TECHNOLOGIES
    protocols: tuple[str, ...] = BOTH_PROTOCOLS
    lacks: Callable[[AccessPort], str | None] = _fits_every_port
    reach: str = "home"

    def unfit(self, world: World, router: HomeRouter) -> str | None:
        """Say why this fault cannot happen to a home, or None where it can."""
        port = world.port_of(router)
        if port.technology not in self.technologies:
            return (
                f"fault {self.id} is for {', '.join(self.technologies)};"
                f" {router.subscriber} has {port.technology}"
            )
        if router.wan_protocol not in self.protocols:
            return (
                f"fault {self.id} is for {', '.join(self.protocols)};"
                f" {router.subscriber} uses {router.wan_protocol}"
            )
        missing = self.lacks(port)
        if missing is not None:
            return f"fault {self.id} does not fit {router.subscriber}: {missing}"
        return None
