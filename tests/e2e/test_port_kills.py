"""A process that is killed at any point of a change leaves a port that can be recovered.

A real process changes a real port over real SNMP and is killed (SIGKILL) before and after every
entry of its journal; then `cpe-diag port recover` runs. The node counts the SETs.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import fork_server
import pytest
import yaml
from kept_actions import action_ids, forget, minutes_pass

from cpe_diag.domain.failures import ActionError
from cpe_diag.lab.files import CONFIG_FILE, INVENTORY_FILE, STORE_FILE, write_files
from cpe_diag.lab.inventory import SECRETS_FILE
from cpe_diag.lab.running import RunningLab
from cpe_diag.store.action_journal import ActionJournals
from cpe_diag.store.case_store import CaseStore
from cpe_diag.wiring.change_runs import recover_port
from cpe_diag.wiring.changes import ChangeWish, open_change, prepare_change
from cpe_diag.wiring.config import read

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cpe_diag.lab.world import AccessNodeState, AccessPort

pytestmark = pytest.mark.lab

SUBSCRIBER = "sub-3005"
EVERY = int(os.environ.get("CPE_DIAG_LAB_RUNS", "3"))
"""1: every point, before and after; N, which is odd: each Nth of these moments."""
SCRIPT = Path(__file__).with_name("killed_change.py")
KILLED = -9
QUICK = """\
kind: access
title: A switch that needs no time
extends: generic_ifmib
technologies: [ethernet]
capabilities: {}
actions:
  port.restart:
    steps:
      - {set: '1.3.6.1.2.1.2.2.1.7.{if_index}', type: integer, value: 2}
      - {wait_s: 0.3}
      - {set: '1.3.6.1.2.1.2.2.1.7.{if_index}', type: integer, value: 1}
    outage_s: 0
    undo: none
    source: IF-MIB ifAdminStatus, RFC 2863
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A lab in this process, whose world can be looked at, and the files of a client."""

    lab: RunningLab
    folder: Path

    @property
    def node(self) -> AccessNodeState:
        """The subscriber's node."""
        return self.lab.world.nodes["an-eth"]

    @property
    def port(self) -> AccessPort:
        """The subscriber's port."""
        return self.lab.world.port_of(self.lab.world.routers[SUBSCRIBER])

    def is_shut(self) -> bool:
        """Say whether the port is switched off."""
        return not self.port.admin_up

    @property
    def environment(self) -> dict[str, str]:
        """What a process is started with: its state folder is this place's."""
        return {"XDG_STATE_HOME": str(self.folder / "state"), "PATH": "", "HOME": "/nowhere"}

    async def start(self, *command: str) -> asyncio.subprocess.Process:
        """Start a process."""
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self.environment,
        )

    async def run(self, *command: str) -> tuple[int, str, str]:
        """Run a process; gives its exit code and what it said."""
        done = await asyncio.to_thread(
            fork_server.run, command, timeout=LIMIT_S, env=self.environment
        )
        return done.returncode, done.stdout, done.stderr

    async def change(
        self, action: str, value: str, point: int, moment: str
    ) -> tuple[int, str, str]:
        """Change the port, and die on the way."""
        config = str(self.folder / CONFIG_FILE)
        return await self.run(str(SCRIPT), config, SUBSCRIBER, action, value, str(point), moment)

    async def points(self, action: str, value: str) -> int:
        """Count the points of a change that nobody kills, and let it be forgotten."""
        code, out, err = await self.change(action, value, -1, "after")
        assert code == 0, err
        count, end = out.split()
        assert end == "proven"
        self.forget()
        self.port.admin_up = True
        self.node.sets.clear()
        return int(count)

    def forget(self) -> None:
        """Remove the journals, or the next change of this kind would be a repetition."""
        forget(self.store)

    def port_command(self, *words: str) -> tuple[str, ...]:
        """Give the command line of `cpe-diag port ...`."""
        return ("-m", "cpe_diag", "--config", str(self.folder / CONFIG_FILE), "port", *words)

    async def command(self, *words: str) -> tuple[int, str, str]:
        """Run `cpe-diag port ...`."""
        return await self.run(*self.port_command(*words))

    async def confirmed(self, *words: str) -> asyncio.subprocess.Process:
        """Start a change with the digest of its plan."""
        digest = await self.digest(*words)
        return await self.start(*self.port_command(*words, "--confirm", digest))

    async def digest(self, *words: str) -> str:
        """Give the digest of a plan."""
        _code, out, err = await self.command(*words, "--dry-run", "--json")
        assert out, err
        return str(json.loads(out)["digest"])

    async def until_set(self, value: str) -> None:
        """Wait until a SET with this value has come to the node."""
        async with asyncio.timeout(LIMIT_S):
            while not any(  # noqa: ASYNC110 - the lab's world tells of no events
                one.endswith(f"={value}") for one in self.node.sets
            ):
                await asyncio.sleep(0.005)

    @property
    def store(self) -> Path:
        """The case store."""
        return self.folder / STORE_FILE

    def unfinished(self) -> list[str]:
        """Give the ids of changes without an end."""
        return [record.id for record in ActionJournals(CaseStore.at(self.store)).unfinished()]

    def minutes_pass(self, action_id: str) -> None:
        """Let a journal be older than any SET of it can still be on its way."""
        minutes_pass(self.store, action_id)


