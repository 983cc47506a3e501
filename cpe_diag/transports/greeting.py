"""What a router shows at an interactive shell before anything is typed: its greeting, its prompt.

A router that answers nothing on an exec channel is no POSIX shell; its prompt may say what it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import MeasurementError
from cpe_diag.transports.ssh_errors import LIBRARY_ERRORS
from cpe_diag.transports.terminal_text import Screen

if TYPE_CHECKING:
    from cpe_diag.transports.ssh_connection import SshConnection

FIRST_S: Final = 2.0
QUIET_S: Final = 0.3
READ_BYTES: Final = 4_096
MOST_READS: Final = 16
WIDTH, HEIGHT = 80, 24


def greeting(connection: SshConnection, deadline: float) -> str:
    """Open a shell, listen, and close it.

    Args:
        connection: logged in.
        deadline: absolute.

    Returns:
        What stands on the terminal; empty where there is no shell either.
    """
    screen = Screen()
    try:
        channel = connection.shell(width=WIDTH, height=HEIGHT, deadline=deadline)
        try:
            for number in range(MOST_READS):
                wait_s = QUIET_S if number else FIRST_S
                channel.settimeout(max(0.001, min(wait_s, connection.left(deadline))))
                data = channel.recv(READ_BYTES)
                if not data:
                    break
                screen.write(data)
        except TimeoutError:
            pass  # it waits for us
        finally:
            channel.close()
    except (MeasurementError, *LIBRARY_ERRORS):
        return "\n".join(screen.lines)
    return "\n".join(screen.lines)
