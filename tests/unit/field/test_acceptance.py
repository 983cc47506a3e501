"""The record of a visit: what was before, what is after, each with its limit and its samples."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest
from PIL import Image

from cpe_diag.domain.field_facts import Duplex, PluggedInto
from cpe_diag.domain.field_load_facts import Direction, FieldLoad, LoadRun, LoadTool
from cpe_diag.domain.field_session_facts import SessionEnd
from cpe_diag.domain.load_facts import PathQuality
from cpe_diag.domain.missing import NOT_ASKED
from cpe_diag.field.acceptance import AcceptanceRecord, Check, Compared, Series, record_of
from cpe_diag.field.acceptance_html import record_html
from cpe_diag.field.acceptance_pdf import record_pdf
from cpe_diag.field.acceptance_text import LEAST_WIDE, LOST, WIDE, mark_of, record_text, sparkline
from cpe_diag.field.plot import AFTER, BEFORE, png
from cpe_diag.field.plot import LOST as LOST_COLOUR
from cpe_diag.testing.evidence_samples import changed, with_value
from cpe_diag.testing.faults_beyond_wire import bloated, slow
from cpe_diag.testing.faults_of_session import ended
from cpe_diag.testing.faults_on_site import loses, nothing_beyond, on_site, on_wifi, weak_signal

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

AT: Final = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
WALL: Final = PluggedInto.WALL_PORT
LAN: Final = PluggedInto.ROUTER_LAN
WIFI: Final = PluggedInto.WIFI
GOOD: Final = (0.010, 0.011, 0.012) * 33
BAD: Final = (0.030, None, 0.034) * 33


def checked(case: CaseFile, place: PluggedInto, minutes: int, fault: str = "no fault") -> Check:
    """Give a check of a moment."""
    return Check(
        run=f"run-{minutes}",
        place=place,
        at=AT + timedelta(minutes=minutes),
        fault=fault,
        tell_customer="",
        evidence=case.evidence,
        service=case.subscriber.service,
        thresholds={},
    )


def with_echoes(case: CaseFile, place: PluggedInto, echoes: tuple[float | None, ...]) -> CaseFile:
    """Let the train have kept its round trips."""
    return changed(case, "path_quality", f"{place}>reference", echoes_s=echoes)


def visit(*checks: Check, subscriber: str = "sub-1") -> AcceptanceRecord:
    """Give the record of checks."""
    return record_of(checks, subscriber=subscriber, ticket="T-1", technician="anna")


@pytest.fixture
def repaired() -> AcceptanceRecord:
    """Give a visit: losses at the wall port, then none, then well in the home."""
    before = with_echoes(loses(on_site(WALL), WALL), WALL, BAD)
    after = with_echoes(on_site(WALL), WALL, GOOD)
    home = with_echoes(on_site(LAN), LAN, GOOD)
    return visit(
        checked(home, LAN, 50),
        checked(before, WALL, 0, "packets are lost"),
        checked(before, WALL, 20, "packets are lost"),
        checked(after, WALL, 40),
    )


def row(record: AcceptanceRecord, what: str) -> Compared:
    """Give one compared quantity of the first place."""
    return next(one for one in record.places[0].compared if one.what == what)


def test_the_first_and_the_last_check_of_each_place_are_compared(
    repaired: AcceptanceRecord,
) -> None:
    """In whatever order they are given; one that stands between counts for nothing."""
    wall, home = repaired.places
    assert (wall.first.at.minute, wall.last.at.minute) == (0, 40)
    assert home.first is home.last
    assert (repaired.checks, repaired.result) == (4, "no fault")
    lost = row(repaired, "packets lost")
    assert lost.before is not None
    assert lost.after is not None
    assert (lost.before.words, lost.after.words) == ("12 of 100 (12.0 %)", "0 of 100 (0.0 %)")
    assert (lost.before.well, lost.after.well) == (False, True)
    assert lost.after.limit == "1 % beyond chance"


def test_what_another_place_was_last_found_to_have_is_in_the_result() -> None:
    """A wall port that is well does not end what the home has, and nobody looked at again."""
    home = checked(on_site(LAN), LAN, 0, "a second server")
    told = visit(home, checked(on_site(WALL), WALL, 20)).result
    assert told == "no fault (Behind the router, by cable, at 09:00 UTC: a second server)"
    again = checked(on_site(LAN), LAN, 40)
    assert visit(home, checked(on_site(WALL), WALL, 20), again).result == "no fault"


def test_a_limit_that_is_not_kept_is_told(repaired: AcceptanceRecord) -> None:
    """Also where the operator has another one; what has no limit gets no mark."""
    bad = loses(on_site(WALL), WALL)
    assert mark_of(row(visit(checked(bad, WALL, 0)), "packets lost")) == "NOT KEPT"
    theirs = replace(checked(bad, WALL, 0), thresholds={"path_loss_share": 0.2})
    lost = row(visit(theirs), "packets lost")
    assert lost.after is not None
    assert (mark_of(lost), lost.after.limit) == ("kept", "20 % beyond chance")
    half = changed(on_site(WALL), "field_link", WALL, duplex=Duplex.HALF)
    assert mark_of(row(visit(checked(half, WALL, 0)), "link")) == "NOT KEPT"
    assert mark_of(row(repaired, "jitter")) == ""


def test_what_was_not_measured_is_no_number() -> None:
    """Nothing answers: no round trip, and every quantity that failed says so."""
    record = visit(checked(nothing_beyond(on_site(WALL), WALL), WALL, 0))
    names = {one.what: mark_of(one) for one in record.places[0].compared}
    assert names["packets lost"] == names["packets of full size"] == "NOT KEPT"
    assert names["reference page"] == "NOT KEPT"
    assert record.places[0].series == ()


def test_a_session_and_a_signal_are_held_to_what_they_should_be() -> None:
    """One that opens, and one that is loud enough at this place."""
    before = checked(ended(SessionEnd.LOGIN_REFUSED)(on_site(WALL)), WALL, 0)
    session = row(visit(before, checked(on_site(WALL), WALL, 20)), "PPPoE session")
    assert (session.before and session.before.words, mark_of(session)) == ("login refused", "kept")
    wifi = PluggedInto.WIFI
    weak = row(visit(checked(weak_signal(on_site(LAN)), wifi, 0)), "Wi-Fi signal")
    assert (weak.after and weak.after.words, mark_of(weak)) == ("-84 dBm", "NOT KEPT")


def test_rates_are_held_to_what_was_sold_and_queues_to_their_limit() -> None:
    """As the judge does; the best of several tests counts."""
    case = on_site(WALL)
    service = replace(case.subscriber.service, down_bps=100_000_000, up_bps=NOT_ASKED)
    quick = PathQuality(
        target="x",
        sent=10,
        received=10,
        rtt_min_s=0.01,
        rtt_median_s=0.01,
        rtt_p95_s=0.01,
        jitter_s=0.0,
    )
    runs = tuple(
        LoadRun(
            tool=LoadTool.IPERF3,
            server="203.0.113.80",
            direction=direction,
            received_bytes=received,
            took_s=1.0,
            loaded=replace(quick, rtt_median_s=0.3),
        )
        for direction, received in ((Direction.DOWN, 1_000_000), (Direction.UP, 2_000_000))
    )
    load = FieldLoad(idle=quick, runs=runs, most_bps=1e9, untried=())
    case = with_value(case, "field_load", WALL, load)
    (place,) = visit(replace(checked(case, WALL, 0), service=service)).places
    told = {one.what: one for one in place.compared}
    down, up = told["rate to the customer"], told["rate from the customer"]
    assert down.after is not None
    assert (down.after.words, mark_of(down)) == ("8 Mbit/s", "NOT KEPT")
    assert down.after.limit.endswith("% of 100 Mbit/s")
    assert (up.after and up.after.words, mark_of(up)) == ("16 Mbit/s", "")
    queue = told["round trip while full to the customer"]
    assert queue.after is not None
    assert (queue.after.words, queue.after.limit) == ("290 ms more", "200 ms")
    assert mark_of(queue) == "NOT KEPT"


def test_a_rate_by_radio_is_held_to_nothing() -> None:
    """It is the radio that is measured, as the judge says too, and not what was sold."""
    case = slow(bloated(on_wifi(on_site(LAN)), WIFI), WIFI)
    (place,) = visit(checked(case, WIFI, 0)).places
    marks = {one.what: mark_of(one) for one in place.compared if "customer" in one.what}
    assert marks == dict.fromkeys(marks, "")
    assert len(marks) == 4


def test_the_terminal_tells_before_after_and_the_samples(repaired: AcceptanceRecord) -> None:
    """A technician reads it without a browser."""
    text = record_text(repaired)
    assert "before  09:00  packets are lost" in text
    assert "after   09:40  no fault" in text
    assert "1 % beyond chance" in text
    assert "round trips to reference, up to 34.0 ms" in text
    plain = record_text(repaired, ascii_bars=True)
    assert plain.isascii()


@pytest.mark.parametrize("columns", [80, 200])
def test_no_line_is_wider_than_the_terminal(repaired: AcceptanceRecord, columns: int) -> None:
    """A table that the terminal folds cannot be read; what is folded here loses no word."""
    text = record_text(replace(repaired, result="no fault " * 30), columns=columns)
    assert max(map(len, text.splitlines())) <= columns
    for word in record_text(repaired, columns=500).split():
        if len(word) <= LEAST_WIDE:
            assert word in text


def test_samples_become_bars_and_no_loss_is_hidden() -> None:
    """Of several samples in one place the worst is shown."""
    assert sparkline((0.0, 4.0, 8.0), 8.0) == "▁▅█"
    assert sparkline((1.0, None), 1.0) == f"█{LOST}"
    many = tuple(None if number == 77 else 1.0 for number in range(1000))
    line = sparkline(many, 1.0)
    assert len(line) <= WIDE
    assert line.count(LOST) == 1
    assert sparkline((), 1.0) == ""
    assert sparkline((0.0,), 0.0) == "▁"


def test_the_picture_shows_both_checks_and_what_was_lost() -> None:
    """Each in its colour; it is a PNG."""
    both = Series(what="x", before=(30.0, None, 34.0), after=(10.0, 11.0, 12.0))
    picture = Image.open(io.BytesIO(png(both)))
    assert picture.format == "PNG"
    colours = {pixel for _, pixel in picture.convert("RGB").getcolors(1 << 20) or ()}
    for colour in (BEFORE, AFTER, LOST_COLOUR):
        assert tuple(bytes.fromhex(colour[1:])) in colours
    for odd in ((), (None,), (0.0,), (None, 5.0, None), (1e6, 0.001)):
        assert png(Series(what="x", before=odd, after=())).startswith(b"\x89PNG")


def test_the_page_fetches_nothing_and_runs_nothing(repaired: AcceptanceRecord) -> None:
    """Nothing of it comes from elsewhere, whatever devices call themselves."""
    page = record_html(repaired)
    assert re.findall(r'(?:src|href)="(?!data:)', page) == []
    assert "default-src &#x27;none&#x27;" in page
    assert "<script" not in page
    assert page.count("data:image/png;base64,") == 2
    assert "Customer: name, date, signature" in page
    hostile = visit(checked(on_site(WALL), WALL, 0), subscriber='<img src="//x">\x1b[2J')
    assert "<img src=" not in record_html(hostile)
    assert "\x1b" not in record_html(hostile) + record_text(hostile)


def test_the_pdf_has_all_of_it_whatever_letters_there_are(repaired: AcceptanceRecord) -> None:
    """What its font lacks does not stop it."""
    made = record_pdf(replace(repaired, technician="Zofia Łęcka 山"))
    assert made.startswith(b"%PDF-")
    assert made.count(b"/Subtype /Image") == 2


def test_the_record_holds_no_secret_and_no_way_to_one(repaired: AcceptanceRecord) -> None:
    """The inventory's references to credentials are none of the customer's business."""
    page = record_html(repaired) + record_text(repaired)
    for word in ("credential", "password", "file:", "env:", "vault:"):
        assert word not in page.lower().replace("content-security", "")


def test_where_nobody_knows_who_was_there_a_line_is_left_for_the_name(
    repaired: AcceptanceRecord,
) -> None:
    """The office can make a record too, and must not sign for the technician."""
    unknown = replace(repaired, technician="")
    assert "Technician: name, date, signature" in record_html(unknown)
    assert ", by" not in record_text(unknown).splitlines()[0]
