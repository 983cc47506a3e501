"""What is on the wire by itself: neighbours, tags, bridges, loops."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.field_facts import FieldHeard
from cpe_diag.probes.field_looking import at_each_place, looking
from cpe_diag.probes.probe import Probe

PROBE: Final = Probe(
    id="field_heard",
    title="What is on the wire",
    asks="the wire: LLDP and CDP neighbours, VLAN tags, bridges, and whether a frame comes back",
    gives=at_each_place("field_heard"),
    after=(),
    run=looking(
        "field_heard", FieldHeard, "frames heard, and one sent to see whether it comes back"
    ),
    cost_s=6.0,
)
