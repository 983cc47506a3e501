"""What the air at the laptop's place tells: how loud its network is there, and how busy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.field_air_facts import FieldAir
from cpe_diag.domain.missing import known
from cpe_diag.judge.on_site import WIFI, key_at
from cpe_diag.judge.rule import Answer, Facts, cannot_tell, does_not_arise, says

if TYPE_CHECKING:
    from cpe_diag.domain.field_air_facts import AirLink

KEY: Final = key_at("field_air", WIFI)


def _own(facts: Facts) -> tuple[FieldAir, AirLink] | Answer:
    """Give the air and the laptop's own link; or the answer, where there is none."""
    air = facts.fact(FieldAir, KEY)
    if air is None:
        return cannot_tell(facts, KEY)
    if air.link is None:
        return does_not_arise("the laptop is on no network")
    return air, air.link


def signal_weak(facts: Facts) -> Answer:
    """Answer whether the home's network is weak where the laptop is."""
    told = _own(facts)
    if isinstance(told, Answer):
        return told
    _, link = told
    dbm = known(link.signal_dbm)
    if dbm is None:
        return does_not_arise("the radio does not say how loud it hears the network")
    words = f"{link.ssid or link.bssid} is heard at {dbm} dBm at this place"
    return says(dbm < facts.limits["wifi_weak_dbm"], words, KEY)


def air_busy(facts: Facts) -> Answer:
    """Answer whether the channel of the home's network is full, as its access point says."""
    told = _own(facts)
    if isinstance(told, Answer):
        return told
    air, link = told
    own = next((one for one in air.networks if one.network.bssid == link.bssid), None)
    busy = None if own is None else known(own.busy_percent)
    if busy is None:
        return does_not_arise("the access point does not say how busy its channel is")
    words = f"channel {link.channel} is busy for {busy:.0f} % of the time"
    return says(busy >= facts.limits["wifi_busy_percent"], words, KEY)
