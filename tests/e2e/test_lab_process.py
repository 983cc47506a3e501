"""`cpe-diag lab` as a process: it starts, obeys, and leaves nothing behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from cpe_diag.lab.control import LabClient, LabRefusedError, NoLabError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STOP_WITHIN_S = 10.0
COMMAND = (sys.executable, "-m", "cpe_diag", "lab")

pytestmark = pytest.mark.lab


def start(directory: Path, *options: str) -> subprocess.Popen[str]:
    """Start a lab and wait for its first line, which it prints when it is ready."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [*COMMAND, "up", "--dir", str(directory), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    if not first.startswith("The lab is up"):
        _out, said = process.communicate(timeout=STOP_WITHIN_S)
        pytest.fail(f"the lab did not start: {first}{said}")
    return process


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one `cpe-diag lab` command to its end."""
    return subprocess.run(  # noqa: S603 - our own interpreter and module
        [*COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=30
    )


@pytest.fixture(scope="module")
def own_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep one lab for the tests that do not end it."""
    directory = tmp_path_factory.mktemp("labs") / "lab"
    process = start(directory)
    yield directory
    process.terminate()
    process.communicate(timeout=STOP_WITHIN_S)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_lab_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    """Exit status 0, no word on stderr, no file left."""
    directory = tmp_path / "lab"
    process = start(directory, "--seed", "3")
    client = LabClient(directory)
    assert client.pid == process.pid
    assert client.status()["seed"] == 3
    process.send_signal(number)
    out, said = process.communicate(timeout=STOP_WITHIN_S)
    assert process.returncode == 0
    assert said == ""
    assert out.endswith("The lab is stopped.\n")
    assert not directory.exists()


def test_an_order_to_stop_is_obeyed(tmp_path: Path) -> None:
    """A trainer's script can end the lab without knowing its process."""
    process = start(tmp_path / "lab")
    LabClient(tmp_path / "lab").stop()
    process.communicate(timeout=STOP_WITHIN_S)
    assert process.returncode == 0


def test_labs_run_side_by_side_on_addresses_of_their_own(own_lab: Path, tmp_path: Path) -> None:
    """Two developers, or two test processes, must not meet."""
    process = start(tmp_path / "other", "--rtt", "5")
    first = LabClient(own_lab).status()
    second = LabClient(tmp_path / "other").status()
    process.terminate()
    process.communicate(timeout=STOP_WITHIN_S)
    addresses = [
        {home["router"]["address"] for home in status["subscribers"]} for status in (first, second)
    ]
    assert not addresses[0] & addresses[1]
    assert second["rtt_ms"] == 5.0


def test_a_second_lab_in_the_same_directory_is_refused(own_lab: Path) -> None:
    """Exit status 3 and the reason; the first lab goes on."""
    refused = call("up", "--dir", str(own_lab))
    assert refused.returncode == 3
    assert "a lab is up in" in refused.stderr
    assert str(LabClient(own_lab).pid) in refused.stderr
    assert "Traceback" not in refused.stderr


def test_what_a_killed_lab_left_is_cleaned_up(tmp_path: Path) -> None:
    """A lab.json of a dead process must not keep the next lab from starting."""
    directory = tmp_path / "lab"
    killed = start(directory)
    killed.kill()
    killed.communicate(timeout=STOP_WITHIN_S)
    assert (directory / "lab.json").exists()
    with pytest.raises(NoLabError, match="does not answer"):
        LabClient(directory).status()
    process = start(directory)
    assert LabClient(directory).pid == process.pid
    process.terminate()
    process.communicate(timeout=STOP_WITHIN_S)
    assert not directory.exists()


def test_status_for_programs_names_everything_and_no_secret(own_lab: Path) -> None:
    """Addresses and references, never a credential."""
    told = call("status", "--json", "--dir", str(own_lab))
    status = json.loads(told.stdout)
    assert len(status["nodes"]) == 6
    assert len(status["subscribers"]) >= 24
    secrets = yaml.safe_load((own_lab / "secrets.yaml").read_text())
    assert all(value not in told.stdout for value in secrets.values())


def test_status_for_people_shows_each_home_and_its_faults(own_lab: Path) -> None:
    """One line per home."""
    LabClient(own_lab).set_fault("sub-1004", "wifi_off")
    told = call("status", "--dir", str(own_lab))
    LabClient(own_lab).clear_faults("sub-1004")
    assert told.returncode == 0
    line = next(line for line in told.stdout.splitlines() if "sub-1004" in line)
    assert line.endswith("wifi_off")


def test_faults_are_set_and_cleared_by_command(own_lab: Path) -> None:
    """The commands of the lesson book."""
    assert call("fault", "set", "sub-1002", "port_shut", "--dir", str(own_lab)).returncode == 0
    homes = {home["id"]: home for home in LabClient(own_lab).status()["subscribers"]}
    assert homes["sub-1002"]["faults"] == ["port_shut"]
    cleared = call("fault", "clear", "--dir", str(own_lab))
    assert cleared.stdout == "1 fault cleared.\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("fault", "set", "sub-1oo2", "port_shut"), "did you mean"),
        (("fault", "set", "sub-1002", "port_shutt"), "port_shut"),
        (("fault", "set", "sub-3001", "line_noise"), "sub-3001 has ethernet"),
        (("fault", "clear", "nobody"), "no subscriber 'nobody'"),
    ],
)
def test_bad_names_are_told_with_exit_status_2(
    own_lab: Path, arguments: tuple[str, ...], words: str
) -> None:
    """What was wrong and what is near, without a traceback."""
    refused = call(*arguments, "--dir", str(own_lab))
    assert refused.returncode == 2
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr


def test_without_a_lab_the_commands_say_so_with_exit_status_3(tmp_path: Path) -> None:
    """The next step stands in the message."""
    refused = call("status", "--dir", str(tmp_path))
    assert refused.returncode == 3
    assert "no lab is up" in refused.stderr
    assert "cpe-diag lab up" in refused.stderr


def test_faults_can_be_listed_without_a_lab() -> None:
    """A trainer plans a lesson before starting it."""
    told = call("fault", "list")
    assert told.returncode == 0
    assert "port_shut" in told.stdout
    entries = json.loads(call("fault", "list", "--json").stdout)
    assert {"id", "title", "domain", "cause", "technologies"} <= set(entries[0])


def test_a_directory_that_cannot_be_made_is_told_with_exit_status_3(tmp_path: Path) -> None:
    """The file in the way is named."""
    (tmp_path / "file").write_text("in the way")
    refused = call("up", "--dir", str(tmp_path / "file" / "lab"))
    assert refused.returncode == 3
    assert str(tmp_path / "file") in refused.stderr


def test_the_control_door_wants_its_token(own_lab: Path, tmp_path: Path) -> None:
    """Another user of the machine can reach the port, but not the token."""
    held = json.loads((own_lab / "lab.json").read_text())
    assert (own_lab / "lab.json").stat().st_mode & 0o077 == 0
    held["token"] = "wrong"
    (tmp_path / "lab.json").write_text(json.dumps(held))
    with pytest.raises(LabRefusedError, match="token"):
        LabClient(tmp_path).status()
