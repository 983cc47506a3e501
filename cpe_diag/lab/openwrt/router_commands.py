"""Commands of OpenWrt over the router's state: ip, iwinfo, wifi, logread, reboot and the rest."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cpe_diag.lab.openwrt import home
from cpe_diag.lab.openwrt.air_text import freqlist, operation
from cpe_diag.lab.openwrt.files import device_mac, devices
from cpe_diag.lab.openwrt.json_text import to_text
from cpe_diag.lab.openwrt.log import log_lines
from cpe_diag.lab.openwrt.radios import (
    Bss,
    all_bss,
    band_of,
    bssid,
    frequency_mhz,
    radios,
)
from cpe_diag.lab.openwrt.shell import pattern, whole_number
from cpe_diag.lab.openwrt.ubus_network import device_status, interface_status, wireless_status
from cpe_diag.lab.openwrt.ubus_system import PIDS, running
from cpe_diag.lab.openwrt.ubus_wifi import (
    NOISE_DBM,
    SCAN_S,
    TX_POWER_DBM,
    average_signal_dbm,
    bss_named,
    quality,
    scanning_radio,
    stations,
)

if TYPE_CHECKING:
    from cpe_diag.lab.openwrt.machine import Machine
    from cpe_diag.lab.openwrt.shell import Call


async def ifstatus(call: Call) -> int:
    """Print an interface's status."""
    status = interface_status(call.machine, call.args[0] if call.args else "")
    if status is None:
        call.streams.say(f"Interface {call.args[0] if call.args else ''} not found\n")
        return 1
    call.streams.say(to_text(status) + "\n")
    return 0


async def devstatus(call: Call) -> int:
    """Print a device's status."""
    name = call.args[0] if call.args else ""
    status = device_status(call.machine, name)
    if status is None:
        call.streams.complain(
            f'Command failed: ubus call network.device status {{ "name": "{name}" }} (Not found)\n'
        )
        return 252
    call.streams.say(to_text(status) + "\n")
    return 0


async def logread(call: Call) -> int:
    """Print the log: -l N lines from the end, -e lines that match."""
    args = list(call.args)
    lines = log_lines(call.machine)
    while args:
        flag = args.pop(0)
        if flag == "-l" and args:
            number = whole_number(args.pop(0))
            lines = lines[-number:] if number else lines
        elif flag == "-e" and args:
            wanted = pattern(args.pop(0))
            lines = [line for line in lines if wanted.search(line)]
    call.streams.say("".join(f"{line}\n" for line in lines))
    return 0


async def wifi(call: Call) -> int:
    """Show, load, start or stop the radios; the change is on air a few seconds later."""
    match call.args:
        case ("status", *_):
            call.streams.say(to_text(wireless_status(call.machine)) + "\n")
        case () | ("up", *_):
            call.machine.load_wifi(forced=True)
        case ("reload" | "reload_legacy", *_):
            call.machine.load_wifi(forced=False)
        case ("down", *names):
            every = [radio.name for radio in radios(call.machine)]
            call.machine.wifi_stopped |= {*(names or every)}
        case _:
            call.streams.complain("Usage: /sbin/wifi [config|up|down|reconf|reload|status|isup]\n")
            return 1
    return 0


async def iwinfo(call: Call) -> int:
    """Show SSIDs on air, their stations, or a scan."""
    machine = call.machine
    if not call.args:
        call.streams.say("".join(_iwinfo_block(machine, bss) for bss in all_bss(machine)))
        return 0
    name, what = call.args[0], call.args[1] if len(call.args) > 1 else "info"
    if what == "scan":
        return await _scan(call, name)
    bss = bss_named(machine, name)
    if bss is None:
        call.streams.complain(f"No such wireless device: {name}\n")
        return 1
    if what == "assoclist":
        call.streams.say(_assoclist(machine, bss))
    elif what == "info":
        call.streams.say(_iwinfo_block(machine, bss))
    elif what == "freqlist":
        call.streams.say(freqlist(bss.radio))
    else:
        call.streams.complain(
            "Usage: iwinfo <device> {info|scan|txpowerlist|freqlist|assoclist}\n"
        )
        return 1
    return 0


