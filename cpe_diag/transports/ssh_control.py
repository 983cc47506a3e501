"""The RouterControl of one router over SSH: one command at a time, each sent once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import ChangeError, MeasurementError
from cpe_diag.transports.ssh_errors import Phase
from cpe_diag.transports.ssh_exec import Order, Progress, order, run, stream
from cpe_diag.transports.ssh_session import MARGIN_S, SshSession
from cpe_diag.transports.time_left import until

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.domain.subscriber import RouterAccess
    from cpe_diag.ports import Clock, CredentialSource, ExecAnswer, Recorder
    from cpe_diag.transports.ssh_trust import HostKeys

MOST_BYTES: Final = 8 * 1024 * 1024
"""How much a command may say: a backup of a router's settings has 10 kB to some megabytes."""


class SshControl:
    """Runs commands that change one router. Close it."""

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
        """Prepare; nothing is sent before the first command. As for `SshSession`."""
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

    @property
    def router(self) -> str:
        """The router's address, with the port where it is not the usual one."""
        return self._session.router

    @property
    def legacy_in_use(self) -> tuple[str, ...]:
        """Which legacy algorithms the connection uses, for the verdict to say."""
        return self._session.legacy_in_use

    async def exec_once(
        self, text: str, *, label: str, stdin: bytes = b"", limit_s: float, deadline: float
    ) -> ExecAnswer:
        """Run one command, once; see `RouterControl.exec_once`."""
        return await self._once(order(text, stdin), label, limit_s, deadline)

    async def exec_stream(
        self,
        text: str,
        *,
        label: str,
        pieces: Iterable[bytes],
        limit_s: float,
        deadline: float,
    ) -> ExecAnswer:
        """Run one command, once, that reads something long; see `RouterControl.exec_stream`."""
        return await self._once(stream(text, pieces), label, limit_s, deadline)

    async def fresh(self, *, deadline: float) -> float:
        """Close the connection and open a new one; see `RouterControl.fresh`."""
        started = self._clock.monotonic()
        try:
            async with until(self._clock, deadline), self._lock:
                await self._session.close()
                await self._session.open(deadline - MARGIN_S)
        except TimeoutError as error:
            raise self._session.late() from error
        return self._clock.monotonic() - started

    async def close(self) -> None:
        """End the connection in bounded time; safe to call at any time and twice."""
        await self._session.close()

    async def _once(self, what: Order, label: str, limit_s: float, deadline: float) -> ExecAnswer:
        progress = Progress()
        try:
            async with until(self._clock, deadline):
                await self._lock.acquire()
        except TimeoutError as error:
            late = self._session.late()
            raise ChangeError(late.failure, late.operation, may_have_happened=False) from error
        try:
            return await self._run(what, label, progress, limit_s, deadline)
        except MeasurementError as error:
            await self._session.close()
            raise ChangeError(
                error.failure, error.operation, may_have_happened=progress.may_have_happened
            ) from error
        finally:
            self._lock.release()

    async def _run(
        self, what: Order, label: str, progress: Progress, limit_s: float, deadline: float
    ) -> ExecAnswer:
        connection = await self._session.open(deadline)
        by = min(deadline, self._clock.monotonic() + limit_s)
        exchange = self._recorder.begin(Phase.EXEC.value, self.router, label)
        failure: str | None = "cancelled"
        try:
            answer = await self._session.bounded(
                lambda: run(
                    connection, what, progress, most_bytes=MOST_BYTES, deadline=by - MARGIN_S
                ),
                by,
            )
            failure = None
        except MeasurementError as error:
            failure = error.failure.kind.value
            raise
        finally:
            self._recorder.end(exchange, round_trips=3 if what.pieces else 2, failure=failure)
        return answer
