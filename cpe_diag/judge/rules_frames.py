"""Rules about the device in question by its frames: where it is, and who keeps it out."""

from __future__ import annotations

import ipaddress
from math import sqrt
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.device_facts import DeviceFlows, DevicePresence, DeviceWatch
from cpe_diag.domain.lan_facts import DeviceFrames, EchoRow
from cpe_diag.domain.missing import known
from cpe_diag.domain.path_facts import PingCheck
from cpe_diag.domain.router_facts import LanStatus
from cpe_diag.judge.keys import FLOWS, FRAMES, LAN, PING_DEVICE, PRESENCE, WATCH
from cpe_diag.judge.rule import Answer, Facts, Rule, cannot_tell, does_not_arise, no, yes
from cpe_diag.judge.rules_device import arp_answered
from cpe_diag.judge.rules_home import NOT_NAMED, device_no_lease
from cpe_diag.judge.rules_pages import device_gets_no_pages

if TYPE_CHECKING:
    from cpe_diag.domain.lan_facts import FramesHeard, SocketFrames


def _frames(facts: Facts) -> DeviceFrames | None:
    return facts.fact(DeviceFrames, FRAMES)


def _heard(facts: Facts) -> FramesHeard | None:
    seen = _frames(facts)
    return known(seen.heard) if seen else None


def _unknown(facts: Facts) -> Answer:
    return does_not_arise(NOT_NAMED) if facts.device_mac is None else cannot_tell(facts, FRAMES)


def _places(seen: DeviceFrames) -> tuple[SocketFrames, ...]:
    return tuple(one for one in seen.sockets if known(one.from_device))


def device_outside_home(facts: Facts) -> Answer:
    """Answer whether the device hangs on a socket that the router keeps out of the home."""
    seen = _frames(facts)
    if seen is None or known(seen.heard) is None:
        return _unknown(facts)
    places = _places(seen)
    outside = [one for one in places if not one.in_home]
    if not outside or len(outside) < len(places):
        return no("it is not heard on a socket outside the home's network", FRAMES)
    where = outside[0].network or "no network"
    words = f"it is heard on {outside[0].name}, which is in {where} and not in {seen.network}"
    if device_gets_no_pages(facts).answer is False:
        return no(f"{words}, and it gets its pages", FRAMES, WATCH)
    return yes(words, FRAMES)


def device_port_cut(facts: Facts) -> Answer:
    """Answer whether the router's own bridge or a filter of its socket drops what comes in."""
    seen, heard = _frames(facts), _heard(facts)
    if seen is None or heard is None:
        return _unknown(facts)
    for one in _places(seen):
        came = known(one.from_device) or 0
        if one.in_home and known(one.forwards) is False:
            words = f"it is heard on {one.name}, on which the router's bridge passes nothing on"
            return yes(words, FRAMES)
        if not one.in_home or came < facts.limits["device_tries"]:
            continue
        words = f"{came} of its frames came in on {one.name}, {heard.at_home} of them in the home"
        if not heard.at_home:
            return yes(words, FRAMES)
        return no(words, FRAMES)
    return does_not_arise("no socket of the home hears it")


def device_refused(facts: Facts) -> Answer:
    """Answer whether the router is set to keep the device out, and it has no address of it."""
    seen = _frames(facts)
    if seen is None:
        return _unknown(facts)
    if not seen.refused_by:
        return no("no setting that was read keeps it out", FRAMES)
    words = "; ".join(seen.refused_by)
    if device_no_lease(facts).answer is False:
        return no(f"{words}; it has an address all the same", FRAMES, LAN)
    return yes(words, FRAMES)


def device_dhcp_unanswered(facts: Facts) -> Answer:
    """Answer whether the device asks for an address in vain.

    A server may look for three seconds whether an address is free (dnsmasq(8), --no-ping), so that
    one question alone says nothing; who asks again has waited longer (RFC 2131, section 4.1).
    """
    heard = _heard(facts)
    if heard is None:
        return _unknown(facts)
    words = f"it asked {heard.dhcp_asked} times for an address"
    if heard.dhcp_answered:
        return no(f"{words}, and was answered", FRAMES)
    if heard.dhcp_asked < facts.limits["device_tries"]:
        return does_not_arise(f"{words} while one listened")
    return yes(f"{words}, and nobody answered", FRAMES)