def _iwinfo_block(machine: Machine, bss: Bss) -> str:
    radio = bss.radio
    signal_dbm = average_signal_dbm(machine, bss)
    connected = stations(machine, bss)
    rate = f"{connected[0].tx_rate_kbps / 1000:.1f} MBit/s" if connected else "unknown"
    level = "unknown" if signal_dbm is None else str(quality(signal_dbm))
    shown = "unknown" if signal_dbm is None else f"{signal_dbm} dBm"
    security = {"none": "none", "sae": "WPA3 SAE (CCMP)"}.get(bss.encryption, "WPA2 PSK (CCMP)")
    margin = " " * 10
    return (
        f'{bss.ifname:<9} ESSID: "{bss.ssid}"\n'
        f"{margin}Access Point: {bssid(machine, bss).upper()}\n"
        f"{margin}Mode: Master  Channel: {radio.channel}"
        f" ({radio.frequency_mhz / 1000:.3f} GHz)  HT Mode: {radio.htmode}\n"
        f"{margin}Center Channel 1: {radio.channel} 2: unknown\n"
        f"{margin}Tx-Power: {TX_POWER_DBM.get(radio.band, 20)} dBm  Link Quality: {level}/70\n"
        f"{margin}Signal: {shown}  Noise: {NOISE_DBM.get(radio.band, -95)} dBm\n"
        f"{margin}Bit Rate: {rate}\n"
        f"{margin}Encryption: {security}\n"
        f"{margin}Type: nl80211  HW Mode(s): 802.11ax/b/g/n\n"
        f"{margin}Hardware: 14C3:7986 14C3:7986 [MediaTek MT7986]\n"
        f"{margin}TX power offset: none\n"
        f"{margin}Frequency offset: none\n"
        f"{margin}Supports VAPs: yes  PHY name: {radio.phy}\n"
        "\n"
    )


def _assoclist(machine: Machine, bss: Bss) -> str:
    noise_dbm = NOISE_DBM.get(bss.radio.band, -95)
    text = ""
    for device in stations(machine, bss):
        packets = int(machine.uptime_s() * 40)
        text += (
            f"{device.mac.upper()}  {device.signal_dbm} dBm / {noise_dbm} dBm"
            f" (SNR {device.signal_dbm - noise_dbm})  120 ms ago\n"
            f"\tRX: {device.rx_rate_kbps / 1000:.1f} MBit/s, MCS 5, 20MHz"
            f"           {packets:>12} Pkts.\n"
            f"\tTX: {device.tx_rate_kbps / 1000:.1f} MBit/s, MCS 7, 20MHz"
            f"           {packets:>12} Pkts.\n"
            f"\texpected throughput: {device.tx_rate_kbps / 2000:.1f} MBit/s\n\n"
        )
    return text or "No station connected\n"


async def _scan(call: Call, name: str) -> int:
    radio = scanning_radio(call.machine, name)
    if radio is None:
        call.streams.complain(f"No such wireless device: {name}\n")
        return 1
    await call.machine.world.sleep(SCAN_S)
    heard = [each for each in call.machine.router.air if band_of(each.channel) == radio.band]
    for index, neighbour in enumerate(heard, start=1):
        shown = f'"{neighbour.ssid}"' if neighbour.ssid else "unknown"
        call.streams.say(
            f"Cell {index:02d} - Address: {neighbour.bssid.upper()}\n"
            f"          ESSID: {shown}\n"
            "          Mode: Master"
            f"  Frequency: {frequency_mhz(radio.band, neighbour.channel) / 1000:.3f} GHz"
            f"  Band: {'2.4' if radio.band == '2g' else '5'} GHz"
            f"  Channel: {neighbour.channel}\n"
            f"          Signal: {neighbour.signal_dbm} dBm"
            f"  Quality: {quality(neighbour.signal_dbm)}/70\n"
            "          Encryption: WPA2 PSK (CCMP)\n"
            f"{operation(neighbour.channel, neighbour.width_mhz)}\n"
        )
    if not heard:
        call.streams.say("No scan results\n\n")
    return 0


