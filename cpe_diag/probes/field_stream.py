"""Whether a stream of television comes, and whole."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.field_stream_facts import FieldStream
from cpe_diag.probes.field_looking import at_each_place, looking
from cpe_diag.probes.probe import Probe

PROBE: Final = Probe(
    id="field_stream",
    title="A stream of television at the laptop",
    asks="one multicast group for some seconds, from the laptop on site",
    gives=at_each_place("field_stream"),
    after=(),
    run=looking("field_stream", FieldStream, "IGMP join"),
    cost_s=5.0,
)
