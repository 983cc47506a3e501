"""Changes a lab router without SSH between: the same shell, and every way a connection can end.

It passes the same stories as the real door, thousands of times in the time of a few connections.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from cpe_diag.domain.failures import ChangeError, Failure, FailureKind, MeasurementError
from cpe_diag.lab.openwrt.machine import Machine
from cpe_diag.lab.openwrt.shell import Program, Shell
from cpe_diag.lab.openwrt.ssh_server import door
from cpe_diag.lab.openwrt.streams import Collected, Given, Nowhere, Streams
from cpe_diag.lab.tcp_door import DoorMode
from cpe_diag.ports import ExecAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable


WATCH_S = 0.25


class Cut(StrEnum):
    """What becomes of one command."""

    NO = "no"
    BEFORE = "before"
    """The connection ends before anything was sent."""
    WITHIN = "within"
    """It ends while the command is sent: the router has half of it and runs nothing."""
    AFTER = "after"
    """It ends when the command runs: all of it happens, and nobody hears of it."""
    LATE = "late"
    """The answer never comes; the connection stands."""


@dataclass(slots=True, kw_only=True)
class MachineControl:
    """The `RouterControl` of a lab machine. `fate` says for each command what becomes of it."""

    machine: Machine
    programs: Mapping[str, Program]
    fate: Callable[[str], Cut] = field(default=lambda _label: Cut.NO)
    sent: list[str] = field(default_factory=list)
    """Labels of the commands that the router ran."""

    @property
    def router(self) -> str:
        """The router's address."""
        return self.machine.router.address

    async def exec_once(
        self, text: str, *, label: str, stdin: bytes = b"", limit_s: float, deadline: float
    ) -> ExecAnswer:
        """Run one command; see `RouterControl.exec_once`."""
        cut = self.fate(label)
        self._reached(sent=False)
        if cut is Cut.BEFORE:
            raise self._ended(FailureKind.CLOSED, "the connection ended", sent=False)
        if cut is Cut.WITHIN:
            raise self._ended(FailureKind.CLOSED, "the connection ended", sent=True)
        self.sent.append(label)
        out, err = Collected(), Collected()
        shell = Shell(machine=self.machine, programs=self.programs)
        streams = Streams(stdin=Given(stdin) if stdin else Nowhere(), stdout=out, stderr=err)
        status = await self._run(shell, text, streams, min(limit_s, deadline - self._now()))
        if cut is Cut.LATE:
            await self.machine.world.sleep(max(0.0, min(limit_s, deadline - self._now())))
            raise self._ended(FailureKind.SILENT, "no answer came", sent=True)
        if cut is Cut.AFTER:
            raise self._ended(FailureKind.CLOSED, "the connection ended", sent=True)
        return ExecAnswer(stdout=bytes(out.data), stderr=bytes(err.data), exit_status=status)

    async def exec_stream(
        self,
        text: str,
        *,
        label: str,
        pieces: Iterable[bytes],
        limit_s: float,
        deadline: float,
    ) -> ExecAnswer:
        """Run one command that keeps what it reads; see `RouterControl.exec_stream`."""
        return await self.exec_once(
            text, label=label, stdin=b"".join(pieces), limit_s=limit_s, deadline=deadline
        )

    async def fresh(self, *, deadline: float) -> float:
        """Open a new connection; see `RouterControl.fresh`."""
        await self.machine.world.sleep(0.01)
        if self._now() > deadline or door(self.machine.world, self.machine.router) is not (
            DoorMode.OPEN
        ):
            failure = Failure(
                kind=FailureKind.REFUSED, where=self.router, detail="nobody lets us in"
            )
            raise MeasurementError(failure, "ssh.connect")
        return 0.01

    async def _run(self, shell: Shell, text: str, streams: Streams, limit_s: float) -> int:
        """Run to the end; a router that goes down meanwhile ends the connection."""
        boot = self.machine.router.boot_id
        running = asyncio.ensure_future(shell.run(text, streams))
        until = self._now() + limit_s
        try:
            while not running.done():
                pause = asyncio.ensure_future(self.machine.world.sleep(WATCH_S))
                await asyncio.wait({running, pause}, return_when=asyncio.FIRST_COMPLETED)
                pause.cancel()
                if self.machine.router.boot_id != boot:
                    raise self._ended(FailureKind.CLOSED, "the connection ended", sent=True)
                if self._now() > until:
                    raise self._ended(FailureKind.SILENT, "no answer came", sent=True)
        finally:
            if not running.done():
                running.cancel()
        return running.result()

    def _now(self) -> float:
        return self.machine.world.now()

    def _reached(self, *, sent: bool) -> None:
        if door(self.machine.world, self.machine.router) is not DoorMode.OPEN:
            raise self._ended(FailureKind.REFUSED, "nobody lets us in", sent=sent)

    def _ended(self, kind: FailureKind, words: str, *, sent: bool) -> ChangeError:
        failure = Failure(kind=kind, where=self.router, detail=words)
        return ChangeError(failure, "ssh.exec", may_have_happened=sent)
