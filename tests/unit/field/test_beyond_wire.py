"""What answers beyond the wire may be hostile: each ends in a fact, and soon."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import asynccontextmanager
from ipaddress import IPv6Address
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cpe_diag.domain.path_facts import HttpOutcome
from cpe_diag.field import names
from cpe_diag.field.extended_error import RECVERR, IcmpError, icmp_error
from cpe_diag.field.family import IPV6, family_of
from cpe_diag.field.names import nobodys_answer
from cpe_diag.field.page import MOST_BYTES, page_seen
from cpe_diag.field.targets import FieldTargets
from cpe_diag.field.trace import Kind, trace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from cpe_diag.domain.field_path_facts import FieldPage

HERE: Final = "127.0.0.1"
ERROR: Final = struct.pack("=IBBBBII", 113, 2, 11, 0, 0, 0, 0) + struct.pack(
    "=HH4s8x", socket.AF_INET, 0, bytes([198, 51, 100, 1])
)
SENT: Final = b"HTTP/1.1 302 F\r\nLocation: "
LEVEL: Final = (socket.SOL_IP, RECVERR)


def test_who_ended_a_packet_is_read() -> None:
    """Otherwise the other tests here would prove nothing."""
    assert icmp_error([(*LEVEL, ERROR)]) == IcmpError("198.51.100.1", 11, 0)


@given(st.integers(0, 40), st.binary(max_size=40))
@example(16, b"")
@example(23, b"\x0a")
def test_an_error_that_is_cut_or_changed_never_fails(at: int, more: bytes) -> None:
    """The kernel is trusted, and its next version may give more, or less."""
    told = icmp_error([(*LEVEL, ERROR[:at] + more), (0, 0, more)])
    assert told is None or isinstance(told, IcmpError)


def test_an_error_of_this_machine_is_no_hop() -> None:
    """SO_EE_ORIGIN_LOCAL: nobody on the way has said it."""
    assert icmp_error([(*LEVEL, ERROR[:4] + b"\x01" + ERROR[5:])]) is None


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ((3, 0, 0), IcmpError("2001:db8::1", 11, 0)),
        ((1, 4, 0), IcmpError("2001:db8::1", 3, 3)),
        ((1, 1, 0), IcmpError("2001:db8::1", 3, 1)),
        ((2, 0, 1280), IcmpError("2001:db8::1", 3, 4, 1280)),
        ((4, 0, 0), None),
    ],
)
def test_errors_of_ipv6_are_told_as_those_of_ipv4(
    told: tuple[int, int, int], meant: IcmpError | None
) -> None:
    """RFC 4443: whoever reads a way has one set of words for both."""
    kind, code, info = told
    error = struct.pack("=IBBBBII", 90, 3, kind, code, 0, info, 0)
    sender = struct.pack("=HHI16sI", socket.AF_INET6, 0, 0, IPv6Address("2001:db8::1").packed, 0)
    level = (IPV6.level, IPV6.errors)
    assert icmp_error([(*level, error + sender)]) == meant
    assert icmp_error([(*level, (error + sender)[:40])]) in {None, meant}
    assert icmp_error([(*level, error + sender[:20])]) is None


@pytest.mark.parametrize("here", [HERE, "::1"])
@pytest.mark.parametrize("kind", [Kind.UDP, Kind.TCP])
def test_a_target_that_is_here_is_reached_at_once(kind: Kind, here: str) -> None:
    """A closed port answers, too."""
    with socket.socket(family_of(here).number) as closed:
        try:
            closed.bind((here, 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        way = trace(kind, here, closed.getsockname()[1], within_s=3.0)
    assert [hop.address for hop in way.hops] == [here]
    assert way.reached


def test_a_way_that_the_system_does_not_know_is_an_error_of_ours() -> None:
    """A laptop without a route accuses nobody."""
    with pytest.raises(OSError, match=r"."):
        trace(Kind.TCP, "255.255.255.255", 80, within_s=1.0)


class _Resolver(asyncio.DatagramProtocol):
    def __init__(self, answer: Callable[[bytes], list[bytes]]) -> None:
        self._answer = answer

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        for packet in self._answer(data):
            self._transport.sendto(packet, addr)


@asynccontextmanager
async def resolver(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[bytes], list[bytes]]
) -> AsyncIterator[None]:
    """Let somebody answer questions here."""
    loop = asyncio.get_running_loop()
    wire, _ = await loop.create_datagram_endpoint(lambda: _Resolver(answer), local_addr=(HERE, 0))
    monkeypatch.setattr(names, "PORT", wire.get_extra_info("sockname")[1])
    monkeypatch.setattr(names, "WAIT_S", 0.3)
    yield
    wire.close()


def _refuses(question: bytes) -> list[bytes]:
    return [question[:2] + b"\x81\x85" + question[4:]]


def _calls_itself(question: bytes) -> list[bytes]:
    if b"\x02id\x06server" not in question:
        return _refuses(question)
    text = b"box\x1b[31m" + b"x" * 200
    record = b"\xc0\x0c" + struct.pack("!HHIHB", 16, 3, 0, len(text) + 1, len(text)) + text
    return [question[:2] + b"\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00" + question[12:] + record]


async def test_whoever_answers_in_nobodys_name_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal is an answer too; what it calls itself comes without control characters."""
    async with resolver(monkeypatch, _calls_itself):
        told = await nobodys_answer(HERE, "reference.example")
    assert (told.answered, told.hop) == (True, 1)
    assert told.says.startswith("box[31mxxx")
    assert len(told.says) == names.LONGEST_NAME


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: [],
        lambda _: [b"noise"] * (names.MOST_PACKETS + 20),
        lambda question: [b"\0\0" + question[2:]],
        lambda question: [question[:9]],
    ],
)
async def test_silence_and_noise_are_nobody(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[bytes], list[bytes]]
) -> None:
    """What is no answer to our question proves nothing, however much of it comes."""
    async with resolver(monkeypatch, answer):
        told = await nobodys_answer(HERE, "reference.example")
    assert not told.answered


