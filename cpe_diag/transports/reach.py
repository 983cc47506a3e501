"""Finds out from where we stand whether an address answers: ICMP echo and TCP connections."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import ALLOW_PING, PingCheck
from cpe_diag.driver_kit.parsers.trains import spread
from cpe_diag.transports.bounded_tcp import Bounds, connected
from cpe_diag.transports.os_failures import os_failure
from cpe_diag.transports.time_left import CONNECT_WITHIN_S, time_left

if TYPE_CHECKING:
    from icmplib import Host  # type: ignore[import-untyped]  # ships no types

    from cpe_diag.domain.load_facts import PathQuality
    from cpe_diag.ports import Clock, Recorder

ECHO: Final = "icmp.echo"
CONNECT: Final = "tcp.connect"

USUAL_BYTES: Final = 56
"""Of data in a request (ping(8) of iputils)."""
ECHO_INTERVAL_S: Final = 0.2
"""Between two requests: the least that ping(8) of iputils allows to unprivileged users."""
LONGEST_ECHO_S: Final = 2.0
"""An answer that takes longer counts as lost."""
TRAIN_ECHO_S: Final = 1.0
"""The same in a train, as the router's own pings have it."""
ECHO_DIGITS: Final = 5
"""Of a second: what one machine's clock tells of a round trip."""
DROPPED: Final = Bounds(4)
"""What asks for it, what takes it and what drops it; and once more what drops a late answer."""
NO_ICMP: Final = "the configuration says that ICMP tells nothing here (icmp: false)"
NO_ECHO: Final = "our process may open neither an ICMP datagram socket nor a raw socket"
NO_ICMP_STEP: Final = (
    f"{ALLOW_PING}; where that cannot be, icmp: false asks by TCP who is reachable"
)


class NetworkProber:
    """The Prober of this machine. `icmp` False: the configuration says that ICMP tells nothing.

    `dropping`: a connection that was accepted is dropped by one packet, and nothing of it is sent
    again; else it is closed.
    """

    def __init__(
        self, *, clock: Clock, recorder: Recorder, icmp: bool = True, dropping: bool = False
    ) -> None:
        """Measure on `clock`, note in `recorder`."""
        self._clock = clock
        self._recorder = recorder
        self._icmp = icmp
        self._bounds = DROPPED if dropping else None

    async def ping(
        self, address: str, *, count: int, deadline: float, data_bytes: int | None = None
    ) -> PingCheck:
        """Send `count` ICMP echo requests, one after the other.

        Datagram sockets are used where the system allows them, raw sockets otherwise.

        Args:
            address: an IP address.
            count: how many.
            deadline: absolute, monotonic seconds.
            data_bytes: of data in each; None: as many as is usual.

        Returns:
            What came back.

        Raises:
            MeasurementError: `icmp.echo`: MISSING_PRIVILEGE, NOT_CONFIGURED; OUT_OF_TIME when
                the deadline leaves no time for `count` requests.
        """
        if not self._icmp:
            raise _echo_error(FailureKind.NOT_CONFIGURED, address, NO_ICMP)
        left_s = time_left(self._clock, deadline) - (count - 1) * ECHO_INTERVAL_S
        if left_s <= 0:
            detail = f"no time is left for {count} echo requests"
            raise _echo_error(FailureKind.OUT_OF_TIME, address, detail)
        wait_s = min(LONGEST_ECHO_S, left_s / (count + 1))
        exchange = self._recorder.begin(ECHO, address, f"{count} echo requests")
        try:
            host = await _echo(address, count, wait_s, data_bytes or USUAL_BYTES)
        except MeasurementError as error:
            self._recorder.end(exchange, round_trips=0, failure=error.failure.kind.value)
            raise
        received = int(host.packets_received)
        lost = None if received else FailureKind.SILENT.value
        self._recorder.end(exchange, round_trips=count, failure=lost)
        unsent = count - int(host.packets_sent)
        average = float(host.avg_rtt) / 1000 if received else Missing(why=FailureKind.SILENT)
        return PingCheck(
            target=address,
            sent=count,
            received=received,
            rtt_avg_s=average,
            note=f"{unsent} could not be sent" if unsent else "",
        )

    async def train(
        self, address: str, *, count: int, interval_s: float, deadline: float
    ) -> PathQuality:
        """Send `count` ICMP echo requests, each at its time, whatever becomes of the others.

        Args:
            address: an IP address.
            count: how many.
            interval_s: seconds between two of them.
            deadline: absolute, monotonic seconds.

        Returns:
            How many came back, and how long they took.

        Raises:
            MeasurementError: `icmp.echo`: MISSING_PRIVILEGE, NOT_CONFIGURED; OUT_OF_TIME when
                the deadline leaves no time for all of them and an answer.
        """
        if not self._icmp:
            raise _echo_error(FailureKind.NOT_CONFIGURED, address, NO_ICMP)
        begun_s = self._clock.monotonic()
        wait_s = min(TRAIN_ECHO_S, time_left(self._clock, deadline) - count * interval_s)
        if wait_s <= 0:
            detail = f"no time is left for {count} echo requests"
            raise _echo_error(FailureKind.OUT_OF_TIME, address, detail)

        async def one(number: int) -> tuple[int, list[float]]:
            await self._clock.sleep_until(begun_s + number * interval_s)
            host = await _echo(address, 1, wait_s)
            return number, [float(rtt) / 1000 for rtt in host.rtts]

        exchange = self._recorder.begin(ECHO, address, f"{count} echo requests at once")
        try:
            answers = await asyncio.gather(*(one(number) for number in range(count)))
        except MeasurementError as error:
            self._recorder.end(exchange, round_trips=0, failure=error.failure.kind.value)
            raise
        echoes = {number: rtts_s[0] for number, rtts_s in answers if rtts_s}
        lost = None if echoes else FailureKind.SILENT.value
        self._recorder.end(exchange, failure=lost)
        in_order = [echoes.get(number) for number in range(count)]
        return replace(
            spread(address, count, echoes),
            lost_numbers=tuple(number for number, took in enumerate(in_order) if took is None),
            echoes_s=tuple(took and round(took, ECHO_DIGITS) for took in in_order),
        )

    async def tcp_connect(self, address: str, port: int, *, deadline: float) -> float:
        """Open and close a TCP connection.

        Args:
            address: an IP address.
            port: TCP port.
            deadline: absolute, monotonic seconds.

        Returns:
            Seconds until the connection was accepted.

        Raises:
            MeasurementError: `tcp.connect`: SILENT, REFUSED, UNREACHABLE; MISSING_PRIVILEGE or
                NOT_CONFIGURED when our own system refuses.
        """
        where = f"{address} port {port}"
        exchange = self._recorder.begin(CONNECT, where, "connect")
        started_s = self._clock.monotonic()
        try:
            within_s = min(time_left(self._clock, deadline), CONNECT_WITHIN_S)
            wire = await connected(address, port, within_s, bounds=self._bounds)
        except OSError as error:
            failure = os_failure(error, where)
            self._recorder.end(exchange, failure=failure.kind.value)
            raise MeasurementError(failure, CONNECT) from error
        took_s = self._clock.monotonic() - started_s
        self._recorder.end(exchange)
        wire.close()
        return took_s


