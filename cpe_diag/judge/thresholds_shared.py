"""Thresholds of fibre and cable that many homes share."""

from __future__ import annotations

from typing import Final

from cpe_diag.judge.threshold import PROPOSAL, Threshold

THRESHOLDS_SHARED: Final[tuple[Threshold, ...]] = (
    Threshold(
        id="ont_rx_low_dbm",
        value=-27.0,
        unit="dBm",
        source="ITU-T G.984.2 Amd 1, class B+: ONU sensitivity -27 dBm",
        meaning="an ONT that receives less loses frames",
    ),
    Threshold(
        id="olt_rx_low_dbm",
        value=-28.0,
        unit="dBm",
        source="ITU-T G.984.2 Amd 1, class B+: OLT sensitivity -28 dBm",
        meaning="an OLT that receives less loses the ONT's frames",
    ),
    Threshold(
        id="optical_high_dbm",
        value=-8.0,
        unit="dBm",
        source="ITU-T G.984.2 Amd 1, class B+: overload -8 dBm at both ends",
        meaning="more light than this blinds a receiver",
    ),
    Threshold(
        id="optical_asymmetry_db",
        value=3.0,
        unit="dB",
        source=PROPOSAL + "; bending loss grows with the wavelength (ITU-T G.657)",
        meaning="so much more loss at 1490 nm than at 1310 nm is a bend",
    ),
    Threshold(
        id="upstream_snr_low_db",
        value=25.0,
        unit="dB",
        source="Hranac 2003: digital CNR of the upstream of at least 25 dB",
        meaning="an upstream that is heard with less loses codewords",
    ),
    Threshold(
        id="codewords_lost_share",
        value=0.01,
        unit="share of the codewords",
        source=PROPOSAL + ": 1 % lost codewords are felt",
        meaning="at least so many codewords that could not be corrected",
    ),
    Threshold(
        id="upstream_tx_high_dbmv",
        value=50.0,
        unit="dBmV",
        source="gacq wiki: 35 to 50 dBmV are recommended [forum]",
        meaning="a modem that has to send more is hardly heard",
    ),
    Threshold(
        id="ranging_timeouts_per_hour",
        value=10.0,
        unit="T3 and T4 timeouts per hour",
        source=PROPOSAL,
        meaning="at least so many unanswered requests",
    ),
    Threshold(
        id="downstream_level_dbmv",
        value=15.0,
        unit="dBmV",
        source="Cisco MC16E manual: -15 to +15 dBmV",
        meaning="a level that is further from 0 dBmV is out of the modem's range",
    ),
    Threshold(
        id="downstream_mer_low_db",
        value=30.0,
        unit="dB",
        source="Cisco acceptance: above 30 dB for 64QAM, above 35 dB for 256QAM",
        meaning="a downstream channel with less loses codewords",
    ),
)
