"""Faults: the listing, setting and clearing as exact inverses, and what they do to the world."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from cpe_diag.lab.fault_listing import fault_entries
from cpe_diag.lab.faults import (
    FAULTS,
    FaultSetter,
    UnfitFaultError,
    UnknownNameError,
    find_fault,
)
from cpe_diag.lab.links import (
    forwards,
    learned_mac,
    management_reachable,
    port_up,
    wan_carrier,
    wan_up,
)

if TYPE_CHECKING:
    from cpe_diag.lab.fault import Fault
    from cpe_diag.lab.world import World

HOMES = (
    "sub-1001",
    "sub-2001",
    "sub-2002",
    "sub-3001",
    "sub-4001",
    "sub-5001",
    "sub-6001",
    "sub-6004",
)
"""One of each kind: VDSL2 and ADSL with DHCP, ADSL with PPPoE, Ethernet, fibre, cable, and a
switch that tests cables, at 100 Mbit/s and at 1 Gbit/s."""


def state(world: World) -> str:
    """Write down everything that the world holds."""
    return repr(world)


def around(world: World, subscriber: str) -> str:
    """Write down what faults of one home can change."""
    router = world.routers[subscriber]
    node = world.nodes[router.node]
    ports = node.ports.values()
    return repr(
        (
            (router, world.port_of(router), world.reference, world.platform, world.resolver),
            (node.powered, node.agent_up, node.snmp_refused, world.core_loss),
            (node.cards, node.splitters, node.shared),
            [port.changed_at for port in ports],
            [port.modem for port in ports],
            {owner: sorted(faults) for owner, faults in world.faults.items()},
        )
    )


def fitting(world: World, subscriber: str) -> list[Fault]:
    """Give the faults that can happen to a home."""
    router = world.routers[subscriber]
    return [fault for fault in FAULTS if fault.unfit(world, router) is None]


def test_the_list_has_every_fault_once_and_all_four_domains() -> None:
    """At least twenty faults over four domains, with labels that the judge can be held to."""
    ids = [fault.id for fault in FAULTS]
    assert len(ids) == len(set(ids))
    assert {fault.domain for fault in FAULTS} == {"network", "router", "device", "platform", None}
    assert sum(fault.domain is not None for fault in FAULTS) >= 20
    for fault in FAULTS:
        assert (fault.domain is None) == (fault.cause is None)
        assert fault.title.endswith(".")
    assert [entry["id"] for entry in fault_entries()] == ids


def test_every_fault_fits_some_home(world: World) -> None:
    """A fault that no subscriber can have would be a promise that nobody can test."""
    for fault in FAULTS:
        assert any(fault in fitting(world, home) for home in HOMES), fault.id


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_clearing_a_fault_restores_exactly_what_was_before(
    world: World, setter: FaultSetter, fault: Fault
) -> None:
    """A lesson or test that follows must find the lab as it was."""
    for home in HOMES:
        if fault.unfit(world, world.routers[home]) is not None:
            continue
        before = state(world)
        setter.set(home, fault.id)
        assert state(world) != before
        assert setter.clear(home) == 1
        assert state(world) == before


@pytest.mark.parametrize("home", HOMES)
def test_any_two_faults_together_are_cleared_in_any_order(
    world: World, setter: FaultSetter, home: str
) -> None:
    """Faults overlap in the places they change; each must take back its own part only."""
    healthy = around(world, home)
    for first, second in combinations(fitting(world, home), 2):
        setter.set(home, first.id)
        alone = around(world, home)
        setter.set(home, second.id)
        setter.desk.clear(home, second.id)
        assert around(world, home) == alone, (first.id, second.id)
        setter.set(home, second.id)
        setter.desk.clear(home, first.id)
        setter.desk.clear(home, second.id)
        assert around(world, home) == healthy, (first.id, second.id)


def test_a_shared_fault_ends_only_with_its_last_owner(world: World, setter: FaultSetter) -> None:
    """Two subscribers on one node may both be given its outage."""
    setter.set("sub-1001", "node_outage")
    setter.set("sub-1002", "node_outage")
    setter.clear("sub-1001")
    assert not world.nodes["an-vdsl"].powered
    setter.clear("sub-1002")
    assert world.nodes["an-vdsl"].powered


def test_what_somebody_repaired_meanwhile_stays_repaired(
    world: World, setter: FaultSetter
) -> None:
    """Clearing port_shut after a technician has opened the port must not touch the port."""
    port = world.port_of(world.routers["sub-1001"])
    setter.set("sub-1001", "port_shut")
    port.admin_up = True
    setter.clear("sub-1001")
    assert port.admin_up


def test_setting_a_fault_twice_is_setting_it_once(world: World, setter: FaultSetter) -> None:
    """A nervous trainer's second click must not need two clears."""
    before = state(world)
    setter.set("sub-1001", "line_noise")
    setter.set("sub-1001", "line_noise")
    assert world.faults == {"sub-1001": {"line_noise"}}
    setter.clear()
    assert state(world) == before


def test_unknown_names_come_with_near_ones(setter: FaultSetter) -> None:
    """A typing error should cost one look, not a search."""
    with pytest.raises(UnknownNameError, match=r"did you mean .*sub-1001"):
        setter.set("sub-1o01", "port_shut")
    with pytest.raises(UnknownNameError, match=r"did you mean .*port_shut"):
        setter.set("sub-1001", "port-shut")
    with pytest.raises(UnknownNameError, match="no subscriber 'nobody'"):
        setter.clear("nobody")


