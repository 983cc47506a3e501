"""TCP doors, the relay with its distance, and the web hosts behind it."""

from __future__ import annotations

import asyncio
import itertools
import socket
from typing import TYPE_CHECKING

import pytest

from cpe_diag.lab.relay import Relay
from cpe_diag.lab.sites import WebHost
from cpe_diag.lab.tcp_door import DoorMode, TcpDoor

if TYPE_CHECKING:
    from cpe_diag.lab.world import World

SILENCE_S = 0.2
"""How long a test waits where silence is the right answer."""


class Switch:
    """A mode that a test sets."""

    def __init__(self, mode: DoorMode) -> None:
        """Start with `mode`."""
        self.mode = mode

    def __call__(self) -> DoorMode:
        """Give the present mode."""
        return self.mode


async def hello(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say hello and end."""
    writer.write(b"hello")
    await writer.drain()
    writer.close()


async def met(address: str, port: int) -> str:
    """Say how a connection is met: what was read, `refused`, or `silent`."""
    try:
        async with asyncio.timeout(SILENCE_S):
            reader, writer = await asyncio.open_connection(address, port)
    except ConnectionRefusedError:
        return "refused"
    except TimeoutError:
        return "silent"
    said = (await reader.read()).decode()
    writer.close()
    await writer.wait_closed()
    return said


async def test_a_door_meets_connections_as_its_mode_says(block: str) -> None:
    """Refused, silent and open are three different evidences, and follow each other in any way."""
    switch = Switch(DoorMode.OPEN)
    door = TcpDoor(f"{block}.9", switch, hello)
    port = door.start()
    expected = {
        DoorMode.OPEN: "hello",
        DoorMode.REFUSING: "refused",
        DoorMode.SILENT: "silent",
    }
    for modes in itertools.permutations(DoorMode):
        for mode in modes:
            switch.mode = mode
            door.refresh()
            assert await met(f"{block}.9", port) == expected[mode]
    await door.stop()
    assert await met(f"{block}.9", port) == "refused"


async def fetch(address: str, port: int, target: str) -> tuple[bytes, bytes]:
    """Fetch a page; gives the head and the body."""
    reader, writer = await asyncio.open_connection(address, port)
    writer.write(f"GET {target} HTTP/1.1\r\nHost: lab\r\n\r\n".encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    return head, body


@pytest.mark.parametrize("rtt_s", [0.0, 0.02])
async def test_a_site_behind_its_relay_serves_pages_and_files_whole(
    world: World, rtt_s: float
) -> None:
    """Distance may delay, never cut or reorder."""
    host = WebHost(world, world.reference)
    relay = Relay(world.reference.address, lambda: DoorMode.OPEN, await host.start(), rtt_s)
    port = relay.door.start()
    try:
        head, body = await fetch(world.reference.address, port, "/")
        assert head.startswith(b"HTTP/1.1 200 OK")
        assert b"reference.lab.example" in body
        head, body = await fetch(world.reference.address, port, "/file/700000")
        assert b"Content-Length: 700000" in head
        assert len(body) == 700_000
        head, _body = await fetch(world.reference.address, port, "/nothing")
        assert head.startswith(b"HTTP/1.1 404")
    finally:
        await relay.door.stop()
        await host.stop()


async def test_a_site_in_trouble_says_its_status(world: World) -> None:
    """The fault platform_error."""
    world.platform.status = 503
    host = WebHost(world, world.platform)
    address, port = await host.start()
    head, _body = await fetch(address, port, "/")
    await host.stop()
    assert head.startswith(b"HTTP/1.1 503 Service Unavailable")


async def test_what_is_no_http_gets_400(world: World) -> None:
    """A site answers nonsense as a site does."""
    host = WebHost(world, world.platform)
    address, port = await host.start()
    reader, writer = await asyncio.open_connection(address, port)
    writer.write(b"HELO me\r\n\r\n")
    said = await reader.read()
    writer.close()
    await host.stop()
    assert said.startswith(b"HTTP/1.1 400")


async def test_a_far_server_answers_after_two_round_trips(block: str) -> None:
    """One for the connection, one for the question: as from afar, measured by the loop's clock."""
    server = await asyncio.start_server(hello, f"{block}.9", 0)
    behind = server.sockets[0].getsockname()[:2]
    relay = Relay(f"{block}.10", lambda: DoorMode.OPEN, behind, 0.05)
    port = relay.door.start()
    loop = asyncio.get_running_loop()
    started = loop.time()
    reader, writer = await asyncio.open_connection(f"{block}.10", port)
    assert await reader.readexactly(5) == b"hello"
    took_s = loop.time() - started
    writer.close()
    await relay.door.stop()
    server.close()
    assert took_s >= 2 * 0.05


async def test_a_relay_whose_server_is_gone_closes_the_connection(block: str) -> None:
    """A client must see an end, not hang."""
    with socket.socket() as unused:
        unused.bind((f"{block}.9", 0))
        behind = unused.getsockname()[:2]
    relay = Relay(f"{block}.10", lambda: DoorMode.OPEN, behind, 0.0)
    port = relay.door.start()
    reader, writer = await asyncio.open_connection(f"{block}.10", port)
    async with asyncio.timeout(2):
        assert await reader.read() == b""
    writer.close()
    await relay.door.stop()
