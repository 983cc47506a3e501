"""What a lab writes for its clients."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
import yaml

from cpe_diag.lab.files import (
    ALL_FILES,
    INVENTORY_FILE,
    known_hosts,
    remove_files,
    write_files,
    write_private,
)
from cpe_diag.lab.inventory import inventory_document, secrets_document
from cpe_diag.store.inventory_yaml import YamlInventory

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.lab.world import World


def test_secrets_are_readable_by_their_owner_only(world: World, tmp_path: Path) -> None:
    """A credential in a file that others can read is no secret."""
    write_files(world, tmp_path)
    assert stat.S_IMODE((tmp_path / "secrets.yaml").stat().st_mode) == 0o600


def test_only_the_secrets_file_holds_secrets(world: World, tmp_path: Path) -> None:
    """Configuration and inventory refer to secrets; they never hold one."""
    write_files(world, tmp_path)
    held = yaml.safe_load((tmp_path / "secrets.yaml").read_text())
    for name in ("config.yaml", "inventory.yaml", "known_hosts"):
        text = (tmp_path / name).read_text()
        for value in held.values():
            assert all(part not in text for part in value.split(":"))


def test_every_reference_of_the_inventory_leads_to_a_secret(world: World) -> None:
    """A dangling reference would look like a missing credential."""
    keys = {f"file:secrets.yaml#{key}" for key in secrets_document(world)}
    inventory = yaml.safe_load(yaml.safe_dump(inventory_document(world)))
    used = {node["credential"] for node in inventory["nodes"].values()}
    used |= {node["write_credential"] for node in inventory["nodes"].values()}
    for entry in inventory["subscribers"]:
        used |= {entry[key]["credential"] for key in ("router", "modem") if key in entry}
    assert used <= keys


def test_some_subscribers_have_gaps(world: World) -> None:
    """What is missing in an inventory must be met in the lab before it is met in the field."""
    listed = yaml.safe_load(yaml.safe_dump(inventory_document(world)))["subscribers"]
    entries = [entry for entry in listed if "router" in entry]
    for field in ("router_mac", "ssids", "language"):
        without = [entry["id"] for entry in entries if field not in entry]
        assert 0 < len(without) < len(entries) / 4


@pytest.fixture
def inventory(world: World, tmp_path: Path) -> YamlInventory:
    """Read the lab's inventory as cpe-diag does."""
    for number, node in enumerate(world.nodes.values(), 40_000):
        node.udp_port = number
        for port in node.ports.values():
            if port.modem is not None:
                port.modem.udp_port = number
    for number, router in enumerate(world.routers.values(), 41_000):
        router.tcp_port = number
    write_files(world, tmp_path)
    return YamlInventory(tmp_path / INVENTORY_FILE)


def test_the_inventory_knows_every_neighbour_as_in_service(
    world: World, inventory: YamlInventory
) -> None:
    """Groups are made of what the inventory knows: ports, their subscribers, their splitters."""
    for node in world.nodes.values():
        ports = inventory.ports_of_node(node.id)
        assert all(port.in_service for port in ports)
        served = {port.name: port for port in node.ports.values() if port.subscriber}
        assert {port.port: port.subscriber for port in ports} == {
            name: port.subscriber for name, port in served.items()
        }
        assert {port.port: port.splitter for port in ports} == {
            name: port.splitter for name, port in served.items()
        }


def test_the_inventory_says_what_an_ont_and_a_modem_are(
    world: World, inventory: YamlInventory
) -> None:
    """Serial number and splitter; how the modem itself is asked; a neighbour has no router."""
    fibre, cable = inventory.subscriber("sub-4001"), inventory.subscriber("sub-5001")
    ont = world.port_of(world.routers["sub-4001"]).ont
    modem = world.port_of(world.routers["sub-5001"]).modem
    assert ont is not None
    assert modem is not None
    assert (fibre.ont_serial, fibre.splitter) == (ont.serial, "0/1/0-A")
    assert fibre.service.profile == "gpon-500-250"
    assert cable.modem is not None
    assert (cable.modem.address, cable.modem.port) == (modem.address, modem.udp_port)
    assert inventory.subscriber("sub-4101").router is None
    assert inventory.subscriber("sub-5101").modem is None


def test_every_node_can_be_written_and_knows_its_uplink(
    world: World, inventory: YamlInventory
) -> None:
    """A guard that refuses uplinks must know them; sysName must be what the inventory says."""
    for home in ("sub-1001", "sub-2001", "sub-3001", "sub-4001", "sub-5001", "sub-6001"):
        node = inventory.subscriber(home).node
        assert node is not None
        assert node.snmp.write_credential is not None
        assert node.system_name == world.nodes[node.id].sys_name
        assert len(node.uplinks) == 1


def test_known_hosts_pins_each_router_at_its_port(world: World) -> None:
    """One line each, in the form of OpenSSH for ports other than 22."""
    for number, router in enumerate(world.routers.values()):
        router.tcp_port = 40_000 + number
        router.host_key_openssh = f"ssh-ed25519 KEY{number} root@lab"
    lines = known_hosts(world).splitlines()
    first = world.routers["sub-1001"]
    assert lines[0] == f"[{first.address}]:40000 ssh-ed25519 KEY0"
    assert len(lines) == len(world.routers)


def test_all_files_go_and_the_directory_with_them(world: World, tmp_path: Path) -> None:
    """A stopped lab leaves nothing; a stranger's file keeps the directory."""
    ours = tmp_path / "ours"
    ours.mkdir()
    write_files(world, ours)
    remove_files(ours)
    assert not ours.exists()
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "notes").write_text("mine")
    write_files(world, shared)
    remove_files(shared)
    assert [path.name for path in shared.iterdir()] == ["notes"]
    assert "lab.json" in ALL_FILES


def test_a_file_that_cannot_be_written_leaves_nothing_half_done(tmp_path: Path) -> None:
    """The target is a directory: the draft must go, and the error must come."""
    (tmp_path / "config.yaml").mkdir()
    with pytest.raises(OSError, match=r"config\.yaml"):
        write_private(tmp_path / "config.yaml", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["config.yaml"]
