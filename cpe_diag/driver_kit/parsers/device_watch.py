"""What passes between one device and the internet while its router looks on, as numbers."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.device_facts import DeviceWatch, FarEnds, LinkLoss, Tries
from cpe_diag.domain.missing import NOT_ASKED
from cpe_diag.driver_kit.parsers.answers import unparseable, whole_text
from cpe_diag.driver_kit.parsers.conntrack import flows
from cpe_diag.driver_kit.parsers.device_look import (
    MOST_FLOWS,
    flow_counts,
    home_of,
    table_of,
    times_of,
)
from cpe_diag.driver_kit.parsers.fields import UNSUPPORTED
from cpe_diag.driver_kit.parsers.sections import needed, sections

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cpe_diag.domain.missing import Maybe
    from cpe_diag.driver_kit.parsers.conntrack import Flow
    from cpe_diag.driver_kit.parsers.device_look import Home
    from cpe_diag.driver_kit.router import ReadingContext
    from cpe_diag.ports import CommandAnswer

NO_CAPTURE: Final = "no tcpdump\n"
"""What our own command says where the router cannot listen."""
# proc(5): seconds since the start, then the seconds that all processors were idle.
_UPTIME: Final = re.compile(r"^(\d+\.\d+) \d+\.\d+$", re.MULTILINE)
# Our own lines: a socket and its losses of the link (sysfs-class-net, carrier_down_count).
_LOSSES: Final = re.compile(r"^(\S+) (\d+)$", re.MULTILINE)
# Our own lines: what tcpdump has told of one frame.
_ARP: Final = re.compile(r"^arp ([0-9.]+)$", re.MULTILINE)
_TO: Final = re.compile(r"^to ((?:[0-9a-f]{2}:){5}[0-9a-f]{2})$", re.MULTILINE)
_MAC: Final = re.compile(r"\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b", re.IGNORECASE)
TCP: Final = "tcp"
IPV6: Final = 6
SECURE: Final = 443
PLAIN: Final = 80
"""RFC 9110, section 4.2: the ports of https and http."""
IN_VAIN: Final = 3
"""RFC 1122, section 2.3.2.1: at most one request a second; who was answered asks no third time."""


def device_watch(answers: tuple[CommandAnswer, ...], context: ReadingContext) -> DeviceWatch:
    """Count what had a packet while the router looked on; of the table nothing else is kept."""
    (answer,) = answers
    label = answer.command.label
    parts = dict(sections(whole_text(answer)[0]))
    table, times = table_of(parts, label), times_of(parts, label)
    began = _UPTIME.search(needed(parts, "before", label))
    ended = _UPTIME.search(needed(parts, "after", label))
    if began is None or ended is None:
        raise unparseable(label, "a time is missing")
    watched_s = float(ended[1]) - float(began[1])
    home = home_of(parts, context)
    lately = [
        one
        for one in flows(table, times)
        if one.silent_s is not None and 0 <= one.silent_s <= watched_s
    ]
    mine = [one for one in lately if one.source in home.mine and home.passes(one)]
    others = [one for one in lately if _of_another(one, home) and home.passes(one)]
    return DeviceWatch(
        watched_s=round(watched_s, 2),
        flows=flow_counts(home, lately, whole=len(table.splitlines()) < MOST_FLOWS),
        secure=_tries(one for one in mine if (one.protocol, one.port) == (TCP, SECURE)),
        plain=_tries(one for one in mine if (one.protocol, one.port) == (TCP, PLAIN)),
        others_taken_up=sum(one.taken_up for one in others),
        asked_in_vain=_asked_in_vain(needed(parts, "frames", label), home),
        frames_astray=_astray(needed(parts, "frames", label), needed(parts, "known", label)),
        link_losses=_losses(parts["before"], parts["after"]),
        far_ends=FarEnds(
            addresses=len({one.destination for one in mine}),
            other_ports=_tries(
                one for one in mine if one.protocol == TCP and one.port not in {SECURE, PLAIN}
            ),
            no_connection=_tries(
                one for one in mine if one.protocol != TCP and one.port != SECURE
            ),
        ),
        to_site=_to_site(mine, context.sites),
        dead_ends=_dead_ends(mine),
        others_to_site=_to_site(others, context.sites),
        all_tcp=_tries(one for one in mine if one.protocol == TCP),
        by_ipv6=_tries(one for one in mine if one.protocol == TCP and one.source.version == IPV6),
        others_tcp=_tries(one for one in others if one.protocol == TCP),
    )


def _tries(those: Iterable[Flow]) -> Tries:
    every = list(those)
    return Tries(
        asked=len(every),
        answered=sum(one.answered for one in every),
        taken_up=sum(one.taken_up for one in every),
    )


def _to_site(those: Sequence[Flow], sites: tuple[str, ...]) -> Maybe[Tries]:
    if not sites:
        return NOT_ASKED
    return _tries(one for one in those if str(one.destination) in sites)


def _dead_ends(mine: Sequence[Flow]) -> int:
    """Count places where TCP was tried and nobody answered; a place that answered once is none."""
    tcp = [one for one in mine if one.protocol == TCP]
    tried = {(one.destination, one.port) for one in tcp}
    return len(tried - {(one.destination, one.port) for one in tcp if one.answered})


def _of_another(flow: Flow, home: Home) -> bool:
    if flow.source in home.mine or any(flow.source == one.ip for one in home.own):
        return False
    return any(
        flow.source.version == one.version and flow.source in one.network for one in home.own
    )


def _asked_in_vain(frames: str, home: Home) -> Maybe[tuple[str, ...]]:
    if frames == NO_CAPTURE:
        return UNSUPPORTED
    routers = {str(one.ip) for one in home.own}
    asked = Counter(address for address in _ARP.findall(frames) if address not in routers)
    return tuple(sorted(address for address, times in asked.items() if times >= IN_VAIN))


def _astray(frames: str, known: str) -> Maybe[int]:
    if frames == NO_CAPTURE:
        return UNSUPPORTED
    there = {mac.lower() for mac in _MAC.findall(known)}
    return sum(mac not in there for mac in _TO.findall(frames))


def _losses(before: str, after: str) -> tuple[LinkLoss, ...]:
    first, last = _by_socket(before), _by_socket(after)
    grown = {name: count - first.get(name, count) for name, count in last.items()}
    return tuple(LinkLoss(socket=name, times=times) for name, times in grown.items() if times > 0)


def _by_socket(text: str) -> Mapping[str, int]:
    return {name: int(count) for name, count in _LOSSES.findall(text)}
