"""From the operator's name of a port to the interface that SNMP asks for, and the nearest ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.driver_kit.port_index import PortIndex, UnfitNameError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.domain.subscriber import NodePort
    from cpe_diag.driver_kit.access import AccessDriver

OPERATION = "port.name"
"""The operation's name in failures."""


def locate(driver: AccessDriver, port_name: str, technology: str | None = None) -> PortIndex:
    """Find the rows of a port by the driver's naming schemes.

    Args:
        driver: whose schemes apply; the first that fits is taken.
        port_name: the operator's name, for example `0/1/7` or `gpon-onu_1/2/3:4`.
        technology: of the subscriber; schemes for other technologies are passed over.

    Returns:
        The port; parts that the node itself has to tell (`AccessDriver.lookups`) are not in it.

    Raises:
        MeasurementError: NOT_CONFIGURED: no scheme of the driver fits the name.
    """
    name = port_name.strip()
    for scheme in driver.port_naming:
        if scheme.technologies and technology and technology not in scheme.technologies:
            continue
        match = re.fullmatch(scheme.pattern, name)
        if match is None:
            continue
        words = {group: text or "" for group, text in match.groupdict().items()}
        try:
            parts = {part: made.value(words) for part, made in scheme.index.items()}
        except UnfitNameError:
            continue
        groups = tuple(template.format_map(words) for template in scheme.groups)
        return PortIndex(name=name, parts=parts, words=words, groups=groups)
    examples = dict.fromkeys(
        scheme.example
        for scheme in driver.port_naming
        if not scheme.technologies or technology is None or technology in scheme.technologies
    )
    known = ", ".join(examples) or "none at all"
    failure = Failure(
        kind=FailureKind.NOT_CONFIGURED,
        where=f"port {port_name!r}",
        detail=f"driver {driver.id} cannot tell where it is; it knows names like {known}",
        next_step="correct the port in the inventory, or add a port_naming to the driver",
    )
    raise MeasurementError(failure, OPERATION)


def others_in_service(
    driver: AccessDriver,
    node_ports: Iterable[NodePort],
    own: PortIndex,
    count: int,
    *,
    technology: str | None = None,
) -> tuple[PortIndex, ...]:
    """Choose control ports: in service, nearest first, the port itself left out.

    Args:
        driver: whose naming schemes apply; a name that fits none is passed over.
        node_ports: what the inventory knows of the node.
        own: the subscriber's port.
        count: how many at most.
        technology: of the subscriber, whose controls are ports of the same kind; None: any.

    Returns:
        Ports; those that share the smallest group with the own one first, then by how near their
        indexes are (the lower one of two that are equally near). Parts that the node itself has
        to tell are not in them.
    """
    found: dict[tuple[str, ...], PortIndex] = {}
    here = _told_by_name(driver, locate(driver, own.name, technology))
    for port in node_ports:
        if port.in_service:
            try:
                other = locate(driver, port.port, technology)
            except MeasurementError:
                continue
            told = _told_by_name(driver, other)
            if told.keys() == here.keys():
                found[tuple(told.values())] = other
    found.pop(tuple(here.values()), None)

    def nearness(item: tuple[tuple[str, ...], PortIndex]) -> tuple[object, ...]:
        told, other = item
        shared = next(
            (at for at, group in enumerate(own.groups) if group in other.groups), len(own.groups)
        )
        numbers, mine = _numbers(told), _numbers(here.values())
        away = tuple(abs(one - two) for one, two in zip(numbers, mine, strict=False))
        return (shared, away, numbers)

    return tuple(other for _, other in sorted(found.items(), key=nearness)[:count])


def _told_by_name(driver: AccessDriver, port: PortIndex) -> dict[str, str]:
    """Give what tells one port from another before the node is asked for the rest."""
    lookups = (one for one in driver.lookups if one.gives not in port.parts)
    words = {one.wanted for one in lookups if one.wanted in port.words}
    return {**port.parts, **{word: port.words[word] for word in sorted(words)}}


def _numbers(texts: Iterable[str]) -> tuple[int, ...]:
    return tuple(int(number) for text in texts for number in re.findall(r"[0-9]+", text))
