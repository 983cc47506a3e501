"""How the node sets up, powers and locks the subscriber's port, and its last cable test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.driver_kit.setting_facts import cable_test, port_config, port_power, port_security
from cpe_diag.probes.group_read import GroupFact, read_groups
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

FACTS: Final = (
    GroupFact(
        key=FactKey("port_config", "port"),
        group="port_config",
        build=lambda fields, _clock: port_config(fields),
    ),
    GroupFact(
        key=FactKey("port_power", "port"),
        group="port_power",
        build=lambda fields, _clock: port_power(fields),
    ),
    GroupFact(
        key=FactKey("port_security", "port"),
        group="port_security",
        build=lambda fields, _clock: port_security(fields),
    ),
    GroupFact(
        key=FactKey("cable_test", "port"),
        group="cable_test",
        build=lambda fields, _clock: cable_test(fields),
    ),
)


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    return await read_groups(setting, FACTS, deadline)


PROBE: Final = Probe(
    id="port_settings",
    title="Settings of the port",
    asks="the access node, about VLAN, profile, power, lock and the last cable test",
    gives=tuple(fact.key for fact in FACTS),
    after=(),
    run=_run,
    cost_s=0.1,
)
