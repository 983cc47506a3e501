"""Which ports of a node are asked beside the subscriber's, so that every level has a witness."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import MeasurementError
from cpe_diag.domain.subscriber import NodePort
from cpe_diag.driver_kit.port_index import PortIndex
from cpe_diag.driver_kit.port_names import locate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.driver_kit.access import AccessDriver

MATES: Final = 4
"""Others of the smallest group: with the subscriber five, which is what an outage takes."""
WITNESSES: Final = 2
"""Ports of each larger group; one alone may be an empty home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedPort:
    """A port that the inventory knows, where it is, and what it shares, smallest group first."""

    port: NodePort
    index: PortIndex
    groups: tuple[str, ...]


def placed(driver: AccessDriver, port: NodePort, technology: str | None) -> PlacedPort | None:
    """Locate a port by its name, and name what it shares.

    Args:
        driver: whose naming schemes apply.
        port: as the inventory knows it.
        technology: of its subscriber, or None.

    Returns:
        The port, its splitter before the groups of the scheme; None where no scheme fits.
    """
    try:
        index = locate(driver, port.port, technology)
    except MeasurementError:
        return None
    return PlacedPort(port=port, index=index, groups=(*splitter_group(port), *index.groups))


def splitter_group(port: NodePort) -> tuple[str, ...]:
    """Name the group of all that share a splitter or distribution point; empty: none is known."""
    return (f"splitter {port.splitter}",) if port.splitter else ()


def choose_siblings(
    own: PlacedPort, others: Iterable[PlacedPort], most: int
) -> tuple[PlacedPort, ...]:
    """Choose ports to ask beside the subscriber's.

    First four of the smallest group, then two of each larger one and two that share nothing;
    the places that are left go to the smallest groups. Within a level each smaller group gives
    one port in turn, the nearest first.

    Args:
        own: the subscriber's.
        others: ports of the same node in service.
        most: how many may be asked.

    Returns:
        Ports, those of the smallest group first.
    """
    levels: list[dict[str, PlacedPort]] = [{} for _ in range(len(own.groups) + 1)]
    for other in others:
        if other.index.name != own.index.name:
            levels[_level(own, other)][other.index.name] = other
    queues = [_in_turn(own, level.values(), at) for at, level in enumerate(levels) if level]
    taken: list[list[PlacedPort]] = []
    for at, queue in enumerate(queues):
        larger = len(queues) - at - 1
        room = max(most - sum(map(len, taken)) - larger, 0)
        wanted = min(WITNESSES if at else MATES, room)
        taken.append(queue[:wanted])
    for at, queue in enumerate(queues):
        room = most - sum(map(len, taken))
        held = len(taken[at])
        taken[at] += queue[held : held + room]
    return tuple(port for level in taken for port in level)


def _level(own: PlacedPort, other: PlacedPort) -> int:
    shared = (at for at, group in enumerate(own.groups) if group in other.groups)
    return next(shared, len(own.groups))


def _in_turn(own: PlacedPort, level: Iterable[PlacedPort], at: int) -> list[PlacedPort]:
    """Order the ports of a level: one of each smaller group in turn, the nearest first."""
    given: Counter[str] = Counter()
    turns: list[tuple[int, PlacedPort]] = []
    for port in sorted(level, key=lambda one: _nearness(own, one)):
        below = port.groups[: _place(own, port, at)]
        group = below[-1] if below else f"port {port.index.name}"
        turns.append((given[group], port))
        given[group] += 1
    return [port for _, port in sorted(turns, key=lambda one: one[0])]


def _place(own: PlacedPort, port: PlacedPort, at: int) -> int:
    """Give where the shared group stands among a port's own; past the end where none is."""
    if at == len(own.groups):
        return len(port.groups)
    return port.groups.index(own.groups[at])


def _nearness(own: PlacedPort, other: PlacedPort) -> tuple[object, ...]:
    """Order by how far the indexes are apart, the lower one of two that are equally near."""
    here, there = _numbers(own.index), _numbers(other.index)
    away = tuple(abs(mine - theirs) for mine, theirs in zip(here, there, strict=False))
    return (away, there, other.index.name)


def _numbers(index: PortIndex) -> tuple[int, ...]:
    return tuple(int(number) for part in index.parts.values() for number in part.split("."))
