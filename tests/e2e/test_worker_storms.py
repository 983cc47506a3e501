"""Whatever happens around workers with runs in flight and queued: nothing is lost, nothing twice.

The database goes away, disks fill, clocks jump, workers are frozen or told to leave. Restarts are
counted at the routers. `make lab-runs` lets the database be away for a whole minute, in each way.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from storms import PATIENCE_S, SLOW, Storm, storm
from test_run_kills import HOMES, digest_of, planned

from cpe_diag.domain.run_journal import GOES_ON, RunEntryKind, RunState
from cpe_diag.store.router_journal import RouterJournals
from cpe_diag.testing.postgres_server import PostgresServer, postgres_server, why_no_postgres
from cpe_diag.wiring.desk import case_store

if TYPE_CHECKING:
    from collections.abc import Iterator

slow = pytest.mark.skipif(not SLOW, reason="for `make lab-runs`")
on_both = pytest.mark.parametrize(
    "url", ["sqlite", pytest.param("postgresql", marks=slow)], indirect=True
)
pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(os.name != "posix", reason="workers are ended by signals"),
]

AWAY_S = 60.0 if SLOW else 4.0
HELD_S = max(AWAY_S, 12.0)
"""SQLite itself waits for some seconds; a worker waits for a minute and a half in all."""
AGAIN_S = 0.3
SMALL_DISK = "CPE_DIAG_SMALL_DISK"
"""Where a small disk is mounted that a test may fill."""
FULL = re.compile("see whether it is full|no room left|disk I/O error|disk is full")
Chaos = Callable[[str, object], None]


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """Keep a server of this test's own, which it may stop."""
    why_not = why_no_postgres()
    if why_not:
        pytest.skip(why_not)
    with postgres_server() as found:
        yield found


def _restarting(found: Storm) -> bool:
    return any(found.restarts().values())


def _in_flight(found: Storm) -> bool:
    return found.running() >= 3


async def _away(server: PostgresServer, way: str) -> None:
    if way == "frozen":
        server.send(signal.SIGSTOP)
        await asyncio.sleep(AWAY_S)
        server.send(signal.SIGCONT)
        return
    await asyncio.to_thread(server.stop, signal.SIGQUIT if way == "crashed" else signal.SIGINT)
    await asyncio.sleep(AWAY_S)
    await asyncio.to_thread(server.start)


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of an empty store, once in each kind of database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'case.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.database()


@pytest.mark.parametrize(
    ("way", "moment"),
    [
        ("stopped", _restarting),
        pytest.param("stopped", _in_flight, marks=slow),
        pytest.param("crashed", _restarting, marks=slow),
        pytest.param("crashed", _in_flight, marks=slow),
        pytest.param("frozen", _in_flight, marks=slow),
        pytest.param("frozen", _restarting, marks=slow),
    ],
)
async def test_a_server_that_goes_away_under_load_costs_no_run_and_no_repair(
    server: PostgresServer,
    way: str,
    moment: Callable[[Storm], bool],
    tmp_path: Path,
    record_property: Chaos,
) -> None:
    """Two workers with runs in flight and queued wait for it, and go on."""
    async with storm(tmp_path, server.database()) as found:
        await found.load()
        for _ in range(2):
            await found.work()
        await found.until(lambda: moment(found), "nothing in flight")
        await _away(server, way)
        await found.ended()
        counted = found.check()
        assert found.states() == {RunState.FINISHED: len(found.ordered)}, found.logs()
        await found.stopped()
    words = f"runs under way while PostgreSQL was {way} for {AWAY_S:g} s: {counted}"
    record_property("chaos", (len(found.ordered), words))


@slow
async def test_a_file_that_another_process_holds_under_load_costs_no_run_and_no_repair(
    tmp_path: Path, record_property: Chaos
) -> None:
    """On SQLite the store is away while somebody else writes, or copies it with the lock held."""
    path = tmp_path / "case.db"
    async with storm(tmp_path, f"sqlite:///{path}") as found:
        await found.load()
        await found.work()
        await found.until(lambda: _in_flight(found), "nothing in flight")
        with closing(sqlite3.connect(path, isolation_level=None, timeout=30.0)) as other:
            other.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(HELD_S)
            other.execute("ROLLBACK")
        await found.ended()
        counted = found.check()
        assert found.states() == {RunState.FINISHED: len(found.ordered)}, found.logs()
        await found.stopped()
    words = f"runs under way while the file was held for {HELD_S:g} s: {counted}"
    record_property("chaos", (len(found.ordered), words))


