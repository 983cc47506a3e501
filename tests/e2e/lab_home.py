"""A home of the running lab: its port over real SNMP, its router over real SSH."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import asyncssh
import yaml
from pysnmp.hlapi.v3arch import asyncio as pysnmp  # type: ignore[import-untyped] # no types there

from cpe_diag.lab.control import LabClient

if TYPE_CHECKING:
    from running_lab import RunningLab

# CABLE-DIAG-MIB: swEtherCableDiagAction, action(1), other(3) at rest.
CABLE_ACTION = "1.3.6.1.4.1.171.12.58.1.1.1.12"
START, AT_REST = 1, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A home of the running lab, with what is needed to reach its port and its router."""

    id: str
    node: dict[str, Any]
    index: str
    """Of the port in the tables of its node: the ifIndex, or the PON port's and the ONT's id."""
    router: dict[str, Any]
    reference: str
    secrets: dict[str, str]
    known_hosts: str

    async def put(self, column: str, value: int) -> None:
        """Set an object of the home's port, with the right to write."""
        status, _value = await self._snmp(pysnmp.set_cmd, column, pysnmp.Integer32(value))
        assert status == 0

    async def measure_cable(self) -> None:
        """Have the switch measure the cable; it keeps what it has measured last."""
        await self.put(CABLE_ACTION, START)
        await self.until(CABLE_ACTION, AT_REST)

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
        bound = pysnmp.ObjectType(pysnmp.ObjectIdentity(f"{column}.{self.index}"), value)
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


def home_of(lab: RunningLab, subscriber: str) -> Home:
    """Give a home of the lab by its subscriber's id."""
    status: dict[str, Any] = LabClient(lab.folder).status()
    found = next(home for home in status["subscribers"] if home["id"] == subscriber)
    return Home(
        id=subscriber,
        node=next(node for node in status["nodes"] if node["id"] == found["node"]),
        index=_index(found),
        router=found["router"],
        reference=status["sites"][0]["address"],
        secrets=yaml.safe_load((lab.folder / "secrets.yaml").read_text()),
        known_hosts=str(lab.folder / "known_hosts"),
    )


def _index(found: dict[str, Any]) -> str:
    ont = found.get("ont")
    return f"{ont['pon_if_index']}.{ont['number']}" if ont else str(found["if_index"])
