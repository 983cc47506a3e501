"""Every question of the shipped drivers, put to the lab's routers of their platforms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, HttpOutcome, PingCheck
from cpe_diag.domain.router_facts import (
    LanStatus,
    LogEventKind,
    LogEvents,
    RouterSystem,
    WanStatus,
)
from cpe_diag.domain.wifi_facts import AirScan, WifiClients, WifiStatus
from tests.unit.lab_makes.conftest import WITH_RADIOS

if TYPE_CHECKING:
    from tests.unit.lab_makes.conftest import Make

MAKES = WITH_RADIOS
WITH_LOG = ("asuswrt", "ddwrt")


@pytest.mark.parametrize("name", MAKES)
async def test_health_and_ways_of_a_home_are_read(make: Make, name: str) -> None:
    """What the lab says and what the driver understands are the same language."""
    home = make(name)
    system = await home.ask("router_system")
    assert isinstance(system, RouterSystem)
    assert (system.boot_id, system.load_1min) == (home.router.boot_id, home.router.load_1min)
    assert system.conntrack_limit == home.router.conntrack_limit
    wan = await home.ask("router_wan")
    assert isinstance(wan, WanStatus)
    assert (wan.up, wan.protocol, wan.gateway) == (True, "dhcp", home.router.wan_gateway)
    assert wan.dns_servers == tuple(home.router.dns_servers)
    assert str(wan.mac).lower() == home.router.wan_mac
    lan = await home.ask("router_lan")
    assert isinstance(lan, LanStatus)
    assert (lan.prefix, lan.dhcp_enabled) == ("192.168.1.1/24", True)
    assert isinstance(lan.neighbours, tuple)
    assert len(lan.neighbours) == len(home.router.devices)


@pytest.mark.parametrize("name", ["asuswrt", "ubiquiti_airos"])
async def test_a_bad_patch_cable_is_read(make: Make, name: str) -> None:
    """The socket's own count of wrong checksums."""
    home = make(name)
    home.router.lan_errors["lan1"] = 812
    lan = await home.ask("router_lan")
    assert isinstance(lan, LanStatus)
    assert isinstance(lan.ports, tuple)
    assert {port.name: port.crc_errors for port in lan.ports}["eth1"] == 812


@pytest.mark.parametrize("name", MAKES)
async def test_a_home_that_dials_is_read(make: Make, name: str) -> None:
    """The address is the session's."""
    home = make(f"{name}/pppoe")
    wan = await home.ask("router_wan")
    assert isinstance(wan, WanStatus)
    assert (wan.up, wan.protocol) == (True, "pppoe")
    assert str(wan.addresses).startswith(f"('{home.router.wan_address}")
    home.router.ppp_auth_ok = False
    wan = await home.ask("router_wan")
    assert isinstance(wan, WanStatus)
    assert (wan.up, wan.addresses) == (False, ())


@pytest.mark.parametrize("name", MAKES)
async def test_the_wifi_of_a_home_is_read(make: Make, name: str) -> None:
    """Radios, networks, stations and neighbours come out as the state has them."""
    home = make(name)
    wifi = await home.ask("router_wifi")
    assert isinstance(wifi, WifiStatus)
    assert [(one.band, one.on_air) for one in wifi.radios] == [("2g", True), ("5g", True)]
    channels = [int(str(home.router.uci["wireless"][f"radio{n}"]["channel"])) for n in (0, 1)]
    assert [one.channel for one in wifi.radios] == channels
    ssid = home.router.uci["wireless"]["default_radio0"]["ssid"]
    assert [one.ssid for one in wifi.networks if one.purpose == "lan"] == [ssid, ssid]
    assert all(one.on_air for one in wifi.networks)
    clients = await home.ask("wifi_clients")
    assert isinstance(clients, WifiClients)
    seen = {each.mac: (each.signal_dbm, each.tx_rate_bps) for each in clients.clients}
    assert seen == {
        device.mac: (device.signal_dbm, device.tx_rate_kbps * 1000)
        for device in home.router.devices
        if device.attach.startswith("default_radio")
    }
    air = await home.ask("air_scan")
    assert isinstance(air, AirScan)
    assert {each.bssid for each in air.neighbours} == {each.bssid for each in home.router.air}


