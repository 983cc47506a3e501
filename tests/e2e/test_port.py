"""`cpe-diag port` over a real lab and real SNMP: planned, guarded, proven, put back."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fork_server
import pytest
import yaml
from kept_actions import journal_texts
from lab_home import home_of

from cpe_diag.lab.control import LabClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from running_lab import RunningLab

pytestmark = pytest.mark.lab

VDSL = "sub-1004"
ETHERNET = "sub-3006"
SWITCH = "sub-6002"
ONT = "sub-4002"
PROFILED = "sub-1006"
PROVEN, BAD_INPUT, REFUSED, ROLLED_BACK = 0, 2, 20, 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Somebody who works with a lab, with an inventory of his own."""

    folder: Path
    config: Path
    state: Path
    store: Path
    client: LabClient

    def run(self, *words: str) -> tuple[int, str, str]:
        """Run `cpe-diag ...`."""
        done = fork_server.run(
            ["-m", "cpe_diag", "--config", str(self.config), *words],
            timeout=120,
            env=os.environ | {"XDG_STATE_HOME": str(self.state)},
        )
        assert "Traceback" not in done.stdout + done.stderr
        return done.returncode, done.stdout, done.stderr

    def plan(self, *words: str) -> dict[str, Any]:
        """Make a plan."""
        _code, out, err = self.run("port", *words, "--dry-run", "--json")
        assert out, err
        document: dict[str, Any] = json.loads(out)
        return document

    def do(self, *words: str) -> tuple[int, dict[str, Any]]:
        """Make a plan and do it; gives exit code and outcome."""
        digest = str(self.plan(*words)["digest"])
        code, out, err = self.run("port", *words, "--confirm", digest, "--json")
        assert out, err
        return code, json.loads(out)["outcome"]

    def cause(self, subscriber: str) -> str:
        """Diagnose a subscriber; gives the cause."""
        code, out, err = self.run("run", "no_internet", "-s", subscriber, "--json")
        assert code in {0, 10, 11}, err
        return str(json.loads(out)["verdict"]["cause"])

    def edit(self, **node: object) -> None:
        """Change what the inventory says of every node; None: it says nothing."""
        path = self.folder / "port-inventory.yaml"
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, entry in document["nodes"].items():
            said = {**entry, **node}
            document["nodes"][name] = {key: said[key] for key in said if said[key] is not None}
        path.write_text(json.dumps(document), encoding="utf-8")


@pytest.fixture
def operator(lab: RunningLab, tmp_path: Path) -> Operator:
    """Give an operator with a copy of the lab's inventory, which he may change."""
    document = yaml.safe_load((lab.folder / "inventory.yaml").read_text(encoding="utf-8"))
    # Credentials stand beside the inventory, so it stays in the lab's folder.
    (lab.folder / "port-inventory.yaml").write_text(json.dumps(document), encoding="utf-8")
    config = lab.folder / "port-config.yaml"
    text = lab.config.read_text(encoding="utf-8")
    config.write_text(
        text.replace("path: inventory.yaml", "path: port-inventory.yaml").replace(
            "path: case.db", f"path: {tmp_path / 'case.db'}"
        ),
        encoding="utf-8",
    )
    return Operator(
        folder=lab.folder,
        config=config,
        state=tmp_path / "state",
        store=tmp_path / "case.db",
        client=LabClient(lab.folder),
    )


def test_a_dry_run_shows_the_whole_plan_and_changes_nothing(operator: Operator) -> None:
    """Exact SETs with their names and present values, the outage, the way back, the guard."""
    code, out, _err = operator.run("port", "restart", "-s", VDSL, "--dry-run")
    assert code == PROVEN
    for words in (
        "SET IF-MIB ifAdminStatus (1.3.6.1.2.1.2.2.1.7.",
        "= integer 2 (now 1)",
        "wait 3 s",
        "outage    up to 1 min",
        "way back, if it breaks off in the middle",
        "node_name: the node calls itself 'an-vdsl.lab.example'",
        "digest    ",
        "Dry run: nothing was changed.",
    ):
        assert words in out
    assert not operator.state.exists()


def test_a_restart_of_a_vdsl_port_is_proven(operator: Operator) -> None:
    """The line trains, and measuring again shows no fault."""
    code, outcome = operator.do("restart", "-s", VDSL, "--ticket", "T-4711")
    assert (code, outcome["end"]) == (PROVEN, "proven")
    assert [step["said"] for step in outcome["steps"]] == ["done", "done"]
    assert operator.run("port", "unfinished")[1].startswith("Every change")
    (text,) = journal_texts(operator.store)
    assert "T-4711" in text
    secrets = yaml.safe_load((operator.folder / "secrets.yaml").read_text(encoding="utf-8"))
    assert not any(secret in text for secret in secrets.values())


