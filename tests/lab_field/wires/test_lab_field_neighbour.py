"""A real lldpd at the other end of the cable is read right, by LLDP and by CDP."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from field_wire import Wire

WALL: Final = "wall_port"
GATEWAY: Final = "198.51.100.1"
PORT: Final = "ge-0/0/7"
NODES: Final = "{an-1: {address: 192.0.2.1, driver: generic_ifmib, system_name: an-1.example}}"
BY_LLDP: Final = ()
BY_CDP: Final = ("-ccccc", "-ll")
"""lldpd(8): CDPv2 is sent without being asked for, LLDP is not."""


@pytest.fixture
def shared() -> Iterator[Path]:
    """Give a folder that the user of lldpd may enter."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def announces(
    wire: Wire, shared: Path, names: tuple[str, str], *how: str, vlan: int = 100
) -> None:
    """Let the switch's own port say who it is, each second."""
    system, port = names
    said = shared / "lldpd.conf"
    said.write_text(
        f"configure system hostname {system}\n"
        "configure lldp tx-interval 1\n"
        f"configure ports laptop lldp portidsubtype local {port}\n"
        f"configure ports laptop lldp portdescription {port}\n"
        "configure ports laptop lldp custom-tlv oui 00,80,c2 subtype 1"
        f" oui-info {vlan >> 8:02x},{vlan & 0xFF:02x}\n",
        encoding="utf-8",
    )
    socket = str(shared / "lldpd.socket")
    wire.start("switch", "lldpd", "-d", "-d", "-I", "laptop", "-u", socket, "-O", str(said), *how)


def line(wire: Wire, port: str) -> None:
    """A line of that port that is well."""
    wire.dnsmasq("operator", GATEWAY, "198.51.100.20")
    wire.world("operator")
    wire.laptop_takes("198.51.100.20", GATEWAY)
    wire.nodes = NODES
    wire.about = f'node: an-1, port: "{port}"'


def verdict(document: dict[str, Any]) -> tuple[str, str]:
    """Give domain and cause."""
    return document["verdict"]["domain"], document["verdict"]["cause"]


def heard(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Give who announced itself."""
    facts = document["evidence"]["facts"]
    value = next(one["value"] for one in facts if one["key"] == "field_heard[wall_port]")
    assert value["malformed"] == 0
    neighbours: list[dict[str, Any]] = value["neighbours"]
    return neighbours


@pytest.mark.parametrize(
    ("how", "protocol"), [(BY_LLDP, "LLDP"), (BY_CDP, "CDP")], ids=["lldp", "cdp"]
)
def test_a_neighbour_is_read_right(
    wire: Wire, shared: Path, how: tuple[str, ...], protocol: str
) -> None:
    """Name, port, and by LLDP the VLAN of the port; what is on record is no fault."""
    line(wire, PORT)
    announces(wire, shared, ("an-1.example", PORT), *how)
    document = wire.check("--at", WALL, service="{vlan: 100}")
    (told,) = heard(document)
    assert told["protocol"] == protocol
    assert told["port"] == PORT
    assert "an-1.example" in {told["system"], told["chassis"]}
    assert told["native_vlan"] == (100 if protocol == "LLDP" else None)
    assert verdict(document) == ("none", "no_fault")


@pytest.mark.parametrize(
    ("how", "system", "port"),
    [
        (BY_LLDP, "an-1.example", "ge-0/0/8"),
        (BY_LLDP, "an-2.example", PORT),
        (BY_CDP, "an-1.example", "ge-0/0/8"),
    ],
    ids=["port", "node", "port-cdp"],
)
def test_another_port_than_on_record_is_told(
    wire: Wire, shared: Path, how: tuple[str, ...], system: str, port: str
) -> None:
    """Whatever else is well there, the customer's service hangs on somebody else's port."""
    line(wire, PORT)
    announces(wire, shared, (system, port), *how)
    document = wire.check("--at", WALL, service="{vlan: 100}")
    assert verdict(document) == ("network", "wall_wrong_port")


def test_another_vlan_than_on_record_is_told(wire: Wire, shared: Path) -> None:
    """The node says it of its port itself (IEEE 802.1Q, annex D)."""
    line(wire, PORT)
    announces(wire, shared, ("an-1.example", PORT), vlan=200)
    document = wire.check("--at", WALL, service="{vlan: 100}")
    assert verdict(document) == ("network", "wall_wrong_vlan")
