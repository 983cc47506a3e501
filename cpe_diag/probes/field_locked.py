"""Who answers the router's MAC at the wall port, where nobody answers the laptop's."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.field_facts import PluggedInto
from cpe_diag.domain.field_locked_facts import FieldLocked
from cpe_diag.probes.field_looking import at_one_place
from cpe_diag.probes.probe import Probe

WALL: Final = PluggedInto.WALL_PORT
PROBE: Final = Probe(
    id="field_locked",
    title="Answers to the router's MAC at the wall port",
    asks="the wire, by DHCPDISCOVER and PADI with the router's MAC, where nobody answers our own",
    gives=(FactKey("field_locked", WALL.value),),
    after=(),
    run=at_one_place(WALL, "field_locked", FieldLocked, "DHCPDISCOVER and PADI as the router"),
    cost_s=4.0,
)
