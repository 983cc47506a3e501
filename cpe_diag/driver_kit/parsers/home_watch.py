"""What all devices of the home have tried lately, in the router's table of connections."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface, ip_interface
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.device_facts import NameQueries, Tries
from cpe_diag.domain.home_facts import FamilyTries, HomeWatch
from cpe_diag.driver_kit.parsers.answers import whole_text
from cpe_diag.driver_kit.parsers.conntrack import flows
from cpe_diag.driver_kit.parsers.device_look import (
    IPV4,
    MOST_FLOWS,
    NAMES,
    home_of,
    table_of,
    times_of,
)
from cpe_diag.driver_kit.parsers.device_watch import PLAIN, SECURE, TCP
from cpe_diag.driver_kit.parsers.fields import UNSUPPORTED
from cpe_diag.driver_kit.parsers.sections import sections

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cpe_diag.driver_kit.parsers.conntrack import Flow
    from cpe_diag.driver_kit.router import ReadingContext
    from cpe_diag.ports import CommandAnswer

SPAN_S: Final = 30.0
"""nf_conntrack-sysctl.rst: for so long the table holds an unanswered datagram, which is the least
of what it holds; an unanswered request for a connection stays for 120 s."""
YOUNG_S: Final = 1.0
"""RFC 6298, section 2: what was asked less than this ago may still be answered."""
STALLED_S: Final = 2.0
"""RFC 6298, section 2.4: after one second it was sent again, and that was not heard either."""
PAGES: Final = frozenset({PLAIN, SECURE})
UDP: Final = "udp"
# iproute2 and busybox, `ip -o addr`: number, device, family, address.
_ON: Final = re.compile(r"^\d+: ([^\s@:]+)\S*\s+inet6? ([0-9a-f.:]+/\d+)", re.MULTILINE)
# iproute2 and busybox, `ip route`.
_OUT: Final = re.compile(r"^default .*\bdev (\S+)", re.MULTILINE)
_NEIGHBOUR: Final = re.compile(
    r"^(\S+) dev (\S+) .*\blladdr ((?:[0-9a-f]{2}:){5}[0-9a-f]{2})", re.MULTILINE | re.IGNORECASE
)


def home_watch(answers: tuple[CommandAnswer, ...], context: ReadingContext) -> HomeWatch:
    """Count what the home's devices have tried; of the table nothing else is kept."""
    (answer,) = answers
    label = answer.command.label
    parts = dict(sections(whole_text(answer)[0]))
    table, times = table_of(parts, label), times_of(parts, label)
    home = home_of(parts, context)
    devices = _devices(parts)
    lately = [one for one in flows(table, times) if _is_late(one) and devices.whose(one)]
    past = [one for one in lately if home.passes(one)]
    names = [one for one in lately if one.port in NAMES and not home.is_local(one)]
    routers = {one.ip for one in home.own}

    def asked(those: Iterable[Flow]) -> NameQueries:
        told = [one for one in those if one.answered or not _is_young(one)]
        return NameQueries(asked=len(told), answered=sum(one.answered for one in told))

    others = routers | home.operators
    return HomeWatch(
        span_s=SPAN_S,
        ipv4=_family([one for one in past if one.destination.version == IPV4], devices),
        ipv6=_family([one for one in past if one.destination.version != IPV4], devices),
        names_of_router=asked(one for one in names if one.destination in routers),
        names_of_operator=asked(one for one in names if one.destination in home.operators),
        names_of_others=asked(one for one in names if one.destination not in others),
        half_open=sum(one.half_open for one in past),
        stalled=tuple(count for mine in _by_device(past, devices) if (count := _stalled(mine))),
        past_router=len(past),
        whole=len(table.splitlines()) < MOST_FLOWS,
        tcp_kept_s=times.get("tcp_timeout_established", UNSUPPORTED),
        datagrams_kept_s=times.get("udp_timeout_stream", UNSUPPORTED),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Devices:
    """Who is who in the home: by hardware address where it is known, else by address."""

    macs: Mapping[str, str]
    networks: tuple[IPv4Interface | IPv6Interface, ...]
    own: frozenset[str]

    def whose(self, flow: Flow) -> str:
        """Name the device that began a flow; empty where it is none of the home."""
        source = str(flow.source)
        if source in self.own or flow.source.is_loopback:
            return ""
        mac = self.macs.get(source)
        if mac is not None:
            return mac
        inside = any(
            flow.source.version == one.version and flow.source in one.network
            for one in self.networks
        )
        return source if inside else ""


def _devices(parts: Mapping[str, str]) -> _Devices:
    """Read who is in the home: not what hangs on a device of a default route."""
    out = set(_OUT.findall(parts.get("routes", "")))
    on = [(device, ip_interface(address)) for device, address in _ON.findall(parts.get("own", ""))]
    return _Devices(
        macs={
            address: mac.lower()
            for address, device, mac in _NEIGHBOUR.findall(parts.get("neighbours", ""))
            if device not in out
        },
        networks=tuple(one for device, one in on if device not in out),
        own=frozenset(str(one.ip) for _, one in on),
    )


def _is_late(flow: Flow) -> bool:
    if flow.offloaded or (flow.owed_s is not None and flow.owed_s <= SPAN_S):
        return True
    return flow.silent_s is not None and 0 <= flow.silent_s <= SPAN_S


def _is_young(flow: Flow) -> bool:
    return flow.silent_s is not None and flow.silent_s < YOUNG_S


def _by_device(past: Iterable[Flow], devices: _Devices) -> Iterable[list[Flow]]:
    """Put TCP flows together by who began them."""
    found: dict[str, list[Flow]] = {}
    for one in past:
        if one.protocol == TCP:
            found.setdefault(devices.whose(one), []).append(one)
    return found.values()


def _family(past: Sequence[Flow], devices: _Devices) -> FamilyTries:
    tried = (
        _places(one for one in mine if one.port in PAGES) for mine in _by_device(past, devices)
    )
    return FamilyTries(
        pages=tuple(one for one in tried if one.asked),
        others=_places(one for one in past if one.protocol == TCP and one.port not in PAGES),
        quic=_places(one for one in past if (one.protocol, one.port) == (UDP, SECURE)),
    )


def _stalled(those: Sequence[Flow]) -> int:
    """Count what stands still of a device that has done something else since: it has not left."""
    last_s = min((one.silent_s for one in those if one.silent_s is not None), default=SPAN_S)
    return sum(
        one.taken_up and one.owed_s is not None and max(STALLED_S, last_s) <= one.owed_s <= SPAN_S
        for one in those
        if one.port in PAGES
    )


def _places(those: Iterable[Flow]) -> Tries:
    """Count places by how the latest try at each came out that had the time to come out."""
    latest: dict[object, Flow] = {}
    for one in those:
        if not _came(one) and _is_young(one):
            continue
        place = (one.source, one.destination, one.port)
        held = latest.get(place)
        if held is None or _age(one) < _age(held):
            latest[place] = one
    return Tries(
        asked=len(latest),
        answered=sum(_came(one) for one in latest.values()),
        taken_up=sum(one.taken_up for one in latest.values()),
    )


def _came(flow: Flow) -> bool:
    """Tell whether the device was answered: half open, the answer came to the router alone."""
    return flow.answered and not flow.half_open


def _age(flow: Flow) -> float:
    """Give how long ago a flow's last packet was; an offloaded one may have one just now."""
    if flow.offloaded or flow.silent_s is None:
        return 0.0
    return flow.silent_s
