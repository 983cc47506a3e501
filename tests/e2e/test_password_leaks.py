"""Where a new password may be: with the router and the customer; all else is searched."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest
import yaml
from lab_home import home_of
from message_gateway import Gateway, gateway_of_operator
from second_line import PROVEN, ROLLED_BACK, Second

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab_home import Home
    from running_lab import RunningLab

pytestmark = pytest.mark.lab

HOME = "sub-3003"
TYPED = "p ss'w\"$rd`#;\\x9"
CONF = "cat /var/run/hostapd-phy0.conf /var/run/hostapd-phy1.conf"


@dataclass(slots=True)
class Watch:
    """Reads the command line and environment of a process as long as it lives."""

    pid: int
    seen: set[bytes] = field(default_factory=set)
    ended: Event = field(default_factory=Event)

    def look(self) -> None:
        """Look until it is told to end."""
        while not self.ended.wait(0.02):
            for process in Path("/proc").iterdir():
                if not process.name.isdigit():
                    continue
                with suppress(OSError):
                    self.seen.add((process / "cmdline").read_bytes())
            with suppress(OSError):
                self.seen.add(Path(f"/proc/{self.pid}/environ").read_bytes())


def watched(second: Second, *words: str, typed: str = "") -> tuple[int, str, set[bytes]]:
    """Run `cpe-diag ...`; gives what it said, and what the process list showed meanwhile."""
    (second.place / "tmp").mkdir(exist_ok=True)
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "cpe_diag", "--config", str(second.lab.config), *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=second.environment() | {"TMPDIR": str(second.place / "tmp")},
    )
    watch = Watch(process.pid)
    thread = Thread(target=watch.look, daemon=True)
    thread.start()
    try:
        said = process.communicate(typed, timeout=200)[0]
    finally:
        watch.ended.set()
        thread.join()
    assert watch.seen
    return process.returncode, said, watch.seen


@pytest.fixture
def office(lab: RunningLab, tmp_path: Path) -> Iterator[tuple[Second, Gateway]]:
    """Give somebody of second line, whose operator has a gateway."""
    document = yaml.safe_load(lab.config.read_text(encoding="utf-8"))
    config = lab.folder / f"leaks-{tmp_path.name}.yaml"
    with gateway_of_operator() as gateway:
        document["store"] = {"path": str(tmp_path / "case.db")}
        document["consent"] = {
            "gateway": {"url": gateway.url, "json": {"to": "{subscriber}", "text": "{text}"}}
        }
        config.write_text(json.dumps(document), encoding="utf-8")
        second = Second(lab=lab, place=tmp_path, subscriber=HOME)
        yield second.with_config(config), gateway
    config.unlink()


async def on_air(home: Home) -> set[str]:
    """Give the passwords that hostapd has."""
    return set(re.findall("^wpa_passphrase=(.*)$", await home.ssh(CONF), re.MULTILINE))


async def left_on_the_router(home: Home) -> str:
    """Give what our files on the router hold, and its log."""
    return await home.ssh("cat /tmp/cpe_diag/*; ls /tmp; logread; ps w; ps")


def forms(password: str) -> set[bytes]:
    """Write a password in every form in which something would write it."""
    shell = password.replace("'", "'\\''")
    texts = {password, json.dumps(password)[1:-1], quote(password), quote_plus(password), shell}
    return {one.encode() for one in texts} | {password.encode("utf-16-le")}


def check_nowhere(second: Second, password: str, *said: bytes) -> None:
    """Search everything that we wrote, said, or showed in the process list."""
    files = [path for path in second.place.rglob("*") if path.is_file()]
    files += [path for path in second.lab.folder.rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert "case.db" in names
    assert any(name.endswith(".jsonl") for name in names)
    assert any(name.endswith(".age") for name in names)
    for form in forms(password):
        assert not [path for path in files if form in path.read_bytes()]
        assert not [one for one in said if form in one]


def everything_told(second: Second) -> list[bytes]:
    """Give what every command tells of it afterwards, with a bundle of all raw answers."""
    bundle = second.place / "bundle"
    told = [
        second.run(*words)
        for words in (
            ("audit", "show", "--json"),
            ("consent", "show", "-s", HOME, "--json"),
            ("router", "unfinished", "--json"),
            ("run", "wifi_trouble", "-s", HOME, "--json", "--bundle", str(bundle)),
        )
    ]
    assert list(second.place.glob("bundle*"))
    return [(said + errors).encode() for _status, said, errors in told]


@pytest.mark.parametrize("status", [200, 500], ids=["delivered", "not delivered"])
async def test_a_password_that_we_make_is_with_the_customer_and_nowhere_else(
    office: tuple[Second, Gateway], lab: RunningLab, status: int
) -> None:
    """Also where it does not reach them, so that the change is taken back."""
    second, gateway = office
    gateway.status = status
    home = home_of(lab, HOME)
    before = await on_air(home)
    digest = second.consent(second.plan("wifi", "set-password"))
    code, said, processes = watched(
        second, "wifi", "set-password", "-s", HOME, "--confirm", digest, "--json"
    )
    text = gateway.messages[-1]["text"]
    if status == 200:
        assert code == PROVEN, said
        (password,) = await on_air(home) - before
        assert password in text
    else:
        assert code == ROLLED_BACK, said
        assert await on_air(home) == before
        (password,) = re.findall(r"[a-z0-9]{4}(?:-[a-z0-9]{4}){3}", text)
    left = (await left_on_the_router(home)).encode()
    check_nowhere(second, password, said.encode(), left, *processes, *everything_told(second))


async def test_a_password_that_the_customer_types_is_with_them_and_nowhere_else(
    office: tuple[Second, Gateway], lab: RunningLab
) -> None:
    """Neither on our side, nor in what we leave on the router, nor with the gateway."""
    second, gateway = office
    home = home_of(lab, HOME)
    wish = ("wifi", "set-password", "--typed")
    before = await on_air(home)
    digest = second.consent(second.plan(*wish))
    code, said, processes = watched(
        second, *wish, "-s", HOME, "--confirm", digest, typed=f"{TYPED}\n"
    )
    assert code == PROVEN, said
    assert await on_air(home) - before == {TYPED}
    sent = json.dumps(gateway.messages).encode()
    left = (await left_on_the_router(home)).encode()
    told = everything_told(second)
    check_nowhere(second, TYPED, said.encode(), sent, left, *processes, *told)
    history = [Path(os.environ.get("HOME", "/")) / name for name in (".bash_history", ".histfile")]
    for path in (one for one in history if one.is_file()):
        assert not [form for form in forms(TYPED) if form in path.read_bytes()]
