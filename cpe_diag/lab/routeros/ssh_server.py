"""The SSH server of a simulated MikroTik router: exec channels, and RouterOS's own name."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncssh

if TYPE_CHECKING:
    from cpe_diag.lab.routeros.device import Device

NAME = "ROSSSH"


class RouterOsServer:
    """Serves one device on loopback from `start` to `stop`."""

    def __init__(self, device: Device, *, user: str, password: str) -> None:
        """Let one user in."""
        self._device = device
        self._user, self._password = user, password
        self._key = asyncssh.generate_private_key("ssh-ed25519")
        self._server: asyncssh.SSHAcceptor | None = None
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self.port = 0

    @property
    def known_key(self) -> str:
        """The host key as an inventory has it."""
        return self._key.export_public_key().decode().strip()

    async def start(self) -> int:
        """Listen on a free port of 127.0.0.1."""
        self._server = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=lambda: _Login(self),
            server_host_keys=[self._key],
            process_factory=self._process,
            server_version=NAME,
            encoding="utf-8",
            line_editor=False,
        )
        self.port = self._server.get_port()
        return self.port

    async def stop(self) -> None:
        """Close everything."""
        for connection in tuple(self._connections):
            connection.abort()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def admits(self, user: str, password: str) -> bool:
        """Whether a user and password are right, and the device has started."""
        return self._device.powered and (user, password) == (self._user, self._password)

    def met(self, connection: asyncssh.SSHServerConnection) -> None:
        """Hold a connection; a device that is starting ends it at once."""
        self._connections.add(connection)
        if not self._device.powered:
            connection.abort()

    def left(self, connection: asyncssh.SSHServerConnection) -> None:
        """Forget a connection."""
        self._connections.discard(connection)

    async def _process(self, process: asyncssh.SSHServerProcess[str]) -> None:
        boots = self._device.boots
        said = self._device.run(process.command or "")
        if self._device.boots != boots:  # a router that starts anew ends everything
            for connection in tuple(self._connections):
                connection.abort()
            return
        process.stdout.write(said)
        await process.stdout.drain()
        await asyncio.sleep(0)
        process.exit(0)


class _Login(asyncssh.SSHServer):
    def __init__(self, server: RouterOsServer) -> None:
        self._server = server
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._server.met(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if self._connection is not None:
            self._server.left(self._connection)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return self._server.admits(username, password)
