"""Plans of changes: the node is looked at, the plan is made, and the guard looks at both."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import Missing, known
from cpe_diag.driver_kit.mac_address import mac_index, mac_words, octets_of
from cpe_diag.driver_kit.port_index import MAC, VLAN
from cpe_diag.engine.guard import guard
from cpe_diag.engine.guard_case import GuardCase
from cpe_diag.engine.plan_action import Where, action_of, objects_to_read, plan_action
from cpe_diag.engine.port_place import place_of
from cpe_diag.engine.raw_value import wished_value
from cpe_diag.engine.survey import survey
from cpe_diag.judge.thresholds import limits
from cpe_diag.probes.node_port import port_of
from cpe_diag.wiring.knowledge import fitting_driver

if TYPE_CHECKING:
    from cpe_diag.domain.action import ActionPlan
    from cpe_diag.domain.subscriber import Subscriber
    from cpe_diag.driver_kit.access import AccessDriver
    from cpe_diag.driver_kit.port_index import PortIndex
    from cpe_diag.wiring.changes import OpenChange, PreparedChange

LOOK_S: Final = 20.0


async def make_plan(change: OpenChange) -> ActionPlan:
    """Look at the node and make the plan, with what the guard says of it.

    Args:
        change: with open doors.

    Returns:
        The plan; `objections` says whether it may be performed.

    Raises:
        WishError: the driver cannot do it, or the value is not one that it takes.
        ActionError: a part of the port's index is not known, or a journal cannot be read.
        MeasurementError: the node does not answer, or the port is not known there.
    """
    prepared, setting = change.prepared, change.setting
    every = action_of(change.driver, prepared.wish.action)
    deadline = setting.doors.clock.monotonic() + LOOK_S
    located = await port_of(setting, deadline)
    port = with_service(located, prepared.run.subscriber)
    port = await setting.finder.complete(change.driver.lookups, port, deadline)
    spec = every.fitting(port)
    wished_value(spec, prepared.value)
    seen = await survey(setting, located, objects_to_read(spec, port), deadline)
    snmp = prepared.node.snmp
    where = Where(
        subscriber=prepared.wish.subscriber,
        node=prepared.node.id,
        address=f"{snmp.address}:{snmp.port}",
        port=port,
    )
    plan = replace(
        plan_action(spec, change.driver, where, wished=prepared.value, present=seen.present),
        place=place_of(change.driver, port, seen.ont_serial),
    )
    limit = limits(prepared.run.config.thresholds)
    now = setting.doors.clock.now()
    since = now - timedelta(seconds=limit["change_again_s"])
    done_already = None if plan.stands_already else prepared.journals.done_already(plan, since)
    findings = guard(
        GuardCase(
            spec=spec,
            plan=plan,
            survey=seen,
            subscriber=prepared.run.subscriber,
            node=prepared.node,
            port=port,
            node_ports=prepared.run.node_ports,
            driver=change.driver,
            fitting=_fitting(prepared, seen.object_id, seen.description),
            unfinished=prepared.journals.unfinished_at(plan),
            done_already=done_already,
            now=now,
            most_macs=limit["macs_of_one_home"],
        )
    )
    return replace(
        plan,
        findings=findings,
        accepted=prepared.wish.accept,
        repeats=done_already.id if done_already else None,
    )


def with_service(port: PortIndex, subscriber: Subscriber) -> PortIndex:
    """Give a port with what the inventory knows of the service: its VLAN, the router's MAC."""
    vlan, octets = known(subscriber.service.vlan), octets_of(known(subscriber.router_mac) or "")
    if vlan is not None:
        port = port.with_part(VLAN, str(vlan))
    if octets is not None and MAC not in port.parts:  # a modem's name is its own address
        port = port.with_part(MAC, mac_index(octets)).with_words(mac_words(octets))
    return port


def _fitting(
    prepared: PreparedChange, object_id: str | Missing, description: str | Missing
) -> AccessDriver | None:
    if isinstance(object_id, Missing):
        return None
    return fitting_driver(prepared.run.config, object_id, known(description) or "")
