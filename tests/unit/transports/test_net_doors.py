"""Reachability, names and pages against real servers on loopback, good and bad ones."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import httpcore
import pytest
from dns.flags import TC
from dns.message import Message, from_wire, make_response
from dns.rcode import NXDOMAIN, REFUSED, SERVFAIL, Rcode
from dns.rrset import from_text

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.missing import Missing, known
from cpe_diag.domain.path_facts import DnsOutcome, HttpOutcome
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.dns import DnsResolver
from cpe_diag.transports.http import MOST_BYTES, PageGetter, Phase, http_outcome
from cpe_diag.transports.http_backend import ToAddress
from cpe_diag.transports.reach import NetworkProber, icmp_failure

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator
    from datetime import datetime

    from cpe_diag.domain.path_facts import DnsCheck, HttpCheck

HOME = "127.0.0.1"
NAME = "www.reference.example"

CAUGHT = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.ConnectionNotAvailable,
)
OUR_MISTAKES = (httpcore.UnsupportedProtocol, httpcore.LocalProtocolError)
"""What the door turns into NOT_CONFIGURED: the URL cannot be asked for."""

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Answer = Callable[[Message], "list[bytes]"]


LIMIT_S = 60.0
LEFT_S = 0.05


class StandingClock(SystemClock):
    """Its time passes when a test says so, however slow the machine is."""

    def __init__(self, *, over_with_the_head: bool = False) -> None:
        """Stand; or let time pass when the date of a page is compared, its head being read."""
        self.over = False
        self._over_with_the_head = over_with_the_head

    def monotonic(self) -> float:
        """Give seconds: nearly the limit when it is over."""
        return LIMIT_S - LEFT_S if self.over else 0.0

    def now(self) -> datetime:
        """Give the time."""
        self.over = self.over or self._over_with_the_head
        return super().now()


class Servers:
    """Starts servers for one test and stops them; a connection ends when its server returns."""

    def __init__(self) -> None:
        """Start none yet."""
        self.clock: SystemClock = SystemClock()
        self.recorder = RunRecorder(self.clock)
        self.ended = asyncio.Event()
        self._stop: list[Callable[[], None]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def within(self, seconds: float) -> float:
        """Give a deadline."""
        return self.clock.monotonic() + seconds

    async def tcp(self, serve: Serve, port: int = 0, trust: ssl.SSLContext | None = None) -> int:
        """Start a TCP server; gives its port."""

        async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._tasks.add(task)
            try:
                await serve(reader, writer)
            except (OSError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()
                self._tasks.discard(task)

        server = await asyncio.start_server(one, HOME, port, ssl=trust)
        self._stop.append(server.close)
        return int(server.sockets[0].getsockname()[1])

    async def dns(self, answer: Answer) -> int:
        """Start a DNS server over UDP; gives its port."""

        class Protocol(asyncio.DatagramProtocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                self.transport: Any = transport

            def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
                for packet in answer(from_wire(data)):
                    self.transport.sendto(packet, addr)

        loop = asyncio.get_running_loop()
        transport, _protocol = await loop.create_datagram_endpoint(Protocol, local_addr=(HOME, 0))
        self._stop.append(transport.close)
        return int(transport.get_extra_info("sockname")[1])

    async def close(self) -> None:
        """Stop everything."""
        self.ended.set()
        for stop in self._stop:
            stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)
        await asyncio.sleep(0)


@pytest.fixture
async def servers() -> AsyncIterator[Servers]:
    """Servers for one test."""
    started = Servers()
    yield started
    await started.close()


async def failure_of(asked: Awaitable[object]) -> Failure:
    """Give the failure of a question that must fail."""
    with pytest.raises(MeasurementError) as caught:
        await asked
    return caught.value.failure


class TestReach:
    """An answer, a refusal, silence and our own lack of rights are four things."""

    async def test_a_connection_is_timed_and_closed(self, servers: Servers) -> None:
        """Reachability over TCP, where ICMP tells nothing."""
        closed = asyncio.Event()

        async def until_closed(reader: asyncio.StreamReader, _writer: object) -> None:
            await reader.read()
            closed.set()

        port = await servers.tcp(until_closed)
        prober = NetworkProber(clock=servers.clock, recorder=servers.recorder)
        took_s = await prober.tcp_connect(HOME, port, deadline=servers.within(5))
        assert 0 <= took_s < 5
        await asyncio.wait_for(closed.wait(), 5)

    async def test_a_refused_connection_is_no_silence(
        self, servers: Servers, closed_port: int
    ) -> None:
        """A refusal proves that the host lives."""
        prober = NetworkProber(clock=servers.clock, recorder=servers.recorder)
        failure = await failure_of(
            prober.tcp_connect(HOME, closed_port, deadline=servers.within(5))
        )
        assert failure.kind is FailureKind.REFUSED
        assert servers.recorder.trace(start_s=0.0)[0].failure == "refused"

    async def test_a_deadline_that_is_past_is_silence(
        self, servers: Servers, closed_port: int
    ) -> None:
        """The door raises by its deadline, whatever the network does."""
        prober = NetworkProber(clock=servers.clock, recorder=servers.recorder)
        failure = await failure_of(
            prober.tcp_connect(HOME, closed_port, deadline=servers.within(-1))
        )
        assert failure.kind is FailureKind.SILENT

    async def test_icmp_that_is_switched_off_says_why(self, servers: Servers) -> None:
        """Where every address answers ICMP, an answer is no evidence."""
        prober = NetworkProber(clock=servers.clock, recorder=servers.recorder, icmp=False)
        failure = await failure_of(prober.ping(HOME, count=1, deadline=servers.within(5)))
        assert (failure.kind, "icmp: false" in failure.detail) == (
            FailureKind.NOT_CONFIGURED,
            True,
        )

    async def test_a_ping_answers_or_says_that_we_may_not(self, servers: Servers) -> None:
        """Our missing privilege never reads as a dead host; both machines are real."""
        prober = NetworkProber(clock=servers.clock, recorder=servers.recorder)
        failure: Failure | None = None
        try:
            check = await prober.ping(HOME, count=2, deadline=servers.within(5))
        except MeasurementError as error:
            failure = error.failure
        if failure is not None:
            assert failure.kind is FailureKind.MISSING_PRIVILEGE
            assert "icmp: false" in (failure.next_step or "")
            return
        assert (check.target, check.sent, check.received) == (HOME, 2, 2)
        assert not isinstance(check.rtt_avg_s, Missing)

    async def test_more_pings_than_time_are_not_sent(self, servers: Servers) -> None:
        """A ping that is cut short would read as loss."""
        prober = NetworkProber(clock=servers.clock, recorder=servers.recorder)
        failure = await failure_of(prober.ping(HOME, count=20, deadline=servers.within(1)))
        assert failure.kind is FailureKind.OUT_OF_TIME

    async def test_a_train_counts_each_packet_by_itself(self, servers: Servers) -> None:
        """One that is late, or lost, holds up none of the others."""
        prober = NetworkProber(clock=servers.clock, recorder=servers.recorder)
        failure: Failure | None = None
        try:
            train = await prober.train(HOME, count=10, interval_s=0.01, deadline=servers.within(5))
        except MeasurementError as error:
            failure = error.failure
        if failure is not None:
            assert failure.kind is FailureKind.MISSING_PRIVILEGE
            return
        assert (train.target, train.sent, train.lost) == (HOME, 10, 0)
        assert train.lost_numbers == ()
        assert not isinstance(train.rtt_p95_s, Missing)
        echoes = known(train.echoes_s)
        assert echoes is not None
        assert len(echoes) == 10
        assert None not in echoes

    async def test_a_train_that_has_no_time_is_not_sent(self, servers: Servers) -> None:
        """A train that is cut short would read as loss."""
        prober = NetworkProber(clock=servers.clock, recorder=servers.recorder)
        failure = await failure_of(
            prober.train(HOME, count=50, interval_s=0.02, deadline=servers.within(0.5))
        )
        assert failure.kind is FailureKind.OUT_OF_TIME
        silent = NetworkProber(clock=servers.clock, recorder=servers.recorder, icmp=False)
        failure = await failure_of(
            silent.train(HOME, count=1, interval_s=0.02, deadline=servers.within(5))
        )
        assert failure.kind is FailureKind.NOT_CONFIGURED

    def test_every_error_of_icmplib_has_a_kind(self) -> None:
        """Most specific first; a new class is unreachable, never our missing privilege."""
        from icmplib import exceptions  # type: ignore[import-untyped]  # noqa: PLC0415 - heavy

        kinds = {
            name: icmp_failure(Exception.__new__(kind), HOME).kind
            for name, kind in vars(exceptions).items()
            if isinstance(kind, type) and issubclass(kind, exceptions.ICMPLibError)
        }
        named = {name: kind for name, kind in kinds.items() if kind != FailureKind.UNREACHABLE}
        assert named == {
            "SocketPermissionError": FailureKind.MISSING_PRIVILEGE,
            "NameLookupError": FailureKind.NOT_CONFIGURED,
            "SocketAddressError": FailureKind.NOT_CONFIGURED,
            "TimeoutExceeded": FailureKind.SILENT,
        }


class TestNames:
    """How a name query ended, by what the server said."""

    @staticmethod
    async def resolve(servers: Servers, port: int, limit_s: float = 5) -> DnsCheck:
        """Ask for the name."""
        door = DnsResolver(HOME, port=port, clock=servers.clock, recorder=servers.recorder)
        return await door.resolve(NAME, deadline=servers.within(limit_s))

    @staticmethod
    def addresses(query: Message, *found: str) -> Message:
        """Make an answer with these addresses."""
        answer = make_response(query)
        if found:
            answer.answer.append(from_text(NAME + ".", 60, "IN", "A", *found))
        return answer

    async def test_addresses_are_given(self, servers: Servers) -> None:
        """The healthy case, behind an alias as most platforms are."""

        def behind_alias(query: Message) -> list[bytes]:
            answer = make_response(query)
            answer.answer.append(from_text(NAME + ".", 60, "IN", "CNAME", "cdn.example."))
            answer.answer.append(from_text("cdn.example.", 60, "IN", "A", "192.0.2.1"))
            return [answer.to_wire()]

        check = await self.resolve(servers, await servers.dns(behind_alias))
        assert (check.outcome, check.addresses) == (DnsOutcome.ANSWERED, ("192.0.2.1",))
        assert check.server == HOME
        assert not isinstance(check.took_s, Missing)

    @pytest.mark.parametrize(
        ("rcode", "outcome"),
        [
            (NXDOMAIN, DnsOutcome.NXDOMAIN),
            (SERVFAIL, DnsOutcome.SERVFAIL),
            (REFUSED, DnsOutcome.REFUSED),
            (Rcode.NOTIMP, DnsOutcome.SERVFAIL),
            (Rcode.NOERROR, DnsOutcome.NO_ADDRESS),
        ],
    )
    async def test_a_servers_word_is_an_outcome(
        self, servers: Servers, rcode: Rcode, outcome: DnsOutcome
    ) -> None:
        """A name that does not exist is another fault than a server that fails."""

        def say(query: Message) -> list[bytes]:
            answer = make_response(query)
            answer.set_rcode(rcode)
            return [answer.to_wire()]

        check = await self.resolve(servers, await servers.dns(say))
        assert (check.outcome, check.addresses) == (outcome, ())

    async def test_forged_and_broken_packets_are_passed_over(self, servers: Servers) -> None:
        """Only the answer to our own question counts."""

        def noisy(query: Message) -> list[bytes]:
            forged = self.addresses(query, "203.0.113.9")
            forged.id ^= 1
            right = self.addresses(query, "192.0.2.1")
            return [b"garbage", forged.to_wire(), right.to_wire()[:20], right.to_wire()]

        check = await self.resolve(servers, await servers.dns(noisy))
        assert check.addresses == ("192.0.2.1",)

    async def test_a_cut_answer_is_asked_for_over_tcp(self, servers: Servers) -> None:
        """Half a list of addresses is no answer."""

        def cut(query: Message) -> list[bytes]:
            answer = make_response(query)
            answer.flags |= TC
            return [answer.to_wire()]

        async def whole(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            length = int.from_bytes(await reader.readexactly(2), "big")
            query = from_wire(await reader.readexactly(length))
            writer.write(
                self.addresses(query, "192.0.2.1", "192.0.2.2").to_wire(prepend_length=True)
            )
            await writer.drain()

        port = await servers.tcp(whole, await servers.dns(cut))
        check = await self.resolve(servers, port)
        assert (check.outcome, len(check.addresses)) == (DnsOutcome.ANSWERED, 2)

    async def test_a_silent_server_is_a_timeout_at_the_deadline(self, servers: Servers) -> None:
        """An outcome, not an error: it is what the subscriber sees too."""
        port = await servers.dns(lambda _query: [])
        check = await self.resolve(servers, port, limit_s=0.2)
        assert check.outcome is DnsOutcome.TIMEOUT
        assert isinstance(check.took_s, Missing)

    async def test_a_port_without_a_server_refuses(
        self, servers: Servers, closed_port: int
    ) -> None:
        """Found at once, not after the deadline."""
        check = await self.resolve(servers, closed_port)
        assert check.outcome is DnsOutcome.REFUSED

    @pytest.mark.parametrize(("server", "name"), [(None, NAME), (HOME, "a..b"), (HOME, "x" * 64)])
    async def test_what_cannot_be_asked_is_not_configured(
        self, servers: Servers, server: str | None, name: str
    ) -> None:
        """Our own gap is no evidence about the resolver."""
        door = DnsResolver(server, clock=servers.clock, recorder=servers.recorder)
        failure = await failure_of(door.resolve(name, deadline=servers.within(5)))
        assert failure.kind is FailureKind.NOT_CONFIGURED


def page(head: bytes, body: bytes = b"") -> Serve:
    """Answer each request with these bytes, then close."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 " + head + b"\r\n\r\n" + body)
        await writer.drain()

    return serve


