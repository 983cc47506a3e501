"""Claims about what a hub asks for: filters and attributes."""

from __future__ import annotations

from typing import Any, Final

import pytest

from cpe_diag.service.hub_query import told

EVENT: Final[dict[str, Any]] = {
    "eventId": "e-1",
    "eventType": "AlarmCreateEvent",
    "event": {
        "alarm": {
            "id": 7,
            "href": "/tmf-api/alarm/v4/alarm/7",
            "@type": "Alarm",
            "perceivedSeverity": "critical",
            "specificProblem": "node_outage",
        }
    },
}


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", True),
        ("eventType=AlarmCreateEvent", True),
        ("?eventType=AlarmCreateEvent,AlarmStateChangeEvent", True),
        ("eventType=AlarmStateChangeEvent&eventType=AlarmCreateEvent", True),
        ("eventType=AlarmStateChangeEvent", False),
        ("event.alarm.perceivedSeverity=critical,major", True),
        ("event.alarm.perceivedSeverity=minor", False),
        ("event.alarm.perceivedSeverity=critical&eventType=AlarmStateChangeEvent", False),
        ("event.alarm.nothing=x", False),
        ("nonsense", True),
    ],
)
def test_an_event_is_told_to_whom_its_query_fits(query: str, wanted: bool) -> None:  # noqa: FBT001 - a table
    """All filters must fit, any value of one; what is no filter is none."""
    assert (told(query, EVENT) == EVENT) == wanted
    assert (told(query, EVENT) is not None) == wanted


def test_fields_choose_attributes_of_what_an_event_tells_of() -> None:
    """The event itself stays whole, and what is told of can still be named."""
    got = told("fields=perceivedSeverity&eventType=AlarmCreateEvent", EVENT)
    assert got is not None
    assert got["eventId"] == "e-1"
    assert got["event"] == {
        "alarm": {
            "id": 7,
            "href": "/tmf-api/alarm/v4/alarm/7",
            "@type": "Alarm",
            "perceivedSeverity": "critical",
        }
    }
