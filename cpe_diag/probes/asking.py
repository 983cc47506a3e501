"""How a probe puts a question of the router's driver to the router, and reads the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.evidence import FactKey, Measurement, not_observed
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.observations import Observed
from cpe_diag.driver_kit.posix_shell import fill
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.domain.evidence import Evidence
    from cpe_diag.driver_kit.router import Question
    from cpe_diag.ports import CommandAnswer

READ = "router.read"


async def ask(
    setting: Setting, key: FactKey, question_id: str, deadline: float, **parameters: str
) -> Measurement:
    """Ask one question of the driver and read its answer.

    Args:
        setting: of the run.
        key: which fact it gives.
        question_id: which question of the driver.
        deadline: absolute, monotonic seconds.
        parameters: for the question's commands, such as `target`.

    Returns:
        The fact, or why it is not known.
    """
    found = await ask_many(setting, (key,), question_id, (parameters,), deadline)
    return found[0]


async def ask_many(
    setting: Setting,
    keys: Sequence[FactKey],
    question_id: str,
    parameters: Sequence[dict[str, str]],
    deadline: float,
) -> tuple[Measurement, ...]:
    """Ask one question several times with other parameters, all in one batch.

    Args:
        setting: of the run.
        keys: which facts it gives, one for each set of parameters.
        question_id: which question of the driver.
        parameters: one set for each key.
        deadline: absolute, monotonic seconds.

    Returns:
        For each key its fact, or why it is not known.
    """
    clock, router = setting.doors.clock, setting.doors.router
    try:
        question = _question(setting, question_id)
        filled = [fill(question, **one) for one in parameters]
        flat = tuple(command for commands in filled for command in commands)
        answers = await router.ask(flat, deadline=deadline)
    except MeasurementError as error:
        at = clock.now()
        return tuple(not_observed(key, error.failure, error.operation, at) for key in keys)
    measurements = []
    for key, commands, one in zip(keys, filled, parameters, strict=True):
        mine, answers = answers[: len(commands)], answers[len(commands) :]
        measurements.append(_read(setting, key, question, mine, one.get("target", "")))
    return tuple(measurements)


def _question(setting: Setting, question_id: str) -> Question:
    """Find the driver's question.

    Raises:
        MeasurementError: `router.read`: there is no driver, or it has no such question.
    """
    driver = setting.router_driver
    where = setting.doors.router.router
    if driver is None:
        failure = Failure(
            kind=FailureKind.NOT_CONFIGURED,
            where=where,
            detail="the inventory names no router platform for this subscriber",
        )
        raise MeasurementError(failure, READ)
    if question_id not in driver.questions:
        failure = Failure(
            kind=FailureKind.UNSUPPORTED,
            where=where,
            detail=f"the driver {driver.id} has no question {question_id}",
        )
        raise MeasurementError(failure, READ)
    return driver.questions[question_id]


def _read(
    setting: Setting,
    key: FactKey,
    question: Question,
    answers: tuple[CommandAnswer, ...],
    target: str,
) -> Measurement:
    """Let the driver's pure reader make a fact of the answers."""
    at = setting.doors.clock.now()
    where = setting.doors.router.router
    try:
        value = question.reader(answers, ReadingContext(at=at, target=target))
    except UnreadableError as error:
        failure = Failure(kind=error.kind, where=where, detail=error.detail)
        return not_observed(key, failure, READ, at)
    labels = ", ".join(dict.fromkeys(answer.command.label for answer in answers))
    return Measurement(
        key=key, observation=Observed(value=value, source=f"SSH {where} {labels}", at=at)
    )


def none_named(setting: Setting, key: FactKey, what: str) -> Measurement:
    """Say that nobody named the target of a question.

    Args:
        setting: of the run.
        key: the fact that stays unknown.
        what: what would have to be named, in words.

    Returns:
        NOT_CONFIGURED.
    """
    failure = Failure(
        kind=FailureKind.NOT_CONFIGURED,
        where=setting.subscriber.id,
        detail=f"{what} is not named in the configuration or the order",
    )
    return not_observed(key, failure, READ, setting.doors.clock.now())


def reading(fact: str, title: str, asks: str) -> Probe:
    """Make the probe that reads one fact about the router itself.

    Args:
        fact: the kind of fact, which is the driver's question and the probe's id too.
        title: for people.
        asks: what is asked, for people.

    Returns:
        The probe.
    """
    key = FactKey(fact, "router")

    async def run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
        return (await ask(setting, key, fact, deadline),)

    return Probe(id=fact, title=title, asks=asks, gives=(key,), after=(), run=run)
