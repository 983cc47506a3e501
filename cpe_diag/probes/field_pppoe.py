"""Every PPPoE concentrator that answers on the wire."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.field_facts import FieldPppoe
from cpe_diag.probes.field_looking import at_each_place, looking
from cpe_diag.probes.probe import Probe

PROBE: Final = Probe(
    id="field_pppoe",
    title="PPPoE on the wire",
    asks="the wire, by PADI: every concentrator that answers; no session is opened",
    gives=at_each_place("field_pppoe"),
    after=(),
    run=looking("field_pppoe", FieldPppoe, "PADI"),
    cost_s=3.0,
)
