"""TMF642 alarms and TMF656 service problems: the group outages that runs point to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cpe_diag.service.group_outage import ALARMS, PROBLEMS, alarm, problem
from cpe_diag.service.refused import Refused
from cpe_diag.service.web.call import Reply
from cpe_diag.service.web.selection import chosen, fields_of, fits, headers_of, window_of

if TYPE_CHECKING:
    from cpe_diag.report.codec import Json
    from cpe_diag.service.web.call import Call
    from cpe_diag.service.web.served import Served


ALARM_BASE: Final = ALARMS.rpartition("/")[0]
PROBLEM_BASE: Final = PROBLEMS.rpartition("/")[0]


def alarms(served: Served, call: Call) -> Reply | Refused:
    """Give the outages as alarms, the newest first."""
    return _listed([alarm(one) for one in served.outages()], call)


def one_alarm(served: Served, call: Call) -> Reply | Refused:
    """Give one outage as an alarm."""
    return _one([alarm(one) for one in served.outages()], call, "alarm")


def problems(served: Served, call: Call) -> Reply | Refused:
    """Give the outages as service problems, the newest first."""
    return _listed([problem(one) for one in served.outages()], call)


def one_problem(served: Served, call: Call) -> Reply | Refused:
    """Give one outage as a service problem."""
    return _one([problem(one) for one in served.outages()], call, "service problem")


def _listed(documents: list[dict[str, Json]], call: Call) -> Reply | Refused:
    window = window_of(call.query)
    if isinstance(window, Refused):
        return window
    found = [one for one in documents if fits(one, window.filters)]
    part = found[window.offset : window.offset + window.limit]
    return Reply(
        body=[chosen(one, window.fields) for one in part],
        headers=headers_of(len(found), len(part)),
    )


def _one(documents: list[dict[str, Json]], call: Call, what: str) -> Reply | Refused:
    for one in documents:
        if str(one["id"]) == call.path["id"]:
            return Reply(body=chosen(one, fields_of(call.query)))
    return Refused(status=404, reason=f"there is no {what} of this id")
