"""Every question of the shipped OpenWrt driver, put to the lab's router."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.load_facts import PathQuality, RateTrain
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, HttpOutcome, PingCheck
from cpe_diag.domain.router_facts import (
    LanStatus,
    LogEventKind,
    LogEvents,
    RebootReason,
    RouterSystem,
    WanStatus,
)
from cpe_diag.domain.wifi_facts import AirScan, WifiClients, WifiStatus
from cpe_diag.driver_kit.dialects import fill
from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.lab.openwrt.air_text import USABLE
from cpe_diag.ports import CommandAnswer

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.lab.home_state import HomeRouter
    from cpe_diag.lab.world import World
    from tests.unit.lab_openwrt.conftest import LabTime, Run


async def ask(
    run: Run, question_id: str, *, target: str = "", server: str = "", driver: str = "openwrt"
) -> object:
    """Put one question as the probes do, and read the answers with the driver."""
    question = load_router_driver(driver).questions[question_id]
    parameters = {"target": target, "server": server}
    given = {name: value for name, value in parameters.items() if value}
    answers = []
    for command in fill(question, **given):
        answer = await run(f"{{ {command.text}\n}} 2>&1")
        answers.append(
            CommandAnswer(command=command, output=answer.out, exit_status=answer.status)
        )
    context = ReadingContext(at=datetime.now(UTC), target=target, server=server)
    return question.reader(tuple(answers), context)


async def test_every_fact_of_a_healthy_home_is_read(run: Run, router: HomeRouter) -> None:
    """What the lab says and what the driver understands are the same language."""
    system = await ask(run, "router_system")
    assert isinstance(system, RouterSystem)
    assert (system.model, system.boot_id) == (router.model, router.boot_id)
    wan = await ask(run, "router_wan")
    assert isinstance(wan, WanStatus)
    assert (wan.up, wan.gateway, wan.carrier) == (True, router.wan_gateway, True)
    lan = await ask(run, "router_lan")
    assert isinstance(lan, LanStatus)
    assert isinstance(lan.leases, tuple)
    assert len(lan.leases) == len(router.devices)
    log = await ask(run, "router_log")
    assert isinstance(log, LogEvents)
    assert log.events == ()


async def test_the_wifi_of_a_healthy_home_is_read(run: Run, router: HomeRouter) -> None:
    """Radios, stations and neighbours come out as the state has them."""
    wifi = await ask(run, "router_wifi")
    assert isinstance(wifi, WifiStatus)
    assert [radio.on_air for radio in wifi.radios] == [True, True]
    clients = await ask(run, "wifi_clients")
    assert isinstance(clients, WifiClients)
    seen = {each.mac: (each.signal_dbm, each.tx_rate_bps) for each in clients.clients}
    assert seen == {
        device.mac: (device.signal_dbm, device.tx_rate_kbps * 1000)
        for device in router.devices
        if device.attach.startswith("default_radio")
    }
    assert {radio.usable_channels for radio in wifi.radios} == {USABLE["2g"], USABLE["5g"]}
    assert {radio.width_mhz for radio in wifi.radios} == {20, 80}
    retries = [
        each.tx_retries / each.tx_packets
        for each in clients.clients
        if isinstance(each.tx_retries, int) and isinstance(each.tx_packets, int)
    ]
    assert retries == pytest.approx(
        [
            device.retry_ratio
            for radio in ("default_radio0", "default_radio1")
            for device in router.devices
            if device.attach == radio
        ],
        abs=0.01,
    )
    air = await ask(run, "air_scan")
    assert isinstance(air, AirScan)
    assert {each.bssid for each in air.neighbours} == {each.bssid for each in router.air}
    assert {each.width_mhz for each in air.neighbours} == {20}


async def test_what_the_home_counts_is_read(run: Run, router: HomeRouter) -> None:
    """A bad patch cable, a start by the watchdog, a wide neighbour."""
    router.watchdog_flags = 0x20
    router.lan_errors["lan2"] = 812
    router.air = [replace(router.air[0], channel=36, width_mhz=80)]
    system = await ask(run, "router_system")
    assert isinstance(system, RouterSystem)
    assert system.last_reboot is RebootReason.WATCHDOG
    lan = await ask(run, "router_lan")
    assert isinstance(lan, LanStatus)
    assert isinstance(lan.ports, tuple)
    assert {port.name: port.crc_errors for port in lan.ports}["lan2"] == 812
    air = await ask(run, "air_scan")
    assert isinstance(air, AirScan)
    assert [(one.width_mhz, one.centre_channel) for one in air.neighbours] == [(80, 42)]


async def test_every_way_out_of_a_healthy_home_is_read(run: Run, world: World) -> None:
    """The checks from the router itself, all of them good."""
    ping = await ask(run, "ping", target=world.reference.address)
    assert isinstance(ping, PingCheck)
    assert ping.lost_ratio == 0
    forwarder = await ask(run, "dns_forwarder", target=world.reference.name)
    direct = await ask(
        run, "dns_direct", target=world.reference.name, server=world.resolver.address
    )
    for check in (forwarder, direct):
        assert isinstance(check, DnsCheck)
        assert check.outcome is DnsOutcome.ANSWERED
        assert check.addresses == (world.reference.address,)
    page = await ask(run, "http", target=f"http://{world.platform.name}/")
    assert isinstance(page, HttpCheck)
    assert page.outcome is HttpOutcome.OK


async def test_trains_of_a_healthy_home_lose_nothing(run: Run, world: World) -> None:
    """A hundred packets a second, and large ones one at a time."""
    train = await ask(run, "ping_train", target=world.reference.address)
    assert isinstance(train, PathQuality)
    assert (train.sent, train.lost) == (100, 0)
    sizes = await ask(run, "rate_train", target=world.reference.address)
    assert isinstance(sizes, RateTrain)
    assert (sizes.size_bytes, sizes.sent, sizes.received) == (8028, 20, 20)


async def test_a_train_over_a_dead_way_ends_in_time(run: Run, world: World) -> None:
    """Silence costs its limit and no more."""
    world.core_loss = 1.0
    begun_s = world.now()
    train = await ask(run, "ping_train", target=world.reference.address)
    sizes = await ask(run, "rate_train", target=world.reference.address)
    assert isinstance(train, PathQuality)
    assert isinstance(sizes, RateTrain)
    assert (train.received, sizes.size_bytes, sizes.received) == (0, 1428, 0)
    assert world.now() - begun_s < 10


@pytest.mark.parametrize("share", [0.12, 0.5])
async def test_a_loss_in_the_core_is_seen_by_a_few_pings(
    run: Run, world: World, share: float
) -> None:
    """Partial means partial, every time: neither all of them nor none."""
    world.core_loss = share
    ping = await ask(run, "ping", target=world.reference.address)
    assert isinstance(ping, PingCheck)
    assert 0 < ping.lost_ratio < 1


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"status": 503}, HttpOutcome.HTTP_ERROR),
        ({"refuses": True}, HttpOutcome.REFUSED),
        ({"resolves": False}, HttpOutcome.NAME_FAILED),
    ],
)
async def test_a_sick_platform_is_understood(
    run: Run, world: World, change: dict[str, int], outcome: HttpOutcome
) -> None:
    """Each way for a platform to be sick ends as another outcome."""
    for name, value in change.items():
        setattr(world.platform, name, value)
    page = await ask(run, "http", target=f"http://{world.platform.name}/")
    assert isinstance(page, HttpCheck)
    assert page.outcome is outcome


async def test_the_log_names_each_fault_by_its_kind(run: Run, router: HomeRouter) -> None:
    """The words in the lab's log are those that the driver looks for."""
    router.dhcp_offers = False
    router.devices[0].wrong_password = True
    router.conntrack_entries = router.conntrack_limit
    router.memory_available_bytes = 1024
    router.dhcp_pool_exhausted = True
    log = await ask(run, "router_log")
    assert isinstance(log, LogEvents)
    assert {event.kind for event in log.events} >= {
        LogEventKind.DHCP_NO_OFFER,
        LogEventKind.WIFI_WRONG_PASSWORD,
        LogEventKind.CONNTRACK_FULL,
        LogEventKind.OUT_OF_MEMORY,
        LogEventKind.DHCP_POOL_EXHAUSTED,
    }


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"ppp_auth_ok": False}, LogEventKind.PPP_AUTH_REFUSED),
        ({"pppoe_answers": False}, LogEventKind.PPPOE_NO_SERVER),
        ({"rogue_dhcp": "192.168.0.1"}, LogEventKind.ROGUE_DHCP),
        ({"wan_cable_ok": False}, LogEventKind.WAN_LINK_LOST),
    ],
)
async def test_the_log_of_a_pppoe_home_names_its_fault(
    run_pppoe: Run, pppoe_router: HomeRouter, change: dict[str, object], kind: LogEventKind
) -> None:
    """And so are those of the other protocol."""
    for name, value in change.items():
        setattr(pppoe_router, name, value)
    log = await ask(run_pppoe, "router_log")
    assert isinstance(log, LogEvents)
    assert kind in {event.kind for event in log.events}


