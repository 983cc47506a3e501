"""What a Linux router does with the home's packets: the kernel's switches and nftables."""

from __future__ import annotations

import re
from dataclasses import replace
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.domain.way_out_facts import HOME, Forwarding, RouterDivert, RouterDrop
from cpe_diag.driver_kit.parsers.answers import whole_text
from cpe_diag.driver_kit.parsers.fields import UNSUPPORTED
from cpe_diag.driver_kit.parsers.kernel_net import default_route
from cpe_diag.driver_kit.parsers.nft_conditions import Packet
from cpe_diag.driver_kit.parsers.nft_rules import ENDED, PASSED, TRANSLATED, outcomes, read
from cpe_diag.driver_kit.parsers.router_diverts import diverts
from cpe_diag.driver_kit.parsers.router_drops import Home, router_drops
from cpe_diag.driver_kit.parsers.routes import router_routes
from cpe_diag.driver_kit.parsers.sections import sections, variables
from cpe_diag.driver_kit.parsers.shapers import shapers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cpe_diag.ports import CommandAnswer

# iproute2 and busybox: a network that hangs on a device itself.
_CONNECTED: Final = re.compile(r"^([\d.]{7,15}/\d{1,2}) dev (\S+)(?!.* via )", re.MULTILINE)
# ip-link(8): `br-lan`, `br0`, `bridge1`, and `lan` where it is the bridge's name.
_BRIDGE: Final = re.compile(r"(?:br(?:idge)?[-_.]?\w|lan$)")
# ip-link(8): `wan0.7`, `vlan7`, and what tunnels are called by those who make them.
_STACKED: Final = re.compile(r"\.\d+$|^(?:vlan|tun|tap|wg|gre|ppp|wwan)")
# nft(8), NAT STATEMENTS: `snat to ADDRESS[:PORT]`, alone and no range.
# nft(8), NAT STATEMENTS: masquerade to :PORT[-PORT], snat to ADDRESS:PORT[-PORT].
_PORTS: Final = re.compile(r"\b(?:masquerade|snat)(?: ip)? to [\d.-]*:(\d+)(?:-(\d+))?")
# nft(8), payload statement; xt_HL of iptables-nft: `-j TTL --ttl-set`.
_TTL: Final = re.compile(r"\bip ttl set (\d+)|--ttl-set (\d+)")
_SNAT: Final = re.compile(r"\bsnat (?:ip )?to ((?:\d{1,3}\.){3}\d{1,3})(?![\d.-])")
_NOT_SURE: Final = Missing(why=FailureKind.NOT_MEASURED)
_SWITCH: Final = {"0": False, "1": True}
_LONGEST_RULE: Final = 120


def forwarding(answer: CommandAnswer) -> Forwarding:
    """Read switches, routes and rules.

    Args:
        answer: with the parts `switches` (`ipv4=`, `ipv6=`), `routes` (`ip -4 route`), `legacy`
            (tables of the iptables before nftables), those of `router_routes` and `shapers`, and
            `nft` (`nft list ruleset`, whose exit status ends it).

    Returns:
        What surely becomes of packets of the home's networks. Which device leads out the default
        route says; where there is none, nothing is said of rules.

    Raises:
        UnreadableError: the answer is cut, or no such answer.
    """
    text, status = whole_text(answer)
    parts = dict(sections(text))
    switches = variables(parts.get("switches", ""))
    packets = _packets(parts.get("routes", ""))
    readable = bool(packets) and status == 0 and not parts.get("legacy", "").strip()
    rules = parts.get("nft", "")
    return Forwarding(
        ipv4=_SWITCH.get(switches.get("ipv4", ""), UNSUPPORTED),
        ipv6=_SWITCH.get(switches.get("ipv6", ""), UNSUPPORTED),
        translates=_translates(rules, packets) if readable else UNSUPPORTED,
        blocked_by=_blocked_by(rules, packets) if readable else UNSUPPORTED,
        drops=_drops(rules, packets) if readable else UNSUPPORTED,
        diverts=_diverts(rules, packets) if readable else UNSUPPORTED,
        shapers=shapers(parts["tc"]) if parts.get("tc", "").strip() else UNSUPPORTED,
        routes=router_routes(parts),
        translated_to=_translated_to(rules, packets) if readable else UNSUPPORTED,
        fewest_ports=_fewest_ports(rules) if readable else UNSUPPORTED,
        lowest_ttl=_lowest_ttl(rules) if readable else UNSUPPORTED,
    )


def _packets(routes: str) -> tuple[Packet, ...]:
    """Make a packet of each network that hangs on the router, but not on the way out."""
    _, out = default_route(routes)
    if out is None:
        return ()
    networks = [
        (network, device)
        for text, device in _CONNECTED.findall(routes)
        if device != out and (network := _net(text))
    ]
    nearest = min((_distance(device) for _, device in networks), default=0)
    return tuple(
        Packet(comes_in=device, leaves=out, source=network)
        for network, device in networks
        if _distance(device) == nearest
    )


