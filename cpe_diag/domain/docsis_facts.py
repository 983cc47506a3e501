"""Facts about a cable modem. Words follow DOCS-IF-MIB (RFC 4546), DOCS-IF3-MIB and DOCS-IF31-MIB.

Levels in dBmV, signal-to-noise (SNR, MER) in dB, codewords as cumulative counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cpe_diag.domain.missing import Maybe


class ModemStatus(StrEnum):
    """How far a cable modem has come, in the order of its start (docsIf3CmtsCmRegStatusValue)."""

    OFFLINE = "offline"
    RANGING = "ranging"
    RANGING_ABORTED = "ranging_aborted"
    RANGING_COMPLETE = "ranging_complete"
    STARTING = "starting"
    """Between ranging and registration: DHCP, time of day, TFTP, privacy."""
    REGISTERED = "registered"
    OPERATIONAL = "operational"
    ACCESS_DENIED = "access_denied"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class CmtsUpstream:
    """One upstream channel of a modem as the CMTS hears it; `channel` is its ifIndex there."""

    channel: int
    rx_dbmv: Maybe[float]
    snr_db: Maybe[float]
    unerrored: Maybe[int]
    corrected: Maybe[int]
    uncorrectable: Maybe[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CableModem:
    """Fact `cable_modem`: the modem as its CMTS sees it.

    `address` is its management address. `partial_service` True: not all channels of its set work
    (MULPI 8.4). `upstreams` is empty where the CMTS tells nothing by channel; `rx_dbmv` and
    `snr_db` then speak of the one channel of docsIfCmtsCmStatusTable.
    """

    status: ModemStatus
    address: Maybe[str]
    rx_dbmv: Maybe[float]
    snr_db: Maybe[float]
    unerrored: Maybe[int]
    corrected: Maybe[int]
    uncorrectable: Maybe[int]
    partial_service: Maybe[bool]
    upstreams: tuple[CmtsUpstream, ...]

    @property
    def online(self) -> bool:
        """The modem is registered and carries traffic."""
        return self.status in {ModemStatus.REGISTERED, ModemStatus.OPERATIONAL}


@dataclass(frozen=True, slots=True, kw_only=True)
class DownstreamChannel:
    """One downstream channel as the modem hears it; `channel` is its ifIndex in the modem."""

    channel: int
    frequency_hz: Maybe[int]
    power_dbmv: Maybe[float]
    snr_db: Maybe[float]
    unerrored: Maybe[int]
    corrected: Maybe[int]
    uncorrectable: Maybe[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamChannel:
    """One upstream channel as the modem sends on it; T3 and T4 are cumulative timeouts."""

    channel: int
    tx_dbmv: Maybe[float]
    t3_timeouts: Maybe[int]
    t4_timeouts: Maybe[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemChannels:
    """Fact `modem_channels`: what the modem itself tells, asked at its own address.

    `t3_timeouts` and `t4_timeouts` are the sums of its upstream channels or, where they are not
    known by channel, the modem's totals (docsIfCmStatusTable). `unread_channels` is how many
    channels, at least, exist and were not read, to keep within the limit of requests.
    """

    uptime_s: Maybe[float]
    downstreams: tuple[DownstreamChannel, ...]
    upstreams: tuple[UpstreamChannel, ...]
    t3_timeouts: Maybe[int]
    t4_timeouts: Maybe[int]
    resets: Maybe[int]
    lost_syncs: Maybe[int]
    unread_channels: int
