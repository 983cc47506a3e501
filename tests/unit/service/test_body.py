"""A body that does not come: whoever sends it is gone, and that is no mistake of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request

from cpe_diag.service.refused import Refused
from cpe_diag.service.web.asked import body_of

if TYPE_CHECKING:
    from starlette.types import Message


async def test_whoever_leaves_before_the_body_has_come_is_refused_without_a_trace() -> None:
    """Somebody goes to another page while a form is sent: its traceback would hide ours."""
    told: list[Message] = [
        {"type": "http.request", "body": b"name=a", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return told.pop(0)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b""}
    made = await body_of(Request(scope, receive), 1000)
    assert isinstance(made, Refused)
    assert made.status == 400
    assert told == []
