"""Who is heard on the air at the laptop's place."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.field_air_facts import FieldAir
from cpe_diag.domain.field_facts import PluggedInto
from cpe_diag.probes.field_looking import at_one_place
from cpe_diag.probes.probe import Probe

WIFI: Final = PluggedInto.WIFI
PROBE: Final = Probe(
    id="field_air",
    title="The air at the laptop's place",
    asks="the laptop's radio by iw: which networks it hears, how loud, and its own link",
    gives=(FactKey("field_air", WIFI.value),),
    after=(),
    run=at_one_place(WIFI, "field_air", FieldAir, "iw scan, link and station dump"),
    cost_s=6.0,
)
