"""What was seen of subscribers' ports over time: a line of JSON for each sample, in one file.

Losing it costs nothing but hindsight; so a line that cannot be read is passed over.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.history_facts import PortSample
from cpe_diag.domain.missing import NOT_ASKED, Missing, known

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MOST_SAMPLES: Final = 500
"""Of one port; older ones go first."""
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
                    file.seek(0)
                    held = file.read().splitlines(keepends=True)
                    file.truncate(0)
                    file.writelines(held[len(held) // 2 :])
                file.write(text)


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
