"""What a network tells of itself: everything that a person or a program needs to use it."""

from __future__ import annotations

import re
import sys
from typing import Final

from cpe_diag.lab.files import CONFIG_FILE, INVENTORY_FILE
from cpe_diag.lab.home import faults, files, layout, namespaces, network
from cpe_diag.lab.inventory import SECRETS_FILE

ADDRESS: Final = re.compile(r"^\d+: (\S+)\s+inet6? ([\d.a-f:]+)/", re.MULTILINE)
"""Of `ip -o addr`: device and address."""


def describe(name: str) -> dict[str, object]:
    """Describe a copy that is up.

    Args:
        name: which.

    Returns:
        Hosts with namespace, addresses and the way in; node, router and sites with references to
        credentials; subscribers; files; the command that runs the agent; the faults that are set.

    Raises:
        HomeLabError: it is not up.
    """
    folder = network.folder_of(name)
    return {
        "name": name,
        "prefix": namespaces.full_name(name, ""),
        "folder": str(folder),
        "config": str(folder / CONFIG_FILE),
        "inventory": str(folder / INVENTORY_FILE),
        "secrets": str(folder / SECRETS_FILE),
        "ca": str(folder / files.CA_FILE),
        "agent": agent(name),
        "subscriber": layout.SUBSCRIBER,
        "hosts": [_host(name, host, what) for host, what in layout.HOSTS],
        "node": {
            "id": layout.NODE_ID,
            "address": layout.NODE,
            "port": layout.SNMP_PORT,
            "version": "2c",
            "credential": files.credential("snmp_read"),
            "write_credential": files.credential("snmp_write"),
        },
        "router": {
            "address": layout.LINES[0].address,
            "port": layout.SSH_PORT,
            "user": "root",
            "credential": files.credential("router"),
        },
        "lines": [
            {
                "subscriber": line.subscriber,
                "namespace": namespaces.full_name(name, line.host),
                "node_port": line.port,
                "if_index": line.if_index,
                "mac": line.mac,
                "address": line.address,
                "prefix": line.prefix,
            }
            for line in layout.LINES
        ],
        "sites": [
            {
                "name": site.name,
                "address": site.address,
                "address6": site.address6,
                "url": site.url,
            }
            for site in layout.SITES
        ],
        "faults": list(faults.set_faults(name)),
    }


def _host(name: str, host: str, what: str) -> dict[str, object]:
    said = network.output(name, host, ["ip", "-o", "addr", "show", "scope", "global"], failing="")
    return {
        "name": host,
        "what": what,
        "namespace": namespaces.full_name(name, host),
        "addresses": [address for device, address in ADDRESS.findall(said) if device != "lo"],
        **({"mac": layout.DEVICE_MACS[host]} if host in layout.DEVICE_MACS else {}),
        "enter": namespaces.entering(name, host),
    }


def agent(name: str) -> list[str]:
    """Give the beginning of the command that runs cpe-diag from the operator's desk.

    Raises:
        HomeLabError: it is not up.
    """
    folder = network.folder_of(name)
    return [
        *namespaces.entering(name, "noc"),
        "env",
        f"SSL_CERT_FILE={folder / files.CA_FILE}",
        sys.executable,
        "-m",
        "cpe_diag",
        "--config",
        str(folder / CONFIG_FILE),
    ]
