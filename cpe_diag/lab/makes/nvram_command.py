"""The `nvram` command: get, set, commit, show, and the restore of ASUSWRT's plain form."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cpe_diag.lab.makes.nvram_store import Nvram
    from cpe_diag.lab.openwrt.machine import Machine
    from cpe_diag.lab.openwrt.shell import Call, Program

# nvram.c of asuswrt-merlin.ng: PROFILE_HEADER, then the length in 32 bits.
PLAIN_HEADER = b"HDR1"


def nvram_program(nvram: Nvram) -> Program:
    """Give the command for a firmware's variables."""

    async def run(call: Call) -> int:
        match call.args:
            case ("get", name):
                value = nvram.get(call.machine, name)
                call.streams.say("" if value is None else f"{value}\n")
            case ("set", assignment):
                name, _, value = assignment.partition("=")
                nvram.set(call.machine, name, value)
            case ("commit",):
                nvram.commit(call.machine)
            case ("restore", path):
                _restore(nvram, call.machine, path)
            case _:
                call.streams.complain("usage: nvram [get name] [set name=value] [commit]\n")
        return 0

    return run


def _restore(nvram: Nvram, machine: Machine, path: str) -> None:
    """Set the variables of a file in the plain form; another form changes nothing."""
    content = machine.files.read(path) or b""
    if not content.startswith(PLAIN_HEADER):
        return
    (length,) = struct.unpack("<I", content[4:8])
    body = content[8 : 8 + length]
    for item in body.split(b"\0"):
        take_assignment(nvram, machine, item)


def take_assignment(nvram: Nvram, machine: Machine, item: bytes) -> None:
    """Set `name=value`, as the driver of /dev/nvram does with what is written to it."""
    name, equals, value = item.rstrip(b"\0").decode("utf-8", "surrogateescape").partition("=")
    if equals:
        nvram.set(machine, name, value)