@pytest.mark.parametrize("driver", ["openwrt", "linux_hostapd"])
async def test_a_host_without_a_name_server_is_told_as_soon_as_it_says_so(
    run: Run, world: World, lab_time: LabTime, driver: str
) -> None:
    """The nslookup of busybox would wait for its 5 s all the same; silence is waited for."""
    name, nobody = world.reference.name, world.reference.address
    before_s = lab_time.now_s
    told = await ask(run, "dns_direct", target=name, server=nobody, driver=driver)
    assert isinstance(told, DnsCheck)
    assert told.outcome is DnsOutcome.REFUSED
    assert lab_time.now_s - before_s == pytest.approx(0, abs=0.1)
    world.reference.reachable_from_homes = False
    silent = await ask(run, "dns_direct", target=name, server=nobody, driver=driver)
    assert isinstance(silent, DnsCheck)
    assert silent.outcome is DnsOutcome.TIMEOUT
    assert lab_time.now_s - before_s == pytest.approx(5, abs=0.1)


@pytest.mark.parametrize("driver", ["openwrt", "linux_hostapd"])
def test_a_router_without_nslookup_is_told_as_such(driver: str, tmp_path: Path) -> None:
    """The status of the shell says it, although what runs nslookup is a pipeline."""
    question = load_router_driver(driver).questions["dns_direct"]
    (command,) = fill(question, target="x.example", server="192.0.2.1")
    shell = subprocess.run(  # noqa: S603 - the driver's own command
        ["/bin/sh", "-c", command.text],
        env={"PATH": str(tmp_path)},
        stdout=subprocess.PIPE,
        check=False,
    )
    answer = CommandAnswer(
        command=command, output=shell.stdout.decode(), exit_status=shell.returncode
    )
    context = ReadingContext(at=datetime.now(UTC), target="x.example", server="192.0.2.1")
    with pytest.raises(UnreadableError) as raised:
        question.reader((answer,), context)
    assert raised.value.kind is FailureKind.WRONG_PLATFORM
