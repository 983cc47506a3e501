"""From decoded objects to facts about a cable modem, from its CMTS and from itself; pure.

A level of 0 dBmV is the ideal one, and it is what an agent answers that measures none (RFC 4546,
docsIfDownChannelPower): it is believed where the same channel has a signal-to-noise ratio and
another channel of the table a level that is not 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.docsis_facts import (
    CableModem,
    CmtsUpstream,
    DownstreamChannel,
    ModemChannels,
    ModemStatus,
    UpstreamChannel,
)
from cpe_diag.domain.missing import Maybe, Missing
from cpe_diag.driver_kit.decode import NOT_MEASURED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cpe_diag.driver_kit.access_facts import Fields

UNTOLD: Final = CableModem(
    status=ModemStatus.OFFLINE,
    address=NOT_MEASURED,
    rx_dbmv=NOT_MEASURED,
    snr_db=NOT_MEASURED,
    unerrored=NOT_MEASURED,
    corrected=NOT_MEASURED,
    uncorrectable=NOT_MEASURED,
    partial_service=NOT_MEASURED,
    upstreams=(),
)
"""A modem of which its CMTS has no row: it has not been heard since before it was forgotten."""


def cable_modem(fields: Fields, upstreams: Mapping[int, Fields]) -> CableModem:
    """Build `cable_modem`.

    Args:
        fields: of the group `cable_modem`.
        upstreams: of the group `cable_modem_upstreams`, by channel; empty where the CMTS tells
            nothing by channel.

    Returns:
        The fact; a modem that is not online has no levels and no partial service, as what the
        CMTS still shows there is left over.

    Raises:
        MeasurementError: the status is missing.
    """
    status = ModemStatus(fields.needed_text("status"))
    online = status in {ModemStatus.REGISTERED, ModemStatus.OPERATIONAL}
    return CableModem(
        status=status,
        address=fields.text("address"),
        rx_dbmv=fields.number("rx_dbmv") if online else NOT_MEASURED,
        snr_db=fields.number("snr_db") if online else NOT_MEASURED,
        unerrored=fields.count("unerrored"),
        corrected=fields.count("corrected"),
        uncorrectable=fields.count("uncorrectable"),
        partial_service=fields.claim("partial_service") if online else NOT_MEASURED,
        upstreams=_cmts_upstreams(upstreams) if online else (),
    )


def modem_channels(
    own: Fields,
    downstreams: Mapping[int, Fields],
    upstreams: Mapping[int, Fields],
    unread_channels: int,
) -> ModemChannels:
    """Build `modem_channels`.

    Args:
        own: of the group `modem_self`.
        downstreams: of the group `modem_downstreams`, by channel.
        upstreams: of the group `modem_upstreams`, by channel.
        unread_channels: how many more there are, at least.

    Returns:
        The fact.
    """
    levels = _levels(downstreams, "power_dbmv")
    sent = tuple(
        UpstreamChannel(
            channel=channel,
            tx_dbmv=fields.number("tx_dbmv"),
            t3_timeouts=fields.count("t3_timeouts"),
            t4_timeouts=fields.count("t4_timeouts"),
        )
        for channel, fields in upstreams.items()
    )
    return ModemChannels(
        uptime_s=own.number("uptime_s"),
        downstreams=tuple(
            DownstreamChannel(
                channel=channel,
                frequency_hz=fields.count("frequency_hz"),
                power_dbmv=levels[channel],
                snr_db=fields.number("snr_db"),
                unerrored=fields.count("unerrored"),
                corrected=fields.count("corrected"),
                uncorrectable=fields.count("uncorrectable"),
            )
            for channel, fields in downstreams.items()
        ),
        upstreams=sent,
        t3_timeouts=_total(own.count("t3_timeouts"), (one.t3_timeouts for one in sent)),
        t4_timeouts=_total(own.count("t4_timeouts"), (one.t4_timeouts for one in sent)),
        resets=own.count("resets"),
        lost_syncs=own.count("lost_syncs"),
        unread_channels=unread_channels,
    )


def _cmts_upstreams(upstreams: Mapping[int, Fields]) -> tuple[CmtsUpstream, ...]:
    levels = _levels(upstreams, "rx_dbmv")
    return tuple(
        CmtsUpstream(
            channel=channel,
            rx_dbmv=levels[channel],
            snr_db=fields.number("snr_db"),
            unerrored=fields.count("unerrored"),
            corrected=fields.count("corrected"),
            uncorrectable=fields.count("uncorrectable"),
        )
        for channel, fields in upstreams.items()
    )


def _levels(channels: Mapping[int, Fields], field: str) -> dict[int, Maybe[float]]:
    """Give the levels of channels; a 0 without its two witnesses is none."""
    told = {channel: fields.number(field) for channel, fields in channels.items()}
    measures = any(not isinstance(level, Missing) and level != 0 for level in told.values())
    return {
        channel: level
        if level != 0 or (measures and not isinstance(channels[channel].number("snr_db"), Missing))
        else NOT_MEASURED
        for channel, level in told.items()
    }


def _total(own: Maybe[int], by_channel: Iterable[Maybe[int]]) -> Maybe[int]:
    """Sum the channels where every one of them is known; else the modem's own total.

    DOCS-IF3-MIB has moved these counts to the channels; what a newer modem still holds in the old
    place need not count any more.
    """
    counts = tuple(by_channel)
    told = [count for count in counts if not isinstance(count, Missing)]
    return sum(told) if told and len(told) == len(counts) else own
