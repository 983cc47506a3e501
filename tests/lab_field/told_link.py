"""A laptop whose card says a speed and a duplex: a tap, joined to the wire by a program."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from field_wire import MACS

if TYPE_CHECKING:
    from field_wire import Wire

RELAY: Final = str(Path(__file__).parent / "tagging.py")
BEHIND: Final = "02:00:5e:40:00:0f"
UP: Final = "up0"


def card(wire: Wire, late_ms: int = 0) -> None:
    """Give the laptop a card in place of its cable; before it takes an address.

    Frames pass a program, so that their checksums have to be whole; what comes in is late by up
    to so many milliseconds.
    """
    for words in (
        ("link", "set", "eth0", "down"),
        ("link", "set", "eth0", "name", UP, "address", BEHIND, "arp", "off", "promisc", "on"),
        ("link", "set", UP, "addrgenmode", "none", "up"),
        ("tuntap", "add", "dev", "eth0", "mode", "tap"),
        ("link", "set", "eth0", "address", MACS["laptop"], "up"),
    ):
        wire.run("laptop", "ip", *words)
    wire.run("operator", "ethtool", "-K", "eth0", "tx", "off")
    relay = ("chrt", "-o", "0", sys.executable, RELAY, UP, "eth0", "0", str(late_ms))
    wire.start("laptop", *relay)  # even, whatever else runs here


def agrees(wire: Wire, speed_mbps: int, duplex: str) -> None:
    """Let the card say what both ends have come to (ethtool(8))."""
    words = ("speed", str(speed_mbps), "duplex", duplex, "autoneg", "off")
    wire.run("laptop", "ethtool", "-s", "eth0", *words)
