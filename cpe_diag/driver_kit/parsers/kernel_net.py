"""What the kernel says of the network: /proc/net/arp, name servers, iproute2's addresses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.router_facts import LanNeighbour, LanPort
from cpe_diag.driver_kit.parsers.answers import unparseable
from cpe_diag.driver_kit.parsers.fields import UNSUPPORTED, needed_address
from cpe_diag.driver_kit.parsers.sections import variables

if TYPE_CHECKING:
    from cpe_diag.domain.missing import Maybe

# Linux net/ipv4/arp.c, arp_format_neigh_entry: address, type, flags, MAC, mask, device.
_ARP_HEAD: Final = re.compile(r"IP address +HW type +Flags +HW address +Mask +Device")
_ARP_LINE: Final = re.compile(
    r"([\d.]{7,15}) +0x[0-9a-f]+ +0x([0-9a-f]+) +([0-9a-fA-F:]{17}) +\S+ +(\S+)"
)
# Linux include/uapi/linux/if_arp.h, ATF_COM: the entry is complete, which any valid state sets.
_COMPLETE: Final = 0x02
# resolv.conf(5).
_NAMESERVER: Final = re.compile(r"^nameserver\s+(\S+)", re.MULTILINE)
# iproute2 and busybox ip: `ip -4 addr show dev X` and `ip -4 route show`.
_INET: Final = re.compile(
    r"^\s+inet ([\d.]{7,15}(?:/\d{1,2})?)(?: peer ([\d.]{7,15}))?", re.MULTILINE
)
_DEFAULT: Final = re.compile(r"^default(?: via ([\d.]{7,15}))? +dev (\S+)", re.MULTILINE)

# sysfs-class-net: speed in Mbit/s, -1 or an error without a link. sysfs-class-net-statistics.
_SPEED: Final = re.compile(r"\d{1,6}")
_COUNTER: Final = re.compile(r"\d{1,20}")
_NO_LINK: Final = Missing(why=FailureKind.NOT_MEASURED)


def link_carrier(text: str) -> Maybe[bool]:
    """Read /sys/class/net/DEVICE/carrier; Missing where the device is down or none."""
    first = text.splitlines()[0] if text else ""
    return first == "1" if first in {"0", "1"} else UNSUPPORTED


def lan_port(name: str, text: str) -> LanPort:
    """Read a socket from its files in /sys/class/net.

    Args:
        name: of the socket.
        text: its carrier, its speed, then `rx_errors=`, `tx_errors=`, `rx_crc_errors=`, each in
            a line.

    Returns:
        The socket; what the kernel would not tell is Missing.
    """
    lines = text.splitlines()
    speed = lines[1] if len(lines) > 1 else ""
    counters = variables(text)
    return LanPort(
        name=name,
        carrier=link_carrier(text),
        speed_bps=int(speed) * 1_000_000 if _SPEED.fullmatch(speed) else _NO_LINK,
        rx_errors=_count(counters.get("rx_errors", "")),
        tx_errors=_count(counters.get("tx_errors", "")),
        crc_errors=_count(counters.get("rx_crc_errors", "")),
    )


def _count(text: str) -> Maybe[int]:
    return int(text) if _COUNTER.fullmatch(text) else UNSUPPORTED


def arp_table(text: str, device: str, label: str) -> tuple[LanNeighbour, ...]:
    """Read /proc/net/arp.

    Args:
        text: its content.
        device: whose neighbours are wanted.
        label: of the command, for messages.

    Returns:
        The neighbours on that device. The file tells complete entries from others, and not when
        they were confirmed: they are STALE or FAILED.

    Raises:
        UnreadableError: a line has another form.
    """
    head, *lines = text.splitlines() or [""]
    if not _ARP_HEAD.fullmatch(head):
        raise unparseable(label, "no table of neighbours")
    found: list[LanNeighbour] = []
    for line in lines:
        match = _ARP_LINE.fullmatch(line)
        if match is None:
            raise unparseable(label, "a line is no neighbour")
        complete = bool(int(match[2], 16) & _COMPLETE)
        mac: Maybe[str] = match[3].lower() if complete else UNSUPPORTED
        if match[4] == device:
            state = "STALE" if complete else "FAILED"
            found.append(LanNeighbour(mac=mac, address=match[1], state=state))
    return tuple(found)


def name_servers(text: str, label: str) -> tuple[str, ...]:
    """Read the servers of a resolv.conf.

    Raises:
        UnreadableError: one is no address.
    """
    return tuple(needed_address(one, label) for one in _NAMESERVER.findall(text))


def inet_addresses(text: str) -> tuple[str, ...]:
    """Read the IPv4 addresses of `ip addr`, with their prefix lengths."""
    return tuple(
        address if "/" in address else f"{address}/32" for address, _ in _INET.findall(text)
    )


def default_route(text: str) -> tuple[str | None, str | None]:
    """Read the default route of `ip route`: its next hop, and its device; None: none."""
    match = _DEFAULT.search(text)
    return (match[1], match[2]) if match else (None, None)
