"""Faults of one home's fibre: cut, too little light, too much, a bend that grows tighter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.lab.fault import FIBRE, Fault
from cpe_diag.lab.fault_desk import Change, more, to
from cpe_diag.lab.pon_state import Bend

if TYPE_CHECKING:
    from cpe_diag.lab.home_state import HomeRouter
    from cpe_diag.lab.pon_state import Ont
    from cpe_diag.lab.world import World

DIRT_DB: Final = 13.0
"""What a dirty connector takes in both directions."""

NO_SPLITTER_DB: Final = 8.0
"""What is left between OLT and ONT where somebody has left out a splitter."""

BEND_GROWS_S: Final = 60.0


def ont_of(world: World, router: HomeRouter) -> Ont:
    """Give the ONT of a home.

    Raises:
        RuntimeError: it has none; faults for fibre are only set on fibre.
    """
    ont = world.port_of(router).ont
    if ont is None:
        msg = f"{router.subscriber} has no ONT"
        raise RuntimeError(msg)
    return ont


def _fibre_cut(world: World, router: HomeRouter) -> list[Change]:
    return to(world.port_of(router), cable_ok=False, changed_at=world.now())


def _optical_low(world: World, router: HomeRouter) -> list[Change]:
    """Light below -27 dBm at the ONT and below -28 dBm at the OLT (G.984.2, class B+): errors."""
    ont = ont_of(world, router)
    return [
        *more(ont, loss_down_db=DIRT_DB, loss_up_db=DIRT_DB),
        *to(ont.down_bip, per_s=40.0, extra=1.1e5),
        *to(ont.up_bip, per_s=55.0, extra=1.6e5),
        *to(ont.up_fec_corrected, per_s=900.0, extra=2.6e6),
        *to(ont.up_fec_uncorrectable, per_s=12.0, extra=3.4e4),
        *to(router, forwarding_loss=0.1),
    ]


def _optical_high(world: World, router: HomeRouter) -> list[Change]:
    """Light above -8 dBm at both receivers: they are blinded, and errors follow."""
    ont = ont_of(world, router)
    return [
        *to(ont, loss_down_db=NO_SPLITTER_DB, loss_up_db=NO_SPLITTER_DB + 0.4),
        *to(ont.down_bip, per_s=25.0, extra=7e4),
        *to(ont.up_bip, per_s=20.0, extra=6e4),
        *to(router, forwarding_loss=0.06),
    ]


def _fibre_bent(world: World, router: HomeRouter) -> list[Change]:
    """Downstream lost 6 dB already and loses more by the second, upstream much less."""
    ont = ont_of(world, router)
    bend = Bend(
        since=world.now(),
        down_db=6.0,
        up_db=1.8,
        growth_down_db_per_s=0.05,
        growth_up_db_per_s=0.012,
        most_s=BEND_GROWS_S,
    )
    return [
        *to(ont, bend=bend),
        *to(ont.down_bip, per_s=12.0, extra=3e4),
        *to(router, forwarding_loss=0.05),
    ]


FIBRE_FAULTS: Final = (
    Fault(
        id="fibre_cut",
        title="The fibre between the splitter and the home is cut.",
        domain="network",
        cause="fibre_cut",
        changes=_fibre_cut,
        technologies=FIBRE,
    ),
    Fault(
        id="optical_low",
        title="Too little light arrives at both ends of the fibre.",
        domain="network",
        cause="optical_level_low",
        changes=_optical_low,
        technologies=FIBRE,
    ),
    Fault(
        id="optical_high",
        title="Too much light arrives at both ends of the fibre.",
        domain="network",
        cause="optical_level_high",
        changes=_optical_high,
        technologies=FIBRE,
    ),
    Fault(
        id="fibre_bent",
        title="A bend of the fibre grows tighter: downstream loses far more light than upstream.",
        domain="network",
        cause="fibre_bent",
        changes=_fibre_bent,
        technologies=FIBRE,
    ),
)
