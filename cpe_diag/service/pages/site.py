"""One site: who comes is looked at, forms are held to their browser, and pages are rendered."""

from __future__ import annotations

import hmac
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import parse_qsl, quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from cpe_diag.domain.failures import CpeDiagError
from cpe_diag.service.pages.catalogues import language_of
from cpe_diag.service.pages.entry import Door
from cpe_diag.service.pages.rendering import Rendering
from cpe_diag.service.pages.visit import (
    FORM,
    SESSION,
    Shown,
    Visit,
    cookie_name,
    is_over_tls,
)
from cpe_diag.service.refused import Refused
from cpe_diag.service.web.asked import body_of, odd_words, query_of
from cpe_diag.service.web.gate import NOBODY
from cpe_diag.service.web.replies import UNUSABLE, address_of, comes_back
from cpe_diag.service.web.service import Service

if TYPE_CHECKING:
    from starlette.requests import Request

LOG: Final = logging.getLogger("cpe_diag.pages")

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing inline and nothing from elsewhere (W3C Content Security Policy Level 3)."""
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
MOST_FORM: Final = 20_000
"""Bytes of a form."""
FORM_KIND: Final = "application/x-www-form-urlencoded"

NO_FORM: Final = Refused(status=403, reason="this form is not of this browser; load it again")
_GONE: Final = Refused(status=401, reason="you are signed out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What pages work with."""

    service: Service
    rendering: Rendering
    door: Door

    @property
    def policy(self) -> str:
        """The content security policy: signing out leads on to the provider, where there is one.

        Browsers hold the redirects after a form against `form-action` too.
        """
        provider = self.service.served.provider
        if provider is None:
            return POLICY
        return POLICY.replace(
            "form-action 'self'", f"form-action 'self' {provider.settings.origin}"
        )

    async def shown(self, visit: Visit, page: Shown) -> Response:
        """Render a page."""
        values = {
            **page.values,
            "caller": visit.caller if visit.signed_in else None,
            "csrf": visit.csrf,
            "now": visit.at,
        }
        html = await self.html(visit, page.template, values)
        headers = {
            "Content-Language": visit.language,
            "Vary": "Accept-Language",
            **page.headers,
        }
        return Response(html, page.status, headers, media_type="text/html; charset=utf-8")

    async def html(self, visit: Visit, template: str, values: Mapping[str, object]) -> str:
        """Fill a template in; some hold a megabyte of answers, and nobody else waits for it."""
        return await run_in_threadpool(self.rendering.html, visit.language, template, values)


Handler: TypeAlias = Callable[[Site, Visit], Awaitable[Shown | Refused | Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page. `is_open`: nobody needs to be signed in; `is_live`: the page asks by itself."""

    id: str
    method: str
    path: str
    handler: Handler
    is_open: bool = False
    is_live: bool = False


async def answer(site: Site, page: Page, request: Request) -> Response:
    """Answer a request for a page; whatever comes of it has the headers of a page."""
    began = time.monotonic()
    visit, new_key = _came(site, request)
    made: Shown | Refused | Response
    try:
        odd = site.service.gate.turn(visit.address) or odd_words(visit.path, visit.query)
        if odd is None:
            visit = await _known(site, page, visit, request)
            made = await _checked(site, page, visit, request)
        else:
            await site.service.note(page.id, visit.caller, odd)
            made = odd
    except CpeDiagError as error:
        LOG.warning("%s: %s", page.id, error)
        made = UNUSABLE
    if isinstance(made, Refused):
        made = Shown(
            template="refused.html",
            values={"refusal": made},
            status=made.status,
            headers=comes_back(made),
        )
    response = await site.shown(visit, made) if isinstance(made, Shown) else made
    response.headers.setdefault("Content-Security-Policy", site.policy)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    if new_key and not visit.signed_in:
        keep(response, FORM, new_key, is_safe=visit.is_safe)
    metrics = site.service.metrics
    metrics.requests.labels(page.id, str(response.status_code)).inc()
    took_s = time.monotonic() - began
    metrics.request_s.labels(page.id).observe(took_s)
    fields = {
        "operation": page.id,
        "status": response.status_code,
        "ms": round(took_s * 1000, 1),
        "caller": visit.caller.name,
    }
    LOG.info("page", extra={"fields": fields})
    return response


def keep(response: Response, name: str, value: str, *, is_safe: bool) -> None:
    """Let a browser keep a cookie until it is closed; scripts do not see it."""
    response.set_cookie(
        cookie_name(name, is_safe=is_safe),
        value,
        path="/",
        secure=is_safe,
        httponly=True,
        samesite="lax",
    )


def forget(response: Response, name: str, *, is_safe: bool) -> None:
    """Let a browser forget a cookie."""
    response.delete_cookie(
        cookie_name(name, is_safe=is_safe),
        path="/",
        secure=is_safe,
        httponly=True,
        samesite="lax",
    )


def to(place: str) -> Response:
    """Send a browser to a page of ours (303: by GET)."""
    return Response(b"", 303, {"Location": place})


def _came(site: Site, request: Request) -> tuple[Visit, str]:
    """Read a request of nobody so far; a browser without a key of its form gets one."""
    is_safe = is_over_tls(request)
    form_key = request.cookies.get(cookie_name(FORM, is_safe=is_safe), "")
    new_key = "" if form_key else secrets.token_urlsafe(32)
    visit = Visit(
        address=request.client.host if request.client else "-",
        at=site.service.served.clock.now(),
        caller=NOBODY,
        form={},
        is_safe=is_safe,
        key=form_key or new_key,
        language=language_of(request.headers.get("accept-language", "")),
        last_event=request.headers.get("last-event-id", ""),
        path=dict(request.path_params),
        query=query_of(request),
        site=address_of(request),
    )
    return visit, new_key


async def _known(site: Site, page: Page, visit: Visit, request: Request) -> Visit:
    """Say who comes.

    Raises:
        StoreError: the store cannot be used.
    """
    shown = request.cookies.get(cookie_name(SESSION, is_safe=visit.is_safe), "")
    by_hand = not page.is_live
    caller = await run_in_threadpool(site.door.known, shown, visit.at, by_hand=by_hand)
    return visit if caller is None else replace(visit, caller=caller, key=shown)


async def _checked(
    site: Site, page: Page, visit: Visit, request: Request
) -> Shown | Refused | Response:
    if not page.is_open and not visit.signed_in:
        if page.is_live:
            return _GONE
        place = request.url.path if page.method == "GET" else "/"
        return to(f"/sign-in?next={quote(place, safe='')}")
    if page.method == "GET":
        return await page.handler(site, visit)
    form = await _form(request)
    if not isinstance(form, Refused) and not _fits(form, visit):
        form = NO_FORM
    if isinstance(form, Refused):
        await site.service.note(page.id, visit.caller, form)
        return form
    return await page.handler(site, replace(visit, form=form))


def _fits(form: Mapping[str, str], visit: Visit) -> bool:
    said = form.get("csrf", "").encode("utf-8", "replace")
    return hmac.compare_digest(said, visit.csrf.encode())


async def _form(request: Request) -> dict[str, str] | Refused:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM_KIND:
        return Refused(status=415, reason=f"expected {FORM_KIND}")
    body = await body_of(request, MOST_FORM)
    if isinstance(body, Refused):
        return body
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=50
        )
    except ValueError:
        return Refused(status=400, reason="expected a form in UTF-8")
    return odd_words({}, dict(pairs)) or dict(pairs)
