"""What was seen of subscribers' ports over time: a line of JSON for each sample, in one file.

Losing it costs nothing but hindsight; so a line that cannot be read is passed over.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TextIO

from cpe_diag.domain.failures import FailureKind, StoreError
from cpe_diag.domain.history_facts import PortSample
from cpe_diag.domain.missing import NOT_ASKED, Missing, known

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MOST_SAMPLES: Final = 500
"""Of one port; older ones go first."""
KEPT_FOR: Final = timedelta(days=90)
"""Proposal: what is older goes when something is added; rules look at a day."""
MOST_BYTES: Final = 20_000_000
"""A file that is longer begins anew with its later half."""
LONGEST_S: Final = 100 * 366 * 86_400
"""A port that has not changed for a hundred years is no port of ours."""
PRIVATE: Final = 0o600
LATER: Final = 2
"""Parts of a row that came after the first four."""
UNKNOWN: Final = Missing(why=FailureKind.UNSUPPORTED)


class PortHistoryFile:
    """Samples of ports, by subscriber."""

    def __init__(self, path: Path) -> None:
        """Keep them in `path`, which need not be there."""
        self._path = path

    def samples(self, subscriber: str) -> tuple[PortSample, ...]:
        """Give what is known of a subscriber's port, oldest first."""
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ()
        theirs = (line for line in lines if line.startswith(_beginning(subscriber)))
        found = [one for one in map(_read, theirs) if one is not None]
        return tuple(sorted(found, key=lambda one: one.at)[-MOST_SAMPLES:])

    def add(self, subscriber: str, samples: Sequence[PortSample]) -> None:
        """Keep samples beside what others have written meanwhile; a full disk is no failure."""
        text = "".join(f"{json.dumps(_row(subscriber, one))}\n" for one in samples)
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(_opened(self._path), "a+", encoding="utf-8", errors="replace") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if file.tell() > MOST_BYTES:
                    held = _lines(file)
                    _write_anew(file, held[len(held) // 2 :])
                if samples:
                    _drop_older(file, samples[-1].at - KEPT_FOR)
                file.write(text)

    def forget(self, *, subscriber: str | None, before: datetime | None) -> int:
        """Forget samples.

        Args:
            subscriber: only this one's; None: everybody's.
            before: only older ones, in UTC; None: all.

        Returns:
            How many rows are gone.

        Raises:
            StoreError: the file cannot be written.
        """
        if not self._path.exists():
            return 0
        try:
            with os.fdopen(_opened(self._path), "a+", encoding="utf-8", errors="replace") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                held = _lines(file)
                kept = [
                    line
                    for line in held
                    if not (subscriber is None or line.startswith(_beginning(subscriber)))
                    or not (before is None or _is_older(line, before))
                ]
                _write_anew(file, kept)
        except OSError as error:
            raise StoreError(f"{self._path} cannot be written: {error.strerror}") from error
        return len(held) - len(kept)


def _lines(file: TextIO) -> list[str]:
    file.seek(0)
    return file.read().splitlines(keepends=True)


def _write_anew(file: TextIO, lines: Sequence[str]) -> None:
    file.truncate(0)
    file.writelines(lines)


def _drop_older(file: TextIO, before: datetime) -> None:
    """Drop what is older; the first row is of the oldest ones."""
    file.seek(0)
    if _is_older(file.readline(), before):
        _write_anew(file, [line for line in _lines(file) if not _is_older(line, before)])
    file.seek(0, os.SEEK_END)


def _is_older(line: str, before: datetime) -> bool:
    """Tell a row of before a moment; one that cannot be read is as old as any."""
    sample = _read(line)
    return bool(line) and (sample is None or sample.at < before)


def _row(subscriber: str, sample: PortSample) -> list[object]:
    return [
        subscriber,
        sample.at.isoformat(),
        sample.up,
        known(sample.changed_s),
        known(sample.admin_up),
        known(sample.node_uptime_s),
    ]


def _beginning(subscriber: str) -> str:
    """Give how each row of a subscriber begins: of all others nothing need be read."""
    return json.dumps([subscriber])[:-1] + ", "


def _opened(path: Path) -> int:
    """Open the file so that a new one is its owner's alone: it says when homes had no link."""
    return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, PRIVATE)


def _read(line: str) -> PortSample | None:
    """Read a row, of which earlier versions wrote four parts."""
    try:
        _, at, up, changed_s, *later = json.loads(line)
        moment = datetime.fromisoformat(at)
    except (ValueError, TypeError):
        return None
    if moment.tzinfo is None or not isinstance(up, bool):
        return None
    admin_up, node_uptime_s = later if len(later) == LATER else (None, None)
    seconds = [one for one in (changed_s, node_uptime_s) if one is not None]
    if not all(map(_is_span, seconds)) or not isinstance(admin_up, bool | None):
        return None
    return PortSample(
        at=moment,
        up=up,
        changed_s=UNKNOWN if changed_s is None else float(changed_s),
        admin_up=NOT_ASKED if admin_up is None else admin_up,
        node_uptime_s=NOT_ASKED if node_uptime_s is None else float(node_uptime_s),
    )


def _is_span(told: object) -> bool:
    """Tell a number of seconds that may be one."""
    return isinstance(told, int | float) and 0 <= told <= LONGEST_S
