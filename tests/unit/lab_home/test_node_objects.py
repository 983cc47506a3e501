"""What the lab's access node tells beyond net-snmp: bridge ports, addresses, damaged frames."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cpe_diag.lab.home import files, layout, node_objects
from cpe_diag.lab.home.node_objects import (
    BASE_PORT_IF_INDEX,
    DUPLEX,
    ENTRY,
    FCS,
    FDB_PORT,
    IF_IN_ERRORS,
    LATE,
    PVID,
    VLAN_FDB_PORT,
)

if TYPE_CHECKING:
    from pathlib import Path

MAC = bytes.fromhex("02005e100001")
OWN = bytes.fromhex("02005e100099")


@pytest.fixture
def devices(tmp_path: Path) -> Path:
    """Write what sysfs says of a bridge with two ports, one of them in another VLAN."""
    for number, name in enumerate(("br0", "vlan999", "up0", "sub1"), start=1):
        (tmp_path / name / "statistics").mkdir(parents=True)
        (tmp_path / name / "statistics/rx_errors").write_text("0\n")
        (tmp_path / name / "ifindex").write_text(f"{number}\n")
    for name, bridge in (("up0", "br0"), ("sub1", "vlan999")):
        (tmp_path / name / "master").symlink_to(tmp_path / bridge)
        (tmp_path / name / "brport").mkdir()
        (tmp_path / name / "brport/port_no").write_text("0x1\n")
    (tmp_path / "br0/brforward").write_bytes(b"")
    (tmp_path / "vlan999/brforward").write_bytes(
        ENTRY.pack(MAC, 1, 0, 5, 0, 0, 0) + ENTRY.pack(OWN, 1, 1, 0, 0, 0, 0)
    )
    return tmp_path


def test_an_address_is_told_at_its_port_and_in_its_vlan(devices: Path) -> None:
    """The wrong VLAN is seen by where the router was learned."""
    told = node_objects.objects(devices, {}, frozenset())
    assert told[(*BASE_PORT_IF_INDEX, 4)] == "integer\n4"
    assert told[FDB_PORT + tuple(MAC)] == "integer\n4"
    assert told[(*VLAN_FDB_PORT, 999, *MAC)] == "integer\n4"
    assert (told[(*PVID, 3)], told[(*PVID, 4)]) == ("gauge\n100", "gauge\n999")


def test_the_ports_own_address_is_not_learned(devices: Path) -> None:
    """A node that tells its own addresses has a device on every port."""
    told = node_objects.objects(devices, {}, frozenset())
    assert FDB_PORT + tuple(OWN) not in told


def test_what_is_lost_to_damage_is_counted_where_the_mib_counts_it(devices: Path) -> None:
    """Loss and errors must be the same frames, else the lab tells a story of its own."""
    damage = {"sub1_fcs": 5, "sub1_late": 2}
    told = node_objects.objects(devices, damage, frozenset({"sub1"}))
    assert told[(*IF_IN_ERRORS, 4)] == "counter\n5"
    assert told[(*FCS, 4)] == "counter\n5"
    assert told[(*LATE, 4)] == "counter\n2"
    assert (told[(*DUPLEX, 3)], told[(*DUPLEX, 4)]) == ("integer\n3", "integer\n2")
    assert told[(*FCS, 3)] == "counter\n0"


def test_counters_of_nft_are_read_and_no_table_is_none() -> None:
    """Without a fault there is no table, and nft says nothing."""
    listed = {"nftables": [{"metainfo": {}}, {"counter": {"name": "sub1_fcs", "packets": 7}}]}
    assert node_objects.damaged(json.dumps(listed)) == {"sub1_fcs": 7}
    assert node_objects.damaged("") == {}


def test_a_table_is_walked_in_the_order_of_its_numbers() -> None:
    """As text, 1.10 comes before 1.9, and snmpd ends the walk there."""
    told: dict[tuple[int, ...], str] = {(1, 9): "integer\n1", (1, 10): "integer\n2"}
    assert node_objects.tell("getnext", (1,), told) == ".1.9\ninteger\n1"
    assert node_objects.tell("getnext", (1, 9), told) == ".1.10\ninteger\n2"
    assert node_objects.tell("getnext", (1, 10), told) == "NONE"
    assert node_objects.tell("get", (1, 9), told) == ".1.9\ninteger\n1"
    assert node_objects.tell("get", (1, 8), told) == "NONE"


def test_the_inventory_names_the_ports_as_the_node_numbers_them() -> None:
    """Bridge port and ifIndex are one number there; the inventory's name must say so."""
    subscribers = files.inventory()["subscribers"]
    assert isinstance(subscribers, list)
    assert [one["port"] for one in subscribers] == [
        f"ge-0/0/{line.if_index}" for line in layout.LINES
    ]
