"""A lab that runs: every face of one world, listening."""

from __future__ import annotations

import asyncio
import itertools
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import CpeDiagError
from cpe_diag.lab.agent_host import all_hosts
from cpe_diag.lab.build import build_world
from cpe_diag.lab.cli_server import cli_servers
from cpe_diag.lab.fault_desk import FaultDesk
from cpe_diag.lab.faults import FaultSetter
from cpe_diag.lab.openwrt.ssh_server import RouterServer
from cpe_diag.lab.phones import Phones
from cpe_diag.lab.relay import Relay
from cpe_diag.lab.resolver import DnsResolver
from cpe_diag.lab.sites import WebHost
from cpe_diag.lab.snmp_agent import SnmpAgent
from cpe_diag.lab.tcp_door import DoorMode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cpe_diag.lab.world import Site, World

CLAIM_PORT: Final = 7161
"""Held on the block's last address for as long as a lab uses the block."""

SECOND_PARTS: Final = range(9, 64)
THIRD_PARTS: Final = range(1, 250)


class LabError(CpeDiagError):
    """The lab cannot run here; the message says what and why."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of loopback addresses that is ours until `release`."""

    prefix: str
    claim: socket.socket

    def release(self) -> None:
        """Leave it to others."""
        self.claim.close()


def claim_block(prefixes: Iterator[str] | None = None) -> Block:
    """Take the first block of 127.0.0.0/8 that no other lab holds.

    Args:
        prefixes: the first three parts of blocks to try, or None for the usual ones.

    Raises:
        LabError: none is free, or this system has no more than 127.0.0.1.
    """
    usual = (f"127.{a}.{b}" for a, b in itertools.product(SECOND_PARTS, THIRD_PARTS))
    last: OSError | None = None
    for prefix in itertools.islice(prefixes or usual, 300):
        claim = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            claim.bind((f"{prefix}.254", CLAIM_PORT))
        except OSError as refused:
            claim.close()
            last = refused
            continue
        return Block(prefix, claim)
    msg = (
        "no block of loopback addresses is free for the lab, which needs a system where all of"
        f" 127.0.0.0/8 is local, such as Linux ({last})"
    )
    raise LabError(msg)


class RunningLab:
    """The world and its faces, from `start` to `stop`."""

    def __init__(self, seed: int, rtt_s: float) -> None:
        """Prepare; nothing listens before `start`.

        Args:
            seed: of the noise.
            rtt_s: simulated round trip in seconds.
        """
        self._block = claim_block()
        self.world: World = build_world(seed, rtt_s, block=self._block.prefix)
        self.faults = FaultSetter(world=self.world, desk=FaultDesk(self.world))
        self._agents = [SnmpAgent(host) for host in all_hosts(self.world)]
        self._clis = list(cli_servers(self.world))
        self._routers: list[RouterServer] = []
        self._resolver = DnsResolver(self.world)
        self.phones = Phones(self.world.resolver.address, self.world.routers)
        self._hosts: list[WebHost] = []
        self._relays: list[Relay] = []

    async def start(self) -> None:
        """Let everything listen; the ports stand in the world afterwards.

        Raises:
            OSError: an address cannot be bound.
        """
        try:
            await self._resolver.start()
            await self.phones.start()
            for site in (self.world.reference, self.world.platform):
                await self._start_site(site)
            for agent in self._agents:
                await agent.start()
            for cli in self._clis:
                await cli.start()
            for router in self.world.routers.values():
                server = RouterServer()
                await server.start(self.world, router, listen_address=router.address)
                self._routers.append(server)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close everything."""
        await asyncio.gather(
            *(server.stop() for server in self._routers),
            *(agent.stop() for agent in self._agents),
            *(cli.stop() for cli in self._clis),
            *(relay.door.stop() for relay in self._relays),
            *(host.stop() for host in self._hosts),
            self._resolver.stop(),
            self.phones.stop(),
        )
        self._block.release()

    def set_fault(self, subscriber: str, fault: str) -> None:
        """Set a fault; it is felt when this returns.

        Raises:
            UnknownNameError: no such subscriber or fault.
            UnfitFaultError: the fault does not fit the subscriber.
        """
        self.faults.set(subscriber, fault)
        self.refresh()

    def clear_faults(self, subscriber: str | None = None) -> int:
        """Clear the faults of a subscriber or of everybody, and count them.

        Raises:
            UnknownNameError: no such subscriber.
        """
        cleared = self.faults.clear(subscriber)
        self.refresh()
        return cleared

    def refresh(self) -> None:
        """Let every listener take the world's present state."""
        for relay in self._relays:
            relay.door.refresh()
        for server in self._routers:
            server.apply()

    async def _start_site(self, site: Site) -> None:
        host = WebHost(self.world, site)
        behind = await host.start()
        self._hosts.append(host)
        relay = Relay(site.address, _mode_of(site), behind, self.world.rtt_s)
        self._relays.append(relay)
        site.tcp_port = relay.door.start()


def _mode_of(site: Site) -> Callable[[], DoorMode]:
    def mode() -> DoorMode:
        if not site.up:
            return DoorMode.SILENT
        return DoorMode.REFUSING if site.refuses else DoorMode.OPEN

    return mode
