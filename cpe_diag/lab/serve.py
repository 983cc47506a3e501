"""Runs a lab in a directory until it is told to stop, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cpe_diag.lab.control import ControlDoor, LabRefusedError, Orders
from cpe_diag.lab.faults import UnfitFaultError, UnknownNameError
from cpe_diag.lab.files import (
    CONFIG_FILE,
    LAB_FILE,
    remove_files,
    write_files,
    write_private,
)
from cpe_diag.lab.running import LabError, RunningLab
from cpe_diag.lab.status import status_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cpe_diag.lab.world import World

STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabOptions:
    """How to run a lab; `rtt_s` in seconds, `directory` is where its files go.

    `take_signals` False leaves SIGINT and SIGTERM alone, for a lab inside another program.
    """

    directory: Path
    seed: int = 1
    rtt_s: float = 0.0
    take_signals: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LabInfo:
    """A lab that is ready: where its files are, and what it holds."""

    directory: Path
    config: Path
    pid: int
    subscribers: tuple[str, ...]
    nodes: tuple[str, ...]


async def serve(options: LabOptions, on_ready: Callable[[LabInfo], None]) -> None:
    """Run a lab until SIGINT, SIGTERM, an order to stop, or cancellation.

    Args:
        options: how.
        on_ready: told once, when everything listens and the files are written.

    Raises:
        LabError: a lab runs in this directory already, or none can run on this machine.
        OSError: a file cannot be written.
    """
    with _held(options.directory):
        lab = RunningLab(options.seed, options.rtt_s)
        stopped = asyncio.Event()
        orders = Orders(
            status=lambda: status_document(lab.world, options.directory),
            set_fault=lambda subscriber, fault: _set(lab, subscriber, fault),
            clear_faults=lambda subscriber: _clear(lab, subscriber),
            messages=lambda subscriber: _messages(lab, subscriber),
            stop=stopped.set,
        )
        control = ControlDoor(orders, lab.world.resolver.address)
        try:
            await lab.start()
            port = await control.start()
            write_files(lab.world, options.directory, gateway=lab.phones.url)
            held = {
                "pid": os.getpid(),
                "control": {"address": lab.world.resolver.address, "port": port},
                "token": control.token,
            }
            write_private(options.directory / LAB_FILE, json.dumps(held) + "\n")
            with _signals(stopped, take=options.take_signals):
                on_ready(_info(lab.world, options.directory))
                await stopped.wait()
        finally:
            await control.stop()
            await lab.stop()
            remove_files(options.directory)


def _info(world: World, directory: Path) -> LabInfo:
    return LabInfo(
        directory=directory,
        config=directory / CONFIG_FILE,
        pid=os.getpid(),
        subscribers=tuple(world.routers),
        nodes=tuple(world.nodes),
    )


@contextlib.contextmanager
def _held(directory: Path) -> Iterator[None]:
    """Hold a directory for one lab; files that a dead lab has left there are removed.

    The hold is a lock of the kernel on the directory itself, which ends with the process whatever
    happens to it.

    Raises:
        LabError: another lab holds it, or it cannot be made.
    """
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as refused:
        msg = f"{directory} cannot be used for the lab: {refused.strerror}"
        raise LabError(msg) from refused
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            msg = (
                f"a lab is up in {directory} already{_whose(directory)};"
                " stop it first, or name another directory with --dir"
            )
            raise LabError(msg) from None
        (directory / LAB_FILE).unlink(missing_ok=True)
        yield
    finally:
        os.close(descriptor)


def _whose(directory: Path) -> str:
    try:
        held = json.loads((directory / LAB_FILE).read_text(encoding="utf-8"))
        return f" (process {int(held['pid'])})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


@contextlib.contextmanager
def _signals(stopped: asyncio.Event, *, take: bool) -> Iterator[None]:
    """Let SIGINT and SIGTERM stop the lab."""
    loop = asyncio.get_running_loop()
    numbers = STOP_SIGNALS if take else ()
    for number in numbers:
        loop.add_signal_handler(number, stopped.set)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def _set(lab: RunningLab, subscriber: str, fault: str) -> None:
    try:
        lab.set_fault(subscriber, fault)
    except UnknownNameError as unknown:
        raise LabRefusedError("unknown", str(unknown)) from unknown
    except UnfitFaultError as unfit:
        raise LabRefusedError("unfit", str(unfit)) from unfit


def _messages(lab: RunningLab, subscriber: str) -> list[str]:
    if subscriber not in lab.world.routers:
        raise LabRefusedError("unknown", f"the lab has no home {subscriber!r}")
    return list(lab.phones.messages(subscriber))


def _clear(lab: RunningLab, subscriber: str | None) -> int:
    try:
        return lab.clear_faults(subscriber)
    except UnknownNameError as unknown:
        raise LabRefusedError("unknown", str(unknown)) from unknown
