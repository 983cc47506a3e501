"""One simulated Keenetic: what is set, what is saved, its fail-safe timer, and what it shows.

Forms: python_ndms2_client, tests/test_parse_dict_lines.py and test_check_command_result.py;
Keenetic Command Reference for `system configuration fail-safe`.
"""

from __future__ import annotations

import copy
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cpe_diag.lab.keenetic import shows

if TYPE_CHECKING:
    from collections.abc import Awaitable

BOOT_S: Final = 20.0
SHORTEST, LONGEST = 8, 64
SSID_BYTES: Final = 32
CHANNELS: Final = {"WifiMaster0": range(1, 14), "WifiMaster1": range(36, 166, 4)}
POINT: Final = re.compile(r"WifiMaster[01](/AccessPoint\d)?")


@dataclass(slots=True, kw_only=True)
class Point:
    """A radio or an access point, as it is set."""

    up: bool = True
    ssid: str = ""
    key: str = ""
    group: str = "Home"
    channel: int = 0


def home() -> dict[str, Point]:
    """Give the radios and networks of a home."""
    return {
        "WifiMaster0": Point(channel=6),
        "WifiMaster0/AccessPoint0": Point(ssid="Home 41", key="first password"),
        "WifiMaster0/AccessPoint1": Point(ssid="Guests 41", key="guest password", group="Guest"),
        "WifiMaster1": Point(channel=36),
        "WifiMaster1/AccessPoint0": Point(ssid="Home 41", key="first password"),
    }


@dataclass(slots=True)
class Keenetic:
    """A router.

    `now` gives seconds. `running` is in force, `saved` comes back with a start. `fail_safe_at` is
    when the fail-safe timer restarts it; None: no timer.
    """

    now: Callable[[], float]
    booted_at: float = 0.0
    away_until: float = 0.0
    starts: int = 1
    running: dict[str, Point] = field(default_factory=home)
    saved: dict[str, Point] = field(default_factory=home)
    fail_safe_at: float | None = None
    fail_safe_s: float = 0.0
    reboot_at: float | None = None
    answering: set[str] = field(default_factory=set)
    greeting: str = "KeeneticOS version 5.01.C.3.0-1, copyright (c) 2010-2026 Keenetic Ltd.\n\n"
    server_version: str = "dropbear"
    prompt: str = "\x1b[K(config)> "

    @property
    def powered(self) -> bool:
        """Whether it has started."""
        self.tick()
        return self.now() >= self.away_until

    def tick(self) -> None:
        """Let timers do what has become due."""
        for due in (self.fail_safe_at, self.reboot_at):
            if due is not None and self.now() >= due:
                self.restart()
                return

    def restart(self) -> None:
        """Start anew: only what is saved is there; the fail-safe timer lives on."""
        self.starts += 1
        self.booted_at = self.away_until = self.now() + BOOT_S
        self.running = copy.deepcopy(self.saved)
        self.reboot_at = None
        if self.fail_safe_at is not None:
            self.fail_safe_at = self.away_until + self.fail_safe_s

    async def enter(  # noqa: PLR0911 - one for each kind of line
        self, line: str, ask: Callable[[str], Awaitable[str]]
    ) -> str | None:
        """Do a line, and give what it says."""
        del ask
        self.tick()
        try:
            words = shlex.split(line)
        except ValueError:
            return _refused("Command::Base", 7405602, "argument parse error")
        match words:
            case ["exit"]:
                return None
            case ["show", *what]:
                return shows.show(self, what)
            case ["tools", "ping", target, "count", count]:
                return shows.ping(self, target, int(count))
            case ["interface", name, *rest] if POINT.fullmatch(name) and name in self.running:
                return self._interface(name, rest)
            case ["interface", name, *_]:
                return _refused(
                    "Network::Interface::Base",
                    6553609,
                    f'unable to find {name} as "Network::Interface::Base"',
                )
            case ["system", *rest]:
                return self._system(rest)
            case ["no", "system", "configuration", "fail-safe", "timer"]:
                self.fail_safe_at = None
                return "Core::System::FailSafe: Timer disabled.\n"
            case ["no", "system", "reboot"]:
                self.reboot_at = None
                return "Core::System::RebootManager: Reboot cancelled.\n"
            case _:
                return _refused("Command::Base", 7405600, f"no such command: {words[0]}")

    def _interface(self, name: str, rest: list[str]) -> str:
        point = self.running[name]
        match rest:
            case ["up" | "down" as state]:
                point.up = state == "up"
                return f'Network::Interface::Base: "{name}": interface is {state}.\n'
            case ["ssid", text] if 0 < len(text.encode()) <= SSID_BYTES:
                point.ssid = text
                return f'Network::Interface::Rtx::AccessPoint: "{name}": SSID saved.\n'
            case ["authentication", "wpa-psk", key] if SHORTEST <= len(key) <= LONGEST:
                point.key = key
                return f'Network::Interface::Wifi: "{name}": WPA PSK set.\n'
            case ["channel", channel] if channel.isdecimal() and int(channel) in CHANNELS[name]:
                point.channel = int(channel)
                return (
                    f'Network::Interface::Rtx::WifiMaster: "{name}": channel set to {channel}.\n'
                )
            case _:
                return _refused("Command::Base", 7405602, "argument parse error")

    def _system(self, rest: list[str]) -> str:  # noqa: PLR0911 - one for each command
        match rest:
            case ["configuration", "save"]:
                self._save()
                return "Core::System::StartupConfig: Saving (cli).\n"
            case ["configuration", "fail-safe", "timer", "reboot", seconds]:
                self.fail_safe_s = float(seconds)
                self.fail_safe_at = self.now() + self.fail_safe_s
                return f"Core::System::FailSafe: Timer set to reboot in {seconds} seconds.\n"
            case ["configuration", "fail-safe", "commit"]:
                if self.fail_safe_at is None:
                    return _refused("Core::System::FailSafe", 1179781, "timer is not active")
                self.fail_safe_at = None
                self._save()
                return "Core::System::FailSafe: Configuration committed.\n"
            case ["configuration", "fail-safe", "rollback"]:
                self.fail_safe_at = None
                self.restart()
                return ""
            case ["reboot"]:
                self.restart()
                return ""
            case ["reboot", seconds] if seconds.isdecimal():
                self.reboot_at = self.now() + float(seconds)
                return f"Core::System::RebootManager: Reboot in {seconds} seconds.\n"
            case _:
                return _refused("Command::Base", 7405602, "argument parse error")

    def _save(self) -> None:
        self.saved = copy.deepcopy(self.running)


def _refused(where: str, code: int, words: str) -> str:
    return f"{where} error[{code}]: {words}.\n"
