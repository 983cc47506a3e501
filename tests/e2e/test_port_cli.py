"""Changes by command line, over real SSH and real SNMP, on the one state of the lab's nodes."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import fork_server
import pytest
import yaml
from kept_actions import action_ids, journal_texts, minutes_pass

from cpe_diag.lab.files import CONFIG_FILE, INVENTORY_FILE, STORE_FILE, write_files
from cpe_diag.lab.running import RunningLab

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cpe_diag.lab.cli_state import CliState
    from cpe_diag.lab.world import AccessPort

pytestmark = pytest.mark.lab

ONT: Final = "sub-4002"
SWITCH: Final = "sub-6002"
PROVEN, REFUSED, FAILED = 0, 20, 21
LIMIT_S: Final = 120.0
"""How long a command may take on a machine that is busy with other things."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A lab in this process, whose world can be looked at, and the files of a client."""

    lab: RunningLab
    folder: Path

    def cli(self, node: str) -> CliState:
        """Give the command line of a node."""
        held = self.lab.world.nodes[node].cli
        assert held is not None
        return held

    def port(self, subscriber: str) -> AccessPort:
        """Give a subscriber's port."""
        return self.lab.world.port_of(self.lab.world.routers[subscriber])

    @property
    def environment(self) -> dict[str, str]:
        """What a command is started with."""
        return os.environ | {"XDG_STATE_HOME": str(self.folder / "state")}

    def command(self, *words: str) -> list[str]:
        """Give the words for Python of `cpe-diag ...`."""
        return ["-m", "cpe_diag", "--config", str(self.folder / CONFIG_FILE), *words]

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        """Start `cpe-diag ...`."""
        return await asyncio.create_subprocess_exec(
            *(sys.executable, *self.command(*words)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self.environment,
        )

    async def run(self, *words: str) -> tuple[int, str, str]:
        """Run `cpe-diag ...`."""
        done = await asyncio.to_thread(
            fork_server.run, self.command(*words), timeout=LIMIT_S, env=self.environment
        )
        assert "Traceback" not in done.stdout + done.stderr
        return done.returncode, done.stdout, done.stderr

    async def plan(self, subscriber: str, *options: str) -> dict[str, Any]:
        """Plan to clear a session."""
        words = ("port", "clear-session", "-s", subscriber, *options)
        _code, out, err = await self.run(*words, "--dry-run", "--json")
        assert out, err
        document: dict[str, Any] = json.loads(out)
        return document

    async def confirmed(self, subscriber: str) -> asyncio.subprocess.Process:
        """Start to clear a session, by the digest of its plan."""
        return await self.start(*await self.confirming(subscriber))

    async def confirming(self, subscriber: str) -> tuple[str, ...]:
        """Give the words with which a session is cleared, by the digest of its plan."""
        digest = str((await self.plan(subscriber))["digest"])
        return ("port", "clear-session", "-s", subscriber, "--confirm", digest, "--json")

    async def do(self, subscriber: str) -> tuple[int, dict[str, Any]]:
        """Clear a session; gives exit code and outcome."""
        code, out, err = await self.run(*await self.confirming(subscriber))
        assert out, err
        outcome: dict[str, Any] = json.loads(out)["outcome"]
        return code, outcome

    def edit(self, node: str, **said: object) -> None:
        """Change what the inventory says of a node; None: it says nothing."""
        path = self.folder / INVENTORY_FILE
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        entry = {**document["nodes"][node], **said}
        document["nodes"][node] = {key: entry[key] for key in entry if entry[key] is not None}
        path.write_text(yaml.safe_dump(document), encoding="utf-8")

    def minutes_pass(self) -> str:
        """Make the one journal older than anything of it can still be on its way; gives its id."""
        (action_id,) = action_ids(self.folder / STORE_FILE)
        minutes_pass(self.folder / STORE_FILE, action_id)
        return action_id


async def ended(process: asyncio.subprocess.Process) -> tuple[int, str, str]:
    """Wait for a process; gives its exit code and what it said."""
    out, err = await asyncio.wait_for(process.communicate(), LIMIT_S)
    assert b"Traceback" not in out + err
    return process.returncode or 0, out.decode(), err.decode()


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """Keep a lab running."""
    lab = RunningLab(7, 0.0)
    await lab.start()
    try:
        write_files(lab.world, tmp_path)
        yield Place(lab=lab, folder=tmp_path)
    finally:
        await lab.stop()


async def test_the_plan_shows_the_exact_lines_and_changes_nothing(place: Place) -> None:
    """In the words of the vendor, with the router's address as that node writes it."""
    router = place.lab.world.routers[ONT]
    digits = router.wan_mac.replace(":", "")
    quads = "-".join(digits[at : at + 4] for at in (0, 4, 8))
    document = await place.plan(ONT)
    lines = [(step["line"], step["changes"]) for step in document["plan"]["steps"]]
    assert lines == [
        ("enable", False),
        ("config", False),
        (f"undo mac-address mac {quads} vlan 400", True),
    ]
    assert document["refused_by"] == []
    assert re.fullmatch(r"[0-9a-f]{64}", document["digest"])
    assert place.cli("olt-4").entered == []
    assert not (place.folder / "state").exists()


async def test_an_old_binding_at_the_olt_is_cleared_and_measuring_proves_it(place: Place) -> None:
    """No object of the OLT shows it: the home was held out before, and is not now."""
    place.lab.set_fault(ONT, "binding_stale")
    code, outcome = await place.do(ONT)
    assert (code, outcome["end"]) == (PROVEN, "proven")
    assert [step["said"] for step in outcome["steps"]] == ["done"] * 3
    assert len(place.cli("olt-4").entered) == 1
    assert not place.port(ONT).binding_stale
    (text,) = journal_texts(place.folder / STORE_FILE)
    assert "undo mac-address mac" in text
    assert place.lab.world.secrets.cli_password not in text


async def test_a_line_that_the_node_does_not_take_changes_nothing(place: Place) -> None:
    """Its own words are told; the lines before it only went to another mode."""
    place.lab.set_fault(ONT, "binding_stale")
    refusal = "Failure: The MAC address is dynamically bound to a service flow"
    place.cli("olt-4").refusal = refusal
    code, outcome = await place.do(ONT)
    assert (code, outcome["end"]) == (FAILED, "failed")
    assert refusal in outcome["words"]
    assert "nothing was changed" in outcome["words"]
    assert place.port(ONT).binding_stale
    assert (await place.run("port", "unfinished"))[1].startswith("Every change")


async def test_a_locked_port_is_opened_by_the_line_and_read_back_by_snmp(place: Place) -> None:
    """The switch tells the name of the VLAN, and the row is gone afterwards."""
    place.lab.set_fault(SWITCH, "port_locked")
    mac = place.lab.world.routers[SWITCH].wan_mac.replace(":", "-").upper()
    plan = (await place.plan(SWITCH))["plan"]
    line = f"delete address_binding blocked vlan_name vlan-200 mac_address {mac}"
    assert [step["line"] for step in plan["steps"]] == [line]
    assert [one["value"] for one in plan["read_back"]] == ["(no such object)"]
    code, outcome = await place.do(SWITCH)
    assert (code, outcome["end"]) == (PROVEN, "proven")
    assert place.cli("sw-6").entered == [line]
    assert not place.port(SWITCH).locked


async def test_what_the_switch_has_bound_is_cleared_by_snmp_where_it_offers_that(
    place: Place,
) -> None:
    """No line is typed where an object does it."""
    place.lab.set_fault(SWITCH, "binding_stale")
    steps = (await place.plan(SWITCH))["plan"]["steps"]
    objects = [step["oid"].removeprefix("1.3.6.1.4.1.171.12.") for step in steps]
    assert objects == ["63.3.1.1.1.5.4", "23.3.2.1.6.4"]
    code, outcome = await place.do(SWITCH)
    assert (code, outcome["end"]) == (PROVEN, "proven")
    assert place.cli("sw-6").entered == []
    assert not place.port(SWITCH).binding_stale


@pytest.mark.parametrize(
    ("said", "finding"),
    [
        ({"system_name": "another-node"}, "node_name"),
        ({"uplinks": ["4"]}, "port_uplink"),
    ],
)
async def test_the_guard_refuses_before_a_line_is_typed(
    place: Place, said: dict[str, object], finding: str
) -> None:
    """Another node, an uplink: whatever is confirmed."""
    place.lab.set_fault(SWITCH, "port_locked")
    place.edit("sw-6", **said)
    document = await place.plan(SWITCH)
    assert finding in document["refused_by"]
    words = ("port", "clear-session", "-s", SWITCH, "--confirm", document["digest"])
    code, _out, err = await place.run(*words)
    assert code == REFUSED
    assert f"refused by {finding}" in err
    assert place.cli("sw-6").entered == []
    assert place.port(SWITCH).locked


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"cli_user": None, "cli_credential": None, "cli_port": None}, "no command line of this"),
        ({"cli_known_key": "ssh-ed25519 " + "A" * 68}, "key"),
    ],
)
async def test_a_command_line_that_cannot_be_reached_is_told_and_changes_nothing(
    place: Place, said: dict[str, object], words: str
) -> None:
    """No access in the inventory, and another host's key."""
    place.lab.set_fault(SWITCH, "port_locked")
    place.edit("sw-6", **said)
    code, outcome = await place.do(SWITCH)
    assert (code, outcome["end"]) == (FAILED, "failed")
    assert words in outcome["words"]
    assert "nothing was changed" in outcome["words"]


