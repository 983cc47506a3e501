"""One SSH session on a lab router: a command, or a shell with a prompt."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import asyncssh

from cpe_diag.lab.openwrt.files import banner
from cpe_diag.lab.openwrt.machine import Machine
from cpe_diag.lab.openwrt.shell import Program, Shell
from cpe_diag.lab.openwrt.streams import Nowhere, OutputGoneError, Streams

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(slots=True)
class _Written:
    """The output of a session; ends it after so many bytes when the state says so."""

    process: asyncssh.SSHServerProcess[bytes]
    machine: Machine
    error: bool
    sent: int = 0
    cut: bool = False

    def write(self, data: bytes) -> None:
        """Send `data`.

        Raises:
            OutputGoneError: the session is to end in the middle of its output.
        """
        limit = None if self.error else self.machine.router.cut_output_after
        if limit is not None and self.sent + len(data) > limit:
            self._send(data[: max(0, limit - self.sent)])
            self.cut = True
            raise OutputGoneError
        self._send(data)

    def _send(self, data: bytes) -> None:
        self.sent += len(data)
        if not self.process.is_closing():
            (self.process.stderr if self.error else self.process.stdout).write(data)


@dataclass(slots=True)
class _Typed:
    """The input of a session."""

    process: asyncssh.SSHServerProcess[bytes]

    async def read_all(self) -> bytes:
        """Give everything until the other side ends its input."""
        return await self.process.stdin.read()

    async def read_line(self) -> bytes:
        """Give one line."""
        return await self.process.stdin.readline()

    async def read_bytes(self, count: int) -> bytes:
        """Give so many bytes; fewer where the other side ends its input before."""
        try:
            return await self.process.stdin.readexactly(count)
        except asyncio.IncompleteReadError as cut:
            return cut.partial


async def run_session(
    machine: Machine, programs: Mapping[str, Program], process: asyncssh.SSHServerProcess[bytes]
) -> None:
    """Run what the session asks for and give its exit status."""
    output = _Written(process, machine, error=False)
    streams = Streams(
        stdin=_Typed(process),
        stdout=output,
        stderr=_Written(process, machine, error=True),
    )
    variables = {"HOME": "/root", "USER": "root", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    shell = Shell(machine=machine, programs=programs, variables=variables)
    try:
        if process.command is None:
            status = await _interactive(shell, process, streams)
        else:
            status = await shell.run(process.command, streams)
            await shell.drain()
    except* OutputGoneError:
        process.close()
    else:
        # A job in the background ends alone when it meets the cut.
        if output.cut:
            process.close()
        else:
            process.exit(status)


async def _interactive(
    shell: Shell, process: asyncssh.SSHServerProcess[bytes], streams: Streams
) -> int:
    """Read lines after a prompt until the input ends; a terminal gets an echo."""
    terminal = process.term_type is not None
    shell.name = "-ash"
    prompt = f"root@{shell.machine.router.hostname}:~# "
    streams.say("\n\nBusyBox v1.36.1 built-in shell (ash)\n\n" + banner(shell.machine))
    while True:
        streams.say(prompt)
        line = await _line(process, streams, terminal=terminal)
        if line is None or line.strip() == "exit":
            return shell.status
        await shell.run(
            line, Streams(stdin=Nowhere(), stdout=streams.stdout, stderr=streams.stderr)
        )


async def _line(
    process: asyncssh.SSHServerProcess[bytes], streams: Streams, *, terminal: bool
) -> str | None:
    typed = bytearray()
    while True:
        character = await process.stdin.read(1)
        if character in (b"", b"\x04"):
            return None
        if terminal:
            streams.stdout.write(b"\r\n" if character == b"\r" else character)
        if character in (b"\r", b"\n"):
            return typed.decode("utf-8", "surrogateescape")
        typed += character