async def test_a_disk_that_is_full_for_a_while_costs_no_run_and_no_repair(
    tmp_path: Path, record_property: Chaos
) -> None:
    """A small disk that is filled; without one a quota of the worker: none of its files grows."""
    small = os.environ.get(SMALL_DISK)
    folder = Path(small) if small else tmp_path
    async with storm(tmp_path, f"sqlite:///{folder / 'case.db'}") as found:
        await found.load(1)
        worker = await found.work()
        await found.until(lambda: _in_flight(found), "nothing in flight")
        if small:
            _fill(folder / "filler")
        else:
            await found.say(worker, "full 4096")
        await asyncio.sleep(AWAY_S)
        (folder / "filler").unlink(missing_ok=True)
        await found.say(worker, "room")
        await found.ended()
        counted = found.check()
        assert found.states() == {RunState.FINISHED: len(found.ordered)}, found.logs()
        assert FULL.search(found.logs()), found.logs()
        await found.stopped()
    words = f"runs under way while the disk was full for {AWAY_S:g} s: {counted}"
    record_property("chaos", (len(found.ordered), words))


def _fill(filler: Path) -> None:
    """Leave no room where a file is."""
    with filler.open("wb", buffering=0) as file:
        for size in (64 * 1024, 4096, 1):
            with suppress(OSError):
                while file.write(b"\0" * size):
                    pass


@slow
@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("unshare"),
    reason="only root on Linux mounts a small disk that nobody else sees",
)
async def test_the_same_holds_on_a_small_disk_that_is_filled(tmp_path: Path) -> None:
    """A real one, which says that it is full (ENOSPC) where a quota says something else."""
    disk = tmp_path / "disk"
    disk.mkdir()
    name = test_a_disk_that_is_full_for_a_while_costs_no_run_and_no_repair.__name__
    command = (
        f"mount -t tmpfs -o size=8m none {disk} && exec {sys.executable} -m pytest -q -n0"
        f" -p no:cacheprovider --basetemp {tmp_path / 'within'} {Path(__file__)}::{name}"
    )
    process = await asyncio.create_subprocess_exec(
        "unshare",
        "-m",
        "sh",
        "-c",
        command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, SMALL_DISK: str(disk)},
    )
    out, _err = await process.communicate()
    assert process.returncode == 0, out.decode()
    assert not any(disk.iterdir())


@slow
@on_both
@pytest.mark.parametrize("jumps", [(7200, -14400), (-7200, 14400)], ids=["ahead", "behind"])
async def test_a_clock_that_jumps_under_load_ends_every_run_in_a_clear_state(
    url: str, jumps: tuple[int, int], tmp_path: Path, record_property: Chaos
) -> None:
    """That of one worker; on a server the time of a case is the server's, and all are done."""
    async with storm(tmp_path, url) as found:
        await found.load(1)
        wrong = await found.work()
        await found.work()
        for jump in jumps:
            await found.until(lambda: bool(found.running()) or found.all_ended(), "nothing runs")
            await found.say(wrong, f"jump {jump}")
        await found.ended()
        counted = found.check(same_time=False)
        if not url.startswith("sqlite"):
            assert found.states() == {RunState.FINISHED: len(found.ordered)}, found.logs()
        await found.stopped()
    words = f"runs under way while a clock jumped by {jumps[0]:+} and {jumps[1]:+} s: {counted}"
    record_property("chaos", (len(found.ordered), words))


