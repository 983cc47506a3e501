"""Faults of a group: whom they hit beside the subscriber, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpe_diag.lab.links import port_up

if TYPE_CHECKING:
    from cpe_diag.lab.faults import FaultSetter
    from cpe_diag.lab.world import AccessPort, World


def members(world: World, subscriber: str, fault_id: str) -> list[AccessPort]:
    """Give the ports in service that a group fault of a subscriber is meant to hit."""
    own = world.port_of(world.routers[subscriber])
    ports = [port for port in world.nodes[own.node].ports.values() if port.subscriber]
    match fault_id:
        case "splitter_outage":
            return [port for port in ports if port.splitter == own.splitter]
        case "card_outage":
            return [port for port in ports if port.card == own.card]
        case _:
            return ports


@pytest.mark.parametrize(
    ("subscriber", "fault_id", "count"),
    [
        ("sub-4001", "splitter_outage", 8),
        ("sub-4002", "splitter_outage", 6),
        ("sub-4001", "card_outage", 28),
        ("sub-4001", "node_outage", 56),
        ("sub-5001", "splitter_outage", 8),
        ("sub-5003", "card_outage", 7),
        ("sub-1001", "card_outage", 20),
        ("sub-3001", "card_outage", 20),
        ("sub-6001", "node_outage", 14),
    ],
)
def test_a_group_fault_hits_exactly_its_group_neighbours_included(
    world: World, setter: FaultSetter, subscriber: str, fault_id: str, count: int
) -> None:
    """Who is called depends on what those who are down have in common, and on who is not."""
    expected = {port.name for port in members(world, subscriber, fault_id)}
    node = world.nodes[world.routers[subscriber].node]
    setter.set(subscriber, fault_id)
    served = [port for port in node.ports.values() if port.subscriber]
    down = {port.name for port in served if not port_up(world, port)}
    assert down == expected
    assert len(down) == count


@pytest.mark.parametrize("fault_id", ["splitter_outage", "card_outage"])
def test_the_members_of_a_group_go_within_seconds_but_not_at_one_moment(
    world: World, setter: FaultSetter, fault_id: str
) -> None:
    """A node looks at its ports one after another: equal times would be too good to be true."""
    group = members(world, "sub-4001", fault_id)
    setter.set("sub-4001", fault_id)
    ages = {world.now() - port.changed_at for port in group}
    assert len(ages) > 1
    assert 0 <= min(ages) <= max(ages) <= 3.0


def test_who_was_down_before_keeps_the_time_at_which_he_went(
    world: World, setter: FaultSetter
) -> None:
    """An old fault of one home must not join the time of the group's."""
    port = world.port_of(world.routers["sub-4001"])
    setter.set("sub-4001", "fibre_cut")
    world.clock.seconds += 3600.0  # type: ignore[attr-defined] # the clock of these tests
    setter.set("sub-4002", "card_outage")
    assert world.now() - port.changed_at == pytest.approx(3600.0)


def test_a_dead_card_leaves_the_node_its_uplink_and_its_other_card(
    world: World, setter: FaultSetter
) -> None:
    """The node goes on answering: that is what tells a card from a node."""
    node = world.nodes["olt-4"]
    setter.set("sub-4001", "card_outage")
    assert node.powered
    assert node.agent_up
    assert all(port_up(world, uplink) for uplink in node.uplinks.values())
    pons = {port.name: port_up(world, port) for port in node.shared.values()}
    assert pons == {"0/1/0": False, "0/1/1": False, "0/2/0": True, "0/2/1": True}


def test_two_splitters_of_one_pon_port_fail_apart(world: World, setter: FaultSetter) -> None:
    """The PON port stays up while it hears one ONT; it goes down with the last."""
    node = world.nodes["olt-4"]
    pon = next(port for port in node.shared.values() if port.name == "0/1/0")
    setter.set("sub-4001", "splitter_outage")
    assert port_up(world, pon)
    setter.set("sub-4002", "splitter_outage")
    assert not port_up(world, pon)
    setter.clear("sub-4001")
    assert port_up(world, pon)
