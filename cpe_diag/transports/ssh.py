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
from cpe_diag.transports.ssh_connection import ExecResult, SshConnection
from cpe_diag.transports.ssh_errors import Phase, late_error
from cpe_diag.transports.ssh_host_keys import SSH_PORT
from cpe_diag.transports.ssh_script import (
    Frame,
    build,
    is_done,
    new_marker,
    take_apart,
)
from cpe_diag.transports.ssh_worker import Worker
from cpe_diag.transports.time_left import CONNECT_WITHIN_S

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from pathlib import Path
    from typing import TypeVar

    from cpe_diag.domain.secret import Secret
    from cpe_diag.domain.subscriber import RouterAccess
    from cpe_diag.ports import Clock, CredentialSource, Recorder

    T = TypeVar("T")

MOST_BYTES_A_COMMAND: Final = 256 * 1024
"""How much output of one command is read; a whole log of a router has 64 to 128 kB."""

CLOSE_WITHIN_S: Final = 1.0
"""How long closing may take before the connection is just dropped."""

# The thread gives up so much earlier than the asking task, to hand over what it has by then.
_MARGIN_S: Final = 0.05
# Askers whose deadlines are so close together share the fate of a late batch.
_SAME_DEADLINE_S: Final = 1.0
_LABEL_LENGTH: Final = 100
_OVERHEARD_CHARACTERS: Final = 2000

