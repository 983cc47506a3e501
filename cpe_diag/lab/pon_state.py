"""What the lab holds of a passive optical network: PON ports, splitters, terminals (ONT).

Losses in dB, levels in dBm.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cpe_diag.lab.growing import Growing


@dataclass(slots=True, kw_only=True)
class Splitter:
    """An optical splitter, or the distribution point of a coaxial plant.

    `whole` False: nobody behind it is heard.
    """

    name: str
    whole: bool = True


@dataclass(slots=True, kw_only=True)
class PonOptics:
    """The laser and receiver of a PON port."""

    tx_dbm: float = 3.2
    temperature_c: int = 33
    bias_ma: int = 17
    voltage_v: float = 3.21


@dataclass(slots=True, kw_only=True)
class Ont:
    """An optical network terminal.

    What it is doing now follows from its home, its fibre and the PON port; `last_down_cause` and
    `last_down_at` speak of the last time that it went down and came back. The two losses are
    those of the whole way in each direction; what bends the fibre adds to them.
    """

    number: int
    """Its id on the PON port."""
    pon: int
    """The ifIndex of the PON port."""
    serial: str
    """Four letters and eight hex digits."""
    model: str
    hardware: str
    firmware: str
    distance_m: int
    loss_down_db: float
    loss_up_db: float
    tx_dbm: float = 2.2
    temperature_c: int = 44
    bias_ma: int = 14
    voltage_v: float = 3.28
    bend: Bend | None = None
    """A bend of the fibre that grows tighter; None: there is none."""
    up_bip: Growing = field(default_factory=Growing)
    down_bip: Growing = field(default_factory=Growing)
    up_fec_corrected: Growing = field(default_factory=Growing)
    up_fec_uncorrectable: Growing = field(default_factory=Growing)
    reset_s: float = 6.0
    """How long it is away after a reset."""
    register_s: float = 2.0
    """How long it takes to range and register after it was activated."""
    last_down_cause: int = 13
    """As HUAWEI-XPON-MIB counts them: dying-gasp(13)."""
    last_down_at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bend:
    """A bend of the fibre: what it takes downstream and upstream at `since`, dB, and its growth.

    A bend takes more of the longer wavelength (ITU-T G.657: its limits grow from 1550 to 1625 nm),
    so of 1490 nm downstream more than of 1310 nm upstream.
    """

    since: float
    down_db: float
    up_db: float
    growth_down_db_per_s: float
    growth_up_db_per_s: float
    most_s: float
    """The growth ends after so long."""

    def loss_db(self, now: float) -> tuple[float, float]:
        """Give the present loss downstream and upstream."""
        age_s = min(max(0.0, now - self.since), self.most_s)
        return (
            self.down_db + self.growth_down_db_per_s * age_s,
            self.up_db + self.growth_up_db_per_s * age_s,
        )
