"""The command line of a node over real SSH: a session speaks for the one state of its node."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol

import asyncssh

from cpe_diag.lab.cli_dlink import DlinkCli
from cpe_diag.lab.cli_smartax import SmartaxCli
from cpe_diag.lab.cli_state import USER, CliState
from cpe_diag.lab.cli_terminal import Hangup, Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cpe_diag.lab.cli_terminal import Pager
    from cpe_diag.lab.world import AccessNodeState, World


class NodeWords(Protocol):
    """What a vendor's command line understands."""

    @property
    def pager(self) -> Pager:
        """How it stops after a page."""

    @property
    def greeting(self) -> str:
        """What it says after login."""

    @property
    def prompt(self) -> str:
        """What stands before the cursor."""

    async def act(self, words: Sequence[str], terminal: Terminal) -> bool:
        """Do one line; False: the session ends."""

    def changes(self, words: Sequence[str]) -> bool:
        """Say whether a line would change something."""


SPEAKERS: Final[Mapping[str, Callable[[World, AccessNodeState], NodeWords]]] = {
    "dlink_des": DlinkCli,
    "huawei_smartax": SmartaxCli,
}
"""By the model of the node."""


def cli_servers(world: World) -> Iterator[CliServer]:
    """Give a server for each node that has a command line."""
    for node in world.nodes.values():
        if node.model in SPEAKERS:
            node.cli = CliState()
            yield CliServer(world, node, node.cli)


class CliServer:
    """The SSH server of one node."""

    def __init__(self, world: World, node: AccessNodeState, cli: CliState) -> None:
        """Prepare; nothing listens before `start`."""
        self._world = world
        self._node = node
        self._cli = cli
        self._server: asyncssh.SSHAcceptor | None = None
        self._sessions: set[asyncio.Task[object]] = set()

    async def start(self) -> None:
        """Listen on the node's address; port and host key stand in its state then.

        Raises:
            OSError: the address cannot be bound.
        """
        key = asyncssh.generate_private_key("ssh-ed25519")
        self._cli.host_key_openssh = key.export_public_key().decode().strip()
        self._server = await asyncssh.listen(
            self._node.address,
            0,
            server_factory=lambda: _Login(self._world.secrets.cli_password),
            server_host_keys=[key],
            process_factory=self._session,
            line_editor=False,
        )
        self._cli.tcp_port = self._server.get_port()

    async def stop(self) -> None:
        """Close everything."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None
        for one in self._sessions:
            one.cancel()
        await asyncio.gather(*self._sessions, return_exceptions=True)

    async def _session(self, process: asyncssh.SSHServerProcess[str]) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._sessions.add(task)
            task.add_done_callback(self._sessions.discard)
        words = SPEAKERS[self._node.model](self._world, self._node)
        terminal = Terminal(process, words.pager)
        reading = asyncio.get_running_loop().create_task(terminal.read_keys())
        try:
            await self._talk(words, terminal)
        except (Hangup, asyncssh.Error, OSError):
            return  # the other side has left
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            process.exit(0)

    async def _talk(self, words: NodeWords, terminal: Terminal) -> None:
        terminal.show(words.greeting)
        while self._node.powered:
            terminal.show(words.prompt)
            typed = (await terminal.line()).split()
            if not typed:
                continue
            if words.changes(typed):
                self._cli.entered.append(" ".join(typed))
            if words.changes(typed) and self._cli.refusal:
                terminal.show(f"  {self._cli.refusal}\n")
            elif not await words.act(typed, terminal):
                return
            await asyncio.sleep(self._cli.prompt_delay_s)


class _Login(asyncssh.SSHServer):
    """Lets the lab's operator in."""

    def __init__(self, password: str) -> None:
        self._password = password

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, self._password)
