"""Commands by which a router is changed: timers, copies, images, the way back to the factory."""

from __future__ import annotations

import hashlib
import json
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING

from cpe_diag.lab.openwrt.shell import whole_number
from cpe_diag.lab.openwrt.streams import Nowhere, Streams

if TYPE_CHECKING:
    from cpe_diag.lab.openwrt.machine import Machine
    from cpe_diag.lab.openwrt.shell import Call

# sysupgrade of base-files: an image ends with metadata in JSON, which names what it is for. The
# lab's images are nothing but that.
IMAGE_MARK = b"lab-image "

CONFIG_FOLDER = "etc/config/"


async def dd(call: Call) -> int:
    """Copy `count` blocks of `bs` bytes from the standard input."""
    given = dict(arg.partition("=")[::2] for arg in call.args)
    size, count = whole_number(given.get("bs", "512")), whole_number(given.get("count", "0"))
    call.streams.stdout.write(await call.streams.stdin.read_bytes(size * count))
    return 0


async def mkdir(call: Call) -> int:
    """Folders are there as soon as something lies in them."""
    del call
    return 0


async def mv(call: Call) -> int:
    """Give a written file another name, in one step."""
    source, target = [arg for arg in call.args if not arg.startswith("-")][-2:]
    files = call.machine.files
    content = files.written.pop(source, None)
    if content is None:
        call.streams.complain(f"mv: can't rename '{source}': No such file or directory\n")
        return 1
    files.write(target, content)
    return 0


async def start_stop_daemon(call: Call) -> int:
    """Start a program in the background: `-S -b [-m -p FILE] -x PROGRAM -- ARGUMENTS`."""
    args = list(call.args)
    if "-S" not in args or "-x" not in args:
        call.streams.complain("start-stop-daemon: need -S and -x\n")
        return 1
    end = args.index("--") if "--" in args else len(args)
    program, rest = args[args.index("-x") + 1], tuple(args[end + 1 :])
    nowhere = Streams(stdin=Nowhere(), stdout=Nowhere(), stderr=Nowhere())
    shell = replace(call.shell.copy(), running=set())
    number = call.machine.next_pid()
    call.machine.daemons[number] = call.machine.spawn(shell.call(program, rest, nowhere))
    if "-m" in args[:end] and "-p" in args[:end]:
        call.machine.files.write(args[args.index("-p") + 1], f"{number}\n".encode())
    return 0


async def sha256sum(call: Call) -> int:
    """Print the SHA-256 of files."""
    status = 0
    for path in call.args:
        content = call.machine.files.read(path)
        if content is None:
            call.streams.complain(f"sha256sum: can't open '{path}': No such file or directory\n")
            status = 1
        else:
            call.streams.say(f"{hashlib.sha256(content).hexdigest()}  {path}\n")
    return status


async def tar(call: Call) -> int:
    """Make an archive of what is below `/etc`: in the lab a list of what it holds."""
    args = list(call.args)
    target = args[args.index("-czf") + 1]
    names = [arg for arg in args if arg.startswith("etc/")]
    held = {
        name.removeprefix(CONFIG_FOLDER): call.machine.router.uci[name.removeprefix(CONFIG_FOLDER)]
        for name in names
        if name.removeprefix(CONFIG_FOLDER) in call.machine.router.uci
    }
    call.machine.files.write(target, json.dumps({"uci": held}).encode())
    return 0


async def jffs2reset(call: Call) -> int:
    """Take away what was written since the factory; `-k` keeps /sysupgrade.tgz, `-r` restarts."""
    kept = call.machine.files.read("/sysupgrade.tgz") if "-k" in call.args else None
    held = json.loads(kept)["uci"] if kept else {}
    call.machine.router.uci_factory_next = held
    if "-r" in call.args:
        call.machine.spawn(call.machine.restart())
    return 0


async def sysupgrade(call: Call) -> int:
    """Check an image (`-T`) or flash it and start anew with the settings kept."""
    path = call.args[-1] if call.args else ""
    image = _image(call.machine, path)
    if image is None:
        call.streams.complain("Invalid image type.\nImage check failed.\n")
        return 1
    if image["board"] != call.machine.router.board:
        call.streams.complain(
            f"Device {call.machine.router.board} not supported by this image\n"
            f"Supported devices: {image['board']}\nImage check failed.\n"
        )
        return 1
    if "-T" in call.args:
        return 0
    call.machine.router.firmware_next = image["version"]
    call.machine.spawn(call.machine.restart())
    # The good flash ends the session: the answer never comes.
    await call.machine.world.sleep(3600.0)
    return 0


def lab_image(board: str, version: str, size: int = 4096) -> bytes:
    """Make an image that the lab's routers of a board take.

    Args:
        board: as in `ubus call system board`.
        version: what the router says after it was flashed.
        size: in bytes.

    Returns:
        The image.
    """
    head = IMAGE_MARK + json.dumps({"board": board, "version": version}).encode() + b"\n"
    return head.ljust(size, b"\xff")


def _image(machine: Machine, path: str) -> dict[str, str] | None:
    content = machine.files.read(path) or b""
    if not content.startswith(IMAGE_MARK):
        return None
    try:
        found: dict[str, str] = json.loads(content.split(b"\n")[0].removeprefix(IMAGE_MARK))
    except ValueError:
        return None
    return deepcopy(found) if {"board", "version"} <= set(found) else None
