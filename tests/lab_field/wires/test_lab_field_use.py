"""On a real wire the laptop's own traffic fills the line beside our samples, and is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from field_world import takes_a_stream

if TYPE_CHECKING:
    from field_wire import Wire

WALL: Final = "wall_port"
GATEWAY: Final = "198.51.100.1"
LAPTOP: Final = "198.51.100.20"
SOLD: Final = "{down_bps: 5000000, up_bps: 5000000}"
SHAPE: Final = ("rate", "5mbit", "burst", "16kb", "limit", "20kb")


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
    wire.run("switch", "tc", "qdisc", "replace", "dev", "laptop", "root", "tbf", *SHAPE)


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
