"""What a record of a visit compares: one line for each quantity, with the limit it is held to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeVar

from cpe_diag.domain.field_air_facts import FieldAir
from cpe_diag.domain.field_facts import (
    Duplex,
    FieldArp,
    FieldDhcp,
    FieldHeard,
    FieldIpv6,
    FieldLink,
    FieldPppoe,
    PluggedInto,
)
from cpe_diag.domain.field_jitter_facts import FieldJitter
from cpe_diag.domain.field_load_facts import FieldLoad
from cpe_diag.domain.field_path_facts import FieldNames, FieldPage, FieldTrace
from cpe_diag.domain.field_session_facts import FieldSession, SessionEnd
from cpe_diag.domain.field_size_facts import FieldSize
from cpe_diag.domain.field_stream_facts import FieldStream
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import Maybe, known
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, HttpOutcome, PingCheck
from cpe_diag.field.load_readings import load_readings
from cpe_diag.field.wire_readings import (
    arp_readings,
    heard_readings,
    ipv6_readings,
    name_readings,
    page_readings,
    stream_readings,
    trace_readings,
)
from cpe_diag.judge.chance import as_many_by_chance
from cpe_diag.report.duration import rate
from cpe_diag.report.phrases import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cpe_diag.domain.evidence import Evidence
    from cpe_diag.domain.field_inside_facts import FieldInside
    from cpe_diag.domain.subscriber import Service

V = TypeVar("V")
BEYOND: Final = ">reference"
INSIDE: Final = "in the session: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One quantity of one check; `limit` empty and `well` None: it is held to nothing."""

    words: str
    limit: str
    well: bool | None
    at: datetime


def readings_of(
    evidence: Evidence, place: PluggedInto, service: Service, limits: Mapping[str, float]
) -> Mapping[str, Reading]:
    """Give what was measured from a place, by its name; what was not is not among it.

    Args:
        evidence: of the check.
        place: where the laptop was.
        service: what was sold.
        limits: every threshold's value by its id.

    Returns:
        Readings in the order from the cable to the pages.
    """
    return {
        name: Reading(words=words, limit=limit, well=well, at=at)
        for name, words, limit, well, at in _every(evidence, place, service, limits)
    }


def _every(
    evidence: Evidence, place: PluggedInto, service: Service, limits: Mapping[str, float]
) -> Iterator[tuple[str, str, str, bool | None, datetime]]:
    at_most: int | None = None
    wire, beyond = place.value, f"{place.value}{BEYOND}"
    for link, at in _fact(evidence, FieldLink, "field_link", wire):
        duplex, at_most = known(link.duplex), known(link.speed_bps)
        parts = [_speed(link), f"{duplex} duplex" if duplex else ""]
        words = " ".join(part for part in parts if part) if link.carrier else "no link"
        well = link.carrier and duplex is not Duplex.HALF
        yield "link", words or "there", "a link, not half duplex", well, at
    for dhcp, at in _fact(evidence, FieldDhcp, "field_dhcp", wire):
        servers = len({one.mac for one in dhcp.offers})
        home = place is not PluggedInto.WALL_PORT
        words = counted(servers, "server answers", "servers answer")
        yield "DHCP", words, "one" if home else "", servers == 1 if home else None, at
    for pppoe, at in _fact(evidence, FieldPppoe, "field_pppoe", wire):
        words = counted(len(pppoe.offers), "concentrator answers", "concentrators answer")
        yield "PPPoE", words, "", None, at
    yield from _wire(evidence, place)
    yield from _service(evidence, wire, limits)
    yield from _trains(evidence, wire, beyond, limits)
    yield from _sizes(evidence, wire, beyond)
    for dns, at in _fact(evidence, DnsCheck, "dns", beyond):
        words = dns.outcome.value.replace("_", " ") + _within(dns.took_s)
        yield "names", words, "answered", dns.outcome is DnsOutcome.ANSWERED, at
    for page, at in _fact(evidence, HttpCheck, "http", beyond):
        words = page.outcome.value.replace("_", " ") + _within(page.took_s)
        yield "reference page", words, "opens", page.outcome is HttpOutcome.OK, at
    yield from _beyond(evidence, wire, limits)
    for load, at in _fact(evidence, FieldLoad, "field_load", wire):
        radio = place is PluggedInto.WIFI
        for reading in load_readings(load, service, at_most, limits, by_radio=radio):
            yield (*reading, at)


def _wire(
    evidence: Evidence, place: PluggedInto
) -> Iterator[tuple[str, str, str, bool | None, datetime]]:
    for heard, at in _fact(evidence, FieldHeard, "field_heard", place.value):
        for row in heard_readings(heard):
            yield (*row, at)
    for arp, at in _fact(evidence, FieldArp, "field_arp", place.value):
        for row in arp_readings(arp):
            yield (*row, at)
    for routers, at in _fact(evidence, FieldIpv6, "field_routers", place.value):
        for row in ipv6_readings(routers, place):
            yield (*row, at)


