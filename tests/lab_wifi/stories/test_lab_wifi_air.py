"""What a laptop hears by a real iw is read: its own link, others, and the advice on channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from stations import Joining, stations

from cpe_diag.domain.evidence import Evidence, FactKey
from cpe_diag.domain.observations import Observed
from cpe_diag.field.air import air_of
from cpe_diag.report.channel_advice import advice_in
from cpe_diag.testing.evidence_samples import AT

if TYPE_CHECKING:
    from guest_machine import Machine

pytestmark = pytest.mark.lab_wifi


def test_the_air_at_a_laptops_place_is_told(machine: Machine) -> None:
    """The flat next door is on our channel, as loud as our own; another one is better."""
    laptop, next_door = stations(machine)
    next_door.serve("Next door", channel=6)
    assert laptop.join("LabHome", "old password 1")[0] is Joining.CONNECTED

    def iw(words: str) -> str:
        said = machine.guest(f"iw dev {laptop.interface} {words}", namespace=laptop.namespace)
        assert said.status == 0, said.text
        return said.text

    machine.guest(f"iw dev {laptop.interface} scan passive", namespace=laptop.namespace)
    told = (iw("link"), iw("station dump"), iw("scan dump"))
    seen = air_of(laptop.interface, *told, remembered=False)
    assert seen.link is not None
    assert (seen.link.ssid, seen.link.channel, seen.link.signal_dbm) == ("LabHome", 6, -30)
    assert isinstance(seen.link.tx_packets, int)
    heard = {(one.network.ssid, one.network.channel) for one in seen.networks}
    assert {("LabHome", 6), ("LabHome", 36), ("Next door", 6)} <= heard
    held = Observed(value=seen, source="iw", at=AT)
    (advice,) = advice_in(Evidence({FactKey("field_air", "wifi"): held}))
    assert advice.move
    assert advice.channel in {1, 11}
