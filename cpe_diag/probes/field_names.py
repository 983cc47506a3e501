"""Who answers for names, and whether somebody takes questions that are not for him."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.field_path_facts import FieldNames
from cpe_diag.probes.field_looking import at_each_place, looking
from cpe_diag.probes.probe import Probe

PROBE: Final = Probe(
    id="field_names",
    title="Who answers for names",
    asks="the operator's resolver, another one, and an address that must not answer, for names",
    gives=at_each_place("field_names"),
    after=(),
    run=looking("field_names", FieldNames, "DNS questions to several, and to nobody"),
    cost_s=3.0,
)
