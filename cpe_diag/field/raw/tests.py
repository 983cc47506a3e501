"""The named tests: what each would send, and how it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from cpe_diag.field.raw import arp, dhcp, heard, ipv6, locked, pppoe, session, vlans
from cpe_diag.field.raw.order import Test
from cpe_diag.field.raw.own import own_mac
from cpe_diag.field.raw.wire import MOST_SENT, Wire

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from scapy.packet import Packet

    from cpe_diag.field.raw.order import Order


class Named(Protocol):
    """A module that does one test."""

    def packets(self, order: Order) -> tuple[Packet, ...]:
        """Write all frames that it may send."""

    def run(self, order: Order, wire: Wire) -> object:
        """Do it, and give its fact."""


TESTS: Final[Mapping[Test, Named]] = {
    Test.HEARD: heard,
    Test.DHCP: dhcp,
    Test.PPPOE: pppoe,
    Test.SESSION: session,
    Test.VLANS: vlans,
    Test.LOCKED: locked,
    Test.ARP: arp,
    Test.IPV6: ipv6,
}

BY_ANOTHER: Final[AbstractSet[Test]] = frozenset({Test.LOCKED})
"""Tests whose frames may bear another MAC than the interface's own: the router's."""


class ForeignSourceError(Exception):
    """An order wants frames with a MAC that is not the interface's own, in a test that may not."""


def hold_own(order: Order) -> None:
    """Hold that frames come from the interface's own MAC, unless the test is one that may else.

    Raises:
        OSError: the interface is not there.
        ForeignSourceError: they would come from another.
    """
    if order.test in BY_ANOTHER:
        return
    own = own_mac(order.interface)
    if order.mac != own:
        raise ForeignSourceError(
            f"the order names the source {order.mac}, and {order.interface} has {own}:"
            f" frames of the test {order.test.value} bear the interface's own alone"
            f" (another is for: {', '.join(sorted(BY_ANOTHER))})"
        )


def most(order: Order) -> int:
    """Say how many frames a test sends at most; the interface takes no more of it."""
    if order.test is Test.SESSION:
        return session.most(order)
    return min(MOST_SENT, len(TESTS[order.test].packets(order)))


def done(order: Order) -> object:
    """Do one test.

    Args:
        order: which, where and how long.

    Returns:
        Its fact.

    Raises:
        OSError: the interface is not there, is down, or may not be opened.
    """
    wire = Wire(order.interface, most(order))
    try:
        return TESTS[order.test].run(order, wire)
    finally:
        wire.close()


def described(order: Order) -> dict[str, Any]:
    """Say which frames a test may send, without sending any.

    Args:
        order: which and where.

    Returns:
        `frames`: for each its octets in hex, a line that a person can read, and how often it is
        sent at most; `most`: how many are sent in all at most.
    """
    told = (
        session.announced(order)
        if order.test is Test.SESSION
        else [(packet, 1, "") for packet in TESTS[order.test].packets(order)]
    )
    frames = [
        {"hex": bytes(packet).hex(), "says": f"{packet.summary()}{says}", "times": times}
        for packet, times, says in told
    ]
    return {"frames": frames, "most": most(order)}
