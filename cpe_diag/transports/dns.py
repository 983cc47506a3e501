"""Asks a resolver for the addresses of a name: UDP first, TCP where the answer is cut."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome
from cpe_diag.transports.bounded_tcp import Bounds, connected
from cpe_diag.transports.os_failures import os_failure
from cpe_diag.transports.time_left import time_left, until

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from dns.message import Message

    from cpe_diag.domain.missing import Maybe
    from cpe_diag.ports import Clock, Recorder

QUERY: Final = "dns.query"
TRY_S: Final = 2.0
"""After this the question is sent again, because UDP may lose it."""

LARGEST_PACKET: Final = 65_535
TCP_BOUNDS: Final = Bounds(150)
"""An answer has at most 65,535 octets, in segments of at least 536; what opens and ends it."""

RCODES: Final = {
    "NOERROR": DnsOutcome.NO_ADDRESS,
    "NXDOMAIN": DnsOutcome.NXDOMAIN,
    "REFUSED": DnsOutcome.REFUSED,
}
"""RFC 1035, section 4.1.1; every other code means that the server failed."""

OURS: Final = frozenset({FailureKind.MISSING_PRIVILEGE, FailureKind.NOT_CONFIGURED})


class DnsResolver:
    """The Resolver: asks one server. `server` None: the configuration names none."""

    def __init__(
        self,
        server: str | None,
        *,
        clock: Clock,
        recorder: Recorder,
        port: int = 53,
        most: int | None = None,
    ) -> None:
        """Ask the IP address `server` at `port`; each name by at most `most` datagrams."""
        self._server = server
        self._port = port
        self._most = most
        self._clock = clock
        self._recorder = recorder

    async def resolve(self, name: str, *, deadline: float, ipv6: bool = False) -> DnsCheck:
        """Ask for the addresses of a name.

        Args:
            name: the host's name.
            deadline: absolute, monotonic seconds.
            ipv6: ask for AAAA in place of A (RFC 3596).

        Returns:
            The outcome; a server that is silent or refuses is one.

        Raises:
            MeasurementError: `dns.query`: NOT_CONFIGURED (no server, or no usable name),
                MISSING_PRIVILEGE.
        """
        server = self._server
        if server is None:
            step = "name it in the configuration: resolver"
            raise _refused(name, "the configuration names no resolver", step)
        # In a thread: loading the library takes 40 ms in which other doors' answers would wait.
        asked = f"{'AAAA' if ipv6 else 'A'} {name}"
        query = await asyncio.to_thread(_query, asked)
        exchange = self._recorder.begin(QUERY, f"{server} port {self._port}", asked)
        started_s = self._clock.monotonic()
        try:
            outcome, addresses, round_trips = await self._ask(query, server, deadline)
        except MeasurementError as error:
            self._recorder.end(exchange, round_trips=0, failure=error.failure.kind.value)
            raise
        answered = outcome is not DnsOutcome.TIMEOUT
        took_s: Maybe[float] = self._clock.monotonic() - started_s
        self._recorder.end(
            exchange,
            round_trips=round_trips,
            failure=None if answered else FailureKind.SILENT.value,
        )
        text = "\n".join((outcome.value, *addresses))
        self._recorder.raw(exchange, device=server, question=asked, text=text)
        return DnsCheck(
            name=name,
            server=server,
            outcome=outcome,
            addresses=addresses,
            took_s=took_s if answered else Missing(why=FailureKind.SILENT),
        )

    async def _ask(
        self, query: Message, server: str, deadline: float
    ) -> tuple[DnsOutcome, tuple[str, ...], int]:
        """Give outcome, addresses, and how often the wire was crossed there and back."""
        from dns.exception import DNSException
        from dns.flags import TC

        try:
            answer = await self._ask_by_udp(query, server, deadline)
            if not answer.flags & TC:
                return *_reading(answer), 1
            answer = await self._ask_by_tcp(query, server, deadline)
        except (DNSException, OSError, EOFError) as error:
            return dns_outcome(error, server), (), 1
        # TCP costs a connection and a question on top of the datagram.
        return *_reading(answer), 3

    async def _ask_by_udp(self, query: Message, server: str, deadline: float) -> Message:
        """Ask until the deadline; a connected socket hears too that nothing listens there."""
        loop = asyncio.get_running_loop()
        family = socket.AF_INET6 if ":" in server else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as wire:
            wire.setblocking(False)  # noqa: FBT003 - the standard library's signature
            wire.connect((server, self._port))
            async with until(self._clock, deadline):
                for _ in count() if self._most is None else range(self._most):
                    await loop.sock_sendall(wire, query.to_wire())
                    with suppress(TimeoutError):
                        async with asyncio.timeout(TRY_S):
                            return await _answer(loop, wire, query)
        raise TimeoutError

    async def _ask_by_tcp(self, query: Message, server: str, deadline: float) -> Message:
        """Ask once by a connection of its own (RFC 7766, section 8: two octets of length)."""
        from dns.exception import FormError
        from dns.message import from_wire

        left_s = time_left(self._clock, deadline)
        bounds = None if self._most is None else TCP_BOUNDS
        async with asyncio.timeout(left_s):
            wire = await connected(server, self._port, left_s, bounds=bounds)
            reader, writer = await asyncio.open_connection(sock=wire)
            try:
                asked = query.to_wire()
                writer.write(len(asked).to_bytes(2) + asked)
                told = await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
            finally:
                writer.transport.abort()
        answer = from_wire(told)
        if not query.is_response(answer):
            raise FormError  # it answers another question
        return answer


async def _answer(loop: AbstractEventLoop, wire: socket.socket, query: Message) -> Message:
    """Wait for the answer to our question; anything else is passed over (RFC 5452, section 9)."""
    from dns.exception import DNSException
    from dns.message import from_wire

    while True:
        packet = await loop.sock_recv(wire, LARGEST_PACKET)
        with suppress(DNSException):
            answer = from_wire(packet)
            if query.is_response(answer):
                return answer


def dns_outcome(error: Exception, server: str) -> DnsOutcome:
    """Map what dnspython raises on the way to an answer.

    Args:
        error: a DNSException, OSError or EOFError.
        server: the address asked.

    Returns:
        TIMEOUT where nothing came, REFUSED where nothing listens, SERVFAIL where what came is
        no answer.

    Raises:
        MeasurementError: `dns.query`: our own system refuses.
    """
    from dns.exception import Timeout

    if isinstance(error, Timeout):
        return DnsOutcome.TIMEOUT
    if isinstance(error, OSError):
        failure = os_failure(error, server)
        if failure.kind in OURS:
            raise MeasurementError(failure, QUERY) from error
        refused = failure.kind is FailureKind.REFUSED
        closed = failure.kind is FailureKind.CLOSED
        if closed:
            return DnsOutcome.SERVFAIL
        return DnsOutcome.REFUSED if refused else DnsOutcome.TIMEOUT
    return DnsOutcome.SERVFAIL


def _query(asked: str) -> Message:
    from dns.exception import DNSException
    from dns.message import make_query

    kind, _, name = asked.partition(" ")
    try:
        return make_query(name, kind)
    except (DNSException, UnicodeError) as error:
        step = "correct it in the configuration or the inventory"
        raise _refused(name, "this is no usable host name", step) from error


def _reading(answer: Message) -> tuple[DnsOutcome, tuple[str, ...]]:
    from dns.rcode import to_text

    code = to_text(answer.rcode())
    wanted = answer.question[0].rdtype if answer.question else None
    addresses = tuple(
        record.to_text()
        for records in answer.answer
        if records.rdtype == wanted
        for record in records
    )
    if code == "NOERROR" and addresses:
        return DnsOutcome.ANSWERED, addresses
    return RCODES.get(code, DnsOutcome.SERVFAIL), ()


def _refused(where: str, detail: str, next_step: str) -> MeasurementError:
    return MeasurementError(
        Failure(kind=FailureKind.NOT_CONFIGURED, where=where, detail=detail, next_step=next_step),
        QUERY,
    )
