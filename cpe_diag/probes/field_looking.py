"""What the probes of a laptop on site share: they look at the wire that it is plugged into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.field_facts import PluggedInto
from cpe_diag.probes.node_port import known, none_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from cpe_diag.domain.evidence import Evidence, Measurement
    from cpe_diag.probes.probe import Setting

LOOK: Final = "field.look"
NOT_ON_SITE: Final = Failure(
    kind=FailureKind.NOT_APPLICABLE,
    where="laptop",
    detail="nobody is on site with a laptop",
    next_step="on site: cpe-diag field check",
)


NOT_THERE: Final = Failure(
    kind=FailureKind.NOT_APPLICABLE,
    where="laptop",
    detail="the laptop is plugged in elsewhere",
)


def at_each_place(kind: str) -> tuple[FactKey, ...]:
    """Give the keys of one kind of fact, for every place where a laptop can be plugged in."""
    return tuple(FactKey(kind, place.value) for place in PluggedInto)


def elsewhere(
    setting: Setting, keys_of: Callable[[PluggedInto], tuple[FactKey, ...]]
) -> tuple[Measurement, ...]:
    """Say of every place where the laptop is not why nothing is known there.

    Args:
        setting: of the run.
        keys_of: the keys of one place.

    Returns:
        Measurements for all other places; for all places where nobody is on site.
    """
    door, now = setting.doors.field, setting.doors.clock.now()
    why = NOT_ON_SITE if door is None else NOT_THERE
    here = None if door is None else door.plugged_into
    keys = (key for place in PluggedInto if place is not here for key in keys_of(place))
    return none_of(tuple(keys), MeasurementError(why, LOOK), now)


def at_one_place(
    place: PluggedInto, kind: str, fact: type, how: str
) -> Callable[[Setting, Evidence, float], Awaitable[tuple[Measurement, ...]]]:
    """Give what a probe runs to look for a fact that there is at one place alone.

    Args:
        place: which.
        kind: the fact's kind.
        fact: its type.
        how: by what, for the source.

    Returns:
        The probe's `run`.
    """
    key = FactKey(kind, place.value)

    async def run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
        clock, door = setting.doors.clock, setting.doors.field
        if door is None or door.plugged_into is not place:
            why = NOT_ON_SITE if door is None else NOT_THERE
            return none_of((key,), MeasurementError(why, LOOK), clock.now())
        try:
            seen: object = await door.see(fact, deadline=deadline)
        except MeasurementError as error:
            return none_of((key,), error, clock.now())
        return (known(key, seen, f"laptop {door.interface}: {how}", clock.now()),)

    return run


def looking(
    kind: str, fact: type, how: str
) -> Callable[[Setting, Evidence, float], Awaitable[tuple[Measurement, ...]]]:
    """Give what a probe runs to look for one fact.

    Args:
        kind: the fact's kind; its subject is where the laptop is plugged in.
        fact: its type.
        how: by what, for the source.

    Returns:
        The probe's `run`.
    """

    async def run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
        clock, door = setting.doors.clock, setting.doors.field
        others = elsewhere(setting, lambda place: (FactKey(kind, place.value),))
        if door is None:
            return others
        key = FactKey(kind, door.plugged_into.value)
        try:
            seen: object = await door.see(fact, deadline=deadline)
        except MeasurementError as error:
            return (*none_of((key,), error, clock.now()), *others)
        return (known(key, seen, f"laptop {door.interface}: {how}", clock.now()), *others)

    return run
