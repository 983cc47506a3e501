"""Rules about whether a device of the home is there, and whose address it uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.device_facts import DevicePresence, DeviceWatch, LanOffers
from cpe_diag.domain.lan_facts import DeviceFrames, LanRouters
from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import PingCheck
from cpe_diag.domain.router_facts import LanStatus, LogEventKind
from cpe_diag.domain.wifi_facts import WifiClients
from cpe_diag.judge.keys import (
    CLIENTS,
    FRAMES,
    LAN,
    LAN_ROUTERS,
    LOG,
    OFFERS,
    PING_DEVICE,
    PRESENCE,
    WATCH,
)
from cpe_diag.judge.rule import Answer, Facts, Rule, cannot_tell, does_not_arise, no, yes
from cpe_diag.judge.rules_home import ALIVE, GONE, NOT_NAMED, device_address_foreign, neighbours_of
from cpe_diag.judge.rules_router import count

if TYPE_CHECKING:
    from cpe_diag.domain.device_facts import LanSocket


SET_BY_HAND: Final = "PERMANENT"
"""ip-neighbour(8): such an entry says what the router was told, and not who was heard."""


def arp_answered(facts: Facts) -> bool | None:
    """Tell whether the device in question answered an ARP request; None: nobody could ask."""
    presence = facts.fact(DevicePresence, PRESENCE)
    if presence is None or facts.device_mac is None:
        return None
    macs = known(presence.answered_by)
    if macs is not None:
        return facts.device_mac in macs
    # Without arping the kernel has asked; it gives up after three requests (arp(7)).
    state = known(presence.neighbour_state)
    return False if state is not None and state.upper() in GONE else None


def device_absent(facts: Facts) -> Answer:
    """Answer whether the device in question is not in the home network now.

    What was asked just now goes before what the neighbour table remembers: an entry stays
    REACHABLE for up to 45 seconds after a device was switched off (arp(7), base_reachable_time).
    """
    mac = facts.device_mac
    if mac is None:
        return does_not_arise(NOT_NAMED)
    ping, arp = facts.fact(PingCheck, PING_DEVICE), arp_answered(facts)
    if ping is not None and ping.received:
        return no(f"{ping.target} answers", PING_DEVICE)
    if arp:
        return no(f"{mac} answers ARP requests", PRESENCE)
    seen = _seen(facts, mac)
    if seen is not None:
        return seen
    if arp is False:
        words = f"{mac} answers neither pings nor ARP requests"
        return yes(words, PRESENCE, *((PING_DEVICE,) if ping is not None else ()))
    return _by_tables(facts, mac, asked=ping is not None)


def _seen(facts: Facts, mac: str) -> Answer | None:
    """Answer that the device is there, where it was seen in a way that needs no answer of it."""
    if device_address_foreign(facts).answer:
        return no(f"{mac} was heard with an address of another network", LAN)
    clients = facts.fact(WifiClients, CLIENTS)
    if clients and any(client.mac.lower() == mac for client in clients.clients):
        return no(f"{mac} is associated to the Wi-Fi", CLIENTS)
    socket = _heard_on(facts, mac)
    if socket is not None:
        return no(f"{mac} is heard on {socket}", PRESENCE)
    sends = _sends_on(facts)
    return None if sends is None else no(f"{mac} is heard on {sends}", FRAMES)


def _sends_on(facts: Facts) -> str | None:
    """Give the socket, of whatever network, on which frames of the device came in."""
    seen = facts.fact(DeviceFrames, FRAMES)
    return next(
        (one.name for one in (seen.sockets if seen else ()) if known(one.from_device)), None
    )


def _uses(facts: Facts, address: str) -> bool:
    """Tell whether the device is seen to use an address, whatever ARP requests it answered."""
    seen = facts.fact(DeviceFrames, FRAMES)
    heard, echoes = (known(seen.heard), known(seen.echoes)) if seen else (None, None)
    watch = facts.fact(DeviceWatch, WATCH)
    return (
        bool(heard and address in heard.addresses)
        or bool(echoes and echoes.answered)
        or bool(watch and watch.flows.tcp_taken_up)
    )


def _by_tables(facts: Facts, mac: str, *, asked: bool) -> Answer:
    """Answer by what the router remembers, where nobody could ask the device by ARP."""
    lan = facts.fact(LanStatus, LAN)
    states = {entry.state.upper() for entry in neighbours_of(lan, mac)}
    if asked and states & set(ALIVE):
        return cannot_tell(facts, PRESENCE)
    if states & set(ALIVE):
        return no(f"{mac} was heard within the last minute", LAN)
    missing = tuple(key for key in (LAN, CLIENTS) if facts.fact(object, key) is None)
    if missing:
        return cannot_tell(facts, *missing)
    if asked:
        return yes(f"{mac} is not on the Wi-Fi and does not answer", LAN, CLIENTS, PING_DEVICE)
    is_read = lan is not None and known(lan.neighbours) is not None
    if not is_read or states - set(GONE):
        return cannot_tell(facts, PING_DEVICE if is_read else LAN)
    return yes(f"{mac} is not on the Wi-Fi and not in the neighbour table", LAN, CLIENTS)


def _heard_on(facts: Facts, mac: str) -> str | None:
    """Give the socket on which the device was heard, and something came in just now.

    A bridge forgets who was on a socket when it loses its link (br_if.c, br_stp_disable_port).
    """
    presence = facts.fact(DevicePresence, PRESENCE)
    for socket in presence.sockets if presence else ():
        alone = socket.learned == (mac,) and known(socket.carrier)
        if alone and (known(socket.frames_in) or 0) > 0:
            return socket.name
    return None


def device_elsewhere(facts: Facts) -> Answer:
    """Answer whether the device is heard, and does not answer at the address that was its own."""
    mac = facts.device_mac
    if mac is None:
        return does_not_arise(NOT_NAMED)
    arp, presence = arp_answered(facts), facts.fact(DevicePresence, PRESENCE)
    if arp is None or presence is None:
        return cannot_tell(facts, PRESENCE)
    if arp:
        return no(f"it answers at {presence.address}", PRESENCE)
    if _uses(facts, presence.address):
        return no(f"it is heard to use {presence.address}", FRAMES)
    socket, sends = _heard_on(facts, mac), _sends_on(facts)
    if socket is None and sends is None:
        return does_not_arise("the device is not heard")
    words = f"{mac} sends on {socket or sends}, and nothing is at {presence.address}"
    return yes(words, PRESENCE, *(() if socket else (FRAMES,)))


def device_port_mute(facts: Facts) -> Answer:
    """Answer whether the socket of an absent device has a link, and nothing comes in on it."""
    mac = facts.device_mac
    if mac is None:
        return does_not_arise(NOT_NAMED)
    presence = facts.fact(DevicePresence, PRESENCE)
    if presence is None:
        return cannot_tell(facts, PRESENCE)
    if arp_answered(facts):
        return no(f"{mac} answers ARP requests", PRESENCE)
    others = [socket for socket in presence.sockets if not set(socket.learned) - {mac}]
    mute = [socket for socket in others if known(socket.carrier) and known(socket.frames_in) == 0]
    # What sleeps keeps its link at the slowest rate, to be woken by it.
    awake = [socket for socket in mute if _speed(facts, socket) > facts.limits["asleep_bps"]]
    if awake:
        return yes(f"{awake[0].name} has a link, and nothing comes in on it", PRESENCE, LAN)
    if any(known(socket.frames_in) is None for socket in others if known(socket.carrier)):
        return cannot_tell(facts, PRESENCE)
    return no("no socket with a link is silent", PRESENCE)


def _speed(facts: Facts, socket: LanSocket) -> float:
    lan = facts.fact(LanStatus, LAN)
    ports = (known(lan.ports) if lan else None) or ()
    speeds = [known(port.speed_bps) for port in ports if port.name == socket.name]
    return next((speed for speed in speeds if speed is not None), float("inf"))


def lan_duplicate_address(facts: Facts) -> Answer:
    """Answer whether two devices use the same address."""
    presence = facts.fact(DevicePresence, PRESENCE)
    answered = (known(presence.answered_by) if presence else None) or ()
    if presence is not None and len(answered) > 1:
        words = f"{' and '.join(answered)} both answer for {presence.address}"
        return yes(words, PRESENCE)
    routers = facts.fact(LanRouters, LAN_ROUTERS)
    claimed = (known(routers.address_taken_by) if routers else None) or ()
    if routers is not None and claimed:
        words = f"{', '.join(claimed)} answers for {routers.address}, which is the router's own"
        return yes(words, LAN_ROUTERS)
    taken = _taken(facts)
    if taken is not None:
        return yes(taken, LAN)
    told = count(facts, LogEventKind.DUPLICATE_ADDRESS)
    if told:
        return yes(f"{_signs(told)} of an address used twice in the log", LOG)
    if told is None and not answered:
        return cannot_tell(facts, LOG, PRESENCE)
    return no("no address is used twice", *((PRESENCE,) if answered else (LOG,)))


def _taken(facts: Facts) -> str | None:
    """Say which address that was given to one device is used by another.

    A repeater speaks for the devices behind it with a MAC of its own: one that is known by more
    than one address, or holds a lease itself, is not taken for a second device.
    """
    lan = facts.fact(LanStatus, LAN)
    leases = (known(lan.leases) if lan else None) or ()
    neighbours = (known(lan.neighbours) if lan else None) or ()
    used = [
        (entry.address, mac.lower())
        for entry in neighbours
        if (mac := known(entry.mac)) and entry.state.upper() not in (*GONE, SET_BY_HAND)
    ]
    holders = {lease.mac.lower() for lease in leases}
    for lease in leases:
        for address, mac in used:
            alone = sum(mac == other for _, other in used) == 1 and mac not in holders
            if address == lease.address and mac != lease.mac.lower() and alone:
                return f"{address} was given to {lease.mac.lower()}, and {mac} uses it"
    return None


def lan_rogue_dhcp(facts: Facts) -> Answer:
    """Answer whether another DHCP server gives out addresses in the home."""
    offers = facts.fact(LanOffers, OFFERS)
    if offers is not None and offers.servers:
        return yes(f"{', '.join(offers.servers)} gives out addresses too", OFFERS)
    told = count(facts, LogEventKind.ROGUE_DHCP)
    if told:
        return yes(f"{_signs(told)} of another DHCP server in the log", LOG)
    if offers is not None:
        return no("nobody else offers an address", OFFERS)
    if told is None:
        return cannot_tell(facts, LOG)
    return no("no signs of another DHCP server in the log", LOG)


def _signs(told: int) -> str:
    return "1 sign" if told == 1 else f"{told} signs"


RULES_DEVICE: Final[tuple[Rule, ...]] = (
    Rule(
        id="lan_rogue_dhcp",
        question="Does another DHCP server disturb the home?",
        needs=(LOG, OFFERS),
        ask=lan_rogue_dhcp,
    ),
    Rule(
        id="lan_duplicate_address",
        question="Do two devices use the same address?",
        needs=(LOG, LAN, PRESENCE, LAN_ROUTERS),
        ask=lan_duplicate_address,
    ),
    Rule(
        id="device_absent",
        question="Is the device in question not in the home network?",
        needs=(LAN, CLIENTS, PING_DEVICE, PRESENCE, FRAMES),
        ask=device_absent,
    ),
    Rule(
        id="device_elsewhere",
        question="Is the device heard, and not at its address?",
        needs=(PRESENCE, FRAMES, WATCH),
        ask=device_elsewhere,
    ),
    Rule(
        id="device_port_mute",
        question="Has the device's socket a link on which nothing comes in?",
        needs=(PRESENCE, LAN),
        ask=device_port_mute,
    ),
)