def device_mask_wrong(facts: Facts) -> Answer:
    """Answer whether the device takes far addresses for near: it asks for them by ARP.

    RFC 1122, section 3.3.1.1: what is not of the own network goes to a gateway.
    """
    heard, network = _heard(facts), _network(facts)
    if heard is None or network is None:
        return _unknown(facts) if heard is None else cannot_tell(facts, LAN)
    if not any(_within(address, network) for address in heard.addresses):
        return does_not_arise("it uses no address of the home")
    far = [one for one in heard.asked_for if not _within(one.address, network)]
    if sum(one.times for one in far) < facts.limits["device_tries"]:
        return no("it asks by ARP for addresses of the home alone", FRAMES)
    if device_gets_no_pages(facts).answer is False:
        return no("it gets its pages, whatever it asks for", WATCH)
    names = ", ".join(one.address for one in far[:2])
    return yes(f"it asks by ARP for {names}, which is not within {network}", FRAMES, LAN)


def device_fixed_address_mute(facts: Facts) -> Answer:
    """Answer whether a device with an address of its own choice finds no way to the router.

    It answers ARP, but sends the router nothing: neither answers to pings nor questions.
    """
    heard, network = _heard(facts), _network(facts)
    lan, ping = facts.fact(LanStatus, LAN), facts.fact(PingCheck, PING_DEVICE)
    if heard is None:
        return _unknown(facts)
    leases = known(lan.leases) if lan else None
    if lan is None or leases is None or network is None or ping is None:
        return cannot_tell(facts, LAN, PING_DEVICE)
    if ping.received or heard.to_router:
        return no("it sends to the router", FRAMES, PING_DEVICE)
    given = {lease.address for lease in leases if lease.mac.lower() == facts.device_mac}
    presence = facts.fact(DevicePresence, PRESENCE)
    used = (*heard.addresses, *((presence.address,) if presence else ()))
    chosen = [one for one in used if _within(one, network) and one not in given]
    if not chosen or not arp_answered(facts):
        return no("it has the address that it was given, or does not answer ARP", FRAMES, LAN)
    words = f"it uses {chosen[0]}, which was not given to it, and sends the router nothing"
    return yes(words, FRAMES, LAN, PING_DEVICE, PRESENCE)


def _network(facts: Facts) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    lan = facts.fact(LanStatus, LAN)
    prefix = known(lan.prefix) if lan else None
    return None if prefix is None else ipaddress.ip_network(prefix, strict=False)


