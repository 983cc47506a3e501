"""One PPPoE session from the wall port, with the service's own credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import MeasurementError
from cpe_diag.domain.field_facts import PluggedInto
from cpe_diag.domain.field_session_facts import FieldSession
from cpe_diag.probes.field_looking import LOOK, NOT_ON_SITE, NOT_THERE
from cpe_diag.probes.node_port import known, none_of
from cpe_diag.probes.probe import Probe

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement
    from cpe_diag.probes.probe import Setting

KEY: Final = FactKey("field_session", PluggedInto.WALL_PORT.value)


async def _run(setting: Setting, _: Evidence, deadline: float) -> tuple[Measurement, ...]:
    clock, door = setting.doors.clock, setting.doors.field
    if door is None or door.plugged_into is not PluggedInto.WALL_PORT:
        why = NOT_ON_SITE if door is None else NOT_THERE
        return none_of((KEY,), MeasurementError(why, LOOK), clock.now())
    try:
        seen = await door.see(FieldSession, deadline=deadline)
    except MeasurementError as error:
        return none_of((KEY,), error, clock.now())
    return (known(KEY, seen, f"laptop {door.interface}: one PPPoE session", clock.now()),)


PROBE: Final = Probe(
    id="field_session",
    title="A PPPoE session from the wall port",
    asks="the concentrator, for a session with the service's credentials; it is closed at once",
    gives=(KEY,),
    after=(),
    run=_run,
    cost_s=4.0,
)
