"""The home network's tables: dnsmasq's leases, the kernel's neighbours, uci options."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.router_facts import DhcpLease, LanNeighbour
from cpe_diag.driver_kit.parsers.answers import unparseable, whole_text
from cpe_diag.driver_kit.parsers.fields import UNSUPPORTED
from cpe_diag.driver_kit.parsers.sections import sections

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.domain.missing import Maybe
    from cpe_diag.ports import CommandAnswer

# dnsmasq, src/lease.c, lease_update_file (recording dhcp_leases): expiry, MAC, address, name or
# `*`, client id or `*`.
_LEASE: Final = re.compile(r"(\d{1,12}) ([0-9a-f:]{17}) (\S+) (\S+) (\S+)")
# In seconds: no lease lasts so long (32 years), and no clock of today shows so little.
_NO_UNIX_TIME: Final = 1_000_000_000
_CLOCK: Final = re.compile(r"(\d{1,12})\n")
# busybox libbb/wfopen_input.c and strerror(ENOENT): `cat: can't open '...': No such file ...`.
_NO_FILE: Final = "No such file or directory"
# IPv6 leases of the same file: a DUID line, and lines with another second field.
_LEASE_V6: Final = re.compile(r"duid \S+|\d+ \S+ [0-9a-f:]+ \S+ \S+")
# iproute2 and busybox ip, `ip neigh` (recording ip).
_NEIGHBOUR: Final = re.compile(
    r"(\S+) dev (\S+)(?:\s+lladdr ([0-9a-f:]{17}))?(?: router| proxy| extern_learn| ref \d+)*"
    r"(?: used \S+)?(?: probes \d+)?\s+([A-Z]+)\s*"
)
# uci show (recordings uci_network, uci_wireless); a quote in a value is '\''.
_OPTION: Final = re.compile(r"[\w-]+\.[\w@\[\]-]+\.([\w-]+)='(.*)'")


def leases(text: str, label: str) -> tuple[DhcpLease, ...]:
    """Read dnsmasq's lease file, IPv4 only.

    Args:
        text: its content.
        label: of the command, for messages.

    Returns:
        The leases in the order of the file.

    Raises:
        UnreadableError: a line is neither a lease nor an IPv6 one.
    """
    found: list[DhcpLease] = []
    for line in text.splitlines():
        match = _LEASE.fullmatch(line)
        if match is None:
            if line and not _LEASE_V6.fullmatch(line):
                raise unparseable(label, "a line is no lease")
            continue
        host = "" if match[4] == "*" else match[4]
        found.append(
            DhcpLease(mac=match[2], address=match[3], host=host, expires_at_s=int(match[1]))
        )
    return tuple(found)


def dated_leases(answer: CommandAnswer) -> Maybe[tuple[DhcpLease, ...]]:
    """Read the router's clock (after `== date`) and dnsmasq's lease file (after `== leases`).

    dnsmasq built with HAVE_BROKEN_RTC, as for routers without a clock, writes how long a lease
    lasts in place of when it ends; with HAVE_LEASEFILE_EXPIRE (ASUSWRT) what was left of it when
    the file was written. Then the moment of its end is the latest that it can be.

    Args:
        answer: of the commands; ends with `rc=N`.

    Returns:
        The leases. dnsmasq writes the file with the first one: without it nobody has one.

    Raises:
        UnreadableError: cut, or a line is neither a lease nor an IPv6 one.
    """
    label = answer.command.label
    text, status = whole_text(answer)
    if status:
        return () if _NO_FILE in text else UNSUPPORTED
    parts = dict(sections(text))
    clock = _CLOCK.fullmatch(parts.get("date", ""))
    if clock is None or "leases" not in parts:
        raise unparseable(label, "no clock before the leases")
    return tuple(
        replace(lease, expires_at_s=int(clock[1]) + lease.expires_at_s)
        if lease.expires_at_s < _NO_UNIX_TIME
        else lease
        for lease in leases(parts["leases"], label)
    )


def neighbours(text: str, device: str, label: str) -> tuple[LanNeighbour, ...]:
    """Read `ip neigh`.

    Args:
        text: what it printed.
        device: whose neighbours are wanted.
        label: of the command, for messages.

    Returns:
        The neighbours on that device.

    Raises:
        UnreadableError: a line has another form.
    """
    found: list[LanNeighbour] = []
    for line in text.splitlines():
        match = _NEIGHBOUR.fullmatch(line)
        if match is None:
            raise unparseable(label, "a line is no neighbour")
        mac: Maybe[str] = UNSUPPORTED if match[3] is None else match[3]
        if match[2] == device:
            found.append(LanNeighbour(mac=mac, address=match[1], state=match[4]))
    return tuple(found)


def uci_options(text: str) -> Mapping[str, str]:
    """Read `uci show CONFIG.SECTION`: options and values, without quotes."""
    found = (_OPTION.fullmatch(line) for line in text.splitlines())
    return {match[1]: match[2].replace("'\\''", "'") for match in found if match}
