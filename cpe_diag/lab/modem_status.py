"""How far a cable modem is, as its CMTS sees it."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from cpe_diag.lab.links import end_has_power, port_up, wired

if TYPE_CHECKING:
    from cpe_diag.lab.cable_state import CableModem
    from cpe_diag.lab.world import AccessPort, World


class ModemStage(IntEnum):
    """The steps of a start, with the numbers of docsIfCmtsCmStatusValue (RFC 4546).

    A modem whose line is lost is `OTHER`: the CMTS "only needs to report states it is able to
    detect".
    """

    OTHER = 1
    RANGING = 2
    RANGING_COMPLETE = 4
    IP_COMPLETE = 5
    REGISTERED = 6


def stage(world: World, port: AccessPort, modem: CableModem) -> ModemStage:
    """Tell how far a modem is; after a reset it takes `register_s` to come back."""
    if port_up(world, port):
        return ModemStage.REGISTERED
    if not (wired(world, port) and end_has_power(world, port)):
        return ModemStage.OTHER
    done = 1.0 - (port.showtime_at - world.now()) / modem.register_s
    steps = (ModemStage.OTHER, ModemStage.RANGING, ModemStage.RANGING_COMPLETE)
    position = int(max(0.0, done) * (len(steps) + 1))
    return steps[position] if position < len(steps) else ModemStage.IP_COMPLETE


def lost_downstreams(modem: CableModem) -> bool:
    """Tell whether the modem has lost some of its downstream channels: partial service."""
    return not all(channel.locked for channel in modem.downstreams)
