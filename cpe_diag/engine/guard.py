"""Pure: may this port be changed for this subscriber? Every reason to refuse, each with its words.

What cannot be told refuses too: somebody has to accept it by its id, and that is recorded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.action import PlannedSet
from cpe_diag.domain.agreement import GuardFinding, GuardState
from cpe_diag.domain.missing import Missing, known
from cpe_diag.domain.subscriber import PON, NodePort, Technology
from cpe_diag.driver_kit.serials import same_serial
from cpe_diag.engine.earlier_changes import repeated, unfinished
from cpe_diag.engine.same_port import addresses_alone, reached_too
from cpe_diag.engine.uplink_hints import uplink_hints

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.engine.guard_case import GuardCase


def guard(case: GuardCase) -> tuple[GuardFinding, ...]:
    """Look at every reason to refuse.

    Args:
        case: plan, node and inventory.

    Returns:
        One finding for each reason, also for those that do not stand in the way.
    """
    return tuple(
        GuardFinding(id=name, state=state, because=because)
        for name, check in CHECKS
        for state, because in (check(case),)
    )


def _node_name(case: GuardCase) -> tuple[GuardState, str]:
    expected, said = case.node.system_name, known(case.survey.system_name)
    if expected is None:
        shown = f"; it calls itself {said!r}" if said else ""
        return (
            GuardState.UNKNOWN,
            f"the inventory does not say what node {case.node.id} calls itself{shown}",
        )
    if not said:
        return GuardState.UNKNOWN, f"the node does not tell its name (expected {expected!r})"
    if said.strip().casefold() != expected.strip().casefold():
        return (
            GuardState.REFUSED,
            f"the node calls itself {said!r}, the inventory expects {expected!r}",
        )
    return GuardState.CLEAR, f"the node calls itself {said!r}, as the inventory says"


def _node_type(case: GuardCase) -> tuple[GuardState, str]:
    driver, said = case.driver, known(case.survey.object_id)
    technology = known(case.subscriber.technology)
    if technology is not None and driver.technologies and technology not in driver.technologies:
        return GuardState.REFUSED, f"driver {driver.id} is not for {technology}"
    if said is None:
        return GuardState.UNKNOWN, "the node does not tell its sysObjectID"
    own = [one for one in driver.sys_object_ids if f"{said}.".startswith(f"{one}.")]
    if own or (case.fitting is not None and case.fitting.id == driver.id):
        return GuardState.CLEAR, f"sysObjectID {said} is of driver {driver.id}"
    if driver.sys_object_ids or driver.sys_descr_patterns:
        return GuardState.REFUSED, f"sysObjectID {said} is none of driver {driver.id}"
    if case.fitting is not None:
        return (
            GuardState.UNKNOWN,
            f"sysObjectID {said} is of driver {case.fitting.id}, and {driver.id} is used",
        )
    return GuardState.CLEAR, f"driver {driver.id} is for any node; sysObjectID {said}"


def _port_subscribers(case: GuardCase) -> tuple[GuardState, str]:
    reached = [(port, _reached(case, port)) for port in case.node_ports]
    here = [port for port, too in reached if too]
    names = {port.subscriber for port in here}
    others = sorted(name for name in names if name is not None and name != case.subscriber.id)
    if others:
        return GuardState.REFUSED, f"the change reaches {', '.join(others)} too"
    if len(here) > 1 and None in names:
        return (
            GuardState.UNKNOWN,
            f"the change reaches {len(here)} ports of the inventory, which does not say whose",
        )
    if case.subscriber.id not in names and None not in names:
        return (
            GuardState.UNKNOWN,
            f"the inventory's ports of {case.node.id} do not name this one with this subscriber",
        )
    untold = [port.port for port, too in reached if too is None]
    if untold:
        return GuardState.UNKNOWN, f"whether the change reaches {untold[0]} too cannot be told"
    return GuardState.CLEAR, "the inventory has nobody else there"


def _reached(case: GuardCase, port: NodePort) -> bool | None:
    """Say whether the change reaches a port of the inventory, by its name or by its objects."""
    if port.port.strip().casefold() in {name.strip().casefold() for name in case.survey.names}:
        return True
    return reached_too(case.spec, case.driver, case.port, port)


def _shared_port(case: GuardCase) -> tuple[GuardState, str]:
    technology = known(case.subscriber.technology)
    if technology not in {*PON, Technology.DOCSIS}:
        return GuardState.CLEAR, "one wire for each port"
    if not addresses_alone(case.spec, case.driver, case.port, technology):
        return (
            GuardState.REFUSED,
            f"the change is of what {case.port.name} shares with others, not of it alone",
        )
    return GuardState.CLEAR, f"only {case.port.name} is addressed"


def _port_uplink(case: GuardCase) -> tuple[GuardState, str]:
    untold = []
    for name in case.node.uplinks:
        too = _reached(case, NodePort(port=name, in_service=True))
        if too:
            return GuardState.REFUSED, f"the inventory names {name} as an uplink of {case.node.id}"
        # Uplinks seldom follow the subscribers' scheme: they are held to the node's own names.
        if too is None and not case.survey.names:
            untold.append(name)
    if untold and known(case.subscriber.technology) not in {*PON, Technology.DOCSIS}:
        return GuardState.UNKNOWN, f"whether it is the uplink {untold[0]} cannot be told"
    hints = uplink_hints(case.survey, case.subscriber.id)
    if hints:
        return GuardState.UNKNOWN, f"it may be an uplink: {'; '.join(hints)}"
    if case.node.uplinks:
        return GuardState.CLEAR, f"the uplinks are {', '.join(case.node.uplinks)}"
    macs = case.survey.macs
    if not isinstance(macs, Missing) and macs.router_here:
        return GuardState.CLEAR, "the subscriber's router is learned there"
    return (
        GuardState.UNKNOWN,
        f"the inventory names no uplinks of {case.node.id}, and the router is not learned there",
    )


def _port_macs(case: GuardCase) -> tuple[GuardState, str]:
    macs = case.survey.macs
    if isinstance(macs, Missing):
        if known(case.subscriber.technology) in {*PON, Technology.DOCSIS}:
            return GuardState.CLEAR, "what is learned behind a shared port tells of all of them"
        return GuardState.UNKNOWN, f"the forwarding table does not tell ({macs.why})"
    count = len(macs.macs)
    if count > case.most_macs:
        return (
            GuardState.REFUSED,
            f"{count} MAC addresses are learned there, more than the {case.most_macs:g} of a home",
        )
    if not macs.complete:
        return GuardState.UNKNOWN, f"{count} MAC addresses were seen, and not all were read"
    return GuardState.CLEAR, f"learned there: {', '.join(macs.macs) or 'no MAC address'}"


def _router_mac(case: GuardCase) -> tuple[GuardState, str]:
    macs, expected = case.survey.macs, known(case.subscriber.router_mac)
    if expected is None:
        return GuardState.CLEAR, "the inventory names no MAC of the router"
    if isinstance(macs, Missing):
        return GuardState.CLEAR, "the forwarding table does not tell where the router is"
    if macs.router_elsewhere is not None:
        return (
            GuardState.REFUSED,
            f"the router {expected} is learned on {macs.router_elsewhere}, not on this port",
        )
    where = "on this port" if macs.router_here else "nowhere"
    return GuardState.CLEAR, f"the router {expected} is learned {where}"


def _port_alias(case: GuardCase) -> tuple[GuardState, str]:
    alias = known(case.survey.alias)
    if not alias:
        return GuardState.CLEAR, "the port has no ifAlias"
    words = set(re.split(r"[\s,;:|/()\[\]]+", alias.casefold()))
    if case.subscriber.id.casefold() in words:
        return GuardState.CLEAR, f"ifAlias is {alias!r}"
    others = {port.subscriber for port in case.node_ports} - {case.subscriber.id, None}
    named = [name for name in others if name is not None and name.casefold() in words]
    if named:
        return GuardState.REFUSED, f"ifAlias {alias!r} names {min(named)}"
    return GuardState.CLEAR, f"ifAlias {alias!r} names no subscriber of this node"


def _ont_serial(case: GuardCase) -> tuple[GuardState, str]:
    if known(case.subscriber.technology) not in PON:
        return GuardState.CLEAR, "no ONT on this technology"
    expected, said = known(case.subscriber.ont_serial), known(case.survey.ont_serial)
    if expected is None:
        shown = f"; it is {said}" if said else ""
        return GuardState.UNKNOWN, f"the inventory does not say which ONT it must be{shown}"
    if said is None:
        return GuardState.UNKNOWN, f"the node does not tell which ONT it is (expected {expected})"
    same = same_serial(expected, said)
    if same is None:
        return (
            GuardState.UNKNOWN,
            f"whether {said} is the ONT that the inventory expects, {expected}, cannot be told",
        )
    if not same:
        return GuardState.REFUSED, f"the ONT is {said}, the inventory expects {expected}"
    return GuardState.CLEAR, f"the ONT is {said}, as the inventory says"


def _stays_as_it_is(case: GuardCase) -> tuple[GuardState, str]:
    """What cannot be taken back must leave objects as they are: a restart opens no shut port."""
    if case.plan.taken_back:
        return GuardState.CLEAR, "the previous value is put back if it does not help"
    last = {one.oid: one for one in case.plan.steps if isinstance(one, PlannedSet)}
    for one in last.values():
        if one.readable and one.previous is not None and one.previous != one.value:
            return (
                GuardState.REFUSED,
                f"{one.object} is {one.previous} now and would be {one.value} afterwards",
            )
    return GuardState.CLEAR, "objects are afterwards as they are now"


def _way_back(case: GuardCase) -> tuple[GuardState, str]:
    plan = case.plan
    if plan.way_back:
        return GuardState.CLEAR, "there is a way back"
    changing = [one for one in plan.steps if isinstance(one, PlannedSet) and one.readable]
    if plan.taken_back or changing:
        return GuardState.UNKNOWN, f"there is no way back: {plan.no_way_back}"
    return GuardState.CLEAR, "nothing is set that could be put back"


CHECKS: Final[tuple[tuple[str, Callable[[GuardCase], tuple[GuardState, str]]], ...]] = (
    ("node_name", _node_name),
    ("node_type", _node_type),
    ("port_uplink", _port_uplink),
    ("port_subscribers", _port_subscribers),
    ("shared_port", _shared_port),
    ("port_macs", _port_macs),
    ("router_mac", _router_mac),
    ("port_alias", _port_alias),
    ("ont_serial", _ont_serial),
    ("stays_as_it_is", _stays_as_it_is),
    ("way_back", _way_back),
    ("unfinished", unfinished),
    ("repeated", repeated),
)
"""Every reason to refuse, from the node to the plan; each gives its state and words."""
