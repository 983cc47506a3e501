"""RouterOS over SSH: batches in its own language, whole answers, and what they tell."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from cli_homes import CLOCK, PASSWORD, USER, Home, LabTime, opened, soon

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, PingCheck
from cpe_diag.domain.router_facts import LanStatus, LogEvents, RouterSystem, WanStatus
from cpe_diag.domain.wifi_facts import WifiClients, WifiStatus
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.engine.platform_watch import WatchedRouter
from cpe_diag.lab.routeros.device import Device
from cpe_diag.lab.routeros.ssh_server import RouterOsServer
from cpe_diag.ports import Command
from cpe_diag.testing import conformance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ID = "mikrotik_routeros"


@asynccontextmanager
async def home(device: Device, driver: str = ID) -> AsyncIterator[Home]:
    """Run a router and open its view."""
    server = RouterOsServer(device, user=USER, password=PASSWORD)
    await server.start()
    try:
        async with opened(server.port, server.known_key, driver) as one:
            yield one
    finally:
        await server.stop()


def device(package: str = "wifi") -> Device:
    """Make a router that has been up for an hour and a minute."""
    time = LabTime()
    made = Device(now=time.now, package=package, booted_at=time.at - 3660)
    made.known_names["www.example.net"] = "192.0.2.80"
    made.answering.add("192.0.2.80")
    return made


async def test_the_view_keeps_what_every_router_view_keeps() -> None:
    """Failed and unknown commands are answers too, each under its own question."""
    async with home(device()) as one:
        answers = [
            (Command(text=':put "first $x ok"', label="first"), "first  ok\n", 0),
            (Command(text=':put "a"; :error "no"', label="fails"), "a\n", 1),
            (Command(text="/interface wave print", label="unknown"), "", 127),
            (Command(text=":put (1 + 2)", label="sum"), "3\n", 0),
        ]
        await conformance.check_router_view(one.view, CLOCK, answers=answers)


async def test_a_command_alone_is_heard_when_it_fails() -> None:
    """What a failing command says is all that tells why."""
    async with home(device()) as one:
        words = Command(text=':put "a"; :error "failure: x"', label="w", beside_others=True)
        unknown = Command(text="/interface wave print", label="u", beside_others=True)
        good = Command(text=":put 7", label="g", beside_others=True)
        told = await one.view.ask([words, unknown, good], deadline=soon())
        assert [(one.output, one.exit_status) for one in told] == [
            ("a\nfailure: x\n", 1),
            ("bad command name interface (line 1 column 2)\n", 127),
            ("7\n", 0),
        ]


async def test_a_long_batch_is_cut_into_execs_that_fit() -> None:
    """No answer is lost or shifted."""
    async with home(device()) as one:
        commands = [
            Command(text=f':put "{number:04d}{"x" * 900}"', label=f"c{number}")
            for number in range(30)
        ]
        told = await one.view.ask(commands, deadline=soon())
        assert [answer.output[:4] for answer in told] == [f"{n:04d}" for n in range(30)]


async def test_the_router_is_recognised_and_its_health_read() -> None:
    """Uptime, memory, the clock, and a substitute for a boot id."""
    router = device()
    async with home(router) as one:
        system = await one.read("router_system")
        assert isinstance(system, RouterSystem)
        assert (system.model, system.firmware) == ("hAP ax2", "7.16.1 (stable)")
        assert system.uptime_s == 3660
        assert (system.conntrack_entries, system.conntrack_limit) == (312, 218112)
        assert system.clock_offset_s == 0.0
        before = system.boot_id
    router.reboot()
    router.booted_at = router.away_until = router.now()
    async with home(router) as one:
        again = await one.read("router_system")
        assert isinstance(again, RouterSystem)
        assert again.boot_id != before


@pytest.mark.parametrize("package", ["wifi", "wireless"])
async def test_both_wifi_packages_are_read(package: str) -> None:
    """What an interface does not set itself is its profile's; a guest network is no radio."""
    async with home(device(package)) as one:
        wifi = await one.read("router_wifi")
        assert isinstance(wifi, WifiStatus)
        assert sorted(str(radio.band) for radio in wifi.radios) == ["2g", "5g"]
        assert {radio.channel for radio in wifi.radios} == {1, 36}
        assert all(radio.on_air and radio.enabled for radio in wifi.radios)
        by_name = {network.ssid: network for network in wifi.networks}
        assert set(by_name) == {"Home 41", "Guests of 41"}
        assert by_name["Home 41"].purpose == "lan"
        assert by_name["Guests of 41"].purpose == "guest"
        assert by_name["Guests of 41"].band == "2g"
        clients = await one.read("wifi_clients")
        assert isinstance(clients, WifiClients)
        assert [client.signal_dbm for client in clients.clients] == [-52]
        kept = "".join(raw.text for raw in one.recorder.raw_answers())
        assert "password" not in kept.lower()


