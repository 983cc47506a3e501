"""Asks a wire, and once more where the first question found no answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scapy.packet import Packet

    from cpe_diag.field.raw.frame import Frame
    from cpe_diag.field.raw.order import Order
    from cpe_diag.field.raw.wire import Wire


class Hearing(Protocol):
    """What collects answers."""

    @property
    def offers(self) -> Mapping[tuple[str, str], object]:
        """What has been offered so far."""

    def take(self, frame: Frame, took_s: float) -> None:
        """Read one frame that came so long after the interface was opened."""


def ask_twice(
    order: Order, wire: Wire, both: tuple[Packet, ...], heard: Hearing, again_s: float
) -> None:
    """Ask, and listen to all who answer until the time is over.

    Args:
        order: how long.
        wire: where.
        both: the question, twice.
        heard: collects the answers.
        again_s: after this the second is sent, where nobody has answered.

    Raises:
        OSError: the interface fails.
        FloodedError: nobody was heard, and not all was read.
    """
    first, second = both
    wire.send((first,))
    for frame in wire.frames(min(again_s, order.for_s)):
        heard.take(frame, wire.took_s)
    if not heard.offers:
        wire.send((second,))
    for frame in wire.frames(order.for_s):
        heard.take(frame, wire.took_s)
    if not heard.offers:
        wire.hold_whole()
