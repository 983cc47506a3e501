"""A stream on a real wire comes, does not, or has gaps; at the wall and behind the router."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from field_wire import Wire

GROUP: Final = "239.1.1.1"
SOLD: Final = "{down_bps: 100000000, up_bps: 100000000}"
"""Else the stream itself, which this wire carries to everybody, may fill the line."""
WELL: Final = ("none", "no_fault")


def verdict(document: dict[str, Any]) -> tuple[str, str]:
    """Give domain and cause."""
    return document["verdict"]["domain"], document["verdict"]["cause"]


def line(wire: Wire, address: str, first: str) -> None:
    """Give the laptop a line, and the name of a group."""
    wire.dnsmasq("operator", address, first)
    wire.world("operator")
    wire.laptop_takes(first, address)
    wire.more = f"stream: {{group: {GROUP}, port: 5000}}"


def sends(wire: Wire, every: int) -> None:
    """Send a stream; of so many datagrams one is missing, 0: none."""
    wire.run("operator", "ip", "route", "add", "224.0.0.0/4", "dev", "eth0")
    sender = str(Path(__file__).parent.parent / "stream_sender.py")
    wire.start("operator", sys.executable, sender, GROUP, "5000", str(every))


@pytest.mark.parametrize(
    ("every", "told"),
    [
        (0, WELL),
        (None, ("network", "wall_no_stream")),
        (20, ("network", "wall_broken_stream")),
    ],
    ids=["healthy", "none", "gaps"],
)
def test_a_stream_is_seen_at_the_wall(
    wire: Wire, every: int | None, told: tuple[str, str]
) -> None:
    """The laptop joins as a set-top box does."""
    line(wire, "198.51.100.1", "198.51.100.20")
    if every is not None:
        sends(wire, every)
    assert verdict(wire.check("--at", "wall_port", service=SOLD)) == told


@pytest.mark.parametrize(
    ("every", "cause"), [(None, "router_no_stream"), (20, "router_breaks_stream")]
)
def test_a_router_that_spoils_a_stream_is_told_from_the_line(
    wire: Wire, every: int | None, cause: str
) -> None:
    """At the wall port it came well a moment ago."""
    line(wire, "198.51.100.1", "198.51.100.20")
    sends(wire, 0)
    assert verdict(wire.check("--at", "wall_port", service=SOLD)) == WELL
    sender = wire.started.pop()
    sender.kill()
    sender.wait()
    wire.run("laptop", "ip", "addr", "flush", "dev", "eth0")
    wire.run("operator", "ip", "addr", "add", "192.168.1.1/24", "dev", "eth0")
    wire.laptop_takes("192.168.1.20", "192.168.1.1")
    if every is not None:
        wire.run("operator", "ip", "route", "del", "224.0.0.0/4")
        sends(wire, every)
    assert verdict(wire.check("--at", "router_lan", service=SOLD)) == ("router", cause)
