"""netmiko's knowledge of a platform over our own SSH connection, waiting for data, not sleeping.

netmiko prepares the session (who is there, paging off, no questions back); key exchange, host
key and login are those of `ssh_connection`. Importing this loads netmiko (260 ms): only a worker
thread does.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, cast

from netmiko import BaseConnection
from netmiko.channel import SSHChannel
from netmiko.exceptions import ReadException, ReadTimeout
from netmiko.ssh_dispatcher import CLASS_MAPPER

from cpe_diag.transports.terminal_text import Screen

if TYPE_CHECKING:
    from collections.abc import Callable

    from paramiko import Channel

QUIET_S: Final = 0.05
"""A node that has said nothing for so long has nothing more on its way (a round trip within a
packet train); the end of an answer is proven in another way."""
WAIT_S: Final = 0.5
"""How long one read waits for data; the loops around it look at the deadline."""
READ_BYTES: Final = 65_536
_ANY_PROMPT: Final = r"[>#$\]] ?$"


class UnknownPlatformError(Exception):
    """netmiko knows no platform of this name."""


class WaitingChannel(SSHChannel):
    """A channel that waits for data until `left()` seconds are over, and ends with the session."""

    def __init__(self, conn: Channel, left: Callable[[], float]) -> None:
        """Read from `conn`."""
        super().__init__(conn, encoding="utf-8")
        self.conn = conn
        self.left = left

    def receive(self, within_s: float) -> bytes:
        """Wait for data.

        Returns:
            What came; empty where nothing did in time.

        Raises:
            ReadException: the node has closed the session.
        """
        self.conn.settimeout(max(0.001, min(within_s, self.left())))
        try:
            data: bytes = self.conn.recv(READ_BYTES)
        except TimeoutError:
            return b""
        if not data:
            msg = "the node has closed the session"
            raise ReadException(msg)
        return data

    def send(self, text: str) -> None:
        """Type something."""
        self.conn.settimeout(max(0.001, self.left()))
        self.conn.sendall(text.encode())

    def write_channel(self, out_data: str) -> None:
        """Type something, as netmiko calls it."""
        self.send(out_data)

    def read_buffer(self) -> str:
        """Read once."""
        return self.receive(WAIT_S).decode("utf-8", "replace")

    def read_channel(self) -> str:
        """Wait for data, and read what has come."""
        output = self.read_buffer()
        while output and self.conn.recv_ready():
            output += self.read_buffer()
        return output


class WaitingConnection(BaseConnection):
    """What all prepared sessions share; `prepared` mixes it into a platform's class."""

    opened: Channel
    left: Callable[[], float]

    def establish_connection(self, width: int = 511, height: int = 1000) -> None:
        """Use the shell that is open already."""
        del width, height
        self.remote_conn = self.opened
        self.channel = WaitingChannel(self.opened, self.left)

    def read_until_pattern(
        self,
        pattern: str = "",
        read_timeout: float = 10.0,
        re_flags: int = 0,
        max_loops: int | None = None,
    ) -> str:
        """Read until a pattern is there; what follows it is kept for the next reading.

        Raises:
            ReadTimeout: it did not come before the session's deadline.
        """
        del read_timeout, max_loops
        output = ""
        while True:
            output += self.read_channel()
            found = re.search(pattern, output, flags=re_flags)
            if found:
                self._read_buffer = output[found.end() :] + self._read_buffer
                return output[: found.end()]
            if self.left() <= 0:
                msg = f"{pattern!r} did not come"
                raise ReadTimeout(msg)

    def read_channel_timing(
        self,
        last_read: float = 2.0,
        read_timeout: float = 120.0,
        delay_factor: float | None = None,
        max_loops: int | None = None,
    ) -> str:
        """Read until nothing more comes."""
        del last_read, read_timeout, delay_factor, max_loops
        output = ""
        while (more := self.read_channel()) or (not output and self.left() > 0):
            output += more
        return output

    def clear_buffer(
        self,
        backoff: bool = True,  # noqa: FBT001, FBT002 - netmiko's signature
        backoff_max: float = 3.0,
        delay_factor: float | None = None,
    ) -> str:
        """Read what has come already."""
        del backoff, backoff_max, delay_factor
        channel = cast("WaitingChannel", self.channel)
        output, self._read_buffer = self._read_buffer, ""
        while data := channel.receive(QUIET_S):
            output += data.decode("utf-8", "replace")
        return output

    def find_prompt(self, delay_factor: float = 1.0, pattern: str | None = None) -> str:
        """Have the node show its prompt, and wait until it is quiet behind it.

        Raises:
            ReadTimeout: nothing like a prompt came before the session's deadline.
        """
        del delay_factor
        channel = cast("WaitingChannel", self.channel)
        self.clear_buffer()
        self.write_channel(self.RETURN)
        screen = Screen()
        while True:
            data = channel.receive(QUIET_S * 4)
            screen.write(data)
            shown = screen.last.strip()
            if not data and shown and re.search(pattern or _ANY_PROMPT, shown):
                return shown
            if self.left() <= 0:
                msg = "no prompt came"
                raise ReadTimeout(msg)

    def _test_channel_read(self, count: int = 40, pattern: str = "") -> str:
        """See that the node shows a prompt."""
        del count
        return self.read_until_pattern(pattern or _ANY_PROMPT)


def prepared(platform: str, shell: Channel, left: Callable[[], float], host: str) -> str:
    """Let netmiko prepare a session.

    Args:
        platform: netmiko's name of it.
        shell: an interactive shell of the node.
        left: gives the seconds until the deadline.
        host: for netmiko's messages.

    Returns:
        What is the same in every prompt of the node: its name.

    Raises:
        UnknownPlatformError: netmiko does not know the platform.
        Exception: what netmiko and paramiko raise; `node_cli` maps it.
    """
    base = CLASS_MAPPER.get(platform)
    if base is None:
        raise UnknownPlatformError(platform)
    kind = cast(
        "type[WaitingConnection]", type(f"Waiting{base.__name__}", (WaitingConnection, base), {})
    )
    session = kind(host=host, device_type=platform, auto_connect=False)
    session.opened = shell
    session.left = left
    session.establish_connection()
    session.write_channel(session.RETURN)
    session.session_preparation()
    if not session.base_prompt:
        session.set_base_prompt()
    return session.base_prompt