def _distance(device: str) -> int:
    """Tell how unlikely a device is to be the home's: a bridge, a socket, a VLAN or tunnel.

    An operator's own network (management, voice) hangs on a VLAN of the WAN's socket; the home's
    sockets and radios are bridged wherever there is more than one of them.
    """
    if _BRIDGE.match(device):
        return 0
    return 2 if _STACKED.search(device) else 1


def _net(text: str) -> IPv4Network | None:
    try:
        return IPv4Network(text, strict=False)
    except ValueError:
        return None


def _translates(rules: str, packets: Sequence[Packet]) -> Maybe[bool]:
    return _agreed({_is_translated(rules, packet) for packet in packets})


def _is_translated(rules: str, packet: Packet) -> bool | None:
    chains = [{end for end, _ in ends} for ends in outcomes(rules, "nat postrouting", packet)]
    if {TRANSLATED} in chains:
        return True
    return None if any(TRANSLATED in ends for ends in chains) else False


def _translated_to(rules: str, packets: Sequence[Packet]) -> Maybe[str | None]:
    """Give the one fixed address to which a rule surely translates what each network sends."""
    found: set[str | None] = set()
    for packet in packets:
        chains = outcomes(rules, "nat postrouting", packet)
        sure = [ends for ends in chains if {end for end, _ in ends} == {TRANSLATED}]
        told = [_SNAT.search(by) for ends in sure for _, by in ends]
        found |= {match[1] if match else None for match in told} or {None}
    return found.pop() if len(found) == 1 else _NOT_SURE


def _fewest_ports(rules: str) -> int | None:
    """Count the ports of the rule that keeps what leaves to the fewest; None: none keeps any."""
    kept = [
        int(last or first) - int(first) + 1
        for chain in read(rules).chains
        if chain.hook == "nat postrouting" and chain.family in {"ip", "inet"}
        for rule in chain.rules
        for first, last in _PORTS.findall(rule)
    ]
    return min(kept, default=None)


def _lowest_ttl(rules: str) -> int | None:
    """Give the least TTL that a rule on the way out sets; None: none sets any."""
    told = [
        int(plain or old)
        for chain in read(rules).chains
        if chain.hook.endswith("postrouting") and chain.family in {"ip", "inet"}
        for rule in chain.rules
        for plain, old in _TTL.findall(rule)
    ]
    return min(told, default=None)


def _blocked_by(rules: str, packets: Sequence[Packet]) -> Maybe[str | None]:
    """Give the rule that ends what comes from every network of the home."""
    found = [_blocked(rules, packet) for packet in packets]
    blocked = _agreed({is_blocked for is_blocked, _ in found})
    if isinstance(blocked, Missing):
        return blocked
    return found[0][1][:_LONGEST_RULE] if blocked else None


def _blocked(rules: str, packet: Packet) -> tuple[bool | None, str]:
    chains = outcomes(rules, "filter forward", packet)
    for ends in chains:
        if {end for end, _ in ends} == {ENDED}:
            return True, min(by for _, by in ends)
    passed = all({end for end, _ in ends} == {PASSED} for ends in chains)
    return (False if passed else None), ""


def _drops(rules: str, packets: Sequence[Packet]) -> tuple[RouterDrop, ...]:
    """Give what the rules end of the traffic of the first network that may be the home's.

    Nobody says which of several that is: what is ended for one of them alone is not sure.
    """
    first, *others = [
        router_drops(rules, Home(device=one.comes_in, network=one.source, out=one.leaves))
        for one in packets
        if one.source is not None
    ] or [()]
    return tuple(
        replace(one, surely=False)
        if one.whom == HOME and not all(_is_ended(one, other) for other in others)
        else one
        for one in first
    )


def _diverts(rules: str, packets: Sequence[Packet]) -> tuple[RouterDivert, ...]:
    """Give what is sent elsewhere; not surely, where it is not so for each network."""
    first, *others = [diverts(rules, one) for one in packets] or [()]
    return tuple(
        one if all(one in other for other in others) else replace(one, surely=False)
        for one in first
    )


def _is_ended(drop: RouterDrop, others: Sequence[RouterDrop]) -> bool:
    """Tell whether another network surely fares as badly, by whichever rule."""
    return any(
        one.surely
        and (one.whom, one.to, one.ipv6) == (drop.whom, drop.to, drop.ipv6)
        and set(drop.kinds) <= set(one.kinds)
        for one in others
    )


def _agreed(seen: set[bool | None]) -> Maybe[bool]:
    """Give what holds for every network; what differs, or is not sure, is not known."""
    answer = seen.pop() if len(seen) == 1 else None
    return _NOT_SURE if answer is None else answer
