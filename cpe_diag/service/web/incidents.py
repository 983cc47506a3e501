"""Confirmed incidents that go on, of platforms too, as `cpe-diag incidents` has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.report.codec import moment_text
from cpe_diag.service.web.call import Reply

if TYPE_CHECKING:
    from cpe_diag.report.codec import Json
    from cpe_diag.service.refused import Refused
    from cpe_diag.service.web.call import Call
    from cpe_diag.service.web.served import Served

_WORD: Final[dict[str, object]] = {"type": "string"}
_MOMENT: Final[dict[str, object]] = {"type": "string", "format": "date-time"}
INCIDENT: Final[dict[str, object]] = {
    "type": "object",
    "required": ["kind", "place", "cause", "title", "since", "last_at", "subscribers"],
    "properties": {
        "kind": _WORD,
        "place": _WORD,
        "cause": _WORD,
        "title": _WORD,
        "since": _MOMENT,
        "last_at": _MOMENT,
        "subscribers": {"type": "integer"},
        "case": {"type": "string", "nullable": True},
    },
}


def going(served: Served, call: Call) -> Reply | Refused:
    """Give the incidents that go on, the newest first."""
    body: list[Json] = [
        {
            "kind": one.kind.value,
            "place": one.place,
            "cause": one.cause,
            "title": one.title,
            "since": moment_text(one.since),
            "last_at": moment_text(one.last_at),
            "subscribers": one.subscribers,
            "case": one.case_id,
        }
        for one in served.incidents(call.at)
    ]
    return Reply(body=body, headers={"X-Result-Count": str(len(body))})
