"""Sign-in with a local account, and sign-out, however somebody came in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from cpe_diag.service.pages.entry import place_after
from cpe_diag.service.pages.site import forget, keep, to
from cpe_diag.service.pages.visit import FORM, SESSION, Shown
from cpe_diag.service.web.gate import NOBODY

if TYPE_CHECKING:
    from starlette.responses import Response

    from cpe_diag.service.pages.site import Site
    from cpe_diag.service.pages.visit import Visit
    from cpe_diag.service.refused import Refused


async def ask_name(site: Site, visit: Visit) -> Shown | Response:
    """Show the form; whoever is signed in goes on."""
    place = place_after(visit.query.get("next", "/"))
    return to(place) if visit.signed_in else form_of(site, place, None)


async def sign_in(site: Site, visit: Visit) -> Shown | Response:
    """Let somebody in, or say that the name or the password is wrong."""
    name, place = visit.form.get("name", "").strip(), place_after(visit.form.get("next", "/"))
    refusal = await site.door.proven(name, visit.form.get("password", ""), visit.address)
    if refusal is not None:
        # What nobody is called may be a password, typed in the wrong field.
        known = name if name in site.service.served.members() else NOBODY.name
        await site.service.note("signIn", replace(NOBODY, name=known), refusal)
        return form_of(site, place, refusal)
    return await let_in(site, visit, name, place)


async def let_in(  # noqa: PLR0913 - who, where to, and by whose word
    site: Site,
    visit: Visit,
    name: str,
    place: str,
    *,
    provider: str | None = None,
    member_of: str | None = None,
) -> Response:
    """Sign in whoever has proven a name, and go on to the page that they wanted.

    Raises:
        StoreError: it cannot be noted or kept.
    """
    shown = await run_in_threadpool(
        site.door.admitted, name, visit.at, provider=provider, member_of=member_of
    )
    response = to(place)
    keep(response, SESSION, shown.reveal(), is_safe=visit.is_safe)
    forget(response, FORM, is_safe=visit.is_safe)
    return response


async def sign_out(site: Site, visit: Visit) -> Response:
    """Let a browser out, everywhere where it was shown, and at the provider if it came by it."""
    issuer = await run_in_threadpool(site.door.leave, visit.caller.name, visit.key, visit.at)
    provider, place = site.service.served.provider, "/sign-in"
    if issuer is not None and provider is not None:
        back = f"{provider.settings.address or visit.site}{place}"
        place = await provider.leaving(back) or place
    response = to(place)
    forget(response, SESSION, is_safe=visit.is_safe)
    return response


def form_of(site: Site, place: str, problem: Refused | None) -> Shown:
    """Show the ways to sign in, and why the last try did not help."""
    provider = site.service.served.provider
    values = {
        "place": place,
        "problem": problem,
        "provider": None if provider is None else provider.settings.title,
        "not_proven": "",
    }
    status = 200 if problem is None else problem.status
    return Shown(template="sign_in.html", values=values, status=status)
