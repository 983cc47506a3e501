"""One command in one exec channel, with standard input, outputs apart, and whether it was sent.

Blocking calls for the session's thread. A command that needs standard input, or is longer than
dropbear's limit, travels behind a small script that runs it only when all of it has arrived:
where a connection is cut, a server ends the input of what it runs, and a command that reads a
password would read half of one.
"""

from __future__ import annotations

import secrets
import selectors
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.ports import ExecAnswer
from cpe_diag.transports.ssh_connection import LONGEST_EXEC
from cpe_diag.transports.ssh_errors import LIBRARY_ERRORS, error_of, exec_error, late_error

if TYPE_CHECKING:
    from paramiko import Channel

    from cpe_diag.transports.ssh_connection import SshConnection

MOST_STDIN: Final = 64 * 1024
"""Bytes that a router's shell holds in a variable before the command runs."""

_PIECE: Final = 32 * 1024
_READ_BYTES: Final = 65_536
# dd with bs=1 reads no byte too many (POSIX dd), so that text and input can follow each other.
# The end mark proves that all came, and keeps line ends, which $( ) would cut off (POSIX XCU,
# 2.6.3). A here-document leaves the input out of every argument list (2.7.4), and is not
# expanded twice.
_WHOLE_FIRST: Final = """\
LC_ALL=C
t=$(dd bs=1 count={text_bytes} 2>/dev/null)
i=$(dd bs=1 count={input_bytes} 2>/dev/null)
case $t in *{mark}) ;; *) i=;; esac
case $i in *{mark}) ;; *) echo {mark} >&2; exit 1;; esac
t=${{t%{mark}}}
dd bs=1 count={given} 2>/dev/null <<{mark} | eval "$t"
${{i%{mark}}}
{mark}
"""


@dataclass(frozen=True, slots=True)
class Order:
    """What to send: the exec request, then `pieces` on standard input.

    `mark` not empty: nothing is run on the router before the last piece is there; where it does
    not come whole, the router says the mark on its standard error.
    """

    request: bytes
    pieces: Iterable[bytes] = field(default=(), repr=False)
    mark: bytes = b""


@dataclass(slots=True)
class Progress:
    """How far it got; read by the asking task too, when the thread is given up."""

    may_have_happened: bool = False


def order(text: str, stdin: bytes) -> Order:
    """Say what to send for a command.

    Args:
        text: for the router's shell.
        stdin: for its standard input; empty for none.

    Returns:
        The text as it is where that is enough, else a script that runs it when all is there.

    Raises:
        ValueError: `stdin` is too long or holds a NUL byte.
    """
    if len(stdin) > MOST_STDIN or b"\0" in stdin:
        msg = f"standard input takes at most {MOST_STDIN} bytes without NUL; stream what is more"
        raise ValueError(msg)
    plain = text.encode()
    if not stdin and len(plain) <= LONGEST_EXEC:
        return Order(plain)
    mark = secrets.token_hex(16)
    end = mark.encode()
    body, given = plain + b"\n" + end, stdin + end
    script = _WHOLE_FIRST.format(
        text_bytes=len(body),
        input_bytes=len(given),
        given=len(stdin),
        mark=mark,
    )
    return Order(script.encode(), _cut(body + given), end)


def stream(text: str, pieces: Iterable[bytes]) -> Order:
    """Say what to send for a command that reads something long, and runs while it comes.

    Args:
        text: for the router's shell; it must check what it got, because that may be cut.
        pieces: for its standard input.

    Returns:
        The order.

    Raises:
        ValueError: the text is too long for an exec request.
    """
    plain = text.encode()
    if len(plain) > LONGEST_EXEC:
        msg = f"a command that takes a stream has at most {LONGEST_EXEC} bytes, not {len(plain)}"
        raise ValueError(msg)
    return Order(plain, pieces)


def run(
    connection: SshConnection,
    what: Order,
    progress: Progress,
    *,
    most_bytes: int,
    deadline: float,
) -> ExecAnswer:
    """Run it once and read its answer to the end; the connection is closed after an error.

    Args:
        connection: logged in.
        what: to send.
        progress: says afterwards, and meanwhile, whether it may have happened.
        most_bytes: how much of both outputs together is read.
        deadline: absolute.

    Returns:
        The answer.

    Raises:
        MeasurementError: `ssh.exec`: SILENT, CLOSED, UNPARSEABLE, INCOMPLETE.
    """
    from paramiko import SSHException

    channel = connection.channel(deadline)
    whole = False
    try:
        _send(connection, channel, what, progress, deadline)
        answer = _read(connection, channel, most_bytes, deadline)
        if what.mark and what.mark in answer.stderr:
            progress.may_have_happened = False
            detail = "its shell did not take the command whole (it needs dd and a POSIX shell)"
            raise error_of(connection.broken(), FailureKind.UNSUPPORTED, detail)
        channel.close()
        whole = True
    except (SSHException, *LIBRARY_ERRORS) as error:
        broken = connection.broken(late=connection.is_late(deadline))
        raise exec_error(broken, error) from error
    finally:
        if not whole:
            connection.close()
    return answer


def _cut(content: bytes) -> Iterable[bytes]:
    return [content[at : at + _PIECE] for at in range(0, len(content), _PIECE)]


def _send(
    connection: SshConnection,
    channel: Channel,
    what: Order,
    progress: Progress,
    deadline: float,
) -> None:
    channel.settimeout(connection.left(deadline))
    progress.may_have_happened = not what.mark
    channel.exec_command(what.request)
    pieces = iter(what.pieces)
    piece = next(pieces, b"")
    while piece:
        following = next(pieces, b"")
        while piece:
            channel.settimeout(connection.left(deadline))
            progress.may_have_happened |= not following
            sent = channel.send(piece)
            if not sent:
                # The command has ended, or its server closed the channel: what it said is read.
                return
            piece = piece[sent:]
        piece = following
    channel.shutdown_write()


def _read(
    connection: SshConnection, channel: Channel, most_bytes: int, deadline: float
) -> ExecAnswer:
    outputs = bytearray(), bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(channel.fileno(), selectors.EVENT_READ)
        ended = False
        while not ended:
            ended = bool(channel.eof_received) or channel.closed
            while channel.recv_ready():
                outputs[0].extend(channel.recv(_READ_BYTES))
            while channel.recv_stderr_ready():
                outputs[1].extend(channel.recv_stderr(_READ_BYTES))
            if sum(map(len, outputs)) > most_bytes:
                detail = f"said more than {most_bytes} bytes"
                raise error_of(connection.broken(), FailureKind.INCOMPLETE, detail)
            if not ended and not selector.select(connection.left(deadline)):
                raise late_error(connection.broken(late=True))
    # dropbear refuses the next channel while this one has no exit status yet.
    if not channel.status_event.wait(connection.left(deadline)):
        raise late_error(connection.broken(late=True))
    status = channel.recv_exit_status()
    if status < 0:
        raise _no_status(connection)
    return ExecAnswer(stdout=bytes(outputs[0]), stderr=bytes(outputs[1]), exit_status=status)


def _no_status(connection: SshConnection) -> MeasurementError:
    if connection.usable:
        detail = "the answer ended without an exit status"
        return error_of(connection.broken(), FailureKind.INCOMPLETE, detail)
    detail = "closed the connection in the middle of the answer"
    return error_of(connection.broken(), FailureKind.CLOSED, detail)
