"""`ip addr` of iproute2 and busybox: devices with their flags, MAC and IPv4 addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import Maybe
from cpe_diag.driver_kit.parsers.fields import UNSUPPORTED
from cpe_diag.driver_kit.parsers.kernel_net import inet_addresses

if TYPE_CHECKING:
    from collections.abc import Mapping

# iproute2 ipaddress.c, print_linkinfo, and busybox networking/libiproute/ipaddress.c.
_DEVICE: Final = re.compile(r"^\d+: ([^\s:@]+)(?:@[^\s:]+)?: <([A-Z0-9_,-]*)>", re.MULTILINE)
_MTU: Final = re.compile(r" mtu (\d{2,5})\b")
_GLOBAL: Final = re.compile(r"^\s+inet6 ([0-9a-f:]{3,39}/\d{1,3}) scope global\b", re.MULTILINE)
_MAC: Final = re.compile(r"^\s+link/ether ([0-9a-f:]{17})\b", re.MULTILINE)
# iproute2 ipaddress.c, print_addrinfo: IFA_ADDRESS where it is not the device's own address.
_PEER: Final = re.compile(r"^\s+inet [\d./]+ peer ([\d.]{7,15})", re.MULTILINE)
# netdevice(7) and Linux include/uapi/linux/if.h: IFF_LOWER_UP; without a link iproute2 and busybox
# both print NO-CARRIER. Of a device that is switched off neither tells its link.
_UP: Final = "UP"
_LINK: Final = "LOWER_UP"


@dataclass(frozen=True, slots=True, kw_only=True)
class IpDevice:
    """One device; `addresses` are IPv4 with prefix lengths, `point_to_point` as for PPP.

    `ipv6_addresses` are those that hold beyond the link; `peer` is the far end of a point-to-point
    device, None where it names none. `up` is whether it is switched on (IFF_UP).
    """

    carrier: Maybe[bool]
    mac: Maybe[str]
    addresses: tuple[str, ...]
    point_to_point: bool
    mtu: Maybe[int] = UNSUPPORTED
    ipv6_addresses: tuple[str, ...] = ()
    peer: str | None = None
    up: bool = True


def ip_devices(text: str) -> Mapping[str, IpDevice]:
    """Read `ip addr`.

    Args:
        text: what it printed.

    Returns:
        Devices by name, in their order.
    """
    parts = _DEVICE.split(text)[1:]
    return {
        name: _device(flags.split(","), body)
        for name, flags, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    }


def _device(flags: list[str], body: str) -> IpDevice:
    mac, mtu = _MAC.search(body), _MTU.search(body)
    return IpDevice(
        carrier=_LINK in flags if _UP in flags else UNSUPPORTED,
        mac=mac[1] if mac else UNSUPPORTED,
        addresses=inet_addresses(body),
        point_to_point="POINTOPOINT" in flags,
        mtu=int(mtu[1]) if mtu else UNSUPPORTED,
        ipv6_addresses=tuple(_GLOBAL.findall(body)),
        up=_UP in flags,
        peer=next(iter(_PEER.findall(body)), None),
    )
