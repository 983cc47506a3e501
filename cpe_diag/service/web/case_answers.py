"""What the caller says to a question of the playbook: the case's run is done again with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

from cpe_diag.domain.failures import RunError
from cpe_diag.playbook.model import AskStep
from cpe_diag.report.decoding import UndecodableError, decode
from cpe_diag.service.refused import Refused
from cpe_diag.service.submit import Order
from cpe_diag.service.web.call import Reply
from cpe_diag.service.web.service_tests import submitted
from cpe_diag.store.kept_wish import KeptWish

if TYPE_CHECKING:
    from cpe_diag.report.codec import Json
    from cpe_diag.service.web.call import Call
    from cpe_diag.service.web.served import Served
    from cpe_diag.store.run_rows import RunRow

_WORD: Final[dict[str, object]] = {"type": "string", "minLength": 1, "maxLength": 200}
ANSWER: Final[dict[str, object]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["question", "choice"],
    "properties": {"question": _WORD, "choice": _WORD},
}
"""The body of a POST to /api/cases/{id}/answers."""

QUESTION: Final[dict[str, object]] = {
    "type": "object",
    "required": ["id", "question", "choices", "answer"],
    "properties": {
        "id": {"type": "string"},
        "question": {"type": "string"},
        "answer": {"type": "string", "nullable": True},
        "choices": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "text"],
                "properties": {"id": {"type": "string"}, "text": {"type": "string"}},
            },
        },
    },
}

_NOTHING: Final = Refused(status=422, reason="the case has no run that could be done again")
_MEANWHILE: Final = Refused(
    status=409, reason="another run of this case was ordered at the same time; say it again"
)


def questions_of(served: Served, run: RunRow) -> list[Json]:
    """Give the questions of a run's playbook, with what the caller has said with the order."""
    playbook = served.playbooks.get(run.playbook)
    said = answers_of(run)
    return [
        {
            "id": step.id,
            "question": step.question,
            "choices": [{"id": one.id, "text": one.text} for one in step.choices],
            "answer": said.get(step.id),
        }
        for step in (playbook.steps if playbook else ())
        if isinstance(step, AskStep)
    ]


def answers_of(run: RunRow) -> dict[str, str]:
    """Give the answers that came with the order of a run."""
    held = run.wish.get("answers")
    return {str(name): str(one) for name, one in held.items()} if isinstance(held, Mapping) else {}


def answer(served: Served, call: Call) -> Reply | Refused:
    """Order the newest run of a case again, with one answer more; the same case goes on.

    It is done as that one was wished for, but sets no value: those are sealed for its worker.
    """
    try:
        case = served.cases.case(call.path["id"])
    except RunError:
        return Refused(status=404, reason="there is no case of this id")
    newest = next(iter(served.runs.runs(case_id=case.id, limit=1)), None)
    if newest is None or newest.subscriber is None:
        return _NOTHING
    try:
        wish: KeptWish = decode(KeptWish, newest.wish)
    except UndecodableError:
        return _NOTHING
    said = cast("Mapping[str, str]", call.data)
    order = Order(
        playbook=newest.playbook,
        subscriber=newest.subscriber,
        ticket=newest.ticket,
        answers={**wish.answers, said["question"]: said["choice"]},
        device_mac=wish.device_mac,
        platform=wish.platform,
        budget=timedelta(seconds=wish.budget_s),
        everything=wish.everything,
        load_agreed=wish.load_agreed,
        priority=newest.priority,
        retries=wish.retries,
        follows=newest.id,
        case=case.id,
        looks_only=wish.looks_only,
        trace=call.trace,
    )
    run = submitted(served, order)
    if isinstance(run, Refused):
        return run
    if answers_of(run) != order.answers:
        return _MEANWHILE
    body: dict[str, Json] = {"run": run.id, "case": run.case_id}
    return Reply(status=202, body=body, headers={"Location": f"/api/runs/{run.id}"})
