"""When the kernel sent and took a packet is read from what it says, and from nothing else."""

from __future__ import annotations

import socket
import struct
import time
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cpe_diag.field.extended_error import RECVERR
from cpe_diag.field.jitter import Train
from cpe_diag.field.kernel_times import TIMESTAMPING, KernelTime, kernel_time, wish

TIMES: Final = struct.pack("=qqqqqq", 1_700_000_000, 250_000_000, 0, 0, 0, 0)
SENT: Final = struct.pack("=IBBBBII", 42, 4, 0, 0, 0, 0, 7)
CLOCK: Final = (socket.SOL_SOCKET, TIMESTAMPING, TIMES)


def test_the_time_of_a_packet_that_was_sent_has_its_number() -> None:
    """By linux/errqueue.h: the id of the sending, counted from 0."""
    told = kernel_time([CLOCK, (socket.SOL_IP, RECVERR, SENT)])
    assert told == KernelTime(1_700_000_000.25, 7)


def test_the_time_of_a_packet_that_came_has_none() -> None:
    """It stands beside the packet itself."""
    assert kernel_time([CLOCK]) == KernelTime(1_700_000_000.25, None)


@pytest.mark.parametrize(
    "ancillary",
    [
        [],
        [(socket.SOL_SOCKET, TIMESTAMPING, TIMES[:15])],
        [(socket.SOL_SOCKET, TIMESTAMPING, bytes(48))],
        [(socket.SOL_IP, RECVERR, SENT)],
    ],
)
def test_without_a_time_there_is_none(ancillary: list[tuple[int, int, bytes]]) -> None:
    """A kernel or an interface that stamps nothing says 0, or nothing."""
    assert kernel_time(ancillary) is None


def test_an_error_on_the_way_is_no_sending() -> None:
    """SO_EE_ORIGIN_ICMP: its number is a packet size, and no id."""
    error = struct.pack("=IBBBBII", 90, 2, 3, 4, 0, 1400, 7)
    told = kernel_time([CLOCK, (socket.SOL_IP, RECVERR, error)])
    assert told is not None
    assert told.number is None


@given(st.integers(0, 60), st.binary(max_size=60))
@example(0, b"")
def test_what_is_cut_or_changed_never_fails(at: int, more: bytes) -> None:
    """The kernel is trusted, and its next version may give more, or less."""
    changed = [(socket.SOL_SOCKET, TIMESTAMPING, TIMES[:at] + more)]
    told = kernel_time([*changed, (socket.SOL_IP, RECVERR, SENT[:at] + more)])
    assert told is None or isinstance(told, KernelTime)


def test_a_real_kernel_stamps_what_it_takes() -> None:
    """A datagram to ourselves: it was taken between its sending and its reading."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind(("127.0.0.1", 0))
        assert wish(wire)
        wire.settimeout(5.0)
        for _ in range(200):  # it begins to stamp a little after it was asked to
            before = time.time()
            wire.sendto(b"well", wire.getsockname())
            _, told, _, _ = wire.recvmsg(64, 512)
            after = time.time()
            if (at := kernel_time(told)) is not None:
                break
            time.sleep(0.05)
    assert at is not None
    assert before - 0.001 <= at.at_s <= after + 0.001


def test_a_train_counts_whole_answers_to_its_own_questions_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What comes twice, is cut or was never asked for is none."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    monkeypatch.setattr(socket, "socket", lambda *_: _Joined(ours))
    with ours, theirs:
        train = Train("192.0.2.1")
        for number in range(4):
            train.send(number)
        asked = [theirs.recv(512) for _ in range(4)]
        replies = [b"\0" + one[1:] for one in asked]
        for packet in (replies[0], replies[0], replies[1][:7], asked[2], b"\0" * 6 + b"\1\1"):
            theirs.send(packet)
        train.read()
        told = train.quality()
    assert (told.sent, told.received, train.stamped) == (4, 1, 0)


class _Joined:
    """A socket whose other end is held here: it is connected already."""

    def __init__(self, wire: socket.socket) -> None:
        """Join it."""
        self._wire = wire
        self.setblocking, self.send = wire.setblocking, wire.send

    def setsockopt(self, *_: object) -> None:
        """Stamp nothing."""
        raise OSError

    def connect(self, _: object) -> None:
        """Be so already."""

    def recvmsg(self, size: int, room: int, flags: int = 0) -> object:
        """Give what came; there is no queue of errors."""
        if flags:
            raise BlockingIOError
        return self._wire.recvmsg(size, room)
