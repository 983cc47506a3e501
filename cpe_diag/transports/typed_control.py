"""The RouterControl of routers that have nothing but an interactive command line."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import ChangeError, Failure, FailureKind, MeasurementError
from cpe_diag.driver_kit.typed_order import TypedLine, typed_lines
from cpe_diag.ports import ExecAnswer
from cpe_diag.transports.ssh_errors import Phase
from cpe_diag.transports.ssh_session import MARGIN_S, SshSession
from cpe_diag.transports.time_left import until
from cpe_diag.transports.typed_shell import TypedShell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.domain.subscriber import RouterAccess
    from cpe_diag.ports import Clock, CredentialSource, Recorder
    from cpe_diag.transports.ssh_connection import SshConnection
    from cpe_diag.transports.ssh_trust import HostKeys
    from cpe_diag.transports.typed_shell import Platform

LONGEST_LINE: Final = 240
"""Line editors take 256 characters or more; longer lines scroll sideways."""


class TypedControl:
    """Types lines that change one router. Close it.

    A line may hold a secret, so no failure quotes it, nor what stands on the terminal.
    """

    def __init__(  # noqa: PLR0913 - its doors and two choices, each by its name
        self,
        access: RouterAccess,
        *,
        platform: Platform,
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
        self._shell = TypedShell(platform)
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
        """Type the lines of one command, once; see `RouterControl.exec_once`.

        The exit status is 1 where the router did not take a line; those after it are not typed.
        """
        lines = typed_lines(text)
        if stdin or any(len(one.text) > LONGEST_LINE for one in lines):
            raise self._failed(FailureKind.UNSUPPORTED, "cannot be typed", sent=False)
        try:
            async with until(self._clock, deadline):
                await self._lock.acquire()
        except TimeoutError as error:
            late = self._session.late()
            raise ChangeError(late.failure, late.operation, may_have_happened=False) from error
        progress: list[str] = []
        try:
            return await self._type_all(lines, progress, label, limit_s, deadline)
        except MeasurementError as error:
            await self._session.close()
            if not progress:
                raise ChangeError(
                    error.failure, error.operation, may_have_happened=False
                ) from error
            # Not `from error`: its words may hold what was typed.
            raise self._failed(error.failure.kind, f"{label}: no answer", sent=True) from None
        finally:
            self._lock.release()

    async def exec_stream(
        self,
        text: str,
        *,
        label: str,
        pieces: Iterable[bytes],
        limit_s: float,
        deadline: float,
    ) -> ExecAnswer:
        """Refuse: a command line takes no files.

        Raises:
            ChangeError: UNSUPPORTED, always; nothing was sent.
        """
        del text, label, pieces, limit_s, deadline
        raise self._failed(FailureKind.UNSUPPORTED, "a command line takes no files", sent=False)

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

    async def _type_all(
        self,
        lines: tuple[TypedLine, ...],
        progress: list[str],
        label: str,
        limit_s: float,
        deadline: float,
    ) -> ExecAnswer:
        connection = await self._session.open(deadline)
        by = min(deadline, self._clock.monotonic() + limit_s)
        exchange = self._recorder.begin(Phase.EXEC.value, self.router, label)
        failure: str | None = "cancelled"
        try:
            answer = await self._session.bounded(
                lambda: self._typed(connection, lines, progress, by - MARGIN_S), by
            )
            failure = None
        except MeasurementError as error:
            failure = error.failure.kind.value
            raise
        finally:
            self._recorder.end(exchange, round_trips=len(lines), failure=failure)
        return answer

    def _typed(
        self,
        connection: SshConnection,
        lines: tuple[TypedLine, ...],
        progress: list[str],
        deadline: float,
    ) -> ExecAnswer:
        """Type the lines; runs in the session's thread. `progress` gets each before its end."""
        self._shell.ready(connection, self.router, deadline)
        said = ""
        for line in lines:
            progress.append("typed")
            answer = self._shell.type(line.text, deadline)
            said += line.said(answer)
            if self._shell.refused(answer):
                return ExecAnswer(stdout=said.encode(), stderr=b"", exit_status=1)
        return ExecAnswer(stdout=said.encode(), stderr=b"", exit_status=0)

    def _failed(self, kind: FailureKind, detail: str, *, sent: bool) -> ChangeError:
        failure = Failure(kind=kind, where=self.router, detail=detail)
        return ChangeError(failure, Phase.EXEC.value, may_have_happened=sent)
