"""Rules about the Wi-Fi: the radios, the air, and how well the devices are heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.missing import known
from cpe_diag.domain.router_facts import LogEventKind
from cpe_diag.domain.wifi_facts import AirScan, Radio, WifiClients, WifiNetwork, WifiStatus
from cpe_diag.judge.keys import AIR, CLIENTS, LOG, WIFI
from cpe_diag.judge.rule import Answer, Rule, cannot_tell, does_not_arise, no, says, yes
from cpe_diag.judge.rules_router import count

if TYPE_CHECKING:
    from cpe_diag.judge.rule import Facts

NO_RADIO: Final = "the router has no radio"


def _own_networks(facts: Facts, wifi: WifiStatus) -> tuple[WifiNetwork, ...]:
    names = known(facts.subscriber.ssids) or ()
    named = tuple(network for network in wifi.networks if network.ssid in names)
    home = tuple(network for network in wifi.networks if known(network.purpose) == "lan")
    return named or home or wifi.networks


def _own_radios(facts: Facts, wifi: WifiStatus) -> tuple[Radio, ...]:
    used = {network.radio for network in _own_networks(facts, wifi)}
    own = tuple(radio for radio in wifi.radios if radio.name in used)
    return own or wifi.radios


def wifi_disabled(facts: Facts) -> Answer:
    """Answer whether the Wi-Fi of the customer is switched off by its settings."""
    wifi = facts.fact(WifiStatus, WIFI)
    if wifi is None:
        return cannot_tell(facts, WIFI)
    if not wifi.radios:
        return does_not_arise(NO_RADIO)
    radios = _own_radios(facts, wifi)
    off = [radio.name for radio in radios if not radio.enabled]
    words = f"{len(off)} of {len(radios)} radios are switched off"
    if len(off) < len(radios):
        networks = _own_networks(facts, wifi)
        dark = bool(networks) and all(network.on_air is False for network in networks)
        if dark and any(radio.on_air for radio in radios):
            return yes("all of the customer's networks are switched off", WIFI)
    return says(len(off) == len(radios), words, WIFI)


def wifi_radio_dead(facts: Facts) -> Answer:
    """Answer whether a radio is switched on and yet not on the air."""
    wifi = facts.fact(WifiStatus, WIFI)
    if wifi is None:
        return cannot_tell(facts, WIFI)
    if not wifi.radios:
        return does_not_arise(NO_RADIO)
    dark = [radio for radio in _own_radios(facts, wifi) if radio.enabled and not radio.on_air]
    dead = [radio.name for radio in dark if not known(radio.radar_wait_s)]
    if dead:
        return yes(f"{', '.join(dead)} is switched on but not on the air", WIFI)
    if dark:
        return no("a radio that is not on the air listens for radar first, as it must", WIFI)
    return no("every radio that is switched on is on the air", WIFI)


def wifi_busy(facts: Facts) -> Answer:
    """Answer whether a channel of ours has no air time left."""
    wifi = facts.fact(WifiStatus, WIFI)
    if wifi is None:
        return cannot_tell(facts, WIFI)
    if not wifi.radios:
        return no("the router has no Wi-Fi", WIFI)
    shares = {
        radio.name: busy
        for radio in _own_radios(facts, wifi)
        if radio.on_air and (busy := known(radio.busy_percent)) is not None
    }
    if not shares:
        crowded = wifi_crowded(facts)
        return cannot_tell(facts, WIFI) if crowded.answer else crowded
    worst = max(shares, key=lambda name: shares[name])
    words = f"the channel of {worst} is busy for {shares[worst]:.0f} % of the time"
    return says(shares[worst] >= facts.limits["wifi_busy_percent"], words, WIFI)


def wifi_crowded(facts: Facts) -> Answer:
    """Answer whether many loud neighbours share a channel with us."""
    wifi = facts.fact(WifiStatus, WIFI)
    scan = facts.fact(AirScan, AIR)
    if wifi is None or scan is None:
        return cannot_tell(facts, *(key for key in (WIFI, AIR) if facts.fact(object, key) is None))
    ours = {
        (known(radio.band), known(radio.channel))
        for radio in _own_radios(facts, wifi)
        if radio.on_air
    }
    channels = {channel for _, channel in ours}
    least = facts.limits["wifi_loud_neighbour_dbm"]
    loud: dict[int, int] = {}
    for neighbour in scan.neighbours:
        heard = known(neighbour.signal_dbm)
        band = known(neighbour.band)
        shared = (
            neighbour.channel in channels if band is None else (band, neighbour.channel) in ours
        )
        if shared and heard is not None and heard >= least:
            loud[neighbour.channel] = loud.get(neighbour.channel, 0) + 1
    most = max(loud.values(), default=0)
    words = f"{most} loud neighbours on one of our channels"
    return says(most >= facts.limits["wifi_loud_neighbours"], words, WIFI, AIR)


def wifi_signal_weak(facts: Facts) -> Answer:
    """Answer whether the device in question (or any, where none was named) is heard too weakly."""
    heard = _heard(facts)
    if heard is None:
        return cannot_tell(facts, CLIENTS)
    mac = facts.device_mac
    if mac is not None:
        heard = {name: dbm for name, dbm in heard.items() if name == mac}
    if not heard:
        return does_not_arise("no such device is on the Wi-Fi")
    weakest = min(heard, key=lambda name: heard[name])
    words = f"{weakest} is heard at {heard[weakest]} dBm"
    return says(heard[weakest] < facts.limits["wifi_weak_dbm"], words, CLIENTS)


def wifi_most_weak(facts: Facts) -> Answer:
    """Answer whether most of the devices are heard too weakly."""
    heard = _heard(facts)
    if heard is None:
        return cannot_tell(facts, CLIENTS)
    if not heard:
        return does_not_arise("no device is on the Wi-Fi")
    weak = sum(dbm < facts.limits["wifi_weak_dbm"] for dbm in heard.values())
    words = f"{weak} of {len(heard)} devices are heard too weakly"
    return says(2 * weak > len(heard), words, CLIENTS)


def wifi_retries(facts: Facts) -> Answer:
    """Answer whether much of what is sent to the device (or any, unnamed) is sent again."""
    clients = facts.fact(WifiClients, CLIENTS)
    if clients is None:
        return cannot_tell(facts, CLIENTS)
    mac = facts.device_mac
    shares = {
        one.mac.lower(): retries / packets
        for one in clients.clients
        if mac is None or one.mac.lower() == mac
        if (packets := known(one.tx_packets)) is not None
        and packets >= facts.limits["wifi_retry_packets"]
        and (retries := known(one.tx_retries)) is not None
    }
    if not shares:
        return does_not_arise("no such device is counted")
    worst = max(shares, key=lambda name: shares[name])
    words = f"{shares[worst]:.2f} of the packets to {worst} were sent again"
    return says(shares[worst] >= facts.limits["wifi_retry_share"], words, CLIENTS)


def _heard(facts: Facts) -> dict[str, int] | None:
    clients = facts.fact(WifiClients, CLIENTS)
    if clients is None:
        return None
    return {
        client.mac.lower(): signal
        for client in clients.clients
        if (signal := known(client.signal_dbm)) is not None
    }


def wifi_wrong_password(facts: Facts) -> Answer:
    """Answer whether a device tries to join with a wrong Wi-Fi password."""
    failures = count(facts, LogEventKind.WIFI_WRONG_PASSWORD, facts.device_mac)
    if failures is None:
        return cannot_tell(facts, LOG)
    words = f"{failures} failed handshakes in the log"
    return says(failures >= facts.limits["wifi_wrong_passwords"], words, LOG)


def wifi_disconnects(facts: Facts) -> Answer:
    """Answer whether a device leaves the Wi-Fi again and again."""
    left = count(facts, LogEventKind.WIFI_DISCONNECTED, facts.device_mac)
    if left is None:
        return cannot_tell(facts, LOG)
    words = f"{left} disconnections in the log"
    return says(left >= facts.limits["wifi_disconnects"], words, LOG)


RULES_WIFI: Final[tuple[Rule, ...]] = (
    Rule(
        id="wifi_disabled",
        question="Is the customer's Wi-Fi switched off?",
        needs=(WIFI,),
        ask=wifi_disabled,
    ),
    Rule(
        id="wifi_radio_dead",
        question="Is a radio switched on and yet not on the air?",
        needs=(WIFI,),
        ask=wifi_radio_dead,
    ),
    Rule(
        id="wifi_busy",
        question="Has a Wi-Fi channel no air time left?",
        needs=(WIFI, AIR),
        ask=wifi_busy,
    ),
    Rule(
        id="wifi_crowded",
        question="Do many loud neighbours share a channel with us?",
        needs=(WIFI, AIR),
        ask=wifi_crowded,
    ),
    Rule(
        id="wifi_signal_weak",
        question="Is a device heard too weakly?",
        needs=(CLIENTS,),
        ask=wifi_signal_weak,
    ),
    Rule(
        id="wifi_most_weak",
        question="Are most devices heard too weakly?",
        needs=(CLIENTS,),
        ask=wifi_most_weak,
    ),
    Rule(
        id="wifi_retries",
        question="Is much of what is sent over the air sent again?",
        needs=(CLIENTS,),
        ask=wifi_retries,
    ),
    Rule(
        id="wifi_wrong_password",
        question="Does a device use a wrong Wi-Fi password?",
        needs=(LOG,),
        ask=wifi_wrong_password,
    ),
    Rule(
        id="wifi_disconnects",
        question="Does a device leave the Wi-Fi again and again?",
        needs=(LOG,),
        ask=wifi_disconnects,
    ),
)
