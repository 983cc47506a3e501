"""What bad input and bad days get: a clear message, the documented exit code, no traceback.

Every command runs as a process of its own, as a user runs it.
"""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from cpe_diag.lab.control import LabClient

if TYPE_CHECKING:
    from pathlib import Path

    from running_lab import RunningLab

pytestmark = pytest.mark.lab

SUBSCRIBER = "sub-1005"
ETHERNET = "sub-3005"
NO_FAULT, BAD_INPUT, COULD_NOT_RUN, FAULT, UNDETERMINED, INTERRUPTED = 0, 2, 3, 10, 11, 130


def _command(lab: RunningLab, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "cpe_diag", "--config", str(lab.config), *arguments]


def _cpe_diag(
    lab: RunningLab, *arguments: str, most_bytes_a_file: int | None = None
) -> subprocess.CompletedProcess[str]:
    def limit() -> None:
        if most_bytes_a_file is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes_a_file, most_bytes_a_file))

    done = subprocess.run(  # noqa: S603 - our own interpreter
        _command(lab, *arguments),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
        preexec_fn=limit,
    )
    assert "Traceback" not in done.stderr + done.stdout
    return done


def _run(lab: RunningLab, subscriber: str, *more: str) -> subprocess.CompletedProcess[str]:
    return _cpe_diag(lab, "run", "no_internet", "--subscriber", subscriber, *more)


def test_an_unknown_subscriber_is_named_with_near_matches(lab: RunningLab) -> None:
    """A mistyped customer number is the most common mistake of all."""
    done = _run(lab, "sub-10005")
    assert done.returncode == BAD_INPUT
    assert "sub-10005" in done.stderr
    assert "sub-1005" in done.stderr


def test_an_unknown_playbook_is_named_with_near_matches(lab: RunningLab) -> None:
    """The engineer must see what there is."""
    done = _cpe_diag(lab, "run", "no_internett", "--subscriber", SUBSCRIBER)
    assert done.returncode == BAD_INPUT
    assert "no_internett" in done.stderr
    assert "no_internet" in done.stderr.replace("no_internett", "")


def test_a_broken_playbook_is_refused_with_line_and_column(
    lab: RunningLab, tmp_path: Path
) -> None:
    """A second-line lead edits playbooks without us."""
    broken = tmp_path / "mine.yaml"
    broken.write_text("playbook: mine\nsteps: [\n", encoding="utf-8")
    done = _cpe_diag(lab, "run", str(broken), "--subscriber", SUBSCRIBER)
    assert done.returncode == BAD_INPUT
    assert f"{broken}:" in done.stderr


def test_all_wrong_types_of_a_playbook_are_told_at_once(lab: RunningLab, tmp_path: Path) -> None:
    """One fault at a time makes ten rounds of a file with ten faults."""
    wrong = tmp_path / "mine.yaml"
    wrong.write_text(
        "playbook: mine\ntitle: 7\ndescription: d\nsymptom: no_internet\n"
        "steps:\n  - probe: [prot_state]\n    limit: soon\n  - route: nowhere\n",
        encoding="utf-8",
    )
    done = _cpe_diag(lab, "playbook", "check", str(wrong))
    assert done.returncode == BAD_INPUT
    places = {line.split(":")[1] for line in done.stderr.splitlines() if str(wrong) in line}
    assert places >= {"2", "6", "7", "8"}


def test_a_wrong_answer_is_refused_before_any_device_is_asked(lab: RunningLab) -> None:
    """An automation's typing mistake must not become a measurement."""
    done = _run(lab, SUBSCRIBER, "--answer", "affected=everybody")
    assert done.returncode == BAD_INPUT
    assert "everybody" in done.stderr
    assert "all_devices" in done.stderr