class TestPages:
    """How a page request ended, by the phase that failed."""

    @staticmethod
    async def get(
        servers: Servers, port: int, scheme: str = "http", limit_s: float = 5
    ) -> HttpCheck:
        """Fetch the page from the loopback address."""
        door = PageGetter(clock=servers.clock, recorder=servers.recorder)
        return await door.get(
            f"{scheme}://{NAME}:{port}/page", address=HOME, deadline=servers.within(limit_s)
        )

    @pytest.mark.parametrize(
        ("head", "outcome", "status"),
        [
            (b"200 OK\r\nContent-Length: 5", HttpOutcome.OK, 200),
            (b"302 Found\r\nLocation: /x\r\nContent-Length: 5", HttpOutcome.OK, 302),
            (b"404 Not Found\r\nContent-Length: 5", HttpOutcome.HTTP_ERROR, 404),
            (b"503 Busy\r\nContent-Length: 5", HttpOutcome.HTTP_ERROR, 503),
            (b"200 OK\r\nContent-Length: 50", HttpOutcome.BROKEN, 200),
        ],
    )
    async def test_a_status_is_an_outcome(
        self, servers: Servers, head: bytes, outcome: HttpOutcome, status: int
    ) -> None:
        """A platform that answers 503 is up and broken; a cut page is neither up nor down."""
        check = await self.get(servers, await servers.tcp(page(head, b"hello")))
        assert (check.outcome, check.status, check.received_bytes) == (outcome, status, 5)

    @pytest.mark.parametrize(
        ("head", "host"),
        [
            (b"200 OK\r\nContent-Length: 0", None),
            (
                b"302 Found\r\nLocation: http://Portal.example/x?who=me\r\nContent-Length: 0",
                "portal.example",
            ),
            (b"302 Found\r\nLocation: /x\r\nContent-Length: 0", NAME),
        ],
    )
    async def test_where_a_page_leads_is_told_and_not_followed(
        self, servers: Servers, head: bytes, host: str | None
    ) -> None:
        """A portal leads every page to itself."""
        check = await self.get(servers, await servers.tcp(page(head)))
        assert check.moved_to == host
        assert isinstance(check.connected_s, float)
        assert isinstance(check.took_s, float)
        assert 0 < check.connected_s <= check.took_s

    async def test_the_date_of_a_page_is_a_control_of_our_own_clock(
        self, servers: Servers
    ) -> None:
        """Whoever accuses a router's clock has to know that it is not his own which is wrong."""
        head = b"200 OK\r\nDate: %s"
        old = await self.get(
            servers, await servers.tcp(page(head % b"Sun, 06 Nov 1994 08:49:37 GMT", b"x"))
        )
        assert isinstance(old.server_clock_s, float)
        assert old.server_clock_s < -86_400
        bad = await self.get(servers, await servers.tcp(page(head % b"yesterday", b"x")))
        assert isinstance(bad.server_clock_s, Missing)

    async def test_the_page_is_asked_by_its_name_at_the_given_address(
        self, servers: Servers
    ) -> None:
        """What is tested is the way to one address, as the site itself sees it."""
        asked: list[bytes] = []

        async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            asked.extend((await reader.readuntil(b"\r\n\r\n")).splitlines())
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")

        port = await servers.tcp(note)
        await self.get(servers, port)
        assert asked[0] == b"GET /page HTTP/1.1"
        assert f"Host: {NAME}:{port}".encode() in asked

    async def test_a_huge_page_is_read_only_as_far_as_it_tells_something(
        self, servers: Servers
    ) -> None:
        """A platform's video must not fill our memory and the subscriber's budget."""
        body = b"x" * (MOST_BYTES + 500_000)
        head = b"200 OK\r\nContent-Length: %d" % len(body)
        check = await self.get(servers, await servers.tcp(page(head, body)))
        assert check.outcome is HttpOutcome.OK
        assert isinstance(check.received_bytes, int)
        assert MOST_BYTES <= check.received_bytes < len(body)

    async def test_a_refused_connection_is_told(self, servers: Servers, closed_port: int) -> None:
        """The host lives, its web server does not."""
        check = await self.get(servers, closed_port)
        assert (check.outcome, check.status) == (HttpOutcome.REFUSED, None)
        assert isinstance(check.received_bytes, Missing)

    @pytest.mark.parametrize("scheme", ["http", "https"])
    async def test_a_server_that_hangs_ends_at_the_deadline(
        self, servers: Servers, scheme: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It accepted the connection: that is a slow platform, not a broken way."""
        clock = servers.clock = StandingClock()
        connect = ToAddress.connect_tcp

        async def connected(way: ToAddress, *given: Any, **more: Any) -> object:  # noqa: ANN401
            stream = await connect(way, *given, **more)
            clock.over = True
            return stream

        async def hang(_reader: object, _writer: object) -> None:
            await servers.ended.wait()

        monkeypatch.setattr(ToAddress, "connect_tcp", connected)
        check = await self.get(servers, await servers.tcp(hang), scheme, limit_s=LIMIT_S)
        assert check.outcome is HttpOutcome.READ_TIMEOUT

    async def test_a_page_that_stops_half_way_ends_at_the_deadline(self, servers: Servers) -> None:
        """Its status is known all the same."""
        servers.clock = StandingClock(over_with_the_head=True)

        async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await page(b"200 OK\r\nContent-Length: 50", b"hello")(reader, writer)
            await servers.ended.wait()

        check = await self.get(servers, await servers.tcp(half), limit_s=LIMIT_S)
        assert (check.outcome, check.status) == (HttpOutcome.READ_TIMEOUT, 200)

    async def test_garbage_is_broken_and_without_tls_tls_fails(self, servers: Servers) -> None:
        """Something else listens at the port."""

        async def junk(_reader: object, writer: asyncio.StreamWriter) -> None:
            writer.write(b"SSH-2.0-dropbear\r\n")
            await writer.drain()

        port = await servers.tcp(junk)
        assert (await self.get(servers, port)).outcome is HttpOutcome.BROKEN
        assert (await self.get(servers, port, "https")).outcome is HttpOutcome.TLS_FAILED

    async def test_an_address_without_a_way_is_unreachable(self, servers: Servers) -> None:
        """A link-local address without its interface leads nowhere."""
        door = PageGetter(clock=servers.clock, recorder=servers.recorder)
        check = await door.get(f"http://{NAME}/", address="fe80::1", deadline=servers.within(5))
        assert check.outcome is HttpOutcome.UNREACHABLE

    @pytest.mark.parametrize("url", ["", "ftp://host/x", "http://", "http://[::1", "http://h:x/"])
    async def test_what_is_no_page_is_not_configured(self, servers: Servers, url: str) -> None:
        """Our own gap is no evidence about the platform."""
        door = PageGetter(clock=servers.clock, recorder=servers.recorder)
        failure = await failure_of(door.get(url, address=HOME, deadline=servers.within(5)))
        assert failure.kind is FailureKind.NOT_CONFIGURED

    @pytest.mark.parametrize("phase", Phase)
    def test_every_exception_of_httpcore_has_an_outcome(self, phase: Phase) -> None:
        """A new release of the library may not slip an exception past the map."""
        roots = (*CAUGHT, *OUR_MISTAKES)
        for name, kind in vars(httpcore).items():
            if isinstance(kind, type) and issubclass(kind, Exception):
                assert issubclass(kind, roots), name
                if not issubclass(kind, OUR_MISTAKES):
                    assert http_outcome(kind("x"), phase) not in {
                        HttpOutcome.OK,
                        HttpOutcome.HTTP_ERROR,
                        HttpOutcome.NAME_FAILED,
                    }
