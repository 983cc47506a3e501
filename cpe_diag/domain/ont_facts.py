"""Facts about the optical network terminal (ONT, ONU) of a PON subscriber, as the OLT tells them.

Words follow ITU-T G.984/G.987/G.9807 (GPON, XGS-PON) and IEEE 802.3 clause 64 (EPON); levels in
dBm, distances in metres.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.missing import Maybe, Missing

NOT_TOLD: Final = Missing(why=FailureKind.UNSUPPORTED)


class OntDownCause(StrEnum):
    """Why an ONT went down last, in the words that vendors' MIBs share."""

    DYING_GASP = "dying_gasp"
    """It said goodbye because its power went (G.984.3, Dying_Gasp)."""
    LOSS_OF_SIGNAL = "loss_of_signal"
    """The OLT hears nothing any more (LOS, LOSi)."""
    LOSS_OF_FRAME = "loss_of_frame"
    """It hears something that it cannot read (LOF, LOFi, LOAMI, LCDG)."""
    SIGNAL_DEGRADED = "signal_degraded"
    """Too many bit errors (SF, SFi, SD, SDi)."""
    DEACTIVATED = "deactivated"
    """The operator switched it off."""
    RESET = "reset"
    """It was restarted, by command or by itself."""
    AUTH_FAILED = "auth_failed"
    """Serial number, password or LOID were not accepted."""
    ROGUE = "rogue"
    """It transmitted when it must not."""
    OTHER = "other"
    """The vendor names a cause that none of these is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OntState:
    """Fact `ont_state`: is the ONT ranged and running, and why did it go down last.

    `last_down_cause` speaks of the last time that it went down, however long ago;
    `down_for_s` is how long ago that was. `distance_m` is the ranged fibre length. `serial` is
    the four letters of the vendor and eight hex digits for GPON, the MAC for EPON.
    `config_ok` False: the OLT could not give it its configuration (mismatch).
    """

    online: bool
    last_down_cause: Maybe[OntDownCause]
    down_for_s: Maybe[float]
    serial: Maybe[str]
    model: Maybe[str]
    firmware: Maybe[str]
    distance_m: Maybe[int]
    config_ok: Maybe[bool]
    lan_link_up: Maybe[bool] = NOT_TOLD
    """Something is plugged into the ONT's first Ethernet port (UNI)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OntOptics:
    """Fact `ont_optics`: light levels in dBm at both ends, and what the ONT says of itself.

    `ont_rx_dbm` is downstream light at the home, `olt_rx_dbm` upstream light at the OLT.
    """

    ont_rx_dbm: Maybe[float]
    ont_tx_dbm: Maybe[float]
    olt_rx_dbm: Maybe[float]
    olt_tx_dbm: Maybe[float]
    ont_temperature_c: Maybe[float]
    ont_voltage_v: Maybe[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class OntErrors:
    """Fact `ont_errors`: cumulative bit and FEC errors of the ONT's own traffic.

    `down` is towards the home. BIP errors are G.984.3 bit-interleaved parity errors; FEC counts
    are code words.
    """

    down_bip_errors: Maybe[int]
    up_bip_errors: Maybe[int]
    down_fec_corrected: Maybe[int]
    down_fec_uncorrectable: Maybe[int]
    up_fec_corrected: Maybe[int]
    up_fec_uncorrectable: Maybe[int]
