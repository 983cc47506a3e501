"""One simulated Zyxel router: what ZySH says of it.

Forms: ntc-templates, tests/zyxel_os; a public exporter's notes of ifconfig at ZySH.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

END: Final = "Command Successful.\n"
IDENTITY: Final = (
    "Firmware Version        : V5.50(ABPM.9.2)C0\n"
    "Bootbase Version        : V1.49 | 04/28/2023 15:07:34\n"
    "Vendor Name             : Zyxel Communications Corp.\n"
    "Product Model           : VMG3625-T50B\n"
)
LAN: Final = (
    "Group Name      LAN IP Address       IPv4 DHCP Server     IPv6 Enable\n"
    "Default         192.168.1.1          Enable               false\n"
    "LAN VOIX        192.168.72.253       Disable              false\n"
)
HOSTS: Final = (
    "Name                 IP Address        IPv6 Address                   MAC Address          "
    "Address Source   Connection Type\n"
    "my laptop            192.168.1.33                                     02:00:5E:10:02:05    "
    "DHCP             Wired \n"
    "tv                   192.168.1.34      fd00::34                       02:00:5E:10:02:06    "
    "Static           Wi-Fi \n"
)


@dataclass(slots=True)
class ZyxelRouter:
    """A router that dials."""

    connected: bool = True
    starts: int = 1
    greeting: str = ""
    server_version: str = "dropbear"
    prompt: str = "ZySH> "

    @property
    def powered(self) -> bool:
        """Whether it has started."""
        return True

    async def enter(self, line: str, ask: Callable[[str], Awaitable[str]]) -> str | None:
        """Do a line, and give what it says."""
        del ask
        if line == "exit":
            return None
        shown = {
            "sys atsh": IDENTITY,
            "ifconfig": self._interfaces(),
            "cfg lan get": LAN + END,
            "cfg lanhosts get": HOSTS + END,
        }
        return shown.get(line, f"Unknown command: {line}\n")

    def _interfaces(self) -> str:
        flags = "UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1"
        home = (
            "br0       Link encap:Ethernet  HWaddr 02:00:5E:10:00:02  \n"
            "          inet addr:192.168.1.1  Bcast:192.168.1.255  Mask:255.255.255.0\n"
            f"          {flags}\n\n"
        )
        wan = (
            "ppp1.1    Link encap:Point-to-Point Protocol  \n"
            "          inet addr:198.51.100.41  P-t-P:192.0.2.1  Mask:255.255.255.255\n"
            "          UP POINTOPOINT RUNNING NOARP MULTICAST  MTU:1492  Metric:1\n\n"
        )
        loopback = (
            "lo        Link encap:Local Loopback  \n"
            "          inet addr:127.0.0.1  Mask:255.0.0.0\n"
            "          UP LOOPBACK RUNNING  MTU:16436  Metric:1\n\n"
        )
        return home + loopback + (wan if self.connected else "")
