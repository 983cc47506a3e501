"""A connection or a question on site sends no more packets than were stated before."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import TYPE_CHECKING, Final

from dns.flags import TC
from dns.message import from_wire, make_response

from cpe_diag.domain.path_facts import DnsOutcome, HttpOutcome
from cpe_diag.engine.recorder import RunRecorder
from cpe_diag.transports import dns
from cpe_diag.transports.bounded_tcp import SMALL_SEGMENT, Bounds
from cpe_diag.transports.clock import SystemClock
from cpe_diag.transports.dns import DnsResolver
from cpe_diag.transports.http import PageGetter

if TYPE_CHECKING:
    import pytest

HOME: Final = "127.0.0.1"
NAME: Final = "reference.example"
MOST: Final = 150
ENDLESS: Final = bytes(16_384)
RECEIVED_AT: Final = 140
"""linux/tcp.h, struct tcp_info: tcpi_segs_in."""


def received(wire: socket.socket) -> int:
    """Give how many packets of a connection have come to its server."""
    info = wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 192)
    return int(struct.unpack_from("=I", info, RECEIVED_AT)[0])


async def test_a_page_without_end_costs_no_more_packets_than_stated() -> None:
    """Its server sends small packets as long as anybody listens; we leave, and it is no fault."""
    packets: list[int] = []

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        wire = writer.get_extra_info("socket")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                writer.write(ENDLESS)
                await writer.drain()
                packets.append(received(wire))
        except ConnectionError:
            packets.append(received(wire))
        writer.close()

    with socket.create_server((HOME, 0)) as listening:
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SMALL_SEGMENT)
        server = await asyncio.start_server(endless, sock=listening)
        clock = SystemClock()
        recorder = RunRecorder(clock)
        door = PageGetter(clock=clock, recorder=recorder, bounds=Bounds(MOST), most_bytes=1 << 60)
        url = f"http://{NAME}:{listening.getsockname()[1]}/"
        check = await door.get(url, address=HOME, deadline=clock.monotonic() + 60)
        server.close()
        await server.wait_closed()
    assert (check.outcome, check.status) == (HttpOutcome.OK, 200)
    assert max(packets) <= MOST


async def test_a_silent_resolver_is_asked_as_often_as_stated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However much time is left."""
    monkeypatch.setattr(dns, "TRY_S", 0.01)
    clock = SystemClock()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind((HOME, 0))
        silent.setblocking(False)  # noqa: FBT003 - the standard library's signature
        port = silent.getsockname()[1]
        door = DnsResolver(HOME, clock=clock, recorder=RunRecorder(clock), port=port, most=2)
        told = await door.resolve(NAME, deadline=clock.monotonic() + 60)
        questions = 0
        while True:
            try:
                silent.recv(2048)
            except BlockingIOError:
                break
            questions += 1
    assert (told.outcome, questions) == (DnsOutcome.TIMEOUT, 2)


async def test_an_answer_that_was_cut_comes_by_a_bounded_connection() -> None:
    """And one to another question is none."""
    clock = SystemClock()
    names: list[str] = []

    async def whole(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        query = from_wire(await reader.readexactly(int.from_bytes(await reader.readexactly(2))))
        answer = make_response(query)
        if names:
            answer.id = (answer.id + 1) % (1 << 16)
        names.append(str(query.question[0].name))
        text = answer.to_wire()
        writer.write(len(text).to_bytes(2) + text)
        await writer.drain()
        writer.close()

    def cut() -> None:
        data, where = cutting.recvfrom(2048)
        answer = make_response(from_wire(data))
        answer.flags |= TC
        cutting.sendto(answer.to_wire(), where)

    server = await asyncio.start_server(whole, HOME, 0)
    port = server.sockets[0].getsockname()[1]
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as cutting:
        cutting.bind((HOME, port))
        loop.add_reader(cutting, cut)
        door = DnsResolver(HOME, clock=clock, recorder=RunRecorder(clock), port=port, most=2)
        outcomes = [
            (await door.resolve(NAME, deadline=clock.monotonic() + 5)).outcome for _ in "12"
        ]
        loop.remove_reader(cutting)
    server.close()
    assert names == [f"{NAME}."] * 2
    assert outcomes == [DnsOutcome.NO_ADDRESS, DnsOutcome.SERVFAIL]
