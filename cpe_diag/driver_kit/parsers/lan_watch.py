"""What is heard in the home: who wants to be its router, and the frames of one device."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.device_facts import Tries
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.lan_facts import (
    AnnouncedRouter,
    ArpAsked,
    DeviceFrames,
    EchoRow,
    FramesHeard,
    LanRouters,
    LoudDevice,
    SocketFrames,
)
from cpe_diag.domain.missing import Missing
from cpe_diag.driver_kit.parsers.answers import unparseable, whole_text
from cpe_diag.driver_kit.parsers.device_look import NO_ARPING, answered_by
from cpe_diag.driver_kit.parsers.device_watch import NO_CAPTURE
from cpe_diag.driver_kit.parsers.fields import UNSUPPORTED
from cpe_diag.driver_kit.parsers.refusals import refusals
from cpe_diag.driver_kit.parsers.sections import needed, sections

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.domain.missing import Maybe
    from cpe_diag.driver_kit.router import ReadingContext
    from cpe_diag.ports import CommandAnswer

_MAC: Final = r"((?:[0-9a-f]{2}:){5}[0-9a-f]{2})"
# Our own lines: the router's hardware address in the home, and its address there.
_SELF: Final = re.compile(rf"^{_MAC} (\S+)$", re.MULTILINE)
_MACS: Final = re.compile(rf"^{_MAC}$", re.MULTILINE)
# Our own lines: tcpdump's words for a router advertisement, and for what goes by way of somebody.
_RA: Final = re.compile(rf"^ra {_MAC} (\d+)$", re.MULTILINE)
_TO: Final = re.compile(rf"^to {_MAC} (\d+)$", re.MULTILINE)
# Our own line: answers to pings from an address of another network.
_WELL: Final = re.compile(r"^well (\d+)$", re.MULTILINE)
# Our own line: at how many places one device asked for a page, and was answered; what it ended in
# vain.
_TRIED: Final = re.compile(r"^tried (\d+) (\d+) (\d+)$", re.MULTILINE)
# Our own line: who sent most to all, in frames and octets, within so many seconds.
_LOUD: Final = re.compile(rf"^loud {_MAC} (\d+) (\d+) (\d+(?:\.\d+)?)$", re.MULTILINE)
# Our own line: the home's bridge and its hardware address.
_HOME: Final = re.compile(rf"^(\S+) {_MAC}$", re.MULTILINE)
# Our own line: a socket, and what its files in sysfs say (sysfs-class-net, sysfs of the bridge).
_SOCKET: Final = re.compile(r"(\S+) net=(\S*) carrier=([01]?) flags=(0x[0-9a-f]+|) state=([0-4]?)")
_IFF_UP: Final = 0x1
_FORWARDING: Final = "3"
"""if.h and if_bridge.h of Linux: IFF_UP, BR_STATE_FORWARDING."""
# Our own lines: what was counted on one socket (of the device, to it, asked of and answered by
# DHCP, connections begun and answered, datagrams, requests of the router); whom it asked for by
# ARP; which addresses it used; which pings of a row were answered.
_ON: Final = re.compile(r"^on (\S+)((?: \d+){8})$", re.MULTILINE)
_ASKS: Final = re.compile(r"^asks (\S+) (\d+\.\d+\.\d+\.\d+) (\d+)$", re.MULTILINE)
_USES: Final = re.compile(r"^uses (\S+) (\d+\.\d+\.\d+\.\d+)$", re.MULTILINE)
_ROW: Final = re.compile(r"^row ([01]+)$", re.MULTILINE)
_NOTHING: Final = (0,) * 8
# ip-neighbour(8).
_PINNED: Final = re.compile(rf"^(\S+) dev \S+ lladdr {_MAC} .*\bPERMANENT", re.MULTILINE)
NO_ADDRESS: Final = "none"


def lan_routers(answers: tuple[CommandAnswer, ...], _: ReadingContext) -> LanRouters:
    """Read who else says that it is a router, and who answers for the router's own address."""
    (answer,) = answers
    label = answer.command.label
    parts = dict(sections(whole_text(answer)[0]))
    own = _SELF.search(needed(parts, "own", label))
    if own is None:
        raise unparseable(label, "the router's own address is missing")
    marked = _MACS.findall(needed(parts, "neighbours", label))
    heard = needed(parts, "frames", label)
    listened = not heard.startswith(NO_CAPTURE)
    lifetimes = {mac: int(lifetime) for mac, lifetime in _RA.findall(heard)}
    used = {mac: int(times) for mac, times in _TO.findall(heard)}
    macs = [mac for mac in dict.fromkeys([*marked, *lifetimes, *used]) if mac != own[1]]
    return LanRouters(
        address=own[2],
        announced=tuple(
            AnnouncedRouter(
                mac=mac,
                lifetime_s=lifetimes.get(mac, Missing(why=FailureKind.NOT_MEASURED)),
                used=used.get(mac, 0) if listened else UNSUPPORTED,
            )
            for mac in macs
        ),
        address_taken_by=_taken(needed(parts, "arp", label), own, label),
        listened=listened,
        well=sum(int(times) for times in _WELL.findall(heard)),
        tried=_tried(heard) if listened else UNSUPPORTED,
        ended_in_vain=_ended_in_vain(heard) if listened else UNSUPPORTED,
        loudest=_loudest(heard) if listened else UNSUPPORTED,
    )