LIMIT_S = 240.0
"""How long something may take on a machine that is busy with other things."""


async def ended(process: asyncio.subprocess.Process) -> tuple[int, str, str]:
    """Wait for a process; gives its exit code and what it said."""
    out, err = await asyncio.wait_for(process.communicate(), LIMIT_S)
    return process.returncode or 0, out.decode(), err.decode()


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """Keep a lab running, whose switch has a driver that needs no time."""
    lab = RunningLab(7, 0.0)
    await lab.start()
    try:
        write_files(lab.world, tmp_path)
        (tmp_path / "drivers").mkdir()
        (tmp_path / "drivers" / "quick.yaml").write_text(QUICK, encoding="utf-8")
        config = tmp_path / CONFIG_FILE
        with config.open("a", encoding="utf-8") as file:
            file.write("driver_folders: [drivers]\n")
        inventory = tmp_path / INVENTORY_FILE
        document = yaml.safe_load(inventory.read_text(encoding="utf-8"))
        # SNMPv3 costs every process some tenths of a second for its keys.
        document["nodes"]["an-eth"].update(
            driver="quick",
            version="2c",
            credential=f"file:{SECRETS_FILE}#snmp_read",
            write_credential=f"file:{SECRETS_FILE}#snmp_write",
        )
        inventory.write_text(yaml.safe_dump(document), encoding="utf-8")
        yield Place(lab=lab, folder=tmp_path)
    finally:
        await lab.stop()


@pytest.mark.parametrize(("action", "value"), [("port.restart", "-"), ("port.set_admin", "down")])
async def test_no_kill_leaves_a_port_shut_or_sets_anything_twice(
    place: Place, action: str, value: str
) -> None:
    """The journal points are counted in a run that nobody kills."""
    count = await place.points(action, value)
    assert count >= 5
    moments = [(point, moment) for point in range(count) for moment in ("before", "after")]
    for point, moment in moments[::EVERY]:
        place.node.sets.clear()
        code, out, err = await place.change(action, value, point, moment)
        assert code == KILLED, (point, moment, out, err)
        for action_id in place.unfinished():
            place.minutes_pass(action_id)
            _code, said, err = await place.command("recover", action_id)
            assert "Traceback" not in err
            assert said, err
        assert place.unfinished() == [], (point, moment)
        place.forget()
        ended_well = point == count - 1 and moment == "after"
        assert place.port.admin_up or (ended_well and value == "down"), (point, moment)
        counted = Counter(place.node.sets)
        assert max(counted.values(), default=1) == 1, (point, moment, counted)
        place.port.admin_up = True


async def test_recovering_twice_and_recovering_nothing_are_told(place: Place) -> None:
    """A second recovery must not start again."""
    await place.change("port.restart", "-", 2, "after")
    (action_id,) = place.unfinished()
    place.minutes_pass(action_id)
    code, out, _err = await place.command("recover", action_id)
    assert code == 22
    assert "previous values stand again" in out
    code, _out, err = await place.command("recover", action_id)
    assert code == 20
    assert "has ended" in err
    code, _out, err = await place.command("recover", "nothing")
    assert code == 2
    assert "there is no action 'nothing'" in err


