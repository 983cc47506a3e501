"""The namespaces of the copies: found by their names, entered, and removed with all in them."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import time
from pathlib import Path
from typing import Final

from cpe_diag.lab.home import layout
from cpe_diag.lab.home.calls import call
from cpe_diag.lab.home.needs import HomeLabError

PREFIX: Final = "cpelab"
PLACE: Final = Path("/run/netns")
"""Where iproute2 keeps the names of namespaces (ip-netns(8))."""
FULL_NAME: Final = re.compile(rf"{PREFIX}-([a-z0-9_]+)-[a-z0-9]+")
END_LIMIT_S: Final = 10.0
LOOK_AGAIN_S: Final = 0.02


def full_name(name: str, host: str) -> str:
    """Give the name of a host's namespace: `cpelab-NAME-HOST`."""
    return f"{PREFIX}-{name}-{host}"


def named_copies() -> frozenset[str]:
    """Name the copies that have a namespace."""
    return frozenset(match[1] for match in map(FULL_NAME.fullmatch, _all()) if match)


def of_copy(name: str) -> tuple[str, ...]:
    """Give the namespaces of a copy that are there."""
    return tuple(sorted(one for one in _all() if one.startswith(full_name(name, ""))))


def _all() -> tuple[str, ...]:
    with contextlib.suppress(FileNotFoundError):
        return tuple(path.name for path in PLACE.iterdir())
    return ()


def entering(name: str, host: str) -> list[str]:
    """Give the beginning of a command that runs in a host, with the host's own files if it has.

    Raises:
        HomeLabError: there is no such host, it is not up, or its first process has ended.
    """
    hosts = dict(layout.HOSTS)
    if host not in hosts:
        raise HomeLabError(f"{host}: no such host; there are {', '.join(hosts)}")
    if full_name(name, host) not in of_copy(name):
        raise HomeLabError(f"{name} is not up")
    if host not in layout.MACHINES:
        return ["ip", "netns", "exec", full_name(name, host)]
    first = first_process(name, host)
    if first is None:
        raise HomeLabError(f"{host} does not run")
    return ["nsenter", "--target", str(first), "--all", "--root", "--wd"]


def first_process(name: str, host: str) -> int | None:
    """Find the first process of a machine: the one that is 1 to itself (proc(5), NSpid)."""
    for pid in _processes(full_name(name, host)):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
            if re.search(r"^NSpid:\s+\d+\s+1$", status, re.MULTILINE):
                return pid
    return None


def remove(name: str) -> None:
    """End every process in a copy's namespaces, and remove them; their links go with them.

    Raises:
        HomeLabError: something does not go.
    """
    limit = time.monotonic() + END_LIMIT_S
    while names := of_copy(name):
        pids = [pid for one in names for pid in _processes(one)]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if pids and time.monotonic() > limit:
            raise HomeLabError(f"processes {pids} of {name} do not end")
        if pids:
            time.sleep(LOOK_AGAIN_S)
            continue
        done = call(["ip", "-batch", "-"], text="".join(f"netns del {one}\n" for one in names))
        if done.returncode:
            raise HomeLabError(f"a namespace does not go: {done.stderr.strip()}")


def _processes(namespace: str) -> list[int]:
    return [int(one) for one in call(["ip", "netns", "pids", namespace]).stdout.split()]
