"""What a lab router shows when something is wrong: one state, seen through many commands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from cpe_diag.lab.home_state import HomeRouter
    from cpe_diag.lab.world import World
    from tests.unit.lab_openwrt.conftest import LabTime, Run


async def test_a_healthy_home_reaches_everything(
    run: Run, world: World, router: HomeRouter
) -> None:
    """The healthy case is the control of all others."""
    status = json.loads((await run("ubus call network.interface.wan status")).out)
    assert status["up"] is True
    assert status["route"][0]["nexthop"] == router.wan_gateway
    ping = await run(f"ping -c 3 -W 1 {world.reference.address}")
    assert "3 packets transmitted, 3 packets received, 0% packet loss" in ping.out
    assert "round-trip min/avg/max = " in ping.out
    assert (await run(f"nslookup {world.reference.name}")).status == 0
    fetched = await run(f"wget -O /dev/null http://{world.platform.name}/")
    assert fetched.status == 0
    assert "Download completed" in fetched.err


async def test_a_ping_of_three_takes_two_seconds(run: Run, lab_time: LabTime) -> None:
    """The lab's time is a real router's time: budgets are tested against it."""
    before_s = lab_time.now_s
    await run("ping -c 3 192.168.1.1")
    assert lab_time.now_s - before_s == pytest.approx(2, abs=0.1)


async def test_without_a_session_there_is_no_route(
    run: Run, world: World, router: HomeRouter
) -> None:
    """No offer from the operator: no address, no route, and the kernel says so."""
    router.dhcp_offers = False
    status = json.loads((await run("ubus call network.interface.wan status")).out)
    assert (status["up"], status["pending"]) == (False, True)
    assert "route" not in status
    assert "default" not in (await run("ip route")).out
    assert (await run("cat /tmp/resolv.conf.d/resolv.conf.auto")).out == ""
    ping = await run(f"ping -c 1 -W 1 {world.reference.address}")
    assert ping.err == "ping: sendto: Network is unreachable\n"
    assert ping.status == 1
    assert "udhcpc: broadcasting discover" in (await run("logread")).out
    lookup = await run(f"nslookup {world.reference.name} 127.0.0.1")
    assert lookup.out == (
        "Server:\t\t127.0.0.1\nAddress:\t127.0.0.1:53\n\n"
        f"** server can't find {world.reference.name}: REFUSED\n\n"
    )


async def test_a_pulled_wan_cable_is_a_lost_carrier(run: Run, router: HomeRouter) -> None:
    """As in the recording `wan_cable_out`: the interface is down and not pending."""
    router.wan_cable_ok = False
    status = json.loads((await run("ubus call network.interface.wan status")).out)
    assert list(status) == [
        "up", "pending", "available", "autostart", "dynamic", "proto", "device", "data",
    ]  # fmt: skip
    assert (status["up"], status["pending"]) == (False, False)
    assert (await run("cat /sys/class/net/wan/carrier")).out == "0\n"
    device = json.loads((await run("devstatus wan")).out)
    assert (device["up"], device["carrier"]) == (True, False)
    assert "Network device 'wan' link is down" in (await run("logread")).out


async def test_a_refused_pppoe_login_says_so_twice(
    run_pppoe: Run, pppoe_router: HomeRouter
) -> None:
    """Netifd names pppd's exit status, and pppd says why."""
    pppoe_router.ppp_auth_ok = False
    status = json.loads((await run_pppoe("ifstatus wan")).out)
    assert status["errors"] == [{"subsystem": "pppoe", "code": "AUTH_TOPEER_FAILED"}]
    assert "CHAP authentication failed" in (await run_pppoe("logread -e pppd")).out


async def test_a_silent_pppoe_server_is_a_failed_discovery(
    run_pppoe: Run, pppoe_router: HomeRouter
) -> None:
    """Nobody offers: a fault of the network, not of the login."""
    pppoe_router.pppoe_answers = False
    log = (await run_pppoe("logread")).out
    assert "Timeout waiting for PADO packets" in log
    assert "authentication" not in log


async def test_a_pppoe_session_has_its_own_device(run_pppoe: Run) -> None:
    """The address stands on `pppoe-wan`, not on the socket."""
    status = json.loads((await run_pppoe("ifstatus wan")).out)
    assert (status["l3_device"], status["device"]) == ("pppoe-wan", "wan")
    assert "dev pppoe-wan" in (await run_pppoe("ip route")).out


