"""Who answers with the tags of a few VLANs at the wall port."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.field_facts import PluggedInto
from cpe_diag.domain.field_vlan_facts import FieldVlans
from cpe_diag.probes.field_looking import at_one_place
from cpe_diag.probes.probe import Probe

WALL: Final = PluggedInto.WALL_PORT
PROBE: Final = Probe(
    id="field_vlans",
    title="Tagged answers at the wall port",
    asks="the wire, by DHCPDISCOVER and PADI with the tags of at most four named VLANs",
    gives=(FactKey("field_vlans", WALL.value),),
    after=(),
    run=at_one_place(WALL, "field_vlans", FieldVlans, "DHCPDISCOVER and PADI with a tag"),
    cost_s=4.0,
)