def test_a_fault_that_cannot_happen_there_is_refused_with_the_reason(
    world: World, setter: FaultSetter
) -> None:
    """Noise on a DSL line of an Ethernet home would be a riddle without an answer."""
    with pytest.raises(UnfitFaultError, match="sub-3001 has ethernet"):
        setter.set("sub-3001", "line_noise")
    with pytest.raises(UnfitFaultError, match="sub-1001 uses dhcp"):
        setter.set("sub-1001", "auth_refused")
    assert world.faults == {}


@pytest.mark.parametrize("fault_id", [fault.id for fault in FAULTS if fault.domain is None])
def test_faults_of_our_own_access_leave_the_service_alone(
    world: World, setter: FaultSetter, fault_id: str
) -> None:
    """They test that our own trouble never becomes a verdict on the subscriber."""
    setter.set("sub-1001", fault_id)
    assert forwards(world, world.routers["sub-1001"])


@pytest.mark.parametrize(
    ("fault_id", "expected"),
    [
        # port up, WAN carrier, WAN address, forwards, management, MAC learned
        ("port_shut", (False, False, False, False, False, False)),
        ("line_cut", (False, False, False, False, False, False)),
        ("customer_power", (False, False, False, False, False, False)),
        ("node_outage", (False, False, False, False, False, False)),
        ("node_agent_silent", (True, True, True, True, True, True)),
        ("wan_cable", (True, False, False, False, False, False)),
        ("wrong_vlan", (True, True, False, False, True, True)),
        ("dhcp_no_offer", (True, True, False, False, True, True)),
        ("session_stale", (True, True, True, False, True, True)),
        ("router_hung", (True, True, True, False, True, True)),
        ("line_noise", (True, True, True, True, True, True)),
        ("dns_resolver", (True, True, True, True, True, True)),
    ],
)
def test_a_fault_is_seen_the_same_from_every_face(
    world: World,
    setter: FaultSetter,
    fault_id: str,
    expected: tuple[bool, bool, bool, bool, bool, bool],
) -> None:
    """What the faces derive from the one state is agreed; a verdict depends on it."""
    router = world.routers["sub-1001"]
    port = world.port_of(router)
    setter.set("sub-1001", fault_id)
    assert (
        port_up(world, port),
        wan_carrier(world, router),
        wan_up(world, router),
        forwards(world, router),
        management_reachable(world, router),
        learned_mac(world, port) is not None,
    ) == expected


ALL_FINE = (True, True, True, True, True, True)
NO_SERVICE = (False, False, False, False, False, False)
NO_ADDRESS = (True, True, False, False, True, True)


@pytest.mark.parametrize(
    ("subscriber", "fault_id", "expected"),
    [
        ("sub-4001", "fibre_cut", NO_SERVICE),
        ("sub-4001", "customer_power", NO_SERVICE),
        ("sub-4001", "port_shut", NO_SERVICE),
        ("sub-4001", "splitter_outage", NO_SERVICE),
        ("sub-4001", "card_outage", NO_SERVICE),
        ("sub-4001", "node_outage", NO_SERVICE),
        ("sub-4001", "wan_cable", (True, False, False, False, False, False)),
        ("sub-4001", "router_hung", (True, True, True, False, True, True)),
        ("sub-4001", "router_reboots", ALL_FINE),
        ("sub-4001", "wrong_vlan", NO_ADDRESS),
        ("sub-4001", "optical_low", ALL_FINE),
        ("sub-4001", "optical_high", ALL_FINE),
        ("sub-4001", "fibre_bent", ALL_FINE),
        ("sub-4001", "wrong_profile", ALL_FINE),
        ("sub-5001", "modem_offline", NO_SERVICE),
        ("sub-5001", "customer_power", NO_SERVICE),
        ("sub-5001", "splitter_outage", NO_SERVICE),
        ("sub-5001", "upstream_ingress", ALL_FINE),
        ("sub-5001", "t3_storm", ALL_FINE),
        ("sub-5001", "coax_level", ALL_FINE),
        ("sub-5001", "partial_service", ALL_FINE),
        ("sub-6001", "cable_pair_broken", NO_SERVICE),
        ("sub-6004", "cable_pair_broken", ALL_FINE),
        ("sub-6001", "port_locked", (True, True, False, False, False, False)),
        ("sub-6001", "wrong_vlan", NO_ADDRESS),
        ("sub-6001", "binding_stale", (True, True, True, False, True, True)),
        ("sub-4001", "binding_stale", (True, True, True, False, True, True)),
        ("sub-1001", "card_outage", NO_SERVICE),
        ("sub-1001", "wrong_profile", ALL_FINE),
    ],
)
def test_fibre_cable_and_switch_homes_follow_their_ont_modem_or_port(
    world: World,
    setter: FaultSetter,
    subscriber: str,
    fault_id: str,
    expected: tuple[bool, bool, bool, bool, bool, bool],
) -> None:
    """As above: port up, WAN carrier, WAN address, forwards, management, MAC learned."""
    router = world.routers[subscriber]
    port = world.port_of(router)
    setter.set(subscriber, fault_id)
    assert (
        port_up(world, port),
        wan_carrier(world, router),
        wan_up(world, router),
        forwards(world, router),
        management_reachable(world, router),
        learned_mac(world, port) is not None,
    ) == expected


def test_a_pppoe_home_without_authentication_has_no_address(
    world: World, setter: FaultSetter
) -> None:
    """The line is fine; the accounts desk is not."""
    router = world.routers["sub-2002"]
    setter.set("sub-2002", "auth_refused")
    assert port_up(world, world.port_of(router))
    assert not wan_up(world, router)


def test_find_fault_gives_the_fault() -> None:
    """The one way from an id to its definition."""
    assert find_fault("wifi_off").cause == "wifi_off"
