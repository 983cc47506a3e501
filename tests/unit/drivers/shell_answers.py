"""Answers of routers for tests of readers, one for each command of a question."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from cpe_diag.driver_kit.load import load_router_driver
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.ports import CommandAnswer

driver = cache(load_router_driver)
AT = datetime(2026, 3, 1, tzinfo=UTC)


def read(driver_id: str, question_id: str, *outputs: str, status: int = 0) -> object:
    """Read answers to the commands of a question, in their order."""
    question = driver(driver_id).questions[question_id]
    assert len(question.commands) == len(outputs)
    answers = tuple(
        CommandAnswer(command=command, output=output, exit_status=status)
        for command, output in zip(question.commands, outputs, strict=True)
    )
    context = ReadingContext(at=AT, target="name.example", server="192.0.2.53")
    return question.reader(answers, context)


def check_cuts(driver_id: str, question_id: str, *outputs: str) -> None:
    """Demand that an answer that is cut anywhere gives the whole answer's fact, or none."""
    whole = read(driver_id, question_id, *outputs)
    for place, output in enumerate(outputs):
        for length in range(len(output)):
            cut = [*outputs]
            cut[place] = output[:length]
            try:
                found = read(driver_id, question_id, *cut)
            except UnreadableError:
                continue
            assert found == whole, (place, length)
