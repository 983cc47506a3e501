"""A home router over SSH: one connection, one exec at a time, questions coalesced into batches.

Whoever asks first opens the connection and carries along what others have asked meanwhile;
each batch is one exec, which costs two round trips whatever it asks (a fresh session with one
exec costs seven, the floor of SSH).
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.ports import Command, CommandAnswer
from cpe_diag.transports.credential_refusal import OPERATION as CREDENTIAL
from cpe_diag.transports.framing import FRAMINGS
from cpe_diag.transports.speaking import MOST_BYTES_A_COMMAND, ExecSpeaker, Spoken
from cpe_diag.transports.ssh_errors import Phase
from cpe_diag.transports.ssh_session import MARGIN_S, SshSession
from cpe_diag.transports.time_left import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from cpe_diag.domain.subscriber import RouterAccess
    from cpe_diag.driver_kit.shell_batch import Frame
    from cpe_diag.ports import Clock, CredentialSource, Recorder
    from cpe_diag.transports.speaking import Speaker
    from cpe_diag.transports.ssh_trust import HostKeys

_ROUND_TRIPS: Final = 2
"""A batch costs so many at least: the channel, and the exec request."""

# Askers whose deadlines are so close together share the fate of a late batch.
_SAME_DEADLINE_S: Final = 1.0
_LABEL_LENGTH: Final = 100
_OVERHEARD_CHARACTERS: Final = 2000

_ASK_AGAIN_AFTER_S: Final = 30.0
"""A router that did not let us in is tried again after this, in a run that still goes on."""

# What another attempt within the same run would not change, and might make worse (a router
# that counts refused logins locks us out).
_FINAL: Final = frozenset(
    (
        FailureKind.AUTH_REFUSED,
        FailureKind.HOST_KEY_CHANGED,
        FailureKind.HOST_KEY_UNKNOWN,
        FailureKind.ALGORITHM_MISMATCH,
        FailureKind.NOT_CONFIGURED,
    )
)


@dataclass(slots=True, eq=False)
class _Request:
    """What one asker waits for; `outcome` is set when it is there."""

    commands: tuple[Command, ...]
    deadline: float
    seen: frozenset[int]
    exchange: int | None = None
    outcome: tuple[CommandAnswer, ...] | MeasurementError | None = None


class SshRouter:
    """The `RouterView` of one router."""

    def __init__(  # noqa: PLR0913 - its doors and two choices, each by its name
        self,
        access: RouterAccess,
        *,
        credentials: CredentialSource,
        clock: Clock,
        recorder: Recorder,
        host_keys: HostKeys | None = None,
        legacy_algorithms: bool = False,
        speaker: Speaker | None = None,
    ) -> None:
        """Prepare; nothing is sent before the first question.

        Args:
            access: where the router is and how to log in.
            credentials: gives the password or the private key (in PEM or OpenSSH form).
            clock: of the deadlines.
            recorder: gets every phase, every batch and every raw answer.
            host_keys: decides on the host key; None: only what the inventory pins is trusted.
            legacy_algorithms: also allow SHA-1, CBC and ssh-rsa, for old equipment;
                `legacy_in_use` says whether they were needed.
            speaker: how the router is spoken to; None for a POSIX shell.
        """
        self._speaker = speaker or ExecSpeaker(FRAMINGS["posix_shell"])
        self._session = SshSession(
            access,
            credentials=credentials,
            clock=clock,
            recorder=recorder,
            host_keys=host_keys,
            legacy_algorithms=legacy_algorithms,
        )
        self._clock = clock
        self._recorder = recorder
        self._lock = asyncio.Lock()
        self._waiting: list[_Request] = []
        self._given_up: MeasurementError | None = None
        self._closed_until = 0.0
        self._unasked = ""

    @property
    def router(self) -> str:
        """The router's address, with the port where it is not the usual one."""
        return self._session.router

    @property
    def overheard(self) -> str:
        """What it calls its SSH server, and what it said in place of an answer."""
        connection = self._session.connection
        named = "" if connection is None else connection.identification
        return f"{named}\n{self._unasked}"

    @property
    def legacy_in_use(self) -> tuple[str, ...]:
        """Which legacy algorithms the connection uses, for the verdict to say."""
        return self._session.legacy_in_use

    async def connect(self, *, deadline: float) -> float:
        """Open the connection if it is not open yet; see `RouterView.connect`."""
        started = self._clock.monotonic()
        async with self._turn(deadline):
            if self._session.is_open:
                return 0.0
            await self._open(deadline)
        return self._clock.monotonic() - started

    async def ask(
        self, commands: Sequence[Command], *, deadline: float
    ) -> tuple[CommandAnswer, ...]:
        """Run commands and give their answers in order; see `RouterView.ask`."""
        if not commands:
            return ()
        request = _Request(tuple(commands), deadline, self._recorder.seen())
        self._waiting.append(request)
        try:
            while request.outcome is None:
                async with self._turn(deadline):
                    if request.outcome is None:
                        await self._answer_all(request)
        finally:
            if request in self._waiting:
                self._waiting.remove(request)
        if request.exchange is not None:
            self._recorder.join((request.exchange,))
        if isinstance(request.outcome, MeasurementError):
            raise MeasurementError(request.outcome.failure, request.outcome.operation)
        return request.outcome

    async def close(self) -> None:
        """End the connection in bounded time; safe to call at any time and twice."""
        await self._session.close()

    @contextlib.asynccontextmanager
    async def _turn(self, deadline: float) -> AsyncIterator[None]:
        """Wait for the right to talk to the router, at most until the deadline."""
        try:
            async with until(self._clock, deadline):
                await self._lock.acquire()
        except TimeoutError as error:
            raise self._session.late() from error
        try:
            yield
        finally:
            self._lock.release()

    async def _answer_all(self, own: _Request) -> None:
        """Open the connection where that is needed, and ask everything that waits."""
        try:
            await self._open(own.deadline)
        except MeasurementError as error:
            self._share(error, own)
            return
        # One step of the loop, in which all who ask at this moment come to wait.
        await asyncio.sleep(0)
        batch, self._waiting = self._waiting, []
        try:
            await self._ask_batch(batch, own)
        finally:
            self._waiting.extend(one for one in batch if one.outcome is None)

    def _share(self, error: MeasurementError, own: _Request) -> None:
        """Give a failed attempt to all who waited for it; those with more time may try again."""
        by_deadline = self._clock.monotonic() + MARGIN_S >= own.deadline
        for request in tuple(self._waiting):
            more_time = request.deadline > own.deadline + _SAME_DEADLINE_S
            if request is own or not (by_deadline and more_time):
                request.outcome = error
                request.exchange = self._session.last_exchange
                self._waiting.remove(request)

    async def _open(self, deadline: float) -> None:
        if self._session.is_open:
            return
        if self._given_up is not None and self._clock.monotonic() < self._closed_until:
            raise self._given_up
        try:
            await self._session.open(deadline)
        except MeasurementError as error:
            if self._session.connection is None or error.operation == CREDENTIAL:
                raise  # our own gap, which may be closed by the next question
            final = error.failure.kind in _FINAL
            if final or self._clock.monotonic() < deadline:
                self._given_up = error
                wait_s = math.inf if final else _ASK_AGAIN_AFTER_S
                self._closed_until = self._clock.monotonic() + wait_s
            raise

    async def _ask_batch(self, batch: Sequence[_Request], own: _Request) -> None:
        connection = self._session.connection
        if connection is None:
            raise self._session.late()  # closed by another task in this moment
        numbers, commands = _without_repeats(batch)
        limit = own.deadline - MARGIN_S
        seen = self._recorder.seen().union(*(request.seen for request in batch))
        exchange = self._recorder.begin(
            Phase.EXEC.value, self.router, _batch_label(commands), after=seen
        )
        nothing = self._session.late()
        spoken = Spoken(frames={}, failure=nothing, round_trips=_ROUND_TRIPS)
        failed: str | None = "cancelled"
        try:
            spoken = await self._session.bounded(
                lambda: self._speaker.speak(connection, commands, self.router, limit),
                own.deadline,
            )
            every = len(spoken.frames) == len(commands)
            failed = None if every else spoken.failure.failure.kind.value
        except MeasurementError as error:
            spoken = Spoken(frames={}, failure=error, round_trips=_ROUND_TRIPS)
            failed = error.failure.kind.value
        finally:
            self._recorder.end(exchange, round_trips=spoken.round_trips, failure=failed)
        frames, failure = spoken.frames, spoken.failure
        self._unasked = spoken.said[:_OVERHEARD_CHARACTERS] or self._unasked
        for number, command in enumerate(commands):
            answer = _answer(command, frames.get(number))
            if answer is not None:
                self._recorder.raw(
                    exchange, device=self.router, question=command.label, text=answer.output
                )
        for request, places in zip(batch, numbers, strict=True):
            request.exchange = exchange
            answers = [_answer(commands[place], frames.get(place)) for place in places]
            whole = tuple(answer for answer in answers if answer is not None)
            more_time = request.deadline > own.deadline + _SAME_DEADLINE_S
            late = failure.failure.kind is FailureKind.SILENT
            if len(whole) == len(answers):
                request.outcome = whole
            elif request is own or not (late and more_time):
                request.outcome = failure


