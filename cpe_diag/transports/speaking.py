"""How a batch of questions is put to a router over an open connection: a door within the door.

A speaker works in the session's thread, in blocking calls. It knows how a platform is spoken to;
who asks, when, and what is shared among askers is `SshRouter`'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.driver_kit.dialects import DIALECTS
from cpe_diag.driver_kit.shell_batch import Frame, is_done, new_marker, take_apart
from cpe_diag.transports.framing import FRAMINGS, Framing
from cpe_diag.transports.greeting import greeting
from cpe_diag.transports.ssh_errors import Phase

if TYPE_CHECKING:
    from cpe_diag.driver_kit.shell_batch import Marker
    from cpe_diag.ports import Command
    from cpe_diag.transports.ssh_connection import SshConnection

MOST_BYTES_A_COMMAND: Final = 256 * 1024
"""How much output of one command is read; a whole log of a router has 64 to 128 kB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What came of a batch: whole answers by number, and why others have none.

    `said` is what the router said where no answer could be made of it.
    """

    frames: Mapping[int, Frame]
    failure: MeasurementError
    round_trips: int
    said: str = ""


class Speaker(Protocol):
    """Puts batches to a router."""

    def speak(
        self, connection: SshConnection, commands: Sequence[Command], where: str, deadline: float
    ) -> Spoken:
        """Put one batch, and read what comes back.

        Args:
            connection: logged in.
            commands: numbered by their places.
            where: the router, for messages.
            deadline: absolute.

        Returns:
            What came; nothing is raised for the network.
        """


class ExecSpeaker:
    """Speaks through exec channels: the whole batch is one script, or a few where it is long."""

    def __init__(self, framing: Framing) -> None:
        """Write scripts in `framing`."""
        self._framing = framing

    def speak(
        self, connection: SshConnection, commands: Sequence[Command], where: str, deadline: float
    ) -> Spoken:
        """Put one batch; see `Speaker.speak`."""
        marker = new_marker()
        frames: dict[int, Frame] = {}
        round_trips = 0
        output, whole = "", True
        for script in self._framing.scripts(commands, marker):
            round_trips += connection.exec_round_trips(script.text)
            most_bytes = MOST_BYTES_A_COMMAND * len(commands)
            result = connection.execute(script.text, most_bytes=most_bytes, deadline=deadline)
            output = self._framing.plain(result.output)
            frames |= take_apart(output, marker)
            whole = is_done(output, marker)
            if script.alone is not None and result.failure is None and not whole:
                frames |= self._failed(script.alone, output, marker)
                whole = script.alone in frames
            if result.failure is not None and not whole:
                return Spoken(
                    frames=frames, failure=result.failure, round_trips=round_trips, said=output
                )
            if not whole:
                break
        failure = self._incomplete(output, where, whole=whole)
        said = "" if frames else output or greeting(connection, deadline)
        return Spoken(frames=frames, failure=failure, round_trips=round_trips, said=said)

    def _failed(self, number: int, output: str, marker: Marker) -> Mapping[int, Frame]:
        ended = self._framing.ended
        frame = None if ended is None else ended(number, output, marker)
        return {} if frame is None else {number: frame}

    def _incomplete(self, output: str, where: str, *, whole: bool) -> MeasurementError:
        if whole:
            kind = FailureKind.INCOMPLETE
            detail = "an answer was longer than allowed, or mixed with another one"
        elif output and "\n" in output:
            kind = FailureKind.INCOMPLETE
            detail = "the answer was cut before its end"
        else:
            kind = FailureKind.UNPARSEABLE
            detail = f"no answer in the form of {self._framing.form}"
        failure = Failure(kind=kind, where=where, detail=detail)
        return MeasurementError(failure, Phase.EXEC.value)


def speaker(dialect: str) -> Speaker:
    """Give the speaker of a dialect.

    Args:
        dialect: its name.

    Returns:
        One that speaks through exec channels, or types where there are none.
    """
    spoken = DIALECTS[dialect]
    if spoken.typed and spoken.refusal is not None:
        # It needs what stands above; routers with exec channels are asked without it.
        from cpe_diag.transports.typed_shell import Platform
        from cpe_diag.transports.typed_speaker import TypedSpeaker

        return TypedSpeaker(Platform(netmiko=spoken.netmiko, refusal=spoken.refusal))
    return ExecSpeaker(FRAMINGS[dialect])
