"""Somebody who is not root, calls sudo(8), and is known to one mount namespace alone."""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NAME: Final = "cpfanna"
NUMBER: Final = 54_711
OTHERS_PASS: Final = 0o001
FILES: Final = {
    "/etc/passwd": f"{NAME}:x:{NUMBER}:{NUMBER}::{{home}}:/bin/sh\n",
    "/etc/group": f"{NAME}:x:{NUMBER}:\n",
    "/etc/shadow": f"{NAME}:*:19000:0:99999:7:::\n",
}
SUDOERS: Final = f"root ALL=(ALL) ALL\n{NAME} ALL=(ALL) NOPASSWD: ALL\n"


@contextmanager
def somebodys_home() -> Iterator[Path]:
    """Give a folder that belongs to whoever calls, and that they can get at.

    Yields:
        The folder; `home` in it is theirs, the rest is root's.
    """
    with TemporaryDirectory(prefix="cpf-", dir="/var/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        home = folder / "home"
        home.mkdir(mode=0o700)
        os.chown(home, NUMBER, NUMBER)
        yield folder


def by_sudo(folder: Path, words: Sequence[str]) -> tuple[str, ...]:
    """Give a command that somebody calls by sudo, in a mount namespace that knows them.

    Args:
        folder: as `somebodys_home` gives it.
        words: what is called.

    Returns:
        What root runs.
    """
    lines = ["set -e", "mount --make-rprivate /"]
    for file, line in FILES.items():
        own = folder / Path(file).name
        old = Path(file).read_text(encoding="utf-8")
        own.write_text(old + line.format(home=folder / "home"), encoding="utf-8")
        own.chmod(0o640 if file == "/etc/shadow" else 0o644)
        lines.append(f"mount --bind {own} {file}")
    own = folder / "sudoers"
    own.write_text(SUDOERS, encoding="ascii")
    own.chmod(0o440)
    lines += [f"mount --bind {own} /etc/sudoers", *_opened(folder, Path(sys.base_prefix))]
    person = f"setpriv --reuid={NUMBER} --regid={NUMBER} --clear-groups"
    lines.append(f"exec {person} sudo -n {shlex.join(words)}")
    return ("unshare", "--mount", "sh", "-c", "\n".join(lines))


def _opened(folder: Path, needed: Path) -> list[str]:
    """Let others pass to a folder that lies in one which is closed to them (a build machine)."""
    closed = [one for one in needed.parents if not one.stat().st_mode & OTHERS_PASS]
    if not closed:
        return []
    held = folder / "held"
    held.mkdir()
    return [
        f"mount --bind {needed} {held}",
        f"mount -t tmpfs -o mode=755 tmpfs {closed[-1]}",
        f"mkdir -p {needed}",
        f"mount --move {held} {needed}",
    ]
