"""A real line is loaded by real tools: slow and bloated ones are told, at the wall and at home."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from field_world import takes_a_stream

if TYPE_CHECKING:
    from field_wire import Wire

WALL: Final = "wall_port"
LAN: Final = "router_lan"
REFERENCE: Final = "203.0.113.80"
SOLD: Final = "{down_bps: 20000000, up_bps: 20000000}"
LOADS: Final = {
    "iperf3": f"iperf3: {{host: {REFERENCE}}}",
    "ndt7": f'ndt7: "ws://{REFERENCE}:8080"',
}
SLOW: Final = ("rate", "4mbit", "burst", "32kb", "limit", "30kb")
LONG: Final = ("rate", "16mbit", "burst", "32kb", "limit", "1500kb")
"""tc-tbf(8): 1,500 kB at 16 Mbit/s are three quarters of a second."""


def verdict(document: dict[str, Any]) -> tuple[str, str]:
    """Give domain and cause."""
    return document["verdict"]["domain"], document["verdict"]["cause"]


def line(wire: Wire, address: str, first: str) -> None:
    """Give the laptop a line whose other end helps to load it."""
    wire.dnsmasq("operator", address, first)
    wire.world("operator")
    wire.start("operator", "iperf3", "--server", "--bind", REFERENCE)
    server = str(Path(__file__).parent.parent / "ndt7_server.py")
    wire.start("operator", sys.executable, server, REFERENCE, "8080")
    wire.awaited("operator", f"{REFERENCE}:5201")
    wire.awaited("operator", f"{REFERENCE}:8080")
    wire.laptop_takes(first, address)


def queue(wire: Wire, *words: str) -> None:
    """Shape what goes to the laptop, and what comes from it."""
    for port in ("laptop", "operator"):
        wire.run("switch", "tc", "qdisc", "replace", "dev", port, "root", "tbf", *words)


def check(wire: Wire, place: str, tool: str) -> dict[str, Any]:
    """Run a check that loads the line."""
    wire.more = f"load: {{{LOADS[tool]}, seconds: 4, most_mb: 13}}"
    alone = ("--answer", "line_use=nobody") if place == LAN else ()
    return wire.check("--at", place, *alone, service=SOLD)


@pytest.mark.parametrize(
    ("tool", "shape", "told"),
    [
        ("iperf3", (), ("none", "no_fault")),
        ("ndt7", (), ("none", "no_fault")),
        ("iperf3", SLOW, ("network", "wall_slow")),
        ("ndt7", SLOW, ("network", "wall_slow")),
        ("iperf3", LONG, ("network", "wall_bloated")),
    ],
    ids=["healthy-iperf3", "healthy-ndt7", "slow-iperf3", "slow-ndt7", "bloated-iperf3"],
)
def test_a_line_is_measured_at_the_wall(
    wire: Wire, tool: str, shape: tuple[str, ...], told: tuple[str, str]
) -> None:
    """By either tool, both ways; one connection alone (NDT7) fills no long queue in 4 s."""
    line(wire, "198.51.100.1", "198.51.100.20")
    if shape:
        queue(wire, *shape)
    document = check(wire, WALL, tool)
    assert verdict(document) == told


@pytest.mark.parametrize(
    ("shape", "cause"),
    [(SLOW, "router_slow"), (LONG, "router_bloated")],
    ids=["slow", "bloated"],
)
def test_a_slow_router_is_told_from_a_slow_line(
    wire: Wire, shape: tuple[str, ...], cause: str
) -> None:
    """The same load came through well at the wall port a moment ago."""
    line(wire, "198.51.100.1", "198.51.100.20")
    assert verdict(check(wire, WALL, "iperf3")) == ("none", "no_fault")
    wire.run("laptop", "ip", "addr", "flush", "dev", "eth0")
    wire.run("operator", "ip", "addr", "add", "192.168.1.1/24", "dev", "eth0")
    wire.laptop_takes("192.168.1.20", "192.168.1.1")
    queue(wire, *shape)
    assert verdict(check(wire, LAN, "iperf3")) == ("router", cause)


@pytest.mark.parametrize(
    ("foreign_bps", "told"),
    [(9_000_000, ("none", "no_fault")), (0, ("none", "no_fault"))],
    ids=["shared", "alone"],
)
def test_a_line_that_something_else_uses_beside_the_load_is_not_called_slow(
    wire: Wire, foreign_bps: int, told: tuple[str, str]
) -> None:
    """The laptop itself takes a stream: what passed in all is what the line lets through."""
    line(wire, "198.51.100.1", "198.51.100.20")
    queue(wire, "rate", "12mbit", "burst", "32kb", "limit", "60kb")
    if foreign_bps:
        takes_a_stream(wire, "198.51.100.20", foreign_bps)
    document = check(wire, WALL, "iperf3")
    assert verdict(document) == told
    facts = document["evidence"]["facts"]
    runs = next(one["value"]["runs"] for one in facts if one["key"] == "field_load[wall_port]")
    down = next(one for one in runs if one["direction"] == "down")
    assert (down["beside_bps"] > 1_000_000) is bool(foreign_bps)
