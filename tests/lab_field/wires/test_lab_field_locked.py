"""A real wall port that is locked to the router's MAC: told as that, and accusing nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from capturing import capturing

if TYPE_CHECKING:
    from field_wire import Wire

WALL: Final = "wall_port"
AS_ROUTER: Final = "--as-router"
ROUTER: Final = "02:00:5e:40:00:99"
GATEWAY: Final = "198.51.100.1"
OFFERED: Final = "198.51.100.20"
LOCKED: Final = f"""\
table netdev port {{
  chain security {{
    type filter hook ingress device laptop priority 0;
    ether saddr != {ROUTER} drop
  }}
}}
"""
"""nft(8): what does not come from the MAC that the port has learned is dropped."""


def verdict(document: dict[str, Any]) -> tuple[str, str]:
    """Give domain and title."""
    return document["verdict"]["domain"], document["verdict"]["title"]


@pytest.mark.parametrize("wan", ["ipoe", "pppoe"])
def test_a_port_that_is_locked_to_the_router_is_told_with_its_way_out(
    wire: Wire, wan: str
) -> None:
    """The line answers the router's MAC: neither network nor router is accused."""
    wire.run("laptop", "sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=1")
    if wan == "ipoe":
        wire.dnsmasq("operator", GATEWAY, OFFERED)
    else:
        wire.pppoe("operator", "bras-1")
    wire.run("switch", "nft", "-f", "-", text=LOCKED)
    wire.about = f"router_mac: '{ROUTER}'"
    service = f"{{wan: {wan}}}"
    dry = wire.check("--dry-run", AS_ROUTER, service=service)
    with capturing(wire) as captured:
        document = wire.check("--at", WALL, AS_ROUTER, service=service)
    domain, title = verdict(document)
    assert domain == "undetermined"
    assert title == "The wall port is locked to the router's MAC: it answers that one alone"
    assert f"to the router's MAC ({ROUTER}): the port is locked to it" in str(document["verdict"])
    assert f"address {ROUTER}" in document["verdict"]["next_action"]
    words = ("tshark", "-r", str(captured.file), "-Y", f"eth.src == {ROUTER}")
    fields = ("-T", "fields", "-e", "frame.protocols", "-e", "_ws.malformed")
    shown = wire.run("switch", *words, *fields).splitlines()
    assert len(shown) == dry["most"]["locked"] == 2
    assert ["dhcp" in one for one in shown] == [True, False]
    assert all(one.endswith("\t") for one in shown)


@pytest.mark.parametrize("more", [(), (AS_ROUTER,)], ids=["not agreed", "the router is here"])
def test_the_routers_mac_is_used_by_nobody_else(wire: Wire, more: tuple[str, ...]) -> None:
    """Without the technician's word, or while the router speaks, no frame of ours bears it."""
    wire.about = f"router_mac: '{ROUTER}'"
    if more:
        wire.run("stranger", "ip", "link", "set", "eth0", "address", ROUTER)
        wire.run("stranger", "ip", "addr", "add", "198.51.100.9/24", "dev", "eth0")
        wire.start("stranger", "ping", "-q", "-b", "-i", "0.1", "198.51.100.255")
    with capturing(wire) as captured:
        document = wire.check("--at", WALL, *more, service="{wan: ipoe}")
    ours = f"eth.src == {ROUTER} and (dhcp or pppoed)"
    assert not wire.run("switch", "tshark", "-r", str(captured.file), "-Y", ours).strip()
    told = "the router itself is on this wire" if more else "that the router is unplugged"
    assert told in str(document)


def test_a_server_that_knows_the_router_alone_is_no_fault(wire: Wire) -> None:
    """A real server that gives nothing to strangers (dnsmasq(8), --dhcp-ignore) was accused."""
    known = (f"--dhcp-host={ROUTER},{OFFERED}", "--dhcp-ignore=tag:!known")
    wire.dnsmasq("operator", GATEWAY, OFFERED, *known)
    document = wire.check("--at", WALL)
    assert document["verdict"]["domain"] == "undetermined"
    assert f"{AS_ROUTER} MAC" in document["verdict"]["next_action"]
    as_on_its_label = ROUTER.upper().replace(":", "-")
    document = wire.check("--at", WALL, AS_ROUTER, as_on_its_label)
    assert verdict(document)[0] == "undetermined"
    assert f"offers {OFFERED} to the router's MAC ({ROUTER})" in str(document["verdict"])
