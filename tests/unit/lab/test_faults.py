"""Faults: the listing, setting and clearing as exact inverses, and what they do to the world."""

from __future__ import annotations

import copy
from dataclasses import asdict
from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from cpe_diag.lab.fault_desk import FaultDesk
from cpe_diag.lab.fault_listing import fault_entries
from cpe_diag.lab.faults import (
    FAULTS,
    FaultSetter,
    UnfitFaultError,
    UnknownNameError,
    find_fault,
)
from cpe_diag.lab.world import (
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

HOMES = ("sub-1001", "sub-2001", "sub-2002", "sub-3001")
"""One of each kind: VDSL2 and ADSL with DHCP, ADSL with PPPoE, Ethernet."""


@pytest.fixture
def setter(world: World) -> FaultSetter:
    """Give a setter over a healthy lab."""
    return FaultSetter(world=world, desk=FaultDesk(world))


def state(world: World) -> dict[str, object]:
    """Copy everything that the world holds, except its functions."""
    plain = asdict(copy.copy(world))
    return {key: value for key, value in plain.items() if key not in {"clock", "sleep"}}


def around(world: World, subscriber: str) -> list[object]:
    """Copy what faults of one home can change."""
    router = world.routers[subscriber]
    node = world.nodes[router.node]
    shared = (world.reference, world.platform, world.resolver)
    return [
        *(asdict(part) for part in (router, world.port_of(router), *shared)),
        (node.powered, node.agent_up, node.snmp_refused, world.core_loss),
        copy.deepcopy(world.faults),
    ]


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
