"""Debian packages for the virtual router: fetched, checked and unpacked; nothing is installed."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES: Final = (
    "base-files",
    "busybox-static",
    "curl",
    "dash",
    "dnsmasq-base",
    "dropbear-bin",
    "e2fsprogs",
    "hostapd",
    "init-system-helpers",
    "iproute2",
    "iw",
    "linux-image-amd64",
    "nftables",
    "ppp",
    "pppoe",
    "qemu-system-x86",
    "qemu-utils",
    "snmpd",
    "sysvinit-utils",
    "util-linux",
    "wireless-regdb",
    "wpasupplicant",
)
PROGRAMS: Final = ("apt-get", "dpkg", "dpkg-deb", "setpriv")
SUMS: Final = "SHA256SUMS"
WANTED: Final = "wanted"


class LabMissingError(Exception):
    """What the lab needs is not here; the message says what, and what would help."""


def digest(path: Path) -> str:
    """Give a file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_sums(folder: Path, names: tuple[str, ...]) -> None:
    """Write down what was made or fetched, so that a later run can tell that it is whole."""
    lines = "".join(f"{digest(folder / name)}  {name}\n" for name in names)
    (folder / SUMS).write_text(lines)


def sums_hold(folder: Path) -> bool:
    """Whether everything that was written down is there and as it was."""
    sums = folder / SUMS
    if not sums.exists():
        return False
    pairs = (line.split("  ", 1) for line in sums.read_text().splitlines())
    return all((folder / name).exists() and digest(folder / name) == sha for sha, name in pairs)


def unpacked(cache: Path) -> Path:
    """Give a folder with all packages and what they depend on, unpacked.

    apt-get resolves and downloads as for an empty system, so that nothing of this machine's own
    is mixed in, and checks each package against the archive's signed index.

    Args:
        cache: where packages are kept from run to run.

    Returns:
        The folder, as the root of a file system.

    Raises:
        LabMissingError: a program is not here, this is no amd64, or a package cannot be had.
    """
    root, archives = cache / "root", cache / "packages"
    wanted = " ".join(PACKAGES)
    named = archives / WANTED
    if root.is_dir() and named.exists() and named.read_text() == wanted and sums_hold(archives):
        return root
    _require_programs()
    shutil.rmtree(root, ignore_errors=True)
    shutil.rmtree(archives, ignore_errors=True)
    (archives / "partial").mkdir(parents=True)
    _fetch(cache, archives)
    fresh = cache / "root.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    packages = sorted(archives.glob("*.deb"))
    for package in packages:
        _run(("dpkg-deb", "--extract", str(package), str(fresh)))
    fresh.rename(root)
    named.write_text(wanted)
    write_sums(archives, (WANTED, *(package.name for package in packages)))
    return root


def _require_programs() -> None:
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        raise LabMissingError(
            f"{', '.join(missing)}: not here; the lab is made of Debian packages and needs "
            "Debian's own tools (Debian 12 or newer, amd64)"
        )
    architecture = _run(("dpkg", "--print-architecture")).strip()
    if architecture != "amd64":
        raise LabMissingError(f"the lab needs an amd64 machine, this one is {architecture}")


def _fetch(cache: Path, archives: Path) -> None:
    nothing_installed = cache / "status"
    nothing_installed.write_text("")
    options = (
        f"Dir::State::status={nothing_installed}",
        f"Dir::Cache::archives={archives}",
        "Debug::NoLocking=1",
        "APT::Sandbox::User=",
    )
    arguments = [argument for option in options for argument in ("-o", option)]
    _run(
        (
            "apt-get", "install", "--yes", "--quiet", "--download-only",
            "--no-install-recommends", *arguments, *PACKAGES,
        )
    )  # fmt: skip


def _run(command: tuple[str, ...]) -> str:
    done = subprocess.run(  # noqa: S603 - fixed programs and our own words
        command, check=False, capture_output=True, text=True
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.startswith("E: ")]
        words = " ".join(said) or done.stderr.strip()[-300:]
        raise LabMissingError(
            f"{command[0]} ended with {done.returncode}: {words} "
            "(is the archive reachable? try: apt-get update)"
        )
    return done.stdout