def _without_repeats(batch: Sequence[_Request]) -> tuple[list[list[int]], list[Command]]:
    """Ask once what several want to know; what one asker repeats is repeated.

    Returns:
        For each request the places of its commands, and the commands.
    """
    places: dict[tuple[Command, int], int] = {}
    numbers: list[list[int]] = []
    for request in batch:
        times: Counter[Command] = Counter()
        numbers.append([])
        for command in request.commands:
            place = places.setdefault((command, times[command]), len(places))
            times[command] += 1
            numbers[-1].append(place)
    return numbers, [command for command, _ in places]


def _answer(command: Command, frame: Frame | None) -> CommandAnswer | None:
    """Make the answer, or None where there is none that is whole."""
    if frame is None or isinstance(frame.exit_status, str):
        return None
    if len(frame.output) > MOST_BYTES_A_COMMAND:
        return None
    return CommandAnswer(command=command, output=frame.output, exit_status=frame.exit_status)


def _batch_label(commands: Sequence[Command]) -> str:
    """Name a batch by what it asks, shortened, with the number of what is left out."""
    names = list(dict.fromkeys(command.label for command in commands))
    shown: list[str] = []
    while names and len("; ".join([*shown, names[0]])) <= _LABEL_LENGTH:
        shown.append(names.pop(0))
    return "; ".join(shown) + (f" and {len(names)} more" if names else "")
