"""How evenly packets come to the laptop, by the kernel's own clock."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.field_jitter_facts import FieldJitter
from cpe_diag.probes.field_looking import at_each_place, looking
from cpe_diag.probes.probe import Probe

PROBE: Final = Probe(
    id="field_jitter",
    title="How evenly packets come to the laptop",
    asks="the reference, the next hop and the laptop itself, by small packets side by side",
    gives=at_each_place("field_jitter"),
    after=(),
    run=looking("field_jitter", FieldJitter, "ICMP echo, times by the kernel"),
    cost_s=2.2,
)
