"""One running service: who asks is let in, the handler asked, a refusal noted."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool

from cpe_diag.domain.failures import CpeDiagError, StoreError
from cpe_diag.service.refused import Refused
from cpe_diag.service.spans import Spans
from cpe_diag.service.web.asked import body_of, data_of, odd_words, query_of
from cpe_diag.service.web.at_once import FULL, AtOnce
from cpe_diag.service.web.call import Call, Caller, Reply
from cpe_diag.service.web.gate import NOBODY, Gate
from cpe_diag.service.web.metrics import Metrics
from cpe_diag.service.web.replies import UNUSABLE, ids_of, response_of, with_addresses
from cpe_diag.service.web.served import Served
from cpe_diag.service.web.ticket_answers import settle, work_off

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from cpe_diag.service.web.operation import Operation

WAITS_S: Final = 0.05
"""So long after it has asked a desk hears what has become of its ticket, else that it is kept; the
answer is due within 0.2 s."""

COUNTS_EVERY: Final = 5
"""In which of its turns a service counts what the store holds; Prometheus asks less often."""

LONGEST_REASON: Final = 1000
"""Characters of why something is refused: what was sent may stand in it, of any length."""

SLOWLY: Final = 2
"""How much of such work goes on at the same time: those who ask come first."""

_REFUSALS: Final = frozenset({400, 401, 403, 408, 409, 413, 415, 422, 429})
"""What gets a line of the audit trail; what is not there (404) is no refusal."""

LOG: Final = logging.getLogger("cpe_diag.http")


@dataclass(slots=True, kw_only=True)
class Service:
    """One running service."""

    served: Served
    gate: Gate
    metrics: Metrics
    spans: Spans | None = field(default=None)
    tasks: asyncio.TaskGroup | None = field(default=None)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: AtOnce = field(default_factory=AtOnce)
    slowly: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(SLOWLY))

    async def answer(self, operation: Operation, request: Request) -> Response:
        """Answer a request of one operation, in a span of its own where somebody wants them."""
        if self.spans is None:
            return await self._answered(operation, request, "")
        span = self.spans.request(request.method, operation.path, request.url.scheme)
        try:
            response = await self._answered(operation, request, span.trace)
        except BaseException as error:
            span.broke(type(error).__name__)
            raise
        span.ended(response.status_code)
        return response

    async def _answered(self, operation: Operation, request: Request, trace: str) -> Response:
        began = time.monotonic()
        caller: Caller = NOBODY
        try:
            came = await self._let_in(operation, request)
            if isinstance(came, Refused):
                reply: Reply | Refused = came
            else:
                caller = came
                refused = self.gate.may(operation, caller)
                reply = refused or await self._handled(
                    operation, request, caller, began=began, trace=trace
                )
        except CpeDiagError as error:
            LOG.warning("%s: %s", operation.id, error)
            reply = UNUSABLE
        if isinstance(reply, Refused):
            reply = replace(reply, reason=reply.reason[:LONGEST_REASON])
            await self.note(operation.id, caller, reply)
        else:
            reply = with_addresses(reply, request)
        response = response_of(reply)
        took_s = time.monotonic() - began
        self.metrics.requests.labels(operation.id, str(response.status_code)).inc()
        self.metrics.request_s.labels(operation.id).observe(took_s)
        fields = {
            "operation": operation.id,
            "status": response.status_code,
            "ms": round(took_s * 1000, 1),
            "caller": caller.staff.name,
            **ids_of(reply),
        }
        LOG.info("request", extra={"fields": fields})
        return response

    async def _let_in(self, operation: Operation, request: Request) -> Caller | Refused:
        address = request.client.host if request.client else "-"
        if refusal := self.gate.turn(address):
            return refusal
        header = request.headers.get("authorization", "")
        return await run_in_threadpool(self.gate.known, operation, header, address)

    async def _handled(
        self, operation: Operation, request: Request, caller: Caller, *, began: float, trace: str
    ) -> Reply | Refused:
        parts, query = dict(request.path_params), query_of(request)
        if refusal := odd_words(parts, query):
            return refusal
        body = await body_of(request, operation.most_bytes)
        if isinstance(body, Refused):
            return body
        data = data_of(operation, body, request.headers.get("content-type", ""))
        if isinstance(data, Refused):
            return data
        call = Call(
            path=parts,
            query=query,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
            data=data,
            caller=caller,
            at=self.served.clock.now(),
            trace=trace,
        )
        with self.at_once.place(operation.id, operation.most) as has_place:
            if not has_place:
                return FULL
            reply = await run_in_threadpool(self.gate.handled, operation, call)
        if isinstance(reply, Reply) and reply.goes_on is not None:
            return await self._in_time(operation, caller, reply, reply.goes_on, began)
        return reply

    async def _in_time(
        self,
        operation: Operation,
        caller: Caller,
        reply: Reply,
        work: Callable[[], Reply | Refused],
        began: float,
    ) -> Reply | Refused:
        """Give what the work says where it is done in time; else it goes on without us."""
        done: asyncio.Future[Reply | Refused] = asyncio.get_running_loop().create_future()

        async def go_on() -> None:
            try:
                async with self.slowly:
                    said = await run_in_threadpool(work)
            except CpeDiagError as error:
                LOG.warning("%s: %s", operation.id, error)
                said = reply
            except Exception:  # nobody else's work may end with it; what is kept is tried again
                LOG.exception("%s", operation.id)
                said = reply
            if done.cancelled():
                if isinstance(said, Refused):
                    await self.note(operation.id, caller, said)
            else:
                done.set_result(said)

        if self.tasks is None:
            return await run_in_threadpool(work)
        self.tasks.create_task(go_on())
        try:
            return await asyncio.wait_for(done, max(0.0, began + WAITS_S - time.monotonic()))
        except TimeoutError:
            return reply

    async def note(self, operation: str, caller: Caller, refusal: Refused) -> None:
        """Count a refusal, and note it where it is one of rights or of form."""
        self.metrics.refusals.labels(str(refusal.status)).inc()
        if refusal.status not in _REFUSALS:
            return
        at = self.served.clock.now()
        try:
            await run_in_threadpool(self.gate.refused, operation, caller, refusal, at)
        except StoreError as error:
            LOG.warning("a refusal was not noted: %s", error)

    async def keep_up(self, every_s: float) -> None:
        """Work off what waits, and answer what has ended, until `stopping` is set."""
        for turn in itertools.count():
            await run_in_threadpool(self._keep_up, counts=turn % COUNTS_EVERY == 0)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), every_s)
            if self.stopping.is_set():
                return

    def _keep_up(self, *, counts: bool) -> None:
        """Do each part, whatever comes of the others."""
        at = self.served.clock.now()
        self._part("tickets that wait", lambda: work_off(self.served))
        self._part("answers", lambda: settle(self.served, at))
        if counts:
            self._part("passwords", lambda: self.served.repairs.repairs.forget_typed(at))
            self._part("numbers", lambda: self.metrics.watch(self.served, at))

    def _part(self, what: str, work: Callable[[], object]) -> None:
        try:
            work()
        except CpeDiagError as error:
            LOG.warning("%s: %s", what, error)
        except Exception:  # the service would end with it
            LOG.exception("%s", what)
