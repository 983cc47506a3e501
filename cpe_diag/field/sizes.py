"""Finds the largest packet that comes to an address and back, with ordinary sockets alone.

Echo requests of several sizes are sent with "do not fragment", whatever the kernel believes of the
way (Linux: IP_PMTUDISC_PROBE); between the largest that is answered and the smallest that is not,
the next are chosen (RFC 8899, section 5.3).
"""

from __future__ import annotations

import select
import socket
import struct
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_size_facts import FieldSize
from cpe_diag.field.extended_error import icmp_error
from cpe_diag.field.family import IPV4, Family, family_of, place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from collections.abc import Set as AbstractSet

    Ask = Callable[[Sequence[int]], AbstractSet[int]]
    """Sends packets of those sizes, and gives which of them came back."""

LEAST: Final = IPV4.least
"""RFC 791, section 3.1: what every host takes; smaller ways tell nothing new."""
BASE: Final = 1200
"""RFC 8899, section 5.1.2: BASE_PLPMTU."""
ETHERNET: Final = 1500
AT_ONCE: Final = 3
"""Sizes that are asked at once."""
TRIES: Final = 3
"""RFC 8899, section 5.1.2: MAX_PROBES. One packet that is lost may be lost by chance."""
TRIES_APART_S: Final = 0.1
WAIT_S: Final = 1.0
LEAST_WAIT_S: Final = 0.3
TIMES_RTT: Final = 4
"""An answer that takes so many times longer than the first one is lost."""
ECHO: Final = struct.Struct("!BBHHH")
UNREACHABLE: Final = 3
TOO_LARGE: Final = 4
"""RFC 1191, section 4: fragmentation needed and "do not fragment" set."""
MOST_WAVES: Final = 6
MOST_PACKETS: Final = MOST_WAVES * AT_ONCE * TRIES
ROOM: Final = 1 << 18


@dataclass
class Told:
    """Who said that a packet is too large, and what he takes."""

    takes_bytes: int | None = None
    by: str = ""


@dataclass
class Echoes:
    """A socket that is connected to one address; what was sent, and how long an answer takes."""

    wire: socket.socket
    ends_s: float
    family: Family = IPV4
    told: Told = field(default_factory=Told)
    sent: int = 0
    rtt_s: float | None = None

    def ask(self, sizes: Sequence[int]) -> AbstractSet[int]:
        """Send a packet of each size, again where nothing comes, and give which came back."""
        open_sizes, came = list(sizes), set[int]()
        begun_s = time.monotonic()
        for number in range(TRIES):
            at_s = time.monotonic()
            for size in open_sizes:
                self._send(size)
            last = number == TRIES - 1
            until_s = at_s + (self._wait_s() if last else TRIES_APART_S)
            came |= self._heard(open_sizes, begun_s, min(until_s, self.ends_s))
            open_sizes = [size for size in open_sizes if size not in came]
            if not open_sizes:
                break
        return came

    def _wait_s(self) -> float:
        if self.rtt_s is None:
            return WAIT_S
        return min(WAIT_S, max(LEAST_WAIT_S, TIMES_RTT * self.rtt_s))

    def _send(self, size: int) -> None:
        if self.sent >= MOST_PACKETS:
            return
        head = ECHO.pack(self.family.request, 0, 0, 0, size)
        packet = head + bytes(size - self.family.headers)
        self.sent += 1
        for _ in range(2):  # the first may only give back the error of an earlier one
            with suppress(OSError):
                self.wire.send(packet)
                return

    def _heard(self, sizes: Collection[int], begun_s: float, until_s: float) -> set[int]:
        """Take what comes until then, or until all have come."""
        came: set[int] = set()
        poll = select.poll()
        poll.register(self.wire, select.POLLIN)
        while len(came) < len(sizes) and (left_s := until_s - time.monotonic()) > 0:
            for _, event in poll.poll(1000 * left_s):
                if event & select.POLLERR:
                    self._refused()
                if event & select.POLLIN:
                    size = self._answer()
                    if size is not None and size in sizes:
                        came.add(size)
                        self.rtt_s = self.rtt_s or time.monotonic() - begun_s
        return came

    def _answer(self) -> int | None:
        """Give the size of an answer that is one of ours, whole."""
        with suppress(OSError):
            packet = self.wire.recv(65_535)
            if len(packet) >= ECHO.size:
                kind, _, _, _, number = ECHO.unpack_from(packet)
                whole = len(packet) + self.family.headers - ECHO.size
                if kind == self.family.reply and whole == number:
                    return int(number)
        return None

    def _refused(self) -> None:
        """Note who says that a packet was too large for him."""
        with suppress(OSError):
            _, told, _, _ = self.wire.recvmsg(512, 512, socket.MSG_ERRQUEUE)
            error = icmp_error(told)
            if error is not None and (error.type, error.code) == (UNREACHABLE, TOO_LARGE):
                least = self.told.takes_bytes
                if error.mtu_bytes and (least is None or error.mtu_bytes < least):
                    self.told.takes_bytes, self.told.by = error.mtu_bytes, error.sender


