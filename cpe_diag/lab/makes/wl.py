"""Broadcom's `wl` over the lab's radios, in the forms that public sources show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpe_diag.lab.openwrt.radios import Bss, Radio, all_bss, band_of, bssid, interfaces, radios
from cpe_diag.lab.openwrt.ubus_wifi import NOISE_DBM, SCAN_S, stations, survey_busy_percent

if TYPE_CHECKING:
    from cpe_diag.lab.home_state import AirNeighbourState, HomeDevice
    from cpe_diag.lab.openwrt.machine import Machine
    from cpe_diag.lab.openwrt.shell import Call, Program

WIDTHS = {"HE20": 20, "HE40": 40, "HE80": 80}

# bcmwifi_channels.h: the lowest channel of each 80 MHz block of 5 GHz, and its centre.
BLOCKS_OF_80 = {36: 42, 52: 58, 100: 106, 116: 122, 132: 138, 149: 155}


@dataclass(frozen=True, slots=True)
class Wl:
    """The tool of a router whose radios are the devices `names`, in their order."""

    names: tuple[str, ...]

    def program(self) -> Program:
        """Give the command `wl`."""

        async def run(call: Call) -> int:
            args = list(call.args)
            name = self.names[0]
            if args[:1] == ["-i"] and len(args) > 1:
                name = args[1]
                del args[:2]
            return await self._run(call, name, args)

        return run

    async def _run(self, call: Call, name: str, args: list[str]) -> int:
        machine = call.machine
        unit = self._unit(name)
        if unit is None:
            call.streams.complain("wl: wl driver adapter not found\n")
            return 1
        bss = self._bss(machine, name, unit)
        match args:
            case ["ver"]:
                call.streams.say("1.363 RC45.18479\nwl0: version 10.10\n")
            case ["isup"]:
                call.streams.say(f"{int(radios(machine)[unit].on_air)}\n")
            case ["bss"]:
                call.streams.say("down\n" if bss is None else "up\n")
            case ["chanspec"]:
                radio = radios(machine)[unit]
                call.streams.say(f"{radio.channel}{_wide(radio)} (0x1001)\n")
            case ["status" | "assoc"]:
                call.streams.say(self._status(machine, name, unit, bss))
            case ["assoclist"]:
                found = [] if bss is None else stations(machine, bss)
                call.streams.say("".join(f"assoclist {one.mac.upper()}\n" for one in found))
            case ["sta_info", mac]:
                return self._sta_info(call, bss, mac)
            case ["scan" | "scanresults" as verb]:
                await self._scan(call, unit, verb)
            case _:
                call.streams.complain(f"wl: unknown command {' '.join(args)}\n")
                return 1
        return 0

    async def _scan(self, call: Call, unit: int, verb: str) -> None:
        machine = call.machine
        if verb == "scan":
            await machine.world.sleep(0.1)
            return
        await machine.world.sleep(SCAN_S)
        band = radios(machine)[unit].band
        heard = [one for one in machine.router.air if band_of(one.channel) == band]
        call.streams.say("".join(_heard(one) for one in heard))

    def _unit(self, name: str) -> int | None:
        if name in self.names:
            return self.names.index(name)
        head = name.removeprefix("wl").partition(".")[0]
        return int(head) if head.isdigit() and int(head) < len(self.names) else None

    def _bss(self, machine: Machine, name: str, unit: int) -> Bss | None:
        """Give what is on air of a device; `wlN.1` is the radio's second network."""
        position = 0 if name in self.names else int(name.partition(".")[2])
        of_radio = interfaces(machine, radios(machine)[unit])
        if position >= len(of_radio):
            return None
        wanted = of_radio[position].section
        return next((one for one in all_bss(machine) if one.section == wanted), None)

    def _status(self, machine: Machine, name: str, unit: int, bss: Bss | None) -> str:
        if bss is None:
            position = 0 if name in self.names else 1
            of_radio = interfaces(machine, radios(machine)[unit])
            last = of_radio[position].ssid if position < len(of_radio) else ""
            return f'Not associated. Last associated with SSID: "{escaped(last)}"\n'
        radio = bss.radio
        width = WIDTHS.get(radio.htmode, 20)
        busy = survey_busy_percent(machine, radio)
        centre = radio.channel
        if width == 80:  # noqa: PLR2004 - MHz
            first = max((low for low in BLOCKS_OF_80 if low <= radio.channel), default=36)
            centre = BLOCKS_OF_80[first]
        return (
            f'SSID: "{escaped(bss.ssid)}"\n'
            f"Mode: Managed (4097)\tRSSI: 0 dBm\tSNR: 0 dB\tnoise: {NOISE_DBM[radio.band]} dBm\t"
            f"Channel: {radio.channel}{_wide(radio)}\n"
            f"BSSID: {bssid(machine, bss).upper()}\tCapability: ESS RRM \n"
            "Supported Rates: [ 1(b) 2(b) 5.5(b) 6 9 11(b) 12 18 24 36 48 54 ]\n"
            f"{'VHT' if radio.band == '5g' else 'HT'} Capable:\n"
            f"\tChanspec: {'5' if radio.band == '5g' else '2.4'}GHz channel {centre} {width}MHz"
            " (0x1001)\n"
            f"\tPrimary channel: {radio.channel}\n"
            "\tHT Capabilities: \n\n"
            f"QBSS Channel Utilization: 0x{round(busy * 255 / 100):x} ({round(busy)} %)\n\n"
        )

    def _sta_info(self, call: Call, bss: Bss | None, mac: str) -> int:
        found = [] if bss is None else stations(call.machine, bss)
        station = next((one for one in found if one.mac == mac.lower()), None)
        if station is None:
            call.streams.complain("wl: Bad Address\n")
            return 1
        call.streams.say(_station(call.machine, station))
        return 0


