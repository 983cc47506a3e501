"""Playbooks that act, over a real lab: what was agreed to is done, proven, and measured again."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import select
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lab_home import home_of
from second_line import PROVEN, Second

from cpe_diag.lab.control import LabClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from running_lab import RunningLab

pytestmark = pytest.mark.lab

HOME = "sub-3007"


@pytest.fixture
def second(lab: RunningLab, tmp_path: Path) -> Second:
    """Give somebody who looks after a home on Ethernet."""
    return Second(lab=lab, place=tmp_path, subscriber=HOME)


def steps(said: str) -> dict[str, str]:
    """Give the notes of a run's steps."""
    document: dict[str, Any] = json.loads(said)
    return {step["id"]: step["note"] for step in document["steps"]}


def run(second: Second, playbook: str, *words: str) -> tuple[int, dict[str, Any]]:
    """Run a playbook with nobody at the terminal."""
    status, said, errors = second.run("run", playbook, "-s", second.subscriber, "--json", *words)
    assert said, errors
    return status, json.loads(said)


def test_without_consent_a_playbook_changes_nothing_and_says_what_is_missing(
    second: Second,
) -> None:
    """An automation at night may not restart anybody's router on its own."""
    status, document = run(second, "reset_router")
    notes = {step["id"]: step["note"] for step in document["steps"]}
    assert status in {0, 10, 11}
    assert notes["restart"].startswith("router.reboot not_done: ")
    assert "has not consented" in notes["restart"]


def test_with_a_recorded_consent_the_router_is_restarted_and_measured_again(
    second: Second, lab: RunningLab
) -> None:
    """The consent was recorded while the caller was on the phone; the ticket does the rest."""
    client = LabClient(lab.folder)
    client.set_fault(HOME, "router_overloaded")
    try:
        second.consent(second.plan("router", "reboot"))
        _status, document = run(second, "reset_router")
    finally:
        client.clear_faults(HOME)
    notes = {step["id"]: step["note"] for step in document["steps"]}
    assert notes["restart"].startswith("router.reboot "), notes
    assert "boot" in notes["restart"]
    assert notes["reset"] != ""


def test_a_new_name_comes_with_the_order(second: Second) -> None:
    """`change_wifi` with `--value`; the digest is of that name and of no other."""
    second.consent(second.plan("wifi", "set-ssid", "By Playbook"))
    _status, document = run(
        second, "change_wifi", "--answer", "what=name", "--value", "new_name=By Playbook"
    )
    notes = {step["id"]: step["note"] for step in document["steps"]}
    assert notes["new_name"].startswith("wifi.set_ssid proven"), notes
    _status, document = run(
        second, "change_wifi", "--answer", "what=name", "--value", "new_name=Not Agreed"
    )
    notes = {step["id"]: step["note"] for step in document["steps"]}
    assert "not_done" in notes["new_name"]
    assert second.do("wifi", "set-ssid", "Home-3007")[0] == PROVEN


class Terminal:
    """A terminal at which somebody answers what is asked."""

    def __init__(self, second: Second, *words: str) -> None:
        """Start `cpe-diag` at it."""
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "cpe_diag", "--config", str(second.lab.config), *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=second.environment() | {"TERM": "dumb", "NO_COLOR": "1"},
            close_fds=True,
        )
        os.close(slave)
        self.said = ""

    def until(self, text: str, *, within_s: float = 60.0) -> None:
        """Read until a text has come since the last answer."""
        start = len(self.said)
        ends = time.monotonic() + within_s
        while text not in self.said[start:]:
            assert time.monotonic() < ends, f"{text!r} did not come: {self.said[start:]}"
            self._read(ends - time.monotonic())

    def answer(self, text: str) -> None:
        """Type a line."""
        os.write(self.master, f"{text}\n".encode())

    def end(self, *, within_s: float = 120.0) -> str:
        """Read to the end; gives all that was said."""
        ends = time.monotonic() + within_s
        while self.process.poll() is None:
            assert time.monotonic() < ends, self.said
            self._read(0.2)
        self._read(0.2)
        os.close(self.master)
        return self.said

    def _read(self, within_s: float) -> None:
        ready, _write, _error = select.select([self.master], [], [], max(0.0, within_s))
        if ready:
            try:
                self.said += os.read(self.master, 65536).decode("utf-8", "replace")
            except OSError:
                time.sleep(0.05)


def agree(terminal: Terminal) -> None:
    """Be second line with the customer on the phone, who agrees."""
    terminal.until("Has the customer agreed to exactly this?")
    terminal.answer("y")
    terminal.until("Their name")
    terminal.answer("A. Customer")
    terminal.until("How you made sure")
    terminal.answer("call_back")
    terminal.until("Do exactly this?")
    terminal.answer("y")


def test_a_reset_by_hand_is_led_at_the_terminal_and_proven_by_the_router(
    second: Second, lab: RunningLab
) -> None:
    """The whole call: plan, consent, button, countdown, proof, and the case is closed."""
    playbook = second.place / "playbooks"
    playbook.mkdir()
    text = (Path(__file__).parents[2] / "playbooks" / "known_reset_20s.yaml").read_text("utf-8")
    quick = text.replace("hold: 20s", "hold: 2s").replace("known_reset_20s", "quick_reset")
    (playbook / "quick_reset.yaml").write_text(quick, encoding="utf-8")
    config = lab.folder / f"config-{second.place.name}.yaml"
    config.write_text(
        lab.config.read_text("utf-8") + f"\nplaybook_folders: [{playbook}]\n", encoding="utf-8"
    )
    terminal = Terminal(second.with_config(config), "run", "quick_reset", "-s", HOME)
    try:
        said = led(terminal, press(lab))
    finally:
        terminal.process.kill()
        terminal.process.wait()
    assert "human.reset: proven" in said, said
    assert "nobody: closed" in said, said


def led(terminal: Terminal, button: Callable[[], None]) -> str:
    """Lead the customer through it; gives all that was said."""
    agree(terminal)
    terminal.until("Are they pressing it now?")
    terminal.answer("y")
    terminal.until("keep holding: 1 s")
    button()
    terminal.until("Have they held it all the time?")
    terminal.answer("y")
    return terminal.end(within_s=300.0)


def press(lab: RunningLab) -> Callable[[], None]:
    """Give what presses the button: here, a restart at the router itself."""

    def pressing() -> None:
        thread = threading.Thread(
            target=lambda: asyncio.run(home_of(lab, HOME).ssh("reboot")), daemon=True
        )
        thread.start()
        thread.join(20)

    return pressing
