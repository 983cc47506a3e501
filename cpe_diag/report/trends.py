"""Quantities of a line over several runs: today beside the usual, and beside the neighbours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from statistics import median
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.action import Reading
from cpe_diag.domain.line_facts import LineGrowth, LineQuality
from cpe_diag.domain.load_facts import LoadTest, PathQuality
from cpe_diag.domain.missing import Maybe, known
from cpe_diag.domain.ont_facts import OntOptics
from cpe_diag.domain.port_facts import PortRates
from cpe_diag.domain.wifi_facts import WifiClients

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from cpe_diag.domain.evidence import Evidence
    from cpe_diag.report.seen_change import SeenChange

LEAST_FOR_BASELINE: Final = 3
"""Proposal: fewer runs before this one are no usual state."""
MINUTE_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One value; `at` in UTC is when it was true.

    `change` is the id of the change beside which it was measured, empty where a run has.
    """

    at: datetime
    value: float
    change: str = ""


class Others(StrEnum):
    """Whose values stand beside one's own."""

    MEASURED = "measured"
    """Neighbours' on the node, that the newest run has measured."""
    OWN_RUNS = "own_runs"
    """Neighbours' on the node, each from the newest run of their own."""
    SAME_HOME = "same_home"
    """Those of the other devices at this home, in the newest run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One quantity, oldest sample first.

    `of` is whose it is where there are several (a Wi-Fi client's MAC), else empty. `is_now` False:
    the newest run has not seen it, and the last sample is of an earlier one. `baseline` is the
    median of all samples but the newest run's; None: too few. `neighbours` are the values of
    others, and `others` says of whom.
    """

    id: str
    unit: str
    of: str
    samples: tuple[Sample, ...]
    is_now: bool
    baseline: float | None
    neighbours: tuple[float, ...]
    others: Others = Others.MEASURED


@dataclass(frozen=True, slots=True)
class _Seen:
    id: str
    unit: str
    of: str
    sample: Sample
    neighbours: tuple[float, ...] = ()


def trends_of(
    looks: Sequence[Evidence],
    changes: Sequence[SeenChange] = (),
    others: Sequence[Evidence] = (),
) -> tuple[Trend, ...]:
    """Put together what several runs have seen.

    Args:
        looks: what each run of one subscriber has seen, oldest first.
        changes: of the same subscriber; what was measured beside them stands between the runs,
            and is no part of the usual.
        others: what runs of neighbours on the same node have seen lately, one of each.

    Returns:
        One trend for each quantity that any run has, in a fixed order.
    """
    held: dict[tuple[str, str], list[tuple[int, _Seen]]] = {}
    for number, evidence in enumerate(looks):
        for seen in _seen(evidence):
            held.setdefault((seen.id, seen.of), []).append((number, seen))
    newest = len(looks) - 1
    of_others: dict[str, list[float]] = {}
    for evidence in others:
        for seen in _seen(evidence):
            of_others.setdefault(seen.id, []).append(seen.sample.value)
    order = {name: place for place, name in enumerate(ORDER)}
    return tuple(
        _with_others(_trend(held[key], newest, _beside(key, changes)), held, newest, of_others)
        for key in sorted(held, key=lambda one: (order[one[0]], one[1]))
    )


def _with_others(
    trend: Trend,
    held: Mapping[tuple[str, str], Sequence[tuple[int, _Seen]]],
    newest: int,
    of_others: Mapping[str, Sequence[float]],
) -> Trend:
    """Put others beside a quantity of which the run itself has measured none."""
    if not trend.is_now or trend.neighbours:
        return trend
    if trend.of:
        at_home = tuple(
            seen[-1][1].sample.value
            for (name, of), seen in held.items()
            if name == trend.id and of != trend.of and seen[-1][0] == newest
        )
        return replace(trend, neighbours=at_home, others=Others.SAME_HOME)
    found = tuple(of_others.get(trend.id, ()))
    return replace(trend, neighbours=found, others=Others.OWN_RUNS)


def _beside(key: tuple[str, str], changes: Sequence[SeenChange]) -> Iterator[Sample]:
    for change in changes:
        for one in change.compared:
            for seen in (one.before, one.after):
                if (one.what, one.of) == key and seen is not None and seen.value is not None:
                    yield Sample(at=seen.at, value=float(seen.value), change=change.id)


def quantities_of(evidence: Evidence) -> tuple[Reading, ...]:
    """Give the quantities of one look, for what is noted beside a change."""
    return tuple(
        Reading(what=one.id, of=one.of, value=f"{one.sample.value:g}", unit=one.unit)
        for one in _seen(evidence)
    )


