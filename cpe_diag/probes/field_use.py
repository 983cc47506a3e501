"""What else passes the laptop's port while it asks."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.field_use_facts import FieldUse
from cpe_diag.probes.field_looking import at_each_place, looking
from cpe_diag.probes.probe import Probe

PROBE: Final = Probe(
    id="field_use",
    title="What else passes the laptop's port",
    asks="the counters of the laptop's own interface, while the other questions are out",
    gives=at_each_place("field_use"),
    after=(),
    run=looking("field_use", FieldUse, "/sys/class/net, statistics"),
    cost_s=4.0,
)
