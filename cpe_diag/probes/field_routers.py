"""Every IPv6 router and DHCPv6 server that answers on the wire."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.field_facts import FieldIpv6
from cpe_diag.probes.field_looking import at_each_place, looking
from cpe_diag.probes.probe import Probe

PROBE: Final = Probe(
    id="field_routers",
    title="IPv6 on the wire",
    asks="the wire, by router solicitation and DHCPv6 SOLICIT: all that answer",
    gives=at_each_place("field_routers"),
    after=(),
    run=looking("field_routers", FieldIpv6, "router solicitation and DHCPv6 SOLICIT"),
    cost_s=4.0,
)
