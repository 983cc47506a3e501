"""Health of a Linux router as its kernel tells it in /proc."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.router_facts import RouterSystem
from cpe_diag.driver_kit.parsers.answers import unparseable, whole_text
from cpe_diag.driver_kit.parsers.fields import UNSUPPORTED
from cpe_diag.driver_kit.parsers.sections import sections
from cpe_diag.driver_kit.router import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.missing import Maybe
    from cpe_diag.driver_kit.router import ReadingContext
    from cpe_diag.ports import CommandAnswer

# proc(5): /proc/uptime and /proc/loadavg.
_UPTIME: Final = re.compile(r"(\d{1,12}\.\d\d) \d{1,12}\.\d\d\n")
_LOADAVG: Final = re.compile(r"(\d{1,6}\.\d\d) ")
# proc(5): /proc/meminfo; MemAvailable came with Linux 3.14.
_MEMORY: Final = re.compile(r"^(MemTotal|MemAvailable): +(\d{1,12}) kB$", re.MULTILINE)
# RFC 4122, section 3, and random(4): /proc/sys/kernel/random/boot_id.
_BOOT_ID: Final = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\n")
_NUMBER: Final = re.compile(r"(\d{1,12})\n")

# nf_conntrack-sysctl.rst of Linux; before Linux 2.6.37 also below net/ipv4.
_ENTRIES: Final = (
    "sys/net/netfilter/nf_conntrack_count",
    "sys/net/ipv4/netfilter/ip_conntrack_count",
)
_LIMITS: Final = (
    "sys/net/netfilter/nf_conntrack_max",
    "sys/net/ipv4/netfilter/ip_conntrack_max",
)


def linux_system(
    answer: CommandAnswer, context: ReadingContext, *, model: Maybe[str], firmware: Maybe[str]
) -> RouterSystem:
    """Read files of /proc, each after a line `== PATH`, and `date +%s` after `== date`.

    Args:
        answer: of the commands; ends with `rc=N`.
        context: when it came.
        model: what another answer said.
        firmware: what another answer said.

    Returns:
        The fact; a file that is not there leaves its field unsupported.

    Raises:
        UnreadableError: cut, or without an uptime.
    """
    text, _ = whole_text(answer)
    files = dict(sections(text))
    uptime = _UPTIME.fullmatch(files.get("uptime", ""))
    if uptime is None:
        raise unparseable(answer.command.label, "no /proc/uptime")
    load = _LOADAVG.match(files.get("loadavg", ""))
    memory = {name: int(value) for name, value in _MEMORY.findall(files.get("meminfo", ""))}
    boot_id = _BOOT_ID.fullmatch(files.get("sys/kernel/random/boot_id", ""))
    clock = _NUMBER.fullmatch(files.get("date", ""))
    return RouterSystem(
        model=model,
        firmware=firmware,
        uptime_s=float(uptime[1]),
        load_1min=float(load[1]) if load else UNSUPPORTED,
        memory_total_bytes=_bytes(memory, "MemTotal"),
        memory_available_bytes=_bytes(memory, "MemAvailable"),
        conntrack_entries=_first(files, _ENTRIES),
        conntrack_limit=_first(files, _LIMITS),
        clock_offset_s=float(clock[1]) - context.at.timestamp() if clock else UNSUPPORTED,
        boot_id=boot_id[1] if boot_id else UNSUPPORTED,
    )


def _bytes(memory: Mapping[str, int], name: str) -> Maybe[int]:
    return memory[name] * 1024 if name in memory else UNSUPPORTED


def _first(files: Mapping[str, str], paths: tuple[str, ...]) -> Maybe[int]:
    found = (_NUMBER.fullmatch(files.get(path, "")) for path in paths)
    return next((int(match[1]) for match in found if match), UNSUPPORTED)


def running(answer: CommandAnswer) -> bool:
    """Read `pidof NAME; echo rc=$?`: whether such a process runs.

    Raises:
        UnreadableError: cut, or there is no pidof.
    """
    text, status = whole_text(answer)
    if status not in {0, 1}:
        detail = f"{answer.command.label}: ended with exit status {status}"
        raise UnreadableError(FailureKind.DEVICE_ERROR, detail)
    return status == 0 and bool(text.strip())
