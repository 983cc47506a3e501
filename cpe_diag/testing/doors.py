"""Fakes of the doors that go over a wire: they answer from mappings, in the clock's time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cpe_diag.domain.dhcp_facts import DhcpOutcome, DhcpServer
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, HttpOutcome, PingCheck
from cpe_diag.domain.site_facts import Unfit
from cpe_diag.driver_kit.parsers.trains import spread
from cpe_diag.driver_kit.table_walk import VARIABLES, TableWalk
from cpe_diag.ports import (
    Clock,
    Command,
    CommandAnswer,
    Oid,
    PageRead,
    Recorder,
    Remembered,
    SnmpTable,
    SnmpValue,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

UNKNOWN_COMMAND_STATUS = 127
"""What a POSIX shell gives for a command that it does not know (POSIX.1-2024, XCU 2.8.2)."""


@dataclass(slots=True, kw_only=True)
class Wire:
    """How the way to a fake behaves; tests change it while a run goes on.

    Every answer takes `takes_s` seconds; one that would come after the deadline is SILENT at the
    deadline. `failure` is raised in place of an answer. `recorder` gets every exchange.
    """

    clock: Clock
    takes_s: float = 0.0
    failure: Failure | None = None
    recorder: Recorder | None = None

    async def cross(self, operation: str, target: str, label: str, deadline: float) -> None:
        """Wait for an answer.

        Raises:
            MeasurementError: the wire's failure, or SILENT at the deadline.
        """
        exchange = self.recorder.begin(operation, target, label) if self.recorder else 0
        comes_at = self.clock.monotonic() + self.takes_s
        failure = self.failure
        if failure is None and comes_at > deadline:
            failure = Failure(
                kind=FailureKind.SILENT, where=target, detail="no answer before the deadline"
            )
        await self.clock.sleep_until(min(comes_at, deadline))
        if self.recorder:
            kind = failure.kind.value if failure else None
            self.recorder.end(exchange, failure=kind)
        if failure:
            raise MeasurementError(failure, operation)


@dataclass(slots=True, kw_only=True)
class FakeSnmp:
    """An agent that holds `objects`; whatever else is asked, it has not.

    `asked` notes the objects of each GET, `bulks` the starts of each GETBULK. A recording read
    into a mapping is such a set of objects too.
    """

    wire: Wire
    objects: Mapping[Oid, SnmpValue] = field(default_factory=dict)
    node: str = "an-1"
    asked: list[tuple[Oid, ...]] = field(default_factory=list)
    bulks: list[tuple[Oid, ...]] = field(default_factory=list)

    async def get(self, oids: Sequence[Oid], *, deadline: float) -> Mapping[Oid, SnmpValue]:
        """Read exact objects."""
        self.asked.append(tuple(oids))
        await self.wire.cross("snmp.get", self.node, f"{len(oids)} objects", deadline)
        return {oid: self.objects.get(oid) for oid in oids}

    async def next_rows(
        self, column: Oid, *, after: str, max_rows: int, deadline: float
    ) -> tuple[tuple[Oid, SnmpValue], ...]:
        """Read rows that follow, in the order of their numbers."""
        self.bulks.append((f"{column}.{after}" if after else column,))
        await self.wire.cross("snmp.getbulk", self.node, column, deadline)
        begin = _numbers(f"{column}.{after}" if after else column)
        inside = _numbers(column)
        rows = sorted(
            (oid for oid in self.objects if _numbers(oid)[: len(inside)] == inside), key=_numbers
        )
        following = [oid for oid in rows if _numbers(oid) > begin][:max_rows]
        return tuple((oid, self.objects[oid]) for oid in following)

    async def table(
        self, columns: Sequence[Oid], *, prefix: str, max_rows: int, deadline: float
    ) -> SnmpTable:
        """Read rows of several columns, with as many requests as the real door sends."""
        walk = TableWalk(columns, prefix, max_rows)
        held = sorted((_numbers(oid), oid) for oid in self.objects)

        def follow(oid: Oid) -> tuple[Oid, SnmpValue] | None:
            place = bisect_right(held, (_numbers(oid), oid))
            return (held[place][1], self.objects[held[place][1]]) if place < len(held) else None

        while starts := walk.starts:
            self.bulks.append(starts)
            await self.wire.cross("snmp.getbulk", self.node, starts[0], deadline)
            walk.take(bulk_answer(starts, walk.repetitions(VARIABLES), follow))
        return walk.table()


def bulk_answer(
    starts: Sequence[Oid],
    repetitions: int,
    follow: Callable[[Oid], tuple[Oid, SnmpValue] | None],
) -> list[tuple[Oid, SnmpValue]]:
    """Answer a GETBULK of several columns as an agent does (RFC 3416, section 4.2.3).

    Args:
        starts: after what each column goes on.
        repetitions: how many rows.
        follow: gives the object that follows a name, or None at the end of the MIB.

    Returns:
        The variables, column by column, row after row; None at the end of the MIB.
    """
    rows: list[tuple[Oid, SnmpValue]] = []
    names = list(starts)
    for _ in range(repetitions):
        for at, name in enumerate(names):
            found = follow(name) or (name, None)
            names[at] = found[0]
            rows.append(found)
    return rows


def _numbers(oid: Oid) -> tuple[int, ...]:
    return tuple(int(part) for part in oid.split("."))


@dataclass(slots=True)
class FakeMemory:
    """Remembers for as long as it lives."""

    held: dict[tuple[str, Oid, str], Remembered] = field(default_factory=dict)

    def recall(self, node: str, column: Oid, wanted: str) -> Remembered | None:
        """Give what was kept."""
        return self.held.get((node, column, wanted))

    def keep(self, node: str, column: Oid, wanted: str, index: str, at: datetime) -> None:
        """Keep it."""
        self.held[node, column, wanted] = Remembered(index=index, at=at)


@dataclass(slots=True, kw_only=True)
class FakeRouter:
    """A router whose shell answers commands by their label: text, or text and exit status.

    A label that is not there is answered as a shell answers a command it does not know.
    """

    wire: Wire
    answers: Mapping[str, str | tuple[str, int]] = field(default_factory=dict)
    router: str = "192.0.2.1"
    overheard: str = ""
    connected: bool = False
    asked: list[str] = field(default_factory=list)

    async def connect(self, *, deadline: float) -> float:
        """Open the connection, once."""
        if self.connected:
            return 0.0
        begun = self.wire.clock.monotonic()
        await self.wire.cross("ssh.connect", self.router, "connect", deadline)
        self.connected = True
        return self.wire.clock.monotonic() - begun

    async def ask(
        self, commands: Sequence[Command], *, deadline: float
    ) -> tuple[CommandAnswer, ...]:
        """Answer commands in their order."""
        if not commands:
            return ()
        await self.connect(deadline=deadline)
        label = ", ".join(command.label for command in commands)
        await self.wire.cross("ssh.exec", self.router, label, deadline)
        self.asked.extend(command.label for command in commands)
        return tuple(self._answer(command) for command in commands)

    def _answer(self, command: Command) -> CommandAnswer:
        unknown = (f"ash: {command.text}: not found\n", UNKNOWN_COMMAND_STATUS)
        answer = self.answers.get(command.label, unknown)
        output, status = (answer, 0) if isinstance(answer, str) else answer
        return CommandAnswer(command=command, output=output, exit_status=status)


@dataclass(slots=True, kw_only=True)
class FakeProber:
    """Addresses that answer an echo with the given check, and ports that accept or refuse.

    `open_ports` maps address and port to True (accepts) or False (refuses). Others are silent.
    """

    wire: Wire
    pings: Mapping[str, PingCheck] = field(default_factory=dict)
    large_pings: Mapping[str, PingCheck] = field(default_factory=dict)
    open_ports: Mapping[tuple[str, int], bool] = field(default_factory=dict)
    trains: Mapping[str, PathQuality] = field(default_factory=dict)

    async def ping(
        self, address: str, *, count: int, deadline: float, data_bytes: int | None = None
    ) -> PingCheck:
        """Give the check of an address, or one without a single answer."""
        await self.wire.cross("icmp.echo", address, f"{count} echoes", deadline)
        nothing = PingCheck(
            target=address,
            sent=count,
            received=0,
            rtt_avg_s=Missing(why=FailureKind.SILENT),
            note="",
        )
        pings = self.pings if data_bytes is None else self.large_pings
        return pings.get(address, nothing)

    async def train(
        self, address: str, *, count: int, interval_s: float, deadline: float
    ) -> PathQuality:
        """Give the train of an address, or one without a single answer."""
        await self.wire.cross("icmp.echo", address, f"{count} echoes", deadline)
        del interval_s
        silent = replace(spread(address, count, {}), lost_numbers=tuple(range(count)))
        return self.trains.get(address, silent)

    async def tcp_connect(self, address: str, port: int, *, deadline: float) -> float:
        """Connect to an open port."""
        accepts = self.open_ports.get((address, port))
        where = f"{address}:{port}"
        begun = self.wire.clock.monotonic()
        if accepts is None:
            await self.wire.clock.sleep_until(deadline)
            raise _failed(FailureKind.SILENT, where, "no answer before the deadline")
        await self.wire.cross("tcp.connect", where, "connect", deadline)
        if not accepts:
            raise _failed(FailureKind.REFUSED, where, "the connection was refused")
        return self.wire.clock.monotonic() - begun


def _failed(kind: FailureKind, where: str, detail: str) -> MeasurementError:
    return MeasurementError(Failure(kind=kind, where=where, detail=detail), "tcp.connect")


@dataclass(slots=True, kw_only=True)
class FakeResolver:
    """A resolver that knows some names, or fails for some; others do not exist.

    `ipv6` are the names that have such an address; of the others there is none.
    """

    wire: Wire
    names: Mapping[str, tuple[str, ...] | DnsOutcome] = field(default_factory=dict)
    server: str = "192.0.2.53"
    ipv6: Mapping[str, tuple[str, ...] | DnsOutcome] = field(default_factory=dict)

    async def resolve(self, name: str, *, deadline: float, ipv6: bool = False) -> DnsCheck:
        """Ask for a name."""
        begun = self.wire.clock.monotonic()
        await self.wire.cross("dns.query", self.server, name, deadline)
        known = self.names.get(name, DnsOutcome.NXDOMAIN)
        if ipv6 and known is not DnsOutcome.NXDOMAIN:
            known = self.ipv6.get(name, DnsOutcome.NO_ADDRESS)
        answered = not isinstance(known, DnsOutcome)
        return DnsCheck(
            name=name,
            server=self.server,
            outcome=known if isinstance(known, DnsOutcome) else DnsOutcome.ANSWERED,
            addresses=() if isinstance(known, DnsOutcome) else known,
            took_s=(
                self.wire.clock.monotonic() - begun
                if answered
                else Missing(why=FailureKind.NOT_MEASURED)
            ),
        )


@dataclass(slots=True, kw_only=True)
class FakeDhcp:
    """A DHCP server that offers the given address, or ends in another way."""

    wire: Wire
    says: str | DhcpOutcome = DhcpOutcome.SILENT
    server: str = "192.0.2.67"
    subnet: str = "198.51.100.0/24"
    routers: tuple[str, ...] = ()

    async def ask(self, *, deadline: float) -> DhcpServer:
        """Ask for an address."""
        begun = self.wire.clock.monotonic()
        await self.wire.cross("dhcp.discover", self.server, self.subnet, deadline)
        offered = None if isinstance(self.says, DhcpOutcome) else self.says
        return DhcpServer(
            server=self.server,
            subnet=self.subnet,
            outcome=self.says if isinstance(self.says, DhcpOutcome) else DhcpOutcome.OFFERED,
            offered=offered,
            took_s=(
                self.wire.clock.monotonic() - begun if offered else Missing(why=FailureKind.SILENT)
            ),
            routers=self.routers if offered else Missing(why=FailureKind.SILENT),
        )


@dataclass(slots=True, kw_only=True)
class FakeHttp:
    """Pages by URL: a status, or how the request ends; where nothing is, it is refused."""

    wire: Wire
    pages: Mapping[str, int | HttpOutcome] = field(default_factory=dict)
    at: Mapping[tuple[str, str], int | HttpOutcome] = field(default_factory=dict)
    """Pages by URL and address, where a page differs by its address."""
    contents: Mapping[str, PageRead] = field(default_factory=dict)
    """What pages say, by URL, or by URL and the cookie that has to be shown."""

    async def get(self, url: str, *, address: str | None, deadline: float) -> HttpCheck:
        """Fetch a page."""
        begun = self.wire.clock.monotonic()
        await self.wire.cross("http.get", address or "elsewhere", url, deadline)
        page = self.at.get((url, address or ""), self.pages.get(url, HttpOutcome.REFUSED))
        if isinstance(page, HttpOutcome):
            missing = Missing(why=FailureKind.NOT_MEASURED)
            return HttpCheck(
                url=url, outcome=page, status=None, took_s=missing, received_bytes=missing
            )
        return HttpCheck(
            url=url,
            outcome=HttpOutcome.OK if page < _FIRST_ERROR else HttpOutcome.HTTP_ERROR,
            status=page,
            took_s=self.wire.clock.monotonic() - begun,
            received_bytes=PAGE_BYTES,
        )

    async def read(
        self, url: str, cookies: str, *, address: str | None, deadline: float
    ) -> PageRead:
        """Fetch a page and read it; with a cookie, the one for who has it, if there is one."""
        shown = f"{url} {cookies}"
        asked = shown if shown in self.contents else url
        told = replace(await self.get(asked, address=address, deadline=deadline), url=url)
        return replace(self.contents.get(asked, NO_CONTENT), check=told)


NO_CONTENT = PageRead(
    check=HttpCheck(
        url="http://nowhere.example/",
        outcome=HttpOutcome.OK,
        status=200,
        took_s=Missing(why=FailureKind.NOT_MEASURED),
        received_bytes=Missing(why=FailureKind.NOT_MEASURED),
    ),
    onward=None,
    unfit=Unfit.NOTHING,
    words="",
    parts=(),
    cookies=(),
)
"""A page that says nothing of note."""
PAGE_BYTES = 1_000
"""How long each page of a fake is."""
_FIRST_ERROR = 400
"""RFC 9110 section 15.5: 4xx and 5xx are errors."""
