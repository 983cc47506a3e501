"""From decoded objects to the state of one port among many: which objects it takes; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.ont_facts import OntDownCause
from cpe_diag.domain.port_facts import OperStatus
from cpe_diag.domain.sibling_facts import SiblingState
from cpe_diag.driver_kit.access_facts import Fields, age_by_clock_s, changed_ago_s
from cpe_diag.driver_kit.capability import CapabilityState
from cpe_diag.driver_kit.decode import UNSUPPORTED, decode_group

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from cpe_diag.driver_kit.access import AccessDriver, ObjectSpec
    from cpe_diag.driver_kit.sibling_choice import PlacedPort
    from cpe_diag.ports import Oid, SnmpValue

STATUS: Final = "port_status"
ONT: Final = "ont_state"
LINES: Final = ("line_quality_vdsl2", "line_quality_adsl", "line_quality_gfast")

STATE_FIELDS: Final = frozenset({"oper", "last_change_s", "changed_at_s"})
"""What every port is asked for: up or down, and since when."""
SHUT_FIELDS: Final = frozenset({"admin_up"})
"""What only a port that is down is asked for: an interface that is up is not shut (RFC 2863)."""
CAUSE_FIELDS: Final[Mapping[str, frozenset[str]]] = {
    ONT: frozenset({"last_down_cause", "down_for_s", "down_at_s"}),
    **{group: frozenset({"far_end_power_lost"}) for group in LINES},
}
"""Why a port is down, by the group that tells it; an ONT's group may tell since when, too."""


def state_specs(driver: AccessDriver) -> tuple[ObjectSpec, ...]:
    """Give the objects that say whether a port is up, and since when."""
    return _specs(driver, STATUS, STATE_FIELDS)


def shut_specs(driver: AccessDriver) -> tuple[ObjectSpec, ...]:
    """Give the objects that say whether the operator has shut a port."""
    return _specs(driver, STATUS, SHUT_FIELDS)


def cause_specs(
    driver: AccessDriver, technology: str | None
) -> tuple[tuple[ObjectSpec, ...], ...]:
    """Give the objects that say why a port is down, and since when where no others do.

    Args:
        driver: of the node.
        technology: of the subscribers; None: lines of every kind are asked.

    Returns:
        Objects, group by group; empty where the driver knows none.
    """
    dated = {spec.field for spec in state_specs(driver)} - {"oper"}
    found: list[tuple[ObjectSpec, ...]] = []
    for group, fields in CAUSE_FIELDS.items():
        if group in LINES and technology and group != f"line_quality_{technology}":
            continue
        wanted = {"last_down_cause"} if group == ONT and dated else fields
        found.append(_specs(driver, group, wanted))
    return tuple(specs for specs in found if specs)


def sibling_state(
    driver: AccessDriver,
    place: PlacedPort,
    answers: Mapping[Oid, SnmpValue],
    node: str,
    times: Fields,
) -> SiblingState | None:
    """Build the state of one port.

    Args:
        driver: of the node.
        place: the port, with every part of its index.
        answers: raw values by oid.
        node: the node's id.
        times: the node's uptime and clock in the same answer.

    Returns:
        The state; None where the node does not tell whether it is up, or whether it is shut.
    """
    status = Fields(
        decode_group(driver.groups.get(STATUS, ()), answers, place.index), node, STATUS
    )
    oper = status.text("oper")
    admin_up = status.claim("admin_up")
    if isinstance(oper, Missing) or oper == OperStatus.UNKNOWN:
        return None
    up = oper == OperStatus.UP
    if not up and isinstance(admin_up, Missing):
        return None
    uptime_s, clock_s = (_or_none(times.number(name)) for name in ("uptime_s", "clock_s"))
    ont = Fields(decode_group(driver.groups.get(ONT, ()), answers, place.index), node, ONT)
    changed_s = changed_ago_s(status, uptime_s, clock_s)
    if isinstance(changed_s, Missing) and not up:
        changed_s = _down_for_s(ont, clock_s, changed_s)
    return SiblingState(
        port=place.index.name,
        admin_up=up or admin_up is True,
        up=up,
        changed_ago_s=changed_s,
        down_cause=UNSUPPORTED if up else _cause(driver, place, answers, node, ont),
        groups=place.groups,
    )


def _specs(driver: AccessDriver, group: str, fields: Collection[str]) -> tuple[ObjectSpec, ...]:
    capability = driver.capabilities.get(group)
    if capability is None or capability.state is not CapabilityState.DONE:
        return ()
    return tuple(spec for spec in driver.groups.get(group, ()) if spec.field in fields)


def _down_for_s(ont: Fields, clock_s: float | None, otherwise: Missing) -> Maybe[float]:
    age_s = ont.number("down_for_s")
    if not isinstance(age_s, Missing):
        return age_s
    return age_by_clock_s(ont.number("down_at_s"), clock_s, otherwise=otherwise)


def _cause(
    driver: AccessDriver,
    place: PlacedPort,
    answers: Mapping[Oid, SnmpValue],
    node: str,
    ont: Fields,
) -> Maybe[OntDownCause]:
    told = ont.text("last_down_cause")
    if isinstance(told, str):
        return OntDownCause(told)
    for group in LINES:
        specs = driver.groups.get(group, ())
        line = Fields(decode_group(specs, answers, place.index), node, group)
        if line.claim("far_end_power_lost") is True:
            return OntDownCause.DYING_GASP
    return told


def _or_none(value: Maybe[float]) -> float | None:
    return None if isinstance(value, Missing) else value
