"""What stands where in the network; `net/build.sh` builds it so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HOSTS: Final = (
    ("bng", "edge router: DHCP for subscribers, the way to everything else"),
    ("access", "access node: a bridge with a port for each subscriber, and snmpd"),
    ("internet", "what lies beyond the edge"),
    ("noc", "the operator's desk: from here the agent measures"),
    ("resolver", "the operator's resolver"),
    ("reference", "the reference host"),
    ("video", "a third party's platform"),
    ("bank", "another third party's platform"),
    ("router", "the home router"),
    ("box", "another router of the customer's, in a cupboard: nothing is plugged in"),
    ("tv", "a device of the home"),
    ("pc", "another device of the home"),
    ("laptop", "a field technician's laptop"),
    ("neighbour1", "a neighbour's router"),
    ("neighbour2", "a neighbour's router"),
    ("neighbour3", "a neighbour's router"),
)
"""Every namespace by its name without the prefix, and what it is."""

MACHINES: Final = ("router", "tv", "pc", "laptop")
"""Those with files and processes of their own."""
VISITORS: Final = ("tv", "pc")
"""Devices that look at pages all the time."""

DEVICE_MACS: Final = {
    "tv": "02:00:5e:20:00:01",
    "pc": "02:00:5e:20:00:02",
    "laptop": "02:00:5e:20:00:03",
}

RESOLVER: Final = "203.0.113.53"
DHCP_SERVER: Final = "203.0.113.1"
"""The edge router, at its side towards the desk."""
SUBNET: Final = "198.51.100.0/24"
"""Of the subscribers."""
NODE: Final = "203.0.113.20"
NODE_ID: Final = "node1"
SNMP_PORT: Final = 161
SSH_PORT: Final = 22
PROXY_PORT: Final = 3128
"""Of the vantage elsewhere, at the reference host."""
UPLINK_IF_INDEX: Final = 2
SUBSCRIBER: Final = "sub-1"
"""The one with a home; the others are neighbours."""
ROUTER_MODEL: Final = "Lab Gateway 1"
"""What the operator's records call the router; the device itself does not say."""
SERVICE_BPS: Final = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A subscriber's line: where it ends, at which port of the node, with which addresses.

    `prefix` is what the router is handed for the home; its own address there is of its making.
    """

    subscriber: str
    host: str
    port: str
    if_index: int
    mac: str
    address: str
    prefix: str


def _line(number: int, host: str) -> Line:
    return Line(
        subscriber=f"sub-{number}",
        host=host,
        port=f"sub{number}",
        if_index=10 + number,
        mac=f"02:00:5e:10:00:{number:02x}",
        address=f"198.51.100.{10 + number}",
        prefix=f"2001:db8:1:{number}00::/56",
    )


LINES: Final = (
    _line(1, "router"),
    _line(2, "neighbour1"),
    _line(3, "neighbour2"),
    _line(4, "neighbour3"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A web server in the world: its namespace, name, addresses and the page that is asked for."""

    host: str
    name: str
    address: str
    address6: str
    url: str


REFERENCE: Final = Site(
    host="reference",
    name="reference.example",
    address="203.0.113.130",
    address6="2001:db8:0:3::130",
    url="http://reference.example/",
)
LARGE_URL: Final = f"{REFERENCE.url}large"
"""What web.py sends as long as somebody reads: 16 MB."""
VIDEO: Final = Site(
    host="video",
    name="video.example",
    address="203.0.113.140",
    address6="2001:db8:0:3::140",
    url="https://video.example/",
)
BANK: Final = Site(
    host="bank",
    name="bank.example",
    address="203.0.113.150",
    address6="2001:db8:0:3::150",
    url="https://bank.example/",
)
SITES: Final = (REFERENCE, VIDEO, BANK)

FIXED: Final = {
    "bng": "203.0.113.1",
    "access": NODE,
    "internet": "203.0.113.66",
    "noc": "203.0.113.10",
    "resolver": RESOLVER,
    **{site.host: site.address for site in SITES},
    **{line.host: line.address for line in LINES},
}
"""Addresses by namespace; devices of the home take theirs from the router."""
