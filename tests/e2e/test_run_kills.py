"""A process that is killed at any point of a run leaves one that `resume` brings to its end.

A real process runs a playbook against a real lab and is killed (SIGKILL) before and after every
write to its journals; then `cpe-diag resume` runs. The router counts its restarts. `make test`
takes some of the points, `make lab-runs` each of them.
"""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fork_server
import pytest
import yaml

from cpe_diag.domain.consent import Consent, ConsentChannel, IdentityCheck
from cpe_diag.domain.run_journal import GOES_ON, RunState
from cpe_diag.lab.files import CONFIG_FILE, write_files
from cpe_diag.lab.running import RunningLab
from cpe_diag.store.runs import StoredRuns
from cpe_diag.wiring.config import read
from cpe_diag.wiring.desk import case_store, open_desk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from cpe_diag.lab.home_state import HomeRouter
    from cpe_diag.store.run_rows import RunRow
    from cpe_diag.wiring.config import Config

pytestmark = pytest.mark.lab

HOMES = ("sub-3001", "sub-3002", "sub-3004", "sub-3005")
TRIES = 3
EVERY = int(os.environ.get("CPE_DIAG_LAB_RUNS", "5"))
"""1: every point, before and after; N, which is odd: each Nth of these moments."""
LEAST_POINTS = 12
"""A run that restarts the router writes to its journals at least so often."""
SCRIPT = Path(__file__).with_name("killed_run.py")
KILLED = -9
LOOKS = """\
playbook: looks
title: Only looks
description: A playbook that only looks, in several waves.
symptom: no_internet
steps:
  - ask: when
    question: Since when?
    choices: {today: Today, long: For a long time}
    default: today
  - id: first
    probe: [port_state, router_reachability, router_system]
    limit: 20s
  - id: second
    probe: [router_wan]
    limit: 20s
  - judge
  - route: verdict
"""
ACTS = """\
playbook: acts
title: Restarts the router
description: A playbook that looks, restarts the router, and looks again.
symptom: no_internet
steps:
  - id: before
    probe: [port_state, router_system]
    limit: 20s
  - id: restart
    act: router.reboot
  - id: after
    probe: [port_state, router_system]
    limit: 20s
  - judge
  - route: fixed
    when: {act: restart, ended: proven}
  - route: second_line
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A lab in this process, and the files of a client whose store is of one kind."""

    lab: RunningLab
    folder: Path

    def router(self, home: str) -> HomeRouter:
        """Give a subscriber's router."""
        return self.lab.world.routers[home]

    @property
    def config_file(self) -> Path:
        """The client's configuration."""
        return self.folder / CONFIG_FILE

    @property
    def config(self) -> Config:
        """What stands there."""
        return read(self.config_file, str(self.config_file))

    def runs(self) -> tuple[RunRow, ...]:
        """Give all runs, the newest first."""
        return StoredRuns(case_store(self.config)).runs()

    @property
    def environment(self) -> dict[str, str]:
        """What a process of the client is started with."""
        return {
            "XDG_STATE_HOME": str(self.folder / "state"),
            "XDG_DATA_HOME": str(self.folder / "data"),
            "PATH": "",
            "HOME": "/nowhere",
        }

    async def process(self, *command: str) -> tuple[int, str, str]:
        """Run a process; gives its exit code and what it said."""
        done = await asyncio.to_thread(fork_server.run, command, timeout=240, env=self.environment)
        return done.returncode, done.stdout, done.stderr

    async def command(self, *words: str) -> tuple[int, str, str]:
        """Run `cpe-diag ...`."""
        code, out, err = await self.process(
            "-m", "cpe_diag", "--config", str(self.config_file), *words
        )
        assert "Traceback" not in err, err
        return code, out, err

    async def killed(
        self, playbook: str, home: str, point: int, moment: str
    ) -> tuple[int, str, str]:
        """Run a playbook, and die on the way."""
        return await self.process(
            str(SCRIPT), str(self.config_file), playbook, home, str(point), moment
        )

    def going_on(self, home: str) -> list[RunRow]:
        """Give the runs of a home that have no end."""
        runs = StoredRuns(case_store(self.config)).runs(subscriber=home)
        return [row for row in runs if row.state in GOES_ON]

    def notes(self, home: str) -> dict[str, str]:
        """Give what the steps of a home's last run came to."""
        runs = StoredRuns(case_store(self.config))
        (row,) = runs.runs(subscriber=home, limit=1)
        verdict: dict[str, Any] = json.loads(runs.files(row.id)["verdict.json"])
        return {step["id"]: step["note"] for step in verdict["steps"]}

    def consent(self, home: str, digest: str, *, action: str = "router.reboot") -> None:
        """Have the customer consent to a change, once."""
        at = datetime.now(UTC)
        desk = open_desk(self.config)
        desk.consents.record(
            Consent(
                id=f"c{at.timestamp():.6f}".replace(".", ""),
                subscriber=home,
                action=action,
                digest=digest,
                given_by="A. Customer",
                identity_check=IdentityCheck.CALL_BACK,
                channel=ConsentChannel.SPOKEN,
                recorded_by=desk.staff.name,
                ticket=None,
                given_at=at,
                expires_at=at + timedelta(minutes=30),
            )
        )

    async def resumed(self, home: str) -> RunRow | None:
        """Resume the run that has no end; None where the process died before there was one."""
        open_runs = self.going_on(home)
        assert len(open_runs) <= 1
        if not open_runs:
            return None
        code, out, err = await self.command("resume", open_runs[0].id, "--json")
        assert code in {0, 10, 11}, err
        assert json.loads(out)["run"]["id"] == open_runs[0].id
        return StoredRuns(case_store(self.config)).run(open_runs[0].id)


