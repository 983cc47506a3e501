"""An airOS router of the lab: /tmp/system.cfg, cfgmtd, rc.softrestart, wireless-tools."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cpe_diag.lab.makes import busybox
from cpe_diag.lab.makes.airos_air import iwconfig, iwlist, wstalist
from cpe_diag.lab.makes.airos_config import (
    PERSISTENT,
    RADIOS,
    load,
    read_flash,
    system_cfg,
    take_system_cfg,
    write_flash,
)
from cpe_diag.lab.openwrt import home, router_commands
from cpe_diag.lab.openwrt.face import Face
from cpe_diag.lab.openwrt.files import derived
from cpe_diag.lab.openwrt.programs import shell_programs
from cpe_diag.lab.openwrt.shell import Shell
from cpe_diag.lab.openwrt.streams import Nowhere, Streams

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cpe_diag.lab.openwrt.files import Contents
    from cpe_diag.lab.openwrt.machine import Machine
    from cpe_diag.lab.openwrt.shell import Call, Program

NAMES = {
    "br-lan": "br0",
    "wan": "eth0",
    "pppoe-wan": "ppp0",
    "lan1": "eth1",
    "phy0-ap0": RADIOS[0],
    "phy1-ap0": RADIOS[1],
}
SYSTEM_CFG = "/tmp/system.cfg"  # noqa: S108 - a path on the router
HOOK = f"{PERSISTENT}rc.poststart"

# How long rc.softrestart takes, in seconds.
RESTART_S = 3.0

# How long after the kernel the script of the customer's own runs, in seconds.
HOOK_AFTER_S = 5.0


async def cfgmtd(call: Call) -> int:
    """Write /tmp/system.cfg and /etc/persistent to the flash (`-w -p /etc/`)."""
    if call.args != ("-w", "-p", "/etc/"):
        call.streams.complain("Usage: cfgmtd [-f FILE] [-t TYPE] -r|-w [-p PATH]\n")
        return 1
    write_flash(call.machine)
    return 0


async def softrestart(call: Call) -> int:
    """Load /tmp/system.cfg and write it to the flash (`save`)."""
    await call.machine.world.sleep(RESTART_S)
    load(call.machine)
    write_flash(call.machine)
    return 0


def _programs() -> Mapping[str, Program]:
    return {
        **shell_programs(),
        "/usr/etc/rc.d/rc.softrestart": softrestart,
        "cfgmtd": cfgmtd,
        "chmod": busybox.chmod,
        "cp": busybox.cp,
        "ip": busybox.with_names_in_output(router_commands.ip, NAMES),
        "iwconfig": iwconfig,
        "iwlist": iwlist,
        "nslookup": busybox.small_nslookup,
        "wstalist": wstalist,
    }


def _files(machine: Machine) -> Contents:
    router = machine.router
    servers = "".join(f"nameserver {one}\n" for one in router.dns_servers)
    own: dict[str, Callable[[], str]] = {
        SYSTEM_CFG: partial(system_cfg, machine),
        "/etc/version": lambda: f"XW.v{router.firmware}\n",
        "/etc/board.info": lambda: "board.sysid=0xe815\nboard.name=airRouter HP\n",
        "/etc/resolv.conf": lambda: servers if home.session_up(machine) else "",
    }
    return busybox.with_names(derived(machine), NAMES) | own


def _started(machine: Machine) -> None:
    read_flash(machine)
    if machine.files.read(HOOK) is not None:
        machine.spawn(_run_hook(machine))


async def _run_hook(machine: Machine) -> int:
    await machine.world.sleep(machine.router.reboot_s + HOOK_AFTER_S)
    nowhere = Nowhere()
    shell = Shell(machine=machine, programs=_programs())
    streams = Streams(stdin=nowhere, stdout=nowhere, stderr=nowhere)
    return await shell.call("sh", (HOOK,), streams)


AIROS = Face(
    programs=_programs, files=_files, started=_started, devices={SYSTEM_CFG: take_system_cfg}
)
"""An airRouter HP in router mode."""
