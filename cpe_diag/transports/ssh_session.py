"""One SSH session with a home router: opened phase by phase, recorded, bounded and closed.

It knows no question and no change; `SshRouter` asks through it and `SshControl` changes.
"""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.trace import LEGACY_LOGIN
from cpe_diag.transports.credential_wait import resolved
from cpe_diag.transports.ssh_connection import SshConnection
from cpe_diag.transports.ssh_errors import Phase, late_error
from cpe_diag.transports.ssh_host_keys import SSH_PORT
from cpe_diag.transports.ssh_trust import HostKeys
from cpe_diag.transports.ssh_worker import Worker
from cpe_diag.transports.time_left import CONNECT_WITHIN_S, time_left, until

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeVar

    from cpe_diag.domain.secret import Secret
    from cpe_diag.domain.subscriber import RouterAccess
    from cpe_diag.ports import Clock, CredentialSource, Recorder

    T = TypeVar("T")

CLOSE_WITHIN_S: Final = 1.0
"""How long closing may take before the connection is just dropped."""

MARGIN_S: Final = 0.05
"""The thread gives up so much earlier than the asking task, to hand over what it has by then."""

_LOGIN_WITHIN_S: Final = 10.0
"""How long key exchange and login may take; a slow home router needs two or three seconds."""

# Round trips of each phase of a fresh session (measured: seven with one exec): TCP; banners with
# the offers of algorithms, then the key exchange; service request, then the login; channel and
# exec request, and one more where the script goes to standard input.
_ROUND_TRIPS: Final[Mapping[Phase, int]] = {
    Phase.CONNECT: 1,
    Phase.HANDSHAKE: 2,
    Phase.AUTHENTICATE: 2,
    Phase.EXEC: 2,
}


class SshSession:
    """At most one open connection to one router. Close it."""

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
        """Prepare; nothing is sent before `open`.

        Args:
            access: where the router is and how to log in.
            credentials: gives the password or the private key (in PEM or OpenSSH form).
            clock: of the deadlines.
            recorder: gets every phase.
            host_keys: decides on the host key; None: only what the inventory pins is trusted.
            legacy_algorithms: also allow SHA-1, CBC and ssh-rsa, for old equipment;
                `legacy_in_use` says whether they were needed.
        """
        self._access = access
        self._credentials = credentials
        self._clock = clock
        self._recorder = recorder
        self._host_keys = host_keys or HostKeys()
        self._legacy = legacy_algorithms
        self._worker = Worker(f"ssh {self.router}")
        self.connection: SshConnection | None = None
        self.last_exchange: int | None = None

    @property
    def router(self) -> str:
        """The router's address, with the port where it is not the usual one."""
        port = "" if self._access.port == SSH_PORT else f":{self._access.port}"
        return f"{self._access.address}{port}"

    @property
    def legacy_in_use(self) -> tuple[str, ...]:
        """Which legacy algorithms the connection uses, for the verdict to say."""
        return () if self.connection is None else self.connection.legacy_in_use

    @property
    def is_open(self) -> bool:
        """Whether there is a connection that is logged in and, as far as is known, there."""
        return self.connection is not None and self.connection.usable

    async def open(self, deadline: float) -> SshConnection:
        """Open the connection if it is not open yet.

        Args:
            deadline: absolute, monotonic seconds.

        Returns:
            The connection, logged in.

        Raises:
            MeasurementError: as for `RouterView.connect`; the connection is dropped.
        """
        if self.connection is not None and self.connection.usable:
            return self.connection
        self.last_exchange = None
        user, secret = await self._identity(deadline)
        connection = self.connection = SshConnection(
            self._access,
            monotonic=self._clock.monotonic,
            host_keys=self._host_keys,
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
                "TCP connection", reached_by, lambda: connection.connect(reached_by - MARGIN_S)
            )
            connection.phase = Phase.HANDSHAKE
            open_by = min(deadline, self._clock.monotonic() + _LOGIN_WITHIN_S)
            limit = open_by - MARGIN_S
            await self._phase(
                f"key exchange{allowed}", open_by, lambda: connection.handshake(limit)
            )
            connection.phase = Phase.AUTHENTICATE
            legacy = ", ".join(connection.legacy_in_use)
            await self._phase(
                LEGACY_LOGIN + legacy if legacy else "login",
                open_by,
                lambda: connection.authenticate(user, secret, limit),
            )
        except MeasurementError:
            connection.abort()
            raise
        return connection

    async def bounded(self, work: Callable[[], T], deadline: float) -> T:
        """Run blocking work; at the deadline, or when cancelled, the connection is dropped.

        Args:
            work: runs in the session's own thread.
            deadline: absolute, monotonic seconds.

        Returns:
            What `work` returned.

        Raises:
            MeasurementError: from `work`, or that time is up.
        """
        done = False
        try:
            async with until(self._clock, deadline):
                result = await self._worker.run(work)
            done = True
        except TimeoutError as error:
            raise self.late() from error
        except MeasurementError:
            done = True
            raise
        finally:
            if not done and self.connection is not None:
                self.connection.abort()
        return result

    def late(self) -> MeasurementError:
        """Say what it means now that time is up: it depends on how far the connection got."""
        if self.connection is None:
            failure = Failure(
                kind=FailureKind.OUT_OF_TIME,
                where=self.router,
                detail="no time was left to ask the router",
            )
            return MeasurementError(failure, Phase.CONNECT.value)
        return late_error(self.connection.broken(late=True))

    async def close(self) -> None:
        """End the connection within `CLOSE_WITHIN_S`; safe to call at any time and twice."""
        connection, self.connection = self.connection, None
        if connection is None:
            return
        connection.abort()
        # Where it takes longer the thread, a daemon with a socket that is shut, ends by itself.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_WITHIN_S):
                await self._worker.run(connection.close)
        self._worker.stop()

    def time_left(self, deadline: float) -> float:
        """Give the seconds until a deadline, never negative."""
        return time_left(self._clock, deadline)

    async def _identity(self, deadline: float) -> tuple[str, Secret]:
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
        secret = await resolved(
            partial(self._credentials.resolve, credential),
            clock=self._clock,
            deadline=deadline,
            where=self.router,
        )
        return user, secret

    async def _phase(self, label: str, deadline: float, work: Callable[[], None]) -> None:
        phase = Phase.CONNECT if self.connection is None else self.connection.phase
        exchange = self._recorder.begin(phase.value, self.router, label)
        self.last_exchange = exchange
        failure: str | None = "cancelled"
        try:
            await self.bounded(work, deadline)
            failure = None
        except MeasurementError as error:
            failure = error.failure.kind.value
            raise
        finally:
            trips = _ROUND_TRIPS[phase]
            self._recorder.end(exchange, round_trips=trips, failure=failure)
