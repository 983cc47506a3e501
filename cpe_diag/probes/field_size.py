"""The largest packet that the way from the laptop on site takes."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.field_size_facts import FieldSize
from cpe_diag.probes.field_looking import at_each_place, looking
from cpe_diag.probes.probe import Probe

PROBE: Final = Probe(
    id="field_size",
    title="The largest packet from the laptop",
    asks="the reference host by packets of several sizes that nobody may cut, from the laptop",
    gives=at_each_place("field_size"),
    after=(),
    run=looking("field_size", FieldSize, 'ICMP echo of several sizes, "do not fragment"'),
    cost_s=3.0,
)
