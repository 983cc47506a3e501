"""How the process for raw frames gets the one right that it needs, and no other."""

from __future__ import annotations

import ctypes
import os
import shutil
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

RAW: Final = (sys.executable, "-P", "-m", "cpe_diag.field.raw")
"""Python manual, -P: nothing is imported from the folder in which somebody calls us."""
KEPT: Final = frozenset({"PATH", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV"})
"""What the process needs of our environment; secrets may be in the rest."""
NET_RAW: Final = 13
"""capabilities(7), linux/capability.h: CAP_NET_RAW."""
SETS: Final = ("--inh-caps", "--ambient-caps", "--bounding-set")
"""setpriv(1) of util-linux."""
VERSION_3: Final = 0x20080522
"""capget(2), linux/capability.h: _LINUX_CAPABILITY_VERSION_3, three sets of 64 bits."""
NO_NEW_PRIVS: Final = 38
"""prctl(2), linux/prctl.h: PR_SET_NO_NEW_PRIVS."""
NOBODY: Final = 65534
"""systemd, "Users, Groups, UIDs and GIDs": the user that owns nothing."""
OPEN: Final = stat.S_IROTH | stat.S_IXOTH


def words(*, dry: bool = False) -> tuple[str, ...] | None:
    """Give the command that starts the process.

    Args:
        dry: it sends nothing, and gets no right at all.

    Returns:
        The command; None where raw frames are not allowed here: see `allowing`.
    """
    if not dry and not _has_net_raw():
        return None
    if os.geteuid() != 0:
        return RAW
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return None
    person, group = _person()
    rights = "-all" if dry else "-all,+net_raw"
    drop = (*(f"{one}={rights}" for one in SETS), "--no-new-privs")
    return (setpriv, f"--reuid={person}", f"--regid={group}", "--clear-groups", *drop, *RAW)


def caller() -> tuple[int, int] | None:
    """Give user and group of whoever became root by sudo(8), pkexec(1) or doas(1).

    Returns:
        Both; None where nobody else has called, or root has.
    """
    import pwd  # not on every system, and root is not either

    said = os.environ.get("SUDO_UID") or os.environ.get("PKEXEC_UID") or ""
    name = os.environ.get("DOAS_USER", "")
    try:
        person = pwd.getpwuid(int(said)) if said.isdigit() else pwd.getpwnam(name)
    except KeyError:
        return None
    return (person.pw_uid, person.pw_gid) if person.pw_uid != 0 else None


def way_to_keyring(running: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Give what sudo takes away: where the person's own keyring is asked.

    Args:
        running: the folder of the person's session (XDG_RUNTIME_DIR, as systemd makes it).
        given: the environment; what it says already stays.

    Returns:
        What is to be added; nothing where no session runs.
    """
    if not (running / "bus").exists():
        return {}
    ways = {
        "XDG_RUNTIME_DIR": str(running),
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={running / 'bus'}",
    }
    return {name: value for name, value in ways.items() if name not in given}


def become(person: int) -> None:
    """Become somebody, with their groups and home, for good."""
    import pwd

    found = pwd.getpwuid(person)
    os.initgroups(found.pw_name, found.pw_gid)
    os.setresgid(found.pw_gid, found.pw_gid, found.pw_gid)
    os.setresuid(found.pw_uid, found.pw_uid, found.pw_uid)
    os.environ["HOME"] = found.pw_dir
    os.environ.update(way_to_keyring(Path(f"/run/user/{found.pw_uid}"), os.environ))


def give_all_up() -> None:
    """Give up all rights of root but to own its files, for this thread and what it starts.

    Raises:
        OSError: the system does not let us.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    head = (ctypes.c_uint32 * 2)(VERSION_3, 0)
    none = (ctypes.c_uint32 * 6)()
    if libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0) or libc.capset(head, none):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


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

    Whoever called, else nobody, else root without rights: nobody cannot read what stands in
    a folder that is closed to others.
    """
    called = caller()
    if called is not None:
        return called
    places = (Path(sys.executable), Path(__file__))
    ways = {
        way for place in places for way in (*place.resolve().parents, *place.absolute().parents)
    }
    is_open = all(way.stat().st_mode & OPEN == OPEN for way in ways)
    return (NOBODY, NOBODY) if is_open else (0, 0)
