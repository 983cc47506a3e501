"""The process of the fork server: it has loaded what commands use, and nothing of it has run."""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import runpy
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

LARGEST: Final = 200_000
STREAMS: Final = 3
ROOMS: Final = (
    *("cli", "wiring", "transports", "store", "engine", "playbook", "probes", "report", "judge"),
    *("driver_kit", "domain"),
)
LOADED_LATE: Final = (
    *("alembic.command", "alembic.context", "sqlalchemy.dialects.sqlite", "jsonschema"),
    *("dns.message", "dns.resolver", "httpcore", "paramiko", "netmiko"),
)
"""What our modules load when they need it."""


def main() -> None:
    """Serve until the other end of the socket is closed."""
    door = socket.socket(fileno=int(sys.argv[1]))
    _load()
    assert threading.active_count() == 1, "a fork has only the thread that forks"
    gc.freeze()  # the forks share what nobody touches
    while True:
        message, files, _flags, _address = socket.recv_fds(door, LARGEST, STREAMS + 1)
        if not message:
            _take_leave(0)
            return
        if os.fork() == 0:
            door.close()
            if _is_command(files):
                _begin(json.loads(message))
                return
        for one in files:
            os.close(one)
        _take_leave(os.WNOHANG)


def _take_leave(how: int) -> None:
    """Let attendants that have ended go, and the time that they took count as ours."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, how)[0]:
            pass


def _load() -> None:
    for name in LOADED_LATE:
        importlib.import_module(name)
    for room in ROOMS:
        package = importlib.import_module(f"cpe_diag.{room}")
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in found.name:  # Alembic runs those
                importlib.import_module(found.name)


def _is_command(files: list[int]) -> bool:
    """Fork the command; its attendant tells its number and how it ended, and ends itself."""
    told = files[STREAMS]
    command = os.fork()
    if command == 0:
        for number, one in enumerate(files[:STREAMS]):
            os.dup2(one, number)
        for one in files:
            os.close(one)
        return True
    for one in (*range(STREAMS), *files[:STREAMS]):
        os.close(one)
    os.write(told, f"{command} ".encode())
    _, status = os.waitpid(command, 0)
    os.write(told, str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _begin(wish: dict[str, Any]) -> None:
    """Do what Python does with these words."""
    os.environ.clear()
    os.environ.update(wish["env"])
    os.chdir(wish["cwd"])
    words: list[str] = wish["words"]
    if words[0] == "-m":
        sys.argv = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = words
        sys.path[0] = str(Path(words[0]).parent)
        runpy.run_path(words[0], run_name="__main__")


if __name__ == "__main__":
    main()
