"""The SSH server of one lab router: a real one, which behaves as the state of its home is.

Before it stands a relay, which makes the distance and the three ways not to be there, as the
operator's side sees them: a rebooting router refuses, a home without power or line is silent,
and what was connected is cut. A hung router is this server's own affair: the handshake completes
and nothing follows.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING

import asyncssh

from cpe_diag.lab.links import home_has_power, management_reachable, wired
from cpe_diag.lab.openwrt.face import Face
from cpe_diag.lab.openwrt.files import derived
from cpe_diag.lab.openwrt.programs import programs
from cpe_diag.lab.openwrt.session import run_session
from cpe_diag.lab.relay import Relay
from cpe_diag.lab.tcp_door import DoorMode

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from cpe_diag.lab.home_state import HomeRouter
    from cpe_diag.lab.world import World

# dropbear, sysoptions.h: MAX_STRING_LEN; a longer string ends the connection.
LONGEST_COMMAND = 9000

# How soon a change of the lab's state is felt by connections, in seconds.
WATCH_INTERVAL_S = 0.05

BACKLOG = 64

OPENWRT = Face(programs=programs, files=derived)
"""The make of the lab's own homes."""

# No SSH banner, and no line end that could be taken for one.
GARBAGE = b"\x00\x15\xff\x83HTTP/1.0 400 Bad Request \x07\x00\x00" * 8


def door(world: World, router: HomeRouter) -> DoorMode:
    """Say what a connection attempt meets in the present state."""
    port = world.port_of(router)
    reached = wired(world, port) and router.wan_cable_ok and not port.locked
    if router.powered and world.now() < router.away_until and reached:
        return DoorMode.REFUSING
    return DoorMode.OPEN if management_reachable(world, router) else DoorMode.SILENT


class RouterServer:
    """Serves one router from `start` to `stop`."""

    def __init__(self, face: Face = OPENWRT) -> None:
        """Make a server that does not listen yet.

        Args:
            face: the make of the router.
        """
        self._face = face
        self._tasks: set[asyncio.Task[None]] = set()
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._sockets: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self._relay: Relay | None = None
        self._boot_id = ""

    async def start(self, world: World, router: HomeRouter, *, listen_address: str) -> int:
        """Listen on a free port of an address.

        Args:
            world: the lab's state.
            router: the router; its `tcp_port` and `host_key_openssh` are set.
            listen_address: a loopback address that no other device of the lab has.

        Returns:
            The TCP port.

        Raises:
            OSError: the address cannot be bound.
        """
        self._world, self._router = world, router
        self._machine = self._face.machine(world, router)
        self._boot_id = router.boot_id
        key = asyncssh.generate_private_key("ssh-ed25519")
        other = asyncssh.generate_private_key("ssh-ed25519")
        self._options = self._make_options(key)
        self._changed_options = self._make_options(other)
        router.host_key_openssh = key.export_public_key().decode().strip()
        self._listener = _bound(listen_address)
        behind: tuple[str, int] = self._listener.getsockname()
        self._keep(self._accept(self._listener))
        self._relay = Relay(listen_address, lambda: door(world, router), behind, world.rtt_s)
        router.tcp_port = self._relay.door.start()
        self._keep(self._watch())
        return router.tcp_port

    async def stop(self) -> None:
        """Close everything that was opened."""
        if self._relay is None or self._listener is None:
            return
        await self._relay.door.stop()
        tasks = tuple(self._tasks)
        self._machine.stop()
        self._cut()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._listener.close()
        self._relay = self._listener = None

    def apply(self) -> None:
        """Make door and connections what the state says, now."""
        if self._relay is None:
            return
        rebooted = self._boot_id != self._router.boot_id
        self._boot_id = self._router.boot_id
        if rebooted or not home_has_power(self._world, self._router):
            self._machine.stop()
        if rebooted or door(self._world, self._router) is not DoorMode.OPEN:
            self._cut()
        self._relay.door.refresh()

    def _make_options(self, key: asyncssh.SSHKey) -> asyncssh.SSHServerConnectionOptions:
        return asyncssh.SSHServerConnectionOptions(
            server_factory=lambda: _Login(self._router, self._connections),
            server_host_keys=[key],
            process_factory=self._process,
            server_version="dropbear",
            encoding=None,
            line_editor=False,
            allow_scp=False,
            compression_algs=None,
        )

    def _cut(self) -> None:
        """End all connections without a word, as a lost link or power does."""
        for connection in tuple(self._connections):
            connection.abort()
        for held in tuple(self._sockets):
            with contextlib.suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)

    def _keep(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _watch(self) -> None:
        while True:
            self.apply()
            await asyncio.sleep(WATCH_INTERVAL_S)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            accepted, _ = await loop.sock_accept(listener)
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._keep(self._serve(accepted))

    async def _serve(self, accepted: socket.socket) -> None:
        self._sockets.add(accepted)
        try:
            if self._router.ssh_garbage:
                await asyncio.get_running_loop().sock_sendall(accepted, GARBAGE)
            elif self._router.hung or self._router.ssh_hang:
                await _say_nothing(accepted)
            else:
                await self._converse(accepted)
        except (OSError, asyncssh.Error, TimeoutError):
            # The other side left, or did not speak SSH to the end: its own affair.
            return
        finally:
            self._sockets.discard(accepted)
            accepted.close()

    async def _converse(self, accepted: socket.socket) -> None:
        changed = self._router.ssh_key_changed
        options = self._changed_options if changed else self._options
        connection = await asyncssh.run_server(accepted.dup(), options=options)
        try:
            await connection.wait_closed()
        finally:
            connection.abort()

    async def _process(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        if self._router.hung or self._router.ssh_hang:
            await asyncio.Event().wait()
        if len((process.command or "").encode()) > LONGEST_COMMAND:
            process.channel.get_connection().abort()
            return
        await run_session(self._machine, self._face.programs(), process)


class _Login(asyncssh.SSHServer):
    """Lets root in with the router's password."""

    def __init__(self, router: HomeRouter, connections: set[asyncssh.SSHServerConnection]) -> None:
        self._router = router
        self._connections = connections
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncssh's callback
        if self._connection is not None:
            self._connections.discard(self._connection)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        if self._router.ssh_password_refused:
            return False
        return username == "root" and password == self._router.password


def _bound(address: str) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setblocking(False)  # noqa: FBT003 - socket's own signature
    try:
        listener.bind((address, 0))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


async def _say_nothing(accepted: socket.socket) -> None:
    """Hold a connection until the other side or the lab ends it."""
    loop = asyncio.get_running_loop()
    while await loop.sock_recv(accepted, 4096):
        pass
