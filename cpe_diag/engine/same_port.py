"""Pure: does a change of one port reach another port too?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import MeasurementError
from cpe_diag.driver_kit.action_spec import CliStep, SetStep
from cpe_diag.driver_kit.port_index import OF_THE_ROUTER
from cpe_diag.driver_kit.port_names import locate

if TYPE_CHECKING:
    from cpe_diag.domain.subscriber import NodePort
    from cpe_diag.driver_kit.access import AccessDriver
    from cpe_diag.driver_kit.action_spec import ActionSpec
    from cpe_diag.driver_kit.port_index import PortIndex

_PLACE: Final = re.compile(r"\{([a-z_]+)\}")


def reached_too(
    spec: ActionSpec, driver: AccessDriver, own: PortIndex, other: NodePort
) -> bool | None:
    """Say whether what an action sets or types for one port is the same for another.

    Args:
        spec: of the change.
        driver: of the node; it knows where a name is.
        own: the port that is meant.
        other: a port that the inventory knows, perhaps the same one by another name.

    Returns:
        True where one of the objects is the other port's too, or all command lines are; None
        where the other name does not tell which objects are its.
    """
    if other.port.strip() == own.name:
        return True
    try:
        there = locate(driver, other.port)
    except MeasurementError:
        return None
    for lookup in driver.lookups:
        of_node = bool(lookup.oid) and not _PLACE.findall(lookup.oid)
        if of_node and lookup.gives in own.parts:
            there = there.with_part(lookup.gives, own.parts[lookup.gives])
    sets = [step.oid for step in spec.steps if isinstance(step, SetStep)]
    # Where no name of a port tells the router's address, a row of it is nobody else's.
    sets = [oid for oid in sets if not OF_THE_ROUTER & {*_PLACE.findall(there.fill(oid))}]
    if any(own.fill(oid) == there.fill(oid) for oid in sets):
        return True
    lines = [step.line for step in spec.steps if isinstance(step, CliStep)]
    if lines and all(_typed(line, own) == _typed(line, there) for line in lines):
        return True
    alike = there.words.keys() == own.words.keys() and there.words != own.words
    if not alike and any(_PLACE.search(there.fill(oid)) for oid in sets):
        return None
    return False


def addresses_alone(
    spec: ActionSpec, driver: AccessDriver, port: PortIndex, technology: str | None
) -> bool:
    """Say whether an action names what tells a port apart from those that share it.

    Args:
        spec: of the change.
        driver: whose naming schemes and lookups give the parts of the port.
        port: an ONT behind a PON port, a modem behind a channel.
        technology: of the subscriber.

    Returns:
        False where an object or the command lines speak of what others share.
    """
    own = own_names(driver, port, technology) | OF_THE_ROUTER
    sets = [step.oid for step in spec.steps if isinstance(step, SetStep)]
    if not all(own & {*_PLACE.findall(oid)} for oid in sets):
        return False
    lines = [step.line for step in spec.steps if isinstance(step, CliStep)]
    return not lines or any(own & {*_PLACE.findall(line)} for line in lines)


def own_names(driver: AccessDriver, port: PortIndex, technology: str | None) -> frozenset[str]:
    """Give the words of a port's name, and the parts of its index, that are its alone.

    The last word of the name is what differs between neighbours behind one port (`4` in
    `0/1/3:4`, a serial number); what is made of it, or looked up by it, differs too.

    Args:
        driver: whose schemes apply.
        port: which.
        technology: of the subscriber.

    Returns:
        Names of words and parts; empty where no scheme fits the port's name.
    """
    for scheme in driver.port_naming:
        if scheme.technologies and technology and technology not in scheme.technologies:
            continue
        match = re.fullmatch(scheme.pattern, port.name)
        if match is None:
            continue
        spans = {name: match.span(name) for name in match.groupdict() if match[name]}
        last = max(spans.values(), default=(0, 0), key=lambda span: (span[1], span[0]))
        own = {name for name, (at, end) in spans.items() if at <= last[0] and end >= last[1]}
        own |= {part for part, made in scheme.index.items() if own & {*made.factors, made.group}}
        for lookup in driver.lookups:
            asked = {*_PLACE.findall(lookup.oid or lookup.column), lookup.wanted, lookup.same_as}
            if own & asked:
                own.add(lookup.gives)
        return frozenset(own)
    return frozenset()


def _typed(line: str, port: PortIndex) -> str:
    known = {**port.parts, **port.words}
    return _PLACE.sub(lambda found: known.get(found[1]) or found[0], line)
