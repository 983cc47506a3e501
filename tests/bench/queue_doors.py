"""Doors of a simulated network that cost little: what `make bench-queue` puts around its runs.

Ports of access nodes are held in one table of IF-MIB objects; every tenth has no link. Nobody
answers behind them: routers, addresses and names fail at once.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.testing.doors import FakeHttp, FakeProber, FakeResolver, FakeRouter, FakeSnmp, Wire
from cpe_diag.testing.setting import fake_doors
from cpe_diag.transports.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from cpe_diag.ports import Doors, Oid, SnmpValue

PORTS: Final = 200
"""Of one node."""
DOWN_EVERY: Final = 10
UP, DOWN = 1, 2
_OF_PORT: Final = {
    "1.3.6.1.2.1.2.2.1.3": 6,  # ifType ethernetCsmacd
    "1.3.6.1.2.1.2.2.1.7": UP,  # ifAdminStatus
    "1.3.6.1.2.1.2.2.1.9": 10_000,  # ifLastChange
    "1.3.6.1.2.1.2.2.1.14": 0,  # ifInErrors
    "1.3.6.1.2.1.31.1.1.1.15": 100,  # ifHighSpeed
}
"""IF-MIB, RFC 2863."""
_OPER: Final = "1.3.6.1.2.1.2.2.1.8"
_OF_NODE: Final[Mapping[Oid, SnmpValue]] = {
    "1.3.6.1.2.1.1.3.0": 90_000_000,  # SNMPv2-MIB sysUpTime
    "1.3.6.1.2.1.1.5.0": b"node",
}


def objects() -> Mapping[Oid, SnmpValue]:
    """Give what every node says."""
    held = dict(_OF_NODE)
    for port in range(1, PORTS + 1):
        held[f"{_OPER}.{port}"] = UP if port % DOWN_EVERY else DOWN
        held |= {f"{column}.{port}": value for column, value in _OF_PORT.items()}
    return held


HELD: Final = objects()


class Nobody(FakeProber):
    """Nobody is there, which is known at once."""

    async def tcp_connect(self, address: str, port: int, *, deadline: float) -> float:
        """Fail as the wire does."""
        await self.wire.cross("tcp.connect", f"{address}:{port}", "connect", deadline)
        return 0.0


@asynccontextmanager
async def simulated(*_of_run: object, **_named: object) -> AsyncIterator[Doors]:
    """Open doors in place of `wiring.doors.open_doors`."""
    clock = SystemClock()
    recorder = RunRecorder(clock)
    wire = Wire(clock=clock, recorder=recorder)
    silent = Failure(kind=FailureKind.SILENT, where="nobody", detail="nobody is there")
    nobody = replace(wire, failure=silent)
    yield replace(
        fake_doors(clock, recorder),
        snmp=FakeSnmp(wire=wire, objects=HELD),
        router=FakeRouter(wire=nobody),
        prober=Nobody(wire=nobody),
        resolver=FakeResolver(wire=nobody),
        http=FakeHttp(wire=nobody),
    )
