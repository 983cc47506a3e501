"""Where a lab lives when nobody names a directory."""

from __future__ import annotations

from pathlib import Path

import platformdirs


def default_directory() -> Path:
    """Give the usual run directory of a lab.

    It is below the user's state folder, not the runtime folder: many servers and containers have
    no runtime folder, and a substitute below /tmp is anybody's.
    """
    return Path(platformdirs.user_state_dir("cpe-diag")) / "lab"
