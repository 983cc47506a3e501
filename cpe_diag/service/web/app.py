"""The ASGI application: HTTP in, handlers, TM Forum's error bodies out."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route

from cpe_diag import __version__
from cpe_diag.service.pages.routes import page_routes
from cpe_diag.service.refused import Refused
from cpe_diag.service.web.buckets import Rate
from cpe_diag.service.web.call import Reply
from cpe_diag.service.web.gate import Gate
from cpe_diag.service.web.health import Health
from cpe_diag.service.web.metrics import CONTENT_TYPE, Metrics
from cpe_diag.service.web.openapi import described
from cpe_diag.service.web.operation import LOOK_OUTAGE, Operation
from cpe_diag.service.web.operations import OPERATIONS
from cpe_diag.service.web.replies import JSON_KIND, response_of
from cpe_diag.service.web.service import LOG, Service

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from cpe_diag.service.spans import Spans
    from cpe_diag.service.web.served import Served

USUAL_RATE: Final = Rate(per_s=50.0, burst=200.0)

TLS_ALONE: Final = "Strict-Transport-Security"
TLS_ALONE_S: Final = 31_536_000
"""A year, as the preload list of browsers wants at least."""

METRICS: Final = Operation(
    id="getMetrics",
    method="GET",
    path="/metrics",
    tag="cpe-diag",
    summary="Numbers for Prometheus",
    handler=lambda _served, _call: Reply(),
    right=LOOK_OUTAGE,
)


def make_app(
    served: Served,
    *,
    rate: Rate = USUAL_RATE,
    keeps_up_every_s: float = 1.0,
    spans: Spans | None = None,
) -> Starlette:
    """Make the application.

    Args:
        served: what handlers work with.
        rate: of the requests of one address.
        keeps_up_every_s: how often it looks for tickets that wait and runs that have ended.
        spans: where spans of requests go; they are closed at the end. None: nowhere.

    Returns:
        An ASGI application.
    """
    service = Service(
        served=served,
        gate=Gate(served, rate),
        metrics=Metrics(served.clock.now()),
        spans=spans,
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            service.tasks = group
            group.create_task(service.keep_up(keeps_up_every_s))
            yield
            service.stopping.set()  # what is being done still needs the store
        await run_in_threadpool(served.close)
        if spans is not None:
            await run_in_threadpool(spans.close)

    return Starlette(
        routes=[*_routes(service), *page_routes(service)],
        middleware=[Middleware(OnlyOverTls)],
        lifespan=lifespan,
        exception_handlers={HTTPException: _not_there, Exception: _bug},
    )


class OnlyOverTls:
    """Has browsers that have come over TLS come over TLS alone (RFC 6797).

    It is said over TLS only (section 7.2), also where a proxy ends it; of this host alone.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Stand before `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back with the header."""

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[TLS_ALONE] = f"max-age={TLS_ALONE_S}"
            await send(message)

        over_tls = scope["type"] == "http" and scope["scheme"] == "https"
        await self._app(scope, receive, told if over_tls else send)


def _routes(service: Service) -> list[Route]:
    by_path: dict[str, dict[str, Callable[[Request], Awaitable[Response]]]] = {}
    for operation in OPERATIONS:
        by_path.setdefault(operation.path, {})[operation.method] = _endpoint(service, operation)
    description = json.dumps(described(__version__)).encode()

    async def published(_: Request) -> Response:
        return Response(description, media_type=JSON_KIND)

    works = Health(service.served.tickets.counts)

    async def health(_: Request) -> Response:
        return response_of(await works.now())

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


async def _not_there(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    words = "there is nothing here" if status == 404 else "not with this method"  # noqa: PLR2004
    response = response_of(Refused(status=status, reason=words))
    held = getattr(error, "headers", None) or {}
    response.headers.update(held)
    return response


async def _bug(_: Request, error: Exception) -> Response:
    LOG.error("a bug of ours", exc_info=error)
    return response_of(Refused(status=500, reason="a mistake of ours; it is in the log"))
