"""One interactive command line over an SSH connection, opened when it is needed, in a thread."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import MeasurementError
from cpe_diag.ports import ShellLine
from cpe_diag.transports.node_cli import HEIGHT, WIDTH, session_failure
from cpe_diag.transports.ssh_errors import LIBRARY_ERRORS, Phase

if TYPE_CHECKING:
    from paramiko import Channel

    from cpe_diag.transports.shell_dialogue import Dialogue
    from cpe_diag.transports.ssh_connection import SshConnection

OPENING: Final = 3
"""Round trips of a shell: channel, terminal and shell, and what netmiko prepares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A command line: netmiko's name of it, and how it says that it does not take a line."""

    netmiko: str
    refusal: re.Pattern[str]


class TypedShell:
    """The shell of one router, at whichever connection there is."""

    def __init__(self, platform: Platform) -> None:
        """Talk to a platform."""
        self.platform = platform
        self._connection: SshConnection | None = None
        self._shell: Channel | None = None
        self._dialogue: Dialogue | None = None
        self._deadline = 0.0

    @property
    def shown(self) -> str:
        """What stands on its terminal."""
        return "" if self._dialogue is None else self._dialogue.shown

    def ready(self, connection: SshConnection, where: str, deadline: float) -> int:
        """Have a shell at which a line can be typed.

        Args:
            connection: logged in.
            where: the router, for messages.
            deadline: absolute.

        Returns:
            Round trips that it took.

        Raises:
            MeasurementError: `ssh.exec`: SILENT, CLOSED, UNPARSEABLE.
        """
        from netmiko.exceptions import NetmikoBaseException
        from paramiko import SSHException

        from cpe_diag.transports.netmiko_session import WaitingChannel, prepared
        from cpe_diag.transports.shell_dialogue import Dialogue

        same = connection is self._connection
        if same and self._dialogue is not None and self._dialogue.usable:
            return 0
        if same and self._shell is not None:
            self._shell.close()
        self._connection, self._dialogue, self._deadline = connection, None, deadline

        def left() -> float:
            return connection.left(self._deadline)

        try:
            self._shell = connection.shell(width=WIDTH, height=HEIGHT, deadline=deadline)
            name = prepared(self.platform.netmiko, self._shell, left, where)
        except (NetmikoBaseException, SSHException, *LIBRARY_ERRORS) as error:
            failure = session_failure(error, where, left())
            raise MeasurementError(failure, Phase.EXEC.value) from error
        self._dialogue = Dialogue(WaitingChannel(self._shell, left), name=name, where=where)
        return OPENING

    def entered(self) -> bool:
        """Whether the present line was entered: it may have happened."""
        return self._dialogue is not None and self._dialogue.entered

    def type(self, text: str, deadline: float) -> str:
        """Type one line and give its answer; `ready` was called before.

        Args:
            text: the line.
            deadline: absolute, for its answer.

        Returns:
            What the router said.

        Raises:
            MeasurementError: `ssh.exec`: CLOSED; or a ChangeError where it did not come back.
        """
        from netmiko.exceptions import NetmikoBaseException
        from paramiko import SSHException

        if self._dialogue is None:
            msg = "a line before the shell"
            raise RuntimeError(msg)
        self._deadline = deadline
        try:
            return self._dialogue.answer(ShellLine(text=text))
        except (NetmikoBaseException, SSHException, OSError, EOFError) as error:
            failure = session_failure(error, "the router", 1.0)
            raise MeasurementError(failure, Phase.EXEC.value) from error

    def refused(self, answer: str) -> bool:
        """Whether the router did not take the line."""
        return self.platform.refusal.search(answer) is not None
