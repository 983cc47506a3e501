"""Filters, pages and turns of the HTTP interface."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from cpe_diag.service.refused import Refused
from cpe_diag.service.web.buckets import MOST_KEPT, Buckets, Rate
from cpe_diag.service.web.selection import chosen, fits, window_of

if TYPE_CHECKING:
    from cpe_diag.report.codec import Json

TICKET: dict[str, Json] = {
    "id": "t-1",
    "status": "held",
    "isBundle": False,
    "creationDate": "2026-03-01T12:00:00Z",
    "relatedParty": [{"id": "sub-1", "role": "customer"}, {"id": "anna", "role": "agent"}],
    "note": None,
}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, True),
        ({"status": "held"}, True),
        ({"status": "pending,held"}, True),
        ({"status": "pending"}, False),
        ({"relatedParty.id": "anna"}, True),
        ({"relatedParty.id": "bert"}, False),
        ({"isBundle": "false"}, True),
        ({"nothing": "x"}, False),
        ({"status.deeper": "held"}, False),
        ({"creationDate.gt": "2026-03-01T11:59:59Z"}, True),
        ({"creationDate.gte": "2026-03-01T13:00:00+01:00"}, True),
        ({"creationDate.lt": "2026-03-01T12:00:00Z"}, False),
        ({"creationDate.lte": "never"}, False),
        ({"status": "held", "id": "t-2"}, False),
    ],
)
def test_a_document_fits_where_every_filter_does(
    filters: dict[str, str], *, expected: bool
) -> None:
    """An attribute that is not there fits nothing: a misspelt filter gives no false list."""
    assert fits(TICKET, filters) is expected


def test_a_page_has_bounds() -> None:
    """Nobody has a list of everything made by one number."""
    window = window_of({"offset": "5", "limit": "7", "fields": "id, status", "status": "held"})
    assert not isinstance(window, Refused)
    assert (window.offset, window.limit, window.fields) == (5, 7, ("id", "status"))
    assert window.filters == {"status": "held"}
    for wrong in ("0", "101", "-1", "1.0", "٣", "", "9" * 30):
        assert isinstance(window_of({"limit": wrong}), Refused)
    for wrong in ("-1", "100001", "x"):
        assert isinstance(window_of({"offset": wrong}), Refused)
    assert set(chosen(TICKET, ("status",))) == {"id", "status"}


def test_turns_come_back_at_a_steady_rate() -> None:
    """A burst, then so many a second; others have their own, and not all are remembered."""
    turns = Buckets(Rate(per_s=2.0, burst=3.0))
    assert [turns.wait_s("a", 10.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert turns.wait_s("a", 10.0) == pytest.approx(0.5)
    assert turns.wait_s("b", 10.0) == 0.0
    assert turns.wait_s("a", 10.5) == 0.0
    assert turns.wait_s("a", 10.5, takes=0.0) > 0
    assert turns.wait_s("a", 11.0, takes=0.0) == 0.0
    assert turns.wait_s("a", 11.0) == 0.0
    for number in range(MOST_KEPT + 1):
        turns.wait_s(f"c{number}", 11.0)
    assert turns.wait_s("a", 11.0) == 0.0  # forgotten: a full bucket


def test_threads_at_once_take_no_more_turns_than_there_are() -> None:
    """Whoever guesses tokens over many connections would else find a full bucket now and then."""
    turns, often = Buckets(Rate(per_s=0.001, burst=100.0)), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            taken = list(pool.map(lambda _: turns.wait_s("a", 10.0) == 0.0, range(12_000)))
    finally:
        sys.setswitchinterval(often)
    assert sum(taken) == 100
