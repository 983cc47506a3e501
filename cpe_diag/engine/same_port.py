"""Pure: does a change of one port reach another port too?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import MeasurementError
from cpe_diag.driver_kit.action_spec import CliStep, SetStep
from cpe_diag.driver_kit.port_names import locate

if TYPE_CHECKING:
    from cpe_diag.domain.subscriber import NodePort
    from cpe_diag.driver_kit.access import AccessDriver
    from cpe_diag.driver_kit.action_spec import ActionSpec
    from cpe_diag.driver_kit.port_index import PortIndex

_PLACE: Final = re.compile(r"\{([a-z_]+)\}")


def reached_too(spec: ActionSpec, driver: AccessDriver, own: PortIndex, other: NodePort) -> bool:
    """Say whether what an action sets or types for one port is the same for another.

    Args:
        spec: of the change.
        driver: of the node; it knows where a name is.
        own: the port that is meant.
        other: a port that the inventory knows, perhaps the same one by another name.

    Returns:
        True where one of the objects is the other port's too, or all command lines are.
    """
    if other.port.strip() == own.name:
        return True
    try:
        there = locate(driver, other.port)
    except MeasurementError:
        return False
    sets = [step.oid for step in spec.steps if isinstance(step, SetStep)]
    if any(own.fill(oid) == there.fill(oid) for oid in sets):
        return True
    lines = [step.line for step in spec.steps if isinstance(step, CliStep)]
    return bool(lines) and all(_typed(line, own) == _typed(line, there) for line in lines)


def addresses_alone(spec: ActionSpec, port: PortIndex) -> bool:
    """Say whether an action names the smallest part of a port that is more than an interface.

    Args:
        spec: of the change.
        port: whose index has several parts, the smallest one last, as `if_index` and `onu`.

    Returns:
        False where an object or the command lines speak of a larger part, which others share.
    """
    smallest = list(port.parts)[-1]
    sets = [step.oid for step in spec.steps if isinstance(step, SetStep)]
    if not all(smallest in _PLACE.findall(oid) for oid in sets):
        return False
    lines = [step.line for step in spec.steps if isinstance(step, CliStep)]
    named = {name for line in lines for name in _PLACE.findall(line)}
    said = [name for name, text in port.words.items() if text]
    return not lines or smallest in named or named.issuperset(said[-1:])


def _typed(line: str, port: PortIndex) -> str:
    known = {**port.parts, **port.words}
    return _PLACE.sub(lambda found: known.get(found[1]) or found[0], line)
