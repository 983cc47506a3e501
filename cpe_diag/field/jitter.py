"""Sends trains of echo requests side by side, and takes their times from the kernel."""

from __future__ import annotations

import select
import socket
import struct
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.field_jitter_facts import FieldJitter
from cpe_diag.domain.missing import Missing
from cpe_diag.driver_kit.parsers.trains import spread
from cpe_diag.field.family import IPV4, IPV6, family_of, place_of
from cpe_diag.field.kernel_times import ROOM, kernel_time, wish

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.domain.load_facts import PathQuality

COUNT: Final = 40
APART_S: Final = 0.03
WAIT_S: Final = 1.0
HERE: Final = {IPV4: "127.0.0.1", IPV6: "::1"}
ECHO: Final = struct.Struct("!BBHHH")
DATA: Final = bytes(48)
WAYS: Final = 3
MOST_PACKETS: Final = WAYS * COUNT


class Train:
    """Echo requests to one address."""

    def __init__(self, address: str) -> None:
        """Open a socket.

        Raises:
            OSError: the system does not let us, or knows no way.
        """
        self.address = address
        self._family = family = family_of(address)
        self.wire = socket.socket(family.number, socket.SOCK_DGRAM, family.icmp)
        self.wire.setblocking(False)  # noqa: FBT003 - the standard library's signature
        self._asked: dict[int, float] = {}
        self._sent: dict[int, float] = {}
        self._came: dict[int, tuple[float, bool]] = {}
        wish(self.wire)
        self.wire.connect(place_of(address))

    def send(self, number: int) -> None:
        """Send one; what the system refuses is lost."""
        self._asked[number] = time.time()
        with suppress(OSError):
            self.wire.send(ECHO.pack(self._family.request, 0, 0, 0, number) + DATA)

    def read(self) -> None:
        """Take what is there: times of what was sent, and answers."""
        with suppress(OSError):
            while True:
                _, told, _, _ = self.wire.recvmsg(ROOM, ROOM, socket.MSG_ERRQUEUE)
                at = kernel_time(told)
                if at is not None and at.number is not None:
                    self._sent.setdefault(at.number, at.at_s)
        with suppress(OSError):
            while True:
                packet, told, _, _ = self.wire.recvmsg(ROOM, ROOM)
                now_s, at = time.time(), kernel_time(told)
                if len(packet) < ECHO.size or packet[0] != self._family.reply:
                    continue
                number = ECHO.unpack_from(packet)[4]
                if number in self._asked:
                    taken = (now_s, False) if at is None else (at.at_s, True)
                    self._came.setdefault(number, taken)

    @property
    def whole(self) -> bool:
        """Whether all that was asked has been answered, and each sending has its time."""
        return len(self._came) == len(self._asked) and len(self._sent) >= len(self._asked)

    @property
    def stamped(self) -> int:
        """How many round trips have both times from the kernel."""
        return sum(number in self._sent and kernel for number, (_, kernel) in self._came.items())

    def quality(self) -> PathQuality:
        """Give the train; a round trip that would be negative, as a clock was set, is none."""
        trips = {
            number: came_s - self._sent.get(number, self._asked[number])
            for number, (came_s, _) in self._came.items()
        }
        good = {number: trip_s for number, trip_s in trips.items() if trip_s >= 0}
        return spread(self.address, len(self._asked), good)


def jitter_to(address: str, next_hop: str | None, *, within_s: float) -> FieldJitter:
    """Measure how evenly packets come from an address, with the next hop and ourselves beside it.

    Args:
        address: of the target.
        next_hop: of the way there; None: there is none between.
        within_s: how long at most.

    Returns:
        The three trains.

    Raises:
        OSError: the system does not let us send such packets, or knows no way.
    """
    ends_s = time.monotonic() + within_s
    here = HERE[family_of(address)]
    with ExitStack() as held:
        trains = [Train(one) for one in (address, here, *((next_hop,) if next_hop else ()))]
        for train in trains:
            held.callback(train.wire.close)
        begun_s = time.monotonic()
        for number in range(COUNT):
            for train in trains:
                train.send(number)
            _listen(trains, min(begun_s + (number + 1) * APART_S, ends_s))
        _listen(trains, min(time.monotonic() + WAIT_S, ends_s), last=True)
        far, own, *near = trains
        return FieldJitter(
            far=far.quality(),
            near=near[0].quality() if near else Missing(why=FailureKind.NOT_APPLICABLE),
            own=own.quality(),
            stamped=far.stamped,
        )


def _listen(trains: Sequence[Train], until_s: float, *, last: bool = False) -> None:
    """Take what comes until then; at the last, until all has come."""
    poll = select.poll()
    by_wire = {train.wire.fileno(): train for train in trains}
    for number in by_wire:
        poll.register(number, select.POLLIN)
    while (left_s := until_s - time.monotonic()) > 0:
        for number, _ in poll.poll(1000 * left_s):
            by_wire[number].read()
        if last and all(train.whole for train in trains):
            return
