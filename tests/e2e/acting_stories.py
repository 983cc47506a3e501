"""What shipped playbooks change, so that it can be counted at the lab's router.

Each story is ordered anew for each run: the customer has consented to what it does, and what the
router ran of it is counted by the router's own SSH server.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cpe_diag.lab.home_state import HomeRouter
from cpe_diag.lab.openwrt import ssh_server
from cpe_diag.lab.openwrt.change_commands import lab_image
from cpe_diag.lab.openwrt.machine import Machine
from cpe_diag.lab.openwrt.radios import all_bss, radios
from cpe_diag.lab.openwrt.session import run_session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncssh import SSHServerProcess

    from cpe_diag.lab.openwrt.shell import Call, Program

APPLY, REBOOT, RESET, FLASH = "uci batch", "reboot", "jffs2reset", "sysupgrade"


def effect_of(program: str, args: tuple[str, ...]) -> str:
    """Name what a program changes; empty where it only looks."""
    match program:
        case "uci":
            return APPLY if "batch" in args else ""
        case "sysupgrade":
            return "" if "-T" in args else FLASH
        case _:
            return program if program in {REBOOT, RESET} else ""


@dataclass(slots=True)
class Routers:
    """What the routers of a lab ran, and the machines that they are."""

    ran: dict[str, Counter[str]] = field(default_factory=dict)
    machines: dict[str, Machine] = field(default_factory=dict)

    def effects(self, home: str) -> Counter[str]:
        """Give how often each kind of change was run since it was last asked."""
        return self.ran.pop(home, Counter())

    def around(self, name: str, program: Program) -> Program:
        """Count how often a program changes something."""

        @wraps(program)
        async def counted(call: Call) -> int:
            effect = effect_of(name, tuple(call.args))
            if effect:
                home = call.machine.router.subscriber
                self.ran.setdefault(home, Counter())[effect] += 1
            return await program(call)

        return counted

    def all_on_air(self, home: str) -> bool:
        """Say whether every radio is on air, by the simulation itself."""
        return all(one.on_air for one in radios(self.machines[home]))

    def names(self, home: str) -> set[str]:
        """Give the names on air."""
        return {one.ssid for one in all_bss(self.machines[home])}


@contextmanager
def counted() -> Iterator[Routers]:
    """Count at the SSH servers of the labs of this process."""
    seen = Routers()

    @wraps(run_session)
    async def counting(
        machine: Machine,
        programs: Mapping[str, Program],
        process: SSHServerProcess[bytes],
    ) -> None:
        seen.machines[machine.router.subscriber] = machine
        held = {name: seen.around(name, one) for name, one in programs.items()}
        await run_session(machine, held, process)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssh_server, "run_session", counting)
        yield seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """One run of a story: what is answered and set, and what the customer agrees to.

    `commands` are the words of `cpe-diag` that make the plan which is consented to; `is_done` says
    whether the router is as it is after a change that step `step` calls proven; None: nobody can.
    """

    step: str
    commands: tuple[str, ...]
    answers: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    is_done: Callable[[Routers, HomeRouter], bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActingStory:
    """A playbook with one of the ways through it; `effect` is what it may do once in a run."""

    playbook: str
    effect: str
    restarts: int
    wish: Callable[[int, HomeRouter, Path], Wished]


def _name(number: int, _router: HomeRouter, _folder: Path) -> Wished:
    name = f"Home {number}"
    return Wished(
        step="new_name",
        commands=("wifi", "set-ssid", name),
        answers={"what": "name"},
        values={"new_name": name},
        is_done=lambda routers, router: name in routers.names(router.subscriber),
    )


def _password(_number: int, _router: HomeRouter, _folder: Path) -> Wished:
    return Wished(
        step="new_password",
        commands=("wifi", "set-password"),
        answers={"what": "password"},
    )


def _off_on(_number: int, _router: HomeRouter, _folder: Path) -> Wished:
    return Wished(step="off_on", commands=("wifi", "off-on"), answers={"band": "both"})


def _restart(_number: int, _router: HomeRouter, _folder: Path) -> Wished:
    return Wished(step="restart", commands=("router", "reboot"), answers={"go_on": "restart"})


def _reset(_number: int, _router: HomeRouter, _folder: Path) -> Wished:
    """Have it reset: nobody has agreed to a restart."""
    return Wished(step="reset", commands=("router", "factory-reset"), answers={"go_on": "reset"})


def _firmware(number: int, router: HomeRouter, folder: Path) -> Wished:
    version = f"99.{number}"
    image = folder / f"{version}.img"
    image.write_bytes(lab_image(router.board, version))
    return Wished(
        step="image",
        commands=(
            *("router", "install-firmware", str(image), "--version", version),
            *("--model", router.model),
        ),
        values={"image": f"{image},version={version},model={router.model}"},
        is_done=lambda _routers, router: router.firmware == version,
    )


def _button(_number: int, _router: HomeRouter, _folder: Path) -> Wished:
    """Have nobody at the phone: a worker works."""
    return Wished(step="button", commands=("router", "human-reset"))


STORIES: Mapping[str, ActingStory] = {
    "name": ActingStory(playbook="change_wifi", effect=APPLY, restarts=0, wish=_name),
    "password": ActingStory(playbook="change_wifi", effect=APPLY, restarts=0, wish=_password),
    "off_on": ActingStory(playbook="wifi_off_on", effect=APPLY, restarts=0, wish=_off_on),
    "restart": ActingStory(playbook="reset_router", effect=REBOOT, restarts=1, wish=_restart),
    "reset": ActingStory(playbook="reset_router", effect=RESET, restarts=1, wish=_reset),
    "firmware": ActingStory(
        playbook="reinstall_firmware", effect=FLASH, restarts=1, wish=_firmware
    ),
    "button": ActingStory(playbook="known_reset_20s", effect="", restarts=0, wish=_button),
}
"""Every way in which a shipped playbook changes something."""
