"""One SSH connection in blocking calls, each bounded by an absolute deadline.

Only `SshRouter` and `NodeCli` use it, from their worker threads. Where nobody has loaded paramiko
before, that happens here, after the first packet has gone out.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import selectors
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.transports.ssh_errors import (
    LIBRARY_ERRORS,
    Broken,
    Phase,
    authenticate_error,
    connect_error,
    error_of,
    exec_error,
    handshake_error,
    late_error,
)
from cpe_diag.transports.ssh_host_keys import HostKey, HostKeyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from paramiko import Channel, PKey

    from cpe_diag.domain.secret import Secret
    from cpe_diag.domain.subscriber import CliAccess, RouterAccess
    from cpe_diag.transports.ssh_transport import RememberingTransport
    from cpe_diag.transports.ssh_trust import HostKeys, Trust

# Cheapest first: curve25519 costs 3 to 5 ms of CPU, group16 87 ms, group-exchange seconds, which
# is why it comes last (measured with paramiko 4.0.0).
_KEX: Final = (
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group14-sha256",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group-exchange-sha256",
)
_KEYS: Final = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
)
_CIPHERS: Final = (
    "aes128-ctr",
    "aes192-ctr",
    "aes256-ctr",
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
)
_MACS: Final = (
    "hmac-sha2-256",
    "hmac-sha2-512",
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
)
# RFC 9142, section 4, and RFC 8332, section 1: SHA-1 and what else older equipment still needs.
_LEGACY_KEX: Final = (
    "diffie-hellman-group14-sha1",
    "diffie-hellman-group-exchange-sha1",
    "diffie-hellman-group1-sha1",
)
_LEGACY_KEYS: Final = ("ssh-rsa",)
_LEGACY_CIPHERS: Final = ("aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc")
_LEGACY_MACS: Final = ("hmac-sha1", "hmac-md5", "hmac-sha1-96", "hmac-md5-96")

_HEAD_BYTES: Final = 512
_LOOK_EVERY_S: Final = 0.1
_READ_BYTES: Final = 65_536
# dropbear closes a connection whose exec command is longer than 9,000 bytes (measured with
# dropbear 2024.86): what is longer than this goes to the standard input of a shell.
LONGEST_EXEC: Final = 7_000
_LOG: Final = "cpe_diag.transports.ssh.paramiko"


class _Socket(socket.socket):
    """A socket that remembers how the other side began to speak."""

    head = b""

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """Receive, and keep the beginning."""
        got = super().recv(bufsize, flags)
        if len(self.head) < _HEAD_BYTES:
            self.head += got[: _HEAD_BYTES - len(self.head)]
        return got


@dataclass(frozen=True, slots=True)
class ExecResult:
    """What one exec gave.

    `failure` is None when the channel ended in order (with an exit status); otherwise why the
    answer ends where it ends.
    """

    output: str
    failure: MeasurementError | None


class SshConnection:
    """One connection: connect, handshake, authenticate, then exec by exec, or one shell."""

    def __init__(
        self,
        access: RouterAccess | CliAccess,
        *,
        monotonic: Callable[[], float],
        host_keys: HostKeys,
        legacy_algorithms: bool,
        where: str,
    ) -> None:
        """Prepare; nothing is sent yet. `monotonic` is the clock of the deadlines."""
        self._access = access
        self._monotonic = monotonic
        self._host_keys = host_keys
        self._legacy = legacy_algorithms
        self._where = where
        self._socket: _Socket | None = None
        self._transport: RememberingTransport | None = None
        self._trust: Trust | None = None
        self._shown: HostKey | None = None
        self._ended = False
        self.phase = Phase.CONNECT

    @property
    def usable(self) -> bool:
        """Whether it is logged in and, as far as is known, still there."""
        if self._transport is None or self._ended or self.phase is not Phase.EXEC:
            return False
        return self._transport.is_authenticated()

    @property
    def legacy_in_use(self) -> tuple[str, ...]:
        """Which of the legacy algorithms the connection really uses."""
        if self._transport is None:
            return ()
        used = (
            getattr(self._transport, name, "")
            for name in ("host_key_type", "local_cipher", "remote_cipher", "local_mac")
        )
        legacy = {*_LEGACY_KEYS, *_LEGACY_CIPHERS, *_LEGACY_MACS}
        kex = self._transport.agreed_kex
        names = [kex] if kex in _LEGACY_KEX else []
        return tuple(dict.fromkeys([*names, *(name for name in used if name in legacy)]))

    @property
    def identification(self) -> str:
        """How the server names its own software (RFC 4253, section 4.2); empty until it does."""
        return "" if self._transport is None else str(self._transport.remote_version)

    def broken(self, *, late: bool = False) -> Broken:
        """Say what is seen of the connection now."""
        head = self._socket.head if self._socket is not None else b""
        return Broken(self.phase, self._where, head, late)

    def left(self, deadline: float) -> float:
        """Give the seconds until a deadline, as a timeout that is never zero."""
        return max(0.001, deadline - self._monotonic())

    def is_late(self, deadline: float) -> bool:
        """Whether a deadline is past."""
        return self._monotonic() >= deadline

    def abort(self) -> None:
        """End it at once, from any thread: every call that waits on it comes back."""
        self._ended = True
        if self._socket is not None:
            with contextlib.suppress(OSError):  # not connected yet, or closed already
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End it, and wait for the library's own thread."""
        self.abort()
        if self._transport is not None:
            self._transport.close()
        if self._socket is not None:
            self._socket.close()

    def connect(self, deadline: float) -> None:
        """Open the TCP connection and import paramiko while it is being opened.

        Raises:
            MeasurementError: `ssh.connect`: SILENT, REFUSED, UNREACHABLE, MISSING_PRIVILEGE.
        """
        with self._closed_on_error():
            try:
                self._open_socket(deadline)
            except OSError as error:
                raise connect_error(self.broken(), error) from error

    def _open_socket(self, deadline: float) -> None:
        address, port = self._access.address, self._access.port
        found = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, target = found[0]
        sock = self._socket = _Socket(family, kind, protocol)
        sock.setblocking(False)  # noqa: FBT003 - the standard library's own signature
        # Without it the small packets of the handshake wait for each other: 80 ms a session.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(BlockingIOError):
            sock.connect(target)
        import paramiko  # noqa: F401 - 100 ms, where nobody has loaded it before

        with selectors.DefaultSelector() as selector:
            selector.register(sock, selectors.EVENT_WRITE)
            while not selector.select(min(_LOOK_EVERY_S, self.left(deadline))):
                if self._ended or self.is_late(deadline):
                    raise TimeoutError
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))

    @contextlib.contextmanager
    def _closed_on_error(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.close()
            raise

    def handshake(self, deadline: float) -> None:
        """Exchange keys and check the host key.

        Raises:
            MeasurementError: `ssh.handshake`: HUNG, CLOSED, UNPARSEABLE, ALGORITHM_MISMATCH,
                HOST_KEY_CHANGED, HOST_KEY_UNKNOWN, NOT_CONFIGURED.
        """
        with self._closed_on_error():
            with self._key_errors():
                trust = self._trust = self._host_keys.trust_in(self._access, where=self._where)
            shown = self._shown = self._exchange_keys(trust.key_types, deadline)
            with self._key_errors():
                failure = trust.failure(shown)
            if failure is not None:
                raise MeasurementError(failure, self.phase.value)

    @contextlib.contextmanager
    def _key_errors(self) -> Iterator[None]:
        try:
            yield
        except HostKeyError as error:
            raise MeasurementError(error.failure, Phase.HANDSHAKE.value) from error

    def _exchange_keys(self, first: frozenset[str], deadline: float) -> HostKey:
        from paramiko import SSHException

        try:
            transport = self._transport = self._new_transport(first, deadline)
            transport.start_client(timeout=self.left(deadline))
            if not transport.initial_kex_done:
                raise late_error(self.broken(late=True))
            key = transport.get_remote_server_key()
        except (SSHException, *LIBRARY_ERRORS) as error:
            raise handshake_error(self.broken(late=self.is_late(deadline)), error) from error
        return HostKey(key.get_name(), key.asbytes())

    def _new_transport(self, first: frozenset[str], deadline: float) -> RememberingTransport:
        from cpe_diag.transports.ssh_transport import RememberingTransport

        # paramiko logs errors that are raised here anyway, with tracebacks, to whoever listens.
        logger = logging.getLogger(_LOG)
        logger.propagate = False
        logger.addHandler(logging.NullHandler())
        disabled = None if self._legacy else {"pubkeys": list(_LEGACY_KEYS)}
        transport = RememberingTransport(self._socket_of(), disabled_algorithms=disabled)
        transport.daemon = True
        transport.set_log_channel(_LOG)
        options = transport.get_security_options()
        options.kex = _KEX + (_LEGACY_KEX if self._legacy else ())
        options.key_types = _ordered_keys(first, legacy=self._legacy)
        options.ciphers = _CIPHERS + (_LEGACY_CIPHERS if self._legacy else ())
        options.digests = _MACS + (_LEGACY_MACS if self._legacy else ())
        left = self.left(deadline)
        transport.banner_timeout = transport.handshake_timeout = left
        return transport

    def authenticate(self, user: str, secret: Secret, deadline: float) -> None:
        """Log in with a password, or with a private key when the secret is one.

        Raises:
            MeasurementError: `ssh.authenticate`: AUTH_REFUSED, SILENT, CLOSED, UNPARSEABLE,
                NOT_CONFIGURED. `ssh.handshake`: HOST_KEY_CHANGED, NOT_CONFIGURED, where its
                key cannot be pinned.
        """
        with self._closed_on_error():
            self._log_in(user, secret.reveal(), deadline)
            if self._trust is not None and self._shown is not None:
                with self._key_errors():
                    failure = self._trust.settle(self._shown)
                if failure is not None:
                    raise MeasurementError(failure, Phase.HANDSHAKE.value)
        self.phase = Phase.EXEC

    def _log_in(self, user: str, content: str, deadline: float) -> None:
        from paramiko import SSHException

        transport = self._transport_of()
        transport.auth_timeout = self.left(deadline)
        try:
            if content.startswith("-----BEGIN "):
                transport.auth_publickey(user, self._private_key(content))
            else:
                transport.auth_password(user, content)
        except (SSHException, *LIBRARY_ERRORS) as error:
            raise authenticate_error(self.broken(late=self.is_late(deadline)), error) from error
        if not transport.is_authenticated():
            detail = "asks for a second way of logging in, which is not supported"
            raise error_of(self.broken(), FailureKind.AUTH_REFUSED, detail)

    def _private_key(self, content: str) -> PKey:
        import paramiko

        for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
            try:
                return kind.from_private_key(io.StringIO(content))
            except (paramiko.SSHException, ValueError):
                continue
        failure = Failure(
            kind=FailureKind.NOT_CONFIGURED,
            where=self._where,
            detail="the credential begins like a private key but is none that can be used",
            next_step="use an Ed25519, ECDSA or RSA key without a passphrase",
        )
        raise MeasurementError(failure, self.phase.value)

    def execute(self, script: str, *, most_bytes: int, deadline: float) -> ExecResult:
        """Run a script in one exec channel and wait for its exit status.

        Args:
            script: for a POSIX shell.
            most_bytes: how much output to read; the connection is ended where there is more.
            deadline: absolute.

        Returns:
            What was read, and why it ended where it ended.

        Raises:
            MeasurementError: `ssh.exec`: SILENT, CLOSED, UNPARSEABLE; nothing of an answer came.
        """
        from paramiko import SSHException

        pieces: list[bytes] = []
        failure: MeasurementError | None = None
        try:
            channel = self._transport_of().open_session(timeout=self.left(deadline))
            channel.set_combine_stderr(True)
            self._start(channel, script, deadline)
            failure = self._read(channel, pieces, most_bytes, deadline)
            channel.close()
        except (SSHException, *LIBRARY_ERRORS) as error:
            failure = exec_error(self.broken(late=self.is_late(deadline)), error)
        if failure is not None:
            self.close()
        return ExecResult(b"".join(pieces).decode("utf-8", "replace"), failure)

    def channel(self, deadline: float) -> Channel:
        """Open a channel without a terminal, for one exec.

        Args:
            deadline: absolute.

        Returns:
            The channel; it ends with the connection.

        Raises:
            MeasurementError: `ssh.exec`: SILENT, CLOSED, UNPARSEABLE; nothing was sent.
        """
        from paramiko import SSHException

        with self._closed_on_error():
            try:
                return self._transport_of().open_session(timeout=self.left(deadline))
            except (SSHException, *LIBRARY_ERRORS) as error:
                raise exec_error(self.broken(late=self.is_late(deadline)), error) from error

    def shell(self, *, width: int, height: int, deadline: float) -> Channel:
        """Open an interactive shell with a terminal, for nodes that have nothing else.

        Args:
            width: of the terminal, so that no line is wrapped.
            height: of the terminal, so that little is paged.
            deadline: absolute.

        Returns:
            The channel; it ends with the connection.

        Raises:
            MeasurementError: `ssh.exec`: SILENT, CLOSED, UNPARSEABLE.
        """
        from paramiko import SSHException

        with self._closed_on_error():
            try:
                channel = self._transport_of().open_session(timeout=self.left(deadline))
                channel.settimeout(self.left(deadline))
                channel.get_pty(term="vt100", width=width, height=height)
                channel.invoke_shell()
            except (SSHException, *LIBRARY_ERRORS) as error:
                raise exec_error(self.broken(late=self.is_late(deadline)), error) from error
        return channel

    @staticmethod
    def exec_round_trips(script: str) -> int:
        """Say how often the wire is crossed: channel, exec request, and the script on stdin."""
        return 2 if len(script.encode()) <= LONGEST_EXEC else 3

    def _start(self, channel: Channel, script: str, deadline: float) -> None:
        channel.settimeout(self.left(deadline))
        text = script.encode()
        if len(text) <= LONGEST_EXEC:
            channel.exec_command(text)
            return
        channel.exec_command(b"sh -s")
        channel.sendall(text)
        channel.shutdown_write()

    def _read(
        self, channel: Channel, pieces: list[bytes], most_bytes: int, deadline: float
    ) -> MeasurementError | None:
        size = 0
        while True:
            channel.settimeout(self.left(deadline))
            piece = channel.recv(_READ_BYTES)
            if not piece:
                break
            pieces.append(piece)
            size += len(piece)
            if size > most_bytes:
                detail = f"said more than {most_bytes} bytes"
                return error_of(self.broken(), FailureKind.INCOMPLETE, detail)
        # dropbear refuses the next channel while this one has no exit status yet.
        if not channel.status_event.wait(self.left(deadline)):
            return late_error(self.broken(late=True))
        if channel.recv_exit_status() >= 0:
            return None
        if self._transport_of().is_active():
            detail = "the answer ended without an exit status"
            return error_of(self.broken(), FailureKind.INCOMPLETE, detail)
        return error_of(
            self.broken(), FailureKind.CLOSED, "closed the connection in the middle of the answer"
        )

    def _socket_of(self) -> _Socket:
        if self._socket is None:
            msg = "handshake before connect"
            raise RuntimeError(msg)
        return self._socket

    def _transport_of(self) -> RememberingTransport:
        if self._transport is None:
            msg = "a question before the handshake"
            raise RuntimeError(msg)
        return self._transport


def _ordered_keys(first: frozenset[str], *, legacy: bool) -> tuple[str, ...]:
    """Ask first for the types of the known keys, as OpenSSH does, so that they can be compared."""
    every = _KEYS + (_LEGACY_KEYS if legacy else ())
    rsa = {"rsa-sha2-512", "rsa-sha2-256"} if "ssh-rsa" in first else set()
    kinds = first | rsa
    return tuple(sorted(every, key=lambda kind: kind not in kinds))