def _within(address: str, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    return ipaddress.ip_address(address) in network


def router_swallows_device(facts: Facts) -> Answer:
    """Answer whether what the device sends goes in at the router and does not come out of it.

    Of IPv4: without address translation a router may keep no table. Other devices' connections
    are the control. A connection that was passed on and that nobody answers stays in the table for
    two minutes (nf_conntrack-sysctl.rst).
    """
    heard, watch = _heard(facts), facts.fact(DeviceWatch, WATCH)
    if heard is None or watch is None:
        return _unknown(facts) if heard is None else cannot_tell(facts, WATCH)
    if heard.begun_answered or watch.flows.past_router_ipv4 > watch.flows.tcp_not_taken_up:
        return no("its connections go by way of the router", FRAMES, WATCH)
    if heard.begun <= facts.limits["device_tries"]:
        return does_not_arise("it asks the router for too few connections to tell")
    begun = f"it asked {heard.begun} times for a connection"
    if watch.flows.tcp_not_taken_up >= facts.limits["device_half_open"]:
        words = f"{begun}; the answers came to the router, and it passed none of them on"
        return yes(words, FRAMES, WATCH)
    return _not_begun(facts, watch, begun)


def _not_begun(facts: Facts, watch: DeviceWatch, begun: str) -> Answer:
    table = facts.fact(DeviceFlows, FLOWS)
    if table is None:
        return cannot_tell(facts, FLOWS)
    if table.past_router > table.past_router_answered or not watch.others_taken_up:
        return no("the router passes its connections on, as far as its table tells", WATCH)
    words = f"{begun}, and the router began none, while those of other devices came about"
    return yes(words, FRAMES, WATCH)


def device_pinned(facts: Facts) -> Answer:
    """Answer whether the router is set to send to another one what is for the device."""
    seen = _frames(facts)
    if seen is None:
        return _unknown(facts)
    if not seen.pinned:
        return no("the router has no fixed entry against it", FRAMES)
    return yes(f"{', '.join(seen.pinned)} is tied to another hardware address", FRAMES)


def device_dozes(facts: Facts) -> Answer:
    """Answer whether the device is there for a while and then not, again and again.

    Losses by chance change from one packet to the next; a device that sleeps is silent for a
    spell. The number of spells tells the two apart (the runs test of Wald and Wolfowitz).
    """
    seen = _frames(facts)
    row = known(seen.echoes) if seen else None
    if row is None:
        return _unknown(facts)
    watch = facts.fact(DeviceWatch, WATCH)
    lost = row.sent - row.answered
    words = f"{row.answered} of {row.sent} pings in a row were answered, in {row.spells} spells"
    least = facts.limits["device_doze_pings"]
    if lost < least or row.answered < least:
        return no(words, FRAMES)
    if watch is not None and watch.link_losses:
        return does_not_arise(f"{words}; a socket lost its link")
    if _spells_z(row) > -facts.limits["device_doze_z"]:
        return no(f"{words}: as chance would", FRAMES)
    return yes(words, FRAMES)


def _spells_z(row: EchoRow) -> float:
    """Say how many standard deviations the spells lie from what chance would make."""
    came, lost = row.answered, row.sent - row.answered
    mean = 1 + 2 * came * lost / row.sent
    variance = (mean - 1) * (mean - 2) / (row.sent - 1)
    return (row.spells - mean) / sqrt(variance) if variance > 0 else 0.0


RULES_FRAMES: Final[tuple[Rule, ...]] = (
    Rule(
        id="device_outside_home",
        question="Does the device hang on a socket that is not in the home's network?",
        needs=(FRAMES, WATCH),
        ask=device_outside_home,
    ),
    Rule(
        id="device_port_cut",
        question="Does the router drop on its socket what the device sends?",
        needs=(FRAMES,),
        ask=device_port_cut,
    ),
    Rule(
        id="device_refused",
        question="Is the router set to keep the device out?",
        needs=(FRAMES, LAN),
        ask=device_refused,
    ),
    Rule(
        id="device_dhcp_unanswered",
        question="Does the device ask for an address in vain?",
        needs=(FRAMES,),
        ask=device_dhcp_unanswered,
    ),
    Rule(
        id="device_mask_wrong",
        question="Does the device take far addresses for near ones?",
        needs=(FRAMES, LAN, WATCH),
        ask=device_mask_wrong,
    ),
    Rule(
        id="device_fixed_address_mute",
        question="Has the device an address of its own choice, and no way to the router?",
        needs=(FRAMES, LAN, PING_DEVICE, PRESENCE),
        ask=device_fixed_address_mute,
    ),
    Rule(
        id="router_swallows_device",
        question="Does the router pass on nothing of what the device sends, or gets?",
        needs=(FRAMES, WATCH, FLOWS),
        ask=router_swallows_device,
    ),
    Rule(
        id="device_pinned",
        question="Is the device's address tied to another one in the router?",
        needs=(FRAMES,),
        ask=device_pinned,
    ),
    Rule(
        id="device_dozes",
        question="Is the device there for a while and then not, again and again?",
        needs=(FRAMES, WATCH),
        ask=device_dozes,
    ),
)
