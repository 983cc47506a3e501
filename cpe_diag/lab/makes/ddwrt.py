"""A DD-WRT router of the lab: its variables, startservice and stopservice, `wl`, its files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cpe_diag.lab.makes import busybox
from cpe_diag.lab.makes.nvram_command import nvram_program, take_assignment
from cpe_diag.lab.makes.nvram_store import WORDS, Nvram, Word, of_table
from cpe_diag.lab.makes.wl import Wl
from cpe_diag.lab.openwrt import home, router_commands
from cpe_diag.lab.openwrt.face import Face
from cpe_diag.lab.openwrt.files import derived
from cpe_diag.lab.openwrt.programs import shell_programs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cpe_diag.lab.openwrt.files import Contents
    from cpe_diag.lab.openwrt.machine import Machine
    from cpe_diag.lab.openwrt.shell import Call, Program

RADIOS = ("eth1", "eth2")
NAMES = {"br-lan": "br0", "wan": "vlan2", "pppoe-wan": "ppp0", "lan1": "vlan1"}

# DD-WRT's words for a network's protection, beside the home's.
SECURITY = {"none": "disabled", "psk2": "psk2", "sae": "psk3"}


def _made(machine: Machine) -> Mapping[str, str]:
    """Give what DD-WRT sets itself: identity, the WAN, names of devices."""
    router = machine.router
    up = home.session_up(machine)
    lan = home.lan_interface(machine)
    wireless = router.uci.get("wireless", {})
    serves = home.option(machine, "dhcp", "lan", "ignore", "0") != "1"
    made = {
        "DD_BOARD": "Netgear R7000",
        "os_version": router.firmware,
        "dist_type": "std",
        "wan_proto": router.wan_protocol,
        "wan_ifname": "ppp0" if router.wan_protocol == "pppoe" else "vlan2",
        "wan_hwaddr": router.wan_mac.upper(),
        "wan_ipaddr": router.wan_address if up else "0.0.0.0",  # noqa: S104 - no address
        "wan_netmask": "255.255.255.0" if up else "0.0.0.0",  # noqa: S104 - no address
        "wan_gateway": router.wan_gateway if up else "0.0.0.0",  # noqa: S104 - no address
        "lan_ifname": "br0",
        "lan_ipaddr": str(lan.ip),
        "lan_netmask": str(lan.netmask),
        "lan_proto": "dhcp" if serves else "static",
        "dhcp_num": home.option(machine, "dhcp", "lan", "limit", "150"),
    }
    for unit, name in enumerate(RADIOS):
        section = wireless.get(f"radio{unit}", {})
        made[f"wl{unit}_ifname"] = name
        made[f"wl{unit}_mode"] = "ap"
        made[f"wl{unit}_nband"] = "1" if section.get("band") == "5g" else "2"
        made[f"wl{unit}_bridged"] = "1"
        made[f"wl{unit}_vifs"] = f"wl{unit}.1" if f"guest_radio{unit}" in wireless else ""
        made[f"wl{unit}.1_bridged"] = "0"
    return made


NVRAM = Nvram(
    words={
        **WORDS,
        "security_mode": of_table(SECURITY, "encryption"),
        "net_mode": Word(
            option="disabled",
            of_radio=True,
            shown=lambda value, _section: "disabled" if value == "1" else "mixed",
            kept=lambda value: "1" if value == "disabled" else "0",
        ),
        "channel": Word(
            option="channel",
            of_radio=True,
            shown=lambda value, _section: "0" if value == "auto" else value,
            kept=lambda value: "auto" if value == "0" else value,
        ),
    },
    made=_made,
)


async def startservice(call: Call) -> int:
    """Start a service: `wlconf` puts the radios on air with what nvram has."""
    if call.args[:1] == ("wlconf",):
        call.machine.load_wifi(forced=True)
    return 0


async def stopservice(call: Call) -> int:
    """Stop a service: nothing here has to be stopped before it starts anew."""
    del call
    return 0


def _programs() -> Mapping[str, Program]:
    return {
        **shell_programs(),
        "ip": busybox.with_names_in_output(router_commands.ip, NAMES),
        "nslookup": busybox.small_nslookup,
        "nvram": nvram_program(NVRAM),
        "pidof": busybox.pidof,
        "startservice": startservice,
        "stopservice": stopservice,
        "wget": busybox.wget,
        "wl": Wl(RADIOS).program(),
    }


def _files(machine: Machine) -> Contents:
    router = machine.router
    up = home.session_up(machine)
    servers = "".join(f"nameserver {one}\n" for one in router.dns_servers if up)
    own: dict[str, Callable[[], str]] = {
        "/tmp/loginprompt": partial(_login_text, machine),  # noqa: S108 - a path on the router
        "/tmp/dnsmasq.leases": partial(busybox.lease_lengths, machine),  # noqa: S108 - there
        "/tmp/resolv.dnsmasq": lambda: servers,  # noqa: S108 - a path on the router
        "/var/log/messages": partial(busybox.syslog, machine, facility=True, host="DD-WRT"),
    }
    if up and router.wan_protocol == "pppoe":
        own["/tmp/ppp/link"] = lambda: "ppp0\n"  # noqa: S108 - a path on the router
    return busybox.with_names(derived(machine), NAMES) | own


def _login_text(machine: Machine) -> str:
    released = busybox.clock_text(machine)
    return f"DD-WRT v3.0-r44715 std (c) 2020 NewMedia-NET GmbH\nRelease: {released}\n"


def _device(machine: Machine, content: bytes) -> None:
    """Take what is written to /dev/nvram: `name=value` and a NUL."""
    take_assignment(NVRAM, machine, content)


DDWRT = Face(programs=_programs, files=_files, devices={"/dev/nvram": _device})
"""A Netgear R7000 with DD-WRT, as its variables say."""
