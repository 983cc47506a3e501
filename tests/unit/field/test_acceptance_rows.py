"""A record of a visit has a row for each thing that a check looks at, and says if it is well."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest

from cpe_diag.domain.field_facts import PluggedInto
from cpe_diag.field.acceptance import AcceptanceRecord, Check, record_of
from cpe_diag.field.acceptance_text import mark_of, record_text, shown
from cpe_diag.testing.faults_beyond_wire import (
    broken_stream,
    names_invented,
    names_taken,
    no_stream,
    other_page,
)
from cpe_diag.testing.faults_of_offers import address_taken, answers_for_all
from cpe_diag.testing.faults_of_session import inside_alone
from cpe_diag.testing.faults_on_site import (
    LAN,
    STRANGER,
    WALL,
    gateway_answered_by,
    looped,
    on_site,
    second_router6,
)
from cpe_diag.testing.field_samples import GATEWAY

if TYPE_CHECKING:
    from cpe_diag.judge.question import CaseFile

AT: Final = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
HOME: Final = on_site(LAN)
LINE: Final = on_site(WALL)


def record(case: CaseFile, place: str) -> AcceptanceRecord:
    """Give the record of one check."""
    check = Check(
        run="run-1",
        place=PluggedInto(place),
        at=AT,
        fault="no fault",
        tell_customer="",
        evidence=case.evidence,
        service=case.subscriber.service,
        thresholds={},
    )
    return record_of([check], subscriber="sub-1", ticket=None, technician="anna")


def rows(case: CaseFile, place: str) -> dict[str, tuple[str, str]]:
    """Give what stands in each row, and whether its limit is kept."""
    compared = record(case, place).places[0].compared
    return {one.what: (shown(one.after), mark_of(one)) for one in compared}


@pytest.mark.parametrize(
    ("what", "place", "well", "bad"),
    [
        ("loop", WALL, LINE, looped(LINE, WALL)),
        ("gateway", LAN, HOME, gateway_answered_by(HOME, LAN, GATEWAY, STRANGER)),
        ("gateway", WALL, LINE, gateway_answered_by(LINE, WALL)),
        ("address that is offered", LAN, HOME, address_taken(HOME, LAN, STRANGER)),
        ("IPv6", LAN, HOME, second_router6(HOME)),
        ("names asked of nobody", WALL, LINE, names_taken(LINE, WALL)),
        ("name that does not exist", WALL, LINE, names_invented(LINE, WALL)),
        ("page, or a portal's", WALL, LINE, other_page(LINE, WALL)),
        ("stream 239.1.1.1", WALL, LINE, broken_stream(LINE, WALL)),
        ("stream 239.1.1.1", WALL, LINE, no_stream(LINE, WALL)),
    ],
)
def test_each_row_says_whether_it_is_well(
    what: str, place: str, well: CaseFile, bad: CaseFile
) -> None:
    """Whoever signs the record reads what was looked at, and not the result alone."""
    assert rows(well, place)[what][1] == "kept"
    assert rows(bad, place)[what][1] == "NOT KEPT"


def test_a_gateway_that_answers_for_all_has_taken_no_address() -> None:
    """Proxy ARP of the gateway answers for what is offered too."""
    told = rows(answers_for_all(LINE, WALL, GATEWAY), WALL)
    assert told["answers for all (proxy ARP)"] == (GATEWAY, "")
    assert told["address that is offered"][1] == "kept"


def test_a_line_of_sessions_has_its_rows_from_inside_its_session() -> None:
    """There the laptop takes no address: without them its record would be empty."""
    case = inside_alone(LINE)
    told = rows(case, WALL)
    assert told["in the session: packets lost"] == ("0 of 20 (0.0 %)", "kept")
    assert told["in the session: connection to port 80"][1] == "kept"
    assert told["in the session: names asked of nobody"] == ("no answer", "kept")
    assert "in the session: largest packet" in told
    assert "packets lost" not in told


def test_one_check_is_neither_before_nor_after() -> None:
    """Words for two are wrong where there is one."""
    text = record_text(record(LINE, WALL))
    assert "2026-03-01 09:00 UTC, 1 check\n" in text
    assert "  check   09:00  no fault" in text
    assert "After" not in text