async def test_a_stale_session_has_an_address_and_no_answer(
    run: Run, world: World, router: HomeRouter
) -> None:
    """The router believes that all is well; only the ping knows."""
    router.session_stale = True
    assert json.loads((await run("ifstatus wan")).out)["up"] is True
    ping = await run(f"ping -c 2 -W 1 {router.wan_gateway}")
    assert ping.status == 1
    assert "2 packets transmitted, 0 packets received, 100% packet loss" in ping.out
    lookup = await run(f"nslookup {world.reference.name} {world.resolver.address}")
    assert ";; connection timed out; no servers could be reached" in lookup.out


async def test_beyond_the_edge_only_the_far_side_is_silent(
    run: Run, world: World, router: HomeRouter
) -> None:
    """The gateway answers: the fault is behind it."""
    world.reference.reachable_from_homes = False
    assert (await run(f"ping -c 1 -W 1 {router.wan_gateway}")).status == 0
    assert (await run(f"ping -c 1 -W 1 {world.reference.address}")).status == 1


async def test_a_dead_forwarder_and_a_dead_upstream_differ(
    run: Run, world: World, router: HomeRouter
) -> None:
    """Dnsmasq away is refused at once; a wrong upstream is silence; direct works in both."""
    name, server = world.reference.name, world.resolver.address
    router.dnsmasq_running = False
    gone = await run(f"nslookup {name} 127.0.0.1")
    assert gone.err == "nslookup: read: Connection refused\n" * 2
    assert (await run("ubus list | grep -c dnsmasq")).out == "0\n"
    router.dnsmasq_running, router.dns_upstream_ok = True, False
    assert "timed out" in (await run(f"nslookup {name} 127.0.0.1")).out
    assert (await run(f"nslookup {name} {server}")).status == 0


@pytest.mark.parametrize(
    ("change", "words", "status"),
    [
        ({"status": 503}, "HTTP error 503", 8),
        ({"refuses": True}, "Connection error: Connection failed", 4),
        ({"reachable_from_homes": False}, "Connection error: Connection timed out", 4),
        ({"answer_delay_s": 60.0}, "Connection error: Connection timed out", 4),
        ({"resolves": False}, "Failed to send request: Operation not permitted", 4),
    ],
)
async def test_a_sick_platform_is_told_in_uclient_fetchs_words(
    run: Run, world: World, change: dict[str, float | bool], words: str, status: int
) -> None:
    """The driver has only these words and the exit status to tell one from another."""
    for name, value in change.items():
        setattr(world.platform, name, value)
    answer = await run(f"uclient-fetch -T 5 -O /dev/null http://{world.platform.name}/")
    assert answer.err.splitlines()[-1] == words
    assert answer.status == status


async def test_a_wrong_wifi_password_is_in_hostapds_log(run: Run, router: HomeRouter) -> None:
    """The station is never in the list; the log names it."""
    device = next(each for each in router.devices if each.attach.startswith("default_radio"))
    device.wrong_password = True
    log = (await run("logread -e POSSIBLE-PSK-MISMATCH")).out
    assert f"AP-STA-POSSIBLE-PSK-MISMATCH {device.mac}" in log
    for ifname in ("phy0-ap0", "phy1-ap0"):
        clients = (await run(f"ubus call hostapd.{ifname} get_clients")).out
        assert device.mac not in clients
    assert device.mac not in (await run("cat /tmp/dhcp.leases")).out


async def test_a_switched_off_radio_takes_its_clients_along(run: Run, router: HomeRouter) -> None:
    """What the settings say and what is on air agree when the setting is off."""
    router.uci["wireless"]["radio1"]["disabled"] = "1"
    status = json.loads((await run("ubus call network.wireless status")).out)
    assert (status["radio1"]["up"], status["radio1"]["disabled"]) == (False, True)
    assert status["radio0"]["up"] is True
    assert (await run("ubus call hostapd.phy1-ap0 get_status")).status == 4


async def test_a_failing_radio_is_enabled_and_not_on_air(run: Run, router: HomeRouter) -> None:
    """Enabled and down is the signature of a broken radio."""
    router.radios_failing.add("radio1")
    radio = json.loads((await run("wifi status")).out)["radio1"]
    assert (radio["up"], radio["disabled"], radio["retry_setup_failed"]) == (False, False, True)


