"""Speaks to routers that have nothing but an interactive command line, line by line.

netmiko prepares the session; each line is framed by `shell_dialogue`, so that no answer can be
taken for another's. A line that is not answered in its time ends its shell; what follows is typed
into a new one on the same connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import ChangeError, Failure, FailureKind, MeasurementError
from cpe_diag.driver_kit.shell_batch import TIMED_OUT, Frame
from cpe_diag.transports.speaking import Spoken
from cpe_diag.transports.ssh_errors import Phase
from cpe_diag.transports.typed_shell import TypedShell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.ports import Command
    from cpe_diag.transports.ssh_connection import SshConnection
    from cpe_diag.transports.typed_shell import Platform

REFUSED: Final = 1
"""The status of a line that the router does not take."""


class TypedSpeaker:
    """Types batches, one line for each command."""

    def __init__(self, platform: Platform) -> None:
        """Talk to routers of a platform."""
        self._shell = TypedShell(platform)

    def speak(
        self, connection: SshConnection, commands: Sequence[Command], where: str, deadline: float
    ) -> Spoken:
        """Type one batch; see `Speaker.speak`."""
        frames: dict[int, Frame] = {}
        round_trips = 0
        for number, command in enumerate(commands):
            try:
                round_trips += self._shell.ready(connection, where, deadline) + 1
                frames[number] = self._typed(connection, command, deadline)
            except MeasurementError as error:
                # What the router says after this belongs to nobody.
                connection.close()
                return Spoken(
                    frames=frames,
                    failure=MeasurementError(error.failure, Phase.EXEC.value),
                    round_trips=round_trips,
                    said=self._shell.shown,
                )
        nothing = Failure(
            kind=FailureKind.INCOMPLETE, where=where, detail="an answer was longer than allowed"
        )
        taken = any(one.exit_status == 0 for one in frames.values())
        return Spoken(
            frames=frames,
            failure=MeasurementError(nothing, Phase.EXEC.value),
            round_trips=round_trips,
            said="" if taken else self._shell.shown,
        )

    def _typed(self, connection: SshConnection, command: Command, deadline: float) -> Frame:
        """Type one line.

        Raises:
            MeasurementError: the router ended the session, or the batch's time is up.
        """
        now = deadline - connection.left(deadline)
        try:
            output = self._shell.type(command.text, min(deadline, now + command.limit_s))
        except ChangeError as error:
            if connection.is_late(deadline) or error.failure.kind is not FailureKind.SILENT:
                raise
            return Frame("", TIMED_OUT)
        return Frame(output, REFUSED if self._shell.refused(output) else 0)
