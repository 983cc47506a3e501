"""The command lines of the lab's nodes over real SSH: echo, pages, refusals, one state."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import asyncssh
import pytest

from cpe_diag.lab.cli_server import cli_servers
from cpe_diag.lab.cli_state import USER
from cpe_diag.lab.links import port_up
from tests.unit.lab.asking import ask

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cpe_diag.lab.cli_state import CliState
    from cpe_diag.lab.faults import FaultSetter
    from cpe_diag.lab.world import World
    from tests.unit.lab.conftest import StartAgent

SWITCH: Final = "DES-3200-18:admin#"
OLT: Final = "olt-4.lab.example"
HOME: Final = "sub-6001"
ONT: Final = "sub-4001"


class Typist:
    """Somebody at a terminal."""

    def __init__(self, process: asyncssh.SSHClientProcess[str]) -> None:
        """Type into a session."""
        self.process = process

    async def until(self, end: str) -> str:
        """Read up to a text."""
        seen = ""
        async with asyncio.timeout(10):
            while not seen.endswith(end):
                part = await self.process.stdout.read(1)
                assert part, seen
                seen += part
        return seen

    async def enter(self, line: str, end: str) -> str:
        """Type a line, see it, and read the answer up to a text."""
        self.process.stdin.write(line)
        await self.until(line)
        self.process.stdin.write("\n")
        return await self.until(end)


@asynccontextmanager
async def typing_at(world: World, node: str) -> AsyncIterator[tuple[Typist, CliState]]:
    """Log in at a node."""
    servers = {server._node.id: server for server in cli_servers(world)}  # noqa: SLF001 - which is which
    await servers[node].start()
    cli = world.nodes[node].cli
    assert cli is not None
    try:
        async with (
            asyncssh.connect(
                world.nodes[node].address,
                cli.tcp_port,
                username=USER,
                password=world.secrets.cli_password,
                known_hosts=asyncssh.import_known_hosts(
                    f"[{world.nodes[node].address}]:{cli.tcp_port} {cli.host_key_openssh}\n"
                ),
            ) as connection,
            connection.create_process(term_type="vt100") as process,
        ):
            yield Typist(process), cli
    finally:
        await servers[node].stop()


async def test_a_locked_home_is_let_in_by_the_manuals_line_and_the_agent_shows_it(
    world: World, setter: FaultSetter, start_agent: StartAgent
) -> None:
    """Two faces of one state."""
    setter.set(HOME, "port_locked")
    router = world.routers[HOME]
    mac = router.wan_mac.replace(":", "-").upper()
    index = ".".join(str(int(part, 16)) for part in router.wan_mac.split(":"))
    row = f"1.3.6.1.4.1.171.12.23.4.2.1.3.200.{index}"
    node = await start_agent("sw-6")
    assert (await ask(world, node, row))[row] == b"vlan-200"
    async with typing_at(world, "sw-6") as (typist, cli):
        await typist.until(SWITCH)
        shown = await typist.enter("show address_binding blocked all", SWITCH)
        assert f"vlan-200{' ' * 25}{mac} 1" in shown
        wrong = f"delete address_binding blocked vlan_name other mac_address {mac}"
        assert "Fail!" in await typist.enter(wrong, SWITCH)
        assert world.port_of(router).locked
        right = f"delete address_binding blocked vlan_name vlan-200 mac_address {mac.lower()}"
        assert "Success." in await typist.enter(right, SWITCH)
        assert cli.entered == [wrong, right]
    assert not world.port_of(router).locked
    assert row not in await ask(world, node, row)


async def test_what_a_switch_does_not_know_it_says_as_the_vendor_does(world: World) -> None:
    """So that our own reader of refusals is held to something."""
    async with typing_at(world, "sw-6") as (typist, _cli):
        await typist.until(SWITCH)
        assert "Available commands:" in await typist.enter("reboot", SWITCH)
        assert "Next possible completions:" in await typist.enter("delete vlan", SWITCH)
        assert "Dynamic" in await typist.enter("show fdb port 1", SWITCH)
        assert "Total Entries: 0" in await typist.enter("show fdb port 99", SWITCH)


async def test_pages_stop_until_paging_is_off(world: World) -> None:
    """A key shows the next page, q ends it."""
    for name, router in world.routers.items():
        if name.startswith("sub-6"):
            world.port_of(router).locked = True
    for ghost in world.ghosts.values():
        if ghost.node == "sw-6":
            world.port_of(ghost).locked = True
    async with typing_at(world, "olt-4") as (typist, _cli):
        await typist.until(f"{OLT}>")
        await typist.enter("display mac-address vlan 400", "( Press 'Q' to break ) ----")
        typist.process.stdin.write("q")
        await typist.until(f"{OLT}>")
        await typist.enter("scroll", f"{OLT}>")
        shown = await typist.enter("display mac-address vlan 400", f"{OLT}>")
        assert shown.count("dynamic") == 56
        assert "More" not in shown


async def test_an_old_binding_is_forgotten_where_the_line_is_known(
    world: World, setter: FaultSetter
) -> None:
    """Only in config mode, and only in the service's VLAN."""
    setter.set(ONT, "binding_stale")
    port = world.port_of(world.routers[ONT])
    digits = world.routers[ONT].wan_mac.replace(":", "")
    quads = "-".join(digits[at : at + 4] for at in (0, 4, 8))
    line = f"undo mac-address mac {quads} vlan 400"
    async with typing_at(world, "olt-4") as (typist, cli):
        await typist.until(f"{OLT}>")
        assert "% Unknown command" in await typist.enter(line, f"{OLT}>")
        await typist.enter("enable", f"{OLT}#")
        await typist.enter("config", f"{OLT}(config)#")
        for wrong in ("undo mac-address mac 1 vlan 400", "undo mac-address all"):
            assert "% Parameter error" in await typist.enter(wrong, f"{OLT}(config)#")
        await typist.enter(f"undo mac-address mac {quads} vlan 401", f"{OLT}(config)#")
        assert port.binding_stale
        cli.refusal = "Failure: System is busy"
        assert "Failure: System is busy" in await typist.enter(line, f"{OLT}(config)#")
        assert port.binding_stale
        cli.refusal = ""
        await typist.enter(line, f"{OLT}(config)#")
        assert not world.port_of(world.routers[ONT]).binding_stale
        await typist.enter("return", f"{OLT}#")
        await typist.enter("quit", "(y/n)[n]:")
        typist.process.stdin.write("n\n")
        await typist.until(f"{OLT}#")
    setter.clear(ONT)
    assert not world.port_of(world.routers[ONT]).binding_stale


