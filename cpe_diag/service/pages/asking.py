"""Pages ask what the HTTP interface asks: the same operations, rights, checks and audit."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool

from cpe_diag.service.refused import Refused
from cpe_diag.service.web.asked import odd_data, odd_words
from cpe_diag.service.web.at_once import FULL
from cpe_diag.service.web.call import Call, Reply
from cpe_diag.service.web.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cpe_diag.report.codec import Json
    from cpe_diag.service.pages.visit import Visit
    from cpe_diag.service.web.operation import Operation
    from cpe_diag.service.web.service import Service

_BY_ID: Final = {one.id: one for one in OPERATIONS}
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


async def ask(  # noqa: PLR0913 - the parts of a request
    service: Service,
    visit: Visit,
    operation: str,
    *,
    path: Mapping[str, str] = _NOTHING,
    query: Mapping[str, str] = _NOTHING,
    data: Mapping[str, object] = _NOTHING,
    noted: bool = True,
) -> Json | Refused:
    """Ask one operation as whoever is signed in.

    Args:
        service: the interface.
        visit: who asks.
        operation: the id.
        path: the parts of its path.
        query: its parameters.
        data: its body.
        noted: False: this look is part of one that was noted.

    Returns:
        What the interface would answer; a refusal was noted.

    Raises:
        CpeDiagError: as its handler.
    """
    wanted = _BY_ID[operation]
    call = Call(
        path=path,
        query=query,
        headers={},
        body=b"",
        data=data,
        caller=visit.caller,
        at=service.served.clock.now(),
    )
    reply: Reply | Refused | None = (
        service.gate.may(wanted, visit.caller) or odd_words(path, query) or odd_data(wanted, data)
    )
    if reply is None:
        with service.at_once.place(wanted.id, wanted.most) as has_place:
            reply = FULL
            if has_place:
                reply = await run_in_threadpool(_asked, service, wanted, call, noted=noted)
    if isinstance(reply, Refused):
        await service.note(operation, visit.caller, reply)
        return reply
    return reply.body


def may(service: Service, visit: Visit, operation: str) -> bool:
    """Say whether whoever is signed in may ask an operation."""
    return service.gate.may(_BY_ID[operation], visit.caller) is None


def _asked(service: Service, wanted: Operation, call: Call, *, noted: bool) -> Reply | Refused:
    return service.gate.handled(wanted, call) if noted else wanted.handler(service.served, call)
