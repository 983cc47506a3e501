"""A shell that shows nothing, or never stops, is no greeting to wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.transports import greeting as subject
from cpe_diag.transports.greeting import greeting

if TYPE_CHECKING:
    from cpe_diag.transports.ssh_connection import SshConnection


class Shell:
    """A channel that gives pieces, then is silent or ends."""

    def __init__(self, pieces: list[bytes], *, ends: bool = False) -> None:
        """Give them."""
        self.pieces = pieces
        self.ends = ends
        self.closed = False
        self.reads = 0

    def settimeout(self, seconds: float) -> None:
        """Wait so long."""
        assert seconds > 0

    def recv(self, count: int) -> bytes:
        """Give a piece."""
        del count
        self.reads += 1
        if self.pieces:
            return self.pieces.pop(0)
        if self.ends:
            return b""
        raise TimeoutError

    def close(self) -> None:
        """End."""
        self.closed = True


class Connection:
    """A connection with that shell; None: it has none."""

    def __init__(self, shell: Shell | None) -> None:
        """Give it."""
        self._shell = shell

    def shell(self, *, width: int, height: int, deadline: float) -> Shell:
        """Open it."""
        del width, height, deadline
        if self._shell is None:
            failure = Failure(kind=FailureKind.CLOSED, where="here", detail="no shell")
            raise MeasurementError(failure, "ssh.exec")
        return self._shell

    def left(self, deadline: float) -> float:
        """Give the seconds left."""
        return deadline


def heard(shell: Shell | None) -> str:
    """Listen to a shell."""
    return greeting(cast("SshConnection", Connection(shell)), 5.0)


def test_the_prompt_is_heard_and_the_shell_closed() -> None:
    """In however many pieces it comes."""
    for ends in (False, True):
        shell = Shell([b"Welcome\r\n", b"\x1b[K(con", b"fig)> "], ends=ends)
        assert heard(shell) == "Welcome\n(config)> "
        assert shell.closed


def test_no_shell_is_no_greeting_and_one_without_end_is_left() -> None:
    """Nothing here takes longer than a moment."""
    assert heard(None) == ""
    endless = Shell([b"x"] * 1000)
    heard(endless)
    assert (endless.reads, endless.closed) == (subject.MOST_READS, True)
