"""The doors of a real run, opened as a run opens them, pass the checks that the fakes pass."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from cpe_diag.lab.files import CONFIG_FILE, write_files
from cpe_diag.lab.home_state import HomeRouter
from cpe_diag.lab.running import RunningLab
from cpe_diag.lab.world import World
from cpe_diag.ports import Command, Doors
from cpe_diag.testing import conformance
from cpe_diag.wiring.config import find
from cpe_diag.wiring.credentials import credentials_of
from cpe_diag.wiring.doors import open_doors
from cpe_diag.wiring.inventories import inventory_of
from cpe_diag.wiring.knowledge import router_driver_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from cpe_diag.ports import Oid, SnmpValue

pytestmark = pytest.mark.lab

IF_NAME = "1.3.6.1.2.1.31.1.1.1.1"  # IF-MIB, RFC 2863
SYS_NAME = "1.3.6.1.2.1.1.5.0"  # SNMPv2-MIB, RFC 3418
LATE_S = 1.0
"""What a busy machine may need to come back to a task whose time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The doors to one home of a running lab."""

    world: World
    router: HomeRouter
    doors: Doors


@pytest.fixture(params=["sub-1001", "sub-3001"])
async def home(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Home]:
    """Open the doors to a home; the access node of the one speaks v2c, of the other v3."""
    lab = RunningLab(7, 0.0)
    await lab.start()
    try:
        write_files(lab.world, tmp_path)
        config = find(tmp_path / CONFIG_FILE)
        credentials = credentials_of(config)
        subscriber = inventory_of(config, credentials).subscriber(request.param)
        driver = router_driver_of(subscriber, config)
        async with open_doors(config, subscriber, driver, credentials) as doors:
            yield Home(world=lab.world, router=lab.world.routers[request.param], doors=doors)
    finally:
        await lab.stop()


@pytest.fixture
def closed() -> int:
    """Give a TCP port of 127.0.0.1 at which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def full() -> Iterator[tuple[str, int]]:
    """Give a listener whose queue is full: it drops every SYN, as a dead host does."""
    with socket.socket() as listener, socket.socket() as filler:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        filler.connect(listener.getsockname())
        yield listener.getsockname()


async def test_the_lab_has_a_node_of_each_version(home: Home) -> None:
    """The two homes of these tests stand for SNMP v2c and v3."""
    node = home.world.nodes[home.router.node]
    assert node.snmp_version == {"sub-1001": "2c", "sub-3001": "3"}[home.router.subscriber]


async def test_the_snmp_door_is_a_reader(home: Home) -> None:
    """More objects than fit a packet, more rows than fit an answer, and an object too many."""
    node = home.world.nodes[home.router.node]
    ports = {**node.ports, **node.uplinks}
    rows: list[tuple[Oid, SnmpValue]] = [
        (f"{IF_NAME}.{index}", port.name.encode()) for index, port in sorted(ports.items())
    ]
    await conformance.check_snmp_reader(
        home.doors.snmp,
        home.doors.clock,
        known={SYS_NAME: node.sys_name.encode(), **dict(rows[:30])},
        absent=f"{IF_NAME}.999999",
        column=IF_NAME,
        rows=rows,
    )


async def test_an_agent_that_is_down_is_silent(home: Home) -> None:
    """By the deadline, and not by a guess of the library's."""
    home.world.nodes[home.router.node].agent_up = False
    await conformance.check_snmp_silence(
        home.doors.snmp, home.doors.clock, oid=SYS_NAME, limit_s=0.4, slack_s=LATE_S
    )


async def test_the_clock_is_a_clock(home: Home) -> None:
    """Every deadline stands on it."""
    await conformance.check_clock(home.doors.clock)


async def test_the_ssh_door_is_a_router(home: Home) -> None:
    """A refused and an unknown command are answers too."""
    await conformance.check_router_view(
        home.doors.router,
        home.doors.clock,
        answers=[
            (Command(text="echo first", label="first"), "first\n", 0),
            (Command(text="false", label="false"), "", 1),
            (
                Command(text="no_such_thing", label="unknown"),
                "sh: no_such_thing: not found\n",
                127,
            ),
        ],
    )


async def test_the_prober_is_a_prober(home: Home, closed: int, full: tuple[str, int]) -> None:
    """An open port, a closed one and one that says nothing."""
    await conformance.check_prober(
        home.doors.prober,
        home.doors.clock,
        accepting=(home.router.address, home.router.tcp_port),
        refusing=("127.0.0.1", closed),
        silent=full,
        limit_s=0.3,
        slack_s=LATE_S,
    )


async def test_the_resolver_is_a_resolver(home: Home) -> None:
    """The operator's resolver knows the reference and nobody else."""
    reference = home.world.reference
    await conformance.check_resolver(
        home.doors.resolver,
        home.doors.clock,
        known=(reference.name, [reference.address]),
        unknown="nowhere.lab.example",
    )


async def test_the_getter_is_a_getter(home: Home, closed: int) -> None:
    """A page of the reference, and a server that is not there."""
    reference = home.world.reference
    await conformance.check_http_getter(
        home.doors.http,
        home.doors.clock,
        page=(f"http://{reference.name}:{reference.tcp_port}/", reference.address, 200),
        refusing=(f"http://{reference.name}:{closed}/", "127.0.0.1"),
    )
