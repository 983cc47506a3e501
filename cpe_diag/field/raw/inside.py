"""What is asked inside a session once it is open: resolvers, the reference, and its sizes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from functools import partial
from ipaddress import AddressValueError, IPv4Address
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.field_inside_facts import FieldInside
from cpe_diag.domain.field_path_facts import FieldNames, NobodysAnswer
from cpe_diag.domain.field_size_facts import FieldSize
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome
from cpe_diag.driver_kit.parsers.trains import spread
from cpe_diag.field.raw import inside_packets as packets4
from cpe_diag.field.raw import inside_page, inside_ways
from cpe_diag.field.raw.inside_page import PageTalk
from cpe_diag.field.raw.inside_ways import Ways
from cpe_diag.field.sizes import AT_ONCE, BASE, LEAST, MOST_WAVES, search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cpe_diag.domain.load_facts import PathQuality
    from cpe_diag.domain.missing import Maybe
    from cpe_diag.field.raw.inside_order import Inside

    Send = Callable[[bytes], None]
    Listen = Callable[[float], Iterator[tuple[bytes, float]]]

FIRST: Final = range(100, 103)
"""Numbers of echo requests that wait until the other end is ready; they are not counted."""
FIRST_WAIT_S: Final = 0.5
SMALL: Final = 20
SMALL_BYTES: Final = 84
APART_S: Final = 0.05
WAIT_S: Final = 1.0
SIZE_WAIT_S: Final = 0.4
SIZE_TRIES: Final = 3
"""RFC 8899, section 5.1.2: MAX_PROBES."""
TRIES: Final = 2
MOST_NAMES: Final = 6
MOST_PACKETS: Final = (
    len(FIRST)
    + SMALL
    + MOST_WAVES * AT_ONCE * SIZE_TRIES
    + TRIES * MOST_NAMES
    + TRIES
    + 1
    + inside_ways.MOST
    + inside_page.MOST
)
FIRST_PORT: Final = 49_152
"""RFC 6335, section 6: ports for whoever begins."""
FULL: Final = 1492
"""RFC 2516, section 7: the largest packet that a session carries."""
NOBODY_YET: Final = "0.0.0.0"  # noqa: S104
"""Stands for the resolver that a session gives."""
SILENT: Final = Missing(why=FailureKind.SILENT)


@dataclass
class _Name:
    """One question for a name, and what came of it."""

    server: str
    port: int
    name: str
    number: int = field(default_factory=lambda: secrets.randbelow(1 << 16))
    own_port: int = field(default_factory=lambda: FIRST_PORT + secrets.randbelow(16_000))
    sent_s: float = 0.0
    told: tuple[DnsOutcome, tuple[str, ...], float] | None = None

    def check(self) -> DnsCheck:
        """Say how it ended."""
        outcome, addresses, took_s = self.told or (DnsOutcome.TIMEOUT, (), None)
        return DnsCheck(
            name=self.name,
            server=self.server,
            outcome=outcome,
            addresses=addresses,
            took_s=SILENT if took_s is None else round(took_s, 4),
        )


class SessionOverError(Exception):
    """The other end has ended the session; nothing more can be asked in it."""


class Questions:
    """All that is asked inside one session."""

    def __init__(self, wanted: Inside, own: str, mtu_bytes: int, resolver: str | None) -> None:
        """Ask nothing yet.

        Args:
            wanted: whom.
            own: the address that the session gave us.
            mtu_bytes: the largest packet that the session carries.
            resolver: the one that the session gave; None: it gave none.
        """
        self._wanted = wanted
        self._own = own
        self._mtu_bytes = mtu_bytes
        self._mark = secrets.randbelow(1 << 16)
        self._ports = (FIRST_PORT + secrets.randbelow(16_000), wanted.port)
        self._first = secrets.randbelow(1 << 32)
        self._sent_s: dict[int, float] = {}
        self._echoes: dict[int, tuple[float, int]] = {}
        self._connected_s: Maybe[float] = SILENT
        self._asked_s = 0.0
        self._told: tuple[int, str] | None = None
        self._names = _asked_names(wanted, wanted.resolver or resolver)
        self._wanted_back: list[bytes] = []
        self._ways = Ways(own, wanted.target, wanted.port)
        self._page: PageTalk | None = None
        self._over: Callable[[], bool] = lambda: False
        self.malformed = 0
        self.sent = 0

    def ask(
        self,
        send: Send,
        listen: Listen,
        now_s: Callable[[], float],
        over: Callable[[], bool] = lambda: False,
    ) -> FieldInside:
        """Ask it all, as long as the session is there.

        Args:
            send: a packet.
            listen: for so many seconds; gives packets, and when each came.
            now_s: seconds since the interface was opened.
            over: whether the other end has ended the session.

        Returns:
            What came.
        """
        self._over = over
        sizes: tuple[int | None, int | None] = (None, None)
        trace, page, packets_sent, ended = None, None, 0, False
        try:
            self._trains(send, listen, now_s)
            before = self.sent
            if self._train().received and self._mtu_bytes >= LEAST:
                sizing = partial(self._sizes, send, listen, now_s)
                told = lambda: self._told and self._told[0]  # noqa: E731 - a word for it
                sizes = search(sizing, self._mtu_bytes, told)
            packets_sent = self.sent - before
            sending, hearing = partial(self._send, send), partial(self._hear_until, send, listen)
            trace = self._ways.ask(sending, hearing, now_s)
            if (talk := self._page_wanted()) is not None:
                self._page = talk
                page = talk.ask(sending, hearing, self._mss)
        except SessionOverError:
            ended = True
        largest, lost = sizes
        return FieldInside(
            address=self._own,
            target=self._wanted.target,
            port=self._wanted.port,
            train=self._train(),
            size=FieldSize(
                target=self._wanted.target,
                most_bytes=self._mtu_bytes,
                largest_bytes=largest,
                lost_bytes=lost,
                told_bytes=self._told[0] if self._told else None,
                told_by=self._told[1] if self._told else "",
                packets_sent=packets_sent,
            ),
            connected_s=self._connected_s,
            names=self._all_names(),
            packets_sent=self.sent,
            page=page,
            trace=trace,
            ended=ended,
        )

    def _trains(self, send: Send, listen: Listen, now_s: Callable[[], float]) -> None:
        """Send small packets one after the other, with names and a connection beside them."""
        for number in FIRST:
            self._echo(send, number, SMALL_BYTES, now_s())
            self._hear(send, listen, FIRST_WAIT_S, until=1)
            if self._echoes:
                break
        for number in range(SMALL):
            if number in {0, SMALL // 2}:
                self._ask_names_and_port(send, now_s())
            self._echo(send, number, SMALL_BYTES, now_s())
            self._hear(send, listen, APART_S)
        self._hear(send, listen, WAIT_S)

    def _train(self) -> PathQuality:
        trips = {number: rtt for number, (rtt, _) in self._echoes.items() if number < SMALL}
        return spread(self._wanted.target, SMALL, trips)

    @property
    def _mss(self) -> int:
        return self._mtu_bytes - packets4.HEAD - packets4.TCP_HEAD

    def _page_wanted(self) -> PageTalk | None:
        """Give the talk about the page; None: there is none, or its host has no address."""
        page = self._wanted.page
        server = None if page is None else self._server_of(page.host)
        if page is None or server is None:
            return None
        ports = (FIRST_PORT + secrets.randbelow(16_000), page.port)
        return PageTalk(page, self._own, server, ports, secrets.randbelow(1 << 32))

    def _server_of(self, host: str) -> str | None:
        """Give the address of a page's host, as the operator's resolver has told it."""
        if (address := _literal(host)) is not None:
            return address
        asked = self._names.get("page" if host != self._wanted.name else "operator")
        addresses = () if asked is None or asked.told is None else asked.told[1]
        return next(iter(addresses), None)

    def _send(self, send: Send, packet: bytes) -> None:
        if self._over():
            raise SessionOverError
        send(packet)
        self.sent += 1

    def _echo(self, send: Send, number: int, size: int, now_s: float) -> None:
        self._sent_s[number] = now_s
        packet = packets4.echo(self._own, self._wanted.target, self._mark, number, size)
        self._send(send, packet)

    def _ask_names_and_port(self, send: Send, now_s: float) -> None:
        """Ask for names and for a connection, again where nobody has answered."""
        for one in self._names.values():
            if one.told is None:
                one.sent_s = now_s
                ports = (one.own_port, one.port)
                asked = packets4.question(self._own, one.server, ports, one.number, one.name)
                self._send(send, asked)
        if self._connected_s is SILENT:
            self._asked_s = now_s
            target = self._wanted.target
            wish = packets4.connection(self._own, target, self._ports, self._first, self._mss)
            self._send(send, wish)

    def _sizes(
        self, send: Send, listen: Listen, now_s: Callable[[], float], sizes: Sequence[int]
    ) -> set[int]:
        """Send a packet of each size, again where nothing comes, and give which came back."""
        came: set[int] = set()
        for _ in range(SIZE_TRIES):
            for size in sizes:
                if size not in came:
                    self._echo(send, size, size, now_s())
            left = len(set(sizes) - came)
            self._hear(send, listen, SIZE_WAIT_S, until=left)
            came |= {size for size in sizes if self._echoes.get(size, (0.0, 0))[1] == size}
            if came.issuperset(sizes):
                break
        return came

    def _hear(self, send: Send, listen: Listen, for_s: float, until: int = 0) -> None:
        """Take what comes; `until` so many echoes have, where it is not 0."""
        before = len(self._echoes)
        self._hear_until(
            send, listen, for_s, lambda: bool(until) and len(self._echoes) - before >= until
        )

    def _hear_until(
        self, send: Send, listen: Listen, for_s: float, ended: Callable[[], bool]
    ) -> None:
        for packet, at_s in listen(for_s):
            try:
                self._take(packet, at_s)
            except ValueError:
                self.malformed += 1
            wanted, self._wanted_back = self._wanted_back, []
            for one in wanted:
                self._send(send, one)
            if ended():
                return

    def _take(self, packet: bytes, at_s: float) -> None:
        told = packets4.read_packet(packet, self._own)
        if told is None:
            return
        for wanted in (
            self._ways.take(told, at_s),
            None if self._page is None else self._page.take(told),
        ):
            self._wanted_back += [] if wanted is None else [wanted]
        if told.protocol == packets4.ICMP:
            self._take_icmp(told, at_s)
        elif told.protocol == packets4.TCP and told.source == self._wanted.target:
            self._take_tcp(told.data, at_s)
        elif told.protocol == packets4.UDP:
            self._take_name(told, at_s)

    def _take_icmp(self, told: packets4.Packet4, at_s: float) -> None:
        data = told.data
        if len(data) < packets4.ICMP_HEAD:
            raise ValueError("an ICMP packet is cut")
        if takes := packets4.too_large(data, self._own, self._wanted.target):
            if self._told is None or takes < self._told[0]:
                self._told = (takes, told.source)
            return
        number = int.from_bytes(data[6:8])
        ours = data[0] == packets4.ECHO_REPLY and int.from_bytes(data[4:6]) == self._mark
        if ours and told.source == self._wanted.target and number in self._sent_s:
            rtt_s = max(0.0, at_s - self._sent_s[number])
            self._echoes.setdefault(number, (rtt_s, told.whole_bytes))

    def _take_tcp(self, data: bytes, at_s: float) -> None:
        if len(data) < packets4.TCP_HEAD:
            raise ValueError("a TCP segment is cut")
        ports = (int.from_bytes(data[2:4]), int.from_bytes(data[:2]))
        next_number = (self._first + 1) % (1 << 32)
        if ports != self._ports or int.from_bytes(data[8:12]) != next_number:
            return
        flags = data[13]
        if not isinstance(self._connected_s, Missing):
            return
        if flags & packets4.RST:
            self._connected_s = Missing(why=FailureKind.REFUSED)
        elif flags & packets4.SYN_ACK == packets4.SYN_ACK:
            self._connected_s = round(max(0.0, at_s - self._asked_s), 4)
            target = self._wanted.target
            drop = packets4.dropping(self._own, target, self._ports, next_number)
            self._wanted_back.append(drop)

    def _take_name(self, told: packets4.Packet4, at_s: float) -> None:
        data = told.data
        if len(data) < packets4.UDP_HEAD:
            raise ValueError("a datagram is cut")
        ports = int.from_bytes(data[2:4]), int.from_bytes(data[:2])
        for one in self._names.values():
            if (one.server, one.own_port, one.port) != (told.source, *ports) or one.told:
                continue
            came = packets4.answer(data[packets4.UDP_HEAD :], one.number, one.name)
            if came is not None:
                one.told = (*came, max(0.0, at_s - one.sent_s))

    def _all_names(self) -> Maybe[FieldNames]:
        wanted, names = self._wanted, self._names
        if "operator" not in names:
            return Missing(why=FailureKind.NOT_CONFIGURED)
        nobodys = names.get("nobody")
        answered = nobodys is not None and nobodys.told is not None
        return FieldNames(
            nonsense=wanted.nonsense or "",
            operator=self._check("operator"),
            outside=self._check("outside"),
            operator_nonsense=self._check("operator_nonsense"),
            outside_nonsense=self._check("outside_nonsense"),
            nobodys=Missing(why=FailureKind.NOT_CONFIGURED)
            if nobodys is None
            else NobodysAnswer(server=nobodys.server, answered=answered, hop=None, says=""),
        )

    def _check(self, which: str) -> Maybe[DnsCheck]:
        asked = self._names.get(which)
        return Missing(why=FailureKind.NOT_CONFIGURED) if asked is None else asked.check()


def _asked_names(wanted: Inside, resolver: str | None) -> dict[str, _Name]:
    """Give who is asked for what, by what it is for."""
    if wanted.name is None or resolver is None:
        return {}
    port = wanted.resolver_port if wanted.resolver else 53
    names = {"operator": _Name(resolver, port, wanted.name)}
    if wanted.nonsense:
        names["operator_nonsense"] = _Name(resolver, port, wanted.nonsense)
    if wanted.outside:
        names["outside"] = _Name(wanted.outside, 53, wanted.name)
        if wanted.nonsense:
            names["outside_nonsense"] = _Name(wanted.outside, 53, wanted.nonsense)
    if wanted.nobody:
        names["nobody"] = _Name(wanted.nobody, 53, wanted.name)
    page = wanted.page
    if page is not None and page.host != wanted.name and _literal(page.host) is None:
        names["page"] = _Name(resolver, port, page.host)
    return names


def _literal(host: str) -> str | None:
    """Give a host that is an IPv4 address; None: it is a name."""
    try:
        return str(IPv4Address(host))
    except AddressValueError:
        return None


def examples(wanted: Inside) -> tuple[tuple[bytes, int, str], ...]:
    """Write each packet that may be sent inside a session, from an address like ours.

    Args:
        wanted: whom to ask.

    Returns:
        Each with how often it is sent at most, and with what differs in it.
    """
    own, target = "0.0.0.0", wanted.target  # noqa: S104 - stands for what the session gives
    ports = (FIRST_PORT, wanted.port)
    ways, page = Ways(own, target, wanted.port), wanted.page
    talk = None if page is None else PageTalk(page, own, target, (FIRST_PORT, page.port), 0)
    sizes = sorted({LEAST, BASE, FULL})
    others = MOST_WAVES * AT_ONCE * SIZE_TRIES - SIZE_TRIES * len(sizes)
    echo = partial(packets4.echo, own, target, 0)
    return (
        (echo(FIRST[0], SMALL_BYTES), len(FIRST), "until the other end is ready"),
        (echo(0, SMALL_BYTES), SMALL, f"numbers 0 to {SMALL - 1}"),
        *((echo(size, size), SIZE_TRIES, f"{size} bytes, not to be cut") for size in sizes),
        (echo(FULL, FULL), others, f"{LEAST} to {FULL} bytes, as follows from the answers"),
        (packets4.connection(own, target, ports, 0, 1452), TRIES, "asks for a connection"),
        (packets4.dropping(own, target, ports, 1), 1, "drops it"),
        *(
            (
                packets4.question(own, one.server, (FIRST_PORT, one.port), 0, one.name),
                TRIES,
                f"the addresses of {one.name}",
            )
            for one in _asked_names(wanted, wanted.resolver or NOBODY_YET).values()
        ),
        *ways.examples(),
        *(() if talk is None else talk.examples(1452)),
    )