def _wide(radio: Radio) -> str:
    return "/80" if WIDTHS.get(radio.htmode) == 80 else ""  # noqa: PLR2004 - MHz


def _station(machine: Machine, station: HomeDevice) -> str:
    packets = int(machine.uptime_s() * 40)
    retries = int(packets * station.retry_ratio)
    return (
        f"[VER 8] STA {station.mac.upper()}:\n"
        "\t chanspec 6 (0x1006)\n\t aid:1 \n\t idle 0 seconds\n"
        f"\t in network {int(machine.uptime_s())} seconds\n"
        "\t state: AUTHENTICATED ASSOCIATED AUTHORIZED\n"
        f"\t tx failures: {retries // 20}\n"
        f"\t rate of last tx pkt: {station.tx_rate_kbps} kbps - {station.tx_rate_kbps // 2} kbps\n"
        f"\t rate of last rx pkt: {station.rx_rate_kbps} kbps\n"
        f"\t per antenna average rssi of rx data frames: {station.signal_dbm} 0 0 0\n"
        f"\t tx total pkts sent: {packets}\n"
        f"\t tx pkts retries: {retries}\n"
        f"\t tx pkts retry exhausted: {retries // 20}\n"
        f"smoothed rssi: {station.signal_dbm}\n"
    )


def _heard(one: AirNeighbourState) -> str:
    return (
        f'SSID: "{escaped(one.ssid)}"\n'
        f"Mode: Managed\tRSSI: {one.signal_dbm} dBm\tSNR: 20 dB\tnoise: -95 dBm\t"
        f"Flags: RSSI on-channel\tChannel: {one.channel}\n"
        f"BSSID: {one.bssid.upper()}\tCapability: ESS WEP ShortSlot \n"
        "Supported Rates: [ 6(b) 9 12(b) 18 24(b) 36 48 54 ]\n"
    )


def escaped(ssid: str) -> str:
    r"""Write a name as `wl` does: a backslash doubled, what is no printable ASCII as `\xNN`."""
    return "".join(
        "\\\\" if octet == ord("\\") else chr(octet) if 32 <= octet < 127 else f"\\x{octet:02X}"  # noqa: PLR2004 - ASCII
        for octet in ssid.encode()
    )
