"""Which address DHCP snooping has bound to the customer's router on the port.

The table of a node holds all its customers, so it is never walked: the row is asked for by the
router's address, or by its MAC in the service's VLAN, whichever the node's table is indexed by.
"""

from __future__ import annotations

from contextlib import suppress
from ipaddress import AddressValueError, IPv4Address
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import MeasurementError
from cpe_diag.domain.missing import known
from cpe_diag.domain.setting_facts import DhcpBindings
from cpe_diag.driver_kit.mac_address import mac_index, mac_text, octets_of
from cpe_diag.driver_kit.port_index import placeholders
from cpe_diag.driver_kit.setting_facts import dhcp_binding
from cpe_diag.probes.node_port import (
    fields_of,
    group_specs,
    none_of,
    not_configured,
    port_of,
    table_source,
    unsupported,
)
from cpe_diag.probes.node_port import known as observed
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.domain.evidence import Evidence, Measurement
    from cpe_diag.domain.subscriber import Subscriber
    from cpe_diag.driver_kit.access import ObjectSpec
    from cpe_diag.driver_kit.port_index import PortIndex

KEY: Final = FactKey("dhcp_bindings", "port")
_GROUP: Final = "dhcp_bindings"

_NAMES: Final[Mapping[str, str]] = {
    "mac": "the router's MAC",
    "address": "the router's IPv4 address",
    "vlan": "the service's VLAN",
}


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    clock, node = setting.doors.clock, setting.doors.snmp.node
    try:
        specs = group_specs(setting, _GROUP)
        port = await port_of(setting, deadline)
        fact = await _bindings(setting, specs, port, deadline)
    except MeasurementError as error:
        return none_of((KEY,), error, clock.now())
    source = table_source(node, specs, f"row of {fact.asked}")
    return (observed(KEY, fact, source, clock.now()),)


async def _bindings(
    setting: Setting, specs: Sequence[ObjectSpec], port: PortIndex, deadline: float
) -> DhcpBindings:
    """Ask for the row of the router.

    Raises:
        MeasurementError: NOT_CONFIGURED: the inventory lacks what the table is indexed by;
            UNSUPPORTED: the node shows no binding at all; or as the node's answer failed.
    """
    subscriber, snmp = setting.subscriber, setting.doors.snmp
    needed = {name for spec in specs for name in placeholders(spec.oid)} - port.parts.keys()
    given = {name: part for name, part in _known_parts(subscriber).items() if name in needed}
    if given.keys() != needed:
        lacks = " and ".join(_NAMES.get(name, name) for name in sorted(needed - given.keys()))
        raise not_configured(f"subscriber {subscriber.id}", f"{lacks} is not in the inventory")
    row = port
    for name, part in given.items():
        row = row.with_part(name, part)
    octets = octets_of(known(subscriber.router_mac) or "") if "mac" in given else None
    mac, address = mac_text(octets) if octets else None, given.get("address")
    asked = address or mac or port.name
    answers = await snmp.get([spec.at(row) for spec in specs], deadline=deadline)
    if all(answer is None for answer in answers.values()):
        column = specs[0].oid.split(".{")[0]
        if not await snmp.next_rows(column, after="", max_rows=1, deadline=deadline):
            detail = "the node shows no DHCP binding at all; snooping may be off"
            raise unsupported(setting, detail)
        return DhcpBindings(asked=asked, entries=())
    fields = fields_of(setting, _GROUP, answers, row)
    place = fields.count("if_index")
    if isinstance(place, int) and place != port.if_index:
        return DhcpBindings(asked=asked, entries=())
    return DhcpBindings(asked=asked, entries=(dhcp_binding(fields, mac=mac, address=address),))


def _known_parts(subscriber: Subscriber) -> dict[str, str]:
    """Give what the inventory knows of the router, as parts of an index."""
    parts: dict[str, str] = {}
    octets = octets_of(known(subscriber.router_mac) or "")
    if octets is not None:
        parts["mac"] = mac_index(octets)
    vlan = known(subscriber.service.vlan)
    if vlan is not None:
        parts["vlan"] = str(vlan)
    with suppress(AddressValueError):
        parts["address"] = str(IPv4Address(subscriber.router.address if subscriber.router else ""))
    return parts


PROBE: Final = Probe(
    id="dhcp_bindings",
    title="DHCP binding of the router",
    asks="the access node, about the row of the router in its DHCP snooping table",
    gives=(KEY,),
    after=(),
    run=_run,
    cost_s=0.1,
)
