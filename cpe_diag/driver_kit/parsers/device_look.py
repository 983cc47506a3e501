"""One device as its router sees it: ARP answers, the socket it is plugged into, its flows."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv6Address,
    IPv6Interface,
    ip_address,
    ip_interface,
)
from typing import TYPE_CHECKING, Final, TypeVar

from cpe_diag.domain.device_facts import (
    DeviceFlows,
    DevicePresence,
    LanOffers,
    LanSocket,
    NameQueries,
)
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.driver_kit.parsers.answers import unparseable, whole_text
from cpe_diag.driver_kit.parsers.conntrack import Flow, flows
from cpe_diag.driver_kit.parsers.fields import UNSUPPORTED
from cpe_diag.driver_kit.parsers.sections import needed, sections
from cpe_diag.driver_kit.router import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from cpe_diag.driver_kit.router import ReadingContext
    from cpe_diag.ports import CommandAnswer

T = TypeVar("T")

_MAC: Final = r"((?:[0-9a-f]{2}:){5}[0-9a-f]{2})"
# busybox networking/arping.c and iputils arping.c: `Unicast reply from 192.0.2.7 [MAC] 0.1ms`.
_ARP_REPLY: Final = re.compile(rf"^\w+ reply from (\S+) \[{_MAC}\]", re.MULTILINE | re.IGNORECASE)
# Both end with it: how many answers they have heard.
_ARP_END: Final = re.compile(r"^Received \d+ response", re.MULTILINE)
# busybox networking/udhcp/dhcpc.c (1.35 and later name the server): what was taken, and the end.
_OFFERED: Final = re.compile(
    r"^udhcpc: lease of [0-9.]+ obtained from ([0-9.]{7,15}),", re.MULTILINE
)
_DHCP_END: Final = re.compile(
    r"^udhcpc: (?:no lease, failing|lease of \S+ obtained)", re.MULTILINE
)
NO_ARPING: Final = "no arping\n"
"""What our own command says where the router has no such program."""
NO_TABLE: Final = "no table\n"
"""What our own command says where the router shows nobody its table of connections."""
# iproute2's bridge(8), `bridge fdb`: MAC dev PORT master BRIDGE.
_FDB: Final = re.compile(rf"^{_MAC} dev (\S+) .*\bmaster\b", re.MULTILINE)
# busybox networking/brctl.c, showmacs: port number, MAC, is it the bridge's own, age.
_SHOWMACS: Final = re.compile(rf"^ *(\d+)\t{_MAC}\tno\t", re.MULTILINE)
# Our own line: a socket, and what its files in sysfs say (sysfs-class-net, sysfs of the bridge).
_SOCKET: Final = re.compile(
    r"(\S+) carrier=([01]?) rx_packets=(\d*) carrier_down_count=(\d*) port_no=(0x[0-9a-f]+|)"
)
# iproute2 and busybox, `ip neigh`: address, device, MAC where it is known, state.
_NEIGHBOUR: Final = re.compile(
    rf"^(\S+) dev \S+(?: +lladdr {_MAC})?.* ([A-Z]+) *$", re.MULTILINE | re.IGNORECASE
)
# iproute2 and busybox, `ip addr`: also one line for each with -o.
_OWN: Final = re.compile(r"\binet6? ([0-9a-f.:]+/\d+)")
# resolv.conf(5).
_SERVER: Final = re.compile(r"^nameserver ([0-9a-f.:]+)", re.MULTILINE)
_WORD: Final = re.compile(r"\S+")
# nf_conntrack-sysctl.rst; grep(1) with several files.
_TIME: Final = re.compile(r"^nf_conntrack_(\w+):(\d+)$", re.MULTILINE)
IPV4: Final = 4
MOST_FLOWS: Final = 2000
"""Lines of the table that our command reads at most."""
NAMES: Final = frozenset({53, 853})
"""RFC 1035 and RFC 7858: the ports of name servers."""


def device_presence(answers: tuple[CommandAnswer, ...], context: ReadingContext) -> DevicePresence:
    """Read who answers for an address, and what the sockets did meanwhile."""
    (answer,) = answers
    label = answer.command.label
    parts = dict(sections(whole_text(answer)[0]))
    said, learned = needed(parts, "arp", label), needed(parts, "learned", label)
    before = _sockets(needed(parts, "before", label), label)
    after = _sockets(needed(parts, "after", label), label)
    heard = [(mac.lower(), port) for mac, port in _FDB.findall(learned)]
    numbers = {row[4]: name for name, row in after.items() if row[4]}
    heard += [
        (mac.lower(), numbers[hex(int(number))])
        for number, mac in _SHOWMACS.findall(learned)
        if hex(int(number)) in numbers
    ]
    states = [
        state
        for address, _, state in _NEIGHBOUR.findall(needed(parts, "neighbours", label))
        if address == context.target
    ]
    return DevicePresence(
        address=context.target,
        answered_by=answered_by(said, context.target, label),
        neighbour_state=states[0] if states else UNSUPPORTED,
        sockets=tuple(
            LanSocket(
                name=name,
                carrier=row[1] == "1" if row[1] else UNSUPPORTED,
                frames_in=_grown(before.get(name, row)[2], row[2]),
                carrier_losses=int(row[3]) if row[3] else UNSUPPORTED,
                learned=tuple(mac for mac, port in heard if port == name),
            )
            for name, row in after.items()
        ),
    )


def _sockets(text: str, label: str) -> dict[str, Sequence[str]]:
    found: dict[str, Sequence[str]] = {}
    for line in text.splitlines():
        match = _SOCKET.fullmatch(line)
        if match is None:
            raise unparseable(label, "a line is no socket")
        found[match[1]] = match.groups()
    return found


def _grown(before: str, after: str) -> Maybe[int]:
    if not before or not after:
        return UNSUPPORTED
    grown = int(after) - int(before)
    return grown if grown >= 0 else Missing(why=FailureKind.INCOMPLETE)


def answered_by(said: str, address: str, label: str) -> Maybe[tuple[str, ...]]:
    """Read who answered for an address.

    Args:
        said: what arping said.
        address: that was asked for.
        label: of the command, for the message.

    Returns:
        The hardware addresses, each once; Missing where the router has no arping.

    Raises:
        UnreadableError: arping did not come to its end.
    """
    if said == NO_ARPING:
        return UNSUPPORTED
    if _ARP_END.search(said) is None:
        raise unparseable(label, "arping did not end")
    macs = (mac.lower() for replied, mac in _ARP_REPLY.findall(said) if replied == address)
    return tuple(dict.fromkeys(macs))


def lan_offers(answers: tuple[CommandAnswer, ...], _: ReadingContext) -> LanOffers:
    """Read who offered an address to the router on its own home network."""
    (answer,) = answers
    text, _status = whole_text(answer)
    if not _DHCP_END.search(text):
        raise unparseable(answer.command.label, "the DHCP client did not end")
    return LanOffers(servers=tuple(dict.fromkeys(_OFFERED.findall(text))))


def device_flows(answers: tuple[CommandAnswer, ...], context: ReadingContext) -> DeviceFlows:
    """Count a device's flows; of the table nothing else is kept."""
    (answer,) = answers
    label = answer.command.label
    parts = dict(sections(whole_text(answer)[0]))
    table = table_of(parts, label)
    needed(parts, "neighbours", label)
    home = home_of(parts, context)
    return flow_counts(home, flows(table), whole=len(table.splitlines()) < MOST_FLOWS)


