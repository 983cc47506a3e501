"""One simulated Huawei ONT: its state, and what its WAP command line says of it.

Forms: ntc-templates, tests/huawei_ont; public transcripts of an HG8145X6.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable

STARS: Final = "*" * 15
RULE: Final = "-" * 52
DAY_S, HOUR_S, MINUTE_S = 86_400, 3_600, 60
MOST_NETWORKS: Final = 8


@dataclass(slots=True, kw_only=True)
class Network:
    """A name on air, or set and switched off."""

    index: int
    ssid: str
    channel: int
    width_mhz: int
    enabled: bool = True
    mode: str = "WPA2-PSK"


def home() -> list[Network]:
    """Give the networks of a home."""
    return [
        Network(index=1, ssid="Home 41", channel=11, width_mhz=20),
        Network(index=2, ssid="Guests 41", channel=11, width_mhz=20, enabled=False, mode="Open"),
        Network(index=5, ssid="Home 41", channel=36, width_mhz=80),
    ]


@dataclass(slots=True)
class HuaweiOnt:
    """An ONT. `now` gives seconds."""

    now: Callable[[], float]
    booted_at: float = 0.0
    networks: list[Network] = field(default_factory=home)
    connected: bool = True
    opens_by_su: bool = True
    starts: int = 1
    wide: bool = False
    greeting: str = "Welcome Visiting Huawei Home Gateway\nCopyright by Huawei\n\n"
    server_version: str = "dropbear"

    @property
    def powered(self) -> bool:
        """Whether it has started."""
        return True

    @property
    def prompt(self) -> str:
        """What stands before a line."""
        return "SU_WAP>" if self.wide else "WAP>"

    async def enter(self, line: str, ask: Callable[[str], Awaitable[str]]) -> str | None:
        """Do a line, and give what it says."""
        del ask
        if line == "quit" and self.wide:
            self.wide = False
            return "success!\n"
        if line in {"quit", "logout"}:
            return None
        if line == "su" and self.opens_by_su:
            self.wide = True
            return "success!\n"
        if self.wide and line == "ip route show":
            return self._routes()
        if self.wide and line == "ip neigh":
            return NEIGHBOURS
        shown = self._shown(line)
        return "ERROR::Command is not existed\n\n" if shown is None else f"{shown}\nsuccess!\n\n"

    def _shown(self, line: str) -> str | None:
        fixed = {
            "display version": VERSION,
            "display sysinfo": SYSINFO,
            "display wanmac": "wan mac = 02:00:5E:10:00:01\n02:00:5E:10:00:02\n",
            "display dhcp server user all": LEASES,
            "display log info": LOG,
        }
        made = {
            "display deviceInfo": self._device,
            "display wifi information": self._wifi,
            "display wifi associate": self._stations,
        }
        return made[line]() if line in made else fixed.get(line)

    def _device(self) -> str:
        up = int(self.now() - self.booted_at)
        clock = f"{up % DAY_S // HOUR_S:02}:{up % HOUR_S // MINUTE_S:02}:{up % MINUTE_S:02}"
        return (
            f"{STARS} device information {STARS}\n"
            "Manufacturer     = Huawei Technologies Co., Ltd\nManufacturerOUI  = 00259E\n"
            "ModelName        = HG8145X6\nProvisioningCode = \n"
            f"UpTime           = {up // DAY_S} day(s) {clock}\n"
            f"TotalMemory      = 256 Mbytes\n{STARS * 3}\n"
        )

    def _routes(self) -> str:
        wan = (
            "default via 192.0.2.1 dev ppp257 table 100 \n"
            "default dev ppp257 scope link  metric 10 \n"
            "192.0.2.1 dev ppp257 scope link  src 198.51.100.41 \n"
        )
        return (
            (wan if self.connected else "blackhole default table 200  metric 150 \n")
            + "192.168.100.0/24 dev br0 table 100 scope link  src 198.51.100.41 \n"
            "192.168.100.0/24 dev br0 scope link  src 192.168.100.1 \n"
            "local 192.168.100.1 dev br0 table local scope host  src 192.168.100.1 \n"
        )

    def _wifi(self) -> str:
        text = f"SSID number:{MOST_NETWORKS}\n{RULE}\n"
        for one in self.networks:
            values = {
                "SSID Index": one.index,
                "SSID": one.ssid,
                "BSSID": f"02:00:5E:10:01:{one.index:02}",
                "Enable": "Enabled" if one.enabled else "Disabled",
                "Status": "Up" if one.enabled else "Disabled",
                "Authentication Mode": one.mode,
                "Channel": one.channel,
                "Channel bandwidth": f"{one.width_mhz} MHz",
                "Country Code": "ES",
                "Maximum Tx-Power": "27 dBm (501 mW)",
            }
            text += "".join(f"{name:<30}:{value}\n" for name, value in values.items())
            text += f"{RULE}\n"
        return text

    def _stations(self) -> str:
        text = "Mac               SSID                             Time   TxRate  RxRate  Mode  \n"
        for band, channels in (("2.4GHz", range(1, 15)), (" 5GHz ", range(36, 178))):
            on = [one for one in self.networks if one.channel in channels and one.enabled]
            text += f"{'#' * 62} {band} {'#' * 62}\n"
            text += f"Number of associated STAs on {band.strip()} band: {len(on)}\n\n"
            text += "".join(
                f"02:00:5E:10:02:{one.index:02} {one.ssid:<32} 2445   243M    216M    11na\n"
                for one in on
            )
        return text


VERSION: Final = (
    "hardware version          = 15AD.A\nmain software version     = V5R022C00S234\n"
    "standby software version  = V5R022C00S234\n"
)
SYSINFO: Final = (
    f"{STARS} system infomation {STARS}\nCpuUsed  = 6 Percent(s)\nMemUsed  = 63 Percent(s)\n"
    f"CurTime  = 2026-11-26 09:00:30-06:00\n{STARS * 3}\n"
)
NEIGHBOURS: Final = (
    "192.0.2.9 dev wan2 lladdr 02:00:5e:10:03:01 ref 1 used 1156/8/8 nud reachable timeout 158\n"
    "192.168.100.20 dev br0 lladdr 02:00:5e:10:02:05 ref 1 used 11/9/11 nud reachable timeout 9\n"
    "192.168.100.21 dev br0  used 117/9/117 nud failed\n"
)
LEASES: Final = (
    "Index Port  IP             Hostname  MAC               Expire\n"
    "1     SSID5 192.168.100.20 laptop    02:00:5e:10:02:05 2 days, 20:30:05\n"
    "2     LAN1  192.168.100.21 --        02:00:5e:10:02:06 0 days, 00:30:05\n"
    "Total: 2\n"
)
LOG: Final = (
    "Manufacturer:Huawei Technologies Co., Ltd;\nProductClass:HG8145X6;\n\n"
    "2026-11-26 08:17:45 [Critical][Shell] CLI(192.168.100.2),Success,quit\n"
)
