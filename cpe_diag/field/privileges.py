"""How the process for raw frames gets the one right that it needs, and no other."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from pathlib import Path
from typing import Final

RAW: Final = (sys.executable, "-P", "-m", "cpe_diag.field.raw")
"""Python manual, -P: nothing is imported from the folder in which somebody calls us."""
KEPT: Final = frozenset({"PATH", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV"})
"""What the process needs of our environment; secrets may be in the rest."""
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
    if os.geteuid() != 0:
        return RAW
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return None
    person, group = _person()
    return (setpriv, f"--reuid={person}", f"--regid={group}", "--clear-groups", *DROP, *RAW)


def environment() -> dict[str, str]:
    """Give the environment of the process."""
    return {name: value for name, value in os.environ.items() if name in KEPT}


def allowing() -> str:
    """Give the one command that would allow raw frames."""
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        return "apt-get install util-linux (setpriv takes all other rights from the process)"
    return f"sudo {shutil.which('cpe-diag') or 'cpe-diag'} field check ..."


def _has_net_raw() -> bool:
    """Tell whether this process may open raw sockets (proc(5), CapEff)."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return os.geteuid() == 0
    line = next(one for one in status.splitlines() if one.startswith("CapEff:"))
    return bool(int(line.split()[1], 16) >> NET_RAW & 1)


def _person() -> tuple[int, int]:
    """Give user and group that the process becomes.

    Whoever called sudo, else nobody, else root without rights: nobody cannot read what stands in
    a folder that is closed to others.
    """
    caller, group = (os.environ.get(name, "") for name in ("SUDO_UID", "SUDO_GID"))
    if caller.isdigit() and group.isdigit():
        return int(caller), int(group)
    places = (Path(sys.executable), Path(__file__))
    ways = {
        way for place in places for way in (*place.resolve().parents, *place.absolute().parents)
    }
    is_open = all(way.stat().st_mode & OPEN == OPEN for way in ways)
    return (NOBODY, NOBODY) if is_open else (0, 0)
