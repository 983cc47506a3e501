"""The way to the reference, hop by hop, by three kinds of packets."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.field_path_facts import FieldTrace
from cpe_diag.probes.field_looking import at_each_place, looking
from cpe_diag.probes.probe import Probe

PROBE: Final = Probe(
    id="field_trace",
    title="The way from the laptop, hop by hop",
    asks="the way to the reference hop by hop, by UDP, TCP and ICMP, from the laptop on site",
    gives=at_each_place("field_trace"),
    after=(),
    run=looking("field_trace", FieldTrace, "packets with few hops to live"),
    cost_s=3.0,
)
