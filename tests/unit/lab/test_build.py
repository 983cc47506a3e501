"""The lab's world before any fault."""

from __future__ import annotations

from collections import Counter
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

import pytest

from cpe_diag.lab.build import build_world
from cpe_diag.lab.counting import count_traffic
from cpe_diag.lab.links import forwards, learned_mac, management_reachable, port_up, wan_up

if TYPE_CHECKING:
    from cpe_diag.lab.home_state import Home
    from cpe_diag.lab.world import World

# RFC 5737 and RFC 6598.
DOCUMENTATION = [ip_network(text) for text in ("198.51.100.0/24", "100.64.0.0/10")]


HOMES_AND_NEIGHBOURS = {
    "an-vdsl": (8, 12),
    "an-adsl": (8, 12),
    "an-eth": (8, 12),
    "olt-4": (4, 52),
    "cmts-5": (3, 12),
    "sw-6": (4, 10),
}


def test_every_node_has_homes_and_enough_neighbours(world: World) -> None:
    """The promised size: less would leave nobody to compare with."""
    assert {
        node: (
            sum(router.node == node for router in world.routers.values()),
            sum(ghost.node == node for ghost in world.ghosts.values()),
        )
        for node in world.nodes
    } == HOMES_AND_NEIGHBOURS
    for node in ("an-vdsl", "an-adsl", "an-eth"):
        assert len(world.nodes[node].ports) == 48


def test_a_pon_port_has_two_splitters_and_fourteen_onts_and_a_card_two_pon_ports(
    world: World,
) -> None:
    """Groups of several sizes: who shares what decides who is called."""
    node = world.nodes["olt-4"]
    onts = [port for port in node.ports.values() if port.ont is not None]
    pons = Counter(port.ont.pon for port in onts if port.ont is not None)
    assert len(pons) == 4
    assert set(pons.values()) == {14}
    assert sorted(Counter(port.splitter for port in onts).values()) == [6] * 4 + [8] * 4
    assert set(Counter(port.card for port in onts).values()) == {28}
    assert len({port.ont.serial for port in onts if port.ont is not None}) == 56


def test_every_neighbour_of_a_healthy_lab_is_up_and_counts_traffic(world: World) -> None:
    """A port without a router of the lab's must look like anybody's."""
    for ghost in world.ghosts.values():
        port = world.port_of(ghost)
        assert port_up(world, port)
        assert learned_mac(world, port) == ghost.wan_mac
        before = count_traffic(world, port).in_octets
        world.clock.seconds += 1.0  # type: ignore[attr-defined] # the clock of these tests
        assert count_traffic(world, port).in_octets > before


def test_no_two_homes_share_an_address_a_mac_or_a_port(world: World) -> None:
    """A duplicate would be a fault that nobody has set."""
    homes: list[Home] = [*world.routers.values(), *world.ghosts.values()]
    assert len({home.wan_mac for home in homes}) == len(homes)
    assert len({home.wan_address for home in homes}) == len(homes)
    assert len({(home.node, home.if_index) for home in homes}) == len(homes)


def test_every_home_of_a_healthy_lab_works(world: World) -> None:
    """A fault-free lab is the control of every test of a fault."""
    for router in world.routers.values():
        port = world.port_of(router)
        assert port_up(world, port)
        assert wan_up(world, router)
        assert forwards(world, router)
        assert management_reachable(world, router)
        assert learned_mac(world, port) == router.wan_mac


@pytest.mark.parametrize("seed", [1, 2, 99])
def test_ids_and_ports_do_not_depend_on_the_seed(world: World, seed: int) -> None:
    """Playbooks, lessons and tests name subscribers; the seed may only vary the noise."""
    other = build_world(seed, 0.0, clock=world.clock)
    assert list(other.routers) == list(world.routers)
    for subscriber, router in world.routers.items():
        assert other.port_of(other.routers[subscriber]).name == world.port_of(router).name
        assert other.routers[subscriber].wan_mac == router.wan_mac


