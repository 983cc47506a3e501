"""One simulated Keenetic: what is set, what is saved, its timed restart, and what it shows.

Forms: python_ndms2_client, tests/test_parse_dict_lines.py and test_check_command_result.py;
Keenetic Command Reference for `system reboot`, `ip host` and `system configuration save`.
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

    `now` gives seconds. `running` and `hosts` are in force, `saved` and `saved_hosts` come back
    with a start. `reboot_at` is when it restarts by itself; None: it does not.
    """

    now: Callable[[], float]
    booted_at: float = 0.0
    away_until: float = 0.0
    starts: int = 1
    running: dict[str, Point] = field(default_factory=home)
    saved: dict[str, Point] = field(default_factory=home)
    hosts: dict[str, str] = field(default_factory=dict)
    saved_hosts: dict[str, str] = field(default_factory=dict)
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
        """Restart where that has become due."""
        if self.reboot_at is not None and self.now() >= self.reboot_at:
            self.restart(self.reboot_at)

    def restart(self, moment: float | None = None) -> None:
        """Start anew, now or at a moment that has passed: only what is saved is there."""
        self.starts += 1
        self.booted_at = self.away_until = (self.now() if moment is None else moment) + BOOT_S
        self.running = copy.deepcopy(self.saved)
        self.hosts = dict(self.saved_hosts)
        self.reboot_at = None

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
            case ["interface", name, *rest]:
                return self._interface(name, rest)
            case ["system", *rest]:
                return self._system(rest)
            case ["more", file]:
                return shows.more(self, file)
            case ["ip", "host", *_] | ["no", "ip", "host", *_]:
                return self._host(words)
            case ["no", "system", "reboot"]:
                self.reboot_at = None
                return "Core::System::RebootManager: Reboot cancelled.\n"
            case _:
                return _refused("Command::Base", 7405600, f"no such command: {words[0]}")

    def _host(self, words: list[str]) -> str:
        match words:
            case ["ip", "host", name, address]:
                self.hosts[name] = address
                return f'Dns::Manager: Added static record for "{name}", address {address}.\n'
            case ["no", "ip", "host", name, _]:
                self.hosts.pop(name, None)
                return f'Dns::Manager: Deleted record for "{name}".\n'
            case _:
                return _refused("Command::Base", 7405602, "argument parse error")

    def _interface(self, name: str, rest: list[str]) -> str:
        if not POINT.fullmatch(name) or name not in self.running:
            words = f'unable to find {name} as "Network::Interface::Base"'
            return _refused("Network::Interface::Base", 6553609, words)
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

    def _system(self, rest: list[str]) -> str:
        match rest:
            case ["configuration", "save"]:
                self._save()
                return "Core::System::StartupConfig: Saving (cli).\n"
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
        self.saved_hosts = dict(self.hosts)


def _refused(where: str, code: int, words: str) -> str:
    return f"{where} error[{code}]: {words}.\n"
