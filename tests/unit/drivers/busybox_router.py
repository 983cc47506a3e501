"""A stand-in for a router's own system: ash of busybox, and programs that keep files."""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cpe_diag.driver_kit.router_action_spec import CommandSpec

BUSYBOX = shutil.which("busybox")

HARD = "\\n \\x41 -n %s"
"""Beside the stories' own: what echo, printf and a program's options would take for theirs."""

NVRAM = """#!{python}
import pathlib, sys
kept = pathlib.Path("{folder}") / "nvram"
kept.mkdir(exist_ok=True)
verb, *rest = sys.argv[1:]
with open("{folder}/seen", "a") as seen:
    seen.write(repr(sys.argv) + "\\n")
if verb == "get" and (kept / rest[0]).exists():
    print((kept / rest[0]).read_text())
elif verb == "set":
    name, _, value = rest[0].partition("=")
    (kept / name).write_text(value)
elif verb == "restore":
    body = pathlib.Path(rest[0]).read_bytes()
    assert body[:4] == b"HDR1" and body[-1:] == b"\\0"
    for item in filter(None, body[8:].split(b"\\0")):
        name, _, value = item.decode().partition("=")
        (kept / name).write_text(value)
"""

CFG = (
    "netmode=router\n"
    "aaa.1.devname=ath0\naaa.1.ssid=Old \\x41\naaa.1.wpa.psk=old password\n"
    "radio.1.devname=ath0\nradio.1.freq=2437\nradio.1.status=enabled\n"
    "wireless.1.devname=ath0\nwireless.1.ssid=Old \\x41\n"
    "wireless.10.devname=ath1\nwireless.10.ssid=Another\n"
)


@dataclass(frozen=True)
class Router:
    """A router's folders and programs."""

    folder: Path

    def run(self, command: CommandSpec, **slots: str) -> str:
        """Run a driver's command with its slots filled, and give what it printed."""
        text, stdin = self.placed(command.run), self.placed(command.stdin)
        for name, value in slots.items():
            text = text.replace(f"{{{name}}}", value)
            stdin = stdin.replace(f"{{{name}}}", value)
        done = self.shell(text, stdin)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def shell(self, text: str, stdin: str) -> subprocess.CompletedProcess[str]:
        """Run a text in ash."""
        return subprocess.run(  # noqa: S603 - the drivers' own commands
            [str(BUSYBOX), "sh", "-c", text],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
            env={"PATH": f"{self.folder}/bin:/usr/bin:/bin"},
        )

    def placed(self, text: str) -> str:
        """Put the router's paths below the folder."""
        for path in ("/tmp/", "/etc/persistent", "/usr/etc/rc.d/"):  # noqa: S108 - on the router
            text = text.replace(path, f"{self.folder}{path}")
        text = text.replace("[ -c /dev/nvram ]", "true")
        return text.replace("/dev/nvram", f"{self.folder}/device")

    def program(self, path: str, text: str) -> None:
        """Put a program in place."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.format(python=sys.executable, folder=self.folder))
        file.chmod(file.stat().st_mode | stat.S_IXUSR)

    def end_timer(self, action: str) -> None:
        """End the revert's timer; it runs."""
        file = self.folder / "tmp" / "cpe_diag" / f"{action}.pid"
        assert self.shell(f"kill {file.read_text()}", "").returncode == 0

    def variable(self, name: str, value: str) -> None:
        """Set a variable of nvram."""
        (self.folder / "nvram").mkdir(exist_ok=True)
        (self.folder / "nvram" / name).write_text(value)

    def variables(self) -> dict[str, str]:
        """Give all variables of nvram."""
        return {one.name: one.read_text() for one in (self.folder / "nvram").iterdir()}


def home_router(folder: Path) -> Router:
    """Make a router with one radio and a guest network in a folder."""
    made = Router(folder)
    made.program("bin/nvram", NVRAM)
    for name in ("service", "stopservice", "startservice", "wl", "cfgmtd"):
        made.program(f"bin/{name}", "#!/bin/sh\nexit 0\n")
    made.program("usr/etc/rc.d/rc.softrestart", "#!/bin/sh\nexit 1\n")
    (folder / "tmp" / "cpe_diag").mkdir(parents=True)
    (folder / "etc").mkdir()
    (folder / "tmp" / "system.cfg").write_text(CFG)
    before = {"wl0_ifname": "eth5", "wl0_vifs": "wl0.1", "wl0_ssid": f"Old {HARD}"}
    before |= {"wl0_wpa_psk": "  old password ", "wl0.1_ssid": "Guest", "wl0.1_wpa_psk": "g"}
    for name, value in before.items():
        made.variable(name, value)
    return made
