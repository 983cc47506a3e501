"""Wherever a worker is killed, every shipped playbook that changes something ends, and acts once.

Real workers are killed (SIGKILL) before and after every write to the journals of a run, on SQLite
and on PostgreSQL; another one takes the run up. What was done is counted at the router's SSH
server, and what the run says of it is compared with what the router is.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from acting_stories import STORIES, ActingStory, counted
from message_gateway import gateway_of_operator
from test_run_kills import HOMES, TRIES, Place, placed
from test_worker_kills import KILLED, LIMIT_S, SCRIPT, WANTED

from cpe_diag.lab.files import BODY
from cpe_diag.lab.running import RunningLab
from cpe_diag.playbook.load import load_playbook, playbook_files
from cpe_diag.playbook.model import ActStep
from cpe_diag.playbook.vocabulary import Vocabulary
from cpe_diag.probes.catalogue import PROBES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from acting_stories import Routers, Wished
    from message_gateway import Gateway

    from cpe_diag.testing.postgres_server import PostgresServer

pytestmark = pytest.mark.lab

ENDS = {"fixed", "second_line", "network_operations", "field_technician", "device_support"}


@dataclass(slots=True, kw_only=True)
class ActingLane:
    """A home with a store of its own, and a process that has workers killed there."""

    place: Place
    home: str
    story: ActingStory
    numbers: Iterator[int]
    process: asyncio.subprocess.Process

    async def once(self, point: int | str, moment: str) -> tuple[Wished, dict[str, Any]]:
        """Have the customer consent, order the run, have its worker killed, let it be ended."""
        router = self.place.router(self.home)
        wished = self.story.wish(next(self.numbers), router, self.place.folder)
        planned = await self.planned(*wished.commands)
        self.place.consent(self.home, planned["digest"], action=planned["plan"]["action"])
        order = json.dumps({"answers": dict(wished.answers), "values": dict(wished.values)})
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"SIGKILL {point} {moment} {order}\n".encode())
        line = await asyncio.wait_for(self.process.stdout.readline(), LIMIT_S)
        assert line, "the process that has workers killed is gone"
        said: dict[str, Any] = json.loads(line)
        return wished, said

    async def planned(self, *words: str) -> dict[str, Any]:
        """Make the plan; a lab on a busy machine may answer too late."""
        for _again in range(TRIES):
            _code, out, err = await self.place.command(
                *words, "-s", self.home, "--dry-run", "--json"
            )
            if out:
                found: dict[str, Any] = json.loads(out)
                return found
        raise AssertionError(err)


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    """Give the URL of an empty store for each home, once in each kind of database."""
    if request.param == "sqlite":
        return [f"sqlite:///{tmp_path / f'{home}.db'}" for home in HOMES]
    server: PostgresServer = request.getfixturevalue("postgres")
    return [server.database() for _home in HOMES]


async def killing(
    stack: AsyncExitStack, place: Place, home: str, story: ActingStory, gateway: Gateway
) -> asyncio.subprocess.Process:
    """Start the process that has workers killed in a home."""
    config = yaml.safe_load(place.config_file.read_text(encoding="utf-8"))
    config["consent"] = {"gateway": {"url": gateway.url, "json": BODY}}
    place.config_file.write_text(yaml.safe_dump(config), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(SCRIPT), str(place.config_file), story.playbook, home),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=place.environment,
    )
    stack.callback(_ended, process)
    return process


def _ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()


def test_every_shipped_playbook_that_changes_something_has_its_story() -> None:
    """A new one is killed at its journal points too."""
    vocabulary = Vocabulary(probes=frozenset(one.id for one in PROBES), findings=frozenset())
    acting = {
        name
        for name in playbook_files()
        if any(isinstance(step, ActStep) for step in load_playbook(name, vocabulary).steps)
    }
    assert acting == {story.playbook for story in STORIES.values()}


@pytest.mark.skipif(WANTED not in os.environ, reason=f"takes an hour; {WANTED} is not set")
@pytest.mark.parametrize("name", STORIES)
async def test_every_run_ends_and_nothing_is_done_twice(
    name: str,
    urls: list[str],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    """Wherever its worker was killed; what it says is what the router is."""
    story = STORIES[name]
    numbers = itertools.count(1)
    done: Counter[str] = Counter()
    hits = 0
    async with AsyncExitStack() as stack:
        routers = stack.enter_context(counted())
        gateway = stack.enter_context(gateway_of_operator())
        lab = RunningLab(7, 0.0)
        await lab.start()
        stack.push_async_callback(lab.stop)
        lanes = []
        for home, url in zip(HOMES, urls, strict=True):
            place = placed(lab, tmp_path / home, url)
            process = await killing(stack, place, home, story, gateway)
            lanes.append(
                ActingLane(place=place, home=home, story=story, numbers=numbers, process=process)
            )
        wished, whole = await lanes[0].once(-1, "after")
        assert (whole["state"], whole["attempt"]) == ("finished", 1)
        done[check(lanes[0], routers, wished, (name, "whole", whole))] += 1
        assert done["proven" if story.effect else "failed"] == 1, lanes[0].place.notes(HOMES[0])
        left = [(one, moment) for one in range(whole["points"]) for moment in ("before", "after")]
        left = left[:: int(os.environ.get(WANTED, "1"))]

        async def along(lane: ActingLane) -> None:
            nonlocal hits
            while left:
                point, moment = left.pop(0)
                wished, said = await lane.once(point, moment)
                where = (name, lane.home, point, moment, said)
                assert said["victim"] == KILLED or said["points"] <= point, where
                hits += said["victim"] == KILLED
                assert said["rescuer"] == 0, where
                assert (said["state"], said["destination"] in ENDS) == ("finished", True), where
                done[check(lane, routers, wished, where)] += 1

        async with asyncio.TaskGroup() as group:
            for lane in lanes:
                group.create_task(along(lane))
        for lane in lanes:
            status, said, _err = await lane.place.command("router", "unfinished", "--json")
            assert (status, json.loads(said)) == (0, []), lane.home
            assert lane.process.stdin
            lane.process.stdin.close()
            await lane.process.wait()
    assert hits > 0
    words = f"{story.playbook} ({name}), a worker killed at a journal point: {dict(done)}"
    record_property("chaos", (hits, f"{words}; nothing twice"))


@pytest.mark.skipif(WANTED not in os.environ, reason=f"takes minutes; {WANTED} is not set")
@pytest.mark.parametrize("name", [name for name, story in STORIES.items() if story.effect])
async def test_what_was_written_down_and_not_begun_is_done_by_who_takes_it_up(
    name: str, urls: list[str], tmp_path: Path
) -> None:
    """Nothing of it was sent, and the customer's consent to exactly that still holds."""
    story, home = STORIES[name], HOMES[0]
    async with AsyncExitStack() as stack:
        routers = stack.enter_context(counted())
        gateway = stack.enter_context(gateway_of_operator())
        lab = RunningLab(7, 0.0)
        await lab.start()
        stack.push_async_callback(lab.stop)
        place = placed(lab, tmp_path / home, urls[0])
        process = await killing(stack, place, home, story, gateway)
        lane = ActingLane(
            place=place, home=home, story=story, numbers=itertools.count(1), process=process
        )
        wished, said = await lane.once("StoredActions.begin", "after")
        assert (said["victim"], said["rescuer"], said["state"]) == (KILLED, 0, "finished"), said
        assert check(lane, routers, wished, (name, said)) == "proven"
        assert process.stdin
        process.stdin.close()
        await process.wait()


def check(lane: ActingLane, routers: Routers, wished: Wished, where: tuple[object, ...]) -> str:
    """Compare what the last run of a home says with what its router did; gives the step's end."""
    router = lane.place.router(lane.home)
    note = lane.place.notes(lane.home).get(wished.step, "")
    end = (note.split(": ", 1)[0].split() or ["nothing"])[-1]
    effects = routers.effects(lane.home)
    what = (*where, note, dict(effects))
    # A router may have restarted and the busy lab's measurements not say that it helped.
    happened = end == "proven" or "it happened" in note or "it restarted" in note
    assert end in {"proven", "failed", "rolled_back", "not_done"} or happened, what
    # The consent holds and nothing was sent: who takes it up does it.
    assert "never begun" not in note, what
    assert sum(effects.values()) <= 1, what
    assert set(effects) <= {lane.story.effect}, what
    assert router.reboots <= lane.story.restarts, what
    assert happened <= (effects.total() == 1), what
    if lane.story.restarts:
        assert happened is (router.reboots == 1), what
    assert routers.all_on_air(lane.home), what
    if wished.is_done is not None:
        assert wished.is_done(routers, router) is happened, what
    router.reboots = 0
    return end