@pytest.mark.parametrize("name", MAKES)
async def test_a_radio_that_is_off_is_read_as_off(make: Make, name: str) -> None:
    """Its networks are not on air, and are still known by name."""
    home = make(name)
    home.router.uci["wireless"]["radio0"]["disabled"] = "1"
    wifi = await home.ask("router_wifi")
    assert isinstance(wifi, WifiStatus)
    assert [(one.enabled, one.on_air) for one in wifi.radios] == [(False, False), (True, True)]
    first = wifi.networks[0]
    assert first.ssid == home.router.uci["wireless"]["default_radio0"]["ssid"]
    assert not first.on_air


@pytest.mark.parametrize("name", MAKES)
async def test_a_name_with_every_kind_of_character_is_read(make: Make, name: str) -> None:
    """Quotes, backslashes and what is no ASCII come out as they are."""
    home = make(name)
    ssid = "Café \"x\" 'q' \\x41 \\ $HOME"
    home.router.uci["wireless"]["default_radio0"]["ssid"] = ssid
    wifi = await home.ask("router_wifi")
    assert isinstance(wifi, WifiStatus)
    assert wifi.networks[0].ssid == ssid


@pytest.mark.parametrize("name", MAKES)
async def test_every_way_out_of_a_home_is_read(make: Make, name: str) -> None:
    """The checks from the router itself, all of them good."""
    home = make(name)
    target = home.world.reference
    ping = await home.ask("ping", target=target.address)
    assert isinstance(ping, PingCheck)
    assert ping.lost_ratio == 0
    forwarder = await home.ask("dns_forwarder", target=target.name)
    direct = await home.ask("dns_direct", target=target.name, server=home.world.resolver.address)
    for check in (forwarder, direct):
        assert isinstance(check, DnsCheck)
        assert (check.outcome, check.addresses) == (DnsOutcome.ANSWERED, (target.address,))


@pytest.mark.parametrize("name", WITH_LOG)
@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({}, HttpOutcome.OK),
        ({"status": 503}, HttpOutcome.HTTP_ERROR),
        ({"refuses": True}, HttpOutcome.REFUSED),
        ({"resolves": False}, HttpOutcome.NAME_FAILED),
    ],
)
async def test_a_page_is_fetched_in_busybox_words(
    make: Make, name: str, change: dict[str, int], outcome: HttpOutcome
) -> None:
    """Each way for a platform to be sick ends as another outcome."""
    home = make(name)
    for part, value in change.items():
        setattr(home.world.platform, part, value)
    page = await home.ask("http", target=f"http://{home.world.platform.name}/")
    assert isinstance(page, HttpCheck)
    assert page.outcome is outcome


@pytest.mark.parametrize("name", WITH_LOG)
async def test_the_log_names_faults_by_their_kind(make: Make, name: str) -> None:
    """The words in the lab's log are those that the driver looks for."""
    home = make(name)
    log = await home.ask("router_log")
    assert isinstance(log, LogEvents)
    assert log.events == ()
    home.router.conntrack_entries = home.router.conntrack_limit
    home.router.memory_available_bytes = 1024
    log = await home.ask("router_log")
    assert isinstance(log, LogEvents)
    kinds = {event.kind for event in log.events}
    assert kinds >= {LogEventKind.CONNTRACK_FULL, LogEventKind.OUT_OF_MEMORY}


@pytest.mark.parametrize("name", WITH_LOG)
async def test_leases_last_as_long_as_they_do(make: Make, name: str) -> None:
    """These builds of dnsmasq write how long a lease lasts, not until when."""
    home = make(name)
    lan = await home.ask("router_lan")
    assert isinstance(lan, LanStatus)
    assert isinstance(lan.leases, tuple)
    assert {one.mac for one in lan.leases} == {one.mac for one in home.router.devices}