_LOGIN_WITHIN_S: Final = 10.0
"""How long key exchange and login may take; a slow home router needs two or three seconds."""

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
# Round trips of each phase of a fresh session (measured: seven with one exec): TCP; banners with
# the offers of algorithms, then the key exchange; service request, then the login; channel and
# exec request, and one more where the script goes to standard input.
_ROUND_TRIPS: Final[Mapping[Phase, int]] = {
    Phase.CONNECT: 1,
    Phase.HANDSHAKE: 2,
    Phase.AUTHENTICATE: 2,
    Phase.EXEC: 2,
}


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
        known_hosts: Path | None = None,
        legacy_algorithms: bool = False,
    ) -> None:
        """Prepare; nothing is sent before the first question.

        Args:
            access: where the router is and how to log in.
            credentials: gives the password or the private key (in PEM or OpenSSH form).
            clock: of the deadlines.
            recorder: gets every phase, every batch and every raw answer.
            known_hosts: the file that decides where the inventory pins no host key.
            legacy_algorithms: also allow SHA-1, CBC and ssh-rsa, for old equipment;
                `legacy_in_use` says whether they were needed.
        """
        self._access = access
        self._credentials = credentials
        self._clock = clock
        self._recorder = recorder
        self._known_hosts = known_hosts
        self._legacy = legacy_algorithms
        self._lock = asyncio.Lock()
        self._waiting: list[_Request] = []
        self._connection: SshConnection | None = None
        self._given_up: MeasurementError | None = None
        self._closed_until = 0.0
        self._last_exchange: int | None = None
        self._unasked = ""
        self._worker = Worker(f"ssh {self.router}")

    @property
    def router(self) -> str:
        """The router's address, with the port where it is not the usual one."""
        port = "" if self._access.port == SSH_PORT else f":{self._access.port}"
        return f"{self._access.address}{port}"

    @property
    def overheard(self) -> str:
        """What it calls its SSH server, and what it said in place of an answer."""
        named = "" if self._connection is None else self._connection.identification
        return f"{named}\n{self._unasked}"

    @property
    def legacy_in_use(self) -> tuple[str, ...]:
        """Which legacy algorithms the connection uses, for the verdict to say."""
        return () if self._connection is None else self._connection.legacy_in_use

    async def connect(self, *, deadline: float) -> float:
        """Open the connection if it is not open yet; see `RouterView.connect`."""
        started = self._clock.monotonic()
        async with self._turn(deadline):
            if self._is_open():
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
        """End the connection within `CLOSE_WITHIN_S`; safe to call at any time and twice."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        connection.abort()
        # Where it takes longer the thread, a daemon with a socket that is shut, ends by itself.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_WITHIN_S):
                await self._worker.run(connection.close)
        self._worker.stop()

    def _late(self) -> MeasurementError:
        """Say what it means now that time is up: it depends on how far the connection got."""
        connection = self._connection
        if connection is None:
            failure = Failure(
                kind=FailureKind.OUT_OF_TIME,
                where=self.router,
                detail="no time was left to ask the router",
            )
            return MeasurementError(failure, Phase.CONNECT.value)
        return late_error(connection.broken(late=True))

    @contextlib.asynccontextmanager
    async def _turn(self, deadline: float) -> AsyncIterator[None]:
        """Wait for the right to talk to the router, at most until the deadline."""
        try:
            async with asyncio.timeout(max(0.0, deadline - self._clock.monotonic())):
                await self._lock.acquire()
        except TimeoutError as error:
            raise self._late() from error
        try:
            yield
        finally:
            self._lock.release()

    def _is_open(self) -> bool:
        return self._connection is not None and self._connection.usable

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
        by_deadline = self._clock.monotonic() + _MARGIN_S >= own.deadline
        for request in tuple(self._waiting):
            more_time = request.deadline > own.deadline + _SAME_DEADLINE_S
            if request is own or not (by_deadline and more_time):
                request.outcome = error
                request.exchange = self._last_exchange
                self._waiting.remove(request)

    def _identity(self) -> tuple[str, Secret]:
        """Give user and secret to log in with."""
        user, credential = self._access.user, self._access.credential
        if user is None or credential is None:
            missing = "user" if user is None else "credential"
            failure = Failure(
                kind=FailureKind.NOT_CONFIGURED,
                where=self.router,
                detail=f"the inventory names no {missing} for this router",
                next_step=f"add `{missing}` to the router in the inventory",
            )
            raise MeasurementError(failure, Phase.CONNECT.value)
        return user, self._credentials.resolve(credential)

    async def _open(self, deadline: float) -> None:
        if self._is_open():
            return
        if self._given_up is not None and self._clock.monotonic() < self._closed_until:
            raise self._given_up
        self._last_exchange = None
        user, secret = self._identity()
        connection = self._connection = SshConnection(
            self._access,
            monotonic=self._clock.monotonic,
            known_hosts=self._known_hosts,
            legacy_algorithms=self._legacy,
            where=self.router,
        )
        # The thread of a connection that was given up may still be in a call of the library.
        self._worker.stop()
        now = self._clock.monotonic()
        reached_by = min(deadline, now + CONNECT_WITHIN_S)
        allowed = " (legacy algorithms allowed)" if self._legacy else ""
        try:
            await self._phase(
                "TCP connection",
                reached_by,
                lambda: connection.connect(reached_by - _MARGIN_S),
            )
            connection.phase = Phase.HANDSHAKE
            open_by = min(deadline, self._clock.monotonic() + _LOGIN_WITHIN_S)
            limit = open_by - _MARGIN_S
            await self._phase(
                f"key exchange{allowed}", open_by, lambda: connection.handshake(limit)
            )
            connection.phase = Phase.AUTHENTICATE
            await self._phase(
                "login", open_by, lambda: connection.authenticate(user, secret, limit)
            )
        except MeasurementError as error:
            connection.abort()
            final = error.failure.kind in _FINAL
            if final or self._clock.monotonic() < deadline:
                self._given_up = error
                wait_s = math.inf if final else _ASK_AGAIN_AFTER_S
                self._closed_until = self._clock.monotonic() + wait_s
            raise

    async def _phase(self, label: str, deadline: float, work: Callable[[], None]) -> None:
        phase = Phase.CONNECT if self._connection is None else self._connection.phase
        exchange = self._recorder.begin(phase.value, self.router, label)
        self._last_exchange = exchange
        failure: str | None = "cancelled"
        try:
            await self._bounded(work, deadline)
            failure = None
        except MeasurementError as error:
            failure = error.failure.kind.value
            raise
        finally:
            trips = _ROUND_TRIPS[phase]
            self._recorder.end(exchange, round_trips=trips, failure=failure)

    async def _bounded(self, work: Callable[[], T], deadline: float) -> T:
        """Run blocking work; at the deadline, or when cancelled, the connection is dropped."""
        done = False
        try:
            async with asyncio.timeout(max(0.0, deadline - self._clock.monotonic())):
                result = await self._worker.run(work)
            done = True
        except TimeoutError as error:
            raise self._late() from error
        except MeasurementError:
            done = True
            raise
        finally:
            if not done and self._connection is not None:
                self._connection.abort()
        return result

    async def _ask_batch(self, batch: Sequence[_Request], own: _Request) -> None:
        connection = self._connection
        if connection is None:
            raise self._late()  # closed by another task in this moment
        numbers, commands = _without_repeats(batch)
        marker = new_marker()
        script = build(commands, marker)
        most_bytes = MOST_BYTES_A_COMMAND * len(commands)
        limit = own.deadline - _MARGIN_S
        seen = self._recorder.seen().union(*(request.seen for request in batch))
        exchange = self._recorder.begin(
            Phase.EXEC.value, self.router, _batch_label(commands), after=seen
        )
        result = ExecResult("", None)
        failed: str | None = "cancelled"
        try:
            result = await self._bounded(
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
