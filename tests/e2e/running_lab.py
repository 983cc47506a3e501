"""Where the lab of a test process is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningLab:
    """A lab that is up: its run directory and the configuration that points to it."""

    folder: Path
    config: Path
