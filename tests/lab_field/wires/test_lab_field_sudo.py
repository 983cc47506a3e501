"""Called by a real sudo, a check is the caller's: whoever looks, whatever is written."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING, Any, Final

from called_by import NUMBER, by_sudo, somebodys_home

if TYPE_CHECKING:
    from field_wire import Wire

WALL: Final = "wall_port"
GATEWAY: Final = "198.51.100.1"
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def test_what_root_makes_under_sudo_belongs_to_whoever_called(wire: Wire) -> None:
    """Raw frames are seen by their process; afterwards nothing of root's is in their way.

    What is kept of a run is closed to others; what scapy keeps of lists is not ours.
    """
    wire.dnsmasq("operator", GATEWAY, "198.51.100.20")
    wire.world("operator")
    wire.laptop_takes("198.51.100.20", GATEWAY)
    with somebodys_home() as folder:
        home = folder / "home"
        wire.folder = home
        told = wire.run("laptop", *by_sudo(folder, wire.command("--at", WALL)))
        document: dict[str, Any] = json.loads(told)
        made = [
            one
            for one in sorted(home.rglob("*"))
            if one.name not in {"config.yaml", "inventory.yaml"}
        ]
        owners = {str(one.relative_to(home)): one.lstat().st_uid for one in made}
        kept = (one for one in made if one.is_file() and "scapy" not in one.parts)
        modes = {one.name: one.lstat().st_mode & OTHERS for one in kept}
    assert document["verdict"]["cause"] == "no_fault"
    facts = {one["key"] for one in document["evidence"]["facts"]}
    assert "field_heard[wall_port]" in facts
    assert modes, sorted(owners)
    assert {name: who for name, who in owners.items() if who != NUMBER} == {}
    assert {name: mode for name, mode in modes.items() if mode} == {}
