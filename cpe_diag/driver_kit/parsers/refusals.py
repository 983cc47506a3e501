"""Settings of a router's that keep one device out: of dnsmasq, and of hostapd."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

DHCP: Final = "the DHCP server is set to ignore it"
UNKNOWN_ONLY: Final = "the DHCP server is set to ignore whom it does not know"
WIFI: Final = "it stands on the list of those that the Wi-Fi refuses"
NOT_LISTED: Final = "it does not stand on the list of those that the Wi-Fi takes"
# dnsmasq(8), dhcp-host: hardware addresses (with * for a byte), tags, names, then `ignore`.
_MAC: Final = re.compile(r"(?:[0-9a-f]{1,2}|\*)(?:[:-](?:[0-9a-f]{1,2}|\*)){5}")
# dnsmasq(8), dhcp-ignore: `tag:!known` stands for every host that no dhcp-host is for.
_UNKNOWN: Final = re.compile(r"^dhcp-ignore=(?:tag:)?!known$", re.MULTILINE)


def refusals(text: str, mac: str) -> tuple[str, ...]:
    """Read what keeps a device out.

    Args:
        text: lines of dnsmasq's settings, and our own words about hostapd's lists.
        mac: of the device, in small letters with colons.

    Returns:
        In words, each once.
    """
    return tuple(dict.fromkeys(_found(text, mac)))


def _found(text: str, mac: str) -> Iterator[str]:
    fields = [
        [field.strip().lower() for field in line.partition("=")[2].split(",")]
        for line in text.splitlines()
        if line.startswith("dhcp-host=")
    ]
    about = [row for row in fields if any(_is_of(field, mac) for field in row)]
    if any("ignore" in row for row in about):
        yield DHCP
    if _UNKNOWN.search(text) and not about:
        yield UNKNOWN_ONLY
    if "wifi denied" in text.splitlines():
        yield WIFI
    if "wifi not listed" in text.splitlines():
        yield NOT_LISTED


def _is_of(field: str, mac: str) -> bool:
    if not _MAC.fullmatch(field):
        return False
    pairs = zip(field.replace("-", ":").split(":"), mac.split(":"), strict=True)
    return all(one in {"*", other} or one.zfill(2) == other for one, other in pairs)