async def ip(call: Call) -> int:
    """Show addresses, routes, neighbours, links."""
    words = [arg for arg in call.args if not arg.startswith("-")]
    machine = call.machine
    match words:
        case [("addr" | "address" | "a"), *rest]:
            call.streams.say(_addresses(machine, _device_named(rest)))
        case [("route" | "r" | "ro"), "get", address, *_]:
            return _route_get(call, address)
        case [("route" | "r" | "ro"), *rest]:
            lines = _routes(machine)
            wanted = [line for line in lines if "default" not in rest or line[:7] == "default"]
            call.streams.say("".join(f"{line} \n" for line in wanted))
        case [("neigh" | "neighbour" | "neighbor" | "n"), *rest]:
            only = _device_named(rest)
            call.streams.say(
                "".join(
                    f"{address} dev {device} {f'lladdr {mac} ' if mac else ' '}{state} \n"
                    for address, device, mac, state in home.neighbours(machine)
                    if only in (None, device)
                )
            )
        case [("link" | "l"), *_]:
            call.streams.say(_links(machine))
        case _:
            call.streams.complain("Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }\n")
            return 255
    return 0


def _device_named(words: list[str]) -> str | None:
    return words[words.index("dev") + 1] if "dev" in words[:-1] else None


def _addresses(machine: Machine, only: str | None) -> str:
    lan = home.lan_interface(machine)
    shown = [("lo", "127.0.0.1/8 scope host lo")]
    router = machine.router
    if home.session_up(machine):
        device = home.wan_layer3(machine)
        if router.wan_protocol == "pppoe":
            address = f"{router.wan_address} peer {router.wan_gateway}/32 scope global {device}"
        else:
            address = f"{router.wan_address}/{router.wan_prefix} scope global {device}"
        shown.append((device, address))
    broadcast = lan.network.broadcast_address
    shown.append(("br-lan", f"{lan.with_prefixlen} brd {broadcast} scope global br-lan"))
    names = devices(machine)
    return "".join(
        f"{names.index(device) + 1}: {device}: {_flags(machine, device)} mtu 1500\n"
        f"    inet {address}\n"
        "       valid_lft forever preferred_lft forever\n"
        for device, address in shown
        if only in (None, device)
    )


def _flags(machine: Machine, device: str) -> str:
    if device == "lo":
        return "<LOOPBACK,UP,LOWER_UP>"
    carrier = home.carrier(machine, device)
    return f"<{'' if carrier else 'NO-CARRIER,'}BROADCAST,MULTICAST,UP{',LOWER_UP' * carrier}>"


def _routes(machine: Machine) -> list[str]:
    router = machine.router
    lines: list[str] = []
    if home.session_up(machine):
        device = home.wan_layer3(machine)
        if router.wan_protocol == "pppoe":
            lines.append(f"default via {router.wan_gateway} dev {device} proto static")
            lines.append(
                f"{router.wan_gateway} dev {device} proto kernel scope link"
                f" src {router.wan_address}"
            )
        else:
            lines.append(
                f"default via {router.wan_gateway} dev {device} proto static"
                f" src {router.wan_address}"
            )
    lan = home.lan_interface(machine)
    lines.append(f"{lan.network} dev br-lan proto kernel scope link src {lan.ip}")
    return lines


def _route_get(call: Call, address: str) -> int:
    if not home.session_up(call.machine):
        call.streams.complain("RTNETLINK answers: Network unreachable\n")
        return 2
    router = call.machine.router
    device = home.wan_layer3(call.machine)
    call.streams.say(
        f"{address} via {router.wan_gateway} dev {device} src {router.wan_address} uid 0 \n"
    )
    return 0


def _links(machine: Machine) -> str:
    return "".join(
        f"{index}: {device}: {_flags(machine, device)} mtu 1500 qdisc fq_codel state"
        f" {'UP' if home.carrier(machine, device) else 'DOWN'} qlen 1000\n"
        f"    link/{'loopback' if device == 'lo' else 'ether'} {device_mac(machine, device)}"
        " brd ff:ff:ff:ff:ff:ff\n"
        for index, device in enumerate(devices(machine), start=1)
    )


