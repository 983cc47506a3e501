"""A customer with a model that is known to be faulty gets the same answer from every agent."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import fork_server
import pytest

from cpe_diag.lab.control import LabClient

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from running_lab import RunningLab

pytestmark = pytest.mark.lab

HOME = "sub-3002"
FAULT = 10


@pytest.fixture
def ask(lab: RunningLab, tmp_path: Path) -> Iterator[Any]:
    """Run `cpe-diag` on the lab with a case store of its own."""
    text = lab.config.read_text(encoding="utf-8")
    config = lab.folder / f"{tmp_path.name}.yaml"
    assert "path: case.db" in text
    config.write_text(text.replace("path: case.db", f"path: {tmp_path / 'case.db'}"))
    env = os.environ | {"NO_COLOR": "1"}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = ["-m", "cpe_diag", "--config", str(config), *words]
        return fork_server.run(command, env=env, timeout=120)

    yield run
    config.unlink()


def add(ask: Any, name: str, *words: str) -> None:  # noqa: ANN401 - a function
    """Add a known issue of the lab's model."""
    done = ask(
        *("known", "add", name, "--title", "The WAN socket hangs", "--model", "Lab CPE*"),
        *("--words", "Hold the reset button until all lights go out."),
        *("--source", "bulletin 2026-03", *words),
    )
    assert done.returncode == 0, done.stderr


def test_a_known_fault_is_shown_to_everybody_whose_router_has_it(
    lab: RunningLab,
    tmp_path: Path,
    ask: Any,  # noqa: ANN401 - a function
) -> None:
    """At the terminal, in JSON and in the note; what is mended or of others is not."""
    reset = ("--remedy", "human.reset", "--parameter", "20 to 30 s", "--symptom", "no_internet")
    add(ask, "wan-hang", *reset, "--firmware", ">=24.10,<24.10.2")
    add(ask, "wan-hang-old", *reset, "--firmware", "<24.10")
    add(ask, "wifi-fault", "--remedy", "router.reboot", "--symptom", "wifi_trouble")

    said = json.loads(ask("run", "no_internet", "-s", HOME, "--json").stdout)
    (match,) = said["known_issues"]["found"]
    assert match["issue"]["id"] == "wan-hang"
    assert match["issue"]["remedy"]["playbook"] == "known_reset_20s"
    assert match["fit"] == "yes"
    assert "24.10.1" in match["because"]

    shown = ask("run", "no_internet", "-s", HOME, "--bundle", str(tmp_path / "bundle"))
    words = " ".join(shown.stdout.replace("┃", " ").split())
    assert "Known issue The WAN socket hangs (wan-hang; the router is Lab CPE-1" in words
    assert "human.reset (20 to 30 s), playbook known_reset_20s" in words
    note = ask("judge", "explain", str(tmp_path / "bundle"), "--note").stdout
    assert "Known issue: The WAN socket hangs (wan-hang; the router is Lab CPE-1" in note

    client = LabClient(lab.folder)
    client.set_fault(HOME, "router_hung")
    try:
        hung = ask("run", "no_internet", "-s", HOME, "--json")
    finally:
        client.clear_faults(HOME)
    assert hung.returncode == FAULT
    found = json.loads(hung.stdout)["known_issues"]["found"]
    fits = {one["issue"]["id"]: one["fit"] for one in found}
    assert fits == {"wan-hang": "perhaps", "wan-hang-old": "perhaps"}
