"""How the process for raw frames gets the one right that it needs, and no other."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from pathlib import Path
from typing import Final

RAW: Final = (sys.executable, "-m", "cpe_diag.field.raw")
NET_RAW: Final = 13
"""capabilities(7), linux/capability.h: CAP_NET_RAW."""
DROP: Final = (
    "--inh-caps=-all,+net_raw",
    "--ambient-caps=-all,+net_raw",
    "--bounding-set=-all,+net_raw",
    "--no-new-privs",
)
"""setpriv(1) of util-linux."""
NOBODY: Final = 65534
"""systemd, "Users, Groups, UIDs and GIDs": the user that owns nothing."""
OPEN: Final = stat.S_IROTH | stat.S_IXOTH


def words() -> tuple[str, ...] | None:
    """Give the command that starts the process.

    Returns:
        The command; None where raw frames are not allowed here: see `allowing`.
    """
    if not _has_net_raw():
        return None
    setpriv = shutil.which("setpriv")
    if os.geteuid() != 0 or setpriv is None:
        return RAW
    person = _person()
    return (setpriv, f"--reuid={person}", f"--regid={person}", "--clear-groups", *DROP, *RAW)


def allowing() -> str:
    """Give the one command that would allow raw frames."""
    return f"sudo {shutil.which('cpe-diag') or 'cpe-diag'} field check ..."


def _has_net_raw() -> bool:
    """Tell whether this process may open raw sockets (proc(5), CapEff)."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return os.geteuid() == 0
    line = next(one for one in status.splitlines() if one.startswith("CapEff:"))
    return bool(int(line.split()[1], 16) >> NET_RAW & 1)


def _person() -> int:
    """Give whom the process becomes: whoever called sudo, else nobody, else root without rights.

    Nobody cannot read what stands in a folder that is closed to others.
    """
    if (caller := os.environ.get("SUDO_UID", "")).isdigit():
        return int(caller)
    places = (Path(sys.executable), Path(__file__))
    ways = {
        way for place in places for way in (*place.resolve().parents, *place.absolute().parents)
    }
    return NOBODY if all(way.stat().st_mode & OPEN == OPEN for way in ways) else 0
