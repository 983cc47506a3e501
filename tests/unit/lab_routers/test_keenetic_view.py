"""Keenetic over its interactive command line: every line its own whole answer, and its facts."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from cli_homes import CLOCK, PASSWORD, USER, Home, LabTime, opened, soon

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import PingCheck
from cpe_diag.domain.router_facts import LanStatus, LogEvents, RouterSystem, WanStatus
from cpe_diag.domain.wifi_facts import WifiClients, WifiStatus
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.engine.platform_watch import WatchedRouter
from cpe_diag.lab.keenetic.device import Keenetic
from cpe_diag.lab.typed_shell import TypedServer
from cpe_diag.ports import Command
from cpe_diag.testing import conformance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ID = "keenetic_ndms"


@asynccontextmanager
async def home(device: Keenetic, driver: str = ID) -> AsyncIterator[Home]:
    """Run a router and open its view."""
    server = TypedServer(device, user=USER, password=PASSWORD)
    await server.start()
    try:
        async with opened(server.port, server.known_key, driver) as one:
            yield one
    finally:
        await server.stop()


def device() -> Keenetic:
    """Make a router that has been up for an hour."""
    time = LabTime()
    made = Keenetic(now=time.now, booted_at=time.at - 3600)
    made.answering.add("192.0.2.80")
    return made


async def test_the_view_keeps_what_every_router_view_keeps() -> None:
    """A line that is not taken is an answer too, and nothing shifts."""
    async with home(device()) as one:
        refused = "Command::Base error[7405600]: no such command: shw.\n"
        log = "I [Nov 26 15:00:01] ndm: Core::Syslog: the system log has been cleared.\n"
        answers = [
            (Command(text="show log 200 once", label="log"), log, 0),
            (Command(text="shw version", label="refused"), refused, 1),
            (
                Command(text="interface WifiMaster0 up", label="up"),
                'Network::Interface::Base: "WifiMaster0": interface is up.\n',
                0,
            ),
        ]
        await conformance.check_router_view(one.view, CLOCK, answers=answers)


async def test_every_fact_is_read() -> None:
    """Health, ways out, the home, the air."""
    async with home(device()) as one:
        system = await one.read("router_system")
        assert isinstance(system, RouterSystem)
        assert (system.model, system.firmware) == ("Ultra (KN-1810)", "5.1.3")
        assert system.uptime_s == 3600
        assert (system.load_1min, system.boot_id) == (0.12, "5a0d8e6a-0000-4000-8000-000000000001")
        assert (system.conntrack_entries, system.conntrack_limit) == (183, 16384)
        wan = await one.read("router_wan")
        assert isinstance(wan, WanStatus)
        assert (wan.up, wan.addresses) == (True, ("198.51.100.41/24",))
        assert (wan.gateway, wan.dns_servers) == ("198.51.100.1", ("192.0.2.53",))
        lan = await one.read("router_lan")
        assert isinstance(lan, LanStatus)
        assert lan.prefix == "192.168.1.1/24"
        assert not isinstance(lan.leases, Missing)
        assert [(lease.host, lease.address) for lease in lan.leases] == [
            ("laptop", "192.168.1.20")
        ]
        wifi = await one.read("router_wifi")
        assert isinstance(wifi, WifiStatus)
        assert [(radio.band, radio.channel) for radio in wifi.radios] == [("2g", 6), ("5g", 36)]
        assert [network.purpose for network in wifi.networks] == ["lan", "guest", "lan"]
        assert all(network.on_air for network in wifi.networks)
        clients = await one.read("wifi_clients")
        assert isinstance(clients, WifiClients)
        assert [client.signal_dbm for client in clients.clients] == [-52]
        log = await one.read("router_log")
        assert isinstance(log, LogEvents)
        assert log.lines_read == 1
        for target, received in (("192.0.2.80", 5), ("192.0.2.81", 0)):
            ping = await one.read("ping", target=target)
            assert isinstance(ping, PingCheck)
            assert (ping.sent, ping.received) == (5, received)


async def test_a_radio_that_is_off_is_not_on_air() -> None:
    """Its networks are not either."""
    router = device()
    router.running["WifiMaster1"].up = False
    async with home(router) as one:
        wifi = await one.read("router_wifi")
        assert isinstance(wifi, WifiStatus)
        assert [radio.on_air for radio in wifi.radios] == [True, False]
        assert [network.on_air for network in wifi.networks] == [True, True, False]


async def test_a_keenetic_that_is_called_anything_else_is_named() -> None:
    """By its prompt where it has no exec channel, by its words where it is typed at."""
    names = (ID, "openwrt", "mikrotik_routeros", "huawei_ont", "zyxel_os", "ubiquiti_edgeos")
    drivers = tuple(load_router_driver(name) for name in names)
    for driver in drivers[1:]:
        async with home(device(), driver.id) as one:
            watch = WatchedRouter(one.view, driver=driver, others=lambda: drivers)
            with pytest.raises(MeasurementError) as caught:
                await watch.ask([Command(text="uptime", label="uptime")], deadline=soon())
            failure = caught.value.failure
            assert failure.kind is FailureKind.WRONG_PLATFORM, driver.id
            assert f"platform: {ID}" in str(failure.next_step)
