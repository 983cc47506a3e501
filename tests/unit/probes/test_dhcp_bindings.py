"""The router's row in the node's DHCP snooping table is asked for, and the table never walked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.domain.setting_facts import DhcpBinding, DhcpBindings
from cpe_diag.driver_kit.load import load_access_driver
from cpe_diag.probes import dhcp_bindings
from cpe_diag.testing.doors import FakeSnmp, Wire
from cpe_diag.testing.run_samples import sample_subscriber
from cpe_diag.testing.setting import fake_doors, fake_setting

if TYPE_CHECKING:
    from cpe_diag.ports import Oid, SnmpValue
    from cpe_diag.probes.probe import Setting

MAC: Final = "02:00:5e:00:10:12"
ADDRESS: Final = "198.51.100.12"
ELTEX: Final = "1.3.6.1.4.1.89.112.1.11.1"
ELTEX_ROW: Final = "1012.2.0.94.0.16.18"
DLINK: Final = "1.3.6.1.4.1.171.12.23.4.3.1"
NO_VLAN: Final = Missing(why=FailureKind.UNSUPPORTED)


def setting_of(driver: str, port: str, objects: dict[Oid, SnmpValue]) -> Setting:
    """Make a setting whose subscriber sits on a port of a switch that holds `objects`."""
    doors = fake_doors()
    snmp = FakeSnmp(wire=Wire(clock=doors.clock, recorder=doors.recorder), objects=objects)
    setting = fake_setting(replace(sample_subscriber(), port=port), replace(doors, snmp=snmp))
    return replace(setting, access_driver=load_access_driver(driver))


async def bindings(setting: Setting) -> DhcpBindings | FailureKind:
    """Ask, and give the fact or why it is not known."""
    deadline = setting.doors.clock.monotonic() + 10
    (one,) = await dhcp_bindings.PROBE.run(setting, Evidence(), deadline)
    if isinstance(one.observation, Unobserved):
        return one.observation.failure.kind
    assert isinstance(one.observation, Observed)
    assert isinstance(one.observation.value, DhcpBindings)
    return one.observation.value


def eltex(if_index: int = 55, address: str = ADDRESS) -> dict[Oid, SnmpValue]:
    """Make a MES that has the router bound on an interface."""
    return {f"{ELTEX}.5.{ELTEX_ROW}": address, f"{ELTEX}.6.{ELTEX_ROW}": if_index}


async def test_a_table_by_vlan_and_mac_tells_the_address() -> None:
    """One GET, whatever the size of the table."""
    setting = setting_of("eltex_mes", "gi1/0/7", eltex())
    bound = DhcpBinding(mac=MAC, address=ADDRESS, vlan=NO_VLAN)
    assert await bindings(setting) == DhcpBindings(asked=MAC, entries=(bound,))
    assert len(setting.doors.recorder.trace(start_s=0.0)) == 1


async def test_a_table_by_address_tells_the_mac() -> None:
    """Another MAC than the inventory's is another router, and is shown as it is."""
    other = bytes((2, 0, 0x5E, 9, 9, 9))
    objects: dict[Oid, SnmpValue] = {f"{DLINK}.2.{ADDRESS}": other, f"{DLINK}.4.{ADDRESS}": 7}
    bound = DhcpBinding(mac="02:00:5e:09:09:09", address=ADDRESS, vlan=NO_VLAN)
    got = await bindings(setting_of("dlink_des", "7", objects))
    assert got == DhcpBindings(asked=ADDRESS, entries=(bound,))


async def test_a_binding_on_another_port_is_none_on_this_one() -> None:
    """The customer's router at the neighbour's port must not look bound at his own."""
    setting = setting_of("eltex_mes", "gi1/0/7", eltex(if_index=56))
    assert await bindings(setting) == DhcpBindings(asked=MAC, entries=())


async def test_no_row_is_a_fact_only_where_the_node_has_bindings_at_all() -> None:
    """A node without snooping says nothing about the customer."""
    others: dict[Oid, SnmpValue] = {f"{ELTEX}.5.1012.2.0.94.0.0.1": "198.51.100.99"}
    assert await bindings(setting_of("eltex_mes", "gi1/0/7", others)) == DhcpBindings(
        asked=MAC, entries=()
    )
    nothing = await bindings(setting_of("eltex_mes", "gi1/0/7", {}))
    assert nothing is FailureKind.UNSUPPORTED


@pytest.mark.parametrize("address", ["router.example", "2001:db8::1"])
async def test_a_router_without_an_ipv4_address_cannot_be_asked_for_by_it(address: str) -> None:
    """The gap is in the inventory, and nothing is sent."""
    setting = setting_of("dlink_des", "7", {})
    router = setting.subscriber.router
    assert router is not None
    router = replace(router, address=address)
    setting = replace(setting, subscriber=replace(setting.subscriber, router=router))
    assert await bindings(setting) is FailureKind.NOT_CONFIGURED
    mac = Missing(why=FailureKind.NOT_CONFIGURED)
    by_mac = setting_of("eltex_mes", "gi1/0/7", eltex())
    by_mac = replace(by_mac, subscriber=replace(by_mac.subscriber, router_mac=mac))
    assert await bindings(by_mac) is FailureKind.NOT_CONFIGURED


async def test_a_row_that_lost_its_other_half_is_not_a_binding() -> None:
    """An entry without its address proves nothing."""
    half: dict[Oid, SnmpValue] = {f"{ELTEX}.6.{ELTEX_ROW}": 55}
    got = await bindings(setting_of("eltex_mes", "gi1/0/7", half))
    assert isinstance(got, FailureKind)


async def test_a_driver_that_cannot_says_so() -> None:
    """Its own reason stands in the report."""
    got = await bindings(setting_of("huawei_vrp", "ifindex:6", {}))
    assert got is FailureKind.UNSUPPORTED
