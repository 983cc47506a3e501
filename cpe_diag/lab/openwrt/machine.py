"""One router as a running machine: its files, its processes, what its radios have loaded."""

from __future__ import annotations

import asyncio
import math
import time
import uuid
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cpe_diag.lab.counting import count_traffic
from cpe_diag.lab.home_state import HomeRouter
from cpe_diag.lab.homes import factory_config
from cpe_diag.lab.openwrt.files import Contents, Files, derived
from cpe_diag.lab.openwrt.uci import Config, Uci
from cpe_diag.lab.world import World

if TYPE_CHECKING:
    from collections.abc import Coroutine


# recording uci_wifi_changes: a changed SSID was on air 4 to 14 s after `wifi reload`.
WIFI_START_S = 4.0

# procd ends the services before the kernel goes down.
SHUTDOWN_S = 0.5

# A way with a tenth of its packets lost loses its first one.
FIRST_LOSS = 0.9

# recordings: dropbear's children had process numbers from about 1,900 on.
FIRST_PID = 1886


def nothing(machine: Machine) -> None:
    """Do nothing at a start."""
    del machine


@dataclass(slots=True, kw_only=True)
class Machine:
    """What a router has beyond the lab's state: it is lost with every start."""

    world: World
    router: HomeRouter
    pid: int = FIRST_PID
    shell_pid: int = FIRST_PID
    tasks: set[asyncio.Task[int]] = field(default_factory=set)
    daemons: dict[int, asyncio.Task[int]] = field(default_factory=dict)
    """What runs in the background, by process number."""
    wifi: Config = field(default_factory=dict)
    """The wireless configuration that the radios have loaded."""
    wifi_seen: Config = field(default_factory=dict)
    """The committed configuration when `wifi` was loaded: a fault that changes it is on air."""
    wifi_ready_at: float = -math.inf
    wifi_stopped: set[str] = field(default_factory=set)
    """Radios stopped by `wifi down`."""
    boot_seen: str = ""
    owed: dict[tuple[str, ...], float] = field(default_factory=dict)
    """What share of a loss each way has collected since its last one."""
    files_shown: Callable[[Machine], Contents] = derived
    """What the kernel, the daemons and the image of its make show."""
    on_start: Callable[[Machine], None] = nothing
    """What its make does beside this at every start."""
    devices: Mapping[str, Callable[[Machine, bytes], None]] = field(default_factory=dict)
    """Paths that take what is written to them for something else than to keep it."""
    files: Files = field(init=False)

    def __post_init__(self) -> None:
        """Start with the committed configuration on air."""
        self.files = Files(self)

    def next_pid(self) -> int:
        """Give a new process number."""
        self.pid += 2
        return self.pid

    def spawn(self, work: Coroutine[None, None, int]) -> asyncio.Task[int]:
        """Run a background job until it ends or the router stops."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def stop(self) -> None:
        """End all background jobs: the power is gone."""
        for task in tuple(self.tasks):
            task.cancel()

    def loses(self, way: tuple[str, ...], share: float) -> bool:
        """Say whether the next packet of a way is lost: `share` of them are, evenly spread.

        Evenly, not by chance, so that a short test sees a loss that is there, and a repetition
        of the same test sees it again.
        """
        if share <= 0:
            return False
        owed = self.owed.get(way, FIRST_LOSS) + share
        self.owed[way] = owed % 1.0
        return owed >= 1.0

    def uptime_s(self) -> float:
        """Give the seconds since the router started."""
        return max(0.0, self.world.now() - self.router.booted_at)

    def wall_clock_s(self, at: float | None = None) -> float:
        """Give the router's own wall clock, in Unix seconds, now or at a moment of the lab."""
        age_s = 0.0 if at is None else self.world.now() - at
        return time.time() + self.router.clock_offset_s - age_s

    def log(self, line: str) -> None:
        """Add `facility.level process: text` to the router's log, now."""
        self.router.log_extra.append((self.world.now(), line))

    def loaded_wifi(self) -> Config:
        """Give the wireless configuration on air.

        A change of the committed configuration that did not come through this router's shell
        (a fault of the lab) is loaded at once; a new boot loads what is committed.
        """
        committed = self.router.uci.get("wireless", {})
        if committed != self.wifi_seen or self.boot_seen != self.router.boot_id:
            if self.boot_seen != self.router.boot_id:
                self.boot_seen = self.router.boot_id
                self.wifi_stopped.clear()
            self.wifi = deepcopy(committed)
            self.wifi_seen = deepcopy(committed)
        return self.wifi

    def committed_here(self) -> None:
        """Take note that this router's own shell changed the committed configuration."""
        self.wifi_seen = deepcopy(self.router.uci.get("wireless", {}))

    def load_wifi(self, *, forced: bool) -> None:
        """Do `wifi reload` (or `wifi up` when `forced`): what is set goes up, committed or not."""
        self.loaded_wifi()
        wanted = deepcopy(Uci(self.router).effective("wireless"))
        if wanted != self.wifi or self.wifi_stopped or forced:
            self.wifi = wanted
            self.wifi_stopped.clear()
            self.wifi_ready_at = self.world.now() + WIFI_START_S

    async def restart(self) -> int:
        """Do what the `reboot` command starts: the answer still comes, then all goes down."""
        await self.world.sleep(SHUTDOWN_S)
        self.reboot()
        return 0

    def reboot(self) -> None:
        """Go down now; come up after `reboot_s`; the line trains after that."""
        now = self.world.now()
        router = self.router
        port = self.world.port_of(router)
        count_traffic(self.world, port)
        router.reboots += 1
        router.away_until = now + router.reboot_s
        router.booted_at = router.away_until
        router.boot_id = str(uuid.uuid4())
        router.uci_staged.clear()
        router.log_extra.clear()
        self.files.written.clear()
        self.daemons.clear()
        if router.firmware_next is not None:
            router.firmware, router.firmware_next = router.firmware_next, None
        if router.uci_factory_next is not None:
            # What the kept archive does not hold is as the factory made it.
            router.uci = factory_config() | router.uci_factory_next
            router.uci_factory_next = None
        self.on_start(self)
        if not port.is_interface:
            # The ONT or cable modem is a box of its own and stays on.
            return
        port.changed_at = now
        port.showtime_at = router.away_until + (port.line.retrain_s if port.line else 0.0)
        if port.line is not None:
            port.line.full_inits_15min += 1
