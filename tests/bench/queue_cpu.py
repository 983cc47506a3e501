"""Processor time of processes and all that came of them (proc(5), `stat`)."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PARENT, _TIMES = 1, slice(11, 15)
"""After the name: `ppid`; `utime`, `stime` and those of children that were waited for."""


def cpu_s(roots: Iterable[int]) -> float:
    """Give what some processes, their children and those that have ended there have used."""
    parents: dict[int, list[int]] = defaultdict(list)
    times: dict[int, float] = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            said = file.read_text(encoding="utf-8", errors="replace")
        except OSError:  # it has ended since
            continue
        fields = said.rpartition(")")[2].split()
        pid = int(file.parent.name)
        parents[int(fields[_PARENT])].append(pid)
        times[pid] = sum(map(int, fields[_TIMES])) / _TICKS
    left, used = list(roots), 0.0
    while left:
        pid = left.pop()
        used += times.get(pid, 0.0)
        left += parents[pid]
    return used