async def test_killed_while_the_line_is_with_the_node_it_is_recovered_by_looking(
    place: Place,
) -> None:
    """The line is not typed again: the node's row tells whether it happened."""
    place.lab.set_fault(SWITCH, "port_locked")
    cli = place.cli("sw-6")
    cli.prompt_delay_s = 0.5  # it has done it, and its prompt is not back yet
    process = await place.confirmed(SWITCH)
    async with asyncio.timeout(60):
        while not cli.entered:  # noqa: ASYNC110 - the lab tells of no events
            await asyncio.sleep(0.005)
    process.kill()
    await process.wait()
    cli.prompt_delay_s = 0.0
    (line,) = cli.entered
    action_id = place.minutes_pass()
    code, out, _err = await place.run("port", "recover", action_id, "--json")
    outcome = json.loads(out)["outcome"]
    assert (code, outcome["end"]) == (PROVEN, "proven"), outcome["words"]
    assert place.cli("sw-6").entered == [line]
    assert (await place.run("port", "unfinished"))[1].startswith("Every change")


async def test_killed_between_two_modes_nothing_was_changed(place: Place) -> None:
    """Another mode of the command line is no change of the node."""
    place.lab.set_fault(ONT, "binding_stale")
    cli = place.cli("olt-4")
    cli.prompt_delay_s = 0.5
    process = await place.confirmed(ONT)
    store = place.folder / STORE_FILE
    async with asyncio.timeout(60):
        while not any("line 'enable'" in one for one in journal_texts(store)):  # noqa: ASYNC110 - the lab tells of no events
            await asyncio.sleep(0.005)
    process.kill()
    await process.wait()
    cli.prompt_delay_s = 0.0
    code, out, _err = await place.run("port", "recover", place.minutes_pass(), "--json")
    outcome = json.loads(out)["outcome"]
    assert (code, outcome["end"]) == (FAILED, "failed")
    assert "nothing was changed" in outcome["words"]
    assert place.cli("olt-4").entered == []
