"""iwconfig, iwlist and wstalist of a lab router, in the forms that public sources show."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from cpe_diag.lab.makes.airos_config import RADIOS
from cpe_diag.lab.openwrt.radios import all_bss, band_of, bssid, frequency_mhz, radios
from cpe_diag.lab.openwrt.ubus_wifi import NOISE_DBM, SCAN_S, TX_POWER_DBM, stations

if TYPE_CHECKING:
    from cpe_diag.lab.home_state import AirNeighbourState
    from cpe_diag.lab.openwrt.machine import Machine
    from cpe_diag.lab.openwrt.shell import Call


async def iwconfig(call: Call) -> int:
    """Show a device, as display_info of wireless-tools does."""
    name = call.args[0] if call.args else ""
    if name not in RADIOS:
        call.streams.complain(f"{name:<8}  No such device\n\n")
        return 1
    call.streams.say(_shown(call.machine, RADIOS.index(name)))
    return 0


def _shown(machine: Machine, unit: int) -> str:
    radio = radios(machine)[unit]
    section = f"default_radio{unit}"
    bss = next((one for one in all_bss(machine) if one.section == section), None)
    point = "00:00:00:00:00:00" if bss is None else bssid(machine, bss).upper()
    name = "" if bss is None else escaped(bss.ssid)
    noise = NOISE_DBM[radio.band]
    return (
        f'{RADIOS[unit]}      IEEE 802.11ng  ESSID:"{name}"  \n'
        f"          Mode:Master  Frequency:{_ghz(radio.frequency_mhz)} GHz"
        f"  Access Point: {point}   \n"
        f"          Bit Rate:0 kb/s   Tx-Power={TX_POWER_DBM[radio.band]} dBm   \n"
        "          RTS thr:off   Fragment thr:off\n          Power Management:off\n"
        f"          Link Quality=0/94  Signal level={noise} dBm  Noise level={noise} dBm\n\n"
    )


async def iwlist(call: Call) -> int:
    """Scan the air (`DEVICE scan`), as print_scanning_token of wireless-tools shows it."""
    name = call.args[0] if call.args else ""
    if name not in RADIOS or call.args[1:] != ("scan",):
        call.streams.complain(f"{name:<8}  Interface doesn't support scanning.\n\n")
        return 1
    machine = call.machine
    await machine.world.sleep(SCAN_S)
    radio = radios(machine)[RADIOS.index(name)]
    heard = [one for one in machine.router.air if band_of(one.channel) == radio.band]
    if not heard:
        call.streams.say(f"{name:<8}  No scan results\n\n")
        return 0
    cells = "".join(_cell(number, one) for number, one in enumerate(heard, start=1))
    call.streams.say(f"{name:<8}  Scan completed :\n{cells}\n")
    return 0


def _cell(number: int, one: AirNeighbourState) -> str:
    ghz = _ghz(frequency_mhz(band_of(one.channel), one.channel))
    inner = " " * 20
    return (
        f"          Cell {number:02} - Address: {one.bssid.upper()}\n"
        f'{inner}ESSID:"{escaped(one.ssid)}"\n{inner}Mode:Master\n'
        f"{inner}Frequency:{ghz} GHz (Channel {one.channel})\n"
        f"{inner}Quality=24/94  Signal level={one.signal_dbm} dBm  Noise level=-95 dBm\n"
        f"{inner}Encryption key:on\n"
    )


async def wstalist(call: Call) -> int:
    """List the stations as JSON; rates in Mbit/s."""
    machine = call.machine
    found = [
        {
            "mac": station.mac.upper(),
            "name": "",
            "signal": station.signal_dbm,
            "noisefloor": NOISE_DBM[bss.radio.band],
            "tx": station.tx_rate_kbps / 1000,
            "rx": station.rx_rate_kbps / 1000,
            "uptime": int(machine.uptime_s()),
        }
        for bss in all_bss(machine)
        for station in stations(machine, bss)
    ]
    call.streams.say(json.dumps(found, indent=1) + "\n")
    return 0


def _ghz(frequency: int) -> str:
    return f"{frequency / 1000:g}"


def escaped(ssid: str) -> str:
    r"""Write a name as iw_essid_escape does: what is no printable ASCII as `\xNN`."""
    marked = re.sub(r"\\(?=x[0-9A-Fa-f]{2})", r"\\x5C", ssid)
    return "".join(
        chr(octet) if 32 <= octet < 127 else f"\\x{octet:02X}"  # noqa: PLR2004 - ASCII
        for octet in marked.encode()
    )
