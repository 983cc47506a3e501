"""More ports that fell at one moment than chance gives, where no topology explains them; pure.

Homes go dark by themselves: people switch off, modems restart. How many do so within a span of
time is a Poisson number around what the pool of homes gives: a rate per home and day, or what has
really been going on in the hour around, whichever is more. A cluster of times is a burst when so
many would come together by chance less than once in a million.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

DAY_S: Final = 86_400.0
AROUND_S: Final = 3_600.0
"""How far around a cluster other changes tell how restless the pool is."""

_NEGLIGIBLE: Final = 1e-12
_ROUNDING_S: Final = 1e-6
"""Ages are differences of floating point numbers; a window's edge belongs to it."""


@dataclass(frozen=True, slots=True)
class Event:
    """One port as the judgement sees it: up or down, since when, and in which groups.

    `path` are its groups, smallest first; the last one is the node. `stale`: it went down so long
    ago, or so near the node's start, that its time is no sign of an outage.
    """

    port: str
    up: bool
    age_s: float | None
    gasp: bool
    path: tuple[str, ...]
    stale: bool

    @property
    def age(self) -> float:
        """Its age, for those that have one."""
        return math.inf if self.age_s is None else self.age_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The thresholds that judge outages; what they mean stands in `thresholds`."""

    least: int
    window_s: float
    moment_s: float
    share: float
    undated_share: float
    lone_per_day: float
    chance: float

    @classmethod
    def of(cls, limits: Mapping[str, float]) -> Self:
        """Take them out of all thresholds."""
        return cls(
            least=math.ceil(limits["outage_least"]),
            window_s=limits["neighbours_together_s"],
            moment_s=limits["outage_moment_s"],
            share=limits["neighbours_down_share"],
            undated_share=limits["outage_undated_share"],
            lone_per_day=limits["outage_lone_per_day"],
            chance=limits["outage_chance"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """Ports that fell at one moment, and the smallest group that holds all of them.

    `live` is how many ports of that group could have fallen, they included.
    """

    fell: tuple[Event, ...]
    group: str
    live: int
    power: bool


def burst(everything: Sequence[Event], left: set[str], bounds: Limits) -> Burst | None:
    """Find the largest burst among ports that are down and not explained yet.

    Args:
        everything: all ports, up and down.
        left: names of those that are down and unexplained.
        bounds: thresholds.

    Returns:
        The burst, or None where chance explains the rest.
    """
    down = [one for one in everything if one.port in left and not one.stale]
    found: list[Burst] = []
    for power, span_s in ((True, bounds.moment_s), (False, bounds.moment_s), (False, math.inf)):
        alike = [one for one in down if one.gasp is power]
        fell = densest(alike, min(span_s, bounds.window_s))
        if len(fell) >= bounds.least:
            made = _burst(fell, everything, power=power)
            if _chance(made, everything, bounds) < bounds.chance:
                found.append(made)
    return max(found, key=lambda one: len(one.fell)) if found else None


def densest(events: Iterable[Event], span_s: float) -> list[Event]:
    """Give the most events that lie within a span of time; of two such spans the later one.

    Args:
        events: any; those without a time are passed over.
        span_s: between the first and the last of them, at most.

    Returns:
        The events, latest first.
    """
    ordered = sorted((one for one in events if one.age_s is not None), key=lambda one: one.age)
    best: tuple[int, int] = (0, 0)
    first = 0
    for last, event in enumerate(ordered):
        while event.age - ordered[first].age > span_s + _ROUNDING_S:
            first += 1
        if last + 1 - first > best[1] - best[0]:
            best = (first, last + 1)
    return ordered[slice(*best)]


def tail(least: int, expected: float) -> float:
    """Give the chance that a Poisson number around `expected` is `least` or more.

    Args:
        least: how many came.
        expected: how many come on average.

    Returns:
        The chance; 1.0 where no more came than usual.
    """
    if least <= expected:
        return 1.0
    if expected <= 0:
        return 0.0
    term = math.exp(least * math.log(expected) - expected - math.lgamma(least + 1))
    total, count = 0.0, least
    while term > total * _NEGLIGIBLE:
        total += term
        count += 1
        term *= expected / count
    return total


def _burst(fell: Sequence[Event], everything: Sequence[Event], *, power: bool) -> Burst:
    group = next(name for name in fell[0].path if all(name in one.path for one in fell))
    inside = [one for one in everything if group in one.path]
    live = len(fell) + sum(one.up for one in inside)
    return Burst(fell=tuple(fell), group=group, live=live, power=power)


def _chance(made: Burst, everything: Sequence[Event], bounds: Limits) -> float:
    """Say how likely so many fall together by chance, in the part of the network they are from."""
    pool = _pool(made, everything)
    latest, first = min(one.age for one in made.fell), max(one.age for one in made.fell)
    # A span that is chosen around its events is shorter than they deserve.
    span_s = max(first - latest, min(bounds.moment_s, bounds.window_s) / 3)
    fell = {one.port for one in made.fell}
    around = (latest - AROUND_S, first + AROUND_S)
    others = sum(around[0] <= one.age <= around[1] and one.port not in fell for one in pool)
    usual = len(pool) * bounds.lone_per_day / DAY_S
    return tail(len(made.fell), span_s * max(usual, others / AROUND_S))


def _pool(made: Burst, everything: Sequence[Event]) -> list[Event]:
    """Take the homes that may have fallen by chance: of the groups touched, and lone ones.

    Groups in which nobody fell are left out, so that it does not matter how many of those the
    node has.
    """
    children: defaultdict[str, list[Event]] = defaultdict(list)
    for one in everything:
        if made.group in one.path:
            children[_child(one, made.group)].append(one)
    touched = {_child(one, made.group) for one in made.fell}
    return [
        one
        for name, members in children.items()
        if name in touched or len(members) == 1
        for one in members
    ]


def _child(event: Event, group: str) -> str:
    at = event.path.index(group)
    return event.path[at - 1] if at else f"port {event.port}"
