"""What `iw` and `iwinfo` print of the air: stations with their counters, channels, widths.

Forms: iw's station.c, print_sta_handler; iwinfo_cli.c, print_freqlist and print_scanlist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.lab.openwrt.radios import Radio, frequency_mhz
from cpe_diag.lab.openwrt.ubus_wifi import bss_named, stations

if TYPE_CHECKING:
    from cpe_diag.lab.home_state import HomeDevice
    from cpe_diag.lab.openwrt.shell import Call

# ETSI EN 300 328 and EN 301 893, as regulatory databases have them for Germany.
USABLE = {
    "2g": tuple(range(1, 14)),
    "5g": (*range(36, 65, 4), *range(100, 141, 4)),
    "6g": tuple(range(1, 94, 4)),
}
BAND_WORDS = {"2g": "2.4 GHz", "5g": "5 GHz", "6g": "6 GHz"}

# IEEE 802.11-2020, annex E: the lowest channel of each block of 80 MHz at 5 GHz.
BLOCKS_OF_80 = (36, 52, 100, 116, 132, 149)

# Packets that a router sends to a station in one second here.
PACKETS_PER_S = 40


def freqlist(radio: Radio) -> str:
    """Give `iwinfo DEVICE freqlist`."""
    return "".join(
        f"{'*' if channel == radio.channel else ' '}"
        f" {frequency_mhz(radio.band, channel) / 1000:.3f} GHz"
        f" (Band: {BAND_WORDS.get(radio.band, 'unknown')}, Channel {channel}) \n"
        for channel in USABLE.get(radio.band, ())
    )


def operation(channel: int, width_mhz: int) -> str:
    """Give what a beacon says of its width, as `iwinfo DEVICE scan` shows it."""
    offset = "no secondary"
    wide = ""
    if width_mhz > 20:  # noqa: PLR2004 - MHz of one channel
        lowest = max((one for one in BLOCKS_OF_80 if one <= channel), default=1)
        offset = "below" if (channel - lowest) // 4 % 2 else "above"
    if width_mhz == 80:  # noqa: PLR2004 - MHz of four channels
        wide = (
            "          VHT Operation:\n"
            f"                    Center Frequency 1: {lowest + 6}\n"
            "                    Center Frequency 2: 0\n"
            "                    Channel Width: 80 MHz\n"
        )
    return (
        "          HT Operation:\n"
        f"                    Primary Channel: {channel}\n"
        f"                    Secondary Channel Offset: {offset}\n"
        f"                    Channel Width: {'20 MHz' if width_mhz == 20 else '40 MHz or higher'}\n"  # noqa: PLR2004, E501 - as above
        f"{wide}"
    )


async def iw(call: Call) -> int:
    """Show the stations of a device; nothing else is known here."""
    match call.args:
        case ("dev", name, "station", "dump"):
            bss = bss_named(call.machine, name)
            if bss is None:
                call.streams.complain("command failed: No such device (-19)\n")
                return 237
            uptime_s = call.machine.uptime_s()
            for device in stations(call.machine, bss):
                call.streams.say(_station(device, name, int(uptime_s)))
            return 0
    call.streams.complain("Usage:\tiw [options] command\n")
    return 1


def _station(device: HomeDevice, name: str, connected_s: int) -> str:
    packets = connected_s * PACKETS_PER_S
    retries = int(packets * device.retry_ratio)
    return (
        f"Station {device.mac} (on {name})\n"
        "\tinactive time:\t120 ms\n"
        f"\trx bytes:\t{packets * 150}\n"
        f"\trx packets:\t{packets}\n"
        f"\ttx bytes:\t{packets * 900}\n"
        f"\ttx packets:\t{packets}\n"
        f"\ttx retries:\t{retries}\n"
        f"\ttx failed:\t{retries // 20}\n"
        "\trx drop misc:\t0\n"
        f"\tsignal:  \t{device.signal_dbm} [{device.signal_dbm}, {device.signal_dbm - 2}] dBm\n"
        f"\ttx bitrate:\t{device.tx_rate_kbps / 1000:.1f} MBit/s\n"
        f"\trx bitrate:\t{device.rx_rate_kbps / 1000:.1f} MBit/s\n"
        "\tauthorized:\tyes\n"
        "\tauthenticated:\tyes\n"
        "\tassociated:\tyes\n"
        f"\tconnected time:\t{connected_s} seconds\n"
    )
