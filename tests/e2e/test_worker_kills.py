"""Whatever happens to a worker, its runs end, and a router is restarted once.

Real workers are killed (SIGKILL) before and after every write to the journals of a run, or frozen
(SIGSTOP) past their lease and woken up when another one has done their work, on SQLite and on
PostgreSQL. The router counts its restarts.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from test_run_kills import HOMES, Place, digest_of, placed

from cpe_diag.lab.running import RunningLab

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from cpe_diag.testing.postgres_server import PostgresServer

pytestmark = pytest.mark.lab

SCRIPT = Path(__file__).with_name("killed_worker.py")
LIMIT_S = 1500.0
"""Two that give up."""
WANTED = "CPE_DIAG_LAB_RUNS"
"""1: every point; N: each Nth of them."""
KILLED = -9


@dataclass(slots=True, kw_only=True)
class Lane:
    """A home with a store of its own, and a process that has workers killed there."""

    place: Place
    home: str
    digest: str
    process: asyncio.subprocess.Process

    async def once(self, name: str, point: int, moment: str) -> dict[str, Any]:
        """Order a run whose worker gets a signal at a point; gives what came of it."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{name} {point} {moment}\n".encode())
        line = await asyncio.wait_for(self.process.stdout.readline(), LIMIT_S)
        assert line, "the process that has workers killed is gone"
        said: dict[str, Any] = json.loads(line)
        return said

    async def restarted(self, name: str, point: int, moment: str) -> tuple[dict[str, Any], int]:
        """Do the same with a restart to which the customer has consented; counts at the router."""
        router = self.place.router(self.home)
        self.place.consent(self.home, self.digest)
        router.reboots = 0
        said = await self.once(name, point, moment)
        return said, router.reboots


@asynccontextmanager
async def lanes(
    playbook: str, folder: Path, urls: list[str], homes: tuple[str, ...] = HOMES
) -> AsyncIterator[list[Lane]]:
    """Keep a lab, and a lane in each of some homes."""
    async with AsyncExitStack() as stack:
        lab = RunningLab(7, 0.0)
        await lab.start()
        stack.push_async_callback(lab.stop)
        found = []
        for home, url in zip(homes, urls, strict=True):
            place = placed(lab, folder / home, url)
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                str(SCRIPT),
                str(place.config_file),
                playbook,
                home,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=place.environment,
            )
            stack.callback(_ended, process)
            digest = await digest_of(place, home)
            found.append(Lane(place=place, home=home, digest=digest, process=process))
        yield found
        for lane in found:
            assert lane.process.stdin
            lane.process.stdin.close()
            await lane.process.wait()


def _ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    """Give the URL of an empty store for each home, once in each kind of database."""
    if request.param == "sqlite":
        return [f"sqlite:///{tmp_path / f'{home}.db'}" for home in HOMES]
    server: PostgresServer = request.getfixturevalue("postgres")
    return [server.database() for _home in HOMES]


@pytest.mark.skipif(WANTED not in os.environ, reason=f"takes an hour; {WANTED} is not set")
@pytest.mark.parametrize(
    ("playbook", "name"),
    [("looks", "SIGKILL"), ("acts", "SIGKILL"), ("acts", "SIGSTOP")],
)
async def test_every_run_ends_and_no_router_is_restarted_twice(
    playbook: str,
    name: str,
    urls: list[str],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    """Wherever its worker was killed, or stood still past its lease."""
    async with lanes(playbook, tmp_path, urls) as found:
        whole, restarts = await found[0].restarted(name, -1, "after")
        assert (whole["state"], whole["attempt"]) == ("finished", 1)
        assert restarts == (playbook == "acts")
        left = [(one, moment) for one in range(whole["points"]) for moment in ("before", "after")]
        left = left[:: int(os.environ.get(WANTED, "1"))]
        hits = 0
        seen: Counter[int] = Counter()

        async def along(lane: Lane) -> None:
            nonlocal hits
            while left:
                point, moment = left.pop(0)
                said, restarts = await lane.restarted(name, point, moment)
                where = (lane.home, point, moment, said)
                hit = said["frozen"] or said["victim"] == KILLED
                # How often it looks whether the router is back differs from run to run: one that
                # is not hit has had no such point, and counts as none.
                assert hit or said["points"] <= point, where
                hits += hit
                assert said["rescuer"] == 0, where
                assert said["state"] == "finished", where
                assert said["destination"] in {"fixed", "second_line", "network_operations"}, where
                assert restarts <= 1, where
                assert (said["destination"] == "fixed") <= (restarts == 1), where
                seen[restarts] += 1

        async with asyncio.TaskGroup() as group:
            for lane in found:
                group.create_task(along(lane))
    assert hits > 0
    does = "killed" if name == "SIGKILL" else "frozen past its lease"
    words = f"{seen[1]} restarts of a router, none twice" if playbook == "acts" else "only looks"
    record_property("chaos", (hits, f"a worker {does} at a journal point of a run: {words}"))