def _loudest(heard: str) -> LoudDevice | None:
    told = _LOUD.search(heard)
    if told is None:
        return None
    mac, frames, octets, over_s = told.groups()
    return LoudDevice(mac=mac, frames=int(frames), octets=int(octets), over_s=float(over_s))


def _tried(heard: str) -> tuple[Tries, ...]:
    return tuple(
        Tries(asked=int(asked), answered=int(answered), taken_up=int(answered))
        for asked, answered, _ in _TRIED.findall(heard)
        if int(asked)
    )


def _ended_in_vain(heard: str) -> tuple[int, ...]:
    return tuple(int(times) for _, _, times in _TRIED.findall(heard) if int(times))


def _taken(said: str, own: re.Match[str], label: str) -> Maybe[tuple[str, ...]]:
    if said == NO_ARPING or own[2] == NO_ADDRESS:
        return UNSUPPORTED
    macs = answered_by(said, own[2], label)
    return macs if isinstance(macs, Missing) else tuple(mac for mac in macs if mac != own[1])


def device_frames(answers: tuple[CommandAnswer, ...], context: ReadingContext) -> DeviceFrames:
    """Read where a device is heard, and what its frames are, as counted on the router."""
    (answer,) = answers
    label = answer.command.label
    parts = dict(sections(whole_text(answer)[0]))
    home = _HOME.search(needed(parts, "home", label))
    if home is None:
        raise unparseable(label, "the home's own interface is missing")
    text = needed(parts, "frames", label)
    counted = {row[1]: [int(number) for number in row[2].split()] for row in _ON.finditer(text)}
    if not counted and not text.startswith(NO_CAPTURE):
        raise unparseable(label, "no socket was listened to")
    sockets = tuple(
        _socket(line, home[1], counted, label)
        for line in needed(parts, "ports", label).splitlines()
    )
    heard = _heard(text, home[1], counted) if counted else UNSUPPORTED
    used = () if isinstance(heard, Missing) else heard.addresses
    return DeviceFrames(
        network=home[1],
        sockets=sockets,
        heard=heard,
        echoes=_echoes(text),
        refused_by=refusals(needed(parts, "refusals", label), context.target),
        pinned=tuple(
            address
            for address, mac in _PINNED.findall(needed(parts, "neighbours", label))
            if address in {*used, context.server} and mac.lower() != context.target
        ),
    )


def _socket(
    line: str, home: str, counted: Mapping[str, Sequence[int]], label: str
) -> SocketFrames:
    match = _SOCKET.fullmatch(line)
    if match is None:
        raise unparseable(label, "a line is no socket")
    name, network, carrier, flags, state = match.groups()
    both = counted.get(name)
    return SocketFrames(
        name=name,
        network=network or None,
        in_home=network == home,
        up=bool(int(flags, 16) & _IFF_UP) if flags else UNSUPPORTED,
        carrier=carrier == "1" if carrier else UNSUPPORTED,
        forwards=state == _FORWARDING if state else UNSUPPORTED,
        from_device=both[0] if both else UNSUPPORTED,
        to_device=both[1] if both else UNSUPPORTED,
    )


def _heard(text: str, home: str, counted: Mapping[str, Sequence[int]]) -> FramesHeard:
    """Take each frame once: as it was on the socket on which the device was heard most."""
    at_home = counted.get(home, _NOTHING)
    sockets = [name for name in counted if name != home and counted[name][0]]
    place = max(sockets, key=lambda name: counted[name][0], default=home)
    there = counted.get(place, _NOTHING)
    return FramesHeard(
        at_home=at_home[0],
        addresses=tuple(address for name, address in _USES.findall(text) if name == place),
        asked_for=tuple(
            ArpAsked(address=address, times=int(times))
            for name, address, times in _ASKS.findall(text)
            if name == place
        ),
        dhcp_asked=there[2],
        dhcp_answered=there[3],
        begun=there[4],
        begun_answered=there[5],
        datagrams=there[6],
        to_router=there[7],
    )


def _echoes(text: str) -> Maybe[EchoRow]:
    row = _ROW.search(text)
    if row is None:
        return Missing(why=FailureKind.NOT_MEASURED)
    came = row[1]
    changes = sum(came[index] != came[index - 1] for index in range(1, len(came)))
    return EchoRow(sent=len(came), answered=came.count("1"), spells=changes + 1)
