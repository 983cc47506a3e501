"""A lab with runs in flight and queued, and workers, for what may go wrong around them."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from test_run_kills import HOMES, Place, digest_of, placed

from cpe_diag.domain.failures import StoreError
from cpe_diag.domain.run_journal import GOES_ON, RunState
from cpe_diag.lab.running import RunningLab
from cpe_diag.service.submit import Order
from cpe_diag.store.cases import StoredCases
from cpe_diag.store.runs import StoredRuns
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.orders import submit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from cpe_diag.store.run_rows import RunRow

SCRIPT = Path(__file__).with_name("stormy_worker.py")
PATIENCE_S = 300.0
LOOK_S = 0.05
SLOW = "CPE_DIAG_LAB_RUNS" in os.environ


@dataclass(slots=True, kw_only=True)
class Storm:
    """A lab, the client that orders runs, and workers by their names."""

    place: Place
    workers: list[asyncio.subprocess.Process] = field(default_factory=list)
    ordered: list[str] = field(default_factory=list)

    @property
    def runs(self) -> StoredRuns:
        """The runs of the store."""
        return StoredRuns(case_store(self.place.config))

    def rows(self) -> tuple[RunRow, ...]:
        """Give all runs; nothing while the store is away."""
        try:
            return self.runs.runs(limit=1000)
        except StoreError:
            return ()

    def order(self, playbook: str, home: str, ticket: str) -> RunRow:
        """Order a run."""
        wanted = Order(playbook=playbook, subscriber=home, ticket=ticket)
        row = submit(self.place.config, wanted).run
        self.ordered.append(row.id)
        return row

    async def load(self, looks: int = 2) -> None:
        """Order a restart in each home, to which its customer has consented, and some looks."""
        for home in HOMES:
            self.place.consent(home, await digest_of(self.place, home))
            self.place.router(home).reboots = 0
            self.order("acts", home, f"A-{home}")
        for number in range(looks):
            for home in HOMES:
                self.order("looks", home, f"L-{home}-{number}")

    async def work(self) -> asyncio.subprocess.Process:
        """Start a worker."""
        log = (self.place.folder / f"worker{len(self.workers)}.log").open("wb")
        with log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                str(SCRIPT),
                str(self.place.config_file),
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=self.place.environment,
            )
        self.workers.append(process)
        return process

    async def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait for something that others bring about."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not await asyncio.to_thread(holds):
                    assert not any(one.returncode for one in self.workers), self.logs()
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            raise AssertionError(f"{what}: {self.rows()}\n{self.logs()}") from None

    async def ended(self) -> None:
        """Wait until every run has ended."""
        await self.until(self.all_ended, "no end")

    def all_ended(self) -> bool:
        """Say whether all that was ordered has ended."""
        rows = self.rows()
        return len(rows) >= len(self.ordered) and not any(one.state in GOES_ON for one in rows)

    def running(self) -> int:
        """Count the runs that are being done."""
        return sum(one.state is RunState.RUNNING for one in self.rows())

    def restarts(self) -> dict[str, int]:
        """Count what routers were told, by homes."""
        return {home: self.place.router(home).reboots for home in HOMES}

    def notes(self) -> dict[str, str]:
        """Give what the restarts came to, by homes."""
        runs = self.runs
        found: dict[str, str] = {}
        for row in self.rows():
            files = runs.files(row.id) if row.playbook == "acts" else {}
            for step in json.loads(files.get("verdict.json", b"{}")).get("steps", ()):
                if step["id"] == "restart":
                    found[row.subscriber or ""] = step["note"]
        return found

    def logs(self) -> str:
        """Give what restarts came to, and what the workers have said."""
        files = sorted(self.place.folder.glob("worker*.log"))
        said = [f"{one.name}:\n{one.read_text(encoding='utf-8')}" for one in files]
        return "\n".join([str(self.notes()), *said])

    def check(self, *, same_time: bool = True) -> str:
        """Nothing is lost, nothing was done twice, and every state is clear.

        On a machine that is busy with other things a router may tell too late what a change needs
        to know: then nothing was changed, and that is said. A store that was away is no reason.

        Args:
            same_time: False: a clock has jumped, so that the time of a run may have been up.

        Returns:
            What was counted at the routers.
        """
        rows = {one.id: one for one in self.rows()}
        assert set(rows) == set(self.ordered), self.logs()
        cases = StoredCases(case_store(self.place.config))
        restarts, notes = self.restarts(), self.notes()
        for row in rows.values():
            told = (row, self.logs())
            assert row.words, told
            assert row.destination, told
            assert cases.case(row.case_id).state in {"handed_over", "closed"}, told
            if row.state is RunState.FINISHED:
                assert "verdict.json" in self.runs.files(row.id), told
        for home, count in restarts.items():
            note = notes.get(home, "")
            assert count <= 1, (home, note, self.logs())
            why_not = "not_done" in note or "failed" in note or not same_time
            assert count == 1 or why_not, (home, note, self.logs())
            assert not (count == 0 and "store" in note), (home, note, self.logs())
        return f"{sum(restarts.values())} restarts, none twice"

    def states(self) -> Counter[RunState]:
        """Count how runs have ended."""
        return Counter(one.state for one in self.rows())

    async def say(self, process: asyncio.subprocess.Process, line: str) -> None:
        """Tell a worker something."""
        assert process.stdin
        process.stdin.write(f"{line}\n".encode())
        await process.stdin.drain()

    async def stopped(self) -> None:
        """Stop the workers, and hear that they end by themselves."""
        for one in self.workers:
            if one.returncode is None:
                await self.say(one, "stop")
        for one in self.workers:
            assert await asyncio.wait_for(one.wait(), PATIENCE_S) == 0, self.logs()


@asynccontextmanager
async def storm(folder: Path, url: str) -> AsyncIterator[Storm]:
    """Keep a lab with a store; workers that are left are ended."""
    async with AsyncExitStack() as stack:
        lab = RunningLab(7, 0.0)
        await lab.start()
        stack.push_async_callback(lab.stop)
        found = Storm(place=placed(lab, folder, url))
        stack.callback(_kill, found)
        yield found


def _kill(found: Storm) -> None:
    for one in found.workers:
        if one.returncode is None:
            one.kill()
