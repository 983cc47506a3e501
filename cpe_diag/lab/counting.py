"""What ports have counted: traffic, errors, codewords; brought up to date when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpe_diag.lab.home_state import HomeRouter
from cpe_diag.lab.links import learned_mac, link_duplex, port_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.lab.cable_state import Codewords
    from cpe_diag.lab.growing import Growing
    from cpe_diag.lab.world import AccessPort, PortCounts, World

LATE_COLLISIONS_PER_S = 14.0
"""What a port at half duplex sees of a home at full duplex that sends when it likes."""


def count_traffic(world: World, port: AccessPort) -> PortCounts:
    """Bring a port's totals up to now at its present rates, and give them.

    Whoever changes rates or the state of a port calls this first, so that the past stays counted
    at the rates of the past.
    """
    counted = port.counted
    passed_s = world.now() - counted.at
    if passed_s <= 0:
        return counted
    counted.at += passed_s
    if not port_up(world, port):
        return counted
    if _carries(world, port):
        counted.in_octets += port.in_bps / 8 * passed_s
        counted.out_octets += port.out_bps / 8 * passed_s
    collisions = LATE_COLLISIONS_PER_S * passed_s if link_duplex(port) == "half" else 0.0
    counted.late_collisions += collisions
    counted.out_errors += collisions
    counted.in_errors += port.in_errors_per_s * passed_s
    counted.in_discards += port.in_discards_per_s * passed_s
    counted.out_discards += port.out_discards_per_s * passed_s
    counted.fcs_errors += port.fcs_errors_per_s * passed_s
    for count in _own_counts(port):
        count.grow(passed_s)
    return counted


def count_all(world: World) -> None:
    """Bring the totals of every port up to now."""
    for node in world.nodes.values():
        for port in (*node.ports.values(), *node.shared.values(), *node.uplinks.values()):
            count_traffic(world, port)


def _carries(world: World, port: AccessPort) -> bool:
    if port.subscriber is None:
        return True
    home = world.home_on(port)
    hung = isinstance(home, HomeRouter) and home.hung
    return learned_mac(world, port) is not None and not hung


def _own_counts(port: AccessPort) -> Iterator[Growing | Codewords]:
    """Give what the ONT, the modem or the cable channel of a port counts beside the traffic."""
    if port.ont is not None:
        ont = port.ont
        yield from (ont.up_bip, ont.down_bip, ont.up_fec_corrected, ont.up_fec_uncorrectable)
    if port.upstream is not None:
        yield port.upstream.codewords
    if port.modem is not None:
        for down in port.modem.downstreams:
            if down.locked:
                yield down.codewords
        for up in port.modem.upstreams:
            yield from (up.codewords, up.t3_timeouts, up.t4_timeouts)
