"""From decoded objects to facts about how a port is set up, powered, locked and wired; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.setting_facts import (
    CablePair,
    CableState,
    CableTest,
    DhcpBinding,
    PortConfig,
    PortPower,
    PortSecurity,
    VlanMembership,
)
from cpe_diag.driver_kit.access_fields import PAIRS

if TYPE_CHECKING:
    from cpe_diag.driver_kit.access_facts import Fields


def port_config(fields: Fields) -> PortConfig:
    """Build `port_config`.

    Raises:
        MeasurementError: not one setting has a value.
    """
    if all(isinstance(value, Missing) for value in fields.values.values()):
        fields.needed_number("vlan")
    return PortConfig(
        vlan=fields.count("vlan"),
        profile=fields.text("profile"),
        auto_negotiation=fields.claim("auto_negotiation"),
        service_vlan=_membership(fields),
    )


def _membership(fields: Fields) -> Maybe[VlanMembership]:
    member = fields.claim("in_service_vlan")
    untagged = fields.claim("service_untagged")
    if isinstance(member, Missing):
        return member
    if not member:
        return VlanMembership.ABSENT
    if isinstance(untagged, Missing):
        return untagged
    return VlanMembership.UNTAGGED if untagged else VlanMembership.TAGGED


def port_power(fields: Fields) -> PortPower:
    """Build `port_power`.

    Raises:
        MeasurementError: it is not known whether the port may give power.
    """
    return PortPower(
        admin_on=fields.needed_claim("admin_on"),
        delivering=fields.claim("delivering"),
        fault=fields.claim("fault"),
        power_w=fields.number("power_w"),
    )


def port_security(fields: Fields) -> PortSecurity:
    """Build `port_security`.

    Raises:
        MeasurementError: it is not known whether the port is locked.
    """
    return PortSecurity(
        enabled=fields.claim("enabled"),
        locked=fields.needed_claim("locked"),
        violations=fields.count("violations"),
    )


def cable_test(fields: Fields) -> CableTest:
    """Build `cable_test`.

    Raises:
        MeasurementError: not one pair has a state (no test was made, or it was not stored).
    """
    pairs = []
    for number in PAIRS:
        state = fields.text(f"pair{number}.state")
        if isinstance(state, str):
            distance_m = fields.number(f"pair{number}.distance_m")
            pairs.append(CablePair(pair=number, state=CableState(state), distance_m=distance_m))
    if not pairs:
        fields.needed_text("pair1.state")
    return CableTest(pairs=tuple(pairs))


def dhcp_binding(fields: Fields, *, mac: str | None, address: str | None) -> DhcpBinding:
    """Build one entry of `dhcp_bindings`.

    Args:
        fields: the row.
        mac: by which it was asked for, or None.
        address: by which it was asked for, or None.

    Raises:
        MeasurementError: the row does not tell the half that was not asked for.
    """
    return DhcpBinding(
        mac=mac or fields.needed_text("mac"),
        address=address or fields.needed_text("address"),
        vlan=fields.count("vlan"),
    )
