"""Lets no cancellation end a change before it is at a safe point."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

from cpe_diag.domain.action import ActionOutcome

OnEnd: TypeAlias = Callable[[ActionOutcome], None]


async def until_safe(
    work: Coroutine[Any, Any, ActionOutcome], stopping: asyncio.Event, on_end: OnEnd
) -> ActionOutcome:
    """Bring a change to its end, whatever cancels the caller.

    Args:
        work: the change.
        stopping: set where the caller is cancelled, so that it hurries to a safe point.
        on_end: gets the outcome.

    Returns:
        The outcome.

    Raises:
        CancelledError: the caller was cancelled; the change has ended all the same.
    """

    async def told() -> ActionOutcome:
        outcome = await work
        on_end(outcome)
        return outcome

    task = asyncio.get_running_loop().create_task(told())
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.done():
                stopping.set()
    outcome = task.result()
    if stopping.is_set():
        raise asyncio.CancelledError
    return outcome
