"""Names of processes that tell others on the same machine whether the process still lives."""

from __future__ import annotations

import os
import platform
from functools import cache
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_PARTS: Final = 5
_START: Final = 19
"""The place of `starttime` after the name of the program (proc(5): field 22 of `stat`)."""


@cache
def this_process() -> str:
    """Name this process: host, boot, name space of process ids, id and start.

    Where the system does not tell the boot or the start, these are empty, and nobody can see that
    the process has died: whoever waits for it waits for its lease to end.
    """
    pid = os.getpid()
    return "/".join((platform.node().replace("/", "_"), boot(), _space(), str(pid), _start(pid)))


def has_died(name: str) -> bool:
    """Say whether a process is known to have ended; False also where nobody can tell.

    Args:
        name: from `this_process`, of a process on any machine.
    """
    parts = name.split("/")
    if len(parts) != _PARTS:
        return False
    host, boot, space, pid, start = parts
    here = this_process().split("/")
    if [host, boot, space] != here[:3] or not (boot and space and start and pid.isdigit()):
        return False
    return _start(int(pid)) != start


def is_of_earlier_boot(name: str) -> bool:
    """Say whether a process ran on a machine of this one's name, and before it was started.

    Args:
        name: from `this_process`, of a process on this machine.
    """
    host, then = [*name.split("/"), ""][:2]
    return bool(then and boot()) and host == this_process().split("/")[0] and then != boot()


def boot() -> str:
    """Name the time since this machine was started; empty where the system does not tell."""
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _space() -> str:
    try:
        return str((_PROC / "self/ns/pid").readlink())
    except OSError:
        return ""


def _start(pid: int) -> str:
    try:
        said = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = said.rpartition(")")[2].split()
    if not fields or fields[0] in {"Z", "X"}:  # it has ended, and its parent has not looked yet
        return ""
    return fields[_START]
