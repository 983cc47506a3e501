"""Every page there is: one table, from which the routes are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import Response
from starlette.routing import Route

from cpe_diag.service.pages.case_page import answered, case
from cpe_diag.service.pages.entry import Door
from cpe_diag.service.pages.node_page import live_node, node
from cpe_diag.service.pages.provider_sign_in import RETURN, ask_provider, from_provider
from cpe_diag.service.pages.queue_page import live_queue, queue
from cpe_diag.service.pages.rendering import Rendering
from cpe_diag.service.pages.repair_routes import REPAIR_PAGES
from cpe_diag.service.pages.report_page import report, report_file
from cpe_diag.service.pages.sign_in import ask_name, sign_in, sign_out
from cpe_diag.service.pages.site import HEADERS, Page, Site, answer
from cpe_diag.service.pages.start import live_start, order, start
from cpe_diag.service.pages.static_files import static_files
from cpe_diag.service.pages.stream import live
from cpe_diag.service.pages.trends_page import trends

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from cpe_diag.service.pages.static_files import StaticFile
    from cpe_diag.service.web.service import Service

PAGES: Final = (
    Page(id="start", method="GET", path="/", handler=start),
    Page(id="askName", method="GET", path="/sign-in", handler=ask_name, is_open=True),
    Page(id="signIn", method="POST", path="/sign-in", handler=sign_in, is_open=True),
    Page(
        id="askProvider",
        method="GET",
        path="/sign-in/provider",
        handler=ask_provider,
        is_open=True,
    ),
    Page(id="fromProvider", method="GET", path=RETURN, handler=from_provider, is_open=True),
    Page(id="signOut", method="POST", path="/sign-out", handler=sign_out),
    Page(id="queue", method="GET", path="/queue", handler=queue),
    Page(id="liveStart", method="GET", path="/live", handler=live_start, is_live=True),
    Page(id="liveQueue", method="GET", path="/queue/live", handler=live_queue, is_live=True),
    Page(id="order", method="POST", path="/orders", handler=order),
    Page(id="case", method="GET", path="/cases/{id}", handler=case),
    Page(id="liveCase", method="GET", path="/cases/{id}/live", handler=live, is_live=True),
    Page(id="answered", method="POST", path="/cases/{id}/answers", handler=answered),
    Page(id="report", method="GET", path="/cases/{id}/report", handler=report),
    Page(id="reportFile", method="GET", path="/cases/{id}/report.pdf", handler=report_file),
    Page(id="trends", method="GET", path="/cases/{id}/trends", handler=trends),
    Page(id="node", method="GET", path="/nodes/{id}", handler=node),
    Page(id="liveNode", method="GET", path="/nodes/{id}/live", handler=live_node, is_live=True),
    *REPAIR_PAGES,
)


FOR_GOOD: Final = "public, max-age=31536000, immutable"


def page_routes(service: Service) -> list[Route]:
    """Give the routes of the pages.

    Args:
        service: the interface that they ask.

    Returns:
        Routes for the application.
    """
    site = Site(service=service, rendering=Rendering(), door=Door(service.served))
    made = [Route(one.path, _endpoint(site, one), methods=[one.method]) for one in PAGES]
    files = static_files().values()
    return [*made, *(Route(f"/static/{one.name}", _file(one), methods=["GET"]) for one in files)]


def _endpoint(site: Site, page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await answer(site, page, request)

    return endpoint


def _file(one: StaticFile) -> Callable[[Request], Awaitable[Response]]:
    tag = f'"{one.tag}"'
    headers = {**HEADERS, "ETag": tag}

    async def endpoint(request: Request) -> Response:
        # An address that names another version gets this one, and is asked for again (RFC 8246).
        is_this = request.query_params.get("v") == one.tag
        kept = FOR_GOOD if is_this else "no-cache"
        if request.headers.get("if-none-match") == tag:
            return Response(b"", 304, {**headers, "Cache-Control": kept})
        answer = {**headers, "Cache-Control": kept}
        return Response(one.content, 200, answer, media_type=one.kind)

    return endpoint