async def uptime(call: Call) -> int:
    """Print the time, the uptime and the load."""
    minutes = int(call.machine.uptime_s() // 60)
    clock = time.strftime("%H:%M:%S", time.gmtime(call.machine.wall_clock_s()))
    load = call.machine.router.load_1min
    span = f"{minutes} min" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02d}"  # noqa: PLR2004 - minutes of an hour
    call.streams.say(
        f" {clock} up {span},  load average: {load:.2f}, {load * 0.9:.2f}, {load * 0.8:.2f}\n"
    )
    return 0


async def date(call: Call) -> int:
    """Print the router's clock, `+FORMAT` included (no setting)."""
    now = time.gmtime(call.machine.wall_clock_s())
    form = next((arg[1:] for arg in call.args if arg.startswith("+")), "%a %b %e %H:%M:%S UTC %Y")
    form = form.replace("%s", str(int(call.machine.wall_clock_s())))
    call.streams.say(time.strftime(form, now) + "\n")
    return 0


async def ps(call: Call) -> int:
    """List processes."""
    rows = [(1, "/sbin/procd")] + [
        (pid, path) for name, (pid, path) in PIDS.items() if running(call.machine, name)
    ]
    call.streams.say("  PID USER       VSZ STAT COMMAND\n")
    for pid, path in sorted(rows):
        call.streams.say(f"{pid:>5} root      1612 S    {path}\n")
    return 0


async def identity(call: Call) -> int:
    """Print who runs this."""
    if call.args[:1] == ("-u",):
        call.streams.say("0\n")
    else:
        call.streams.say("uid=0(root) gid=0(root) groups=0(root)\n")
    return 0


async def uname(call: Call) -> int:
    """Print the system's name."""
    if call.args[:1] == ("-a",):
        call.streams.say(f"Linux {call.machine.router.hostname} 6.6.73 #0 SMP aarch64 GNU/Linux\n")
    else:
        call.streams.say("6.6.73\n" if call.args[:1] == ("-r",) else "Linux\n")
    return 0


async def reboot(call: Call) -> int:
    """Restart: the answer still comes, then everything goes down."""
    call.machine.spawn(call.machine.restart())
    return 0


async def ls(call: Call) -> int:
    """List files or a folder's content."""
    status = 0
    for path in [arg for arg in call.args if not arg.startswith("-")] or ["/root"]:
        below = path.rstrip("/") + "/"
        inside = {
            name.removeprefix(below).split("/")[0]
            for name in call.machine.files.paths()
            if name.startswith(below)
        }
        if inside:
            call.streams.say("".join(f"{name}\n" for name in sorted(inside)))
        elif call.machine.files.read(path) is not None:
            call.streams.say(f"{path}\n")
        else:
            call.streams.complain(f"ls: {path}: No such file or directory\n")
            status = 1
    return status


async def rm(call: Call) -> int:
    """Remove written files; with -r all that lies below a folder."""
    flags = "".join(arg for arg in call.args if arg.startswith("-"))
    forced = "f" in flags
    status = 0
    for path in [arg for arg in call.args if not arg.startswith("-")]:
        if "r" in flags:
            for below in [one for one in call.machine.files.written if one.startswith(f"{path}/")]:
                call.machine.files.remove(below)
        if not call.machine.files.remove(path) and not forced:
            call.streams.complain(f"rm: can't remove '{path}': No such file or directory\n")
            status = 1
    return status


async def service(call: Call) -> int:
    """Init scripts: only `dnsmasq restart` and its kind change something here."""
    if call.name.rpartition("/")[2] == "dnsmasq":
        verb = call.args[0] if call.args else ""
        if verb in ("start", "restart", "reload"):
            call.machine.router.dnsmasq_running = True
        elif verb == "stop":
            call.machine.router.dnsmasq_running = False
    return 0
