"""Reads several groups of objects of the subscriber's port together, each with its own outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import MeasurementError
from cpe_diag.domain.missing import known
from cpe_diag.driver_kit.access_facts import Fields
from cpe_diag.driver_kit.mac_address import mac_index, octets_of
from cpe_diag.driver_kit.port_index import MAC, VLAN
from cpe_diag.probes.node_port import (
    built,
    driver_of,
    fields_of,
    group_specs,
    has_technology,
    node_times,
    none_of,
    not_applicable,
    oids_of,
    port_of,
    table_source,
    uptime_oids,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cpe_diag.domain.evidence import Measurement
    from cpe_diag.domain.subscriber import Technology
    from cpe_diag.driver_kit.access import ObjectSpec
    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.ports import Oid
    from cpe_diag.probes.probe import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFact:
    """One fact and the group of objects that it is built of, with the node's clock (or None)."""

    key: FactKey
    group: str
    build: Callable[[Fields, float | None], object]


async def read_groups(
    setting: Setting,
    wanted: Sequence[GroupFact],
    deadline: float,
    *,
    only: Collection[Technology] | None = None,
) -> tuple[Measurement, ...]:
    """Read groups in one question; a group that the driver does not have is not asked for.

    Args:
        setting: of the run.
        wanted: the facts.
        deadline: absolute, monotonic seconds.
        only: subscribers of other technologies have no such facts; None: all have.

    Returns:
        One measurement for each fact.
    """
    clock, snmp = setting.doors.clock, setting.doors.snmp
    lost: list[Measurement] = []
    asked: list[tuple[GroupFact, tuple[ObjectSpec, ...]]] = []
    oids: tuple[Oid, ...] = ()
    try:
        index = _with_service(setting, await port_of(setting, deadline))
        if only is not None and has_technology(setting, only) is False:
            _refuse(not_applicable(setting))
        for fact in wanted:
            try:
                specs = group_specs(setting, fact.group)
            except MeasurementError as error:
                lost.extend(none_of((fact.key,), error, clock.now()))
            else:
                asked.append((fact, specs))
                oids += oids_of(specs, index)
        if not asked:
            return tuple(lost)
        answers = await snmp.get((*uptime_oids(driver_of(setting)), *oids), deadline=deadline)
    except MeasurementError as error:
        return none_of((fact.key for fact in wanted), error, clock.now())
    at = clock.now()
    clock_s = known(node_times(setting, answers).number("clock_s"))
    told = [
        built(
            fact.key,
            partial(fact.build, fields_of(setting, fact.group, answers, index), clock_s),
            table_source(snmp.node, specs, f"port {index.label}"),
            at,
        )
        for fact, specs in asked
    ]
    return (*lost, *told)


def _with_service(setting: Setting, index: PortIndex) -> PortIndex:
    """Let objects be asked for that are indexed by the service's VLAN or the router's MAC."""
    vlan = known(setting.subscriber.service.vlan)
    written = known(setting.subscriber.router_mac)
    mac = octets_of(written) if written else None
    parts = {VLAN: vlan, MAC: None if mac is None else mac_index(mac)}
    for name, value in parts.items():
        if value is not None and name not in index.parts:
            index = index.with_part(name, str(value))
    return index


def _refuse(error: MeasurementError) -> NoReturn:
    raise error