async def _echo(address: str, count: int, wait_s: float, data_bytes: int = USUAL_BYTES) -> Host:
    """Send through a datagram socket, or a raw one where the system allows only that."""
    from icmplib import ICMPLibError, SocketPermissionError, async_ping

    refusal: Exception | None = None
    for raw in (False, True):
        try:
            return await async_ping(
                address,
                count=count,
                interval=ECHO_INTERVAL_S,
                timeout=wait_s,
                privileged=raw,
                payload_size=data_bytes,
            )
        except SocketPermissionError as error:
            refusal = error
        except ICMPLibError as error:
            raise MeasurementError(icmp_failure(error, address), ECHO) from error
    raise _echo_error(
        FailureKind.MISSING_PRIVILEGE, "this machine", NO_ECHO, NO_ICMP_STEP
    ) from refusal


def icmp_failure(error: Exception, where: str) -> Failure:
    """Map an exception of icmplib, by the name of its class.

    Args:
        error: one of its ICMPLibErrors; lost answers are none, they are counted.
        where: the address asked.

    Returns:
        The failure.
    """
    kind, detail = ICMP_ERRORS.get(
        type(error).__name__, (FailureKind.UNREACHABLE, "echo requests cannot be sent there")
    )
    return Failure(kind=kind, where=where, detail=detail)


ICMP_ERRORS: Final[dict[str, tuple[FailureKind, str]]] = {
    "SocketPermissionError": (FailureKind.MISSING_PRIVILEGE, "we may not send ICMP"),
    "NameLookupError": (FailureKind.NOT_CONFIGURED, "the name cannot be resolved here"),
    "SocketAddressError": (FailureKind.NOT_CONFIGURED, "our source address is not ours"),
    "TimeoutExceeded": (FailureKind.SILENT, "no answer"),
}


def _echo_error(
    kind: FailureKind, where: str, detail: str, next_step: str | None = None
) -> MeasurementError:
    failure = Failure(kind=kind, where=where, detail=detail, next_step=next_step)
    return MeasurementError(failure, ECHO)
