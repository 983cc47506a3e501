"""Every DHCP server that answers on the wire."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.field_facts import FieldDhcp
from cpe_diag.probes.field_looking import at_each_place, looking
from cpe_diag.probes.probe import Probe

PROBE: Final = Probe(
    id="field_dhcp",
    title="DHCP on the wire",
    asks="the wire, by DHCPDISCOVER: every server that offers an address; none is taken",
    gives=at_each_place("field_dhcp"),
    after=(),
    run=looking("field_dhcp", FieldDhcp, "DHCPDISCOVER"),
    cost_s=4.0,
)
