"""Speaks to routers that have nothing but an interactive command line, line by line.

netmiko prepares the session; each line is framed by `shell_dialogue`, so that no answer can be
taken for another's. A line that is not answered in its time ends its shell; what follows is typed
into a new one on the same connection.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import ChangeError, Failure, FailureKind, MeasurementError
from cpe_diag.ports import ShellLine
from cpe_diag.transports.node_cli import HEIGHT, WIDTH, session_failure
from cpe_diag.transports.speaking import Spoken
from cpe_diag.transports.ssh_errors import LIBRARY_ERRORS, Phase
from cpe_diag.transports.ssh_script import TIMED_OUT, Frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from paramiko import Channel

    from cpe_diag.ports import Command
    from cpe_diag.transports.shell_dialogue import Dialogue
    from cpe_diag.transports.ssh_connection import SshConnection

REFUSED: Final = 1
"""The status of a line that the router does not take."""

MOST_LINE: Final = 240
"""Line editors take 256 characters or more; longer lines scroll sideways."""

_OPENING: Final = 3
"""Round trips of a shell: channel, terminal and shell, and what netmiko prepares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A command line: netmiko's name of it, and how it says that it does not take a line."""

    netmiko: str
    refusal: re.Pattern[str]


class TypedSpeaker:
    """Types batches, one line for each command."""

    def __init__(self, platform: Platform) -> None:
        """Talk to routers of a platform."""
        self._platform = platform
        self._connection: SshConnection | None = None
        self._shell: Channel | None = None
        self._dialogue: Dialogue | None = None
        self._deadline = 0.0

    def speak(
        self, connection: SshConnection, commands: Sequence[Command], where: str, deadline: float
    ) -> Spoken:
        """Type one batch; see `Speaker.speak`."""
        frames: dict[int, Frame] = {}
        round_trips = 0
        if connection is not self._connection:
            self._connection, self._dialogue = connection, None
        for number, command in enumerate(commands):
            try:
                if self._dialogue is None or not self._dialogue.usable:
                    round_trips += _OPENING
                    self._open(connection, where, deadline)
                round_trips += 1
                frames[number] = self._typed(connection, command, deadline)
            except MeasurementError as error:
                # What the router says after this belongs to nobody.
                connection.close()
                failure = MeasurementError(error.failure, Phase.EXEC.value)
                said = self._shown
                return Spoken(frames=frames, failure=failure, round_trips=round_trips, said=said)
        nothing = Failure(
            kind=FailureKind.INCOMPLETE, where=where, detail="an answer was longer than allowed"
        )
        return Spoken(
            frames=frames,
            failure=MeasurementError(nothing, Phase.EXEC.value),
            round_trips=round_trips,
            said="" if any(one.exit_status == 0 for one in frames.values()) else self._shown,
        )

    @property
    def _shown(self) -> str:
        return "" if self._dialogue is None else self._dialogue.shown

    def _open(self, connection: SshConnection, where: str, deadline: float) -> None:
        """Open a shell and let netmiko prepare it.

        Raises:
            MeasurementError: `ssh.exec`: SILENT, CLOSED, UNPARSEABLE.
        """
        from netmiko.exceptions import NetmikoBaseException
        from paramiko import SSHException

        from cpe_diag.transports.netmiko_session import WaitingChannel, prepared
        from cpe_diag.transports.shell_dialogue import Dialogue

        if self._shell is not None:
            self._shell.close()
        self._deadline, self._dialogue = deadline, None

        def left() -> float:
            return connection.left(self._deadline)

        try:
            self._shell = connection.shell(width=WIDTH, height=HEIGHT, deadline=deadline)
            name = prepared(self._platform.netmiko, self._shell, left, where)
        except (NetmikoBaseException, SSHException, *LIBRARY_ERRORS) as error:
            failure = session_failure(error, where, left())
            raise MeasurementError(failure, Phase.EXEC.value) from error
        self._dialogue = Dialogue(WaitingChannel(self._shell, left), name=name, where=where)

    def _typed(self, connection: SshConnection, command: Command, deadline: float) -> Frame:
        """Type one line.

        Raises:
            MeasurementError: the router ended the session, or the batch's time is up.
        """
        from netmiko.exceptions import NetmikoBaseException
        from paramiko import SSHException

        dialogue = self._dialogue
        if dialogue is None:
            msg = "a line before the shell"
            raise RuntimeError(msg)
        now = deadline - connection.left(deadline)
        self._deadline = min(deadline, now + command.limit_s)
        try:
            output = dialogue.answer(ShellLine(text=command.text))
        except ChangeError as error:
            over = connection.is_late(deadline) or error.failure.kind is not FailureKind.SILENT
            if over:
                raise
            return Frame("", TIMED_OUT)
        except (NetmikoBaseException, SSHException, OSError, EOFError) as error:
            failure = session_failure(error, "the router", 1.0)
            raise MeasurementError(failure, Phase.EXEC.value) from error
        finally:
            self._deadline = deadline
        refused = self._platform.refusal.search(output)
        return Frame(output, REFUSED if refused else 0)
