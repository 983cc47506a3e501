"""An EdgeRouter of the lab: Vyatta's wrapper over the lab's home, without a radio.

Forms: ntc-templates, tests/ubiquiti_edgerouter.
"""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING

from cpe_diag.lab.makes import busybox
from cpe_diag.lab.openwrt import home, router_commands
from cpe_diag.lab.openwrt.face import Face
from cpe_diag.lab.openwrt.files import derived
from cpe_diag.lab.openwrt.path_commands import FetchOptions, fetch_attempt
from cpe_diag.lab.openwrt.programs import shell_programs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cpe_diag.lab.openwrt.files import Contents
    from cpe_diag.lab.openwrt.machine import Machine
    from cpe_diag.lab.openwrt.shell import Call, Program

NAMES = {
    "br-lan": "switch0",
    "wan": "eth0",
    "pppoe-wan": "pppoe0",
    "lan1": "eth1",
    "lan2": "eth2",
    "lan3": "eth3",
    "lan4": "eth4",
}
CURL_LIMIT_S = 7.0

# curl(1), EXIT CODES.
NO_NAME, REFUSED, TIMED_OUT = 6, 7, 28


async def wrapper(call: Call) -> int:
    """Run a command of Vyatta's operational mode."""
    match call.args:
        case ["show", "version"]:
            call.streams.say(_version(call.machine))
        case ["show", "interfaces"]:
            call.streams.say(_interfaces(call.machine))
        case ["show", "dhcp", "leases"]:
            call.streams.say(_leases(call.machine))
        case ["show", "dns", "forwarding", "nameservers"]:
            call.streams.say(_nameservers(call.machine))
        case ["reboot", "now"]:
            call.machine.spawn(call.machine.restart())
        case _:
            call.streams.say("\n  Invalid command\n\n")
            return 1
    return 0


def _version(machine: Machine) -> str:
    return (
        f"Version:      {machine.router.firmware}\nBuild ID:     5622731\n"
        "Copyright:    2012-2020 Ubiquiti Networks, Inc.\n"
        "HW model:     EdgeRouter X 5-Port\nHW S/N:       02005E100000\n"
    )


def _interfaces(machine: Machine) -> str:
    router = machine.router
    up, wired = home.session_up(machine), home.carrier(machine, home.wan_device(machine))
    lan = home.lan_interface(machine)
    dials = router.wan_protocol == "pppoe"
    address = f"{router.wan_address}/{router.wan_prefix}"
    rows = [("eth0", address if up and not dials else "-", wired, "Internet")]
    rows += [
        (NAMES[port], "-", home.carrier(machine, port), "Local")
        for port in home.lan_ports(machine)
    ]
    rows += [("pppoe0", router.wan_address, True, "Internet (PPPoE)")] if dials and up else []
    rows += [("switch0", lan.with_prefixlen, True, "Local")]
    head = (
        "Codes: S - State, L - Link, u - Up, D - Down, A - Admin Down\n"
        "Interface    IP Address                        S/L  Description                 \n"
        "---------    ----------                        ---  -----------                 \n"
    )
    loopback = f"{'lo':<13}{'127.0.0.1/8':<34}u/u  \n{'':13}::1/128                          \n"
    return (
        head
        + "".join(
            f"{name:<13}{shown:<34}u/{'u' if link else 'D'}  {words:<28}\n"
            for name, shown, link, words in rows
        )
        + loopback
    )


def _leases(machine: Machine) -> str:
    head = (
        "IP address      Hardware Address   Lease expiration     Pool       Client Name\n"
        "----------      ----------------   ----------------     ----       -----------\n"
    )
    return head + "".join(
        f"{one.address:<16}{one.mac:<19}"
        f"{time.strftime('%Y/%m/%d %H:%M:%S', time.gmtime(one.expires_s)):<21}"
        f"{'LAN':<11}{'?' if one.host == '*' else one.host}\n"
        for one in home.leases(machine)
    )


def _nameservers(machine: Machine) -> str:
    rule = "-" * 47
    servers = machine.router.dns_servers if home.session_up(machine) else []
    return (
        f"{rule}\n   Nameservers configured for DNS forwarding\n{rule}\n"
        + "".join(f"{one} available via 'dhcp eth0'\n" for one in servers)
        + "\n"
    )


async def curl(call: Call) -> int:
    """Fetch a page; its last line is what `-w` of the driver's command asks for."""
    options = FetchOptions(
        quiet=True, output="/dev/null", spider=True, timeout_s=CURL_LIMIT_S, url=call.args[-1]
    )
    attempt = asyncio.ensure_future(fetch_attempt(call, options))
    limit = asyncio.ensure_future(call.machine.world.sleep(CURL_LIMIT_S))
    try:
        done, _ = await asyncio.wait((attempt, limit), return_when=asyncio.FIRST_COMPLETED)
        said = attempt.result()[0] if attempt in done else "Connection error: timed out"
    finally:
        attempt.cancel()
        limit.cancel()
    status, code, words = "000", 0, ""
    if said.startswith("Download completed"):
        status = "200"
    elif said.startswith("HTTP error"):
        status = said.split()[2]
    elif said.startswith("Failed to send request"):
        code, words = NO_NAME, "Could not resolve host"
    elif said.endswith("failed"):
        code, words = REFUSED, "Failed to connect: Connection refused"
    else:
        code, words = TIMED_OUT, "Connection timed out after 5001 milliseconds"
    if code == REFUSED:
        call.streams.complain("* connect to 192.0.2.1 port 80 failed: Connection refused\n")
    call.streams.complain(f"curl: ({code}) {words}\n" if code else "")
    call.streams.say(f"\ncurl {status} 0\n")
    return code


async def pidof(call: Call) -> int:
    """Print the process number of dhclient where the WAN asks for its address."""
    if "dhclient" in call.args and call.machine.router.wan_protocol == "dhcp":
        call.streams.say("812\n")
        return 0
    return 1


def _programs() -> Mapping[str, Program]:
    return {
        **shell_programs(),
        "/opt/vyatta/bin/vyatta-op-cmd-wrapper": wrapper,
        "curl": curl,
        "ip": busybox.with_names_in_output(router_commands.ip, NAMES),
        "pidof": pidof,
    }


def _files(machine: Machine) -> Contents:
    own: dict[str, Callable[[], str]] = {
        "/proc/812/cmdline": lambda: "/sbin/dhclient\0-pf\0/var/run/dhclient.pid\0eth0\0",
        "/etc/resolv.conf": lambda: "nameserver 127.0.0.1\n",
        "/var/log/messages": partial(
            busybox.syslog, machine, facility=False, host=machine.router.hostname
        ),
    }
    kernel = busybox.with_names(derived(machine), NAMES)
    radios = tuple(f"/sys/class/net/{name}" for name in ("phy", "wlan"))
    return {path: make for path, make in kernel.items() if not path.startswith(radios)} | own


EDGEOS = Face(programs=_programs, files=_files)
"""An EdgeRouter X behind which the home's radios are others' access points."""
