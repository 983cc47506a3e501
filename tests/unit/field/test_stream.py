"""Whatever is sent to a group ends in counts."""

from __future__ import annotations

from typing import Final

from hypothesis import example, given
from hypothesis import strategies as st

from cpe_diag.field.transport_stream import MOST_PIDS, PACKET, StreamCounter

RTP: Final = bytes((0x80, 33)) + bytes(10)


def packet(counter: int, *, pid: int = 256, flags: int = 0x10, more: bytes = b"") -> bytes:
    """Give a packet of a stream."""
    head = bytes((0x47, pid >> 8, pid & 0xFF, flags | counter))
    return (head + more).ljust(PACKET, b"\0")


def counted(*datagrams: bytes) -> tuple[int, int, int]:
    """Give packets, gaps and foreign datagrams."""
    counter = StreamCounter()
    for one in datagrams:
        counter.take(one)
    return counter.packets, counter.errors, counter.foreign


def test_a_whole_stream_has_no_gap() -> None:
    """The counter goes round after 16; several packets are in one datagram, and RTP around."""
    body = b"".join(packet(number % 16) for number in range(21))
    assert counted(body) == counted(RTP + body) == (21, 0, 0)


def test_a_missing_packet_is_a_gap() -> None:
    """One gap, however many are missing in it."""
    assert counted(packet(1), packet(3), packet(4)) == (3, 1, 0)


def test_what_the_standard_allows_is_no_gap() -> None:
    """A packet sent twice, one without payload, null packets, and a jump that is announced."""
    assert counted(packet(1), packet(1), packet(2)) == (3, 0, 0)
    assert counted(packet(1), packet(1, flags=0x20), packet(2)) == (3, 0, 0)
    assert counted(packet(1, pid=0x1FFF), packet(9, pid=0x1FFF)) == (2, 0, 0)
    anew = packet(9, flags=0x30, more=b"\x01\x80")
    assert counted(packet(1), anew, packet(10)) == (3, 0, 0)


def test_a_packet_that_comes_three_times_is_an_error() -> None:
    """Twice is allowed."""
    assert counted(packet(1), packet(1), packet(1))[1] == 1


@given(st.lists(st.binary(max_size=3 * PACKET), max_size=4))
@example([b"", b"\x80", b"\x9f" + bytes(20), b"\xbf" + bytes(11) + b"\xff"])
@example([b"\x47" + bytes(PACKET - 2)])
@example([b"\x90" + bytes(13) + b"\xff\xff" + bytes(20)])
def test_noise_is_foreign(noise: list[bytes]) -> None:
    """Somebody else may send to the same group."""
    packets, errors, foreign = counted(*noise)
    assert 0 <= errors <= packets
    assert foreign <= len(noise)


def test_a_flood_of_streams_does_not_fill_the_memory() -> None:
    """Each has a counter of its own, up to a limit."""
    counter = StreamCounter()
    for pid in range(2 * MOST_PIDS):
        counter.take(packet(0, pid=pid))
    assert (counter.packets, counter.errors) == (2 * MOST_PIDS, 0)
