"""What a record of a visit compares: one line for each quantity, with the limit it is held to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeVar

from cpe_diag.domain.field_air_facts import FieldAir
from cpe_diag.domain.field_facts import Duplex, FieldDhcp, FieldLink, FieldPppoe, PluggedInto
from cpe_diag.domain.field_load_facts import FieldLoad
from cpe_diag.domain.field_session_facts import FieldSession, SessionEnd
from cpe_diag.domain.field_size_facts import FieldSize
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import Maybe, known
from cpe_diag.domain.observations import Observed
from cpe_diag.domain.path_facts import DnsCheck, DnsOutcome, HttpCheck, HttpOutcome, PingCheck
from cpe_diag.field.load_readings import load_readings
from cpe_diag.judge.chance import as_many_by_chance
from cpe_diag.report.duration import rate
from cpe_diag.report.phrases import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cpe_diag.domain.evidence import Evidence
    from cpe_diag.domain.subscriber import Service

V = TypeVar("V")
BEYOND: Final = ">reference"


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
    yield from _service(evidence, wire, limits)
    for train, at in _fact(evidence, PathQuality, "path_quality", beyond):
        yield from _train(train, limits, at)
    yield from _sizes(evidence, wire, beyond)
    for dns, at in _fact(evidence, DnsCheck, "dns", beyond):
        words = dns.outcome.value.replace("_", " ") + _within(dns.took_s)
        yield "names", words, "answered", dns.outcome is DnsOutcome.ANSWERED, at
    for page, at in _fact(evidence, HttpCheck, "http", beyond):
        words = page.outcome.value.replace("_", " ") + _within(page.took_s)
        yield "reference page", words, "opens", page.outcome is HttpOutcome.OK, at
    for load, at in _fact(evidence, FieldLoad, "field_load", wire):
        radio = place is PluggedInto.WIFI
        for reading in load_readings(load, service, at_most, limits, by_radio=radio):
            yield (*reading, at)


def _service(
    evidence: Evidence, wire: str, limits: Mapping[str, float]
) -> Iterator[tuple[str, str, str, bool | None, datetime]]:
    for session, at in _fact(evidence, FieldSession, "field_session", wire):
        words, opened = session.end.value.replace("_", " "), session.end is SessionEnd.OPENED
        yield "PPPoE session", words, "opens", opened, at
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


def _train(
    train: PathQuality, limits: Mapping[str, float], at: datetime
) -> Iterator[tuple[str, str, str, bool | None, datetime]]:
    share = limits["path_loss_share"]
    by_chance = as_many_by_chance(train.lost, train.sent, share)
    words = f"{train.lost} of {train.sent} ({100 * train.lost / train.sent:.1f} %)"
    limit = f"{100 * share:g} % beyond chance"
    yield "packets lost", words, limit, by_chance >= limits["path_loss_chance"], at
    for name, value in (
        ("round trip, middle", train.rtt_median_s),
        ("round trip, 95 of 100 within", train.rtt_p95_s),
        ("jitter", train.jitter_s),
    ):
        seconds = known(value)
        if seconds is not None:
            yield name, f"{1000 * seconds:.1f} ms", "", None, at


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
