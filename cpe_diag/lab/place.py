"""Where a lab lives when nobody names a directory."""

from __future__ import annotations

from pathlib import Path

import platformdirs


def default_directory() -> Path:
    """Give the usual run directory of a lab."""
    return Path(platformdirs.user_runtime_dir("cpe-diag")) / "lab"
