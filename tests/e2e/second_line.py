"""Somebody of second line, who plans, has the customer consent, and does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fork_server
from kept_actions import unfinished_texts
from running_lab import RunningLab

if TYPE_CHECKING:
    import signal

PROVEN, BAD_INPUT, REFUSED, FAILED, ROLLED_BACK, UNKNOWN = 0, 2, 20, 21, 22, 23


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """Somebody of second line with a store and a state of their own."""

    lab: RunningLab
    place: Path
    subscriber: str

    def environment(self) -> dict[str, str]:
        """Give the environment of a command."""
        return os.environ | {
            "XDG_STATE_HOME": str(self.place / "state"),
            "XDG_DATA_HOME": str(self.place / "data"),
        }

    def run(self, *words: str, typed: str = "") -> tuple[int, str, str]:
        """Run `cpe-diag ...`."""
        done = fork_server.run(
            ["-m", "cpe_diag", "--config", str(self.lab.config), *words],
            timeout=150,
            typed=typed,
            env=self.environment(),
        )
        assert "Traceback" not in done.stdout + done.stderr
        return done.returncode, done.stdout, done.stderr

    def plan(self, *words: str) -> dict[str, Any]:
        """Make a plan."""
        status, said, errors = self.run(*words, "-s", self.subscriber, "--dry-run", "--json")
        assert status == PROVEN, errors
        document: dict[str, Any] = json.loads(said)
        return document

    def consent(self, document: dict[str, Any]) -> str:
        """Have the customer consent to a plan; gives its digest."""
        digest = str(document["digest"])
        status, _said, errors = self.run(
            *("consent", "record", "-s", self.subscriber, "--digest", digest),
            *("--action", document["plan"]["action"], "--given-by", "A. Customer"),
            *("--identity", "call_back"),
        )
        assert status == PROVEN, errors
        return digest

    def do(self, *words: str, typed: str = "") -> tuple[int, str, str]:
        """Plan it, have the consent, do it."""
        digest = self.consent(self.plan(*words))
        return self.run(*words, "-s", self.subscriber, "--confirm", digest, typed=typed)

    def struck(self, wish: tuple[str, ...], digest: str, at: str, number: signal.Signals) -> str:
        """Do it in a process that gets a signal when its journal has a text; gives its errors."""
        process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [
                *(sys.executable, "-m", "cpe_diag", "--config", str(self.lab.config)),
                *(*wish, "-s", self.subscriber, "--confirm", digest),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment(),
        )
        until = time.monotonic() + 60
        while not any(at in text for text in unfinished_texts(self.lab.folder / "case.db")):
            assert time.monotonic() < until, "it did not come so far"
            time.sleep(0.02)
        process.send_signal(number)
        return process.communicate(timeout=200)[1]

    def with_config(self, config: Path) -> Second:
        """Give the same person with another configuration."""
        return replace(self, lab=replace(self.lab, config=config))
