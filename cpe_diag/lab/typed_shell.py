"""An SSH server that offers nothing but an interactive command line, as some home routers do.

It edits lines itself: what is typed is shown when it is read, BS and DEL take a character back,
and every answer ends with a prompt.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Protocol

import asyncssh

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class TypedDevice(Protocol):
    """A device with a command line; `starts` counts how often it has started."""

    greeting: str
    server_version: str
    starts: int

    @property
    def powered(self) -> bool:
        """Whether it has started."""

    @property
    def prompt(self) -> str:
        """What stands before a line."""

    async def enter(self, line: str, ask: Callable[[str], Awaitable[str]]) -> str | None:
        """Do a line; `ask` puts a question. None ends the session."""


class TypedServer:
    """Serves one device on loopback from `start` to `stop`."""

    def __init__(self, device: TypedDevice, *, user: str, password: str) -> None:
        """Let one user in."""
        self._device = device
        self._user, self._password = user, password
        self._key = asyncssh.generate_private_key("ssh-ed25519")
        self._server: asyncssh.SSHAcceptor | None = None
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self.port = 0
        self.typed: list[str] = []
        """Every line that was entered, but empty ones."""

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
            process_factory=self._session,
            server_version=self._device.server_version,
            encoding="utf-8",
            line_editor=False,
        )
        self.port = self._server.get_port()
        return self.port

    async def stop(self) -> None:
        """Close everything."""
        self.cut()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def cut(self) -> None:
        """End every connection without a word."""
        for connection in tuple(self._connections):
            connection.abort()

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

    async def _session(self, process: asyncssh.SSHServerProcess[str]) -> None:
        if process.command is not None:
            process.exit(1)  # there is no exec channel
            return
        with contextlib.suppress(asyncssh.Error, BrokenPipeError, EOFError):
            await _Session(self, self._device, process).run()


class _Session:
    def __init__(
        self, server: TypedServer, device: TypedDevice, process: asyncssh.SSHServerProcess[str]
    ) -> None:
        self._server = server
        self._device = device
        self._process = process
        self._keys: list[str] = []

    async def run(self) -> None:
        self._show(self._device.greeting)
        starts = self._device.starts
        while True:
            self._show(self._device.prompt)
            line = (await self._line()).strip()
            if line:
                self._server.typed.append(line)
                said = await self._device.enter(line, self._ask)
                if self._device.starts != starts:
                    self._server.cut()
                    return
                if said is None:
                    break
                self._show(said)
        self._process.exit(0)

    async def _ask(self, question: str) -> str:
        self._show(question)
        return await self._line()

    async def _line(self) -> str:
        typed = ""
        while True:
            key = await self._key()
            if key in "\r\n":
                self._show("\n")
                return typed
            if key in "\b\x7f":
                if typed:
                    typed = typed[:-1]
                    self._show("\b \b")
            elif key.isprintable():
                typed += key
                self._show(key)

    async def _key(self) -> str:
        while not self._keys:
            data = await self._process.stdin.read(1024)
            if not data:
                raise EOFError
            self._keys.extend(data)
        return self._keys.pop(0)

    def _show(self, text: str) -> None:
        self._process.stdout.write(text.replace("\n", "\r\n"))


class _Login(asyncssh.SSHServer):
    def __init__(self, server: TypedServer) -> None:
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
