"""The customer's page: a new Wi-Fi password, typed by the one who will use it.

It says nothing about whose it is: a link may be read by others on its way. To open it uses nothing
up, for messengers look at links before people do; only the form does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool

from cpe_diag.domain.secret import Secret
from cpe_diag.service.customer_link import Typed, type_password
from cpe_diag.service.pages.visit import Shown
from cpe_diag.service.refused import Refused
from cpe_diag.service.web.gate import NOBODY

if TYPE_CHECKING:
    from cpe_diag.service.pages.site import Site
    from cpe_diag.service.pages.visit import Visit

HEADERS: Final = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
ASKED: Final = "asked"
TOO_OFTEN: Final = "too_often"
GUESSED: Final = Refused(status=429, reason="too many links that are none")
_STATUS: Final = {ASKED: 200, Typed.KEPT.value: 200, Typed.NO_LINK.value: 404, TOO_OFTEN: 429}


async def ask_password(site: Site, visit: Visit) -> Shown:
    """Show the form, or that the link is none."""
    if not site.door.may_show_link(visit.address):
        return await _too_often(site, "askPassword")
    repairs = site.service.served.repairs.repairs
    found = await run_in_threadpool(repairs.of_link, visit.path["token"], visit.at)
    if found is None:
        site.door.wrong_link(visit.address)
        return _page(Typed.NO_LINK.value)
    return _page(ASKED)


async def password_typed(site: Site, visit: Visit) -> Shown:
    """Take the password, or say what is wrong with it; what was typed is not shown again."""
    if not site.door.may_show_link(visit.address):
        return await _too_often(site, "passwordTyped")
    served = site.service.served
    typed = await run_in_threadpool(
        type_password,
        served.repairs,
        served.audit.note,
        visit.path["token"],
        Secret(visit.form.get("password", "")),
        again=Secret(visit.form.get("again", "")),
        at=visit.at,
    )
    if typed is Typed.NO_LINK:
        site.door.wrong_link(visit.address)
    return _page(typed.value)


async def _too_often(site: Site, page: str) -> Shown:
    await site.service.note(page, NOBODY, GUESSED)
    return _page(TOO_OFTEN)


def _page(state: str) -> Shown:
    return Shown(
        template="customer.html",
        values={"state": state},
        status=_STATUS.get(state, 422),
        headers=HEADERS,
    )
