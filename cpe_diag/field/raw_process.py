"""Starts the process for raw frames, gives it orders, and ends it."""

from __future__ import annotations

import asyncio
import json
import subprocess
from concurrent.futures import Future
from contextlib import suppress
from itertools import count
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Final

from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.field import privileges
from cpe_diag.report.codec import encode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.field.raw.order import Order

LOOK: Final = "field.look"
GRACE_S: Final = 15.0
"""For its start on a busy laptop, beyond the time in which it waits for answers."""
ENDS_WITHIN_S: Final = 1.0


class RawProcess:
    """The process for raw frames; `start` it before rights are given up.

    It is read by a thread, so that it serves several event loops one after the other.
    """

    def __init__(self, *, dry: bool = False) -> None:
        """Start nothing yet; `dry`: it only says which frames it would send, without any right."""
        self._dry = dry
        self._numbers = count(1)
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: Thread | None = None
        self._waiting: dict[int, Future[Mapping[str, Any]]] = {}

    def start(self) -> None:
        """Start it; where raw frames are not allowed, nothing: each order then says so."""
        with self._lock:
            words = privileges.words(dry=self._dry)
            if self._process is None and words is not None:
                self._process = subprocess.Popen(  # noqa: S603 - our own words alone
                    words,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env=privileges.environment(),
                )

    async def ask(self, order: Order) -> Mapping[str, Any]:
        """Give one order, and wait for its answer.

        Args:
            order: what to do; its number is given here.

        Returns:
            The answer's document: `fact`, or `frames`.

        Raises:
            MeasurementError: `field.look`: MISSING_PRIVILEGE, NOT_CONFIGURED, UNREACHABLE,
                DEVICE_ERROR.
        """
        await asyncio.to_thread(self.start)
        answer: Future[Mapping[str, Any]] = Future()
        number = next(self._numbers)
        document = {**_plain(order), "number": number, "dry": self._dry}
        process = self._process
        if process is None or process.stdin is None:
            detail = "our process may not send and read raw frames"
            step = privileges.allowing()
            raise _failed(FailureKind.MISSING_PRIVILEGE, order.interface, detail, step)
        with self._lock:
            self._waiting[number] = answer
            if self._reader is None:  # not before: it would keep the rights of whoever starts it
                self._reader = Thread(target=self._read, args=(process,), daemon=True)
                self._reader.start()
        try:
            with self._lock:
                process.stdin.write(json.dumps(document).encode() + b"\n")
                process.stdin.flush()
            async with asyncio.timeout(order.for_s + GRACE_S):
                told = await asyncio.wrap_future(answer)
        except (TimeoutError, ConnectionError) as error:
            words = "the process for raw frames does not answer"
            raise _failed(FailureKind.DEVICE_ERROR, order.interface, words) from error
        finally:
            with self._lock:
                del self._waiting[number]
        if "failure" in told:
            raise _told(told, order.interface)
        return told

    def close(self) -> None:
        """End the process; what it still waits for is given up."""
        process = self._process
        if process is None:
            return
        if process.stdin is not None:
            with suppress(OSError):  # it has ended already
                process.stdin.close()
        try:
            process.terminate()
            process.wait(ENDS_WITHIN_S)
        except (
            PermissionError
        ):  # it is nobody's, and we are root without rights: it ends by itself
            with suppress(subprocess.TimeoutExpired):
                process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        lines = iter(process.stdout.readline, b"") if process.stdout else iter(())
        for line in lines:
            document: Mapping[str, Any] = json.loads(line)
            with self._lock:
                waiting = self._waiting.get(document["number"])
            if waiting is not None and not waiting.done():
                waiting.set_result(document)
        with self._lock:
            left = tuple(self._waiting.values())
        for waiting in left:
            if not waiting.done():
                waiting.set_exception(ConnectionError("it has ended"))


def _plain(order: Order) -> dict[str, Any]:
    document = encode(order)
    if not isinstance(document, dict):
        raise TypeError("an order is an object")
    return dict(document)


def _told(document: Mapping[str, Any], interface: str) -> MeasurementError:
    """Map what the process says of its failure."""
    word = str(document["failure"])
    kind = FailureKind(word) if word in set(FailureKind) else FailureKind.DEVICE_ERROR
    step = privileges.allowing() if kind is FailureKind.MISSING_PRIVILEGE else None
    return _failed(kind, interface, str(document["words"]).lower(), step)


def _failed(
    kind: FailureKind, interface: str, detail: str, step: str | None = None
) -> MeasurementError:
    failure = Failure(kind=kind, where=interface, detail=detail, next_step=step)
    return MeasurementError(failure, LOOK)
