"""One line for the air at the laptop's place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.report.duration import rate
from cpe_diag.report.phrases import counted, maybe

if TYPE_CHECKING:
    from cpe_diag.domain.field_air_facts import AirLink, FieldAir, HeardNetwork

SHOWN: Final = 5


def field_air(fact: FieldAir) -> str:
    """Say what the laptop is on, and who else is loud."""
    parts = ["on no network" if fact.link is None else _link(fact.link)]
    parts += [_network(one) for one in fact.networks[:SHOWN]]
    if len(fact.networks) > SHOWN:
        parts.append(f"{counted(len(fact.networks) - SHOWN, 'more network')}")
    if fact.remembered:
        parts.append("as the system heard it in the last minute: no scan is allowed")
    return "; ".join(parts)


def _link(one: AirLink) -> str:
    parts = [f"on {one.ssid or one.bssid} channel {one.channel}"]
    parts += maybe(one.signal_dbm, lambda dbm: f"{dbm} dBm")
    parts += maybe(one.tx_rate_bps, lambda bps: f"sends at {rate(bps)}")
    return ", ".join(parts)


def _network(one: HeardNetwork) -> str:
    network = one.network
    parts = [f"{network.ssid or network.bssid} channel {network.channel}"]
    parts += maybe(network.width_mhz, lambda mhz: f"{mhz} MHz")
    parts += maybe(network.signal_dbm, lambda dbm: f"{dbm} dBm")
    parts += maybe(one.busy_percent, lambda share: f"{share:.0f} % busy")
    parts += maybe(one.stations, lambda count: counted(count, "station"))
    return ", ".join(parts)