def test_a_port_that_was_shut_is_opened_and_its_customer_back(operator: Operator) -> None:
    """A restart is refused, for it would open what somebody has shut; set-admin says it."""
    operator.client.set_fault(ETHERNET, "port_shut")
    try:
        assert operator.cause(ETHERNET) == "port_shut"
        code, _out, err = operator.run("port", "restart", "-s", ETHERNET, "--dry-run")
        assert code == REFUSED
        assert "stays_as_it_is" in err
        code, outcome = operator.do("set-admin", "-s", ETHERNET, "up")
        assert (code, outcome["end"]) == (PROVEN, "proven")
        assert operator.cause(ETHERNET) == "no_fault"
    finally:
        operator.client.clear_faults()


def test_a_wrong_vlan_is_corrected_from_the_inventory_and_diagnosed_again(
    operator: Operator,
) -> None:
    """The value that belongs there is the service's."""
    operator.client.set_fault(ETHERNET, "wrong_vlan")
    try:
        assert operator.cause(ETHERNET) == "wrong_vlan"
        code, outcome = operator.do("set-vlan", "-s", ETHERNET)
        assert (code, outcome["end"]) == (PROVEN, "proven")
        assert operator.cause(ETHERNET) == "no_fault"
        code, out, _err = operator.run("port", "set-vlan", "-s", ETHERNET)
        assert code == PROVEN
        assert "It stands so already" in out
    finally:
        operator.client.clear_faults()


def test_a_change_that_does_not_help_is_put_back(operator: Operator) -> None:
    """Somebody has mistyped the VLAN of a healthy subscriber."""
    code, outcome = operator.do("set-vlan", "-s", ETHERNET, "3999")
    assert (code, outcome["end"]) == (ROLLED_BACK, "rolled_back")
    assert "did not help; the previous values stand again" in outcome["words"]
    assert operator.cause(ETHERNET) == "no_fault"


@pytest.mark.parametrize("by", ["name", "ifindex"])
def test_the_guard_refuses_an_uplink(operator: Operator, by: str) -> None:
    """Whatever is confirmed or accepted, and however the inventory writes the port."""
    plan = operator.plan("restart", "-s", ETHERNET)["plan"]
    index = plan["steps"][0]["oid"].rpartition(".")[2]
    operator.edit(uplinks=[plan["port"] if by == "name" else f"ifindex:{index}"])
    refused(operator, "port_uplink")


def test_the_guard_refuses_another_node(operator: Operator) -> None:
    """An address that was given to another node."""
    operator.edit(system_name="another-node")
    refused(operator, "node_name")


def refused(operator: Operator, finding: str) -> None:
    """Hold a restart to being refused for one reason."""
    document = operator.plan("restart", "-s", ETHERNET)
    assert document["refused_by"] == [finding]
    options = ("--confirm", document["digest"], "--accept-unknown", finding)
    code, _out, err = operator.run("port", "restart", "-s", ETHERNET, *options)
    assert code == REFUSED
    assert f"refused by {finding}" in err


def test_what_could_not_be_told_is_accepted_by_its_id(operator: Operator) -> None:
    """And the acceptance is part of the plan."""
    operator.edit(system_name=None)
    code, _out, err = operator.run("port", "restart", "-s", ETHERNET, "--dry-run")
    assert code == REFUSED
    assert "--accept-unknown node_name" in err
    words = ("restart", "-s", ETHERNET, "--accept-unknown", "node_name")
    document = operator.plan(*words)
    assert document["refused_by"] == []
    assert document["plan"]["accepted"] == ["node_name"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("restart", "-s", ETHERNET), REFUSED, "nobody is there to be asked"),
        (("restart", "-s", ETHERNET, "--confirm", "abc"), REFUSED, "not the confirmed one"),
        (("set-vlan", "-s", ETHERNET, "4095"), BAD_INPUT, "a number from 1 to 4094"),
        (("test-cable", "-s", VDSL), BAD_INPUT, "no standard MIB has a cable test"),
        (("reset-ont", "-s", ETHERNET), BAD_INPUT, "no standard MIB tells of an ONT"),
        (("restart", "-s", "sub-0"), BAD_INPUT, "no subscriber 'sub-0'"),
        (("restart", "-s", ETHERNET, "--accept-unknown", "x"), BAD_INPUT, "no finding 'x'"),
    ],
)
def test_what_is_not_agreed_or_wrong_changes_nothing(
    operator: Operator, words: tuple[str, ...], code: int, said: str
) -> None:
    """Each with its own exit code and its own words."""
    found, _out, err = operator.run("port", *words)
    assert found == code
    assert said in err
    assert journal_texts(operator.store) == []


