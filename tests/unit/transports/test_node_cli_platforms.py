"""Every platform that a shipped driver names is prepared by netmiko, and takes the driver's lines.

The node is a plain line editor behind a vendor's prompt that takes everything: what is held here
is that the session comes to its prompt, and that each line arrives as it was planned, once.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import asyncssh
import pytest

from cpe_diag.domain.subscriber import AccessNode, CliAccess, SnmpAccess
from cpe_diag.driver_kit.access import AccessDriver
from cpe_diag.driver_kit.driver_files import list_drivers
from cpe_diag.driver_kit.load import load_access_driver, load_driver
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.lab.cli_terminal import Hangup, Pager, Terminal
from cpe_diag.ports import ShellLine
from cpe_diag.testing.lists import FakeCredentials
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.node_cli import NodeCli

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

USER, PASSWORD = "ops", "password-of-this-test"
PAGER = Pager(shown="--More--", wipe="\r", lines=1000)

# NOC Project's profiles and netmiko's own session tests show these forms of prompts.
PROMPTS: Final[Mapping[str, str]] = {
    "calix_axos": "E7-2-LAB# ",
    "dlink_des": "DES-3200-18:admin#",
    "huawei_smartax": "MA5603T>",
    "huawei_vrp": "<S5328C>",
    "nokia_isam": "typ:isadmin>#",
    "zte_c300": "ZXAN#",
}
MODES: Final = {"enable": "MA5603T#", "disable": "MA5603T>"}
"""Lines by which netmiko itself goes from mode to mode, with the prompts that follow."""
LINES: Final[Mapping[str, tuple[str, ...]]] = {
    "calix_axos": ("perform ont reset ont-id 316",),
    "dlink_des": ("delete address_binding blocked vlan_name a mac_address 02-00-5E-00-10-AB",),
    "huawei_smartax": ("undo mac-address mac 0200-5e00-10ab vlan 200",),
    "huawei_vrp": ("reset dhcp snooping user-bind interface GigabitEthernet0/0/7",),
    "nokia_isam": (
        "configure xdsl line 1/1/4/12 no admin-up",
        "configure xdsl line 1/1/4/12 admin-up",
    ),
    "zte_c300": ("mac delete 0200.5e00.10ab vlan 200",),
}


class _Login(asyncssh.SSHServer):
    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


@asynccontextmanager
async def editor(prompt: str) -> AsyncIterator[tuple[CliAccess, list[str]]]:
    """Keep a line editor running; gives how to log in, and what is entered."""
    entered: list[str] = []

    async def session(process: asyncssh.SSHServerProcess[str]) -> None:
        terminal = Terminal(process, PAGER)
        reading = asyncio.get_running_loop().create_task(terminal.read_keys())
        try:
            shown = prompt
            while True:
                terminal.show(shown)
                entered.append(await terminal.line())
                shown = MODES.get(entered[-1], shown)
        except (Hangup, asyncssh.Error, OSError):
            process.exit(0)
        finally:
            reading.cancel()

    key = asyncssh.generate_private_key("ssh-ed25519")
    server = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_factory=_Login,
        server_host_keys=[key],
        process_factory=session,
        line_editor=False,
    )
    try:
        yield (
            CliAccess(
                address="127.0.0.1",
                port=server.get_port(),
                user=USER,
                credential="env:CLI",
                known_key=key.export_public_key().decode().strip(),
            ),
            entered,
        )
    finally:
        server.close()


def test_every_driver_that_types_is_tried() -> None:
    """One that is added without a prompt here was never prepared by anybody."""
    drivers = (load_driver(one.id) for one in list_drivers(()))
    typing = {one.id for one in drivers if isinstance(one, AccessDriver) and one.cli_platform}
    assert typing == set(PROMPTS) == set(LINES)


@pytest.mark.parametrize("driver_id", PROMPTS)
async def test_each_platform_comes_to_its_prompt_and_takes_its_lines(driver_id: str) -> None:
    """Netmiko's preparation of each is its own: paging, modes, questions."""
    clock = SystemClock()
    async with editor(PROMPTS[driver_id]) as (access, entered):
        cli = NodeCli(
            AccessNode(
                id="n-1",
                snmp=SnmpAccess(address="127.0.0.1", port=161, version="2c", credential=None),
                driver=None,
                cli=access,
            ),
            platform=load_access_driver(driver_id).cli_platform,
            credentials=FakeCredentials(secrets={"env:CLI": PASSWORD}),
            clock=clock,
            recorder=RunRecorder(clock),
        )
        try:
            for line in LINES[driver_id]:
                assert await cli.enter(ShellLine(text=line), deadline=clock.monotonic() + 20) == ""
        finally:
            await cli.close()
        typed = [line for line in entered if line in LINES[driver_id]]
    assert typed == list(LINES[driver_id])
