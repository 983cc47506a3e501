"""What the network needs of the machine, and what to say where it is not there."""

from __future__ import annotations

import os
import shutil
import sys
from typing import Final

SYSTEM_PATH: Final = "/usr/local/sbin:/usr/sbin:/sbin"
"""Where daemons lie; an ordinary PATH often leaves it out."""

PACKAGE_OF: Final = {
    "ip": "iproute2",
    "nft": "nftables",
    "dnsmasq": "dnsmasq-base",
    "dhclient": "isc-dhcp-client",
    "snmpd": "snmpd",
    "snmpset": "snmp",
    "dropbear": "dropbear-bin",
    "dropbearkey": "dropbear-bin",
    "busybox": "busybox-static",
    "curl": "curl",
    "openssl": "openssl",
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "setsid": "util-linux",
    "mount": "mount",
    "pgrep": "procps",
    "tc": "iproute2",
}
"""Programs by the Debian package that brings them."""


class HomeLabError(Exception):
    """The network cannot be there; the message says why, and what would help."""


def system_path() -> str:
    """Give the PATH with which the network's programs are looked for and started."""
    return f"{os.environ.get('PATH', '/usr/bin:/bin')}:{SYSTEM_PATH}"


def missing() -> str | None:
    """Say in words what this machine lacks, or None where the network can be made."""
    if sys.platform != "linux":
        return f"it is made of Linux network namespaces; this is {sys.platform}"
    path = system_path()
    lacking = sorted(
        {PACKAGE_OF[one] for one in PACKAGE_OF if shutil.which(one, path=path) is None}
    )
    if lacking:
        return f"programs are missing; on Debian: apt-get install {' '.join(lacking)}"
    if os.geteuid() != 0:
        return "only root may make network namespaces; start it as root"
    return None


def check() -> None:
    """See that the network can be made.

    Raises:
        HomeLabError: it cannot, with the reason.
    """
    reason = missing()
    if reason is not None:
        raise HomeLabError(reason)
