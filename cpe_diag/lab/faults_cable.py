"""Faults of a coaxial plant and of one home's cable modem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.fault import CABLE, Fault
from cpe_diag.lab.fault_desk import Change, more, to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.lab.cable_state import CableModem, ModemUpstream
    from cpe_diag.lab.home_state import HomeRouter
    from cpe_diag.lab.world import World

MOST_TX_DBMV: Final = 51.0
"""The most that a modem of DOCSIS 3.0 may send on each of four channels (64QAM)."""

RESETS_OF_A_STORM: Final = 4


def modem_of(world: World, router: HomeRouter) -> CableModem:
    """Give the cable modem of a home.

    Raises:
        RuntimeError: it has none; faults for cable are only set on cable.
    """
    modem = world.port_of(router).modem
    if modem is None:
        msg = f"{router.subscriber} has no cable modem"
        raise RuntimeError(msg)
    return modem


def _upstream_ingress(world: World, router: HomeRouter) -> list[Change]:
    """Noise on the lowest channel, where ingress gathers: the CMTS hears all its modems badly.

    The subscriber's own drop is where most of it comes in.
    """
    node = world.nodes[router.node]
    own = modem_of(world, router).upstreams[0]
    channel = node.shared[own.cmts_if_index].upstream
    changes: list[Change] = []
    if channel is not None:
        changes += to(channel, snr_db=23.6)
        changes += to(channel.codewords.corrected, per_s=420.0, extra=1.4e8)
        changes += to(channel.codewords.uncorrectable, per_s=130.0, extra=6e7)
    for one in _on_channel(world, router.node, own.cmts_if_index):
        changes += to(one, snr_db=18.4 if one is own else 26.3)
        most = one is own
        changes += to(
            one.codewords.corrected,
            per_s=95.0 if most else 18.0,
            extra=5.2e6 if most else 4e5,
        )
        changes += to(
            one.codewords.uncorrectable,
            per_s=48.0 if most else 3.0,
            extra=2.4e6 if most else 8e4,
        )
    return [*changes, *to(router, forwarding_loss=0.12)]


def _on_channel(world: World, node: str, cmts_if_index: int) -> Iterator[ModemUpstream]:
    for port in world.nodes[node].ports.values():
        if port.modem is not None:
            yield from (up for up in port.modem.upstreams if up.cmts_if_index == cmts_if_index)


def _t3_storm(world: World, router: HomeRouter) -> list[Change]:
    """The modem shouts, and the CMTS hardly hears it: ranging requests stay unanswered.

    After some T4 timeouts it has started anew, as the standard has it do, 25 minutes ago.
    """
    modem, port, started = modem_of(world, router), world.port_of(router), world.now() - 1500.0
    changes = [
        *to(modem, booted_at=started),
        *more(modem, resets=RESETS_OF_A_STORM),
        *to(port, changed_at=started, showtime_at=started + modem.register_s),
        *to(router, forwarding_loss=0.2),
    ]
    for up in modem.upstreams:
        changes += to(up, tx_dbmv=MOST_TX_DBMV, rx_dbmv=-8.2, snr_db=27.1)
        changes += to(up.t3_timeouts, per_s=1.6, extra=46.0)
        changes += to(up.t4_timeouts, per_s=0.4, extra=3.0)
    return changes


def _coax_level(world: World, router: HomeRouter) -> list[Change]:
    """Levels below -15 dBmV and an MER that 256QAM cannot live with, on all channels."""
    changes: list[Change] = []
    for place, down in enumerate(modem_of(world, router).downstreams):
        changes += to(down, power_dbmv=-17.2 - 0.3 * place, mer_db=27.4 - 0.2 * place)
        changes += to(down.codewords.corrected, per_s=840.0, extra=2.1e8)
        changes += to(down.codewords.uncorrectable, per_s=66.0, extra=4.4e7)
    return [*changes, *to(router, forwarding_loss=0.1)]


def _modem_offline(world: World, router: HomeRouter) -> list[Change]:
    return to(world.port_of(router), cable_ok=False, changed_at=world.now())


def _partial_service(world: World, router: HomeRouter) -> list[Change]:
    """The upper half of the modem's downstream channels is gone."""
    channels = modem_of(world, router).downstreams
    return [change for down in channels[len(channels) // 2 :] for change in to(down, locked=False)]


CABLE_FAULTS: Final = (
    Fault(
        id="upstream_ingress",
        title="Noise comes into the upstream: the CMTS hears the modems of a channel badly.",
        domain="network",
        cause="upstream_ingress",
        changes=_upstream_ingress,
        technologies=CABLE,
        reach="channel",
    ),
    Fault(
        id="t3_storm",
        title="The modem sends at its maximum, and its ranging requests stay unanswered.",
        domain="network",
        cause="upstream_ranging",
        changes=_t3_storm,
        technologies=CABLE,
    ),
    Fault(
        id="coax_level",
        title="The downstream arrives at the modem far too weak.",
        domain="network",
        cause="coax_level_bad",
        changes=_coax_level,
        technologies=CABLE,
    ),
    Fault(
        id="modem_offline",
        title="The CMTS does not hear the modem any more.",
        domain="network",
        cause="modem_offline",
        changes=_modem_offline,
        technologies=CABLE,
    ),
    Fault(
        id="partial_service",
        title="The modem has lost half of its downstream channels.",
        domain="network",
        cause="modem_partial_service",
        changes=_partial_service,
        technologies=CABLE,
    ),
)
