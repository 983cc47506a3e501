"""Builds the lab's OLT: two cards of two PON ports, each with two splitters and fourteen ONTs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.home_build import DAY_S, add_ghost, add_router, serve_home
from cpe_diag.lab.node_build import add_node
from cpe_diag.lab.plans import OLT
from cpe_diag.lab.pon_state import Ont, PonOptics, Splitter
from cpe_diag.lab.profiles import service_profile
from cpe_diag.lab.world import AccessPort, Card, PortCounts

if TYPE_CHECKING:
    import random

    from cpe_diag.lab.world import AccessNodeState, World

SLOTS: Final = (1, 2)
PON_PORTS: Final = (0, 1)
ONTS: Final = 14
FIRST_SPLITTER: Final = 8
"""So many of a PON port's ONTs are behind its splitter A, the others behind B."""

HOMES: Final = ((1, 0, 0), (1, 0, 9), (1, 1, 3), (2, 0, 1))
"""Slot, PON port and ONT id of the homes with a router, in the order of their numbers."""

# Recording smartax: `GPON 0/0/0` is 4194304000, a slot is 8,192 and a port 256 further.
GPON_BASE: Final = 4_194_304_000
SLOT_STEP: Final = 8192
PORT_STEP: Final = 256

# ITU-T G.652: 0.35 dB/km at 1310 nm upstream; 0.24 dB/km at 1490 nm downstream, rounded.
UP_DB_PER_KM: Final = 0.35
DOWN_DB_PER_KM: Final = 0.24
SPLIT_LOSS_DB: Final = 17.6
"""Of two splitters in a row, 1:4 and 1:8, with their connectors."""

MODELS: Final = (("HG8310M", "1F1.A", "V3R017C10S115"), ("HG8245H", "494.B", "V3R016C10S130"))
"""Equipment id, hardware and software version of the lab's ONTs."""


def pon_if_index(slot: int, port: int) -> int:
    """Give the ifIndex of a PON port."""
    return GPON_BASE + SLOT_STEP * slot + PORT_STEP * port


def add_olt(world: World, rng: random.Random) -> None:
    """Add the OLT with its PON ports and its homes with a router."""
    node = add_node(world, OLT, rng)
    # Its clock was never set right: only differences of what it says mean anything.
    node.clock_offset_s = -7_213.0
    uplink = node.uplinks[OLT.uplink_if_index]
    uplink.descr = "Huawei-MA5600-V800R018-ETHERNET"
    for slot in SLOTS:
        node.cards[f"0/{slot}"] = Card(name=f"0/{slot}")
        for pon in PON_PORTS:
            _add_pon_port(world, node, slot, pon)
    for position, place in enumerate(HOMES):
        port = _add_ont(world, node, place, OLT.first_subscriber + position, rng)
        add_router(world, OLT, port, rng)


def add_olt_ghosts(world: World, rng: random.Random) -> None:
    """Add the other ONTs."""
    node = world.nodes[OLT.id]
    places = ((slot, port, ont) for slot in SLOTS for port in PON_PORTS for ont in range(ONTS))
    others = [place for place in places if place not in HOMES]
    for position, place in enumerate(others):
        add_ghost(world, OLT, _add_ont(world, node, place, OLT.first_ghost + position, rng))


def _add_pon_port(world: World, node: AccessNodeState, slot: int, port: int) -> None:
    if_index = pon_if_index(slot, port)
    name = f"0/{slot}/{port}"
    for letter in "AB":
        splitter = f"{name}-{letter}"
        node.splitters[splitter] = Splitter(name=splitter)
    node.shared[if_index] = AccessPort(
        if_index=if_index,
        node=node.id,
        name=name,
        if_name=f"GPON {name}",
        descr="Huawei-MA5600-V800R018-GPON_UNI",
        mac="00:00:00:00:00:00",
        technology="pon",
        card=f"0/{slot}",
        vlan=1,
        speed_bps=2_488_000_000,
        optics=PonOptics(),
        in_bps=20e6,
        out_bps=60e6,
        changed_at=node.booted_at,
        showtime_at=node.booted_at,
        counted=PortCounts(at=world.now(), in_octets=9e12, out_octets=4e13),
    )


def _add_ont(
    world: World,
    node: AccessNodeState,
    place: tuple[int, int, int],
    number: int,
    rng: random.Random,
) -> AccessPort:
    slot, pon, ont_id = place
    distance_m = rng.randint(600, 4800)
    connectors_db = rng.uniform(0.6, 1.8)
    model, hardware, firmware = MODELS[number % len(MODELS)]
    port = AccessPort(
        if_index=(slot * 16 + pon) * 128 + ont_id,
        node=node.id,
        name=f"0/{slot}/{pon}:{ont_id}",
        mac="00:00:00:00:00:00",
        technology="gpon",
        card=f"0/{slot}",
        splitter=f"0/{slot}/{pon}-{'A' if ont_id < FIRST_SPLITTER else 'B'}",
        vlan=OLT.service_vlan or 1,
        speed_bps=1_000_000_000,
        profile=service_profile("gpon"),
        counted=PortCounts(at=world.now()),
        ont=Ont(
            number=ont_id,
            pon=pon_if_index(slot, pon),
            serial=f"HWTC{0x1A000000 + number:08X}",
            model=model,
            hardware=hardware,
            firmware=firmware,
            distance_m=distance_m,
            loss_down_db=SPLIT_LOSS_DB + connectors_db + distance_m / 1000 * DOWN_DB_PER_KM,
            loss_up_db=SPLIT_LOSS_DB + connectors_db + distance_m / 1000 * UP_DB_PER_KM,
            tx_dbm=round(rng.uniform(1.9, 2.6), 2),
            temperature_c=rng.randint(38, 52),
        ),
    )
    serve_home(world, port, f"sub-{number}", rng)
    if port.ont is not None:
        # The last time that it was away somebody had pulled its plug, for a minute.
        port.ont.last_down_at = port.changed_at - 60.0
        port.ont.down_bip.counted = float(rng.randint(0, 40))
        port.ont.up_bip.counted = float(rng.randint(0, 40))
        port.ont.up_fec_corrected.counted = float(rng.randint(0, 900))
    port.changed_at = port.showtime_at = max(port.changed_at, node.booted_at + DAY_S)
    node.ports[port.if_index] = port
    return port
