"""A socket of the home network as Linux tells it in sysfs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.router_facts import LanPort
from cpe_diag.driver_kit.parsers.fields import UNSUPPORTED

if TYPE_CHECKING:
    from collections.abc import Mapping

# sysfs-class-net: speed in Mbit/s, -1 or an error without a link.
_SPEED: Final = re.compile(r"[1-9]\d{0,6}")
_NUMBER: Final = re.compile(r"\d{1,18}")
_NO_VALUE: Final = Missing(why=FailureKind.NOT_MEASURED)


def lan_port(name: str, values: Mapping[str, str]) -> LanPort:
    """Read files of /sys/class/net/NAME.

    Args:
        name: of the port.
        values: contents by file name; one that could not be read is left out.

    Returns:
        The port.
    """
    # sysfs-class-net, carrier: not to be read while the port is switched off, which has no link;
    # its counters are (net/core/net-sysfs.c: netif_running).
    off = "carrier" not in values and _NUMBER.fullmatch(values.get("rx_errors", ""))
    carrier = "0" if off else values.get("carrier", "")
    duplex = values.get("duplex", "")
    speed = values.get("speed", "")
    return LanPort(
        name=name,
        carrier=carrier == "1" if carrier in {"0", "1"} else UNSUPPORTED,
        speed_bps=int(speed) * 1_000_000 if _SPEED.fullmatch(speed) else _NO_VALUE,
        full_duplex=duplex == "full" if duplex in {"full", "half"} else _NO_VALUE,
        rx_errors=_count(values, "rx_errors"),
        tx_errors=_count(values, "tx_errors"),
        crc_errors=_count(values, "rx_crc_errors"),
    )


def _count(values: Mapping[str, str], name: str) -> Maybe[int]:
    value = values.get(name, "")
    return int(value) if _NUMBER.fullmatch(value) else UNSUPPORTED
