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
        keys = at_each_place(kind)
        if door is None:
            return none_of(keys, MeasurementError(NOT_ON_SITE, LOOK), clock.now())
        key = FactKey(kind, door.plugged_into.value)
        others = tuple(other for other in keys if other != key)
        elsewhere = none_of(others, MeasurementError(NOT_THERE, LOOK), clock.now())
        try:
            seen: object = await door.see(fact, deadline=deadline)
        except MeasurementError as error:
            return (*none_of((key,), error, clock.now()), *elsewhere)
        return (known(key, seen, f"laptop {door.interface}: {how}", clock.now()), *elsewhere)

    return run
