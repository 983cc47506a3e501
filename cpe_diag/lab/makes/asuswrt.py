"""An ASUS router of the lab: ASUSWRT's variables, `service`, `wl`, and its files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cpe_diag.lab.links import wan_carrier
from cpe_diag.lab.makes import busybox
from cpe_diag.lab.makes.nvram_command import nvram_program
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
    from cpe_diag.lab.openwrt.uci import Section

RADIOS = ("eth5", "eth6")
NAMES = {
    "br-lan": "br0",
    "wan": "eth0",
    "pppoe-wan": "ppp0",
    "lan1": "eth1",
    "lan2": "eth2",
    "lan3": "eth3",
    "lan4": "eth4",
}
BANDS = {"2g": "2", "5g": "1", "6g": "4"}

# notify_rc.c and services.c of ASUSWRT: the order that is being done, how long a new one waits for
# it, in seconds; and how long an order takes here.
RC_SERVICE = "rc_service"
ORDER_WAIT_S = 15
ORDER_S = 2.0

# ASUSWRT's words for a network's protection, beside the home's.
SECURITY = {"none": "open", "psk2": "psk2", "sae": "sae", "sae-mixed": "psk2sae"}


def _chanspec(value: str, section: Section) -> str:
    if value == "auto":
        return "0"
    return f"{value}/80" if section.get("htmode") == "HE80" else value


def _channel(value: str) -> str:
    head = value.partition("/")[0].rstrip("lu")
    return "auto" if head == "0" else head


def _made(machine: Machine) -> Mapping[str, str]:
    """Give what ASUSWRT sets itself: identity, the state of the WAN, names of devices."""
    router = machine.router
    up = home.session_up(machine)
    lan = home.lan_interface(machine)
    wireless = router.uci.get("wireless", {})
    made = {
        "productid": "RT-AX88U",
        "firmver": "3.0.0.4",
        "buildno": router.firmware,
        "extendno": "0",
        "link_wan": str(int(wan_carrier(machine.world, router))),
        "wan0_primary": "1",
        "wan0_enable": "1",
        "wan0_state_t": "2" if up else "4",
        "wan0_sbstate_t": "0",
        "wan0_auxstate_t": "0" if up else "1",
        "wan0_proto": router.wan_protocol,
        "wan0_ifname": "eth0",
        "wan0_pppoe_ifname": "ppp0" if router.wan_protocol == "pppoe" else "",
        "wan0_hwaddr": router.wan_mac.upper(),
        "wan0_ipaddr": router.wan_address if up else "0.0.0.0",  # noqa: S104 - no address
        "wan0_netmask": "255.255.255.0" if router.wan_protocol == "dhcp" else "255.255.255.255",
        "wan0_gateway": router.wan_gateway if up else "0.0.0.0",  # noqa: S104 - no address
        "wan0_dns": " ".join(router.dns_servers) if up else "",
        "lan_ifname": "br0",
        "lan_ifnames": " ".join((*(NAMES[port] for port in home.lan_ports(machine)), *RADIOS)),
        "lan_ipaddr": str(lan.ip),
        "lan_netmask": str(lan.netmask),
        "dhcp_enable_x": "0" if home.option(machine, "dhcp", "lan", "ignore", "0") == "1" else "1",
        "dhcp_start": str(lan.network[100]),
        "dhcp_end": str(lan.network[249]),
        "wl_ifnames": " ".join(RADIOS),
    }
    for unit, name in enumerate(RADIOS):
        section = wireless.get(f"radio{unit}", {})
        made[f"wl{unit}_ifname"] = name
        made[f"wl{unit}_nband"] = BANDS.get(str(section.get("band", "2g")), "2")
        made[f"wl{unit}_bss_enabled"] = "1"
        made[f"wl{unit}_vifs"] = f"wl{unit}.1" if f"guest_radio{unit}" in wireless else ""
        made[f"wl{unit}.1_bss_enabled"] = "1"
    return made


NVRAM = Nvram(
    words={
        **WORDS,
        "auth_mode_x": of_table(SECURITY, "encryption"),
        "radio": Word(
            option="disabled",
            of_radio=True,
            shown=lambda value, _section: "0" if value == "1" else "1",
            kept=lambda value: "1" if value == "0" else "0",
        ),
        "chanspec": Word(option="channel", of_radio=True, shown=_chanspec, kept=_channel),
    },
    made=_made,
)


async def service(call: Call) -> int:
    """Tell `rc` what to do; it does it after the answer, one order at a time (notify_rc.c)."""
    machine, order = call.machine, " ".join(call.args)
    for _ in range(ORDER_WAIT_S):
        if not NVRAM.get(machine, RC_SERVICE):
            NVRAM.set(machine, RC_SERVICE, order)
            machine.spawn(_obey(machine, order))
            break
        await machine.world.sleep(1.0)
    call.streams.say("\nDone.\n")
    return 0


async def _obey(machine: Machine, order: str) -> int:
    await machine.world.sleep(ORDER_S)
    match order:
        case "restart_wireless":
            machine.load_wifi(forced=True)
        case "restart_dnsmasq":
            machine.router.dnsmasq_running = True
        case "reboot":
            return await machine.restart()
    NVRAM.set(machine, RC_SERVICE, "")
    return 0


def _programs() -> Mapping[str, Program]:
    return {
        **shell_programs(),
        "ip": busybox.with_names_in_output(router_commands.ip, NAMES),
        "nvram": nvram_program(NVRAM),
        "pidof": busybox.pidof,
        "service": service,
        "wget": busybox.wget,
        "wl": Wl(RADIOS).program(),
    }


def _files(machine: Machine) -> Contents:
    own: dict[str, Callable[[], str]] = {
        "/tmp/syslog.log": partial(busybox.syslog, machine, facility=False),  # noqa: S108 - there
        "/var/lib/misc/dnsmasq.leases": partial(busybox.lease_lengths, machine),
    }
    return busybox.with_names(derived(machine), NAMES) | own


ASUSWRT = Face(programs=_programs, files=_files)
"""An RT-AX88U, as its variables say."""
