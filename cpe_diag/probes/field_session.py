"""One PPPoE session from the wall port, with the service's own credentials."""

from __future__ import annotations

from typing import Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.field_facts import PluggedInto
from cpe_diag.domain.field_session_facts import FieldSession
from cpe_diag.probes.field_looking import at_one_place
from cpe_diag.probes.probe import Probe

WALL: Final = PluggedInto.WALL_PORT
PROBE: Final = Probe(
    id="field_session",
    title="A PPPoE session from the wall port",
    asks="the concentrator, for a session with the service's credentials; it is closed at once",
    gives=(FactKey("field_session", WALL.value),),
    after=(),
    run=at_one_place(WALL, "field_session", FieldSession, "one PPPoE session"),
    cost_s=4.0,
)
