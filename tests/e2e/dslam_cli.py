"""A real SSH server on loopback that plays the command line of a DSLAM or OLT.

It edits lines itself, as equipment does: what is typed is shown when it is read, so while a
command runs nothing is shown. With `cooked` a terminal shows what is typed at once, and the line
editor shows it again at the prompt, as equipment does that is a Linux inside.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import asyncssh

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

USER = "ops"
PASSWORD = "dslam-password-of-test"
NAME = "MA5603T"
MORE = "---- More ( Press 'Q' to break ) ----"
WIPE = "\x1b[37D" + " " * 37 + "\x1b[37D"
PAGE = 4
UNKNOWN = "                   ^\r\n  % Unknown command, the error locates at '^'\r\n"


@dataclass(slots=True)
class Dslam:
    """What the node does, and what was done to it."""

    cooked: bool = False
    paging: bool = False
    """It pages although it was told not to."""
    answer_delay_s: float = 0.0
    resets: list[str] = field(default_factory=list)
    """ONTs that were restarted."""
    entered: list[str] = field(default_factory=list)
    """Every line that was entered, but empty ones and netmiko's."""
    hang_on: str = ""
    """A line that is never answered."""
    die_on: str = ""
    """A line at which the session ends."""
    port: int = 0
    host_key: str = ""


class _Session:
    """One shell."""

    def __init__(self, node: Dslam, process: asyncssh.SSHServerProcess[str]) -> None:
        self.node = node
        self.process = process
        self.mode = ">"
        self.keys: asyncio.Queue[str] = asyncio.Queue()
        self.echo = node.cooked

    @property
    def prompt(self) -> str:
        return f"{NAME}{self.mode}"

    def show(self, text: str) -> None:
        self.process.stdout.write(text)

    async def read(self) -> None:
        """Take keys from the wire; a cooked terminal shows them at once."""
        while data := await self.process.stdin.read(1024):
            for key in data:
                if self.echo:
                    self.show("\r\n" if key in "\r\n" else "\b \b" if key in "\b\x7f" else key)
                self.keys.put_nowait(key)

    async def line(self) -> str:
        """Edit one line: what was typed before is shown now."""
        typed = ""
        waiting = not self.keys.empty()
        while True:
            key = await self.keys.get()
            show = not self.node.cooked or waiting
            waiting = waiting and not self.keys.empty()
            if key in "\r\n":
                if show:
                    self.show("\r\n")
                return typed
            if key in "\b\x7f":
                if typed:
                    typed = typed[:-1]
                    if show:
                        self.show("\b \b")
            elif key.isprintable():
                typed += key
                if show:
                    self.show(key)

    async def run(self) -> None:
        self.show("\r\n  Huawei Integrated Access Software\r\n\r\n")
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(self.read())
            try:
                while True:
                    self.show(self.prompt)
                    if not await self.act(await self.line()):
                        break
            finally:
                reading.cancel()
        self.process.exit(0)

    async def act(self, typed: str) -> bool:  # noqa: C901, PLR0912 - one line for each command
        line = typed.strip()
        if not line:
            return True
        match line:
            case "undo smart" | "scroll" | "infoswitch cli OFF":
                return True
            case "enable":
                self.mode = "#"
                return True
            case "disable":
                self.mode = ">"
                return True
        self.node.entered.append(line)
        await asyncio.sleep(self.node.answer_delay_s)
        if line == self.node.hang_on:
            await asyncio.Event().wait()
        if line == self.node.die_on:
            return False
        match line.split():
            case ["config"]:
                self.mode = "(config)#"
            case ["interface", "gpon", where]:
                self.mode = f"(config-if-gpon-{where})#"
            case ["quit"]:
                self.mode = "(config)#"
            case ["display", "board"]:
                await self.pages([f"  {slot}       H802GPBD   Normal" for slot in range(11)])
            case ["display", "log"]:
                await self.log()
            case ["ont", "reset", port, ont]:
                self.show("Are you sure to reset the ONT(s)? (y/n)[n]:")
                if await self.line() == "y":
                    self.node.resets.append(f"{port}/{ont}")
            case ["ont", "delete", *_rest]:
                self.show("  It will take a long time. Are you sure? (y/n)[n]:")
                await self.line()
            case ["ont", "fail"]:
                self.show("  Failure: The ONT is not online\r\n")
            case _:
                self.show(UNKNOWN)
        return True

    async def pages(self, lines: list[str]) -> None:
        for at, text in enumerate(lines):
            if self.node.paging and at and at % PAGE == 0:
                self.show(f"  {MORE}")
                self.echo = False  # a pager takes one key without showing it
                await self.keys.get()
                self.echo = self.node.cooked
                self.show(WIPE + "\b\b")
            self.show(f"{text}\r\n")

    async def log(self) -> None:
        """Say things that look like the prompt, with pauses right behind them."""
        for text in (f"{NAME}#display version", f"{NAME}#", self.prompt):
            self.show(f"{text}\r\n")
        self.show(self.prompt)
        await asyncio.sleep(0.4)
        self.show("\r\nthe last command was ont reset\r\n")
        self.show(f"{NAME}>")
        await asyncio.sleep(0.4)
        self.show("\r\n")


LOG = (
    f"{NAME}#display version\n{NAME}#\n{{prompt}}\n{{prompt}}\n"
    f"the last command was ont reset\n{NAME}>\n"
)
"""What `display log` says, with the prompt of its mode."""


class _Server(asyncssh.SSHServer):
    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


async def serve_dslam(node: Dslam) -> AsyncIterator[Dslam]:
    """Keep a node running; its port and host key are in it."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    node.host_key = key.export_public_key().decode().strip()

    async def shell(process: asyncssh.SSHServerProcess[str]) -> None:
        session = _Session(node, process)
        try:
            await session.run()
        except* (asyncssh.Error, OSError):
            pass  # the client has left

    server = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_factory=_Server,
        server_host_keys=[key],
        process_factory=shell,
        line_editor=False,
    )
    node.port = server.sockets[0].getsockname()[1]
    try:
        yield node
    finally:
        server.close()
