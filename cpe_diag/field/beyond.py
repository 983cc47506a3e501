"""What this laptop measures beyond its wire, with ordinary sockets."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.field_jitter_facts import FieldJitter
from cpe_diag.domain.field_load_facts import FieldLoad
from cpe_diag.domain.field_path_facts import FieldNames, FieldPage, FieldTrace
from cpe_diag.domain.field_size_facts import FieldSize
from cpe_diag.domain.field_stream_facts import FieldStream
from cpe_diag.domain.missing import Missing, known
from cpe_diag.field.jitter import jitter_to
from cpe_diag.field.link import link_of
from cpe_diag.field.load import HERE, loaded
from cpe_diag.field.names import nobodys_answer
from cpe_diag.field.page import page_seen
from cpe_diag.field.sendings import NAMES_ASKED
from cpe_diag.field.sizes import ETHERNET, largest_packet
from cpe_diag.field.stream import FOR_S, listened
from cpe_diag.field.trace import Kind, trace
from cpe_diag.field.use import octets_of, packets_sent
from cpe_diag.field.way import next_hop_to
from cpe_diag.transports.dns import DnsResolver
from cpe_diag.transports.os_failures import os_failure
from cpe_diag.transports.reach import NO_ECHO, NO_ICMP_STEP, NetworkProber
from cpe_diag.transports.time_left import time_left, until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from cpe_diag.domain.field_path_facts import NobodysAnswer, Trace
    from cpe_diag.domain.missing import Maybe
    from cpe_diag.domain.path_facts import DnsCheck
    from cpe_diag.field.targets import FieldTargets
    from cpe_diag.field.use import Octets
    from cpe_diag.ports import Clock, Recorder

    Way = Callable[..., Awaitable[None]]

LOOK: Final = "field.look"
TRACE_WITHIN_S: Final = 8.0
SIZE_WITHIN_S: Final = 8.0
JITTER_WITHIN_S: Final = 4.0
NAME_WITHIN_S: Final = 4.0
"""Twice as long as after what a question is sent again (`transports.dns`)."""
PAGE_WITHIN_S: Final = 7.0


class Beyond:
    """Asks the configured targets, each only by the laptop's interface in question."""

    def __init__(
        self,
        targets: FieldTargets,
        interface: str,
        *,
        clock: Clock,
        recorder: Recorder,
        own_way: Way,
    ) -> None:
        """Ask those.

        Args:
            targets: whom.
            interface: on which a group is joined.
            clock: whose seconds deadlines count.
            recorder: of the run.
            own_way: as FieldPort.own_way.
        """
        self._targets = targets
        self._clock = clock
        self._recorder = recorder
        self._own_way = own_way
        self._interface = interface
        self.looks: Mapping[type, Callable[[float], Awaitable[object]]] = {
            FieldTrace: self._trace,
            FieldSize: self._size,
            FieldJitter: self._jitter,
            FieldNames: self._names,
            FieldPage: self._page,
            FieldLoad: self._load,
            FieldStream: self._stream,
        }

    async def look(self, fact: type, deadline: float) -> object:
        """Look for a fact.

        Args:
            fact: one of `looks`.
            deadline: absolute, monotonic seconds.

        Returns:
            What was seen.

        Raises:
            MeasurementError: `field.look`: as FieldPort.see says.
        """
        exchange = self._recorder.begin(LOOK, "beyond the wire", fact.__name__)
        try:
            seen = await self.looks[fact](deadline)
        except MeasurementError as error:
            self._recorder.end(exchange, round_trips=0, failure=error.failure.kind.value)
            raise
        self._recorder.end(exchange)
        return seen

    async def _trace(self, deadline: float) -> FieldTrace:
        address = self._targets.address
        await self._own_way(address, deadline=deadline)
        if address is None:
            raise _unnamed("reference", "no address of the reference is named")
        port = self._targets.port
        within_s = min(TRACE_WITHIN_S, time_left(self._clock, deadline))
        udp, tcp, icmp = await asyncio.gather(
            *(asyncio.to_thread(_traced, kind, address, port, within_s) for kind in Kind)
        )
        return FieldTrace(target=address, udp=udp, tcp=tcp, icmp=icmp)

    async def _size(self, deadline: float) -> FieldSize:
        address = self._targets.address
        await self._own_way(address, deadline=deadline)
        if address is None:
            raise _unnamed("reference", "no address of the reference is named")
        link = await asyncio.to_thread(link_of, self._interface)
        most_bytes = known(link.mtu_bytes) or ETHERNET
        within_s = min(SIZE_WITHIN_S, time_left(self._clock, deadline))
        try:
            return await asyncio.to_thread(largest_packet, address, most_bytes, within_s=within_s)
        except OSError as error:
            raise _no_echo(error, address) from error

    async def _jitter(self, deadline: float) -> FieldJitter:
        address = self._targets.address
        await self._own_way(address, deadline=deadline)
        if address is None:
            raise _unnamed("reference", "no address of the reference is named")
        next_hop = await next_hop_to(address, self._clock, deadline)
        within_s = min(JITTER_WITHIN_S, time_left(self._clock, deadline))
        try:
            return await asyncio.to_thread(jitter_to, address, next_hop, within_s=within_s)
        except OSError as error:
            raise _no_echo(error, address) from error

    async def _load(self, deadline: float) -> FieldLoad:
        targets, clock = self._targets, self._clock
        if targets.load.iperf3 is None and targets.load.ndt7 is None:
            raise _unnamed("load", "no server to load the line with is named (field: load)")
        await self._own_way(targets.address, deadline=deadline)
        prober = NetworkProber(clock=clock, recorder=self._recorder, dropping=True)
        connect = partial(prober.tcp_connect, targets.address or "", targets.port)
        with socket.create_server((HERE, 0), backlog=socket.SOMAXCONN) as own:
            return await loaded(
                targets.load,
                targets.address or "",
                connect,
                partial(self._own_address, deadline=deadline),
                clock=clock,
                deadline=deadline,
                count=self._octets,
                sent=partial(packets_sent, self._interface),
                connect_here=partial(prober.tcp_connect, *own.getsockname()),
            )

    def _octets(self) -> Octets | None:
        """Give what the port has counted; None where the system does not count it."""
        with suppress(OSError):
            return octets_of(self._interface)
        return None

    async def _own_address(self, host: str, *, deadline: float) -> str:
        """Resolve a host by this machine, and give its first address that is on our way.

        Raises:
            MeasurementError: `field.look`: it has none, or what is sent there leaves elsewhere.
        """
        failed = None
        for address in await _addresses(host, self._clock, deadline):
            try:
                await self._own_way(address, deadline=deadline)
            except MeasurementError as error:
                failed = failed or error
            else:
                return address
        raise failed or _failed(FailureKind.NOT_CONFIGURED, host, "it has no address")

    async def _stream(self, deadline: float) -> FieldStream:
        if self._targets.stream is None:
            raise _unnamed("stream", "no multicast group is named (field: stream)")
        group, port = self._targets.stream
        for_s = min(FOR_S, time_left(self._clock, deadline) - 1.0)
        if for_s <= 0:
            raise _failed(FailureKind.OUT_OF_TIME, group, "the run had no time left to listen")
        join = partial(listened, self._interface, group, port, for_s=for_s)
        try:
            return await asyncio.to_thread(join)
        except OSError as error:
            raise MeasurementError(os_failure(error, group), LOOK) from error

    async def _names(self, deadline: float) -> FieldNames:
        targets = self._targets
        if targets.host is None or targets.resolver is None:
            raise _unnamed("resolver", "no reference or no resolver of the operator is named")
        nonsense = targets.invented()
        ask = partial(self._resolved, deadline=deadline)
        operator, outside, nothing, outside_nothing, nobodys = await asyncio.gather(
            ask(targets.resolver, targets.host, port=targets.resolver_port),
            ask(targets.outside, targets.host),
            ask(targets.resolver, nonsense, port=targets.resolver_port),
            ask(targets.outside, nonsense),
            self._nobody(targets.host, deadline),
        )
        return FieldNames(
            nonsense=nonsense,
            operator=operator,
            outside=outside,
            operator_nonsense=nothing,
            outside_nonsense=outside_nothing,
            nobodys=nobodys,
        )

    async def _resolved(
        self, server: str | None, name: str, *, deadline: float, port: int = 53
    ) -> Maybe[DnsCheck]:
        if server is None:
            return Missing(why=FailureKind.NOT_CONFIGURED)
        by = min(deadline, self._clock.monotonic() + NAME_WITHIN_S)
        door = DnsResolver(
            server, clock=self._clock, recorder=self._recorder, port=port, most=NAMES_ASKED
        )
        try:
            await self._own_way(server, deadline=deadline)
            return await door.resolve(name, deadline=by)
        except MeasurementError as error:
            return Missing(why=error.failure.kind)

    async def _nobody(self, name: str, deadline: float) -> Maybe[NobodysAnswer]:
        server = self._targets.nobody
        if server is None:
            return Missing(why=FailureKind.NOT_CONFIGURED)
        try:
            await self._own_way(server, deadline=deadline)
        except MeasurementError as error:
            return Missing(why=error.failure.kind)
        return await nobodys_answer(server, name)

    async def _page(self, deadline: float) -> FieldPage:
        targets = self._targets
        if targets.page_url is None:
            raise _unnamed("reference", "no reference is named in the configuration")
        host = urlsplit(targets.page_url).hostname or ""
        told = await self._resolved(
            targets.resolver, host, deadline=deadline, port=targets.resolver_port
        )
        server = None if isinstance(told, Missing) else next(iter(told.addresses), None)
        if server is None:
            detail = f"{host} could not be resolved"
            raise _failed(FailureKind.DEPENDENCY, host, detail)
        await self._own_way(server, deadline=deadline)
        within_s = min(PAGE_WITHIN_S, time_left(self._clock, deadline))
        return await page_seen(targets, server, within_s=within_s)


