"""Readers of ZySH's answers: pure functions from text to facts; commands: the YAML file."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_interface
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Missing
from cpe_diag.domain.router_facts import LanNeighbour, LanStatus, WanStatus
from cpe_diag.driver_kit.parsers.answers import incomplete, unparseable
from cpe_diag.driver_kit.parsers.ifconfig import Shown, ifconfig
from cpe_diag.driver_kit.router import ReadingContext, UnreadableError
from cpe_diag.ports import CommandAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cpe_diag.domain.missing import Maybe

Answers = tuple[CommandAnswer, ...]

UNSUPPORTED: Final = Missing(why=FailureKind.UNSUPPORTED)
END: Final = re.compile(r"^Command Successful\.\s*\Z", re.MULTILINE)
# ntc-templates, tests/zyxel_os/cfg_lanhosts_get: columns stand below their names.
COLUMNS: Final = re.compile(
    r"^(Name +)(IP Address +)(IPv6 Address +)(MAC Address +)Address Source", re.MULTILINE
)
MAC: Final = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}", re.IGNORECASE)
# ..., cfg_lan_get: group, address, DHCP server, IPv6.
LAN: Final = re.compile(
    r"^(\S.*?) +([\d.]{7,15}) +(Enable|Disable|Relay)\w* +(?:true|false) *$", re.MULTILINE
)
HOME: Final = "br0"
LOOPBACK: Final = "lo"


def router_wan(answers: Answers, _: ReadingContext) -> WanStatus:
    """Read the way to the operator: the session, else an address that is no home network's.

    Raises:
        UnreadableError: NOT_MEASURED without either: a session that is down is not shown.
    """
    (answer,) = answers
    outside = [
        one
        for one in _shown(answer)
        if not one.name.startswith((HOME[:2], LOOPBACK)) and one.address is not None
    ]
    out = next((one for one in outside if one.point_to_point), next(iter(outside), None))
    if out is None or out.address is None:
        raise UnreadableError(FailureKind.NOT_MEASURED, "no interface leads to the operator")
    up = {"UP", "RUNNING"} <= out.flags
    return WanStatus(
        up=up,
        protocol="pppoe" if out.point_to_point else "ipoe",
        device=out.name,
        carrier=UNSUPPORTED if out.point_to_point else "RUNNING" in out.flags,
        mac=out.mac or UNSUPPORTED,
        addresses=(out.address,) if up else (),
        gateway=out.peer if up else None,
        dns_servers=(),
        uptime_s=UNSUPPORTED,
        autostart=UNSUPPORTED,
        error_codes=(),
    )


def _shown(answer: CommandAnswer) -> tuple[Shown, ...]:
    """Give the interfaces.

    Raises:
        UnreadableError: UNSUPPORTED where the router does not take the command.
    """
    found = ifconfig(answer.output)
    if answer.exit_status or not found:
        raise UnreadableError(FailureKind.UNSUPPORTED, f"{answer.command.label}: no interfaces")
    return found


def _taken(answer: CommandAnswer) -> str:
    """Give the text of a whole answer.

    Raises:
        UnreadableError: UNSUPPORTED where the router does not take it, INCOMPLETE without its end.
    """
    if answer.exit_status:
        raise UnreadableError(FailureKind.UNSUPPORTED, f"{answer.command.label}: not taken")
    end = END.search(answer.output)
    if end is None:
        raise incomplete(answer.command.label)
    return answer.output[: end.start()]


def router_lan(answers: Answers, _: ReadingContext) -> LanStatus:
    """Read the home network: its bridge, its DHCP server, the devices that the router knows."""
    interfaces, settings, hosts = answers
    bridge = next((one for one in _shown(interfaces) if one.name == HOME), None)
    prefix = None if bridge is None else bridge.address
    return LanStatus(
        prefix=prefix or UNSUPPORTED,
        ports=UNSUPPORTED,
        leases=UNSUPPORTED,
        neighbours=tuple(_hosts(hosts)),
        dhcp_enabled=_serves(_taken(settings), prefix),
        dhcp_server_running=UNSUPPORTED,
        dns_forwarder_running=UNSUPPORTED,
        dhcp_pool_size=UNSUPPORTED,
    )


def _serves(text: str, prefix: str | None) -> Maybe[bool]:
    """Say whether the home network's group hands out addresses."""
    own = None if prefix is None else str(ip_interface(prefix).ip)
    modes = [mode for _, address, mode in LAN.findall(text) if address == own]
    return UNSUPPORTED if not modes or modes[0] == "Relay" else modes[0] == "Enable"


def _hosts(answer: CommandAnswer) -> Iterable[LanNeighbour]:
    """Give the devices; nothing says which of them are there now."""
    text = _taken(answer)
    head = COLUMNS.search(text)
    if head is None:
        raise unparseable(answer.command.label, "no table of hosts")
    at = [0]
    for name in head.groups():
        at.append(at[-1] + len(name))
    for line in text[head.end() :].splitlines():
        address, mac = line[at[1] : at[2]].strip(), line[at[3] : at[4]].strip()
        try:
            known = str(ip_address(address))
        except ValueError:
            continue
        if MAC.fullmatch(mac):
            yield LanNeighbour(mac=mac.lower(), address=known, state="STALE")
