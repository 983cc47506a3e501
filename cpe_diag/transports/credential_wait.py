"""Resolving a credential without holding up the loop: a Vault or a keyring may take seconds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.transports.credential_refusal import OPERATION
from cpe_diag.transports.time_left import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.ports import Clock

T = TypeVar("T")


async def resolved(resolve: Callable[[], T], *, clock: Clock, deadline: float, where: str) -> T:
    """Resolve a credential in asyncio's own bounded pool of threads.

    Args:
        resolve: ends by itself in bounded time.
        clock: of the deadline.
        deadline: absolute, monotonic seconds.
        where: whose credential it is, for messages.

    Returns:
        What `resolve` gave.

    Raises:
        MeasurementError: `credential.resolve`: what it raised, or OUT_OF_TIME.
    """
    try:
        async with until(clock, deadline):
            return await asyncio.to_thread(resolve)
    except TimeoutError as error:
        detail = "its credential could not be resolved in time"
        failure = Failure(kind=FailureKind.OUT_OF_TIME, where=where, detail=detail)
        raise MeasurementError(failure, OPERATION) from error
