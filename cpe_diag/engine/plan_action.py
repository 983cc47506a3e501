"""Pure: from what a driver says of a change, a port and its present values, to an exact plan.

Whatever is wrong with a wish is found here, before anything is sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.action import (
    GONE,
    ActionPlan,
    ExpectedObject,
    PlannedLine,
    PlannedSet,
    PlannedStep,
    PlannedWait,
)
from cpe_diag.domain.failures import ActionError, WishError
from cpe_diag.driver_kit.action_file import WISHED
from cpe_diag.driver_kit.action_spec import CliStep, SetStep, WaitStep
from cpe_diag.driver_kit.capability import CapabilityState
from cpe_diag.driver_kit.port_index import PortIndex
from cpe_diag.engine.raw_value import RawValue, raw_value, wished_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.driver_kit.access import AccessDriver
    from cpe_diag.driver_kit.action_spec import ActionSpec, Step
    from cpe_diag.ports import Oid, SnmpValue

NO_TYPE: Final = ""
"""The type of an object that is only read back."""

_PLACE: Final = re.compile(r"\{([a-z_]+)\}")
_TYPED: Final = re.compile(r"[A-Za-z0-9_.:/@+=,-]+")
"""What a value may consist of in a command line: no space, no quote, no separator of commands."""
_LINE: Final = re.compile(r"[\x20-\x7e]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Whose port, on which node; `address` with the port of the agent."""

    subscriber: str
    node: str
    address: str
    port: PortIndex


def action_of(driver: AccessDriver, action: str) -> ActionSpec:
    """Find what a driver says of a change.

    Args:
        driver: of the node.
        action: for example `port.restart`.

    Returns:
        Its steps.

    Raises:
        WishError: the driver cannot do it, with its own reason.
    """
    capability = driver.capabilities.get(action)
    spec = driver.actions.get(action)
    if capability is None or capability.state is not CapabilityState.DONE or spec is None:
        reason = capability.reason if capability and capability.reason else "it does not say why"
        raise WishError(f"driver {driver.id} cannot do {action}: {reason}")
    return spec


def objects_to_read(spec: ActionSpec, port: PortIndex) -> tuple[Oid, ...]:
    """Give the objects whose present values the plan needs.

    Args:
        spec: of the change.
        port: whose rows.

    Returns:
        Each once, in the order of the steps, then what is read back.

    Raises:
        ActionError: an object needs a part of the port's index that nobody has told.
    """
    sets = [step.oid for step in spec.steps if isinstance(step, SetStep) and step.read]
    read_back = [one.oid for one in spec.read_back]
    return tuple(dict.fromkeys(_filled(oid, port) for oid in (*sets, *read_back)))


def object_names(spec: ActionSpec, driver: AccessDriver, port: PortIndex) -> tuple[str, ...]:
    """Give the names, `IF-MIB ifAdminStatus`, by which a plan calls what a change sets.

    Args:
        spec: of the change.
        driver: of the node.
        port: whose rows.

    Returns:
        One for each SET, in the order of the steps.
    """
    planner = _Planner(spec, driver, port, {})
    sets = (step for step in spec.steps if isinstance(step, SetStep))
    return tuple(planner.set_name(step, port.fill(step.oid)) for step in sets)


def plan_action(
    spec: ActionSpec,
    driver: AccessDriver,
    where: Where,
    *,
    wished: str | None,
    present: Mapping[Oid, SnmpValue],
) -> ActionPlan:
    """Make the plan of a change, not looked at by the guard yet.

    Args:
        spec: from `action_of`.
        driver: of the node; its objects give names to what is set.
        where: whose port.
        wished: the value as a person writes it, None where the action takes none.
        present: the values of `objects_to_read`; None: the node has no such object.

    Returns:
        The plan, without findings.

    Raises:
        WishError: the wished value is not one that the action takes.
        ActionError: a part of an object's index or of a command line is not known, or the change
            would open what somebody has shut.
    """
    wish = wished_value(spec, wished)
    planner = _Planner(spec, driver, where.port, present)
    steps = tuple(planner.step(step, wish) for step in spec.steps)
    read_back = planner.read_back(wish) or _last_values(steps)
    way_back, why_none = planner.way_back(steps, read_back)
    return ActionPlan(
        action=spec.id,
        subscriber=where.subscriber,
        node=where.node,
        address=where.address,
        port=where.port.name,
        driver=driver.id,
        wished=wished,
        steps=steps,
        read_back=read_back,
        way_back=way_back,
        taken_back=spec.undo == "previous",
        no_way_back=why_none,
        outage_s=spec.outage_s,
        source=spec.source,
        findings=(),
        accepted=(),
    )


