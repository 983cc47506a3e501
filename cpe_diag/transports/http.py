"""Fetches one page from where we stand, and tells the phase in which it failed."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.path_facts import CertificateFault, HttpCheck, HttpOutcome
from cpe_diag.transports.certificates import NOT_READ, fault_of, read_refused
from cpe_diag.transports.os_failures import os_failure
from cpe_diag.transports.page_reading import Page, page_read
from cpe_diag.transports.time_left import time_left

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from cpe_diag.ports import Clock, PageRead, Recorder
    from cpe_diag.transports.bounded_tcp import Bounds
    from cpe_diag.transports.http_backend import ToAddress

GET: Final = "http.get"
MOST_BYTES: Final = 2_000_000
"""A page is read as far as this; more tells nothing more about the way to it."""
HEADERS: Final[Mapping[str, str]] = {
    "User-Agent": "cpe-diag",
    "Accept": "*/*",
    "Connection": "close",
}
KEPT_BYTES: Final = 512_000
"""So much of a page is kept for who reads it; its head, and what it is made of, stand there."""
NO_DATE: Final = Missing(why=FailureKind.NOT_MEASURED)
HTTPS_PORT: Final = 443  # RFC 9110, section 4.2.2
FIRST_ERROR_STATUS: Final = 400  # RFC 9110, section 15.5
PROXY_WANTS_TO_KNOW_US: Final = 407  # RFC 9110, section 15.5.8


class Phase(IntEnum):
    """How far a request has come."""

    CONNECTING = 0
    SECURING = 1
    WAITING = 2
    READING = 3


PHASES: Final = {
    "connection.start_tls.started": Phase.SECURING,
    "connection.start_tls.complete": Phase.WAITING,
    "http11.send_request_headers.started": Phase.WAITING,
    "http11.receive_response_headers.complete": Phase.READING,
}
"""By httpcore's trace events (its documentation, "Extensions", "trace")."""
CONNECTED: Final = "connection.connect_tcp.complete"

TIMED_OUT: Final = {
    Phase.CONNECTING: HttpOutcome.CONNECT_TIMEOUT,
    Phase.SECURING: HttpOutcome.READ_TIMEOUT,
    Phase.WAITING: HttpOutcome.READ_TIMEOUT,
    Phase.READING: HttpOutcome.READ_TIMEOUT,
}
OF_FAILURE: Final = {
    FailureKind.REFUSED: HttpOutcome.REFUSED,
    FailureKind.SILENT: HttpOutcome.CONNECT_TIMEOUT,
    FailureKind.CLOSED: HttpOutcome.BROKEN,
}
"""What an error of the system while connecting means; otherwise there is no way."""


@dataclass(slots=True)
class _Progress:
    """What is known of a request while it runs."""

    now: Callable[[], float]
    phase: Phase = Phase.CONNECTING
    status: int | None = None
    received_bytes: int = 0
    fault: CertificateFault | None = None
    server_clock_s: Maybe[float] = NO_DATE
    headers: tuple[tuple[str, str], ...] = ()
    body: bytearray = field(default_factory=bytearray)
    moved_to: Maybe[str | None] = NO_DATE
    connected_at_s: float | None = None

    async def trace(self, event: str, _info: dict[str, Any]) -> None:
        """Follow httpcore's trace events."""
        self.phase = PHASES.get(event, self.phase)
        if event == CONNECTED:
            self.connected_at_s = self.now()


