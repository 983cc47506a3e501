"""`cpe-diag` as second line uses it, against the virtual router."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from guest_machine import PASSWORD, USER
from stations import Joining, stations

if TYPE_CHECKING:
    from guest_machine import Machine

pytestmark = pytest.mark.lab_wifi

NEW = "typed by the customer 7"


@dataclass(frozen=True, slots=True)
class Second:
    """Somebody of second line whose customer has the virtual router."""

    place: Path

    def run(self, *words: str, typed: str = "", ends: tuple[int, ...] = (0,)) -> str:
        """Run `cpe-diag ...`, which must end in one of these ways; gives what it printed."""
        done = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-m", "cpe_diag", "--config", str(self.place / "c.yaml"), *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            input=typed,
            env=os.environ
            | {"XDG_STATE_HOME": str(self.place), "XDG_DATA_HOME": str(self.place)}
            | {"LAB_ROUTER": PASSWORD},
        )
        assert NEW not in done.stdout + done.stderr
        assert done.returncode in ends, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def second(machine: Machine, tmp_path: Path) -> Second:
    """Write a configuration and an inventory with this one subscriber."""
    key = machine.guest(
        "dropbearkey -y -f /etc/dropbear/dropbear_ed25519_host_key | grep ^ssh"
    ).text.split()
    router = {
        "address": "127.0.0.1",
        "port": machine.ssh_port,
        "platform": "linux_hostapd",
        "user": USER,
        "credential": "env:LAB_ROUTER",
        "known_key": " ".join(key[:2]),
    }
    subscribers = [{"id": "sub-1", "router": router}]
    (tmp_path / "i.yaml").write_text(yaml.safe_dump({"nodes": {}, "subscribers": subscribers}))
    config = {
        "inventory": {"kind": "file", "path": "i.yaml"},
        "icmp": False,
        "store": {"path": "case.db"},
        "staff": {"me": "trainee", "members": {"trainee": {"role": "senior"}}},
    }
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(config))
    return Second(tmp_path)


def test_the_router_is_known_for_what_it_is(second: Second) -> None:
    """Doctor asks it which platform it is."""
    said = second.run(
        "doctor", "-s", "sub-1", ends=(0, 3)
    )  # 3: the inventory names no access node
    assert "linux_hostapd (Debian, a variant of it)" in said


def test_a_run_reads_everything_of_the_router(second: Second) -> None:
    """Through the real SSH door, in its batches; the verdict may be anything."""
    said = second.run("run", "wifi_trouble", "-s", "sub-1", "--json", ends=tuple(range(20)))
    evidence = json.loads(said)["evidence"]
    of_router = {one["key"].split("[")[0] for one in evidence["facts"]}
    assert of_router >= {
        *("router_system", "router_wan", "router_lan", "router_log", "router_wifi"),
        *("wifi_clients", "air_scan", "ping"),
    }


def test_a_password_that_the_customer_types_is_on_air_and_nowhere_else(
    second: Second, machine: Machine
) -> None:
    """Planned, consented to, typed on standard input, proven; then looked for in every file."""
    wish = ("wifi", "set-password", "--typed", "-s", "sub-1")
    document = json.loads(second.run(*wish, "--dry-run", "--json", typed=f"{NEW}\n"))
    digest = str(document["digest"])
    second.run(
        *("consent", "record", "-s", "sub-1", "--digest", digest, "--identity", "call_back"),
        *("--action", document["plan"]["action"], "--given-by", "A. Customer"),
    )
    said = second.run(*wish, "--confirm", digest, typed=f"{NEW}\n")
    assert said.startswith("PROVEN")
    first, other = stations(machine)
    assert first.join("LabHome", NEW)[0] is Joining.CONNECTED
    assert other.join("LabHome", "old password 1")[0] is Joining.WRONG_KEY
    kept = [path for path in second.place.rglob("*") if path.is_file()]
    holding = [path.name for path in kept if NEW.encode() in path.read_bytes()]
    assert [name for name in holding if not name.startswith("disk.")] == []
