"""What makes a lab router one of some make: its commands, its files, what it does at a start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cpe_diag.lab.openwrt.files import Contents
from cpe_diag.lab.openwrt.machine import Machine, nothing
from cpe_diag.lab.openwrt.shell import Program

if TYPE_CHECKING:
    from cpe_diag.lab.home_state import HomeRouter
    from cpe_diag.lab.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One make. The shell, the home, the ways out are those of all makes.

    `started` is called at every start, when all that was only in memory is gone; `devices` are
    paths that take what is written to them for something else than to keep it.
    """

    programs: Callable[[], Mapping[str, Program]]
    files: Callable[[Machine], Contents]
    started: Callable[[Machine], None] = nothing
    devices: Mapping[str, Callable[[Machine, bytes], None]] = field(default_factory=dict)

    def machine(self, world: World, router: HomeRouter) -> Machine:
        """Make a router of this make."""
        return Machine(
            world=world,
            router=router,
            files_shown=self.files,
            on_start=self.started,
            devices=self.devices,
        )