class _Planner:
    """Fills the steps of one change for one port."""

    def __init__(
        self,
        spec: ActionSpec,
        driver: AccessDriver,
        port: PortIndex,
        present: Mapping[Oid, SnmpValue],
    ) -> None:
        self.spec = spec
        self.port = port
        self.present = present
        self.names = _object_names(driver, port)

    def step(self, step: Step, wish: str | None) -> PlannedStep:
        match step:
            case WaitStep():
                return PlannedWait(wait_s=step.wait_s)
            case CliStep():
                return self.typed(step, wish)
            case SetStep():
                oid = _filled(step.oid, self.port)
                before = self.before(oid, step.type) if step.read else None
                return PlannedSet(
                    oid=oid,
                    object=self.set_name(step, oid),
                    type=step.type,
                    value=_with(step.value, wish),
                    readable=step.read,
                    previous=before.text if before else None,
                )

    def typed(self, step: CliStep, wish: str | None) -> PlannedLine:
        return PlannedLine(
            line=self.line(step.line, wish),
            expect=step.expect,
            send=step.send,
            changes=step.changes,
        )

    def before(self, oid: Oid, kind: str) -> RawValue | None:
        return raw_value(self.present.get(oid), kind)

    def set_name(self, step: SetStep, oid: Oid) -> str:
        return step.object or self.name(oid)

    def name(self, oid: Oid) -> str:
        return self.names.get(oid, " ".join(self.spec.source.split(",")[0].split()[:2]))

    def read_back(self, wish: str | None) -> tuple[ExpectedObject, ...]:
        """Give what must stand afterwards.

        Raises:
            ActionError: something that the change must leave as it is is not so now.
        """
        expected = []
        for one in self.spec.read_back:
            oid, value = _filled(one.oid, self.port), GONE if one.gone else _with(one.value, wish)
            held = self.expected(oid, value)
            if one.stays and held.previous != value:
                now = "not known" if held.previous is None else held.previous
                words = f"{held.object} is {now} now and would be {value} afterwards"
                raise ActionError(f"{self.spec.id} must leave it as it is: {words}")
            expected.append(held)
        return tuple(expected)

    def expected(self, oid: Oid, value: str) -> ExpectedObject:
        before = self.before(oid, NO_TYPE)
        held = before.text if before else None
        if value == GONE and self.present.get(oid) is None:
            held = GONE
        return ExpectedObject(oid=oid, object=self.name(oid), value=value, previous=held)

    def line(self, template: str, wish: str | None) -> str:
        """Fill a command line.

        Raises:
            ActionError: a part is not known, or could be read as more than one word.
        """
        known = {**self.port.parts, **self.port.words}
        if wish is not None:
            known[WISHED.strip("{}")] = wish

        def word(found: re.Match[str]) -> str:
            text = known.get(found[1], "")
            if not _TYPED.fullmatch(text):
                why = "is not known" if not text else f"is {text!r}, which cannot be typed safely"
                raise ActionError(f"{self.spec.id}: {{{found[1]}}} of the command line {why}")
            return text

        line = _PLACE.sub(word, template)
        if not _LINE.fullmatch(line):
            raise ActionError(f"{self.spec.id}: {line!r} is no command line")
        return line

    def way_back(
        self, steps: tuple[PlannedStep, ...], read_back: tuple[ExpectedObject, ...]
    ) -> tuple[tuple[PlannedStep, ...], str]:
        """Give the steps that put the previous values back, or why there are none."""
        if any(isinstance(one, PlannedLine) for one in steps):
            return self.lines_back(read_back)
        sets = {one.oid: one for one in steps if isinstance(one, PlannedSet)}
        back: list[PlannedStep] = []
        for one in reversed(sets.values()):
            before = self.before(one.oid, one.type)
            if not one.readable or before is None:
                why = "cannot be read" if not one.readable else "has no value now that is known"
                return (), f"{one.object} ({one.oid}) {why}"
            back.append(
                PlannedSet(
                    oid=one.oid,
                    object=one.object,
                    type=before.type,
                    value=before.text,
                    readable=True,
                    previous=one.value,
                )
            )
        return tuple(back), ""

    def lines_back(
        self, read_back: tuple[ExpectedObject, ...]
    ) -> tuple[tuple[PlannedStep, ...], str]:
        """Give the same steps with the value that stands on the node now."""
        if self.spec.way_back:
            return tuple(self.typed(step, None) for step in self.spec.way_back), ""
        if self.spec.undo != "previous":
            return (), "what command lines have done is not undone"
        wished = [
            held.previous
            for one, held in zip(self.spec.read_back, read_back, strict=False)
            if one.value == WISHED
        ]
        before = wished[0] if wished else None
        words = {str(raw) for raw in self.spec.values.values()}
        if before is None or (words and before not in words):
            return (), "no object tells the present value in the words of the command line"
        return tuple(self.step(step, before) for step in self.spec.steps), ""


def _last_values(steps: tuple[PlannedStep, ...]) -> tuple[ExpectedObject, ...]:
    """Give what readable objects must hold in the end, where the driver says nothing else."""
    last = {one.oid: one for one in steps if isinstance(one, PlannedSet) and one.readable}
    return tuple(
        ExpectedObject(oid=one.oid, object=one.object, value=one.value, previous=one.previous)
        for one in last.values()
    )


def _filled(oid: str, port: PortIndex) -> Oid:
    filled = port.fill(oid)
    missing = _PLACE.findall(filled)
    if missing:
        needs = ", ".join(f"{{{name}}}" for name in missing)
        raise ActionError(f"the object {oid} needs {needs}, which port {port.name} does not give")
    return filled


def _with(value: int | str, wish: str | None) -> str:
    return wish if value == WISHED and wish is not None else str(value)


def _object_names(driver: AccessDriver, port: PortIndex) -> Mapping[Oid, str]:
    """Give the MIB's names of objects that the driver reads: `IF-MIB ifAdminStatus`."""
    return {
        spec.at(port): " ".join(spec.source.split(",")[0].split()[:2])
        for group in driver.groups.values()
        for spec in group
    }
