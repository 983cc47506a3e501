"""What the operating system says about a connection or a packet, as a Failure."""

from __future__ import annotations

import errno
import os
import socket
from typing import Final

from cpe_diag.domain.failures import Failure, FailureKind

KINDS: Final[dict[int, FailureKind]] = {
    errno.ECONNREFUSED: FailureKind.REFUSED,
    errno.ECONNRESET: FailureKind.CLOSED,
    errno.ECONNABORTED: FailureKind.CLOSED,
    errno.EPIPE: FailureKind.CLOSED,
    errno.ETIMEDOUT: FailureKind.SILENT,
    errno.EACCES: FailureKind.MISSING_PRIVILEGE,
    errno.EPERM: FailureKind.MISSING_PRIVILEGE,
    errno.EADDRNOTAVAIL: FailureKind.NOT_CONFIGURED,
    errno.EMFILE: FailureKind.MISSING_PRIVILEGE,
    errno.ENFILE: FailureKind.MISSING_PRIVILEGE,
}
"""By errno; every other one means that there is no way to the address."""


def os_failure(error: OSError, where: str) -> Failure:
    """Map an OSError of a socket.

    Args:
        error: as raised; TimeoutError without a number is SILENT.
        where: the address asked, for the message.

    Returns:
        The failure, UNREACHABLE where the number says nothing more exact.
    """
    if isinstance(error, socket.gaierror):
        detail = "the name cannot be resolved on this machine"
        return Failure(kind=FailureKind.NOT_CONFIGURED, where=where, detail=detail)
    number = error.errno
    if number is None:
        kind = FailureKind.SILENT if isinstance(error, TimeoutError) else FailureKind.UNREACHABLE
        detail = "no answer" if kind is FailureKind.SILENT else "it cannot be reached"
        return Failure(kind=kind, where=where, detail=detail)
    kind = KINDS.get(number, FailureKind.UNREACHABLE)
    return Failure(kind=kind, where=where, detail=os.strerror(number).lower())
