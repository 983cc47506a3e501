"""What the audit trail notes of a look: whom and what it has shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.roles import Role
from cpe_diag.service.web.call import Call, Caller
from cpe_diag.service.web.looks import Look, looks_of
from cpe_diag.service.web.operations import OPERATIONS

if TYPE_CHECKING:
    from cpe_diag.report.codec import Json

ONE: Json = {"id": "c1", "subscriber": "sub-1", "ticket": "T-1"}
OTHER: Json = {"id": "c2", "subscriber": "sub-1", "ticket": "T-2"}
STRANGER: Json = {"id": "c3", "subscriber": "sub-2", "ticket": None}


@pytest.mark.parametrize(
    ("operation", "body", "looks"),
    [
        ("getCase", ONE, [("getCase c1", "sub-1", "T-1")]),
        ("getCase", None, [("getCase c1", None, None)]),
        ("listCases", [ONE, OTHER], [("listCases c1: shown c1 c2", "sub-1", None)]),
        ("listCases", [ONE, STRANGER], [("listCases c1: shown c1 c3", None, None)]),
        ("listCases", [], []),
        (
            "findSubscribers",
            [{"id": "sub-1"}, {"id": "sub-2"}],
            [
                ("findSubscribers c1: found", "sub-1", None),
                ("findSubscribers c1: found", "sub-2", None),
            ],
        ),
        ("findSubscribers", [], [("findSubscribers c1: nobody found", None, None)]),
        ("listRawAnswers", [{"text": "x"}], [("listRawAnswers c1", None, None)]),
    ],
    ids=["one", "refused", "of one", "of several", "none", "found", "nobody", "without ids"],
)
def test_a_look_is_noted_with_whom_and_what_it_has_shown(
    operation: str, body: Json, looks: list[tuple[str, str | None, str | None]]
) -> None:
    """About one subscriber only where all of it is theirs: an entry is erased with its person."""
    wanted = next(one for one in OPERATIONS if one.id == operation)
    call = Call(
        path={"id": "c1"},
        query={"words": "+372 5123 4567", "ticket": "T-1"},
        headers={},
        body=b"",
        data={},
        caller=Caller(name="anna", role=Role.SENIOR),
        at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    expected = [
        Look(words=words, subscriber=subscriber, ticket=ticket)
        for words, subscriber, ticket in looks
    ]
    assert list(looks_of(wanted, call, body)) == expected