async def test_a_closed_port_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address's owner says that nothing listens there."""
    async with resolver(monkeypatch, _refuses):
        pass
    assert not (await nobodys_answer(HERE, "reference.example")).answered


async def page(answer: bytes, text: str | None = "well", status: int | None = 200) -> FieldPage:
    """Give what is seen of a page."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, HERE, 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        url = f"http://reference.example:{port}/"
        targets = FieldTargets(page_url=url, page_text=text, page_status=status)
        return await page_seen(targets, HERE, within_s=5.0)


async def test_the_page_itself_is_known_by_its_text() -> None:
    """Status and text are compared by the judge; here they are read."""
    seen = await page(b"HTTP/1.1 200 OK\r\n\r\nall is well")
    assert (seen.outcome, seen.status, seen.text_there) == (HttpOutcome.OK, 200, True)


@pytest.mark.parametrize(
    ("answer", "outcome", "location", "there"),
    [
        (SENT + b"http://a\x7f/\r\n\r\n", HttpOutcome.OK, "http://a/", False),
        (SENT + b"http://[a\r\n\r\n", HttpOutcome.OK, "http://[a", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", HttpOutcome.BROKEN, "", None),
        (b"noise\r\n\r\n", HttpOutcome.BROKEN, "", None),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * MOST_BYTES, HttpOutcome.OK, "", False),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (2 * MOST_BYTES), HttpOutcome.OK, "", None),
    ],
)
async def test_a_page_of_anybody_ends_in_a_fact(
    answer: bytes, *, outcome: HttpOutcome, location: str, there: bool | None
) -> None:
    """Where it sends us is not followed, and only its begin is read: the text may come later."""
    seen = await page(answer)
    assert (seen.outcome, seen.location, seen.text_there) == (outcome, location, there)


@pytest.mark.parametrize("cut", range(1, 32))
async def test_a_page_that_was_cut_anywhere_never_says_that_its_text_is_missing(cut: int) -> None:
    """It would be another's page, which somebody gives in its place."""
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nall is well"
    seen = await page(whole[:-cut])
    assert seen.text_there is None