def test_a_node_without_a_writing_credential_is_told(operator: Operator) -> None:
    """Nothing was sent, and the gap of the inventory has its name."""
    operator.edit(write_credential=None)
    code, outcome = operator.do("set-admin", "-s", ETHERNET, "down")
    assert (code, outcome["end"]) == (21, "failed")
    assert "write_credential" in outcome["words"] + str(outcome["steps"])
    assert "nothing was changed" in outcome["words"]


def test_a_cable_test_is_shown_and_goes_with_the_case(
    lab: RunningLab, operator: Operator, tmp_path: Path
) -> None:
    """The technician wants to know at how many metres."""
    operator.client.set_fault(SWITCH, "cable_pair_broken")
    try:
        case = tmp_path / "case"
        code, outcome = operator.do("test-cable", "-s", SWITCH, "--bundle", str(case))
        assert (code, outcome["end"]) == (PROVEN, "proven")
        assert re.search(r"pair \d open at \d+ m", outcome["symptom"])
        assert '"cable_test[port]"' in (case / "case.json").read_text(encoding="utf-8")
    finally:
        operator.client.clear_faults()
        asyncio.run(home_of(lab, SWITCH).measure_cable())


def test_an_ont_is_restarted_by_its_own_row_and_seen_to_have_gone_down(
    operator: Operator,
) -> None:
    """The trigger cannot be read; what the OLT says of the ONT afterwards proves it."""
    plan = operator.plan("reset-ont", "-s", ONT)["plan"]
    assert [step.get("readable") for step in plan["steps"]] == [False]
    code, outcome = operator.do("reset-ont", "-s", ONT)
    assert (code, outcome["end"]) == (PROVEN, "proven")
    assert len(outcome["steps"]) == 1


def test_an_ont_that_is_not_the_inventorys_is_not_restarted(operator: Operator) -> None:
    """The fibre of another customer was plugged in here."""
    path = operator.folder / "port-inventory.yaml"
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    for subscriber in document["subscribers"]:
        if subscriber["id"] == ONT:
            subscriber["ont_serial"] = "HWTC00000000"
    path.write_text(json.dumps(document), encoding="utf-8")
    code, _out, err = operator.run("port", "reset-ont", "-s", ONT, "--dry-run")
    assert code == REFUSED
    assert "refused by ont_serial" in err


def test_a_wrong_profile_is_corrected_from_the_inventory(operator: Operator) -> None:
    """The profile that was sold."""
    operator.client.set_fault(PROFILED, "wrong_profile")
    try:
        code, outcome = operator.do("set-profile", "-s", PROFILED, "--playbook", "slow_internet")
        assert (code, outcome["end"]) == (PROVEN, "proven")
    finally:
        operator.client.clear_faults()


def until_it_waits(pid: int) -> None:
    """Wait until a process that has asked waits for the answer: a person is never quicker."""
    still = 0
    while still < 5:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        still = still + 1 if state == "S" else 0
        time.sleep(0.01)


@contextmanager
def asked(
    operator: Operator, subscriber: str
) -> Iterator[tuple[subprocess.Popen[str], Callable[[str], int]]]:
    """Shut a port at a terminal, up to the question; gives the process and how to answer."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        [
            *(sys.executable, "-m", "cpe_diag", "--config", str(operator.config)),
            *("port", "set-admin", "-s", subscriber, "down"),
        ],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        env=os.environ | {"XDG_STATE_HOME": str(operator.state)},
    )
    os.close(theirs)
    try:
        seen = b""
        while b"Do exactly this?" not in seen:
            seen += os.read(ours, 1024)
        until_it_waits(process.pid)
        yield process, lambda text: os.write(ours, text.encode())
    finally:
        process.kill()
        process.communicate()
        os.close(ours)


@pytest.mark.parametrize(("answer", "code"), [("n", REFUSED), ("y", PROVEN)])
def test_at_a_terminal_the_plan_is_shown_and_asked_for(
    operator: Operator, answer: str, code: int
) -> None:
    """Only a yes to exactly this plan is a yes."""
    with asked(operator, "sub-3007") as (process, say):
        say(f"{answer}\n")
        out, _err = process.communicate(timeout=60)
    assert process.returncode == code
    assert "digest    " in out
    assert ("PROVEN" in out) is (answer == "y")
    if answer == "y":
        assert operator.do("set-admin", "-s", "sub-3007", "up")[0] == PROVEN


def test_without_a_lab_nothing_is_unfinished(operator: Operator) -> None:
    """The list of unfinished changes needs no node and no inventory."""
    code, out, _err = operator.run("port", "unfinished", "--json")
    assert (code, json.loads(out)) == (PROVEN, [])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_ctrl_c_at_the_question_ends_it_and_changes_nothing(
    operator: Operator, number: signal.Signals
) -> None:
    """A question that nobody can leave would be answered with yes."""
    with asked(operator, "sub-3007") as (process, _answer):
        process.send_signal(number)
        process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert journal_texts(operator.store) == []
