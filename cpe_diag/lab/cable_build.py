"""Builds the lab's CMTS: two fibre nodes with a MAC domain each, and their cable modems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.cable_state import (
    CableModem,
    CmtsUpstream,
    Codewords,
    ModemDownstream,
    ModemUpstream,
)
from cpe_diag.lab.growing import Growing
from cpe_diag.lab.home_build import DAY_S, add_ghost, add_router, mac_prefix, serve_home
from cpe_diag.lab.node_build import add_node
from cpe_diag.lab.plans import CMTS
from cpe_diag.lab.pon_state import Splitter
from cpe_diag.lab.world import AccessPort, Card, PortCounts

if TYPE_CHECKING:
    import random

    from cpe_diag.lab.world import AccessNodeState, World

DOWNSTREAMS: Final = 8
UPSTREAMS: Final = 4
FIRST_DOWN_HZ: Final = 602_000_000
DOWN_WIDTH_HZ: Final = 8_000_000
FIRST_UP_HZ: Final = 25_000_000
UP_WIDTH_HZ: Final = 6_400_000
UP_STEP_HZ: Final = 6_600_000

MAC_DOMAIN_BASE: Final = 1000
DOWNSTREAM_BASE: Final = 2000
UPSTREAM_BASE: Final = 3000
MODEM_KEY_BASE: Final = 10_000
"""Added to a modem's row to give the number that its port has in the lab alone."""
FIRST_MODEM_ADDRESS: Final = 161
FIRST_ROW: Final = 41

HOMES: Final = (1, 1, 2)
"""The fibre nodes of the homes with a router, in the order of their numbers."""
GHOSTS: Final = (1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2)
DOCSIS_30_HOME: Final = 5003
"""The home whose modem is of DOCSIS 3.0: its CMTS cannot tell partial service of it."""

# A 256QAM channel of 8 MHz carries 51.3 Mbit/s in blocks of 204 octets (ITU-T J.83, annex A).
DOWN_CODEWORDS_PER_S: Final = 31_400.0
UP_CODEWORDS_PER_S: Final = 220.0
"""Of one modem with little to send."""


def upstream_if_index(fibre_node: int, number: int) -> int:
    """Give the ifIndex of an upstream channel of the CMTS."""
    return UPSTREAM_BASE + 10 * fibre_node + number


def add_cmts(world: World, rng: random.Random) -> None:
    """Add the CMTS with its channels and its homes with a router."""
    node = add_node(world, CMTS, rng)
    for fibre_node in (1, 2):
        _add_fibre_node(world, node, fibre_node, rng)
    for position, fibre_node in enumerate(HOMES):
        port = _add_modem(world, node, fibre_node, CMTS.first_subscriber + position, rng)
        add_router(world, CMTS, port, rng)


def add_cmts_ghosts(world: World, rng: random.Random) -> None:
    """Add the other modems."""
    node = world.nodes[CMTS.id]
    for position, fibre_node in enumerate(GHOSTS):
        number = CMTS.first_ghost + position
        add_ghost(world, CMTS, _add_modem(world, node, fibre_node, number, rng))


def _add_fibre_node(
    world: World, node: AccessNodeState, fibre_node: int, rng: random.Random
) -> None:
    name = f"FN-{fibre_node}"
    card = f"{9 + fibre_node}"
    node.splitters[name] = Splitter(name=name)
    node.cards[card] = Card(name=card)

    def interface(if_index: int, technology: str, label: str, speed_bps: int) -> AccessPort:
        port = AccessPort(
            if_index=if_index,
            node=node.id,
            name=label,
            descr=label,
            mac=f"{node.bridge_mac[:-2]}{fibre_node:02x}",
            technology=technology,
            card=card,
            vlan=1,
            speed_bps=speed_bps,
            changed_at=node.booted_at,
            showtime_at=node.booted_at,
            counted=PortCounts(at=world.now(), in_octets=6e12, out_octets=2e13),
        )
        node.shared[if_index] = port
        return port

    interface(MAC_DOMAIN_BASE + fibre_node, "mac_domain", f"cable-mac {card}/0", 0)
    for number in range(DOWNSTREAMS):
        label = f"cable-downstream {card}/{number}"
        interface(DOWNSTREAM_BASE + 10 * fibre_node + number, "downstream", label, 51_300_000)
    for number in range(UPSTREAMS):
        label = f"cable-upstream {card}/{number}.0"
        port = interface(upstream_if_index(fibre_node, number), "upstream", label, 30_720_000)
        port.upstream = CmtsUpstream(
            channel_id=number + 1,
            frequency_hz=FIRST_UP_HZ + UP_STEP_HZ * number,
            width_hz=UP_WIDTH_HZ,
            snr_db=round(rng.uniform(34.5, 37.5), 1),
            codewords=_codewords(2e9, UP_CODEWORDS_PER_S * 8),
        )


