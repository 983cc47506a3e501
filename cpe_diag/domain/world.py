"""Which addresses can be those of a public site."""

from __future__ import annotations

import ipaddress
from typing import Final

NOT_FOR_THE_WORLD: Final = tuple(
    map(
        ipaddress.ip_network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
            *("172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3"),
            *("::/127", "::ffff:0:0/96", "fc00::/7", "fe80::/10", "ff00::/8"),
        ),
    )
)
"""Where no site of the world is (RFC 6890), and where a stranger's page shall not send us."""


def of_the_world(address: str) -> bool:
    """Tell whether an address can be that of a public site."""
    one = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    return not any(one in network for network in NOT_FOR_THE_WORLD)