def largest_packet(address: str, most_bytes: int, *, within_s: float) -> FieldSize:
    """Find the largest packet that comes to an address and back.

    Args:
        address: whose.
        most_bytes: what the laptop's own link takes; more than Ethernet's 1,500 is not tried.
        within_s: how long at most.

    Returns:
        The size, as far as it was found in that time.

    Raises:
        OSError: the system does not let us send such packets, or knows no way.
    """
    family = family_of(address)
    most = max(family.least, min(most_bytes, ETHERNET))
    with socket.socket(family.number, socket.SOCK_DGRAM, family.icmp) as wire:
        wire.setsockopt(family.level, family.mtu_discover, family.probe)
        wire.setsockopt(family.level, family.errors, 1)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM)
        wire.connect(place_of(address))
        wire.setblocking(False)  # noqa: FBT003 - the standard library's signature
        echoes = Echoes(wire, time.monotonic() + within_s, family)
        told = lambda: echoes.told.takes_bytes  # noqa: E731 - a word for it
        largest, lost = search(echoes.ask, most, told, least=family.least)
    return FieldSize(
        target=address,
        most_bytes=most,
        largest_bytes=largest,
        lost_bytes=lost,
        told_bytes=echoes.told.takes_bytes,
        told_by=echoes.told.by,
        packets_sent=echoes.sent,
    )


def search(
    ask: Ask, most: int, told: Callable[[], int | None] = lambda: None, *, least: int = LEAST
) -> tuple[int | None, int | None]:
    """Find between which two sizes the way ends to take packets.

    Args:
        ask: asks several sizes at once.
        most: the largest that is tried.
        told: the size that somebody on the way says he takes; it is tried, not believed.
        least: what every host takes.

    Returns:
        The largest that came back, None: none did; and the smallest above it that did not, None:
        all did.
    """
    first = sorted({least, max(least, min(BASE, most)), most})
    asked, came = set(first), set(ask(first))
    for _ in range(MOST_WAVES - 1):
        low = max(came, default=None)
        if low is None:
            return None, min(asked)
        high = min((size for size in asked - came if size > low), default=None)
        if high is None or high - low == 1:
            return low, high
        sizes = _between(low, high, told())
        asked |= set(sizes)
        came |= ask(sizes)
    low = max(came)
    return low, min((size for size in asked - came if size > low), default=None)


def _between(low: int, high: int, told: int | None) -> list[int]:
    """Choose the next sizes: what somebody told with the one above it, else equal parts."""
    if told is not None and low <= told < high:
        sizes = {told, told + 1} - {low, high}
        if sizes:
            return sorted(sizes)
    parts = AT_ONCE + 1
    return sorted({low + (high - low) * part // parts for part in range(1, parts)} - {low, high})