@pytest.mark.parametrize("answer", ["y", "n"])
async def test_an_ont_is_restarted_after_a_yes_only(world: World, answer: str) -> None:
    """It asks back, as the vendor's does."""
    port = world.port_of(world.routers[ONT])
    async with typing_at(world, "olt-4") as (typist, _cli):
        await typist.until(f"{OLT}>")
        await typist.enter("enable", f"{OLT}#")
        await typist.enter("config", f"{OLT}(config)#")
        assert "Failure" in await typist.enter("interface gpon 0/9", f"{OLT}(config)#")
        await typist.enter("interface gpon 0/1", f"{OLT}(config-if-gpon-0/1)#")
        assert "% Parameter" in await typist.enter("ont reset 7 7", f"{OLT}(config-if-gpon-0/1)#")
        await typist.enter("ont reset 0 0", "(y/n)[n]:")
        typist.process.stdin.write(f"{answer}\n")
        await typist.until(f"{OLT}(config-if-gpon-0/1)#")
        await typist.enter("quit", f"{OLT}(config)#")
    assert port_up(world, port) is (answer == "n")


async def test_a_wrong_password_is_refused(world: World) -> None:
    """The lab's own is new each time."""
    world.secrets.cli_password = "right"
    async with typing_at(world, "sw-6") as (_typist, cli):
        with pytest.raises(asyncssh.PermissionDenied):
            await asyncssh.connect(
                world.nodes["sw-6"].address,
                cli.tcp_port,
                username=USER,
                password="wrong",
                known_hosts=None,
            )