ORDER: Final = (
    "margin_down",
    "margin_up",
    "light_home",
    "light_node",
    "line_errors",
    "port_errors",
    "client_signal",
    "latency_idle",
    "latency_edge",
    "latency_loaded",
)
"""All quantities, from the line to the home."""


def _trend(held: Sequence[tuple[int, _Seen]], newest: int, beside: Iterable[Sample]) -> Trend:
    last_number, last = held[-1]
    before = [seen.sample.value for number, seen in held if number != newest]
    return Trend(
        id=last.id,
        unit=last.unit,
        of=last.of,
        samples=tuple(
            sorted((*(seen.sample for _, seen in held), *beside), key=lambda one: one.at)
        ),
        is_now=last_number == newest,
        baseline=median(before) if len(before) >= LEAST_FOR_BASELINE else None,
        neighbours=last.neighbours if last_number == newest else (),
    )


def _seen(evidence: Evidence) -> Iterator[_Seen]:
    line = evidence.value(LineQuality, "line_quality", "line")
    if line is not None:
        at = _at(evidence, "line_quality", "line")
        yield from _one("margin_down", "dB", line.down.snr_margin_db, at)
        yield from _one("margin_up", "dB", line.up.snr_margin_db, at)
    optics = evidence.value(OntOptics, "ont_optics", "ont")
    if optics is not None:
        at = _at(evidence, "ont_optics", "ont")
        yield from _one("light_home", "dBm", optics.ont_rx_dbm, at)
        yield from _one("light_node", "dBm", optics.olt_rx_dbm, at)
    growth = evidence.value(LineGrowth, "line_growth", "line")
    if growth is not None and growth.interval_s > 0:
        faults = known(growth.code_violations)
        if faults is not None:
            at = _at(evidence, "line_growth", "line")
            yield from _one("line_errors", "/min", MINUTE_S * faults / growth.interval_s, at)
    yield from _port_errors(evidence)
    clients = evidence.value(WifiClients, "wifi_clients", "router")
    for client in clients.clients if clients else ():
        at = _at(evidence, "wifi_clients", "router")
        yield from _one("client_signal", "dBm", client.signal_dbm, at, of=client.mac)
    yield from _latency(evidence)


def _port_errors(evidence: Evidence) -> Iterator[_Seen]:
    own = _errors(evidence, "port")
    if own is None:
        return
    subjects = evidence.subjects("port_rates", "neighbour/")
    others = (_errors(evidence, one) for one in subjects)
    at = _at(evidence, "port_rates", "port")
    yield from _one("port_errors", "/min", own, at, neighbours=_only_known(others))


def _errors(evidence: Evidence, subject: str) -> float | None:
    rates = evidence.value(PortRates, "port_rates", subject)
    errors = None if rates is None else known(rates.in_errors)
    if rates is None or errors is None or rates.interval_s <= 0:
        return None
    return MINUTE_S * errors / rates.interval_s


def _latency(evidence: Evidence) -> Iterator[_Seen]:
    idle = _median_ms(evidence, "operator>router")
    if idle is not None:
        subjects = evidence.subjects("path_quality", "operator>neighbour/")
        others = (_median_ms(evidence, one) for one in subjects)
        at = _at(evidence, "path_quality", "operator>router")
        yield from _one("latency_idle", "ms", idle, at, neighbours=_only_known(others))
    edge = _median_ms(evidence, "router>gateway")
    if edge is not None:
        yield from _one(
            "latency_edge", "ms", edge, _at(evidence, "path_quality", "router>gateway")
        )
    load = evidence.value(LoadTest, "load_test", "router>reference")
    loaded = None if load is None else known(load.loaded)
    slow = None if loaded is None else known(loaded.rtt_p95_s)
    if slow is not None:
        yield from _one(
            "latency_loaded", "ms", 1000 * slow, _at(evidence, "load_test", "router>reference")
        )


def _median_ms(evidence: Evidence, subject: str) -> float | None:
    seen = evidence.value(PathQuality, "path_quality", subject)
    rtt_s = None if seen is None else known(seen.rtt_median_s)
    return None if rtt_s is None else 1000 * rtt_s


def _one(  # noqa: PLR0913 - the parts of a sample
    name: str,
    unit: str,
    value: Maybe[float] | float,
    at: datetime,
    *,
    of: str = "",
    neighbours: tuple[float, ...] = (),
) -> Iterator[_Seen]:
    held = known(value)
    if held is not None:
        yield _Seen(name, unit, of, Sample(at=at, value=float(held)), neighbours)


def _only_known(values: Iterable[float | None]) -> tuple[float, ...]:
    return tuple(one for one in values if one is not None)


def _at(evidence: Evidence, kind: str, subject: str) -> datetime:
    seen = evidence.get(kind, subject)
    if seen is None:
        raise LookupError(f"{kind}[{subject}]")
    return seen.at