def test_a_broken_configuration_names_every_fault(lab: RunningLab, tmp_path: Path) -> None:
    """The configuration is written once, by hand, in a hurry."""
    del lab
    config = tmp_path / "config.yaml"
    config.write_text("icmp: maybe\nresolvr: {}\nsample_interval_s: -1\n", encoding="utf-8")
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [
            *(sys.executable, "-m", "cpe_diag", "--config", str(config)),
            *("run", "no_internet", "--subscriber", "x"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == BAD_INPUT
    assert {":1:", ":2:", ":3:"} <= {
        f":{line.split(':')[1]}:" for line in done.stderr.splitlines() if str(config) in line
    }
    assert "resolver" in done.stderr


ACCESS_FAULTS = (
    ("ssh_refused_password", ETHERNET, "auth_refused"),
    ("ssh_changed_key", ETHERNET, "host_key_changed"),
    ("ssh_garbage", ETHERNET, "unparseable"),
    ("ssh_hang", ETHERNET, "hung"),
    ("snmp_refused", ETHERNET, "auth_refused"),
    ("snmp_refused", SUBSCRIBER, "silent"),
)


@pytest.mark.parametrize(
    ("fault", "subscriber", "kind"), ACCESS_FAULTS, ids=["-".join(one) for one in ACCESS_FAULTS]
)
def test_a_device_that_refuses_us_is_told_as_that_and_never_hangs_the_run(
    lab: RunningLab, fault: str, subscriber: str, kind: str
) -> None:
    """Our own missing access must never read as a fault of the customer's router."""
    client = LabClient(lab.folder)
    client.set_fault(subscriber, fault)
    try:
        began = time.monotonic()
        done = _run(lab, subscriber, "--json", "--budget", "40s")
        took = time.monotonic() - began
    finally:
        client.clear_faults()
    document = json.loads(done.stdout)
    kinds = {entry["kind"] for entry in document["evidence"]["unknowns"]}
    assert kind in kinds
    assert took < 40
    assert done.returncode in (NO_FAULT, FAULT, UNDETERMINED)
    assert document["verdict"]["domain"] != "router"
    if kind in {"auth_refused", "host_key_changed"}:
        assert document["verdict"]["domain"] in {"none", "undetermined"}


def test_half_answers_never_become_facts(lab: RunningLab) -> None:
    """Law 10: a cut answer gives the whole answer's fact or none."""
    client = LabClient(lab.folder)
    client.set_fault(SUBSCRIBER, "ssh_half_answer")
    try:
        done = _run(lab, SUBSCRIBER, "--json", "--budget", "40s")
    finally:
        client.clear_faults()
    document = json.loads(done.stdout)
    kinds = {entry["kind"] for entry in document["evidence"]["unknowns"]}
    assert kinds & {"closed", "incomplete", "unparseable"}
    assert document["verdict"]["domain"] in ("none", "undetermined")


def test_a_full_disk_leaves_no_half_bundle(lab: RunningLab, tmp_path: Path) -> None:
    """The verdict is told all the same; half a bundle would be taken for a whole one."""
    bundle = tmp_path / "case"
    done = _cpe_diag(
        lab,
        *("run", "no_internet", "--subscriber", SUBSCRIBER, "--bundle", str(bundle)),
        most_bytes_a_file=40_000,  # room for the look in the audit trail, none for the verdict
    )
    assert done.returncode == COULD_NOT_RUN
    assert str(bundle) in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_is_judged_again_to_the_same_verdict(lab: RunningLab, tmp_path: Path) -> None:
    """A verdict that cannot be repeated cannot be defended."""
    bundle = tmp_path / "case"
    first = _run(lab, SUBSCRIBER, "--json", "--bundle", str(bundle))
    again = _cpe_diag(lab, "judge", "explain", str(bundle), "--json")
    assert first.returncode == again.returncode == NO_FAULT
    assert json.loads(first.stdout)["verdict"] == json.loads(again.stdout)["verdict"]


def test_no_secret_of_the_lab_reaches_a_bundle_or_an_output(
    lab: RunningLab, tmp_path: Path
) -> None:
    """Bundles travel by mail; a password in one is a password lost."""
    secrets = [
        part
        for line in (lab.folder / "secrets.yaml").read_text(encoding="utf-8").splitlines()
        if ":" in line and not line.startswith("#")
        for part in line.split(":", 1)[1].strip().strip("'\"").split(":")
    ]
    assert len(secrets) > 24
    bundle = tmp_path / "case"
    done = _run(lab, ETHERNET, "--json", "--bundle", str(bundle))
    written = [path for path in bundle.rglob("*") if path.is_file()]
    text = done.stdout + done.stderr + "".join(path.read_text("utf-8") for path in written)
    assert len(written) > 10
    assert [secret for secret in secrets if secret in text] == []
    assert "wifi-key" not in text


def test_ctrl_c_ends_a_run_with_130_and_saves_nothing(lab: RunningLab, tmp_path: Path) -> None:
    """A caller hangs up; the engineer presses Ctrl-C; nothing may stay behind."""
    client = LabClient(lab.folder)
    client.set_fault(ETHERNET, "ssh_hang")
    bundle = tmp_path / "case"
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        _command(lab, "run", "no_internet", "--subscriber", ETHERNET, "--bundle", str(bundle)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        assert process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        client.clear_faults()
    assert process.returncode == INTERRUPTED
    assert "Traceback" not in out + err
    assert "interrupted" in err
    assert list(tmp_path.iterdir()) == []
