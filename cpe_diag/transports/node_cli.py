"""The command line of an access node, over SSH: for what the node offers in no other way."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import ChangeError, Failure, FailureKind, MeasurementError
from cpe_diag.transports.credential_wait import resolved
from cpe_diag.transports.ssh_connection import SshConnection
from cpe_diag.transports.ssh_errors import LIBRARY_ERRORS, Phase
from cpe_diag.transports.ssh_host_keys import SSH_PORT
from cpe_diag.transports.ssh_trust import HostKeys
from cpe_diag.transports.ssh_worker import Worker
from cpe_diag.transports.time_left import CONNECT_WITHIN_S, time_left, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cpe_diag.domain.subscriber import AccessNode, CliAccess
    from cpe_diag.ports import Clock, CredentialSource, Recorder, ShellLine
    from cpe_diag.transports.shell_dialogue import Dialogue

ENTER: Final = "shell.enter"
WIDTH: Final = 511
HEIGHT: Final = 1000
"""A terminal so large that nothing is wrapped and little is paged; netmiko's own size."""
LONGEST_LINE: Final = 240
"""Line editors of nodes take 256 characters or more; longer ones scroll sideways."""
CLOSE_WITHIN_S: Final = 1.0
# The thread gives up so much earlier than the asking task, to say itself what it has seen.
_MARGIN_S: Final = 0.2


class NodeCli:
    """The NodeShell of one access node. Close it."""

    def __init__(  # noqa: PLR0913 - its doors and choices, each by its name
        self,
        node: AccessNode,
        *,
        platform: str | None,
        credentials: CredentialSource,
        clock: Clock,
        recorder: Recorder,
        host_keys: HostKeys | None = None,
        legacy_algorithms: bool = False,
    ) -> None:
        """Prepare; nothing is resolved or opened before the first line.

        Args:
            node: its `cli` says where and how to log in.
            platform: netmiko's name of the node's command line, None where the driver has none.
            credentials: gives the password or the private key.
            clock: of the deadlines.
            recorder: gets every connection and every line.
            host_keys: decides on the host key; None: only what the inventory pins is trusted.
            legacy_algorithms: also allow SHA-1, CBC and ssh-rsa.
        """
        self._node = node
        self._platform = platform
        self._credentials = credentials
        self._clock = clock
        self._recorder = recorder
        self._host_keys = host_keys or HostKeys()
        self._legacy = legacy_algorithms
        self._connection: SshConnection | None = None
        self._dialogue: Dialogue | None = None
        self._deadline = 0.0
        self._worker = Worker(f"cli {node.id}")

    @property
    def node(self) -> str:
        """The node's id, for sources and messages."""
        return self._node.id

    async def enter(self, line: ShellLine, *, deadline: float) -> str:
        """Type one line, once; see `NodeShell.enter`."""
        if not (line.text.isascii() and line.text.isprintable() and line.send.isprintable()):
            msg = f"{line.text!r} cannot be typed"
            raise ValueError(msg)
        if not 0 < len(line.text) <= LONGEST_LINE:
            msg = f"a line has 1 to {LONGEST_LINE} characters, not {len(line.text)}"
            raise ValueError(msg)
        self._deadline = deadline - _MARGIN_S
        try:
            dialogue = self._dialogue or await self._opened(deadline)
        except MeasurementError as error:
            await self.close()
            raise ChangeError(error.failure, error.operation, may_have_happened=False) from error
        exchange = self._recorder.begin(ENTER, self._node.id, line.text)
        outcome: str | None = "cancelled"
        try:
            async with until(self._clock, deadline):
                output = await self._worker.run(lambda: _entered(dialogue, line, self._where))
            outcome = None
        except TimeoutError as error:
            outcome = FailureKind.SILENT.value
            raise _failed(
                FailureKind.SILENT,
                self._where,
                "has not come back to its prompt in time",
                maybe=dialogue.entered,
            ) from error
        except ChangeError as error:
            outcome = error.failure.kind.value
            raise
        finally:
            self._recorder.end(exchange, failure=outcome)
            if outcome is not None:
                await self.close()
        if not dialogue.usable:
            await self.close()
        return output

    async def close(self) -> None:
        """End the connection; a line that is being typed is given up. Safe to call twice."""
        connection, self._connection, self._dialogue = self._connection, None, None
        if connection is None:
            return
        connection.abort()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_WITHIN_S):
                await self._worker.run(connection.close)
        self._worker.stop()

    @property
    def _where(self) -> str:
        cli = self._node.cli
        if cli is None:
            return self._node.id
        port = "" if cli.port == SSH_PORT else f":{cli.port}"
        return f"{self._node.id} ({cli.address}{port})"

    def _identity(self) -> tuple[CliAccess, str, str, str]:
        """Give how to log in, the platform, user and the reference to the secret.

        Raises:
            MeasurementError: `shell.enter`: NOT_CONFIGURED.
        """
        cli = self._node.cli
        missing = None
        if cli is None:
            missing = "no command line of this node (cli_user, cli_credential)"
        elif cli.user is None or cli.credential is None:
            missing = "no " + ("cli_user" if cli.user is None else "cli_credential")
        if cli is None or cli.user is None or cli.credential is None:
            raise _not_configured(self._node.id, f"the inventory names {missing}")
        if self._platform is None:
            raise _not_configured(self._node.id, "its driver names no cli_platform")
        return cli, self._platform, cli.user, cli.credential

    async def _opened(self, deadline: float) -> Dialogue:
        """Connect, log in and let netmiko prepare the session."""
        cli, platform, user, credential = self._identity()
        secret = await resolved(
            partial(self._credentials.resolve, credential),
            clock=self._clock,
            deadline=deadline,
            where=self._where,
        )
        connection = self._connection = SshConnection(
            cli,
            monotonic=self._clock.monotonic,
            host_keys=self._host_keys,
            legacy_algorithms=self._legacy,
            where=self._where,
        )
        limit = self._deadline
        reached_by = min(limit, self._clock.monotonic() + CONNECT_WITHIN_S)

        def work() -> Dialogue:
            connection.connect(reached_by)
            connection.phase = Phase.HANDSHAKE
            connection.handshake(limit)
            connection.phase = Phase.AUTHENTICATE
            connection.authenticate(user, secret, limit)
            return _prepared(connection, platform, self._left, limit, self._where)

        exchange = self._recorder.begin("ssh.connect", self._node.id, "login, prompt, paging off")
        outcome: str | None = "cancelled"
        try:
            async with until(self._clock, deadline):
                self._dialogue = await self._worker.run(work)
            outcome = None
        except TimeoutError as error:
            outcome = FailureKind.SILENT.value
            failure = Failure(
                kind=FailureKind.SILENT, where=self._where, detail="no prompt in time"
            )
            raise MeasurementError(failure, connection.phase.value) from error
        except MeasurementError as error:
            outcome = error.failure.kind.value
            raise
        finally:
            self._recorder.end(exchange, round_trips=7, failure=outcome)
            if outcome == "cancelled":
                connection.abort()
        return self._dialogue

    def _left(self) -> float:
        return time_left(self._clock, self._deadline)


