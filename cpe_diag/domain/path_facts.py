"""Facts about ways: who can reach whom, which names resolve, which pages load, from where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing

NOT_TOLD: Final = Missing(why=FailureKind.UNSUPPORTED)
ALLOW_PING: Final = 'sudo sysctl -w net.ipv4.ping_group_range="0 2147483647"'
"""What lets everybody on Linux send echo requests, without any other right (icmp(7))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachability:
    """Fact `reachability`: did the target answer us at all.

    `method` is `snmp`, `icmp`, `tcp` or `ssh`; a refused TCP connection is an answer too.
    `rtt_s` is the best round trip in seconds.
    """

    reachable: bool
    method: str
    target: str
    rtt_s: Maybe[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PingCheck:
    """Fact `ping`: echo requests sent and answered from one place to another.

    `rtt_avg_s` and `rtt_min_s` are Missing when nothing came back; `note` is the sender's own
    error text, such as `Network is unreachable`, or empty.
    """

    target: str
    sent: int
    received: int
    rtt_avg_s: Maybe[float]
    note: str
    rtt_min_s: Maybe[float] = NOT_TOLD

    @property
    def lost_ratio(self) -> float:
        """The share of requests that were not answered, 0 to 1."""
        return 1.0 - self.received / self.sent


class DnsOutcome(StrEnum):
    """How a name query ended."""

    ANSWERED = "answered"
    NO_ADDRESS = "no_address"
    """The name exists but has no address of the asked family."""
    NXDOMAIN = "nxdomain"
    SERVFAIL = "servfail"
    REFUSED = "refused"
    """The server answered REFUSED, or nothing listens there."""
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsCheck:
    """Fact `dns`: one name asked of one server. `server` is an address; `took_s` in seconds."""

    name: str
    server: str
    outcome: DnsOutcome
    addresses: tuple[str, ...]
    took_s: Maybe[float]


class HttpOutcome(StrEnum):
    """How a page request ended, by the phase that failed."""

    OK = "ok"
    """A 2xx or 3xx status."""
    HTTP_ERROR = "http_error"
    """The server answered with 4xx or 5xx."""
    NAME_FAILED = "name_failed"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    CONNECT_TIMEOUT = "connect_timeout"
    TLS_FAILED = "tls_failed"
    """No secure connection came about, for another reason than the certificate."""
    CERTIFICATE = "certificate"
    """The server's certificate was not accepted."""
    READ_TIMEOUT = "read_timeout"
    """Connected, but the answer did not come in time."""
    BROKEN = "broken"
    """The connection ended, or what came was no HTTP."""


class CertificateFault(StrEnum):
    """Why a server's certificate was not accepted (RFC 5280, section 6; RFC 9525, section 6)."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    WRONG_NAME = "wrong_name"
    UNTRUSTED = "untrusted"
    """No chain leads to an authority that is trusted here."""
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedCertificate:
    """A certificate that was not accepted, and what stands in it: dates in UTC, its names."""

    fault: CertificateFault
    names: tuple[str, ...]
    issuer: Maybe[str]
    not_before: Maybe[datetime]
    not_after: Maybe[datetime]

    @property
    def words(self) -> str:
        """Say what is wrong with it, with what can be read in it."""
        if self.fault is CertificateFault.EXPIRED:
            return f"expired{_day(' on ', self.not_after)}"
        if self.fault is CertificateFault.NOT_YET_VALID:
            return f"not yet valid{_day(', but from ', self.not_before)}"
        if self.fault is CertificateFault.WRONG_NAME:
            return f"made out to {', '.join(self.names)}" if self.names else "of another name"
        if self.fault is CertificateFault.UNTRUSTED:
            by = "somebody" if isinstance(self.issuer, Missing) else self.issuer
            return f"issued by {by}, who is not trusted here"
        return "not acceptable"


def _day(lead: str, moment: Maybe[datetime]) -> str:
    return "" if isinstance(moment, Missing) else f"{lead}{moment:%Y-%m-%d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpCheck:
    """Fact `http`: one page fetched. Seconds, bytes; `status` None: no status line came.

    `certificate` is Missing where the server's certificate was accepted, or none was shown.
    `server_clock_s` is how far the server's clock is ahead of ours (RFC 9110, 6.6.1, Date).
    `connected_s` is how long the connection took, without the name. `moved_to` is the host that
    the answer leads to (RFC 9110, 10.2.2, Location), None: to none.
    """

    url: str
    outcome: HttpOutcome
    status: int | None
    took_s: Maybe[float]
    received_bytes: Maybe[int]
    certificate: Maybe[RefusedCertificate] = Missing(why=FailureKind.NOT_MEASURED)  # noqa: RUF009 - immutable
    server_clock_s: Maybe[float] = Missing(why=FailureKind.NOT_MEASURED)  # noqa: RUF009 - immutable
    connected_s: Maybe[float] = NOT_TOLD
    moved_to: Maybe[str | None] = NOT_TOLD


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnChange:
    """Fact `own_change`: what this run has changed, and how it ended, in the words of a plan.

    `ended` is how an action ends (`proven`, `failed`, ...), or `not_done`.
    """

    action: str
    ended: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerAnswer:
    """Fact `answer`: what the caller said to a playbook's question, as one of its choices."""

    choice: str