def _beyond(
    evidence: Evidence, wire: str, limits: Mapping[str, float]
) -> Iterator[tuple[str, str, str, bool | None, datetime]]:
    for names, at in _fact(evidence, FieldNames, "field_names", wire):
        for row in name_readings(names):
            yield (*row, at)
    for page, at in _fact(evidence, FieldPage, "field_page", wire):
        for row in page_readings(page):
            yield (*row, at)
    for trace, at in _fact(evidence, FieldTrace, "field_trace", wire):
        for row in trace_readings(trace):
            yield (*row, at)
    for stream, at in _fact(evidence, FieldStream, "field_stream", wire):
        for row in stream_readings(stream, limits["field_stream_gaps"]):
            yield (*row, at)


def _inside(
    seen: FieldInside, limits: Mapping[str, float]
) -> Iterator[tuple[str, str, str, bool | None]]:
    """Give what was measured inside the session."""
    yield from _train(seen.train, limits)
    if (seconds := known(seen.train.jitter_s)) is not None:
        yield "jitter", f"{1000 * seconds:.1f} ms", "", None
    if seen.size.largest_bytes is not None:
        yield "largest packet", f"{seen.size.largest_bytes} bytes", "", None
    took_s = known(seen.connected_s)
    words = "none" if took_s is None else f"taken in {1000 * took_s:.0f} ms"
    yield f"connection to port {seen.port}", words, "taken", took_s is not None
    names = known(seen.names)
    if names is not None:
        yield from name_readings(names)
    yield from () if seen.page is None else page_readings(seen.page)
    yield from () if seen.trace is None else trace_readings(seen.trace)


def _service(
    evidence: Evidence, wire: str, limits: Mapping[str, float]
) -> Iterator[tuple[str, str, str, bool | None, datetime]]:
    for session, at in _fact(evidence, FieldSession, "field_session", wire):
        words, opened = session.end.value.replace("_", " "), session.end is SessionEnd.OPENED
        yield "PPPoE session", words, "opens", opened, at
        if session.inside is not None and not session.inside.ended:
            for name, told, limit, well in _inside(session.inside, limits):
                yield f"{INSIDE}{name}", told, limit, well, at
    for air, at in _fact(evidence, FieldAir, "field_air", wire):
        dbm = None if air.link is None else known(air.link.signal_dbm)
        if dbm is not None:
            least = limits["wifi_weak_dbm"]
            yield "Wi-Fi signal", f"{dbm} dBm", f"{least:g} dBm", dbm >= least, at


def _sizes(
    evidence: Evidence, wire: str, beyond: str
) -> Iterator[tuple[str, str, str, bool | None, datetime]]:
    for full, at in _fact(evidence, PingCheck, "ping", f"{beyond}/full"):
        words = f"{full.received} of {full.sent} come back"
        yield "packets of full size", words, "some come back", full.received > 0, at
    for size, at in _fact(evidence, FieldSize, "field_size", wire):
        if size.largest_bytes is not None:
            yield "largest packet", f"{size.largest_bytes} bytes", "", None, at


def _trains(
    evidence: Evidence, wire: str, beyond: str, limits: Mapping[str, float]
) -> Iterator[tuple[str, str, str, bool | None, datetime]]:
    """Give what trains of packets tell; how even they come by the kernel's clock, if it told."""
    even = [
        (seconds, at)
        for fact, at in _fact(evidence, FieldJitter, "field_jitter", wire)
        if (seconds := known(fact.far.jitter_s)) is not None
    ]
    for train, at in _fact(evidence, PathQuality, "path_quality", beyond):
        for row in _train(train, limits):
            yield (*row, at)
        own = known(train.jitter_s)
        even = even or ([] if own is None else [(own, at)])
    for seconds, at in even:
        yield "jitter", f"{1000 * seconds:.1f} ms", "", None, at


def _train(
    train: PathQuality, limits: Mapping[str, float]
) -> Iterator[tuple[str, str, str, bool | None]]:
    share = limits["path_loss_share"]
    by_chance = as_many_by_chance(train.lost, train.sent, share)
    words = f"{train.lost} of {train.sent} ({100 * train.lost / train.sent:.1f} %)"
    limit = f"{100 * share:g} % beyond chance"
    yield "packets lost", words, limit, by_chance >= limits["path_loss_chance"]
    for name, value in (
        ("round trip, middle", train.rtt_median_s),
        ("round trip, 95 of 100 within", train.rtt_p95_s),
    ):
        seconds = known(value)
        if seconds is not None:
            yield name, f"{1000 * seconds:.1f} ms", "", None


def _speed(link: FieldLink) -> str:
    speed = known(link.speed_bps)
    return "" if speed is None else rate(speed)


def _within(took_s: Maybe[float]) -> str:
    seconds = known(took_s)
    return "" if seconds is None else f" in {1000 * seconds:.0f} ms"


def _fact(
    evidence: Evidence, kind: type[V], name: str, subject: str
) -> Iterator[tuple[V, datetime]]:
    """Give a fact and its time, once, where it is known."""
    held = evidence.get(name, subject)
    if isinstance(held, Observed) and isinstance(held.value, kind):
        yield held.value, held.at
