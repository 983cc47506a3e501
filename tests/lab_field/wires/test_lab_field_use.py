"""On a real wire the laptop's own traffic fills the line beside our samples, and is told."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import pytest
from field_world import takes_a_stream

if TYPE_CHECKING:
    from field_wire import Wire

WALL: Final = "wall_port"
GATEWAY: Final = "198.51.100.1"
LAPTOP: Final = "198.51.100.20"
SOLD: Final = "{down_bps: 5000000, up_bps: 5000000}"
SHAPE: Final = ("root", "handle", "1:", "tbf", "rate", "5mbit", "burst", "16kb", "limit", "40kb")
QUEUE: Final = ("parent", "1:1", "pfifo", "limit", "20")
"""It counts frames: one of octets has room for small packets where it has none for large ones."""
BUSY: Final = """
import time
from cpe_diag.field.raw.wire import FloodedError, Wire

wire = Wire("eth0")
wire.hold_whole()
time.sleep({busy_s})
try:
    wire.hold_whole()
except FloodedError as error:
    print(error)
"""
"""Opens the laptop's port, and is too busy to read for so long."""


def verdict(document: dict[str, Any]) -> tuple[str, str]:
    """Give domain and cause."""
    return document["verdict"]["domain"], document["verdict"]["cause"]


def use(document: dict[str, Any]) -> dict[str, Any]:
    """Give what passed the laptop's port."""
    facts = document["evidence"]["facts"]
    found: dict[str, Any] = next(
        one["value"] for one in facts if one["key"] == "field_use[wall_port]"
    )
    return found


def line(wire: Wire) -> None:
    """Give the laptop a line of 5 Mbit/s."""
    wire.dnsmasq("operator", GATEWAY, LAPTOP)
    wire.world("operator")
    wire.laptop_takes(LAPTOP, GATEWAY)
    for words in (SHAPE, QUEUE):
        wire.run("switch", "tc", "qdisc", "replace", "dev", "laptop", *words)


@pytest.mark.parametrize(
    ("foreign_bps", "domain"), [(9_000_000, "undetermined"), (0, "none")], ids=["full", "idle"]
)
def test_a_stream_that_fills_the_line_is_told_and_accuses_nobody(
    wire: Wire, foreign_bps: int, domain: str
) -> None:
    """Packets are lost in its queue; without it the same line is well."""
    line(wire)
    if foreign_bps:
        takes_a_stream(wire, LAPTOP, foreign_bps)
    document = wire.check("--at", WALL, service=SOLD)
    assert verdict(document)[0] == domain
    assert (use(document)["in_bps"] > 2_500_000) is bool(foreign_bps)
    if foreign_bps:
        assert "came in and" in document["verdict"]["summary"]


@pytest.mark.parametrize(("foreign_bps", "words"), [(40_000_000, "too busy"), (0, "")])
def test_frames_that_came_while_the_laptop_was_too_busy_to_read_are_counted(
    wire: Wire, foreign_bps: int, words: str
) -> None:
    """By the system itself: silence tells nothing where an answer may be among them."""
    wire.run("operator", "ip", "addr", "add", f"{GATEWAY}/24", "dev", "eth0")
    wire.run("laptop", "ip", "addr", "add", f"{LAPTOP}/24", "dev", "eth0")
    if foreign_bps:
        takes_a_stream(wire, LAPTOP, foreign_bps)
    told = wire.run("laptop", sys.executable, "-c", BUSY.format(busy_s=2))
    assert (words in told, bool(told)) == (True, bool(words))
