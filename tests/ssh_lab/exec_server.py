"""A real SSH server (asyncssh) that runs commands in the local `/bin/sh`, outputs apart."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import asyncssh

from cpe_diag.domain.subscriber import RouterAccess

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HOST = "127.0.0.1"
PASSWORD = "a-password-of-the-lab"


@dataclass
class ExecServer:
    """What the server is to do, and what it has seen."""

    port: int = 0
    key: asyncssh.SSHKey = field(
        default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519")
    )
    shell: str = "/bin/sh"
    silent: bool = False
    sessions: int = 0
    users: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    terminals: list[str | None] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    def access(self, *, port: int | None = None, known: bool = True) -> RouterAccess:
        """Say how to log in, with this key known or none."""
        return RouterAccess(
            address=HOST,
            port=self.port if port is None else port,
            platform="openwrt",
            user="root",
            credential="password",
            known_key=self.key.export_public_key().decode().strip() if known else None,
        )

    async def process(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        """Run one exec with the channel's own pipes."""
        self.commands.append(process.command or "")
        self.terminals.append(process.term_type)
        self.asked.set()
        if self.silent:
            await asyncio.Event().wait()
        shell = await asyncio.create_subprocess_exec(
            self.shell,
            "-c",
            process.command or "",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={"PATH": os.environ["PATH"]},
            start_new_session=True,
        )
        try:
            async with asyncio.TaskGroup() as pumps:
                pumps.create_task(_feed(process.stdin, shell.stdin))
                pumps.create_task(_drain(shell.stdout, process.stdout))
                pumps.create_task(_drain(shell.stderr, process.stderr))
                status = await shell.wait()
            process.exit(status)
        finally:
            if shell.returncode is None:
                os.killpg(shell.pid, signal.SIGKILL)
                await shell.wait()


async def _feed(given: asyncssh.SSHReader[bytes], to: asyncio.StreamWriter | None) -> None:
    """Pass input on; where the connection is cut, the command's input ends, as with dropbear."""
    assert to is not None
    try:
        while data := await given.read(32_768):
            to.write(data)
            await to.drain()
    except (asyncssh.Error, ConnectionError):
        pass
    finally:
        to.close()


async def _drain(said: asyncio.StreamReader | None, to: asyncssh.SSHWriter[bytes]) -> None:
    assert said is not None
    while data := await said.read(32_768):
        try:
            to.write(data)
            await to.drain()
        except (asyncssh.Error, ConnectionError, BrokenPipeError):
            return


@asynccontextmanager
async def exec_serving(server: ExecServer) -> AsyncIterator[ExecServer]:
    """Serve on loopback."""

    class Login(asyncssh.SSHServer):
        def connection_made(self, _: asyncssh.SSHServerConnection) -> None:
            server.sessions += 1

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            server.users.append(username)
            return (username, password) == ("root", PASSWORD)

    listening = await asyncssh.create_server(
        Login,
        HOST,
        server.port,
        server_host_keys=[server.key],
        process_factory=server.process,
        encoding=None,
    )
    server.port = listening.get_port()
    try:
        yield server
    finally:
        listening.close()
        await listening.wait_closed()