def table_of(parts: Mapping[str, str], label: str) -> str:
    """Give the part of an answer that is the table of connections.

    Raises:
        UnreadableError: it is missing, or the router shows none.
    """
    table = needed(parts, "flows", label)
    if table == NO_TABLE:
        raise UnreadableError(FailureKind.UNSUPPORTED, "the router shows no table of connections")
    return table


def times_of(parts: Mapping[str, str], label: str) -> Mapping[str, int]:
    """Give the seconds that the kernel keeps flows, by switch, without `nf_conntrack_`.

    Raises:
        UnreadableError: they are missing, or the router keeps them back.
    """
    times = {name: int(value) for name, value in _TIME.findall(needed(parts, "times", label))}
    if not times:
        raise UnreadableError(FailureKind.UNSUPPORTED, "the router keeps its table's times back")
    return times


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Whose addresses are whose: the router's own, the operator's name servers, the device's."""

    own: tuple[IPv4Interface | IPv6Interface, ...]
    operators: frozenset[IPv4Address | IPv6Address]
    mine: frozenset[IPv4Address | IPv6Address]

    def is_local(self, flow: Flow) -> bool:
        """Tell what stays in the home: to a group, or to a neighbour that is not the router."""
        to = flow.destination
        if to.is_multicast or str(to) == "255.255.255.255":
            return True
        beside = any(to.version == one.version and to in one.network for one in self.own)
        return beside and all(to != one.ip for one in self.own)

    def passes(self, flow: Flow) -> bool:
        """Tell what goes through the router, and asks for no name."""
        return (
            flow.port not in NAMES
            and not self.is_local(flow)
            and all(flow.destination != one.ip for one in self.own)
        )


