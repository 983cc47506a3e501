"""Sign-in at the provider: a browser is sent there, and what it brings back is proven."""

from __future__ import annotations

import logging
from dataclasses import replace
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool

from cpe_diag.domain.failures import ProviderAwayError, SignInError
from cpe_diag.report.plain import harmless
from cpe_diag.service.openid.attempt import Attempt, new_attempt
from cpe_diag.service.pages.entry import place_after
from cpe_diag.service.pages.sign_in import form_of, let_in
from cpe_diag.service.pages.site import to
from cpe_diag.service.refused import Refused
from cpe_diag.service.web.gate import NOBODY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from cpe_diag.service.openid.provider import Provider
    from cpe_diag.service.pages.site import Site
    from cpe_diag.service.pages.visit import Shown, Visit

LOG: Final = logging.getLogger("cpe_diag.pages")
RETURN: Final = "/sign-in/return"
NO_PROVIDER: Final = Refused(status=404, reason="no provider of OpenID Connect is configured")


class Problem(StrEnum):
    """Why nobody is signed in; the sign-in page says it in the reader's language."""

    AWAY = "away"
    DENIED = "denied"
    NO_ROLE = "no_role"
    OVER = "over"
    TOO_OFTEN = "too_often"
    UNPROVEN = "unproven"


_STATUS: Final[Mapping[Problem, HTTPStatus]] = {
    Problem.AWAY: HTTPStatus.SERVICE_UNAVAILABLE,
    Problem.DENIED: HTTPStatus.UNAUTHORIZED,
    Problem.NO_ROLE: HTTPStatus.FORBIDDEN,
    Problem.OVER: HTTPStatus.BAD_REQUEST,
    Problem.TOO_OFTEN: HTTPStatus.TOO_MANY_REQUESTS,
    Problem.UNPROVEN: HTTPStatus.UNAUTHORIZED,
}


async def ask_provider(site: Site, visit: Visit) -> Shown | Refused | Response:
    """Send a browser to the provider; the sign-in is this browser's alone."""
    served = site.service.served
    place = place_after(visit.query.get("next", "/"))
    if served.provider is None:
        return NO_PROVIDER
    if visit.signed_in:
        return to(place)
    if not site.door.may_begin(visit.address):
        return await _not_in(site, visit, "askProvider", Problem.TOO_OFTEN, "too many attempts")
    attempt = new_attempt(visit.key)
    try:
        address = await served.provider.where(attempt, _returns_to(served.provider, visit))
    except ProviderAwayError as error:
        return await _not_in(site, visit, "askProvider", Problem.AWAY, str(error))
    await run_in_threadpool(served.attempts.begin, attempt.shown, place, visit.at)
    return to(address)


async def from_provider(site: Site, visit: Visit) -> Shown | Refused | Response:
    """Let in whom the provider has proven; a try counts once, whatever comes of it."""
    provider = site.service.served.provider
    if provider is None:
        return NO_PROVIDER
    if visit.signed_in:
        return to("/")
    try:
        return await _returned(site, visit, provider)
    except ProviderAwayError as error:
        return await _not_in(site, visit, "fromProvider", Problem.AWAY, str(error))
    except SignInError as error:
        return await _not_in(site, visit, "fromProvider", Problem.UNPROVEN, str(error))


async def _returned(site: Site, visit: Visit, provider: Provider) -> Shown | Response:
    """Go on with a try.

    Raises:
        SignInError: nothing is proven.
    """
    attempts = site.service.served.attempts
    attempt = Attempt(state=visit.query.get("state", ""), key=visit.key)
    place = await run_in_threadpool(attempts.take, attempt.shown, visit.at)
    if place is None:
        words = "the sign-in is over, was used, or is another browser's"
        return await _not_in(site, visit, "fromProvider", Problem.OVER, words)
    # RFC 9207: who answers; a provider that does not say is the one that was asked.
    if visit.query.get("iss", provider.settings.issuer) != provider.settings.issuer:
        raise SignInError("the answer is of another issuer")
    code = visit.query.get("code", "")
    if not code:
        words = "the provider has not signed them in"
        return await _not_in(site, visit, "fromProvider", Problem.DENIED, words)
    claims = await provider.proven(attempt, code, _returns_to(provider, visit), visit.at)
    return await _known_as(site, visit, provider, claims, place_after(place))


async def _known_as(
    site: Site, visit: Visit, provider: Provider, claims: Mapping[str, object], place: str
) -> Shown | Response:
    settings = provider.settings
    name = settings.name_of(claims)
    if name is None:
        words = f"the claim {settings.name_claim} gives no name that may be used"
        return await _not_in(site, visit, "fromProvider", Problem.NO_ROLE, words)
    group = None if name in site.service.served.members() else settings.group_of(claims)
    if site.door.role_of(name, settings.issuer, group) is None:
        words = f"{harmless(name)} has no role: neither `staff` nor `openid.groups` gives one"
        return await _not_in(site, visit, "fromProvider", Problem.NO_ROLE, words)
    return await let_in(site, visit, name, place, provider=settings.issuer, member_of=group)


async def _not_in(site: Site, visit: Visit, page: str, problem: Problem, words: str) -> Shown:
    """Note why nobody was let in, and show the door again, where a local account still opens."""
    LOG.warning("%s: %s", page, words)
    status = _STATUS[problem].value
    await site.service.note(page, NOBODY, Refused(status=status, reason=words))
    place = place_after(visit.query.get("next", "/"))
    shown = form_of(site, place, None)
    return replace(shown, values={**shown.values, "not_proven": problem.value}, status=status)


def _returns_to(provider: Provider, visit: Visit) -> str:
    return f"{provider.settings.address or visit.site}{RETURN}"
