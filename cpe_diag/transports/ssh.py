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

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.ports import Command, CommandAnswer
from cpe_diag.transports.ssh_connection import ExecResult
from cpe_diag.transports.ssh_errors import Phase
from cpe_diag.transports.ssh_script import (
    Frame,
    build,
    is_done,
    new_marker,
    take_apart,
)
from cpe_diag.transports.ssh_session import MARGIN_S, SshSession
from cpe_diag.transports.time_left import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from cpe_diag.domain.subscriber import RouterAccess
    from cpe_diag.ports import Clock, CredentialSource, Recorder
    from cpe_diag.transports.ssh_trust import HostKeys

MOST_BYTES_A_COMMAND: Final = 256 * 1024
"""How much output of one command is read; a whole log of a router has 64 to 128 kB."""

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
        """
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
            if self._session.connection is None:
                raise  # our own gap: nothing was sent
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
        marker = new_marker()
        script = build(commands, marker)
        most_bytes = MOST_BYTES_A_COMMAND * len(commands)
        limit = own.deadline - MARGIN_S
        seen = self._recorder.seen().union(*(request.seen for request in batch))
        exchange = self._recorder.begin(
            Phase.EXEC.value, self.router, _batch_label(commands), after=seen
        )
        result = ExecResult("", None)
        failed: str | None = "cancelled"
        try:
            result = await self._session.bounded(
                lambda: connection.execute(script, most_bytes=most_bytes, deadline=limit),
                own.deadline,
            )
            failed = None if result.failure is None else result.failure.failure.kind.value
        except MeasurementError as error:
            result = ExecResult("", error)
            failed = error.failure.kind.value
        finally:
            trips = connection.exec_round_trips(script)
            self._recorder.end(exchange, round_trips=trips, failure=failed)
        frames = take_apart(result.output, marker)
        complete = is_done(result.output, marker)
        failure = result.failure or self._incomplete(result.output, whole=complete)
        if not frames:
            self._unasked = result.output[:_OVERHEARD_CHARACTERS]
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

    def _incomplete(self, output: str, *, whole: bool) -> MeasurementError:
        if whole:
            kind = FailureKind.INCOMPLETE
            detail = "an answer was longer than allowed, or mixed with another one"
        elif output and "\n" in output:
            kind = FailureKind.INCOMPLETE
            detail = "the answer was cut before its end"
        else:
            kind = FailureKind.UNPARSEABLE
            detail = "no answer in the form of a POSIX shell"
        failure = Failure(kind=kind, where=self.router, detail=detail)
        return MeasurementError(failure, Phase.EXEC.value)


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
