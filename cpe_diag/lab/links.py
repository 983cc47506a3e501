"""What follows from the lab's state: which ports are up, what a home reaches, what is learned.

Nothing here is stored, so that no face can disagree with another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.lab.copper_state import FAST_BPS, FAST_PAIRS
from cpe_diag.lab.home_state import GhostHome

if TYPE_CHECKING:
    from cpe_diag.lab.home_state import Home, HomeRouter
    from cpe_diag.lab.world import AccessPort, World

HALF_DUPLEX_LOSS = 0.12
"""Share of packets that late collisions cost where one end is at half duplex."""


def home_has_power(world: World, home: Home) -> bool:
    """The router (and the modem in it) has power and is not in the dark part of a reboot."""
    if isinstance(home, GhostHome):
        return home.powered
    return home.powered and world.now() >= home.away_until


def end_has_power(world: World, port: AccessPort) -> bool:
    """The device at the end of the line has power: router, ONT or cable modem.

    An ONT and a cable modem are boxes of their own: a router that starts anew leaves them on.
    """
    home = world.home_on(port)
    if home is None:
        return False
    return home_has_power(world, home) if port.is_interface else home.powered


def node_serves(world: World, port: AccessPort) -> bool:
    """The node has power and the port's card works."""
    node = world.nodes[port.node]
    card = node.cards.get(port.card)
    return node.powered and (card is None or card.working)


def medium_whole(world: World, port: AccessPort) -> bool:
    """What lies between node and home is whole: cable, splitter, and the PON port's light."""
    node = world.nodes[port.node]
    splitter = None if port.splitter is None else node.splitters[port.splitter]
    if port.ont is not None and not node.shared[port.ont.pon].admin_up:
        return False
    return port.cable_ok and (splitter is None or splitter.whole)


def wired(world: World, port: AccessPort) -> bool:
    """Everything up to the home is well, whether or not the home's own device has power."""
    if not (port.admin_up and node_serves(world, port) and medium_whole(world, port)):
        return False
    if port.cable is not None and FAST_PAIRS & port.cable.open_at_m.keys():
        return False
    home = world.home_on(port)
    # On Ethernet the wire ends in the router's own WAN socket.
    return port.technology != "ethernet" or isinstance(home, GhostHome) or _plugged_in(home)


def port_up(world: World, port: AccessPort) -> bool:
    """The port carries traffic: node and port on, wire whole, far end powered, trained.

    On Ethernet the wire ends in the router's own WAN socket, so a loose WAN cable takes the port
    down; on DSL, fibre and coaxial cable it ends in the modem or ONT, which stays in sync.
    """
    if port.technology == "uplink":
        return port.admin_up
    if port.subscriber is None:
        return _shared_up(world, port)
    if not wired(world, port):
        return False
    return end_has_power(world, port) and world.now() >= port.showtime_at


def last_change(world: World, port: AccessPort) -> float:
    """Give when the port came to its present state, in seconds of the lab."""
    return max(port.changed_at, port.showtime_at) if port_up(world, port) else port.changed_at


def link_duplex(port: AccessPort) -> str:
    """Give `half` or `full`."""
    return "half" if port.speed_setting.endswith("_half") else "full"


def link_speed_bps(port: AccessPort) -> int:
    """Give the speed of an Ethernet link: as set, or what the pairs that are left can do."""
    if port.speed_setting != "auto":
        return int(port.speed_setting.partition("_")[0]) * 1_000_000
    broken = port.cable is not None and bool(port.cable.open_at_m)
    return min(port.speed_bps, FAST_BPS) if broken else port.speed_bps


def wan_carrier(world: World, router: HomeRouter) -> bool:
    """The router's WAN socket has a link.

    On Ethernet the wire runs to the access port itself; elsewhere to the modem or ONT in the
    home, which gives a link whenever its line is up.
    """
    return router.wan_cable_ok and port_up(world, world.port_of(router))


def in_service_vlan(port: AccessPort) -> bool:
    """What comes from the home enters the VLAN of its service."""
    return port.learned_vlan is None and not port.locked


def wan_up(world: World, router: HomeRouter) -> bool:
    """The router holds an address from the operator."""
    if not (wan_carrier(world, router) and in_service_vlan(world.port_of(router))):
        return False
    if router.wan_protocol == "pppoe":
        return router.pppoe_answers and router.ppp_auth_ok
    return router.dhcp_offers


def forwards(world: World, router: HomeRouter) -> bool:
    """Packets of this home reach the operator's edge."""
    held_out = router.session_stale or world.port_of(router).binding_stale
    return wan_up(world, router) and not held_out and not router.hung


def edge_loss(world: World, router: HomeRouter) -> float:
    """Give the share of packets lost between router and operator's edge, 0 to 1."""
    half = link_duplex(world.port_of(router)) == "half"
    return max(router.forwarding_loss, HALF_DUPLEX_LOSS * half)


def management_reachable(world: World, router: HomeRouter) -> bool:
    """The operator can reach the router's SSH server (management is a VLAN of its own).

    Management works over the same wire but not over the customer's session, as with TR-069 on a
    separate VLAN: it needs power and a trained line, not a WAN address.
    """
    return (
        home_has_power(world, router)
        and wan_carrier(world, router)
        and not world.port_of(router).locked
    )


def learned_mac(world: World, port: AccessPort) -> str | None:
    """Give the MAC address that the node has learned on a port, or None.

    A MAC is learned as soon as the router sends anything over a whole path: address or not,
    accepted or not. A port that is locked learns nothing.
    """
    home = world.home_on(port)
    if home is None or port.locked or not port_up(world, port):
        return None
    if isinstance(home, GhostHome):
        return home.wan_mac
    sends = home_has_power(world, home) and wan_carrier(world, home)
    return home.wan_mac if sends else None


def _plugged_in(home: HomeRouter | None) -> bool:
    return home is not None and home.wan_cable_ok


def _shared_up(world: World, port: AccessPort) -> bool:
    """An interface that subscribers share is up while it serves, a PON port while it hears one."""
    if port.technology not in {"pon", "mac_domain", "downstream", "upstream"}:
        return False
    if not (port.admin_up and node_serves(world, port)):
        return False
    if port.technology != "pon":
        return True
    members = world.nodes[port.node].ports.values()
    return any(
        one.ont is not None and one.ont.pon == port.if_index and port_up(world, one)
        for one in members
    )
