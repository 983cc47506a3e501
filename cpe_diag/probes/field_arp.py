"""Who answers for the gateway, and who for addresses that nobody has."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.field_facts import FieldArp
from cpe_diag.probes.field_looking import at_each_place, looking
from cpe_diag.probes.probe import Probe

PROBE: Final = Probe(
    id="field_arp",
    title="Who answers for addresses",
    asks="the wire, by ARP: who answers for the gateway, for our own address, and for nobody's",
    gives=at_each_place("field_arp"),
    after=(),
    run=looking("field_arp", FieldArp, "ARP probes"),
    cost_s=5.5,
)
