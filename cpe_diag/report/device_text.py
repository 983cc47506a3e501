"""One line for every fact about a device of the home, as its router sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.domain.missing import known
from cpe_diag.report.phrases import counted, listed, maybe

if TYPE_CHECKING:
    from cpe_diag.domain.device_facts import (
        DeviceFlows,
        DevicePresence,
        DeviceWatch,
        LanOffers,
        LanSocket,
        NameQueries,
        Tries,
    )
    from cpe_diag.domain.home_facts import HomeWatch
    from cpe_diag.domain.lan_facts import (
        AnnouncedRouter,
        DeviceFrames,
        EchoRow,
        LanRouters,
        SocketFrames,
    )


def device_presence(fact: DevicePresence) -> str:
    """Say who answers for the address, and what came in at the sockets meanwhile."""
    macs = known(fact.answered_by)
    if macs is None:
        parts = [f"the router cannot send ARP requests to {fact.address}"]
        parts += maybe(fact.neighbour_state, lambda state: f"its neighbour table says {state}")
    elif macs:
        parts = [f"{fact.address} answers ARP as {listed(list(macs))}"]
    else:
        parts = [f"{fact.address} answers no ARP"]
    linked = [_socket(one) for one in fact.sockets if known(one.carrier)]
    parts += [f"link on {listed(linked)}"] if linked else []
    return ", ".join(parts)


def _socket(socket: LanSocket) -> str:
    beside = [*maybe(socket.frames_in, lambda count: f"{counted(count, 'frame')} in")]
    beside += [counted(len(socket.learned), "address", "addresses")]
    losses = known(socket.carrier_losses)
    beside += [f"link lost {losses}x since the start"] if losses else []
    return f"{socket.name} ({listed(beside)})"


def device_flows(fact: DeviceFlows) -> str:
    """Say how many connections there are; with whom is not known here."""
    through = f"{counted(fact.past_router, 'connection')} through the router"
    parts = [f"{fact.past_router_answered} of {through} answered"]
    if fact.tcp_not_taken_up:
        parts.append(f"{fact.tcp_not_taken_up} of them not taken up by the device")
    for words, names in (
        ("the router", fact.names_of_router),
        ("the operator's server", fact.names_of_operator),
        ("another server", fact.names_of_others),
    ):
        parts += _names(words, names)
    return ", ".join(parts)


def device_watch(fact: DeviceWatch) -> str:
    """Say what came about while the router looked on."""
    parts = [f"within {fact.watched_s:.0f} s: {device_flows(fact.flows)}"]
    parts.append(f"{counted(fact.flows.tcp_taken_up, 'connection')} of it came about")
    if fact.others_taken_up:
        parts.append(f"{fact.others_taken_up} of other devices")
    vain = known(fact.asked_in_vain)
    parts += [f"it asked in vain for {listed(list(vain))}"] if vain else []
    astray = known(fact.frames_astray)
    parts += [f"{counted(astray, 'frame')} of it went to nobody"] if astray else []
    parts += [f"{one.socket} lost its link {one.times}x" for one in fact.link_losses]
    return ", ".join(parts)


def home_watch(fact: HomeWatch) -> str:
    """Say what the home's devices tried, and what came of it."""
    parts = [f"within {fact.span_s:.0f} s"]
    for words, family in (("IPv4", fact.ipv4), ("IPv6", fact.ipv6)):
        asked = sum(one.asked for one in family.pages)
        if not asked:
            continue
        answered = sum(one.answered for one in family.pages)
        places = f"{counted(len(family.pages), 'device')} asked at {counted(asked, 'place')}"
        parts.append(f"{places} for pages by {words}, {answered} answered")
    if fact.stalled:
        parts.append(f"{counted(sum(fact.stalled), 'connection')} stand still")
    if len(parts) == 1:
        parts.append("no device asked for a page")
    kept_s = known(fact.tcp_kept_s)
    parts += [] if kept_s is None else [f"a quiet connection is kept for {kept_s} s"]
    for words, names in (
        ("the router", fact.names_of_router),
        ("the operator's server", fact.names_of_operator),
        ("another server", fact.names_of_others),
    ):
        parts += _names(words, names)
    return ", ".join(parts)


def _names(server: str, names: NameQueries) -> tuple[str, ...]:
    if not names.asked:
        return ()
    return (f"names asked of {server}: {names.answered} of {names.asked} answered",)


def lan_routers(fact: LanRouters) -> str:
    """Say who else wants to be the way out of the home."""
    parts = [_announced(one) for one in fact.announced]
    taken = known(fact.address_taken_by)
    parts += [f"{listed(list(taken))} answers for {fact.address} too"] if taken else []
    if not parts:
        how = "heard" if fact.listened else "known"
        parts = [f"nobody else is {how} as a router of the home"]
    loud = known(fact.loudest)
    if loud is not None:
        parts.append(f"{loud.mac} sent {loud.octets} bytes to all in {loud.over_s:.1f} s")
    return ", ".join([*parts, *maybe(fact.tried, _heard_trying)])


def _heard_trying(devices: tuple[Tries, ...]) -> str:
    asked, answered = (sum(one.asked for one in devices), sum(one.answered for one in devices))
    return f"heard asking at {counted(asked, 'place')} for pages, {answered} answered"


def _announced(one: AnnouncedRouter) -> str:
    told = [*maybe(one.lifetime_s, lambda seconds: f"for {seconds} s")]
    used = known(one.used)
    told += [f"{counted(used, 'frame')} by way of it"] if used else []
    beside = f" ({listed(told)})" if told else ""
    return f"{one.mac} says that it is a router{beside}"


def device_frames(fact: DeviceFrames) -> str:
    """Say where the device is heard, and what its frames say."""
    heard = known(fact.heard)
    if heard is None:
        parts = ["the router cannot listen"]
    else:
        places = [_place(one) for one in fact.sockets if known(one.from_device)]
        parts = [f"heard on {listed(places)}" if places else "not heard on any socket"]
        parts += [f"it uses {listed(list(heard.addresses))}"] if heard.addresses else []
        asked = [f"{one.address} ({one.times}x)" for one in heard.asked_for]
        parts += [f"it asks by ARP for {listed(asked)}"] if asked else []
        if heard.dhcp_asked:
            parts.append(
                f"it asked {heard.dhcp_asked}x for an address, answered {heard.dhcp_answered}x"
            )
        parts += [f"it asked for {counted(heard.begun, 'connection')}"] if heard.begun else []
    parts += maybe(fact.echoes, _echoes)
    parts += [f"kept out: {one}" for one in fact.refused_by]
    parts += [f"{one} is tied to another device" for one in fact.pinned]
    return ", ".join(parts)


def _place(socket: SocketFrames) -> str:
    where = socket.network or "no network"
    return f"{socket.name} in {where} ({counted(known(socket.from_device) or 0, 'frame')})"


def _echoes(row: EchoRow) -> str:
    return f"{row.answered} of {row.sent} pings in a row answered"


def lan_offers(fact: LanOffers) -> str:
    """Say who else gives out addresses in the home."""
    if not fact.servers:
        return "nobody else gives out addresses in the home"
    return f"addresses are also given out by {listed(list(fact.servers))}"
