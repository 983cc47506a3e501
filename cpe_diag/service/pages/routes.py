"""Every page there is: one table, from which the routes are made."""

from __future__ import annotations

import hashlib
from importlib import resources
from typing import TYPE_CHECKING, Final

from starlette.responses import Response
from starlette.routing import Route

from cpe_diag.service.pages.case_page import answered, case
from cpe_diag.service.pages.entry import Door
from cpe_diag.service.pages.node_page import live_node, node
from cpe_diag.service.pages.provider_sign_in import RETURN, ask_provider, from_provider
from cpe_diag.service.pages.rendering import Rendering
from cpe_diag.service.pages.repair_routes import REPAIR_PAGES
from cpe_diag.service.pages.report_page import report, report_file
from cpe_diag.service.pages.sign_in import ask_name, sign_in, sign_out
from cpe_diag.service.pages.site import HEADERS, Page, Site, answer
from cpe_diag.service.pages.start import order, start
from cpe_diag.service.pages.stream import live
from cpe_diag.service.pages.trends_page import trends

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

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

STATIC: Final = {
    "pages.css": "text/css; charset=utf-8",
    "live.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
"""Files that every browser may have."""


def page_routes(service: Service) -> list[Route]:
    """Give the routes of the pages.

    Args:
        service: the interface that they ask.

    Returns:
        Routes for the application.
    """
    site = Site(service=service, rendering=Rendering(), door=Door(service.served))
    made = [Route(one.path, _endpoint(site, one), methods=[one.method]) for one in PAGES]
    return [*made, *(Route(f"/static/{name}", _file(name), methods=["GET"]) for name in STATIC)]


def _endpoint(site: Site, page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await answer(site, page, request)

    return endpoint


def _file(name: str) -> Callable[[Request], Awaitable[Response]]:
    content = (resources.files(__package__) / "static" / name).read_bytes()
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {**HEADERS, "Cache-Control": "no-cache", "ETag": tag}

    async def endpoint(request: Request) -> Response:
        if request.headers.get("if-none-match") == tag:
            return Response(b"", 304, headers)
        return Response(content, 200, headers, media_type=STATIC[name])

    return endpoint