async def test_a_rogue_dhcp_server_silences_our_own(run: Run, router: HomeRouter) -> None:
    """OpenWrt's dnsmasq refuses to serve a LAN on which somebody else already does."""
    router.rogue_dhcp = "192.168.66.1"
    assert "found already running DHCP-server on interface 'br-lan'" in (await run("logread")).out
    assert (await run("cat /tmp/dhcp.leases")).out == ""


async def test_an_exhausted_pool_is_full_and_said(run: Run, router: HomeRouter) -> None:
    """As many leases as the pool has addresses, and a log line for who got none."""
    router.dhcp_pool_exhausted = True
    assert (await run("wc -l < /tmp/dhcp.leases")).out == "150\n"
    assert "no address available" in (await run("logread")).out


async def test_a_switched_off_dhcp_server_gives_no_leases(run: Run, router: HomeRouter) -> None:
    """The setting is off; the devices are there, without an address."""
    router.uci["dhcp"]["lan"]["ignore"] = "1"
    assert (await run("cat /tmp/dhcp.leases")).out == ""
    assert "192.168.1.11" not in (await run("ip neigh")).out


async def test_a_full_table_and_no_memory_are_kernel_lines(run: Run, router: HomeRouter) -> None:
    """Numbers in /proc and words in the log come from the same state."""
    router.conntrack_entries = router.conntrack_limit
    router.memory_available_bytes = 1024 * 1024
    log = (await run("logread")).out
    assert "nf_conntrack: table full, dropping packet" in log
    assert "Out of memory: Killed process" in log
    count, limit = (
        await run("cat /proc/sys/net/netfilter/nf_conntrack_count /proc/sys/net/netfilter/*_max")
    ).out.split()
    assert count == limit


async def test_a_device_that_is_off_has_no_carrier_and_no_answer(
    run: Run, router: HomeRouter
) -> None:
    """A dark LAN socket, a failed neighbour, a silent ping."""
    device = next(each for each in router.devices if each.attach == "lan2")
    address = next(
        line.split()[2]
        for line in (await run("cat /tmp/dhcp.leases")).out.splitlines()
        if device.mac in line
    )
    device.on = False
    assert (await run("cat /sys/class/net/lan2/carrier")).out == "0\n"
    assert (await run(f"ping -c 1 -W 1 {address}")).status == 1
    assert device.mac not in (await run("ip neigh")).out


async def test_a_reboot_restarts_what_lives_in_memory(
    run: Run, router: HomeRouter, world: World, lab_time: LabTime
) -> None:
    """Uptime, boot id, staged settings and written files are of this boot only."""
    boot_id = router.boot_id
    port = world.port_of(router)
    assert (await run("uci set system.x=system; echo 1 > /tmp/mark; reboot")).status == 0
    await lab_time.sleep(1.0)
    assert router.boot_id != boot_id
    assert router.uci_staged == {}
    assert router.away_until > lab_time.now_s
    assert port.showtime_at >= router.away_until
    await lab_time.sleep(router.reboot_s + 30)
    uptime_s = float((await run("cut -d. -f1 /proc/uptime")).out)
    assert uptime_s < 40
    assert (await run("cat /tmp/mark")).status == 1
    assert (await run("cat /proc/sys/kernel/random/boot_id")).out == f"{router.boot_id}\n"


async def test_what_is_set_goes_on_air_with_a_reload_even_uncommitted(
    run: Run, lab_time: LabTime
) -> None:
    """Recording `uci_wifi_changes`, A and B: the trap that a careless change falls into."""
    await run("uci set wireless.default_radio0.ssid=RuntimeOnly")
    assert "RuntimeOnly" not in (await run("iwinfo phy0-ap0 info")).out
    await run("wifi reload")
    assert (await run("iwinfo phy0-ap0 info")).status == 1
    await lab_time.sleep(5)
    assert 'ESSID: "RuntimeOnly"' in (await run("iwinfo phy0-ap0 info")).out
    assert "RuntimeOnly" not in (await run("cat /etc/config/wireless")).out
    await run("uci revert wireless; wifi reload")
    await lab_time.sleep(5)
    assert "RuntimeOnly" not in (await run("iwinfo phy0-ap0 info")).out


async def test_a_short_password_keeps_the_network_off_air(run: Run, lab_time: LabTime) -> None:
    """Recording `uci_wifi_changes`, E: seven characters, and the SSID is gone."""
    await run("uci set wireless.default_radio0.key=seven77; uci commit; wifi reload")
    await lab_time.sleep(30)
    assert "hostapd.phy0-ap0" not in (await run("ubus list")).out
