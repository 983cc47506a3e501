"""Puts a driver's question to the home router and makes a measurement of its answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey, Measurement, not_observed
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.observations import Observed
from cpe_diag.driver_kit.dialects import fill
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cpe_diag.driver_kit.router import Question
    from cpe_diag.ports import CommandAnswer
    from cpe_diag.probes.probe import Setting

ASK: Final = "ssh.exec"
"""The operation in which a question to the router fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question: which fact it gives, its id in the driver, and whom it is about.

    `target`, `server`, `source` and `size` are for questions that need them, `sites` for their
    readers; `missing` says why it cannot be asked.
    """

    key: FactKey
    question: str
    target: str = ""
    server: str = ""
    source: str = ""
    size: str = ""
    sites: tuple[str, ...] = ()
    missing: Failure | None = None


async def ask(setting: Setting, asked: Asked, deadline: float) -> Measurement:
    """Ask one question.

    Args:
        setting: of the run.
        asked: what.
        deadline: absolute, monotonic seconds.

    Returns:
        The fact, or why it is not known; nothing is raised for the network.
    """
    return (await ask_times(setting, asked, (asked.key,), deadline))[0]


async def ask_times(
    setting: Setting, asked: Asked, keys: Sequence[FactKey], deadline: float
) -> tuple[Measurement, ...]:
    """Ask one question once for each key, all at the same time; whoever repeats it is answered so.

    Args:
        setting: of the run.
        asked: what; its own key is not looked at.
        keys: of the facts, one for each time.
        deadline: absolute, monotonic seconds.

    Returns:
        One measurement for each key.
    """
    clock, router = setting.doors.clock, setting.doors.router
    question = asked.missing or _question(setting, asked)
    if isinstance(question, Failure):
        return _none_of(keys, question, ASK, clock.now())
    given = {
        "target": asked.target,
        "server": asked.server,
        "source": asked.source,
        "size": asked.size,
    }
    try:
        commands = fill(question, **{name: value for name, value in given.items() if value})
    except ValueError as error:
        unfit = not_configured(keys[0].kind, str(error), "name a host, an address or a URL")
        return _none_of(keys, unfit, ASK, clock.now())
    try:
        answers = await router.ask(commands * len(keys), deadline=deadline)
    except MeasurementError as error:
        return _none_of(keys, error.failure, error.operation, clock.now())
    context = ReadingContext(
        at=clock.now(), target=asked.target, server=asked.server, sites=asked.sites
    )
    labels = tuple(dict.fromkeys(command.label for command in commands))
    more = f" and {len(labels) - 1} more" if len(labels) > 1 else ""
    source = f"SSH {router.router} {labels[0]}{more}"
    each = len(commands)
    parts = (answers[place * each : (place + 1) * each] for place in range(len(keys)))
    return tuple(
        _read(setting, (key, source), question, part, context)
        for key, part in zip(keys, parts, strict=True)
    )


def _none_of(
    keys: Sequence[FactKey], failure: Failure, operation: str, at: datetime
) -> tuple[Measurement, ...]:
    return tuple(not_observed(key, failure, operation, at) for key in keys)


def _read(
    setting: Setting,
    of: tuple[FactKey, str],
    question: Question,
    answers: tuple[CommandAnswer, ...],
    context: ReadingContext,
) -> Measurement:
    key, source = of
    try:
        value = question.reader(answers, context)
    except UnreadableError as error:
        return not_observed(key, _unreadable(setting, error), ASK, context.at)
    return Measurement(key=key, observation=Observed(value=value, source=source, at=context.at))


async def ask_all(
    setting: Setting, questions: Sequence[Asked], deadline: float
) -> tuple[Measurement, ...]:
    """Ask several questions at the same time, each with its own outcome.

    Args:
        setting: of the run.
        questions: what.
        deadline: absolute, monotonic seconds.

    Returns:
        One measurement for each question, in their order.
    """
    with setting.doors.recorder.scope():
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(ask(setting, one, deadline)) for one in questions]
    return tuple(task.result() for task in tasks)


def not_configured(where: str, detail: str, step: str | None = None) -> Failure:
    """Make the failure for what nobody has named."""
    return Failure(kind=FailureKind.NOT_CONFIGURED, where=where, detail=detail, next_step=step)


def dependency(where: str, detail: str) -> Failure:
    """Make the failure for a question that needs a fact which is not known."""
    return Failure(kind=FailureKind.DEPENDENCY, where=where, detail=detail)


def _question(setting: Setting, asked: Asked) -> Question | Failure:
    driver = setting.router_driver
    subscriber = setting.subscriber
    if subscriber.router is None:
        detail = "the inventory does not say how to reach the home router"
        return not_configured(f"subscriber {subscriber.id}", detail)
    if driver is None:
        return not_configured(
            f"subscriber {subscriber.id}",
            "the inventory does not say which platform the home router is",
            "add `platform` to the router; `cpe-diag driver list` shows which there are",
        )
    question = driver.questions.get(asked.question)
    if question is None:
        return Failure(
            kind=FailureKind.UNSUPPORTED,
            where=setting.doors.router.router,
            detail=f"driver {driver.id} cannot ask for {asked.question}",
        )
    return question


def _unreadable(setting: Setting, error: UnreadableError) -> Failure:
    step = None
    detail = error.detail
    if error.kind is FailureKind.WRONG_PLATFORM and setting.subscriber.router is not None:
        platform = setting.subscriber.router.platform
        detail = f"{detail}; the inventory says that it is {platform}"
        step = "correct the platform of this router in the inventory"
    return Failure(
        kind=error.kind, where=setting.doors.router.router, detail=detail, next_step=step
    )