class PageGetter:
    """The HttpGetter of this machine: HTTP/1.1, certificates checked, no redirect followed."""

    def __init__(  # noqa: PLR0913 - the ways in which pages are asked for
        self,
        *,
        clock: Clock,
        recorder: Recorder,
        trust: ssl.SSLContext | None = None,
        proxy: str | None = None,
        segment_bytes: int | None = None,
        bounds: Bounds | None = None,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """Check certificates against `trust`, or the system's own certificates.

        With `proxy` (`http://HOST:PORT`, RFC 9110, section 9.3.6) pages are fetched through it:
        from where it stands, by names that it resolves itself. With `segment_bytes` servers are
        asked to put no more into a packet (RFC 9293, section 3.7.1). With `bounds` no connection
        sends more; a page is read as far as `most_bytes`.
        """
        self._clock = clock
        self._recorder = recorder
        self._trust = trust
        self._proxy = proxy
        self._segment_bytes = segment_bytes
        self._bounds = bounds
        self._most_bytes = most_bytes

    async def get(self, url: str, *, address: str | None, deadline: float) -> HttpCheck:
        """Fetch `url` from `address`; Host and the name in TLS stay those of the URL.

        Args:
            url: with the scheme http or https.
            address: the IP address to connect to; None where a proxy fetches it.
            deadline: absolute, monotonic seconds.

        Returns:
            The outcome; of the page at most 2 MB are read, or `most_bytes`.

        Raises:
            MeasurementError: `http.get`: NOT_CONFIGURED (no usable URL), DEPENDENCY (the proxy
                does not answer).
        """
        return (await self._page(url, HEADERS, address, deadline)).check

    async def read(
        self, url: str, cookies: str, *, address: str | None, deadline: float
    ) -> PageRead:
        """Fetch `url` from `address` as `get` does and as a browser asks, and read what came.

        Args:
            url: with the scheme http or https.
            cookies: that are shown, as they stand in the header; or empty.
            address: the IP address to connect to; None where a proxy fetches it.
            deadline: absolute, monotonic seconds.

        Returns:
            The outcome, and what the first 512 kB of the page say.

        Raises:
            MeasurementError: as `get`.
        """
        shown = {"Cookie": cookies} if cookies else {}
        headers = {**HEADERS, "Accept-Encoding": "gzip, deflate", **shown}
        page = await self._page(url, headers, address, deadline)
        return await asyncio.to_thread(page_read, page)

    async def _page(
        self, url: str, headers: Mapping[str, str], address: str | None, deadline: float
    ) -> Page:
        secure = _check(url)
        # In threads, and before the time is taken: loading the library and the certificates takes
        # 60 ms in which other doors' answers would wait, and which would read as a slow page.
        if secure and self._trust is None:
            self._trust = await asyncio.to_thread(ssl.create_default_context)
        way = await asyncio.to_thread(
            _way,
            address,
            self._segment_bytes,
            lambda: time_left(self._clock, deadline),
            self._bounds,
        )
        place = address or self._proxy or url
        exchange = self._recorder.begin(GET, place, url)
        started_s = self._clock.monotonic()
        progress = _Progress(now=self._clock.monotonic)
        try:
            outcome = await self._fetch(url, headers, way, progress)
        except MeasurementError as error:
            self._recorder.end(exchange, round_trips=0, failure=error.failure.kind.value)
            raise
        took_s = self._clock.monotonic() - started_s
        answered = progress.status is not None
        # One for the connection, two for TLS (one in version 1.3), one for the page.
        round_trips = (1, 3 if secure else 1, 3 if secure else 2, 3 if secure else 2)
        self._recorder.end(
            exchange,
            round_trips=round_trips[progress.phase],
            failure=None if answered else outcome.value,
        )
        certificate = (
            NOT_READ
            if progress.fault is None or address is None
            else await read_refused(
                progress.fault,
                host=urlsplit(url).hostname or "",
                address=address,
                port=urlsplit(url).port or HTTPS_PORT,
                within_s=time_left(self._clock, deadline),
                bounds=self._bounds,
            )
        )
        text = f"{outcome.value}\nstatus {progress.status}\n{progress.received_bytes} bytes"
        self._recorder.raw(exchange, device=place, question=url, text=text)
        absent = Missing(why=FailureKind.DEPENDENCY)
        check = HttpCheck(
            url=url,
            outcome=outcome,
            status=progress.status,
            took_s=took_s,
            received_bytes=progress.received_bytes if answered else absent,
            certificate=certificate,
            server_clock_s=progress.server_clock_s,
            connected_s=NO_DATE
            if progress.connected_at_s is None or address is None
            else progress.connected_at_s - started_s,
            moved_to=progress.moved_to,
        )
        return Page(check=check, headers=progress.headers, body=bytes(progress.body))

    async def _fetch(
        self, url: str, headers: Mapping[str, str], way: ToAddress, progress: _Progress
    ) -> HttpOutcome:
        import httpcore

        try:
            async with (
                httpcore.AsyncConnectionPool(
                    ssl_context=self._trust,
                    network_backend=way,
                    proxy=None if self._proxy is None else httpcore.Proxy(self._proxy),
                ) as pool,
                pool.stream(
                    "GET",
                    url,
                    headers=list(headers.items()),
                    extensions={"trace": progress.trace},
                ) as response,
            ):
                progress.status = response.status
                progress.headers = tuple(
                    (name.decode("latin-1").lower(), value.decode("latin-1"))
                    for name, value in response.headers
                )
                progress.server_clock_s = _ahead_s(response.headers, self._clock.now())
                progress.moved_to = _moved_to(url, response.headers)
                async for part in response.aiter_stream():
                    progress.received_bytes += len(part)
                    progress.body += part[: KEPT_BYTES - len(progress.body)]
                    if progress.received_bytes >= self._most_bytes or way.enough:
                        break
        except (httpcore.UnsupportedProtocol, httpcore.LocalProtocolError) as error:
            raise _unusable(url, "it cannot be put into an HTTP request") from error
        except (
            httpcore.TimeoutException,
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.ProxyError,
            httpcore.ConnectionNotAvailable,
            OSError,
        ) as error:
            if self._proxy is not None and _is_refusal(error):
                raise _no_proxy(self._proxy, f"will not: it says {error}") from error
            if self._proxy is not None and progress.phase is Phase.CONNECTING:
                raise _no_proxy(self._proxy, "does not answer") from error
            progress.fault = fault_of(error)
            return http_outcome(error, progress.phase)
        if self._proxy is not None and progress.status == PROXY_WANTS_TO_KNOW_US:
            raise _no_proxy(self._proxy, f"will not: it says {progress.status}")
        failed = progress.status >= FIRST_ERROR_STATUS
        return HttpOutcome.HTTP_ERROR if failed else HttpOutcome.OK


def _ahead_s(headers: Sequence[tuple[bytes, bytes]], now: datetime) -> Maybe[float]:
    """Say how far a server's clock is ahead, by RFC 9110, section 6.6.1 (Date, to the second)."""
    told = next((value for name, value in headers if name.lower() == b"date"), b"")
    try:
        date = parsedate_to_datetime(told.decode("ascii"))
    except (ValueError, UnicodeDecodeError):
        return Missing(why=FailureKind.UNSUPPORTED)
    if date.tzinfo is None:
        return Missing(why=FailureKind.UNSUPPORTED)
    return (date - now).total_seconds()


def _moved_to(url: str, headers: Sequence[tuple[bytes, bytes]]) -> Maybe[str | None]:
    """Give the host that an answer leads to (RFC 9110, section 10.2.2, Location)."""
    told = next((value for name, value in headers if name.lower() == b"location"), b"")
    try:
        return (urlsplit(urljoin(url, told.decode("ascii"))).hostname or None) if told else None
    except (ValueError, UnicodeDecodeError):
        return Missing(why=FailureKind.UNPARSEABLE)


def _way(
    address: str | None,
    segment_bytes: int | None,
    left_s: Callable[[], float],
    bounds: Bounds | None,
) -> ToAddress:
    from anyio import connect_tcp  # noqa: F401 - httpcore would load it later, on the loop

    from cpe_diag.transports.http_backend import ToAddress

    return ToAddress(address, left_s, segment_bytes, bounds)


def http_outcome(error: Exception, phase: Phase) -> HttpOutcome:
    """Map what httpcore raises, or a timeout of ours, by the phase in which it came.

    Args:
        error: an exception of httpcore, or an OSError (TimeoutError is one).
        phase: how far the request had come.

    Returns:
        The outcome.
    """
    import httpcore

    if isinstance(error, httpcore.ProxyError):
        return HttpOutcome.UNREACHABLE  # it says that it could not get there (RFC 9110, 9.3.6)
    if isinstance(error, TimeoutError | httpcore.TimeoutException):
        return TIMED_OUT[phase]
    if phase is Phase.CONNECTING:
        reason = _system_error(error)
        if reason is None:
            return HttpOutcome.UNREACHABLE
        return OF_FAILURE.get(os_failure(reason, "").kind, HttpOutcome.UNREACHABLE)
    if phase is not Phase.SECURING:
        return HttpOutcome.BROKEN
    return HttpOutcome.TLS_FAILED if fault_of(error) is None else HttpOutcome.CERTIFICATE


def _system_error(error: BaseException | None) -> OSError | None:
    """Find the numbered OSError behind an exception, also in a group of attempts."""
    while error is not None:
        if isinstance(error, OSError) and error.errno is not None:
            return error
        if isinstance(error, BaseExceptionGroup):
            return next(filter(None, map(_system_error, error.exceptions)), None)
        error = error.__cause__ or error.__context__
    return None


def _check(url: str) -> bool:
    """See that a URL can be fetched; True where it is https."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise _unusable(url, "this is no URL of a page")
    return parts.scheme == "https"


def _is_refusal(error: Exception) -> bool:
    """Tell whether a proxy refuses us (4xx); that it could not get there it says by 5xx."""
    import httpcore

    return isinstance(error, httpcore.ProxyError) and str(error).startswith("4")


def _no_proxy(proxy: str, why: str) -> MeasurementError:
    detail = f"the proxy that should fetch it for us {why}"
    return MeasurementError(Failure(kind=FailureKind.DEPENDENCY, where=proxy, detail=detail), GET)


def _unusable(url: str, detail: str) -> MeasurementError:
    step = "write it as http://host/path or https://host/path"
    return MeasurementError(
        Failure(kind=FailureKind.NOT_CONFIGURED, where=url, detail=detail, next_step=step), GET
    )
