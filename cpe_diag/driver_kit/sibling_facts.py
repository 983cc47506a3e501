"""From decoded objects to the state of one port among many: which objects it takes; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.ont_facts import OntDownCause
from cpe_diag.domain.port_facts import OperStatus
from cpe_diag.domain.sibling_facts import SiblingState
from cpe_diag.driver_kit.access_facts import Fields, age_by_clock_s, changed_ago_s
from cpe_diag.driver_kit.capability import CapabilityState
from cpe_diag.driver_kit.decode import UNSUPPORTED, decode, decode_group
from cpe_diag.driver_kit.port_index import NODE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

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
DOWN_SINCE_FIELDS: Final = frozenset({"down_for_s", "down_at_s"})
"""Since when an ONT is away, where its state has no time of its own."""
CAUSE_FIELDS: Final[Mapping[str, frozenset[str]]] = {
    ONT: frozenset({"last_down_cause"}),
    **{group: frozenset({"far_end_power_lost"}) for group in LINES},
}
"""Why a port is down, by the group that tells it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeTimes:
    """A node's uptime and its clock at the moment of an answer, None where it gives none.

    `dated` False: `clock_s` is the latest moment that any port told, in place of the clock.
    """

    uptime_s: float | None
    clock_s: float | None
    dated: bool


class StateReader:
    """Which objects tell the states of a node's ports, and what they say; made once for a node."""

    def __init__(self, driver: AccessDriver, node: str) -> None:
        """Sort out the objects of `driver`; `node` is the node's id, for messages."""
        self._driver = driver
        self._node = node
        self.state = _specs(driver, STATUS, STATE_FIELDS)
        """Up or down, and since when; empty where the driver tells no states."""
        self.shut = _specs(driver, STATUS, SHUT_FIELDS)
        """Whether the operator has shut a port."""
        self._status = (*self.state, *self.shut)
        self._since = _specs(driver, ONT, DOWN_SINCE_FIELDS)
        self._why = _specs(driver, ONT, CAUSE_FIELDS[ONT])
        self._ont = (*self._since, *self._why)
        self._lines = {
            group: specs
            for group in LINES
            if (specs := _specs(driver, group, CAUSE_FIELDS[group]))
        }
        self.all = (
            *self._status,
            *self._ont,
            *(s for specs in self._lines.values() for s in specs),
        )
        """Every object that a state is read from."""
        self._times = driver.groups.get("node_system", ())

    def causes(self, technology: str | None) -> tuple[tuple[ObjectSpec, ...], ...]:
        """Give the objects that say why a port is down, and since when where no others do.

        Args:
            technology: of the subscribers; None: lines of every kind are asked.

        Returns:
            Objects, group by group; empty where the driver knows none.
        """
        lines = (
            specs
            for group, specs in self._lines.items()
            if technology is None or group == f"line_quality_{technology}"
        )
        return (*((self._why,) if self._why else ()), *lines)

    def since(
        self, places: Iterable[PlacedPort], answers: Mapping[Oid, SnmpValue]
    ) -> tuple[ObjectSpec, ...]:
        """Give the objects that say since when ports are down, where their states do not.

        Args:
            places: ports that are down.
            answers: their states, raw, by oid.

        Returns:
            Objects; empty where the state of every port has a time.
        """
        times = [spec for spec in self.state if spec.field != "oper"]

        def has_time(place: PlacedPort) -> bool:
            told = (decode(spec, answers.get(spec.at(place.index))) for spec in times)
            return any(not isinstance(value, Missing) for value in told)

        return () if all(map(has_time, places)) else self._since

    def times(
        self, answers: Mapping[Oid, SnmpValue], places: Iterable[PlacedPort] = ()
    ) -> NodeTimes:
        """Decode the node's uptime and clock.

        Args:
            answers: raw values by oid.
            places: ports; the latest moment that one of them tells stands in for a clock.

        Returns:
            The times.
        """
        fields = Fields(decode_group(self._times, answers, NODE), self._node, "node_system")
        clock_s = _or_none(fields.number("clock_s"))
        dated = True
        if clock_s is None:
            moments = [
                moment
                for place in places
                if (moment := self._down_at_s(place, answers)) is not None
            ]
            clock_s, dated = max(moments, default=None), not moments
        return NodeTimes(
            uptime_s=_or_none(fields.number("uptime_s")), clock_s=clock_s, dated=dated
        )

    def _down_at_s(self, place: PlacedPort, answers: Mapping[Oid, SnmpValue]) -> float | None:
        if not self._since:
            return None
        return _or_none(self._fields(self._since, ONT, place, answers).number("down_at_s"))

    def read(
        self, place: PlacedPort, answers: Mapping[Oid, SnmpValue], times: NodeTimes
    ) -> SiblingState | None:
        """Give the state of one port.

        Args:
            place: the port, with every part of its index.
            answers: raw values by oid.
            times: of the same answers.

        Returns:
            The state; None where the node does not tell whether it is up, or whether it is shut.
        """
        status = self._fields(self._status, STATUS, place, answers)
        oper = status.text("oper")
        if isinstance(oper, Missing) or oper == OperStatus.UNKNOWN:
            return None
        changed_s = changed_ago_s(status, times.uptime_s, times.clock_s)
        if oper == OperStatus.UP:
            return SiblingState(
                port=place.index.name,
                admin_up=True,
                up=True,
                changed_ago_s=changed_s,
                down_cause=UNSUPPORTED,
                groups=place.groups,
            )
        admin_up = status.claim("admin_up")
        if isinstance(admin_up, Missing):
            return None
        ont = self._fields(self._ont, ONT, place, answers)
        if isinstance(changed_s, Missing):
            changed_s = _down_for_s(ont, times.clock_s, changed_s)
        return SiblingState(
            port=place.index.name,
            admin_up=admin_up,
            up=False,
            changed_ago_s=changed_s,
            down_cause=self._cause(ont, place, answers),
            groups=place.groups,
        )

    def _cause(
        self, ont: Fields, place: PlacedPort, answers: Mapping[Oid, SnmpValue]
    ) -> Maybe[OntDownCause]:
        told = ont.text("last_down_cause")
        if isinstance(told, str):
            return OntDownCause(told)
        for group, specs in self._lines.items():
            line = self._fields(specs, group, place, answers)
            if line.claim("far_end_power_lost") is True:
                return OntDownCause.DYING_GASP
        return told

    def _fields(
        self,
        specs: Sequence[ObjectSpec],
        group: str,
        place: PlacedPort,
        answers: Mapping[Oid, SnmpValue],
    ) -> Fields:
        return Fields(decode_group(specs, answers, place.index), self._node, group)


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


def _or_none(value: Maybe[float]) -> float | None:
    return None if isinstance(value, Missing) else value
