"""One PPPoE session from the wall port, with the service's own credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.field_facts import PluggedInto
from cpe_diag.domain.field_session_facts import FieldSession
from cpe_diag.domain.missing import known
from cpe_diag.domain.subscriber import WanProtocol
from cpe_diag.probes.field_looking import LOOK, at_one_place
from cpe_diag.probes.node_port import none_of
from cpe_diag.probes.probe import Probe

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement
    from cpe_diag.probes.probe import Setting

WALL: Final = PluggedInto.WALL_PORT
KEY: Final = FactKey("field_session", WALL.value)
NO_SESSIONS: Final = Failure(
    kind=FailureKind.NOT_APPLICABLE, where="line", detail="it is no line of PPPoE sessions"
)
_look = at_one_place(WALL, "field_session", FieldSession, "one PPPoE session")


async def _run(setting: Setting, seen: Evidence, deadline: float) -> tuple[Measurement, ...]:
    if known(setting.subscriber.service.wan) in {None, WanProtocol.PPPOE}:
        return await _look(setting, seen, deadline)
    return none_of((KEY,), MeasurementError(NO_SESSIONS, LOOK), setting.doors.clock.now())


PROBE: Final = Probe(
    id="field_session",
    title="A PPPoE session from the wall port",
    asks="the concentrator, for a session with the service's credentials; it is closed at once",
    gives=(KEY,),
    after=(),
    run=_run,
    cost_s=6.0,
)