def placed(lab: RunningLab, folder: Path, store_url: str) -> Place:
    """Write the files of a client of a lab that knows two more playbooks."""
    folder.mkdir(exist_ok=True)
    write_files(lab.world, folder)
    (folder / "playbooks").mkdir()
    for name, text in (("looks", LOOKS), ("acts", ACTS)):
        (folder / "playbooks" / f"{name}.yaml").write_text(text, encoding="utf-8")
    keys = folder / "store-keys.yaml"
    keys.write_text(yaml.safe_dump({"url": store_url, "audit": "5a" * 32}), encoding="utf-8")
    keys.chmod(0o600)
    config = folder / CONFIG_FILE
    document = yaml.safe_load(config.read_text(encoding="utf-8"))
    document["playbook_folders"] = ["playbooks"]
    document["store"] = {"url": f"file:{keys}#url", "audit_key": f"file:{keys}#audit"}
    config.write_text(yaml.safe_dump(document), encoding="utf-8")
    found = Place(lab=lab, folder=folder)
    for home in HOMES:
        found.router(home).reboot_s = 0.5
    return found


@pytest.fixture
async def place(tmp_path: Path, store_url: str) -> AsyncIterator[Place]:
    """Keep a lab running, with a client that knows two more playbooks."""
    lab = RunningLab(7, 0.0)
    await lab.start()
    try:
        yield placed(lab, tmp_path, store_url)
    finally:
        await lab.stop()


async def test_a_run_that_only_looks_ends_wherever_it_was_killed(
    place: Place,
    record_property: Callable[[str, object], None],
) -> None:
    """Nothing is lost: the case is routed, with the results of the whole run."""
    code, out, err = await place.killed("looks", HOMES[0], -1, "after")
    assert code == 0, err
    points, end = out.split()
    assert (end, int(points) >= 6) == ("finished", True)

    async def kill(home: str, point: int, moment: str) -> bool:
        code, out, err = await place.killed("looks", home, point, moment)
        assert code == KILLED, (point, moment, out, err)
        row = await place.resumed(home)
        assert place.going_on(home) == []
        if row is not None:
            assert (row.state, row.attempt) == (RunState.FINISHED, 2)
            assert "verdict.json" in StoredRuns(case_store(place.config)).files(row.id)
        return True

    killed = await everywhere(kill, int(points))
    record_property("chaos", (killed, "a run that only looks, killed at its journal points"))


