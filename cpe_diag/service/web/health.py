"""Whether a service and its store work: asked by anybody, and of the store once a second."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool

from cpe_diag.domain.failures import CpeDiagError
from cpe_diag.service.web.call import Reply
from cpe_diag.service.web.replies import UNUSABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.service.refused import Refused

LOG: Final = logging.getLogger("cpe_diag.http")
HOLDS_S: Final = 1.0
"""How long an answer of the store holds, so that it does not matter how many ask."""


class Health:
    """The health of one service."""

    def __init__(self, look: Callable[[], object]) -> None:
        """Ask the store by `look`, which raises CpeDiagError where it cannot be used."""
        self._look = look
        self._one = asyncio.Lock()
        self._holds_until_s = -math.inf
        self._last: Reply | Refused = UNUSABLE

    async def now(self) -> Reply | Refused:
        """Say whether it works; those who ask meanwhile wait for the same answer."""
        async with self._one:
            if time.monotonic() >= self._holds_until_s:
                self._last = await self._asked()
                self._holds_until_s = time.monotonic() + HOLDS_S
            return self._last

    async def _asked(self) -> Reply | Refused:
        try:
            await run_in_threadpool(self._look)
        except CpeDiagError as error:
            LOG.warning("health: %s", error)
            return UNUSABLE
        return Reply(body={"state": "ok"})
