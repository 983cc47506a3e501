"""Traces the way to an address hop by hop, with ordinary sockets alone (Linux: IP_RECVERR).

A packet that may take k hops ends at the k-th, which says so (RFC 792, time exceeded); the kernel
keeps that for the socket that sent it, so that no right is needed.
"""

from __future__ import annotations

import select
import socket
import struct
import time
from contextlib import ExitStack, suppress
from enum import StrEnum
from errno import ECONNREFUSED, EINPROGRESS
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_path_facts import Trace, TracedHop
from cpe_diag.field.extended_error import icmp_error
from cpe_diag.field.family import family_of

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_HOPS: Final = 15
"""A reference of the operator's own is not further; what is costs packets and tells nothing."""
WAVE: Final = 3
"""Hops that are asked at once: Linux answers one asker by bursts of 6 (icmp_ratelimit)."""
AGAIN_AFTER_S: Final = 0.6
WAIT_S: Final = 1.2
TRIES: Final = 2
MOST_PACKETS: Final = 3 * TRIES * MOST_HOPS
SILENT_WAVES: Final = 2
"""After so many in a row without any answer nothing further is asked."""
UDP_PORT: Final = 33434
"""traceroute(8): the first of the ports where nobody listens."""
TIME_EXCEEDED: Final = 11
UNREACHABLE: Final = 3
PORT_UNREACHABLE: Final = 3
"""RFC 792."""
ECHO: Final = struct.Struct("!BBHHH")
DATA: Final = bytes(24)


class Kind(StrEnum):
    """By which packets a way is traced."""

    UDP = "udp"
    TCP = "tcp"
    ICMP = "icmp"


class _Probe:
    """One packet that may take so many hops, and what came of it."""

    def __init__(self, kind: Kind, target: tuple[str, int], ttl: int) -> None:
        self.kind = kind
        self.ttl = ttl
        self.address: str | None = None
        self.rtt_s: float | None = None
        self.reached = False
        self.refused = False
        self._target = target
        self._family = family = family_of(target[0])
        form = socket.SOCK_STREAM if kind is Kind.TCP else socket.SOCK_DGRAM
        protocol = family.icmp if kind is Kind.ICMP else 0
        self.wire = socket.socket(family.number, form, protocol)
        self.wire.setblocking(False)  # noqa: FBT003 - the standard library's signature
        self.wire.setsockopt(family.level, family.hops, ttl)
        self.wire.setsockopt(family.level, family.errors, 1)

    @property
    def events(self) -> int:
        """What to wait for; errors are waited for always (poll(2))."""
        return select.POLLOUT if self.kind is Kind.TCP else select.POLLIN

    def send(self) -> None:
        """Send it; TCP sends again by itself, as often as the others."""
        self.sent_s = time.monotonic()
        if self.kind is Kind.TCP:
            self.wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_SYNCNT, TRIES - 1)
            number = self.wire.connect_ex(self._target)
            if number not in {0, EINPROGRESS}:
                raise OSError(number, "connect")
            return
        self.again()

    def again(self) -> None:
        """Send it once more, where nothing came."""
        with suppress(OSError):  # an error that has come meanwhile is read from the queue
            if self.kind is Kind.UDP:
                host, port = self._target
                self.wire.sendto(DATA, (host, port + self.ttl))
            elif self.kind is Kind.ICMP:
                echo = ECHO.pack(self._family.request, 0, 0, 0, self.ttl) + DATA
                self.wire.sendto(echo, (self._target[0], 0))

    def read(self) -> None:
        """Take what came."""
        self.rtt_s = time.monotonic() - self.sent_s
        with suppress(OSError):
            _, told, _, _ = self.wire.recvmsg(512, 512, socket.MSG_ERRQUEUE)
            if (error := icmp_error(told)) is not None:
                self.address = error.sender
                at_target = error.sender == self._target[0]
                closed = (error.type, error.code) == (UNREACHABLE, PORT_UNREACHABLE)
                self.reached = at_target and closed
                self.refused = error.type == UNREACHABLE and not self.reached
                return
        number = self.wire.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number in {0, ECONNREFUSED}:  # a closed port answers too
            self.address, self.reached = self._target[0], True

    def close(self) -> None:
        """End it; a connection is dropped, not closed."""
        with suppress(OSError):
            self.wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("=ii", 1, 0))
        self.wire.close()


def trace(kind: Kind, address: str, port: int, *, within_s: float) -> Trace:
    """Trace the way to an address.

    Args:
        kind: by which packets.
        address: of the target.
        port: TCP: where it listens.
        within_s: how long at most.

    Returns:
        The way, as far as somebody has answered.

    Raises:
        OSError: the system does not let us send such packets, or knows no way.
    """
    ends_s = time.monotonic() + within_s
    target = (address, UDP_PORT if kind is Kind.UDP else port)
    asked: list[_Probe] = []
    silent = 0
    for first in range(1, MOST_HOPS + 1, WAVE):
        wave = _wave(kind, target, range(first, first + WAVE), ends_s)
        asked += wave
        silent = 0 if any(one.address for one in wave) else silent + 1
        ended = any(one.reached or one.refused for one in wave)
        if ended or silent == SILENT_WAVES or time.monotonic() >= ends_s:
            break
    return _told(asked)


def _wave(kind: Kind, target: tuple[str, int], ttls: range, ends_s: float) -> Sequence[_Probe]:
    """Ask some hops at once."""
    with ExitStack() as held:
        probes = []
        for ttl in ttls:
            probe = _Probe(kind, target, ttl)
            held.callback(probe.close)
            probe.send()
            probes.append(probe)
        begun_s = time.monotonic()
        waiting = _heard(probes, min(begun_s + AGAIN_AFTER_S, ends_s))
        for probe in waiting:
            probe.again()
        _heard(waiting, min(begun_s + WAIT_S, ends_s))
        return probes


def _heard(probes: Sequence[_Probe], until_s: float) -> Sequence[_Probe]:
    """Take what comes until then, and give those of which nothing came."""
    by_wire = {probe.wire.fileno(): probe for probe in probes}
    poll = select.poll()
    for number, probe in by_wire.items():
        poll.register(number, probe.events)
    while by_wire and (left_s := until_s - time.monotonic()) > 0:
        for number, _ in poll.poll(1000 * left_s):
            poll.unregister(number)
            by_wire.pop(number).read()
    return tuple(by_wire.values())


def _told(asked: Sequence[_Probe]) -> Trace:
    """Say what came of all: nothing behind the first that has ended it, no silence at the end."""
    hops: list[TracedHop] = []
    for probe in asked:
        answered = probe.address is not None
        rtt_s = probe.rtt_s if answered else None
        hops.append(TracedHop(ttl=probe.ttl, address=probe.address, rtt_s=rtt_s))
        if probe.reached or probe.refused:
            refused_by = probe.address if probe.refused else None
            return Trace(hops=tuple(hops), reached=probe.reached, refused_by=refused_by)
    while hops and hops[-1].address is None:
        hops.pop()
    return Trace(hops=tuple(hops), reached=False, refused_by=None)