async def test_a_run_that_restarts_the_router_does_it_once_wherever_it_was_killed(
    place: Place,
    record_property: Callable[[str, object], None],
) -> None:
    """Counted at the router."""
    digests = {home: await digest_of(place, home) for home in HOMES}
    place.consent(HOMES[0], digests[HOMES[0]])
    code, out, err = await place.killed("acts", HOMES[0], -1, "after")
    assert code == 0, err
    points, end = out.split()
    assert (end, place.router(HOMES[0]).reboots) == ("finished", 1)
    restarts: list[int] = []

    async def kill(home: str, point: int, moment: str) -> bool:
        router = place.router(home)
        for _again in range(TRIES):
            place.consent(home, digests[home])
            router.reboots = 0
            code, out, err = await place.killed("acts", home, point, moment)
            if code == KILLED:
                break
            # It ended before that point: a busy machine looks a router's return in fewer looks.
            assert (code, router.reboots <= 1) == (0, True), (point, moment, out, err)
        assert code == KILLED or point >= LEAST_POINTS, place.notes(home)
        row = await place.resumed(home)
        assert place.going_on(home) == []
        assert router.reboots <= 1, (point, moment)
        restarts.append(router.reboots)
        if row is not None:
            assert row.state is RunState.FINISHED, (point, moment, row)
            assert row.destination in {"fixed", "second_line"}
            assert (row.destination == "fixed") <= (router.reboots == 1)
        return code == KILLED

    killed = await everywhere(kill, int(points))
    status, said, _err = await place.command("router", "unfinished", "--json")
    assert (status, json.loads(said)) == (0, [])
    assert max(restarts) == 1
    words = f"killed at its journal points: {sum(restarts)} restarts, never two in a run"
    record_property("chaos", (killed, f"a run that restarts the router, {words}"))


async def everywhere(kill: Callable[[str, int, str], Awaitable[bool]], points: int) -> int:
    """Kill runs before and after each point, in several homes at a time; gives how many were.

    `kill` says whether one was: a run that has ended before its point is none.
    """
    moments = [(point, moment) for point in range(points) for moment in ("before", "after")]
    left = moments[::EVERY]
    count = 0

    async def at(home: str) -> None:
        nonlocal count
        while left:
            point, moment = left.pop(0)
            was_killed = await kill(home, point, moment)
            count += was_killed

    async with asyncio.TaskGroup() as group:
        for home in HOMES:
            group.create_task(at(home))
    return count


async def planned(place: Place, home: str) -> dict[str, Any]:
    """Give a plan to restart the router: `plan` and `digest`."""
    _code, out, err = await place.command("router", "reboot", "-s", home, "--dry-run", "--json")
    assert out, err
    document: dict[str, Any] = json.loads(out)
    return document


async def digest_of(place: Place, home: str) -> str:
    """Give the digest of a plan to restart the router."""
    return str((await planned(place, home))["digest"])


async def test_runs_and_cases_are_shown_searched_exported_and_cancelled(
    place: Place, tmp_path: Path
) -> None:
    """What a team asks of its store."""
    code, _out, err = await place.killed("looks", HOMES[0], 3, "after")
    assert code == KILLED, err
    (row,) = place.runs()
    _code, out, _err = await place.command("runs", "list", "--state", "running", "--json")
    assert [one["id"] for one in json.loads(out)] == [row.id]
    _code, out, _err = await place.command("runs", "show", row.id)
    assert "observations" in out
    _code, out, _err = await place.command("runs", "cancel", row.id)
    assert "next safe point" in out
    _code, out, _err = await place.command("runs", "resume", row.id, "--json")
    assert json.loads(out)["run"]["end"] == "cancelled"
    code, _out, err = await place.command("resume", row.id)
    assert code == 3
    assert "has ended: it is cancelled" in err
    _code, out, _err = await place.command("case", "search", "-s", HOMES[0], "--json")
    (case,) = json.loads(out)
    assert case["state"] in {"handed_over", "closed"}
    _code, out, _err = await place.command("case", "show", case["id"])
    assert row.id in out
    folder = tmp_path / "exported"
    code, _out, err = await place.command("case", "export", case["id"], str(folder))
    assert code == 0, err
    code, out, err = await place.command("judge", "explain", str(folder))
    assert code in {0, 10, 11}, err
    code, _out, err = await place.command("resume", "nothing")
    assert (code, "there is no run 'nothing'" in err) == (2, True)
