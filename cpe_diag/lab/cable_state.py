"""What the lab holds of a cable network: upstream channels of the CMTS, and cable modems.

Levels in dBmV, signal-to-noise ratios (SNR, MER) in dB, codewords as running totals.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cpe_diag.lab.growing import Growing


@dataclass(slots=True, kw_only=True)
class Codewords:
    """Codewords of one direction of one channel."""

    unerrored: Growing = field(default_factory=Growing)
    corrected: Growing = field(default_factory=Growing)
    uncorrectable: Growing = field(default_factory=Growing)

    def grow(self, seconds: float) -> None:
        """Count on at the present rates."""
        for count in (self.unerrored, self.corrected, self.uncorrectable):
            count.grow(seconds)


@dataclass(slots=True, kw_only=True)
class CmtsUpstream:
    """An upstream channel as its CMTS hears it, of all modems on it together."""

    channel_id: int
    frequency_hz: int
    width_hz: int
    snr_db: float
    codewords: Codewords = field(default_factory=Codewords)


@dataclass(slots=True, kw_only=True)
class ModemDownstream:
    """A downstream channel as one modem hears it. `locked` False: it has lost the channel."""

    if_index: int
    """In the modem."""
    channel_id: int
    frequency_hz: int
    power_dbmv: float
    mer_db: float
    codewords: Codewords = field(default_factory=Codewords)
    locked: bool = True


@dataclass(slots=True, kw_only=True)
class ModemUpstream:
    """An upstream channel of one modem: what it sends, and how the CMTS hears it."""

    if_index: int
    """In the modem."""
    cmts_if_index: int
    tx_dbmv: float
    rx_dbmv: float
    snr_db: float
    codewords: Codewords = field(default_factory=Codewords)
    t3_timeouts: Growing = field(default_factory=Growing)
    t4_timeouts: Growing = field(default_factory=Growing)


@dataclass(slots=True, kw_only=True)
class CableModem:
    """A cable modem: its RF side, and where its own SNMP agent listens (`udp_port` 0: nowhere).

    `index` is its row in the tables of the CMTS, `mac_domain` the ifIndex of the MAC domain there.
    """

    mac: str
    address: str
    index: int
    mac_domain: int
    service_group: int
    docsis: str
    """`3.0` or `3.1`."""
    serial: str
    model: str
    firmware: str
    booted_at: float
    downstreams: list[ModemDownstream]
    upstreams: list[ModemUpstream]
    has_agent: bool
    udp_port: int = 0
    resets: int = 1
    lost_syncs: int = 0
    register_s: float = 6.0
    """How long it takes to range and register after a reset."""
