"""What the line lets through, and how long packets wait meanwhile: a load, which is noticed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.failures import Failure, FailureKind, MeasurementError
from cpe_diag.domain.field_load_facts import FieldLoad
from cpe_diag.domain.missing import known as value_of
from cpe_diag.domain.nuisance import Nuisance
from cpe_diag.probes.field_looking import LOOK, at_each_place, elsewhere, looking
from cpe_diag.probes.node_port import none_of
from cpe_diag.probes.probe import Probe, Setting

if TYPE_CHECKING:
    from cpe_diag.domain.evidence import Evidence, Measurement

KIND: Final = "field_load"
UNPAID: Final = Failure(
    kind=FailureKind.NOT_MEASURED,
    where="line",
    detail="the line is metered, and the customer has not agreed to a load",
    next_step="ask the customer, then check again with --load-agreed",
)
_look = looking(KIND, FieldLoad, "iperf3 or NDT7, with first packets of connections beside it")


async def _run(setting: Setting, seen: Evidence, deadline: float) -> tuple[Measurement, ...]:
    door = setting.doors.field
    metered = value_of(setting.subscriber.service.metered) is True
    if door is None or setting.load_agreed or not metered:
        return await _look(setting, seen, deadline)
    key = FactKey(KIND, door.plugged_into.value)
    now = setting.doors.clock.now()
    others = elsewhere(setting, lambda place: (FactKey(KIND, place.value),))
    return (*none_of((key,), MeasurementError(UNPAID, LOOK), now), *others)


PROBE: Final = Probe(
    id=KIND,
    title="The line under load, from the laptop",
    asks="servers that are named for it, for some seconds each way, from the laptop on site",
    gives=at_each_place(KIND),
    after=(),
    run=_run,
    cost_s=12.0,
    nuisance=Nuisance.NOTICED,
)
