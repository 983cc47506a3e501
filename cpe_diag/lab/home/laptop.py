"""The field technician's laptop: in the bag, at a LAN socket, or at the wall port."""

from __future__ import annotations

from typing import Final

from cpe_diag.lab.home import layout, namespaces, network
from cpe_diag.lab.home.calls import call
from cpe_diag.lab.home.needs import HomeLabError

WALL: Final = "wall0"
"""What the laptop calls the wall port; it is the far end of the node's own link."""
LOOSE: Final = "loose"
"""The far end of the router's WAN socket while nothing is in it: without a carrier, as in life."""


def plug_into(name: str, place: str) -> None:
    """Plug the laptop in, after taking it out of wherever it is.

    Args:
        name: which copy.
        place: `wall` (the router is unplugged), `lan`, or `bag` (nowhere; the router is back).

    Raises:
        HomeLabError: the copy is not up, or the laptop or the router does not run.
    """
    _take_out(name)
    if place == "lan":
        _ip(name, "laptop", "link set dev eth0 up")
    if place == "wall":
        router, laptop = namespaces.full_name(name, "router"), namespaces.full_name(name, "laptop")
        _ip(
            name, "router", f"link set dev wan0 down\nlink set dev wan0 netns {laptop} name {WALL}"
        )
        _ip(
            name,
            "laptop",
            f"link set dev {WALL} address {layout.DEVICE_MACS['laptop']}\n"
            f"link add {LOOSE} type veth peer name wan0 address {layout.LINES[0].mac}"
            f" netns {router}\nlink set dev {WALL} up",
        )
        _ip(name, "router", "link set dev wan0 up")
        _renew(name, "router")


def _take_out(name: str) -> None:
    _ip(name, "laptop", "link set dev eth0 down\naddr flush dev eth0")
    if network.output(name, "laptop", ["ip", "link", "show", "dev", WALL], failing=""):
        router = namespaces.full_name(name, "router")
        _ip(name, "laptop", f"link del {LOOSE}\nlink set dev {WALL} down")
        _ip(
            name,
            "laptop",
            f"link set dev {WALL} address {layout.LINES[0].mac}\n"
            f"link set dev {WALL} netns {router} name wan0",
        )
        _ip(name, "router", "link set dev wan0 up")
        _renew(name, "router")
    _renew(name, "laptop")


def _renew(name: str, host: str) -> None:
    """End the DHCP clients; each is started anew, on what is there now."""
    network.output(name, host, ["killall", "-q", "udhcpc"], failing="")


def _ip(name: str, host: str, lines: str) -> None:
    done = call(["ip", "-n", namespaces.full_name(name, host), "-batch", "-"], text=lines + "\n")
    if done.returncode:
        raise HomeLabError(f"in {host}: {done.stderr.strip()}")
