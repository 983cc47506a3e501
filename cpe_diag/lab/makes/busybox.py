"""What busybox prints in other builds than OpenWrt's: wget, the small nslookup, the log, names."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from cpe_diag.lab.openwrt import home
from cpe_diag.lab.openwrt.log import log_lines
from cpe_diag.lab.openwrt.names import Reply, is_address, resolve
from cpe_diag.lab.openwrt.path_commands import (
    NSLOOKUP_TIMEOUT_S,
    FetchOptions,
    fetch_attempt,
    fetch_options,
)
from cpe_diag.lab.openwrt.streams import Collected

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cpe_diag.lab.openwrt.files import Contents
    from cpe_diag.lab.openwrt.machine import Machine
    from cpe_diag.lab.openwrt.shell import Call, Program

# logread's line: weekday, month, day, time, year, facility and priority, text.
LOGREAD = re.compile(r"\w{3} (\w{3} +\d+ [\d:]{8}) \d{4} (\w+\.\w+) (.*)")


async def wget(call: Call) -> int:
    """Fetch a page, in the words of networking/wget.c."""
    options = fetch_options(call)
    if options is None:
        call.streams.complain("BusyBox v1.25.1: Usage: wget [-c] [-O FILE] URL\n")
        return 1
    host = re.sub(r"^https?://([^/:]+).*$", r"\1", options.url)
    said, _ = await _in_time(call, options)
    if said.startswith("Download completed"):
        return 0
    if said.startswith("HTTP error"):
        words = f"server returned error: HTTP/1.1 {said.removeprefix('HTTP error ')} Error"
    elif said.startswith("Failed to send request"):
        words = (
            f"can't connect to remote host ({host}): Network is unreachable"
            if is_address(host)
            else f"bad address '{host}'"
        )
    elif "failed" in said:
        words = f"can't connect to remote host ({host}): Connection refused"
    else:
        words = "download timed out"
    call.streams.complain(f"wget: {words}\n")
    return 1


async def _in_time(call: Call, options: FetchOptions) -> tuple[str, int]:
    """Give what came, or what its limit by the lab's clock leaves."""
    attempt = asyncio.ensure_future(fetch_attempt(call, options))
    limit = asyncio.ensure_future(call.machine.world.sleep(options.timeout_s))
    try:
        done, _ = await asyncio.wait((attempt, limit), return_when=asyncio.FIRST_COMPLETED)
        return attempt.result() if attempt in done else ("Connection error: timed out", 4)
    finally:
        attempt.cancel()
        limit.cancel()


async def small_nslookup(call: Call) -> int:
    """Ask for a name's addresses, in the words of the small nslookup of busybox."""
    args = [arg for arg in call.args if not arg.startswith("-")]
    if not args:
        call.streams.complain("BusyBox v1.25.1: Usage: nslookup HOST [SERVER]\n")
        return 1
    name, server = args[0], args[1] if len(args) > 1 else "127.0.0.1"
    resolved = resolve(call.machine, name, server)
    silent = resolved.reply in (Reply.TIMEOUT, Reply.NOBODY, Reply.NO_ROUTE)
    await call.machine.world.sleep(NSLOOKUP_TIMEOUT_S if silent else resolved.took_s)
    call.streams.say(f"Server:    {server}\nAddress 1: {server}\n\n")
    if resolved.reply is not Reply.ANSWERED:
        call.streams.complain(f"nslookup: can't resolve '{name}'\n")
        return 1
    call.streams.say(f"Name:      {name}\n")
    for number, address in enumerate(resolved.addresses, start=1):
        call.streams.say(f"Address {number}: {address}\n")
    return 0


async def pidof(call: Call) -> int:
    """Print the process numbers of a program; only dnsmasq is known here."""
    if call.args == ("dnsmasq",) and call.machine.router.dnsmasq_running:
        call.streams.say("1391 1392\n")
        return 0
    return 1


async def chmod(call: Call) -> int:
    """Change modes, which the lab's files have none of."""
    del call
    return 0


async def cp(call: Call) -> int:
    """Copy a file."""
    source, target = call.args[-2:]
    content = call.machine.files.read(source)
    if content is None:
        call.streams.complain(f"cp: can't stat '{source}': No such file or directory\n")
        return 1
    call.machine.files.write(target, content)
    return 0


def syslog(machine: Machine, *, facility: bool, host: str = "") -> str:
    """Give the log as syslogd of busybox writes it into a file."""
    lines = []
    for line in log_lines(machine):
        match = LOGREAD.fullmatch(line)
        if match is not None:
            when, level, text = match.groups()
            lines.append(" ".join(filter(None, (when, host, level if facility else "", text))))
    return "".join(f"{line}\n" for line in lines)


def lease_lengths(machine: Machine) -> str:
    """Give dnsmasq's lease file as a build for routers without a clock writes it."""
    now_s = int(machine.wall_clock_s())
    return "".join(
        f"{lease.expires_s - now_s} {lease.mac} {lease.address} {lease.host} 01:{lease.mac}\n"
        for lease in home.leases(machine)
    )


def with_names(contents: Contents, names: Mapping[str, str]) -> dict[str, Callable[[], str]]:
    """Give the kernel's files with the devices named as another make names them."""
    return {
        _renamed(path, names): partial(_made, make, names)
        for path, make in contents.items()
        if path.startswith(("/proc/", "/sys/class/net/"))
    }


def _made(make: Callable[[], str], names: Mapping[str, str]) -> str:
    return _renamed(make(), names)


def with_names_in_output(program: Program, names: Mapping[str, str]) -> Program:
    """Give a command that speaks of the devices by the names of another make."""
    back = {theirs: ours for ours, theirs in names.items()}

    async def run(call: Call) -> int:
        collected = Collected()
        status = await program(
            replace(
                call,
                args=tuple(_renamed(arg, back) for arg in call.args),
                streams=replace(call.streams, stdout=collected),
            )
        )
        call.streams.say(_renamed(collected.data.decode(), names))
        return status

    return run


def _renamed(text: str, names: Mapping[str, str]) -> str:
    words = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.sub(rf"(?<![\w.-])(?:{words})(?![\w-])", lambda match: names[match[0]], text)


def clock_text(machine: Machine) -> str:
    """Give the router's time as an image's build date stands in a login text."""
    return time.strftime("%d/%m/%y", time.gmtime(machine.wall_clock_s()))
