"""Everything that can be asked over HTTP: one table, from which routes and OpenAPI are made."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from cpe_diag.service import group_outage, tmf653
from cpe_diag.service.tmf621 import API_OF, CREATED, Version
from cpe_diag.service.tmf_schema import Api
from cpe_diag.service.web import hubs, outages, service_tests, trouble_tickets, webhooks
from cpe_diag.service.web.operation import (
    HUB,
    LOOK,
    LOOK_OUTAGE,
    ORDER,
    Handler,
    Operation,
    Schema,
)
from cpe_diag.service.web.own_operations import own_operations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cpe_diag.service.refused import Refused
    from cpe_diag.service.web.call import Call, Reply
    from cpe_diag.service.web.served import Served

EVENTS: Final = (
    CREATED,
    "TroubleTicketAttributeValueChangeEvent",
    "TroubleTicketStatusChangeEvent",
    "TroubleTicketResolvedEvent",
    "TroubleTicketInformationRequiredEvent",
    "TroubleTicketDeleteEvent",
)

_ANY_EVENT: Final[Mapping[str, Any]] = {"type": "object"}
_DELIVERED: Final[Mapping[str, Any]] = {
    "type": "object",
    "required": ["state"],
    "properties": {
        "ticket": {"type": "string"},
        "state": {"type": "string"},
        "words": {"type": "string"},
        "run": {"type": "string"},
        "case": {"type": "string"},
    },
}
_CREATE: Final = {Version.V4: "TroubleTicket_Create", Version.V5: "TroubleTicket_FVO"}
_CHANGE: Final = {Version.V4: "TroubleTicket_Update", Version.V5: "TroubleTicket_MVO"}


def _with(handler: Callable[..., Reply | Refused], *given: Any) -> Handler:  # noqa: ANN401 - passed on
    """Give a handler what it takes after the request."""

    def handle(served: Served, call: Call) -> Reply | Refused:
        return handler(served, call, *given)

    return handle


def _trouble_tickets(version: Version) -> Iterator[Operation]:
    api, base = API_OF[version], trouble_tickets.base(version)
    operation = partial(Operation, tag=f"TMF621 {version}")
    ticket = (api, "TroubleTicket")
    yield operation(
        id=f"listTroubleTicket_{version}",
        method="GET",
        path=f"{base}/troubleTicket",
        summary="Trouble tickets, the newest first",
        handler=_with(trouble_tickets.listed, version),
        right=LOOK,
        gives=ticket,
        is_list=True,
    )
    yield operation(
        id=f"createTroubleTicket_{version}",
        method="POST",
        path=f"{base}/troubleTicket",
        summary="Take a trouble ticket; a rule starts its run",
        handler=_with(trouble_tickets.create, version),
        right=ORDER,
        status=201,
        body=(api, _CREATE[version]),
        gives=ticket,
        refuses=(422,),
    )
    yield operation(
        id=f"retrieveTroubleTicket_{version}",
        method="GET",
        path=f"{base}/troubleTicket/{{id}}",
        summary="A trouble ticket, with the verdict in its notes once its run has ended",
        handler=_with(trouble_tickets.one, version),
        right=LOOK,
        gives=ticket,
        query={"fields": {"type": "string"}},
    )
    yield operation(
        id=f"patchTroubleTicket_{version}",
        method="PATCH",
        path=f"{base}/troubleTicket/{{id}}",
        summary="Change a trouble ticket by a merge patch",
        handler=_with(trouble_tickets.change, version),
        right=ORDER,
        body=(api, _CHANGE[version]),
        gives=ticket,
        refuses=(422,),
    )
    yield from _hubs(api, base, operation, str(version))
    for event in EVENTS:
        yield operation(
            id=f"{event}_{version}",
            method="POST",
            path=f"{base}/listener/{event[0].lower()}{event[1:]}",
            summary="An event of another system's hub",
            handler=_with(trouble_tickets.heard, version, event),
            right=ORDER,
            status=204,
            body=(api, event) if event == CREATED else _ANY_EVENT,
            refuses=(409, 422),
        )


def _hubs(
    api: Api, base: str, operation: Callable[..., Operation], name: str
) -> Iterator[Operation]:
    yield operation(
        id=f"createHub_{name}",
        method="POST",
        path=f"{base}/hub",
        summary="Ask to be told of events",
        handler=_with(hubs.register, api, f"{base}/hub"),
        right=HUB,
        status=201,
        body=hubs.BODY,
        gives=hubs.HUB,
        refuses=(409, 422),
    )
    yield operation(
        id=f"retrieveHub_{name}",
        method="GET",
        path=f"{base}/hub/{{id}}",
        summary="A registration",
        handler=_with(hubs.one, api),
        right=HUB,
        gives=hubs.HUB,
    )
    yield operation(
        id=f"deleteHub_{name}",
        method="DELETE",
        path=f"{base}/hub/{{id}}",
        summary="Forget a registration",
        handler=_with(hubs.remove, api),
        right=HUB,
        status=204,
    )


def _read_only(  # noqa: PLR0913 - a list and its elements
    tag: str,
    path: str,
    name: str,
    gives: Schema,
    handlers: tuple[Handler, Handler],
    *,
    right: str,
) -> Iterator[Operation]:
    yield Operation(
        id=f"list{name}",
        method="GET",
        path=path,
        tag=tag,
        summary=f"Every {name}, the newest first",
        handler=handlers[0],
        right=right,
        gives=gives,
        is_list=True,
    )
    yield Operation(
        id=f"retrieve{name}",
        method="GET",
        path=f"{path}/{{id}}",
        tag=tag,
        summary=f"One {name}",
        handler=handlers[1],
        right=right,
        gives=gives,
        query={"fields": {"type": "string"}},
    )


def _service_tests() -> Iterator[Operation]:
    tag, api = "TMF653 v4", Api.SERVICE_TEST_V4
    yield from _read_only(
        tag,
        f"{tmf653.BASE}/serviceTestSpecification",
        "ServiceTestSpecification",
        (api, "ServiceTestSpecification"),
        (service_tests.specifications, service_tests.one_specification),
        right=LOOK_OUTAGE,
    )
    yield from _read_only(
        tag,
        f"{tmf653.BASE}/serviceTest",
        "ServiceTest",
        (api, "ServiceTest"),
        (service_tests.listed, service_tests.one),
        right=LOOK,
    )
    yield Operation(
        id="createServiceTest",
        method="POST",
        path=f"{tmf653.BASE}/serviceTest",
        tag=tag,
        summary="Order a run: the service is the subscriber, the specification the playbook",
        handler=service_tests.create,
        right=ORDER,
        status=201,
        body=(api, "ServiceTest_Create"),
        gives=(api, "ServiceTest"),
        refuses=(422,),
    )


def _webhooks() -> Iterator[Operation]:
    yield Operation(
        id="deliverTicket",
        method="POST",
        path="/webhooks/{desk}",
        tag="cpe-diag",
        summary="A webhook of a ticket desk; signed as the configuration says",
        handler=webhooks.delivered,
        right=None,
        by_desk=True,
        status=202,
        body={"type": "object"},
        gives=_DELIVERED,
        refuses=(200, 409, 422),
    )


def _every() -> Iterator[Operation]:
    for version in Version:
        yield from _trouble_tickets(version)
    yield from _service_tests()
    yield from _read_only(
        "TMF642 v4",
        group_outage.ALARMS,
        "Alarm",
        (Api.ALARM_V4, "Alarm"),
        (outages.alarms, outages.one_alarm),
        right=LOOK_OUTAGE,
    )
    yield from _hubs(
        Api.ALARM_V4, outages.ALARM_BASE, partial(Operation, tag="TMF642 v4"), "alarm"
    )
    yield from _read_only(
        "TMF656 v5",
        group_outage.PROBLEMS,
        "ServiceProblem",
        (Api.SERVICE_PROBLEM_V5, "ServiceProblem"),
        (outages.problems, outages.one_problem),
        right=LOOK_OUTAGE,
    )
    yield from _hubs(
        Api.SERVICE_PROBLEM_V5,
        outages.PROBLEM_BASE,
        partial(Operation, tag="TMF656 v5"),
        "problem",
    )
    yield from own_operations()
    yield from _webhooks()


OPERATIONS: Final = tuple(_every())
"""Every operation but those that describe the service itself: health, metrics, OpenAPI."""
