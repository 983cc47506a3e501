"""Huawei's ONTs at the WAP command line: every answer its own, and what it tells."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from cli_homes import CLOCK, PASSWORD, USER, Home, LabTime, opened, soon

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.router_facts import LanStatus, LogEvents, RouterSystem, WanStatus
from cpe_diag.domain.wifi_facts import WifiClients, WifiStatus
from cpe_diag.driver_kit.router import UnreadableError
from cpe_diag.driver_kit.router_detect import is_platform
from cpe_diag.lab.huawei_wap import device as lab
from cpe_diag.lab.huawei_wap.device import HuaweiOnt
from cpe_diag.lab.typed_shell import TypedServer
from cpe_diag.ports import Command
from cpe_diag.testing import conformance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@asynccontextmanager
async def home(device: HuaweiOnt) -> AsyncIterator[Home]:
    """Run an ONT and open its view."""
    server = TypedServer(device, user=USER, password=PASSWORD)
    await server.start()
    try:
        async with opened(server.port, server.known_key, "huawei_ont") as one:
            yield one
    finally:
        await server.stop()


def device() -> HuaweiOnt:
    """Make an ONT that has been up for a day, an hour, a minute and a second."""
    time = LabTime(at=200_000.0)
    return HuaweiOnt(now=time.now, booted_at=time.at - 90_061)


async def test_the_view_keeps_what_every_router_view_keeps() -> None:
    """A line that is not taken is an answer too, and nothing shifts; empty lines are left out."""
    log = lab.LOG.replace("\n\n", "\n")
    async with home(device()) as one:
        answers = [
            (Command(text="display version", label="version"), f"{lab.VERSION}success!\n", 0),
            (Command(text="dsplay", label="no"), "ERROR::Command is not existed\n", 1),
            (Command(text="display log info", label="log"), f"{log}success!\n", 0),
        ]
        await conformance.check_router_view(one.view, CLOCK, answers=answers)


async def test_every_fact_is_read() -> None:
    """Health, the way out, the home, the air."""
    async with home(device()) as one:
        detect = one.driver.detect
        assert detect is not None
        assert is_platform(detect, await one.view.ask(detect.commands, deadline=soon()))
        system = await one.read("router_system")
        assert isinstance(system, RouterSystem)
        assert (system.model, system.firmware) == ("HG8145X6", "V5R022C00S234")
        assert (system.uptime_s, system.clock_offset_s) == (90_061, 30.0)
        assert system.memory_total_bytes == 256 * 1024 * 1024
        wan = await one.read("router_wan")
        assert isinstance(wan, WanStatus)
        assert (wan.up, wan.protocol, wan.device) == (True, "pppoe", "ppp257")
        assert (wan.addresses, wan.gateway) == (("198.51.100.41/32",), "192.0.2.1")
        assert wan.mac == "02:00:5e:10:00:01"
        lan = await one.read("router_lan")
        assert isinstance(lan, LanStatus)
        assert lan.prefix == "192.168.100.1/24"
        assert isinstance(lan.leases, tuple)
        assert [(lease.host, lease.address) for lease in lan.leases] == [
            ("laptop", "192.168.100.20"),
            ("", "192.168.100.21"),
        ]
        assert isinstance(lan.neighbours, tuple)
        assert [known.state for known in lan.neighbours] == ["REACHABLE", "FAILED"]
        wifi = await one.read("router_wifi")
        assert isinstance(wifi, WifiStatus)
        assert [(radio.band, radio.channel) for radio in wifi.radios] == [("2g", 11), ("5g", 36)]
        assert [(known.ssid, known.on_air, known.encryption) for known in wifi.networks] == [
            ("Home 41", True, "wpa2-psk"),
            ("Guests 41", False, "none"),
            ("Home 41", True, "wpa2-psk"),
        ]
        clients = await one.read("wifi_clients")
        assert isinstance(clients, WifiClients)
        assert [(client.interface, client.rx_rate_bps) for client in clients.clients] == [
            ("ssid1", 216_000_000),
            ("ssid5", 216_000_000),
        ]
        log = await one.read("router_log")
        assert isinstance(log, LogEvents)
        assert log.lines_read == 1


async def test_a_line_without_internet_and_a_radio_that_is_off_are_read_so() -> None:
    """The route of another table is no way out."""
    ont = device()
    ont.connected = False
    ont.networks[2].enabled = False
    async with home(ont) as one:
        wan = await one.read("router_wan")
        assert isinstance(wan, WanStatus)
        assert (wan.up, wan.addresses, wan.gateway) == (False, (), None)
        wifi = await one.read("router_wifi")
        assert isinstance(wifi, WifiStatus)
        assert [(radio.enabled, radio.on_air) for radio in wifi.radios] == [
            (True, True),
            (False, False),
        ]
        assert wifi.radios[1].channel == Missing(why=FailureKind.NOT_MEASURED)


async def test_without_the_wider_commands_the_way_out_is_not_known() -> None:
    """And that is no line that is down."""
    ont = device()
    ont.opens_by_su = False
    async with home(ont) as one:
        with pytest.raises(UnreadableError) as caught:
            await one.read("router_wan")
        assert caught.value.kind is FailureKind.UNSUPPORTED