@on_both
async def test_many_runs_of_two_workers_restart_one_router_once_under_one_consent(
    url: str, tmp_path: Path, record_property: Chaos
) -> None:
    """Counted at the router; and no change of it begins before the one before has ended."""
    home = HOMES[0]
    async with storm(tmp_path, url) as found:
        found.place.consent(home, await digest_of(found.place, home))
        found.place.router(home).reboots = 0
        for number in range(3):
            found.order("acts", home, f"T-{number}")
        for _ in range(2):
            await found.work()
        await found.ended()
        assert found.states() == {RunState.FINISHED: 3}, found.logs()
        assert found.restarts()[home] == 1, found.logs()
        fixed = [one for one in found.rows() if one.destination == "fixed"]
        assert len(fixed) <= 1
        done = RouterJournals(case_store(found.place.config)).every()
        assert [one.end is not None for one in done] == [True] * len(done)
        for before, after in pairwise(done):
            assert before.entries[-1].at <= after.begun_at, (before, after)
        await found.stopped()
    record_property("chaos", (3, "runs of two workers at one router under one consent: 1 restart"))


async def test_a_router_that_another_process_is_changing_is_waited_for(tmp_path: Path) -> None:
    """It may be a worker that was taken for dead: the step is done, or found done, after that."""
    home = HOMES[0]
    async with storm(tmp_path, f"sqlite:///{tmp_path / 'case.db'}") as found:
        document = await planned(found.place, home)
        found.place.consent(home, document["digest"])
        found.place.router(home).reboots = 0
        row = found.order("acts", home, "T-1")
        journals = RouterJournals(case_store(found.place.config))

        def intends() -> bool:
            kinds = {one.kind for one in found.runs.entries(row.id)}
            return RunEntryKind.ACT_INTENDED in kinds

        with journals.held(document["plan"]["router"]):
            await found.work()
            await found.until(intends, "nothing is intended")
            await asyncio.sleep(AWAY_S)
            assert found.restarts()[home] == 0
        await found.ended()
        assert found.restarts()[home] == 1, found.logs()
        assert [one.destination for one in found.rows()] == ["fixed"], found.logs()
        await found.stopped()


@on_both
async def test_a_worker_that_is_told_twice_to_leave_leaves_its_runs_to_another(
    url: str, tmp_path: Path, record_property: Chaos
) -> None:
    """At their next safe point: a change that has begun comes to its end first."""
    async with storm(tmp_path, url) as found:
        await found.load(1)
        leaving = await found.work()
        await found.until(lambda: _in_flight(found), "nothing in flight")
        os.kill(leaving.pid, signal.SIGTERM)
        await asyncio.sleep(AGAIN_S)  # two at the same moment would be one
        os.kill(leaving.pid, signal.SIGTERM)
        assert await asyncio.wait_for(leaving.wait(), PATIENCE_S) == 0, found.logs()
        left = [one for one in found.rows() if one.state in GOES_ON]
        assert {one.state for one in left} <= {RunState.QUEUED, RunState.WAITING}
        waiting = [one for one in left if one.state is RunState.WAITING]
        assert all(one.words == "its worker leaves" for one in waiting), left
        await found.work()
        await found.ended()
        counted = found.check()
        assert found.states() == {RunState.FINISHED: len(found.ordered)}, found.logs()
        await found.stopped()
    words = f"runs under way or queued while their worker was told to leave: {counted}"
    record_property("chaos", (len(found.ordered), words))


@on_both
async def test_a_run_in_a_worker_is_cancelled_at_its_next_safe_point(
    url: str, tmp_path: Path
) -> None:
    """And one that waits at once; both cases go to a desk."""
    async with storm(tmp_path, url) as found:
        row = found.order("looks", HOMES[0], "T-1")
        waits = found.order("looks", HOMES[0], "T-2")
        code, out, err = await found.place.command("runs", "cancel", waits.id)
        assert (code, out.split()[-1]) == (0, "cancelled"), err
        found.place.router(HOMES[0]).ssh_hang = True  # its first answers take their time
        await found.work()
        await found.until(lambda: bool(found.running()), "it does not run")
        code, out, err = await found.place.command("runs", "cancel", row.id)
        assert (code, "next safe point" in out) == (0, True), err
        await found.ended()
        found.check(same_time=False)
        assert found.states() == {RunState.CANCELLED: 2}, found.logs()
        await found.stopped()
