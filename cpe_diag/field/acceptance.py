"""The acceptance record of a visit: what was before, what is after, against which limits.

It is made of checks that were kept, and of nothing else, so it can be made again at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import Evidence
from cpe_diag.domain.field_facts import PluggedInto
from cpe_diag.domain.field_session_facts import FieldSession
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import known
from cpe_diag.domain.observations import Observed, Unobserved
from cpe_diag.domain.subscriber import Service
from cpe_diag.field.readings import Reading, readings_of
from cpe_diag.judge.thresholds import limits
from cpe_diag.report.fact_text import fact_text, failure_text
from cpe_diag.report.phrases import counted
from cpe_diag.report.plain import harmless

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cpe_diag.domain.evidence import FactKey

PLACES: Final = {
    PluggedInto.WALL_PORT: "At the wall port, in place of the router",
    PluggedInto.ROUTER_LAN: "Behind the router, by cable",
    PluggedInto.WIFI: "Behind the router, by Wi-Fi",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check on site, as it was kept. `fault` is what was concluded, in words."""

    run: str
    place: PluggedInto
    at: datetime
    fault: str
    tell_customer: str
    evidence: Evidence
    service: Service
    thresholds: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One quantity before and after; None: it was not measured then, or there was one check."""

    what: str
    before: Reading | None
    after: Reading | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Round trips of single packets in milliseconds, None: lost; `after` empty: one check only."""

    what: str
    before: tuple[float | None, ...]
    after: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLine:
    """One observation of the last check: `known` says whether there is an answer."""

    what: str
    words: str
    source: str
    at: datetime
    known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRecord:
    """One place of the visit. `first` and `last` are the same where there was one check."""

    place: PluggedInto
    first: Check
    last: Check
    compared: tuple[Compared, ...]
    series: tuple[Series, ...]
    seen: tuple[SeenLine, ...]

    @property
    def title(self) -> str:
        """Where it was."""
        return PLACES[self.place]

    @property
    def once(self) -> bool:
        """Whether there was one check alone, so that nothing is before it."""
        return self.first is self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceRecord:
    """The whole visit. `result` and `tell_customer` are those of the last check of all.

    Where the last check of another place was of another opinion, `result` says that too.
    """

    subscriber: str
    ticket: str | None
    technician: str
    began: datetime
    ended: datetime
    checks: int
    result: str
    tell_customer: str
    places: tuple[PlaceRecord, ...]

    @property
    def when(self) -> str:
        """When it was, and how many checks there were."""
        checks = counted(self.checks, "check")
        if f"{self.began:%F %R}" == f"{self.ended:%F %R}":
            return f"{self.ended:%F %R} UTC, {checks}"
        return f"{self.began:%F %R} to {self.ended:%F %R} UTC, {checks}"


def record_of(
    checks: Sequence[Check], *, subscriber: str, ticket: str | None, technician: str
) -> AcceptanceRecord:
    """Make the record of a visit.

    Args:
        checks: at least one, in any order.
        subscriber: whom it was about.
        ticket: of the operator, or None.
        technician: who was there; empty: nobody here knows, and a line is left for the name.

    Returns:
        The record: a place for each where somebody looked.
    """
    in_order = sorted(checks, key=lambda one: one.at)
    by_place = sorted(in_order, key=lambda one: list(PLACES).index(one.place))
    last = in_order[-1]
    places = tuple(
        _place(place, list(there)) for place, there in groupby(by_place, key=lambda one: one.place)
    )
    return AcceptanceRecord(
        subscriber=harmless(subscriber),
        ticket=None if ticket is None else harmless(ticket),
        technician=harmless(technician),
        began=in_order[0].at,
        ended=last.at,
        checks=len(in_order),
        result=" ".join((last.fault, *_others(last, places))),
        tell_customer=last.tell_customer,
        places=places,
    )


def _others(last: Check, places: Sequence[PlaceRecord]) -> Iterator[str]:
    """Give what was concluded last at each other place, where it is not the same."""
    for one in places:
        if one.last.fault != last.fault:
            yield f"({one.title}, at {one.last.at:%R} UTC: {one.last.fault})"


def _place(place: PluggedInto, checks: Sequence[Check]) -> PlaceRecord:
    first, last = checks[0], checks[-1]
    before, after = _readings(first), _readings(last)
    names = dict.fromkeys((*before, *after))
    one = first is last
    return PlaceRecord(
        place=place,
        first=first,
        last=last,
        compared=tuple(
            Compared(what=name, before=None if one else before.get(name), after=after.get(name))
            for name in names
        ),
        series=tuple(_series(first, last)),
        seen=tuple(
            _seen(key, observation)
            for key, observation in last.evidence
            if _of(key, place) and isinstance(observation, Observed | Unobserved)
        ),
    )


def _readings(check: Check) -> Mapping[str, Reading]:
    return readings_of(check.evidence, check.place, check.service, limits(check.thresholds))


def _series(first: Check, last: Check) -> Iterator[Series]:
    for key, observation in last.evidence:
        if not _of(key, last.place) or not isinstance(observation, Observed):
            continue
        after = _echoes(observation.value)
        earlier = first.evidence.get(key.kind, key.subject)
        before = _echoes(earlier.value) if isinstance(earlier, Observed) else ()
        whom = _whom(key)
        what = f"round trips to {whom}" if whom else "round trips inside the session"
        if first is last and after:
            yield Series(what=what, before=after, after=())
        elif before or after:
            yield Series(what=what, before=before, after=after)


def _echoes(value: object) -> tuple[float | None, ...]:
    if isinstance(value, FieldSession):
        value = None if value.inside is None else value.inside.train
    if not isinstance(value, PathQuality):
        return ()
    return tuple(None if one is None else 1000 * one for one in known(value.echoes_s) or ())


def _seen(key: FactKey, observation: Observed[object] | Unobserved) -> SeenLine:
    what = key.kind.removeprefix("field_").replace("_", " ")
    whom = _whom(key)
    what = f"{what} ({whom})" if whom else what
    if isinstance(observation, Observed):
        words, source = fact_text(observation.value), harmless(observation.source)
        return SeenLine(what=what, words=words, source=source, at=observation.at, known=True)
    words = failure_text(observation.failure.kind)
    return SeenLine(what=what, words=words, source="", at=observation.at, known=False)


def _of(key: FactKey, place: PluggedInto) -> bool:
    return key.subject.partition(">")[0] == place.value


def _whom(key: FactKey) -> str:
    return key.subject.partition(">")[2].replace("/", ", ")