def home_of(parts: Mapping[str, str], context: ReadingContext) -> Home:
    """Read whose addresses are whose.

    Args:
        parts: of an answer: `own`, `servers` and `neighbours`.
        context: the device's address, and the operator's resolver.

    Returns:
        The addresses.
    """
    own = _read(_OWN, parts.get("own", ""), ip_interface)
    named = f"{parts.get('servers', '')}\nnameserver {context.server}"
    return Home(
        own=tuple(own),
        operators=frozenset(_read(_SERVER, named, ip_address)) - {one.ip for one in own},
        mine=_of_device(parts.get("neighbours", ""), context.target),
    )


def flow_counts(home: Home, table: Iterable[Flow], *, whole: bool) -> DeviceFlows:
    """Count the device's flows.

    Args:
        home: whose addresses are whose.
        table: flows of anybody.
        whole: nothing was cut off.

    Returns:
        Numbers, and nothing else.
    """
    routers = {one.ip for one in home.own}
    every = [one for one in table if one.source in home.mine and not home.is_local(one)]
    names = [one for one in every if one.port in NAMES]
    past = [one for one in every if home.passes(one)]

    def asked(of_kind: Callable[[Flow], bool]) -> NameQueries:
        those = [one for one in names if of_kind(one)]
        return NameQueries(asked=len(those), answered=sum(one.answered for one in those))

    known_servers = routers | home.operators
    return DeviceFlows(
        names_of_router=asked(lambda one: one.destination in routers),
        names_of_operator=asked(lambda one: one.destination in home.operators),
        names_of_others=asked(lambda one: one.destination not in known_servers),
        to_router=sum(one.destination in routers and one.port not in NAMES for one in every),
        past_router=len(past),
        past_router_answered=sum(one.answered for one in past),
        past_router_ipv4=sum(one.destination.version == IPV4 for one in past),
        tcp_taken_up=sum(one.taken_up for one in past),
        tcp_not_taken_up=sum(one.half_open for one in past),
        whole=whole,
    )


def _read(pattern: re.Pattern[str], text: str, read: Callable[[str], T]) -> list[T]:
    """Read what a pattern finds; what is none of what is wanted is left out."""
    found: list[T] = []
    for match in pattern.findall(text):
        with suppress(ValueError):
            found.append(read(match))
    return found


def _of_device(neighbours: str, address: str) -> frozenset[IPv4Address | IPv6Address]:
    """Give every address of the device that has this one: those with the same MAC."""
    rows = _NEIGHBOUR.findall(neighbours)
    mac = next((mac.lower() for held, mac, _ in rows if held == address and mac), "")
    texts = [address, *(held for held, other, _ in rows if mac and other.lower() == mac)]
    return frozenset(_read(_WORD, " ".join(texts), ip_address))