def test_the_same_seed_gives_the_same_noise_and_new_credentials(world: World) -> None:
    """Noise must be repeatable; a password that repeats would be no secret."""
    again = build_world(7, 0.0, clock=world.clock)
    other = build_world(8, 0.0, clock=world.clock)
    for subscriber, router in world.routers.items():
        twin = again.routers[subscriber]
        assert again.port_of(twin).line == world.port_of(router).line
        assert twin.devices == router.devices
        assert twin.password != router.password
    assert again.secrets.snmp_read != world.secrets.snmp_read
    assert [n.booted_at for n in other.nodes.values()] != [
        n.booted_at for n in world.nodes.values()
    ]


def test_home_addresses_are_from_documentation_and_shared_space(world: World) -> None:
    """The lab must never name an address that belongs to somebody."""
    addresses = [router.wan_address for router in world.routers.values()]
    assert len(set(addresses)) == len(addresses)
    for address in addresses:
        assert any(ip_address(address) in network for network in DOCUMENTATION)


def test_port_names_follow_the_scheme_of_the_drivers(world: World) -> None:
    """`0/1/N` is ifIndex 1000+N and `ge-0/0/N` is ifIndex N, as the driver files say."""
    for node in (world.nodes[name] for name in ("an-vdsl", "an-adsl", "an-eth", "sw-6")):
        for if_index, port in node.ports.items():
            number = int(port.name.rpartition("/")[2])
            expected = number if node.technology == "ethernet" else 1000 + number
            assert if_index == port.if_index == expected


def test_an_ont_is_named_by_slot_port_and_id(world: World) -> None:
    """`0/1/0:9` is ONT 9 of ifIndex 4194304000 + 8192, as the driver for SmartAX says."""
    port = world.port_of(world.routers["sub-4002"])
    assert port.ont is not None
    assert (port.name, port.ont.pon, port.ont.number) == ("0/1/0:9", 4_194_312_192, 9)
    assert port.splitter == "0/1/0-B"


def test_dsl_homes_have_a_vlan_each_and_ethernet_homes_share_one(world: World) -> None:
    """1:1 and N:1 VLANs are read in different ways; the lab has both."""
    vlans: dict[str, list[int]] = {}
    for router in world.routers.values():
        vlans.setdefault(router.node, []).append(world.port_of(router).vlan)
    assert len(set(vlans["an-vdsl"])) == len(vlans["an-vdsl"])
    assert set(vlans["an-eth"]) == {100}


def test_every_home_has_three_to_five_devices_and_some_pppoe(world: World) -> None:
    """Wi-Fi and LAN devices, and both ways of getting an address."""
    for router in world.routers.values():
        assert 3 <= len(router.devices) <= 5
        assert any(device.attach.startswith("lan") for device in router.devices)
        assert any(device.attach.startswith("default_radio") for device in router.devices)
    protocols = {router.node: set[str]() for router in world.routers.values()}
    for router in world.routers.values():
        protocols[router.node].add(router.wan_protocol)
    assert {node for node, used in protocols.items() if "pppoe" in used} == {"an-adsl"}
    assert all("dhcp" in used for used in protocols.values())


def test_the_past_stays_counted_at_the_rates_of_the_past(world: World) -> None:
    """A change of rate must not rewrite what a counter has shown already."""
    port = world.port_of(world.routers["sub-3001"])
    port.in_bps = 8_000_000.0
    before = count_traffic(world, port).in_octets
    world.clock.seconds += 10.0  # type: ignore[attr-defined] # the clock of these tests
    assert count_traffic(world, port).in_octets == pytest.approx(before + 10_000_000)
    port.in_bps = 0.0
    world.clock.seconds += 10.0  # type: ignore[attr-defined] # as above
    assert count_traffic(world, port).in_octets == pytest.approx(before + 10_000_000)
