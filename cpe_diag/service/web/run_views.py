"""What a run says while it goes, and what devices really answered once it has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import RunError
from cpe_diag.domain.run_journal import RunEntryKind
from cpe_diag.report.codec import moment_text
from cpe_diag.service.refused import Refused
from cpe_diag.service.web.call import Reply

if TYPE_CHECKING:
    from cpe_diag.domain.run_journal import RunEntry
    from cpe_diag.report.codec import Json
    from cpe_diag.service.web.call import Call
    from cpe_diag.service.web.served import Served

_WORD: Final[dict[str, object]] = {"type": "string"}
ENTRY: Final[dict[str, object]] = {
    "type": "object",
    "required": ["seq", "kind", "step", "at"],
    "properties": {
        "seq": {"type": "integer"},
        "kind": {"type": "string", "enum": [one.value for one in RunEntryKind]},
        "step": _WORD,
        "at": {"type": "string", "format": "date-time"},
        "probes": {"type": "array", "items": _WORD},
        "choice": _WORD,
    },
}
ANSWER: Final[dict[str, object]] = {
    "type": "object",
    "required": ["exchange", "device", "question", "text"],
    "properties": {
        "exchange": {"type": "integer"},
        "device": _WORD,
        "question": _WORD,
        "text": _WORD,
    },
}

_NO_RUN: Final = Refused(status=404, reason="there is no run of this id")


def journal(served: Served, call: Call) -> Reply | Refused:
    """Give the journal of a run, the oldest entry first; `after` is the last `seq` seen."""
    after = call.query.get("after", "-1")
    if after != "-1" and not (after.isascii() and after.isdecimal() and len(after) < 10):  # noqa: PLR2004
        return Refused(status=400, reason="after: expected the seq of an entry")
    try:
        run = served.runs.run(call.path["id"])
    except RunError:
        return _NO_RUN
    found = served.runs.entries_after(run.id, int(after))
    body: list[Json] = [entry_shown(seq, one) for seq, one in found]
    return Reply(body=body, headers={"X-Result-Count": str(len(body))})


def raw_answers(served: Served, call: Call) -> Reply | Refused:
    """Give what devices really said, redacted; empty where the run has left nothing yet."""
    try:
        run = served.runs.run(call.path["id"])
    except RunError:
        return _NO_RUN
    result = served.result_of(run.id)
    body: list[Json] = [
        {
            "exchange": one.exchange,
            "device": one.device,
            "question": one.question,
            "text": one.text,
        }
        for one in (result.raw_answers if result else ())
    ]
    return Reply(body=body, headers={"X-Result-Count": str(len(body))})


def entry_shown(seq: int, entry: RunEntry) -> dict[str, Json]:
    """Give an entry without what it holds for the worker."""
    shown: dict[str, Json] = {
        "seq": seq,
        "kind": entry.kind.value,
        "step": entry.step,
        "at": moment_text(entry.at),
    }
    probes, choice = entry.document.get("probes"), entry.document.get("choice")
    if isinstance(probes, list):
        shown["probes"] = [str(one) for one in probes]
    if isinstance(choice, str):
        shown["choice"] = choice
    return shown