async def test_a_recovery_that_another_process_has_ended_meanwhile_sends_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its look into the journal and its hold of the port another one may be faster."""
    await place.change("port.restart", "-", 2, "after")
    (action_id,) = place.unfinished()
    place.minutes_pass(action_id)
    monkeypatch.setenv("XDG_STATE_HOME", str(place.folder / "state"))
    config = read(place.folder / CONFIG_FILE, str(place.folder / CONFIG_FILE))
    wish = ChangeWish(action="port.restart", subscriber=SUBSCRIBER, value=None)
    prepared = prepare_change(config, wish)
    seen = prepared.journals.record(action_id)
    code, _out, _err = await place.command("recover", action_id)
    assert (code, place.unfinished()) == (22, [])
    place.node.sets.clear()
    before = prepared.journals.record(action_id)
    async with open_change(prepared) as change:
        with pytest.raises(ActionError, match=f"{action_id} has ended"):
            await recover_port(change, seen, keep=False, on_end=lambda _outcome: None)
    assert place.node.sets == []
    assert prepared.journals.record(action_id) == before


async def test_a_port_with_an_unfinished_change_is_not_changed_again(place: Place) -> None:
    """What stands there is not known."""
    await place.change("port.restart", "-", 1, "after")
    (action_id,) = place.unfinished()
    code, _out, err = await place.command("set-admin", "-s", SUBSCRIBER, "down", "--dry-run")
    assert code == 20
    assert f"cpe-diag port recover {action_id}" in err
    assert place.node.sets == []


async def test_a_retry_by_a_caller_that_did_not_hear_of_the_end_restarts_nothing(
    place: Place,
) -> None:
    """The end is on the disk; its caller died, and the digest that it was given still fits."""
    words = ("restart", "-s", SUBSCRIBER)
    count = await place.points("port.restart", "-")
    digest = await place.digest(*words)
    code, _out, _err = await place.change("port.restart", "-", count - 1, "after")
    assert (code, place.unfinished(), len(place.node.sets)) == (KILLED, [], 2)
    (action_id,) = action_ids(place.store)
    code, _out, err = await place.command(*words, "--confirm", digest)
    assert code == 20
    assert f"refused by repeated: change {action_id} did the same here, begun " in err
    assert "ended as proven" in err
    assert "--accept-unknown repeated" in err
    assert len(place.node.sets) == 2

    accepting = (*words, "--accept-unknown", "repeated")
    digest = await place.digest(*accepting)
    code, _out, err = await place.command(*accepting, "--confirm", digest)
    assert (code, len(place.node.sets)) == (0, 4), err
    code, _out, err = await place.command(*accepting, "--confirm", digest)
    assert (code, len(place.node.sets)) == (20, 4)
    assert "not the confirmed one" in err


ENDS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.mark.parametrize("number", ENDS, ids=[one.name for one in ENDS])
async def test_a_signal_in_the_middle_of_a_restart_opens_the_port_first(
    place: Place, number: signal.Signals
) -> None:
    """Ctrl-C, three times, while the port is shut."""
    process = await place.confirmed("restart", "-s", SUBSCRIBER)
    await place.until_set("2")
    assert place.is_shut()
    for _ in range(3):
        process.send_signal(number)
        await asyncio.sleep(0.02)
    code, out, err = await ended(process)
    assert code == ENDS[number]
    assert "Traceback" not in out + err
    assert "stopping at a safe point" in err
    assert "interrupted; unknown: it took effect" in err
    assert not place.is_shut()
    assert [one.rpartition("=")[2] for one in place.node.sets] == ["2", "1"]
    assert place.unfinished() == []


async def test_a_signal_before_anything_was_changed_changes_nothing(place: Place) -> None:
    """While it is measured what is wrong."""
    digest = await place.digest("restart", "-s", SUBSCRIBER)
    place.node.answer_delay_s = 0.3
    before = place.node.answered
    process = await place.start(
        *place.port_command("restart", "-s", SUBSCRIBER, "--confirm", digest)
    )
    async with asyncio.timeout(LIMIT_S):
        while place.node.answered == before:  # noqa: ASYNC110 - as in `until_set`
            await asyncio.sleep(0.02)
    process.send_signal(signal.SIGINT)
    code, _out, err = await ended(process)
    assert code == 130
    assert "nothing was changed" in err
    assert place.node.sets == []
    assert place.unfinished() == []


async def test_two_processes_do_not_change_one_port_at_a_time(place: Place) -> None:
    """The second one is told, and changes nothing."""
    first = await place.confirmed("restart", "-s", SUBSCRIBER)
    second = await place.confirmed("restart", "-s", SUBSCRIBER)
    both = await asyncio.gather(ended(first), ended(second))
    codes = sorted(code for code, _out, _err in both)
    assert codes == [0, 20]
    assert len(place.node.sets) == 2
    assert not place.is_shut()
