"""What a laptop hears by a real iw is read: its own link, others, and the advice on channels."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Final

import pytest
from stations import Joining, stations

from cpe_diag.domain.evidence import Evidence, FactKey
from cpe_diag.domain.observations import Observed
from cpe_diag.field.air import air_around
from cpe_diag.report.channel_advice import advice_in
from cpe_diag.testing.evidence_samples import AT

if TYPE_CHECKING:
    from pathlib import Path

    from guest_machine import Machine

pytestmark = pytest.mark.lab_wifi


RELAYED: Final = """\
#!/bin/sh
cat "{folder}/$(echo "$*" | tr ' ' '-')"
"""
"""Prints what the guest's iw(8) has printed when it was called with the same words."""


def test_the_air_at_a_laptops_place_is_told(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The flat next door is on our channel, as loud as our own; another one is better.

    The laptop's own look is run, with a real iw on real radios of the guest's kernel behind it.
    """
    laptop, next_door = stations(machine)
    next_door.serve("Next door", channel=6)
    assert laptop.join("LabHome", "old password 1")[0] is Joining.CONNECTED

    for words in ("link", "station dump", "scan passive"):
        said = machine.guest(f"iw dev {laptop.interface} {words}", namespace=laptop.namespace)
        assert said.status == 0, said.text
        named = f"dev {laptop.interface} {words}".replace(" ", "-")
        (tmp_path / named).write_text(said.text, encoding="utf-8")
    program = tmp_path / "iw"
    program.write_text(RELAYED.format(folder=tmp_path), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    seen = asyncio.run(air_around(laptop.interface, within_s=10.0))
    assert seen.remembered is False
    assert seen.link is not None
    assert (seen.link.ssid, seen.link.channel, seen.link.signal_dbm) == ("LabHome", 6, -30)
    assert isinstance(seen.link.tx_packets, int)
    heard = {(one.network.ssid, one.network.channel) for one in seen.networks}
    assert {("LabHome", 6), ("LabHome", 36), ("Next door", 6)} <= heard
    held = Observed(value=seen, source="iw", at=AT)
    (advice,) = advice_in(Evidence({FactKey("field_air", "wifi"): held}))
    assert advice.move
    assert advice.channel in {1, 11}
