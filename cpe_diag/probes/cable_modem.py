"""The subscriber's cable modem as its CMTS sees it: its state, its levels, its errors."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import FailureKind, MeasurementError
from cpe_diag.domain.subscriber import Technology
from cpe_diag.driver_kit.capability import CapabilityState
from cpe_diag.driver_kit.docsis_facts import UNTOLD, cable_modem
from cpe_diag.driver_kit.mac_address import mac_of_index
from cpe_diag.driver_kit.port_names import OPERATION, locate
from cpe_diag.probes.channel_table import channels, columns_of
from cpe_diag.probes.node_port import (
    built,
    driver_of,
    fields_of,
    group_specs,
    has_technology,
    known,
    none_of,
    not_applicable,
    oids_of,
    port_of,
    table_source,
    uptime_oids,
)
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement
    from cpe_diag.driver_kit.access_facts import Fields
    from cpe_diag.driver_kit.port_index import PortIndex

KEY: Final = FactKey("cable_modem", "cmts")
GROUP: Final = "cable_modem"
UPSTREAMS: Final = "cable_modem_upstreams"

MAC: Final = "mac"
REG: Final = "reg"
"""The modem's index in DOCS-IF3-MIB."""

MOST_UPSTREAMS: Final = 16
"""DOCSIS 3.0 and 3.1 modems bond 4 to 8 upstreams; each is one row."""


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    clock, snmp = setting.doors.clock, setting.doors.snmp
    try:
        if has_technology(setting, {Technology.DOCSIS}) is False:
            raise not_applicable(setting)
        specs = group_specs(setting, GROUP)
        try:
            index = await port_of(setting, deadline)
        except MeasurementError as error:
            return (await _unknown(setting, error, deadline),)
        oids = (*uptime_oids(driver_of(setting)), *oids_of(specs, index))
        answers = await snmp.get(oids, deadline=deadline)
        fields = fields_of(setting, GROUP, answers, index)
        if fields.text("row_mac") != _mac(index):
            index = index.without_part(REG)
            fields = fields_of(setting, GROUP, answers, index)
        upstreams = await _upstreams(setting, index, deadline)
    except MeasurementError as error:
        return none_of((KEY,), error, clock.now())
    source = table_source(snmp.node, specs, f"modem {_mac(index)}")
    return (built(KEY, partial(cable_modem, fields, upstreams), source, clock.now()),)


async def _upstreams(setting: Setting, index: PortIndex, deadline: float) -> dict[int, Fields]:
    """Read the modem's upstream channels, where the driver and the CMTS know its rows."""
    driver, snmp = driver_of(setting), setting.doors.snmp
    capability = driver.capabilities.get(UPSTREAMS)
    if capability is None or capability.state is not CapabilityState.DONE:
        return {}
    if REG not in index.parts:
        return {}
    specs = driver.groups[UPSTREAMS]
    columns = tuple(index.fill(column) for column in columns_of(specs))
    table = await snmp.table(columns, prefix="", max_rows=MOST_UPSTREAMS, deadline=deadline)
    return channels(table, specs, index, snmp.node, UPSTREAMS)


async def _unknown(setting: Setting, error: MeasurementError, deadline: float) -> Measurement:
    """Say of a modem that the CMTS has no row of: is it gone, or does the CMTS tell of none?"""
    clock, snmp = setting.doors.clock, setting.doors.snmp
    if error.failure.kind is not FailureKind.UNSUPPORTED or error.operation != OPERATION:
        raise error
    driver = driver_of(setting)
    index = locate(driver, str(setting.subscriber.port))
    for lookup in driver.lookups:
        column = lookup.oid.removesuffix(f".{{{MAC}}}")
        if lookup.oid == column:
            continue
        if await snmp.next_rows(column, after="", max_rows=1, deadline=deadline):
            source = f"SNMP {snmp.node} {lookup.source.split(',')[0]}: no row of {_mac(index)}"
            return known(KEY, UNTOLD, source, clock.now())
    raise error


def _mac(index: PortIndex) -> str | None:
    numbers = index.parts.get(MAC, "")
    return mac_of_index(tuple(int(number) for number in numbers.split("."))) if numbers else None


PROBE: Final = Probe(
    id="cable_modem",
    title="Cable modem at the CMTS",
    asks="the CMTS, about the subscriber's cable modem and its upstream channels",
    gives=(KEY,),
    after=(),
    run=_run,
    cost_s=0.2,
)
