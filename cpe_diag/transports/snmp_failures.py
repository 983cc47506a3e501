"""What SNMP libraries and agents say when something is wrong, as a Failure: one closed map each.

The map of pysnmp's indications goes by the names of their classes, so that this file does not
have to import the library.
"""

from __future__ import annotations

import re
from typing import Final

from gufo.snmp import _fast

from cpe_diag.domain.failures import Failure, FailureKind
from cpe_diag.transports.os_failures import os_failure

REFUSED_WORDS: Final = "connection refused"
"""What gufo-snmp puts into its TimeoutError when ICMP said that the port is closed."""

OS_ERROR_NUMBER: Final = re.compile(r"\(os error (\d+)\)$")
"""How Rust's std::io::Error ends; gufo-snmp passes on these words without the number."""

SILENT_V2C: Final = "an agent that refuses the community stays silent too: check the credential"
SILENT_V3: Final = "check the route to the agent, and that it runs"
CHECK_USER: Final = "check user, passphrases and protocols of the node in the inventory"

# RFC 3416, section 3: error-status
STATUS_NAMES: Final = (
    "noError",
    "tooBig",
    "noSuchName",
    "badValue",
    "readOnly",
    "genErr",
    "noAccess",
    "wrongType",
    "wrongLength",
    "wrongEncoding",
    "wrongValue",
    "noCreation",
    "inconsistentValue",
    "resourceUnavailable",
    "commitFailed",
    "undoFailed",
    "authorizationError",
    "notWritable",
    "inconsistentName",
)
TOO_BIG: Final = 1
FORBIDDING: Final = frozenset({6, 16})
"""noAccess and authorizationError."""

AUTH_INDICATIONS: Final = frozenset(
    {
        "UnknownUserName",
        "UnknownSecurityName",
        "WrongDigest",
        "AuthenticationFailure",
        "AuthenticationError",
        "NoAuthentication",
        "UnsupportedAuthProtocol",
        "UnsupportedPrivProtocol",
        "UnsupportedSecurityLevel",
        "DecryptionError",
        "UnknownCommunityName",
    }
)
FORBIDDEN_INDICATIONS: Final = frozenset(
    {"NoSuchView", "NoAccessEntry", "NoGroupName", "NotInView", "NoSuchContext"}
)
DEVICE_INDICATIONS: Final = frozenset(
    {"NotInTimeWindow", "UnknownEngineID", "EngineIDMismatch", "TooBig", "ReportPduReceived"}
)
LOST_INDICATIONS: Final = frozenset({"RequestTimedOut"})

GUFO_ERRORS: Final[tuple[tuple[type[Exception], FailureKind, str, str | None], ...]] = (
    (
        _fast.SnmpAuthError,
        FailureKind.AUTH_REFUSED,
        "the agent does not accept our SNMPv3 message",
        CHECK_USER,
    ),
    (_fast.NoSuchInstance, FailureKind.UNSUPPORTED, "the agent has no such object", None),
    (_fast.SnmpEncodeError, FailureKind.NOT_CONFIGURED, "the question does not fit SNMP", None),
)
"""Most specific first; every other SnmpError is an answer that cannot be read."""


def gufo_failure(error: Exception, where: str) -> Failure:
    """Map what gufo-snmp raises.

    Args:
        error: an exception of its sockets.
        where: the agent, for the message.

    Returns:
        The failure; total over the library's exceptions and OSError.
    """
    if isinstance(error, TimeoutError) and error.args == (REFUSED_WORDS,):
        detail = "the host answers, but no SNMP agent listens there"
        return _failure(FailureKind.REFUSED, where, detail)
    if isinstance(error, OSError):
        return _send_failure(error, where)
    for known, kind, detail, next_step in GUFO_ERRORS:
        if isinstance(error, known):
            return _failure(kind, where, detail, next_step)
    return _failure(FailureKind.UNPARSEABLE, where, "what it answered is no SNMP message we know")


def indication_failure(indication: object, where: str) -> Failure:
    """Map what pysnmp says instead of an answer.

    Args:
        indication: one of its ErrorIndications.
        where: the agent, for the message.

    Returns:
        The failure; a class that is not in a set above is UNPARSEABLE.
    """
    name = type(indication).__name__
    if name in LOST_INDICATIONS:
        return _failure(FailureKind.SILENT, where, "no answer that can be read")
    if name in AUTH_INDICATIONS:
        detail = f"the agent refuses our SNMPv3 message ({name})"
        return _failure(FailureKind.AUTH_REFUSED, where, detail, CHECK_USER)
    if name in FORBIDDEN_INDICATIONS:
        return _failure(FailureKind.FORBIDDEN, where, f"the agent shows us nothing ({name})")
    if name in DEVICE_INDICATIONS:
        return _failure(FailureKind.DEVICE_ERROR, where, f"the agent reports {name}")
    return _failure(FailureKind.UNPARSEABLE, where, f"its answer cannot be read ({name})")


def status_failure(status: int, oid: str | None, where: str) -> Failure:
    """Say what an error-status means.

    Args:
        status: RFC 3416 error-status, not 0.
        oid: which object the agent names, or None.
        where: the agent, for the message.

    Returns:
        FORBIDDEN or DEVICE_ERROR.
    """
    name = STATUS_NAMES[status] if 0 <= status < len(STATUS_NAMES) else f"error-status {status}"
    at = f" at {oid}" if oid else ""
    kind = FailureKind.FORBIDDEN if status in FORBIDDING else FailureKind.DEVICE_ERROR
    return _failure(kind, where, f"the agent answers {name}{at}")


def silence_failure(where: str, *, tries: int, waited_s: float, v3: bool) -> Failure:
    """Say that nothing came.

    Args:
        where: the agent, for the message.
        tries: how many requests were sent.
        waited_s: since the first one.
        v3: SNMPv3, where a refusal would have been answered.

    Returns:
        SILENT.
    """
    requests = "request" if tries == 1 else "requests"
    detail = f"no answer to {tries} {requests} in {waited_s:.1f} s"
    return _failure(FailureKind.SILENT, where, detail, SILENT_V3 if v3 else SILENT_V2C)


def _send_failure(error: OSError, where: str) -> Failure:
    found = OS_ERROR_NUMBER.search(str(error))
    if error.errno is None and found:
        error = OSError(int(found[1]), str(error))
    return os_failure(error, where)


def _failure(kind: FailureKind, where: str, detail: str, next_step: str | None = None) -> Failure:
    return Failure(kind=kind, where=where, detail=detail, next_step=next_step)