def _traced(kind: Kind, address: str, port: int, within_s: float) -> Maybe[Trace]:
    try:
        return trace(kind, address, port, within_s=within_s)
    except OSError as error:
        return Missing(why=os_failure(error, address).kind)


async def _addresses(host: str, clock: Clock, deadline: float) -> Sequence[str]:
    """Give the addresses of a host, as this machine resolves it.

    Raises:
        MeasurementError: `field.look`: it cannot be resolved, or there was no time left for it.
    """
    loop = asyncio.get_running_loop()
    try:
        async with until(clock, deadline):
            found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except TimeoutError as error:
        raise _failed(FailureKind.OUT_OF_TIME, host, "no time left to resolve it") from error
    except OSError as error:
        raise MeasurementError(os_failure(error, host), LOOK) from error
    return tuple(dict.fromkeys(str(one[4][0]) for one in found))


def _no_echo(error: OSError, address: str) -> MeasurementError:
    """Say that echo requests could not be sent, in the words of pings where they may not be."""
    failure = os_failure(error, address)
    if failure.kind is FailureKind.MISSING_PRIVILEGE:
        failure = replace(failure, where="this machine", detail=NO_ECHO, next_step=NO_ICMP_STEP)
    return MeasurementError(failure, LOOK)


def _unnamed(where: str, detail: str) -> MeasurementError:
    return _failed(FailureKind.NOT_CONFIGURED, where, detail)


def _failed(kind: FailureKind, where: str, detail: str) -> MeasurementError:
    return MeasurementError(Failure(kind=kind, where=where, detail=detail), LOOK)
