"""The largest packet that a way takes is found by few packets, whatever somebody says of it."""

from __future__ import annotations

import socket
import struct
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpe_diag.field import sizes
from cpe_diag.field.extended_error import RECVERR, icmp_error
from cpe_diag.field.sizes import AT_ONCE, BASE, ETHERNET, LEAST, MOST_WAVES, TRIES, search

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def way(takes: int, waves: list[Sequence[int]]) -> Callable[[Sequence[int]], set[int]]:
    """Give a way that takes packets up to a size, and notes what it was asked."""

    def ask(asked: Sequence[int]) -> set[int]:
        waves.append(asked)
        return {size for size in asked if size <= takes}

    return ask


@given(st.integers(LEAST, ETHERNET - 1))
def test_each_size_is_found_to_the_byte(takes: int) -> None:
    """A black hole of whatever size: RFC 8899 searches, and so do we."""
    waves: list[Sequence[int]] = []
    assert search(way(takes, waves), ETHERNET) == (takes, takes + 1)
    assert len(waves) <= MOST_WAVES
    assert max(map(len, waves)) <= AT_ONCE


def test_a_way_that_takes_all_is_asked_once() -> None:
    """A healthy line costs three packets."""
    waves: list[Sequence[int]] = []
    assert search(way(9000, waves), ETHERNET) == (ETHERNET, None)
    assert waves == [[LEAST, BASE, ETHERNET]]


def test_a_laptop_with_a_smaller_link_tries_nothing_larger() -> None:
    """What its own link does not take, the line is not asked for."""
    waves: list[Sequence[int]] = []
    assert search(way(9000, waves), 1400) == (1400, None)
    assert max(max(one) for one in waves) == 1400


def test_a_way_that_answers_nothing_has_no_size() -> None:
    """It is not the size then, and no more is asked."""
    waves: list[Sequence[int]] = []
    assert search(way(0, waves), ETHERNET) == (None, LEAST)
    assert len(waves) == 1


def test_a_size_that_was_told_is_tried_at_once() -> None:
    """RFC 8899, section 4.6: what ICMP says is a hint, and two packets prove it."""
    waves: list[Sequence[int]] = []
    assert search(way(1412, waves), ETHERNET, lambda: 1412) == (1412, 1413)
    assert waves[1] == [1412, 1413]
    assert len(waves) == 2


@given(st.integers(LEAST, ETHERNET - 1), st.integers(0, 9000))
def test_a_false_hint_does_not_falsify_the_size(takes: int, hint: int) -> None:
    """Anybody may send an ICMP error: what was found stays between what came and what did not."""
    waves: list[Sequence[int]] = []
    largest, lost = search(way(takes, waves), ETHERNET, lambda: hint)
    assert largest is not None
    assert lost is not None
    assert largest <= takes < lost
    assert len(waves) <= MOST_WAVES


def test_what_a_router_takes_is_read_from_its_error() -> None:
    """RFC 1191: next-hop MTU, by the kernel's ee_info."""
    error = struct.pack("=IBBBBII", 90, 2, 3, 4, 0, 1400, 0)
    error += struct.pack("=HH4s8x", socket.AF_INET, 0, bytes([198, 51, 100, 1]))
    told = icmp_error([(socket.SOL_IP, RECVERR, error)])
    assert told is not None
    assert (told.sender, told.mtu_bytes) == ("198.51.100.1", 1400)


def echoed(packet: bytes) -> list[bytes]:
    """Answer as a host does, up to 1,300 bytes."""
    whole = b"\0" + packet[1:]
    return [whole] if len(packet) + 20 <= 1300 else []


@pytest.mark.parametrize(
    ("answer", "came"),
    [
        (echoed, {LEAST, BASE}),
        (lambda packet: [*echoed(packet)] * 2, {LEAST, BASE}),
        (lambda packet: [b"\0" + packet[1:-1]], set()),
        (lambda packet: [packet], set()),
        (lambda _: [b"\0", b"noise", b"\0" * 40], set()),
        (lambda _: [], set()),
    ],
    ids=["echoes", "twice", "cut", "our own question", "noise", "silence"],
)
def test_only_a_whole_answer_to_our_question_counts(
    answer: Callable[[bytes], list[bytes]], came: set[int]
) -> None:
    """Whatever else comes ends soon, and says nothing of a size."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ours, theirs:
        theirs.setblocking(False)  # noqa: FBT003 - the standard library's signature
        echoes = _Answered(ours, theirs, answer)
        assert echoes.ask([LEAST, BASE, ETHERNET]) == came
        assert echoes.sent <= AT_ONCE * TRIES


class _Answered(sizes.Echoes):
    """Echo requests to somebody who answers each at once."""

    def __init__(
        self,
        wire: socket.socket,
        theirs: socket.socket,
        answer: Callable[[bytes], list[bytes]],
    ) -> None:
        super().__init__(wire, time.monotonic() + 0.5)
        self._theirs = theirs
        self._answer_to = answer

    def _send(self, size: int) -> None:
        super()._send(size)
        for packet in self._answer_to(self._theirs.recv(65_535)):
            self._theirs.send(packet)
