"""What SSH and TCP failures mean: foreign exceptions become failures, the most specific first."""

from __future__ import annotations

import errno
import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Phase(StrEnum):
    """Where a connection stands; the words are the operations of the door's contract."""

    CONNECT = "ssh.connect"
    HANDSHAKE = "ssh.handshake"
    AUTHENTICATE = "ssh.authenticate"
    EXEC = "ssh.exec"


@dataclass(frozen=True, slots=True)
class Broken:
    """What was seen of a connection at the moment when it failed.

    `head` is the beginning of what the other side has sent, `late` says that time was up.
    """

    phase: Phase
    where: str
    head: bytes
    late: bool


# errno(3), Linux: what each says about the way to the other side.
_ERRNO_KINDS: Final[Mapping[int, FailureKind]] = {
    errno.ECONNREFUSED: FailureKind.REFUSED,
    errno.ECONNRESET: FailureKind.REFUSED,
    errno.ETIMEDOUT: FailureKind.SILENT,
    errno.EACCES: FailureKind.MISSING_PRIVILEGE,
    errno.EPERM: FailureKind.MISSING_PRIVILEGE,
}

_NONSENSE: Final = (
    ValueError,
    LookupError,
    TypeError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    struct.error,
)
LIBRARY_ERRORS: Final = (OSError, EOFError, *_NONSENSE)
"""What paramiko raises beside its own errors when the other side sends what it should not:
`Transport.run` keeps any exception of its thread, and the call that waits raises it here."""

# RFC 4253, section 4.2: the identification begins so, at the beginning of a line.
_IDENTIFICATION: Final = b"SSH-"
_SHOWN_BYTES: Final = 40


def error_of(
    broken: Broken, kind: FailureKind, detail: str, step: str | None = None
) -> MeasurementError:
    """Make the door's error for a phase."""
    failure = Failure(kind=kind, where=broken.where, detail=detail, next_step=step)
    return MeasurementError(failure, broken.phase.value)


def connect_error(broken: Broken, error: OSError) -> MeasurementError:
    """Say why no TCP connection came about.

    Args:
        broken: in phase CONNECT.
        error: from the socket, or from the resolution of a host name.

    Returns:
        SILENT, REFUSED, MISSING_PRIVILEGE, or UNREACHABLE for everything else.
    """
    if broken.late or isinstance(error, TimeoutError):
        return late_error(broken)
    kind = _ERRNO_KINDS.get(error.errno or 0, FailureKind.UNREACHABLE)
    return error_of(broken, kind, f"no TCP connection: {error.strerror or error}")


def late_error(broken: Broken) -> MeasurementError:
    """Say what it means that time was up in this phase."""
    match broken.phase:
        case Phase.CONNECT:
            return error_of(broken, FailureKind.SILENT, "no answer to the TCP connection in time")
        case Phase.HANDSHAKE if _is_garbage(broken.head):
            return _garbage(broken)
        case Phase.HANDSHAKE:
            seen = "said nothing" if not broken.head else "stopped in the middle of the handshake"
            detail = f"accepted the connection and {seen}"
            return error_of(broken, FailureKind.HUNG, detail)
        case Phase.AUTHENTICATE:
            return error_of(broken, FailureKind.SILENT, "no answer to the login in time")
        case Phase.EXEC:
            return error_of(broken, FailureKind.SILENT, "no complete answer in time")


def handshake_error(broken: Broken, error: Exception) -> MeasurementError:
    """Say why the handshake failed, from paramiko's error and what had been received.

    Args:
        broken: in phase HANDSHAKE.
        error: what `start_client` raised.

    Returns:
        ALGORITHM_MISMATCH, HUNG, CLOSED or UNPARSEABLE.
    """
    from paramiko.ssh_exception import IncompatiblePeer

    if isinstance(error, IncompatiblePeer):
        return error_of(
            broken,
            FailureKind.ALGORITHM_MISMATCH,
            f"no SSH algorithm in common: {error}",
            "if it is an old router, allow legacy algorithms for it",
        )
    if _is_garbage(broken.head):
        return _garbage(broken)
    causes = (error, error.__context__, error.__cause__)
    if broken.late or any(isinstance(cause, TimeoutError) for cause in causes):
        return late_error(broken)
    if not broken.head or any(isinstance(one, (EOFError, ConnectionError)) for one in causes):
        return error_of(
            broken, FailureKind.CLOSED, "closed the connection during the SSH handshake"
        )
    return error_of(broken, FailureKind.UNPARSEABLE, f"no valid SSH handshake: {error}")


def authenticate_error(broken: Broken, error: Exception) -> MeasurementError:
    """Say why the login failed.

    Args:
        broken: in phase AUTHENTICATE.
        error: what paramiko raised.

    Returns:
        AUTH_REFUSED, SILENT, UNPARSEABLE or CLOSED.
    """
    from paramiko.ssh_exception import (
        AuthenticationException,
        BadAuthenticationType,
    )

    if isinstance(error, BadAuthenticationType):
        allowed = ", ".join(error.allowed_types) or "nothing"
        detail = f"this way of logging in is not allowed there; allowed: {allowed}"
        return error_of(broken, FailureKind.AUTH_REFUSED, detail)
    # paramiko 4.0.0, auth_handler.py, wait_for_response: these two words of its own tell apart
    # what its type does not.
    if broken.late or "timeout" in str(error):
        return late_error(broken)
    if isinstance(error, _NONSENSE):
        return _nonsense(broken, error)
    if isinstance(error, AuthenticationException) and "saw EOF" not in str(error):
        return error_of(
            broken,
            FailureKind.AUTH_REFUSED,
            "user or password (or key) was not accepted",
            "correct the router's credential in the inventory or where it refers to",
        )
    return error_of(broken, FailureKind.CLOSED, "closed the connection during the login")


def exec_error(broken: Broken, error: Exception) -> MeasurementError:
    """Say why no command could be started, or why its answer broke off."""
    if broken.late or isinstance(error, TimeoutError):
        return late_error(broken)
    if isinstance(error, _NONSENSE):
        return _nonsense(broken, error)
    from paramiko.ssh_exception import ChannelException

    if isinstance(error, ChannelException):
        return error_of(broken, FailureKind.CLOSED, f"opens no channel for commands: {error}")
    return error_of(
        broken, FailureKind.CLOSED, "closed the connection in the middle of the answer"
    )


def _is_garbage(head: bytes) -> bool:
    return (
        bool(head) and not head.startswith(_IDENTIFICATION) and b"\n" + _IDENTIFICATION not in head
    )


def _nonsense(broken: Broken, error: Exception) -> MeasurementError:
    detail = f"sent what is no SSH message that we know: {error}"
    return error_of(broken, FailureKind.UNPARSEABLE, detail)


def _garbage(broken: Broken) -> MeasurementError:
    shown = broken.head[:_SHOWN_BYTES]
    detail = f"speaks no SSH; expected a line `SSH-2.0-...`, found {shown!r}"
    return error_of(broken, FailureKind.UNPARSEABLE, detail)
