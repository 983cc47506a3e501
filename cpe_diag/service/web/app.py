"""The ASGI application: HTTP in, handlers, TM Forum's error bodies out."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import re
import time
from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from cpe_diag import __version__
from cpe_diag.domain.failures import CpeDiagError, StoreError
from cpe_diag.service.json_body import json_body
from cpe_diag.service.refused import Refused
from cpe_diag.service.tmf_error import tmf_error
from cpe_diag.service.tmf_schema import own_faults
from cpe_diag.service.web.buckets import Rate
from cpe_diag.service.web.call import Call, Caller, Reply
from cpe_diag.service.web.gate import NOBODY, Gate
from cpe_diag.service.web.metrics import CONTENT_TYPE, Metrics
from cpe_diag.service.web.openapi import described
from cpe_diag.service.web.operations import LOOK_OUTAGE, OPERATIONS, Operation
from cpe_diag.service.web.served import Served
from cpe_diag.service.web.ticket_answers import settle, work_off

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from starlette.requests import Request

    from cpe_diag.report.codec import Json

T = TypeVar("T")

USUAL_RATE: Final = Rate(per_s=50.0, burst=200.0)
WAITS_S: Final = 0.1
"""How long a desk waits for what becomes of its ticket; the answer is due within 0.2 s."""

COUNTS_EVERY: Final = 5
"""In which of its turns a service counts what the store holds; Prometheus asks less often."""

SLOWLY: Final = 8
"""How much of such work goes on at the same time: it leaves threads to those who ask."""

BODY_S: Final = 10.0
"""How long a body may take to come."""

LONGEST_PART: Final = 200
"""Characters of a part of a path."""

JSON_KIND: Final = "application/json"
UNUSABLE: Final = Refused(status=503, reason="something that is needed cannot be used; try again")
_REFUSALS: Final = frozenset({400, 401, 403, 408, 409, 413, 415, 422, 429})
"""What gets a line of the audit trail; what is not there (404) is no refusal."""

# RFC 9110, section 7.2: a host and perhaps a port; whatever else came is not repeated.
_HOST: Final = re.compile(r"(?:[A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")

LOG: Final = logging.getLogger("cpe_diag.http")

METRICS: Final = Operation(
    id="getMetrics",
    method="GET",
    path="/metrics",
    tag="cpe-diag",
    summary="Numbers for Prometheus",
    handler=lambda _served, _call: Reply(),
    right=LOOK_OUTAGE,
)


@dataclass(slots=True, kw_only=True)
class Service:
    """One running service."""

    served: Served
    gate: Gate
    metrics: Metrics
    tasks: asyncio.TaskGroup | None = field(default=None)
    slowly: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(SLOWLY))

    async def answer(self, operation: Operation, request: Request) -> Response:
        """Answer a request of one operation."""
        began = time.monotonic()
        caller: Caller = NOBODY
        try:
            came = await self._let_in(operation, request)
            if isinstance(came, Refused):
                reply: Reply | Refused = came
            else:
                caller = came
                refused = self.gate.may(operation, caller)
                reply = refused or await self._handled(operation, request, caller)
        except CpeDiagError as error:
            LOG.warning("%s: %s", operation.id, error)
            reply = UNUSABLE
        if isinstance(reply, Refused):
            await self._note(operation.id, caller, reply)
        else:
            reply = _with_addresses(reply, request)
        response = _response(reply)
        took_s = time.monotonic() - began
        self.metrics.requests.labels(operation.id, str(response.status_code)).inc()
        self.metrics.request_s.labels(operation.id).observe(took_s)
        fields = {
            "operation": operation.id,
            "status": response.status_code,
            "ms": round(took_s * 1000, 1),
            "caller": caller.name,
            **_ids(reply),
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
        self, operation: Operation, request: Request, caller: Caller
    ) -> Reply | Refused:
        parts = dict(request.path_params)
        query: dict[str, str] = {}
        for name, value in request.query_params.multi_items():
            query[name] = f"{query[name]},{value}" if name in query else value
        if refusal := _odd_words(parts, query):
            return refusal
        body = await _body(request, operation.most_bytes)
        if isinstance(body, Refused):
            return body
        data: Mapping[str, object] = {}
        if operation.body is not None and not operation.by_desk:
            read = json_body(body, request.headers.get("content-type", ""))
            if isinstance(read, Refused):
                return read
            if refusal := _odd_data(operation, read):
                return refusal
            data = read
        call = Call(
            path=parts,
            query=query,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
            data=data,
            caller=caller,
            at=self.served.clock.now(),
        )
        reply = await run_in_threadpool(self._handle, operation, call)
        if isinstance(reply, Reply) and reply.goes_on is not None:
            return await self._in_time(operation, caller, reply, reply.goes_on)
        return reply

    def _handle(self, operation: Operation, call: Call) -> Reply | Refused:
        if operation.right is not None:
            words = " ".join(call.path.values())
            self.gate.looks(operation, call.caller, words, call.at)
        return operation.handler(self.served, call)

    async def _in_time(
        self,
        operation: Operation,
        caller: Caller,
        reply: Reply,
        work: Callable[[], Reply | Refused],
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
            if done.cancelled():
                if isinstance(said, Refused):
                    await self._note(operation.id, caller, said)
            else:
                done.set_result(said)

        if self.tasks is None:
            return await run_in_threadpool(work)
        self.tasks.create_task(go_on())
        try:
            return await asyncio.wait_for(done, WAITS_S)
        except TimeoutError:
            return reply

    async def _note(self, operation: str, caller: Caller, refusal: Refused) -> None:
        self.metrics.refusals.labels(str(refusal.status)).inc()
        if refusal.status not in _REFUSALS:
            return
        at = self.served.clock.now()
        try:
            await run_in_threadpool(self.gate.refused, operation, caller, refusal, at)
        except StoreError as error:
            LOG.warning("a refusal was not noted: %s", error)

    async def keep_up(self, every_s: float) -> None:
        """Work off what waits, and answer what has ended, again and again."""
        for turn in itertools.count():
            try:
                await run_in_threadpool(self._keep_up, counts=turn % COUNTS_EVERY == 0)
            except CpeDiagError as error:
                LOG.warning("%s", error)
            await asyncio.sleep(every_s)

    def _keep_up(self, *, counts: bool) -> None:
        at = self.served.clock.now()
        work_off(self.served)
        settle(self.served, at)
        if counts:
            self.metrics.watch(self.served, at)


def make_app(
    served: Served, *, rate: Rate = USUAL_RATE, keeps_up_every_s: float = 1.0
) -> Starlette:
    """Make the application.

    Args:
        served: what handlers work with.
        rate: of the requests of one address.
        keeps_up_every_s: how often it looks for tickets that wait and runs that have ended.

    Returns:
        An ASGI application.
    """
    service = Service(served=served, gate=Gate(served, rate), metrics=Metrics(served.clock.now()))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            service.tasks = group
            keeping = group.create_task(service.keep_up(keeps_up_every_s))
            yield
            keeping.cancel()

    return Starlette(
        routes=[*_routes(service)],
        lifespan=lifespan,
        exception_handlers={HTTPException: _not_there, Exception: _bug},
    )


def _routes(service: Service) -> list[Route]:
    by_path: dict[str, dict[str, Callable[[Request], Awaitable[Response]]]] = {}
    for operation in OPERATIONS:
        by_path.setdefault(operation.path, {})[operation.method] = _endpoint(service, operation)
    description = json.dumps(described(__version__)).encode()

    async def published(_: Request) -> Response:
        return Response(description, media_type=JSON_KIND)

    async def health(_: Request) -> Response:
        try:
            await run_in_threadpool(service.served.tickets.counts)
        except CpeDiagError as error:
            LOG.warning("health: %s", error)
            return _response(UNUSABLE)
        return _response(Reply(body={"state": "ok"}))

    async def metrics(request: Request) -> Response:
        answer = await service.answer(METRICS, request)
        if answer.status_code != METRICS.status:
            return answer
        return Response(service.metrics.text(), media_type=CONTENT_TYPE)

    by_path["/openapi.json"] = {"GET": published}
    by_path["/healthz"] = {"GET": health}
    by_path["/metrics"] = {"GET": metrics}
    return [
        Route(path, _by_method(methods), methods=list(methods))
        for path, methods in by_path.items()
    ]


def _endpoint(service: Service, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await service.answer(operation, request)

    return endpoint


def _by_method(
    methods: Mapping[str, Callable[[Request], Awaitable[Response]]],
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await methods["GET" if request.method == "HEAD" else request.method](request)

    return endpoint


async def _body(request: Request, most: int) -> bytes | Refused:
    too_large = Refused(status=413, reason=f"the body is longer than {most} bytes")
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > most:
        return too_large
    came = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for piece in request.stream():
                came += piece
                if len(came) > most:
                    return too_large
    except TimeoutError:
        return Refused(status=408, reason=f"the body did not come within {BODY_S:g} s")
    return bytes(came)


def _odd_words(parts: Mapping[str, str], query: Mapping[str, str]) -> Refused | None:
    if any(len(one) > LONGEST_PART for one in parts.values()):
        return Refused(status=400, reason=f"path: at most {LONGEST_PART} characters")
    if _odd([*parts.values(), *query, *query.values()]):
        return Refused(status=400, reason="path, query: expected text without NUL")
    return None


def _odd_data(operation: Operation, data: Mapping[str, object]) -> Refused | None:
    """Refuse what no database holds, and what a schema of our own does not allow."""
    if _odd(data):
        return Refused(status=400, reason="expected text without NUL, in Unicode")
    if isinstance(operation.body, Mapping):
        wrong = own_faults(operation.body, data)
        if wrong:
            return Refused(status=400, reason="; ".join(wrong))
    return None


def _odd(value: object) -> bool:
    if isinstance(value, str):
        return "\0" in value or any("\ud800" <= one <= "\udfff" for one in value)
    if isinstance(value, Mapping):
        return any(_odd(key) or _odd(one) for key, one in value.items())
    return isinstance(value, list) and any(map(_odd, value))


def _ids(reply: Reply | Refused) -> dict[str, Any]:
    """Give the ids of run and case for the log; nothing else of a body goes there."""
    body = reply.body if isinstance(reply, Reply) else None
    held = body if isinstance(body, dict) else {}
    return {name: held[name] for name in ("id", "run", "case", "ticket") if name in held}


def _with_addresses(reply: Reply, request: Request) -> Reply:
    """Make references of our own whole, as the caller has addressed us: TM Forum wants URIs."""
    host = request.headers.get("host", "")
    if reply.body is None or not _HOST.fullmatch(host):
        return reply
    return replace(reply, body=_whole(reply.body, f"{request.url.scheme}://{host}"))


def _whole(value: Json, address: str) -> Json:
    if isinstance(value, list):
        return [_whole(one, address) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: f"{address}{one}"
        if key == "href" and isinstance(one, str) and one.startswith("/")
        else _whole(one, address)
        for key, one in value.items()
    }


def _response(reply: Reply | Refused) -> Response:
    if isinstance(reply, Refused):
        headers = {}
        if reply.status == 401:  # noqa: PLR2004 - RFC 9110, section 15.5.2
            headers["WWW-Authenticate"] = "Bearer"
        if reply.status in {429, 503}:
            headers["Retry-After"] = "1"
        content = json.dumps(tmf_error(reply)).encode()
        return Response(content, reply.status, headers, media_type=JSON_KIND)
    if reply.body is None:
        return Response(b"", reply.status, dict(reply.headers))
    content = json.dumps(reply.body, ensure_ascii=False).encode("utf-8", "replace")
    return Response(content, reply.status, dict(reply.headers), media_type=JSON_KIND)


async def _not_there(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    words = "there is nothing here" if status == 404 else "not with this method"  # noqa: PLR2004
    response = _response(Refused(status=status, reason=words))
    held = getattr(error, "headers", None) or {}
    response.headers.update(held)
    return response


async def _bug(_: Request, error: Exception) -> Response:
    LOG.error("a bug of ours", exc_info=error)
    return _response(Refused(status=500, reason="a mistake of ours; it is in the log"))
