"""Changes a simulated router without SSH between, and every way a connection can end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from cpe_diag.domain.failures import ChangeError, Failure, FailureKind, MeasurementError
from cpe_diag.lab.openwrt.control import Cut
from cpe_diag.ports import Clock, ExecAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable


ADDRESS = "192.0.2.1"
ANSWERS_WITHIN_S = 0.2


class Simulated(Protocol):
    """A simulated router; `starts` counts its starts."""

    @property
    def starts(self) -> int:
        """How often it has started."""

    @property
    def powered(self) -> bool:
        """Whether it has started and lets people in."""


@dataclass(slots=True, kw_only=True)
class DirectControl:
    """The `RouterControl` of a simulated router. `run` runs one command and gives what it says."""

    device: Simulated
    run: Callable[[str], Awaitable[str]]
    clock: Clock
    fate: Callable[[str], Cut] = field(default=lambda _label: Cut.NO)
    sent: list[str] = field(default_factory=list)
    """Labels of the commands that the router ran."""
    failed: Callable[[str], bool] = field(default=lambda _said: False)
    """Whether what it said means that it did not take a command."""

    @property
    def router(self) -> str:
        """The router's address."""
        return ADDRESS

    async def exec_once(
        self, text: str, *, label: str, stdin: bytes = b"", limit_s: float, deadline: float
    ) -> ExecAnswer:
        """Run one command; see `RouterControl.exec_once`."""
        del stdin
        cut = self.fate(label)
        if not self.device.powered:
            raise _ended(FailureKind.REFUSED, "nobody lets us in", sent=False)
        if cut is Cut.BEFORE:
            raise _ended(FailureKind.CLOSED, "the connection ended", sent=False)
        if cut is Cut.WITHIN:
            raise _ended(FailureKind.CLOSED, "the connection ended", sent=True)
        self.sent.append(label)
        starts = self.device.starts
        said = await self.run(text)
        await self._wait(ANSWERS_WITHIN_S)
        if cut is Cut.LATE:
            await self._wait(min(limit_s, deadline - self.clock.monotonic()))
            raise _ended(FailureKind.SILENT, "no answer came", sent=True)
        if cut is Cut.AFTER or self.device.starts != starts:
            raise _ended(FailureKind.CLOSED, "the connection ended", sent=True)
        return ExecAnswer(stdout=said.encode(), stderr=b"", exit_status=int(self.failed(said)))

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
        del pieces
        return await self.exec_once(text, label=label, limit_s=limit_s, deadline=deadline)

    async def fresh(self, *, deadline: float) -> float:
        """Open a new connection; see `RouterControl.fresh`."""
        await self._wait(0.01)
        if self.clock.monotonic() > deadline or not self.device.powered:
            failure = Failure(kind=FailureKind.REFUSED, where=ADDRESS, detail="nobody is there")
            raise MeasurementError(failure, "ssh.connect")
        return 0.01

    async def _wait(self, seconds: float) -> None:
        await self.clock.sleep_until(self.clock.monotonic() + max(0.0, seconds))


def _ended(kind: FailureKind, words: str, *, sent: bool) -> ChangeError:
    failure = Failure(kind=kind, where=ADDRESS, detail=words)
    return ChangeError(failure, "ssh.exec", may_have_happened=sent)