async def test_a_router_without_wifi_has_none() -> None:
    """Neither package is there."""
    async with home(device("none")) as one:
        assert await one.read("router_wifi") == WifiStatus(radios=(), networks=())


async def test_a_radio_that_is_off_is_not_on_air() -> None:
    """Its setting and its state are told apart."""
    router = device()
    async with home(router) as one:
        await one.view.ask(
            [Command(text="/interface wifi disable wifi1", label="off")], deadline=soon()
        )
        wifi = await one.read("router_wifi")
        assert isinstance(wifi, WifiStatus)
        (radio,) = (radio for radio in wifi.radios if radio.name == "wifi1")
        assert (radio.enabled, radio.on_air) == (False, False)
        assert isinstance(radio.channel, Missing)


async def test_the_ways_out_and_in_are_read() -> None:
    """WAN, LAN, log, names and pings."""
    async with home(device()) as one:
        wan = await one.read("router_wan")
        assert isinstance(wan, WanStatus)
        assert (wan.up, wan.protocol, wan.gateway) == (True, "dhcp", "198.51.100.1")
        assert wan.addresses == ("198.51.100.41/24",)
        assert wan.dns_servers == ("192.0.2.53",)
        assert wan.mac == "02:00:5e:10:00:01"
        lan = await one.read("router_lan")
        assert isinstance(lan, LanStatus)
        assert lan.prefix == "192.168.88.1/24"
        assert lan.dhcp_pool_size == 245
        assert not isinstance(lan.leases, Missing)
        assert [lease.host for lease in lan.leases] == ["laptop"]
        assert not isinstance(lan.ports, Missing)
        assert {port.name: port.carrier for port in lan.ports} == {
            "ether2": True,
            "ether3": False,
        }
        log = await one.read("router_log")
        assert isinstance(log, LogEvents)
        assert log.lines_read == 2
        ping = await one.read("ping", target="192.0.2.80")
        assert isinstance(ping, PingCheck)
        assert (ping.sent, ping.received, ping.rtt_avg_s) == (8, 8, 0.012)
        lost = await one.read("ping", target="192.0.2.81")
        assert isinstance(lost, PingCheck)
        assert (lost.received, lost.note) == (0, "")


async def test_names_end_as_they_ended() -> None:
    """A name that does not exist is not a resolver that does not answer."""
    router = device()
    async with home(router) as one:
        found = []
        for name in ("www.example.net", "nosuch.example.net"):
            for question in ("dns_forwarder", "dns_direct"):
                check = await one.read(question, target=name, server="192.0.2.53")
                assert isinstance(check, DnsCheck)
                found.append(check.outcome)
        router.upstream = False
        check = await one.read("dns_forwarder", target="www.example.net")
        assert isinstance(check, DnsCheck)
        found.append(check.outcome)
    answered, missing = DnsOutcome.ANSWERED, DnsOutcome.NXDOMAIN
    assert found == [answered, answered, missing, missing, DnsOutcome.SERVFAIL]


async def test_a_routeros_router_that_is_called_openwrt_is_named() -> None:
    """It does not understand a word, and its SSH server says who it is."""
    drivers = (load_router_driver("openwrt"), load_router_driver(ID))
    async with home(device(), "openwrt") as one:
        watch = WatchedRouter(one.view, driver=drivers[0], others=lambda: drivers)
        with pytest.raises(MeasurementError) as caught:
            await watch.ask([Command(text="uptime", label="uptime")], deadline=soon())
        assert caught.value.failure.kind is FailureKind.WRONG_PLATFORM
        assert "MikroTik RouterOS" in caught.value.failure.detail


def test_a_text_of_digits_stays_a_text() -> None:
    """A frame's mark may consist of digits alone, and begin with a zero."""
    assert device().run(':local a "0071"; :put ($a . "8")') == "00718\r\n"
    assert device().run(":put (2407 + (6 * 5))") == "2437\r\n"
