"""What the journal costs a run at the terminal: the same runs, kept and not kept, in turn."""

from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING

from queue_doors import simulated
from queue_place import PLAYBOOK

from cpe_diag.wiring import runs
from cpe_diag.wiring.config import read
from cpe_diag.wiring.keeping import keeping
from cpe_diag.wiring.kept_runs import begun

if TYPE_CHECKING:
    from queue_place import Place

    from cpe_diag.engine.run import RunResult
    from cpe_diag.wiring.config import Config
    from cpe_diag.wiring.kept_runs import KeptRun
    from cpe_diag.wiring.runs import PreparedRun


def journal_prices(place: Place, store: str, count: int) -> tuple[list[float], list[float]]:
    """Give milliseconds of runs that are kept while they go, and of runs that nobody keeps.

    As `cpe-diag run` does them, in one process, in turn, in a store of the user (SQLite).
    """
    os.environ.update(place.environment(store))
    setattr(runs, "open_doors", simulated)  # noqa: B010 - a name of another module
    config = read(place.config, "bench")
    kept_ms: list[float] = []
    alone_ms: list[float] = []

    def once(config: Config, subscriber: str, times: list[float], *, keep: bool) -> None:
        wish = runs.RunWish(playbook=PLAYBOOK, subscriber=subscriber)
        prepared = runs.prepare(config, wish)
        at = time.perf_counter()
        if keep:
            with begun(prepared, {}) as kept:
                kept.end(asyncio.run(_performed(prepared, kept)))
        else:
            asyncio.run(_performed(prepared, None))
        times.append(1000 * (time.perf_counter() - at))

    with keeping(config) as shared:
        for subscriber in place.some(count, 1):
            once(shared, subscriber, kept_ms, keep=True)
            once(shared, subscriber, alone_ms, keep=False)
    return kept_ms, alone_ms


async def _performed(prepared: PreparedRun, kept: KeptRun | None) -> RunResult:
    return await runs.perform(
        prepared, on_progress=lambda _: None, ask_caller=lambda _: None, kept=kept
    )
