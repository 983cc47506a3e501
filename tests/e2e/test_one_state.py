"""One state drives all faces of the lab: what is done to one device is felt at the others.

Only real protocols are used here, as a trainee with `snmpset` and `ssh` uses them; nothing is set
through the lab's own door.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import asyncssh
import pytest
import yaml
from pysnmp.hlapi.v3arch import asyncio as pysnmp  # type: ignore[import-untyped] # no types there

from cpe_diag.lab.control import LabClient

if TYPE_CHECKING:
    from running_lab import RunningLab

pytestmark = pytest.mark.lab

COMMAND = (sys.executable, "-m", "cpe_diag")

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

# Waits for the loss of the default route, and then notes what the router itself sees. It lets go
# of its output, so that it lives on when we lose our own way to the router.
WATCH = """( while ip route | grep -q ^default; do sleep 1; done
{{ ip route; ping -c 1 -W 1 {reference}; ifstatus wan | grep '"up"'; }} > /tmp/seen 2>&1
echo noted > /tmp/noted ) > /dev/null 2>&1 < /dev/null &"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A home of the running lab, with what is needed to reach its port and its router."""

    id: str
    node: dict[str, Any]
    if_index: int
    router: dict[str, Any]
    reference: str
    secrets: dict[str, str]
    known_hosts: str

    async def put(self, column: str, value: int) -> None:
        """Set an object of the home's port, with the right to write."""
        status, _value = await self._snmp(pysnmp.set_cmd, column, pysnmp.Integer32(value))
        assert status == 0

    async def read(self, column: str) -> int:
        """Read an object of the home's port."""
        status, value = await self._snmp(pysnmp.get_cmd, column, pysnmp.Null(""))
        assert status == 0
        return value

    async def until(self, column: str, value: int) -> None:
        """Wait until an object of the port has a value."""
        async with asyncio.timeout(30):
            while await self.read(column) != value:  # noqa: ASYNC110 - an agent tells only when asked
                await asyncio.sleep(0.1)

    async def ssh(self, command: str, *, within_s: float = 10.0) -> str:
        """Run a command on the router, over a connection of its own."""
        async with (
            asyncio.timeout(within_s),
            asyncssh.connect(
                self.router["address"],
                self.router["port"],
                username="root",
                password=self._secret(self.router["credential"]),
                known_hosts=self.known_hosts,
                client_keys=None,
                agent_path=None,
                config=None,
            ) as link,
        ):
            return str((await link.run(command)).stdout)

    async def back(self, command: str) -> str:
        """Run a command as soon as the router lets us in again."""
        async with asyncio.timeout(30):
            while True:
                try:
                    return await self.ssh(command)
                except (OSError, asyncssh.Error):
                    await asyncio.sleep(0.1)

    async def _snmp(
        self,
        command: Any,  # noqa: ANN401 - untyped pysnmp
        column: str,
        value: Any,  # noqa: ANN401 - untyped pysnmp
    ) -> tuple[int, int]:
        engine = pysnmp.SnmpEngine()
        target = await pysnmp.UdpTransportTarget.create(
            (self.node["address"], self.node["port"]), timeout=5, retries=1
        )
        bound = pysnmp.ObjectType(pysnmp.ObjectIdentity(f"{column}.{self.if_index}"), value)
        try:
            indication, status, _index, bindings = await command(
                engine, self._login(), target, pysnmp.ContextData(), bound, lookupMib=False
            )
        finally:
            engine.close_dispatcher()
        assert indication is None
        return int(status), int(bindings[0][1])

    def _login(self) -> Any:  # noqa: ANN401 - untyped pysnmp
        secret = self._secret(self.node["write_credential"])
        if self.node["version"] == "2c":
            return pysnmp.CommunityData(secret)
        auth, _, privacy = secret.partition(":")
        return pysnmp.UsmUserData(
            "cpe_diag",
            auth,
            privacy,
            authProtocol=pysnmp.USM_AUTH_HMAC192_SHA256,
            privProtocol=pysnmp.USM_PRIV_CFB128_AES,
        )

    def _secret(self, reference: str) -> str:
        return self.secrets[reference.partition("#")[2]]


def _home(lab: RunningLab, subscriber: str) -> Home:
    status: dict[str, Any] = LabClient(lab.folder).status()
    found = next(home for home in status["subscribers"] if home["id"] == subscriber)
    return Home(
        id=subscriber,
        node=next(node for node in status["nodes"] if node["id"] == found["node"]),
        if_index=found["if_index"],
        router=found["router"],
        reference=status["sites"][0]["address"],
        secrets=yaml.safe_load((lab.folder / "secrets.yaml").read_text()),
        known_hosts=str(lab.folder / "known_hosts"),
    )


def _diagnosed(lab: RunningLab, subscriber: str) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [*COMMAND, "--config", str(lab.config), "run", "no_internet", "-s", subscriber, "--json"],
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
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
    home = _home(lab, subscriber)
    before = json.loads(await home.ssh(WAN_STATUS))
    assert before["up"]
    await home.ssh(WATCH.format(reference=home.reference))
    noted = ""
    while not noted:
        await home.put(IF_ADMIN_STATUS, DOWN)
        assert await home.read(IF_OPER_STATUS) == DOWN
        with pytest.raises(TimeoutError):
            await home.ssh("true", within_s=SILENCE_S)
        verdict = await asyncio.to_thread(_diagnosed, lab, subscriber)
        assert (verdict["domain"], verdict["cause"]) == ("network", "port_shut")
        await home.put(IF_ADMIN_STATUS, UP)
        noted = await home.back("cat /tmp/noted 2>/dev/null")
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


async def test_a_reboot_takes_the_ssh_away_retrains_the_line_and_restarts_the_uptime(
    lab: RunningLab,
) -> None:
    """What an agent has to live through after a reboot of its own."""
    home = _home(lab, "sub-1008")
    uptime_s = float((await home.ssh("cat /proc/uptime")).split()[0])
    boot_id = await home.ssh("cat /proc/sys/kernel/random/boot_id")
    full_inits = await home.read(FULL_INITS_15MIN)
    started = time.monotonic()
    await home.ssh("reboot")
    await home.until(IF_OPER_STATUS, DOWN)
    with pytest.raises(ConnectionRefusedError):
        await home.ssh("true")
    now_s = float((await home.back("cat /proc/uptime")).split()[0])
    took_s = time.monotonic() - started
    assert took_s >= REBOOT_S
    assert now_s <= took_s
    assert now_s < uptime_s
    assert await home.ssh("cat /proc/sys/kernel/random/boot_id") != boot_id
    assert await home.read(IF_OPER_STATUS) == UP
    assert await home.read(FULL_INITS_15MIN) == full_inits + 1
