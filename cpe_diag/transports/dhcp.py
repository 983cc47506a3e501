"""Asks the operator's DHCP server for an address as a relay would, and never takes it."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import random
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.dhcp_facts import DhcpOutcome, DhcpServer
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.missing import Missing
from cpe_diag.transports.dhcp_packets import Question, packets, reading
from cpe_diag.transports.os_failures import os_failure
from cpe_diag.transports.time_left import time_left, until

if TYPE_CHECKING:
    from cpe_diag.ports import Clock, Recorder
    from cpe_diag.transports.dhcp_packets import Reading

DISCOVER: Final = "dhcp.discover"
SERVER_PORT: Final = 67  # RFC 2131, section 4.1: relays are answered at this port too
TRY_S: Final = 2.0
"""After this both questions are sent again, because UDP may lose them."""
WITHIN_S: Final = 4.0
"""How long an offer is waited for. dnsmasq(8) `no-ping` and dhcpd.conf(5) `ping-timeout`: before
it offers an address a server may look whether somebody has it, dnsmasq for up to 3 s."""
LARGEST_PACKET: Final = 65_535
IP_RECVERR: Final = 11
"""ip(7): without a connection too, ICMP errors are told. Not in Python's `socket` before 3.14."""
ENDINGS: Final = {
    FailureKind.REFUSED: DhcpOutcome.REFUSED,
    FailureKind.UNREACHABLE: DhcpOutcome.UNREACHABLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpPorts:
    """Where the server listens, and where relays are answered."""

    server: int = SERVER_PORT
    own: int = SERVER_PORT


class RelayedDhcp:
    """The DhcpAsker: asks one server for an address in the subscribers' subnet.

    DHCPDISCOVER goes out beside DHCPINFORM: a server that answers the second alone is there and
    has nothing to offer. No DHCPREQUEST follows, so that an offer lapses at the server.
    """

    def __init__(
        self,
        server: str,
        subnet: str,
        *,
        clock: Clock,
        recorder: Recorder,
        ports: DhcpPorts | None = None,
    ) -> None:
        """Ask the IPv4 address `server` for `subnet`, written as 198.51.100.0/24."""
        self._server = server
        self._subnet = ipaddress.IPv4Network(subnet)
        self._clock = clock
        self._recorder = recorder
        self._ports = ports or DhcpPorts()

    async def ask(self, *, deadline: float) -> DhcpServer:
        """Ask once, and once more where nothing came.

        Args:
            deadline: absolute, monotonic seconds.

        Returns:
            The outcome; a server that is silent or refuses is one.

        Raises:
            MeasurementError: `dhcp.discover`: MISSING_PRIVILEGE, NOT_CONFIGURED (our own side),
                UNSUPPORTED (what was offered is outside of the subnet: the server does not heed
                whom we ask for), OUT_OF_TIME.
        """
        by_s = min(deadline, self._clock.monotonic() + WITHIN_S)
        with self._open() as wire:
            own = str(wire.getsockname()[0])
            numbers = random.SystemRandom()
            question = Question(
                own=own,
                subnet=str(self._subnet.network_address),
                discover=numbers.getrandbits(32),
                inform=numbers.getrandbits(32),
            )
            sent = packets(question)
            where = f"{self._server} port {self._ports.server}"
            exchange = self._recorder.begin(DISCOVER, where, f"an address in {self._subnet}")
            begun_s = self._clock.monotonic()
            heard = _Heard()
            try:
                await self._listen(wire, question, sent, heard, by_s)
            except MeasurementError as error:
                self._recorder.end(exchange, round_trips=0, failure=error.failure.kind.value)
                raise
            told = self._told(heard, self._clock.monotonic() - begun_s)
            quiet = told.outcome in {DhcpOutcome.SILENT, DhcpOutcome.UNREACHABLE}
            self._recorder.end(exchange, failure=FailureKind.SILENT.value if quiet else None)
            text = f"{told.outcome.value} {told.offered or ''}".strip()
            asked = f"DHCPDISCOVER {self._subnet}"
            self._recorder.raw(exchange, device=self._server, question=asked, text=text)
        if told.offered and ipaddress.IPv4Address(told.offered) not in self._subnet:
            detail = f"it offers {told.offered}, which is not in {self._subnet}"
            step = "let it heed the subnet selection option (RFC 3011), or correct dhcp.subnet"
            raise self._failed(FailureKind.UNSUPPORTED, detail, step)
        if told.outcome is DhcpOutcome.SILENT and by_s == deadline:
            raise self._failed(FailureKind.OUT_OF_TIME, "the run had no time left to wait", None)
        return told

    def _open(self) -> socket.socket:
        """Give a socket at the port at which relays are answered, on the way to the server."""
        wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            wire.setblocking(False)  # noqa: FBT003 - the standard library's signature
            if sys.platform == "linux":
                wire.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
            wire.bind((_own_address(self._server, self._ports.server), self._ports.own))
        except OSError as error:
            wire.close()
            raise self._ours(error) from error
        return wire

    def _ours(self, error: OSError) -> MeasurementError:
        """Say that we cannot even ask; whatever the reason, it is on our own side."""
        port = f"UDP port {self._ports.own}"
        if error.errno in {errno.EACCES, errno.EPERM}:
            step = "give the agent CAP_NET_BIND_SERVICE"
            detail = f"a relay is answered at {port}, which our process may not use"
            return self._failed(FailureKind.MISSING_PRIVILEGE, detail, step)
        if error.errno == errno.EADDRINUSE:
            step = "ask from a machine without a DHCP server or relay"
            detail = f"{port} of our own machine is in use"
            return self._failed(FailureKind.MISSING_PRIVILEGE, detail, step)
        failure = os_failure(error, self._server)
        return self._failed(FailureKind.NOT_CONFIGURED, failure.detail, "correct dhcp.server")

    async def _listen(
        self,
        wire: socket.socket,
        question: Question,
        sent: tuple[bytes, ...],
        heard: _Heard,
        by_s: float,
    ) -> None:
        """Ask until an offer comes, the server's host says no, or the time is over."""
        loop = asyncio.get_running_loop()
        with suppress(TimeoutError):
            async with until(self._clock, by_s):
                while heard.offer is None:
                    try:
                        for packet in sent:
                            await loop.sock_sendto(
                                wire, packet, (self._server, self._ports.server)
                            )
                        with suppress(TimeoutError):
                            async with asyncio.timeout(min(TRY_S, time_left(self._clock, by_s))):
                                await _hear(loop, wire, question, heard)
                    except OSError as error:
                        heard.ending = self._ending(error)
                        return

    def _ending(self, error: OSError) -> DhcpOutcome:
        """Map what the system says of the way to the server."""
        failure = os_failure(error, self._server)
        outcome = ENDINGS.get(failure.kind)
        if outcome is None:
            raise self._ours(error) from error
        return outcome

    def _told(self, heard: _Heard, took_s: float) -> DhcpServer:
        """Put together what was heard."""
        outcome = heard.ending or (DhcpOutcome.NO_OFFER if heard.informed else DhcpOutcome.SILENT)
        return DhcpServer(
            server=self._server,
            subnet=str(self._subnet),
            outcome=DhcpOutcome.OFFERED if heard.offer else outcome,
            offered=heard.offer,
            took_s=took_s if heard.offer else Missing(why=FailureKind.SILENT),
            name_servers=heard.names if heard.offer else Missing(why=FailureKind.SILENT),
            routers=heard.routers if heard.offer else Missing(why=FailureKind.SILENT),
        )

    def _failed(self, kind: FailureKind, detail: str, step: str | None) -> MeasurementError:
        failure = Failure(kind=kind, where=self._server, detail=detail, next_step=step)
        return MeasurementError(failure, DISCOVER)


@dataclass(slots=True)
class _Heard:
    """What came back so far."""

    offer: str | None = None
    names: tuple[str, ...] = ()
    routers: tuple[str, ...] = ()
    informed: bool = False
    ending: DhcpOutcome | None = None

    def take(self, answer: Reading) -> None:
        """Note one answer to our questions."""
        if answer.offered:
            self.offer, self.names = answer.offered, answer.name_servers
            self.routers = answer.routers
        self.informed = self.informed or answer.informed


async def _hear(
    loop: asyncio.AbstractEventLoop, wire: socket.socket, question: Question, heard: _Heard
) -> None:
    """Read what comes until it is an offer; what answers no question of ours is passed over."""
    while heard.offer is None:
        packet = await loop.sock_recv(wire, LARGEST_PACKET)
        heard.take(reading(packet, question))


def _own_address(server: str, port: int) -> str:
    """Give the address from which we send to the server; it stands in `giaddr`.

    Raises:
        OSError: there is no way to it from this machine, or it is no address.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        way.connect((server, port))
        return str(way.getsockname()[0])