def _prepared(
    connection: SshConnection,
    platform: str,
    left: Callable[[], float],
    deadline: float,
    where: str,
) -> Dialogue:
    """Open a shell and let netmiko prepare it; runs in the worker thread.

    Raises:
        MeasurementError: `shell.enter`: NOT_CONFIGURED, SILENT, CLOSED, UNPARSEABLE.
    """
    from netmiko.exceptions import NetmikoBaseException
    from paramiko import SSHException

    from cpe_diag.transports.netmiko_session import (
        UnknownPlatformError,
        WaitingChannel,
        prepared,
    )
    from cpe_diag.transports.shell_dialogue import Dialogue

    try:
        shell = connection.shell(width=WIDTH, height=HEIGHT, deadline=deadline)
        name = prepared(platform, shell, left, where)
    except MeasurementError as error:
        raise MeasurementError(error.failure, ENTER) from error
    except UnknownPlatformError as error:
        raise _not_configured(where, f"netmiko knows no platform {platform!r}") from error
    except (NetmikoBaseException, SSHException, *LIBRARY_ERRORS) as error:
        raise MeasurementError(session_failure(error, where, left()), ENTER) from error
    return Dialogue(WaitingChannel(shell, left), name=name, where=where)


def _entered(dialogue: Dialogue, line: ShellLine, where: str) -> str:
    """Type one line; runs in the worker thread."""
    from netmiko.exceptions import NetmikoBaseException
    from paramiko import SSHException

    try:
        return dialogue.enter(line)
    except (NetmikoBaseException, SSHException, OSError, EOFError) as error:
        failure = session_failure(error, where, 1.0)
        raise ChangeError(failure, ENTER, may_have_happened=dialogue.entered) from error


def session_failure(error: BaseException, where: str, left_s: float) -> Failure:
    """Say why a session could not be prepared or broke off.

    netmiko wraps what has happened into errors of its own, and raises one and the same for many
    causes: so what stands behind an error (`__cause__`, `__context__`) decides, then the time.

    Args:
        error: of netmiko, paramiko, or a socket.
        where: the node, for messages.
        left_s: how much time was left.

    Returns:
        CLOSED, SILENT, AUTH_REFUSED or UNPARSEABLE.
    """
    names = {kind.__name__ for one in _behind(error) for kind in type(one).__mro__}
    late = {"OSError"} if "TimeoutError" in names else set()
    if "AuthenticationException" in names:
        detail = "asks for a password of its own, which is not accepted"
        return Failure(kind=FailureKind.AUTH_REFUSED, where=where, detail=detail)
    if names & {"EOFError", "ConnectionError"} or "OSError" in names - late:
        return Failure(kind=FailureKind.CLOSED, where=where, detail="has closed the session")
    if "ReadTimeout" in names or "NetmikoTimeoutException" in names or left_s <= 0:
        detail = "shows no prompt that its platform is known for"
        return Failure(kind=FailureKind.SILENT, where=where, detail=detail)
    if "ReadException" in names or "WriteException" in names:
        return Failure(kind=FailureKind.CLOSED, where=where, detail="has closed the session")
    words = str(error).strip().splitlines()
    detail = f"does not behave as its platform: {words[0] if words else type(error).__name__}"
    return Failure(kind=FailureKind.UNPARSEABLE, where=where, detail=detail)


def _behind(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _failed(kind: FailureKind, where: str, detail: str, *, maybe: bool) -> ChangeError:
    failure = Failure(kind=kind, where=where, detail=detail)
    return ChangeError(failure, ENTER, may_have_happened=maybe)


def _not_configured(where: str, detail: str) -> MeasurementError:
    failure = Failure(kind=FailureKind.NOT_CONFIGURED, where=where, detail=detail)
    return MeasurementError(failure, ENTER)