def _add_modem(
    world: World, node: AccessNodeState, fibre_node: int, number: int, rng: random.Random
) -> AccessPort:
    row = FIRST_ROW + len(node.ports)
    block = node.address.rpartition(".")[0]
    mac = f"{mac_prefix(number)}:00:00:0c"
    is_home = number < CMTS.first_ghost
    modem = CableModem(
        mac=mac,
        address=f"{block}.{FIRST_MODEM_ADDRESS + row - FIRST_ROW}",
        index=row,
        mac_domain=MAC_DOMAIN_BASE + fibre_node,
        service_group=fibre_node,
        docsis="3.0" if number == DOCSIS_30_HOME else "3.1",
        serial=f"LAB5{number:08d}",
        model="Lab CM-3",
        firmware="2.1.7",
        booted_at=0.0,
        downstreams=[_downstream(index, rng) for index in range(DOWNSTREAMS)],
        upstreams=[_upstream(fibre_node, index, rng) for index in range(UPSTREAMS)],
        has_agent=is_home,
    )
    port = AccessPort(
        if_index=MODEM_KEY_BASE + row,
        node=node.id,
        name=f"FN-{fibre_node} {mac}",
        mac=mac,
        technology="docsis",
        card=f"{9 + fibre_node}",
        splitter=f"FN-{fibre_node}",
        vlan=1,
        speed_bps=1_000_000_000,
        modem=modem,
        counted=PortCounts(at=world.now()),
    )
    serve_home(world, port, f"sub-{number}", rng)
    port.changed_at = port.showtime_at = max(port.changed_at, node.booted_at + DAY_S)
    modem.booted_at = port.changed_at - modem.register_s
    node.ports[port.if_index] = port
    return port


def _downstream(index: int, rng: random.Random) -> ModemDownstream:
    return ModemDownstream(
        if_index=3 + index,
        channel_id=index + 1,
        frequency_hz=FIRST_DOWN_HZ + DOWN_WIDTH_HZ * index,
        power_dbmv=round(rng.uniform(0.4, 3.8), 1),
        mer_db=round(rng.uniform(38.2, 40.4), 1),
        codewords=_codewords(3e9, DOWN_CODEWORDS_PER_S),
    )


def _upstream(fibre_node: int, index: int, rng: random.Random) -> ModemUpstream:
    return ModemUpstream(
        if_index=80 + index,
        cmts_if_index=upstream_if_index(fibre_node, index),
        tx_dbmv=round(rng.uniform(40.0, 44.5), 1),
        rx_dbmv=round(rng.uniform(0.2, 0.9), 1),
        snr_db=round(rng.uniform(34.5, 37.5), 1),
        codewords=_codewords(4e7, UP_CODEWORDS_PER_S),
        t3_timeouts=Growing(float(rng.randint(0, 3))),
        t4_timeouts=Growing(0.0),
    )


def _codewords(unerrored: float, per_s: float) -> Codewords:
    """Give the counts of a healthy channel: one in a million corrected, next to none lost."""
    return Codewords(
        unerrored=Growing(unerrored, per_s),
        corrected=Growing(unerrored / 1e6, per_s / 1e6),
        uncorrectable=Growing(float(int(unerrored / 1e9)), 0.0),
    )
