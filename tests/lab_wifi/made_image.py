"""The virtual router's image in the user's cache folder: made once, checked in each run."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import platformdirs
from debian_packages import PACKAGES, digest, sums_hold, unpacked, write_sums
from guest_image import FILES, loader, make_file_system, make_kernel
from guest_machine import SNAPSHOT, STARTED_WITHIN_S, Machine

if TYPE_CHECKING:
    from collections.abc import Callable

OLD_S: Final = 86_400.0
HOME: Final = "home.qcow2"
HOME_WORDS: Final = ("lab=home",)
NOWHERE: Final = tuple(
    word
    for number, name in enumerate(("core", "inet"), start=1)
    for word in (
        *("-netdev", f"hubport,id={name},hubid={number}"),
        *("-device", f"virtio-net-pci,netdev={name},romfile="),
    )
)
"""Network cards of the home lab that lead nowhere yet."""
MADE: Final = ("vmlinux", "initramfs", "disk.qcow2", HOME)


def cache_folder() -> Path:
    """Give where packages and the made image are kept between runs."""
    return platformdirs.user_cache_path("cpe-diag") / "lab-wifi"


def made_image(say: Callable[[str], None] = print) -> Path:
    """Give the folder with kernel, file system and disk, made now if it is not there or not whole.

    Args:
        say: told what is done, as it can take a minute.

    Returns:
        The folder; its disk holds a snapshot of the router just after it has come up.

    Raises:
        LabMissingError: a tool or a package is missing.
    """
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        # Of two runs at the same time one makes it, and the other waits.
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _made(cache, say)


def _made(cache: Path, say: Callable[[str], None]) -> Path:
    image = cache / f"image-{_recipe()}"
    if sums_hold(image):
        return image
    say(f"lab-wifi: making the virtual router in {cache} (of 140 MB of Debian packages)")
    root = unpacked(cache)
    for old in cache.glob("image-*"):
        # Another checkout may be at work with a younger one.
        if old == image or time.time() - old.stat().st_mtime > OLD_S:
            shutil.rmtree(old)
    image.mkdir()
    make_kernel(root, image / "vmlinux")
    make_file_system(root, image / "initramfs")
    _make_disk(root, image / "disk.qcow2")
    began = time.monotonic()
    with Machine(image=image, disk=image / "disk.qcow2", from_snapshot=False) as machine:
        say(f"lab-wifi: started cold in {time.monotonic() - began:.1f} s")
        machine.wait_for_air()
        machine.monitor(f"savevm {SNAPSHOT}")
    _make_disk(root, image / HOME)
    _save_home(image)
    write_sums(image, MADE)
    return image


def _save_home(image: Path) -> None:
    """Start the home lab's side of the machine, and keep it when everybody is there."""
    home = Machine(
        image=image,
        disk=image / HOME,
        from_snapshot=False,
        network=NOWHERE,
        kernel_words=HOME_WORDS,
    )
    with home as machine:
        machine.wait_for_air()
        for where, wanted in (
            ("router", "192.0.2.11/.*198.51.100.11 peer"),
            *((f"neighbour{number}", " peer ") for number in (1, 2, 3)),
            *((name, "192.168.1.") for name in ("tv", "pc", "phone", "tablet")),
        ):
            machine.wait_until(
                f"ip -4 -o addr | tr '\\n' ' ' | grep -q '{wanted}'",
                namespace=where,
                within_s=STARTED_WITHIN_S,
            )
        machine.wait_until("pkill -0 -x snmpd")
        machine.monitor(f"savevm {SNAPSHOT}")


def _recipe() -> str:
    """Name an image by what it is made of, so that a change of a file makes a new one."""
    here = Path(__file__).parent
    paths = [*sorted(FILES.rglob("*")), here / "guest_image.py", here / "guest_machine.py"]
    parts = [digest(path) + path.name for path in paths if path.is_file()]
    return hashlib.sha256("".join([*parts, *PACKAGES]).encode()).hexdigest()[:12]


def _make_disk(root: Path, target: Path) -> None:
    subprocess.run(  # noqa: S603 - a program of the packages
        (*loader(root), str(root / "usr/bin/qemu-img"), "create", "-q", "-f", "qcow2",
         str(target), "64M"),
        check=True,
    )  # fmt: skip
