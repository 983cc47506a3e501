"""Sends SNMP requests to one node: turns, sessions, repetition, deadlines and the record.

A request goes through gufo-snmp. What looks odd there is asked once more through pysnmp, which is
imported only then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from gufo.snmp import _fast

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.secret import Secret
from cpe_diag.ports import Oid, SnmpValue
from cpe_diag.transports import snmp_failures as failures
from cpe_diag.transports.addresses import address_of
from cpe_diag.transports.credential_wait import resolved
from cpe_diag.transports.snmp_access import agent_of
from cpe_diag.transports.snmp_gufo import GufoSession
from cpe_diag.transports.snmp_pace import Pace
from cpe_diag.transports.snmp_text import answer_text
from cpe_diag.transports.time_left import time_left, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cpe_diag.domain.subscriber import AccessNode
    from cpe_diag.ports import Clock, CredentialSource, Recorder
    from cpe_diag.transports.snmp_access import Agent
    from cpe_diag.transports.snmp_pysnmp import FullAnswer, SecondOpinion

T = TypeVar("T")

IN_FLIGHT: Final = 2
"""Requests at one node at a time: agents answer serially, more only lengthen their queue."""
ENGINE_TIME_VALID_S: Final = 100.0
"""After this an SNMPv3 session is opened anew; its window is 150 s (RFC 3414, section 2.2.3)."""
SECOND_OPINION_S: Final = 5.0
"""How long pysnmp may take at most; a refusal or an error-status comes within a round trip."""

SILENT_AFTER_S: Final = 5.0
"""A node that has never answered is given up after this: requests at 0, 1 and 3 s. A caller waits
on the phone, and what is 5 s late at every request is of no use to a run anyway."""
ASK_AGAIN_AFTER_S: Final = 30.0
"""A node that was given up is asked again after this, in a run that still goes on."""

ENGINE: Final = "snmp.engine"
CANCELLED: Final = "cancelled"
"""The failure of an exchange whose asker was stopped."""


class OddAnswerError(Exception):
    """An answer that gufo-snmp cannot explain; `suspicion` stands if nobody can."""

    def __init__(self, suspicion: Failure) -> None:
        """Carry the suspicion."""
        super().__init__(str(suspicion))
        self.suspicion = suspicion


class TooBigError(Exception):
    """The agent says that the answer does not fit into a packet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[T]):
    """One request: its name in the trace, how to send it, and how its answer reads as rows."""

    operation: str
    label: str
    ask: Callable[[GufoSession], Awaitable[T]]
    rows: Callable[[T], Iterable[tuple[Oid, SnmpValue]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Session:
    """An open session; `opened_s` is when an SNMPv3 engine told its time."""

    wire: GufoSession
    opened_s: float


class SnmpRequests:
    """The way to one access node."""

    def __init__(
        self,
        node: AccessNode,
        *,
        credentials: CredentialSource,
        clock: Clock,
        recorder: Recorder,
        silent_after_s: float,
    ) -> None:
        """Prepare; credentials are resolved and sockets opened with the first request."""
        self._silent_after_s = silent_after_s
        self._node = node
        self._credentials = credentials
        self._clock = clock
        self._recorder = recorder
        self._turns = asyncio.Semaphore(IN_FLIGHT)
        self._idle: list[_Session] = []
        self._pace = Pace()
        self._agent: Agent | None = None
        self._opinion: SecondOpinion | None = None
        self._has_answered = False
        self._asked_since: float | None = None
        self._sent = 0

    @property
    def where(self) -> str:
        """Name the agent in messages."""
        return self._agent.where if self._agent else self._node.id

    def close(self) -> None:
        """Close all sockets."""
        self._idle.clear()
        if self._opinion is not None:
            self._opinion.close()
            self._opinion = None

    async def send(self, question: Question[T], deadline: float) -> T:
        """Ask through gufo-snmp, again and again until the deadline.

        Args:
            question: what to send.
            deadline: absolute, monotonic seconds.

        Returns:
            The answer.

        Raises:
            MeasurementError: nothing came, or a refusal of the host or the network.
            OddAnswerError: what came does not say what is wrong: ask `send_again`.
        """
        agent = await self._resolved(question.operation, deadline)
        deadline = self._patience(deadline)
        async with self._turn(question.operation, agent, deadline):
            started_s = self._clock.monotonic()
            session = self._idle.pop() if self._idle else None
            tries = 0
            while (left_s := time_left(self._clock, deadline)) > 0:
                limit_s = min(left_s, self._pace.try_s(tries))
                is_new = session is None or self._is_stale(session)
                if session is None or is_new:
                    session = await self._opened(agent, question.operation, limit_s)
                tries += 1
                if session is None:
                    continue
                sent_s = self._clock.monotonic()
                answer = await self._tried(question, session.wire, limit_s)
                if answer is not None:
                    if tries == 1:
                        self._pace.answered(self._clock.monotonic() - sent_s)
                    self._idle.append(session)
                    return answer
                silence = self._silence(agent, tries, started_s)
                if not isinstance(agent.speaks, Secret):
                    # Refused users get no answer from here, and an engine with a new id neither.
                    if is_new:
                        raise OddAnswerError(silence)
                    session = None
            raise MeasurementError(self._silence(agent, tries, started_s), question.operation)

    async def send_again(
        self,
        question: Question[T],
        ask: Callable[[SecondOpinion], Awaitable[FullAnswer]],
        suspicion: Failure,
        deadline: float,
    ) -> FullAnswer:
        """Ask the same through pysnmp, to learn what went wrong.

        Args:
            question: what was asked, for the record.
            ask: how to ask it there.
            suspicion: what to raise if this brings no answer either.
            deadline: absolute, monotonic seconds.

        Returns:
            An answer without an error-status.

        Raises:
            MeasurementError: the agent's own error, its refusal, or the suspicion.
            TooBigError: ask for less.
        """
        deadline = min(deadline, self._clock.monotonic() + SECOND_OPINION_S)
        label = f"{question.label}, asked again"
        return await self._full(question.operation, label, ask, suspicion, deadline)

    async def send_full(
        self,
        operation: str,
        label: str,
        ask: Callable[[SecondOpinion], Awaitable[FullAnswer]],
        deadline: float,
    ) -> FullAnswer:
        """Ask through pysnmp what gufo-snmp cannot send.

        Args:
            operation: for the record and for failures.
            label: for the record.
            ask: how to ask it.
            deadline: absolute, monotonic seconds.

        Returns:
            An answer without an error-status.

        Raises:
            MeasurementError: the agent's error, its refusal, or its silence.
            TooBigError: ask for less.
        """
        deadline = self._patience(min(deadline, self._clock.monotonic() + SECOND_OPINION_S))
        self._sent += 1
        return await self._full(operation, label, ask, None, deadline)

    async def _full(
        self,
        operation: str,
        label: str,
        ask: Callable[[SecondOpinion], Awaitable[FullAnswer]],
        suspicion: Failure | None,
        deadline: float,
    ) -> FullAnswer:
        """Ask through pysnmp; without a suspicion, silence is the failure."""
        agent = await self._resolved(operation, deadline)
        async with self._turn(operation, agent, deadline):
            started_s = self._clock.monotonic()
            opinion = self._second_opinion(agent)
            exchange = self._begin(operation, label)
            full: FullAnswer | None = None
            try:
                async with until(self._clock, deadline):
                    full = await ask(opinion)
            except TimeoutError:
                opinion.close()
            otherwise = suspicion or self._silence(agent, 1, started_s)
            failure: Failure | None = otherwise
            if full is not None:
                failure = self._opinion_failure(full, otherwise)
                self._has_answered |= failure is not otherwise
            self._recorder.end(exchange, failure=failure.kind.value if failure else None)
            if full is not None and full.status == failures.TOO_BIG:
                raise TooBigError
            if full is None or failure is not None:
                raise MeasurementError(failure or otherwise, operation)
            self._keep(exchange, label, full.rows)
            return full

    async def _resolved(self, operation: str, deadline: float) -> Agent:
        """Resolve address and credentials, once."""
        if self._agent is None:
            address = await address_of(self._node, operation, clock=self._clock, deadline=deadline)
            self._agent = await resolved(
                partial(agent_of, self._node, self._credentials, address),
                clock=self._clock,
                deadline=deadline,
                where=self._node.id,
            )
        return self._agent

    @asynccontextmanager
    async def _turn(self, operation: str, agent: Agent, deadline: float) -> AsyncIterator[None]:
        """Wait for one of the two places at the node; its silence is everybody's."""
        try:
            async with until(self._clock, deadline):
                await self._turns.acquire()
        except TimeoutError as error:
            if self._is_given_up():
                raise MeasurementError(self._silence(agent, 0, 0.0), operation) from error
            failure = Failure(
                kind=FailureKind.OUT_OF_TIME,
                where=self.where,
                detail="the time was over before earlier questions to this node had an answer",
            )
            raise MeasurementError(failure, operation) from error
        try:
            yield
        finally:
            self._turns.release()

    def _is_given_up(self) -> bool:
        return (
            not self._has_answered
            and self._asked_since is not None
            and self._clock.monotonic() >= self._asked_since + self._silent_after_s
        )

    def _patience(self, deadline: float) -> float:
        """Shorten the deadline for a node that has never answered."""
        if self._has_answered:
            return deadline
        now = self._clock.monotonic()
        if self._asked_since is None or now > self._asked_since + ASK_AGAIN_AFTER_S:
            self._asked_since, self._sent = now, 0
        return min(deadline, self._asked_since + self._silent_after_s)

    async def _opened(self, agent: Agent, operation: str, limit_s: float) -> _Session | None:
        """Open a session; None when an SNMPv3 engine stays silent."""
        try:
            wire = GufoSession(agent)
        except OSError as error:
            raise MeasurementError(failures.gufo_failure(error, agent.where), operation) from error
        if not wire.ready:
            question = Question(
                operation=ENGINE, label="engine id and time", ask=_learn_engine, rows=_nothing
            )
            if await self._tried(question, wire, limit_s, round_trips=2) is None:
                return None
        return _Session(wire=wire, opened_s=self._clock.monotonic())

    async def _tried(
        self, question: Question[T], wire: GufoSession, limit_s: float, round_trips: int = 1
    ) -> T | None:
        """Send once; None when nothing came within `limit_s`."""
        exchange = self._begin(question.operation, question.label)
        self._sent += 1
        outcome: str | None = CANCELLED
        try:
            async with asyncio.timeout(limit_s) as limit:
                answer = await question.ask(wire)
            outcome = None
        except OddAnswerError as odd:
            outcome = odd.suspicion.kind.value
            raise
        except (_fast.SnmpError, OSError) as error:
            failure = failures.gufo_failure(error, self.where)
            outcome = failure.kind.value
            if limit.expired():
                return None
            if isinstance(error, _fast.SnmpError):
                raise OddAnswerError(failure) from error
            raise MeasurementError(failure, question.operation) from error
        finally:
            self._recorder.end(exchange, round_trips=round_trips, failure=outcome)
        self._has_answered = True
        self._keep(exchange, question.label, question.rows(answer))
        return answer

    def _begin(self, operation: str, label: str) -> int:
        return self._recorder.begin(operation, self._node.id, label)

    def _keep(self, exchange: int, label: str, rows: Iterable[tuple[Oid, SnmpValue]]) -> None:
        text = answer_text(rows)
        if text:
            self._recorder.raw(exchange, device=self._node.id, question=label, text=text)

    def _is_stale(self, session: _Session) -> bool:
        if self._agent is None or isinstance(self._agent.speaks, Secret):
            return False
        return self._clock.monotonic() - session.opened_s > ENGINE_TIME_VALID_S

    def _silence(self, agent: Agent, tries: int, started_s: float) -> Failure:
        """Say how long this question, or a node that never answered as a whole, was waited for."""
        if not self._has_answered and self._asked_since is not None:
            tries, started_s = self._sent, self._asked_since
        return failures.silence_failure(
            agent.where,
            tries=tries,
            waited_s=self._clock.monotonic() - started_s,
            v3=not isinstance(agent.speaks, Secret),
        )

    def _second_opinion(self, agent: Agent) -> SecondOpinion:
        if self._opinion is None:
            from cpe_diag.transports.snmp_pysnmp import SecondOpinion

            self._opinion = SecondOpinion(agent)
        return self._opinion

    def _opinion_failure(self, full: FullAnswer, suspicion: Failure) -> Failure | None:
        if full.failure is not None:
            return suspicion if full.failure.kind is FailureKind.SILENT else full.failure
        if full.status:
            named = full.rows[full.index - 1][0] if 0 < full.index <= len(full.rows) else None
            return failures.status_failure(full.status, named, self.where)
        return None


async def _learn_engine(wire: GufoSession) -> bool:
    await wire.learn_engine()
    return True


def _nothing(_learned: bool) -> tuple[()]:  # noqa: FBT001 - the answer of _learn_engine
    return ()
