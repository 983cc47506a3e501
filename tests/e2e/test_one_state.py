"""One state drives all faces of the lab: what is done to one device is felt at the others.

Only real protocols are used here, as a trainee with `snmpset` and `ssh` uses them; nothing is set
through the lab's own door.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

import asyncssh
import fork_server
import pytest
from lab_home import Home, home_of

if TYPE_CHECKING:
    from running_lab import RunningLab

pytestmark = pytest.mark.lab

COMMAND = ("-m", "cpe_diag")

# IF-MIB, RFC 2863; VDSL2-LINE-MIB, RFC 5650: xdsl2PMLineInitCurr15MFullInits.
IF_ADMIN_STATUS = "1.3.6.1.2.1.2.2.1.7"
IF_OPER_STATUS = "1.3.6.1.2.1.2.2.1.8"
FULL_INITS_15MIN = "1.3.6.1.2.1.10.251.1.4.1.2.1.4"
UP, DOWN = 1, 2
FAULT = 10

WAN_STATUS = "ubus call network.interface.wan status"

REBOOT_S = 4.0
"""How long a lab router takes to start."""

SILENCE_S = 0.5
"""How long a silence has to last here to be one; a refusal or an answer comes at once."""

TRIES = 10
"""How often a cut may be over before the router itself has looked."""

# Waits for the loss of the default route, and then notes what the router itself sees. It lets go
# of its output, so that it lives on when we lose our own way to the router.
WATCH = """( while ip route | grep -q ^default; do sleep 1; done
{{ ip route; ping -c 1 -W 1 {reference}; ifstatus wan | grep '"up"'; }} > /tmp/seen 2>&1
echo noted > /tmp/noted ) > /dev/null 2>&1 < /dev/null &"""


def _diagnosed(lab: RunningLab, subscriber: str) -> dict[str, Any]:
    done = fork_server.run(
        [*COMMAND, "--config", str(lab.config), "run", "no_internet", "-s", subscriber, "--json"],
        timeout=60,
    )
    assert done.returncode == FAULT
    verdict: dict[str, Any] = json.loads(done.stdout)["verdict"]
    return verdict


@pytest.mark.parametrize("subscriber", ["sub-1007", "sub-3007"])
async def test_a_port_shut_over_snmp_takes_wan_route_and_ping_of_the_router(
    lab: RunningLab, subscriber: str
) -> None:
    """Over v2c on a DSL line, over v3 authPriv on Ethernet; the router itself tells the tale."""
    home = home_of(lab, subscriber)
    before = json.loads(await home.ssh(WAN_STATUS))
    assert before["up"]
    await home.ssh(WATCH.format(reference=home.reference))
    noted = ""
    for _ in range(TRIES):
        await home.put(IF_ADMIN_STATUS, DOWN)
        assert await home.read(IF_OPER_STATUS) == DOWN
        with pytest.raises(TimeoutError):
            await home.ssh("true", within_s=SILENCE_S)
        verdict = await asyncio.to_thread(_diagnosed, lab, subscriber)
        assert (verdict["domain"], verdict["cause"]) == ("network", "port_shut")
        await home.put(IF_ADMIN_STATUS, UP)
        noted = await home.back("cat /tmp/noted 2>/dev/null")
        if noted:
            break
    seen = await home.ssh("cat /tmp/seen; rm /tmp/seen /tmp/noted")
    assert "192.168.1.0/24 dev br-lan" in seen
    assert "default" not in seen
    assert "Network is unreachable" in seen
    assert '"up": false' in seen
    await home.until(IF_OPER_STATUS, UP)
    again = await home.ssh(
        f"until ping -c 1 {home.reference} > /dev/null 2>&1; do sleep 1; done; {WAN_STATUS}",
        within_s=30,
    )
    assert json.loads(again)["uptime"] < before["uptime"]


async def refused(home: Home) -> None:
    """Wait until nobody listens; what was being taken up as the router went is cut off."""
    async with asyncio.timeout(30):
        while True:
            try:
                answered = await home.ssh("true")
            except ConnectionRefusedError:
                return
            except asyncssh.ConnectionLost:
                continue
            pytest.fail(f"the router is down and answers: {answered!r}")


async def test_a_reboot_takes_the_ssh_away_retrains_the_line_and_restarts_the_uptime(
    lab: RunningLab,
) -> None:
    """What an agent has to live through after a reboot of its own."""
    home = home_of(lab, "sub-1008")
    uptime_s = float((await home.ssh("cat /proc/uptime")).split()[0])
    boot_id = await home.ssh("cat /proc/sys/kernel/random/boot_id")
    full_inits = await home.read(FULL_INITS_15MIN)
    started = time.monotonic()
    await home.ssh("reboot")
    await home.until(IF_OPER_STATUS, DOWN)
    await refused(home)
    now_s = float((await home.back("cat /proc/uptime")).split()[0])
    took_s = time.monotonic() - started
    assert took_s >= REBOOT_S
    assert now_s <= took_s
    assert now_s < uptime_s
    assert await home.ssh("cat /proc/sys/kernel/random/boot_id") != boot_id
    assert await home.read(IF_OPER_STATUS) == UP
    assert await home.read(FULL_INITS_15MIN) == full_inits + 1


# HUAWEI-XPON-MIB V2.14: hwGponDeviceOntControlReset, ...RunStatus.
ONT_RESET = "1.3.6.1.4.1.2011.6.128.1.1.2.46.1.2"
ONT_RUN_STATUS = "1.3.6.1.4.1.2011.6.128.1.1.2.46.1.15"


async def test_an_ont_that_is_reset_takes_the_router_away_and_brings_it_back(
    lab: RunningLab,
) -> None:
    """The router keeps running meanwhile; its WAN session is a new one afterwards."""
    home = home_of(lab, "sub-4003")
    booted = await home.ssh("cut -d. -f1 /proc/uptime")
    await home.put(ONT_RESET, 1)
    assert await home.read(ONT_RUN_STATUS) == DOWN
    with pytest.raises((OSError, TimeoutError, asyncssh.Error)):
        await home.ssh("true", within_s=SILENCE_S)
    await home.until(ONT_RUN_STATUS, UP)
    assert int(await home.back("cut -d. -f1 /proc/uptime")) > int(booted)
    async with asyncio.timeout(30):
        while not json.loads(await home.ssh(WAN_STATUS))["up"]:  # noqa: ASYNC110 - a router tells only when asked
            await asyncio.sleep(0.1)
    assert json.loads(await home.ssh(WAN_STATUS))["uptime"] < 10
