"""The page of a repair: what would be done, who has agreed, how it goes, how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from starlette.concurrency import run_in_threadpool

from cpe_diag.domain.failures import RunError
from cpe_diag.service.pages.asking import ask, may
from cpe_diag.service.pages.qr_code import qr_of
from cpe_diag.service.pages.site import to
from cpe_diag.service.pages.visit import Shown
from cpe_diag.service.refused import Refused
from cpe_diag.service.web.repair_views import no_second_person
from cpe_diag.service.web.repairs import BY_WORD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from cpe_diag.service.pages.site import Site
    from cpe_diag.service.pages.visit import Visit
    from cpe_diag.service.web.call import Caller
    from cpe_diag.service.web.served import Served

IN_FORM: Final = {
    "on": ("wifi.set_enabled", "on"),
    "off": ("wifi.set_enabled", "off"),
}
"""What the form offers as two choices of one action."""
CHOICES: Final = (
    "wifi.set_password",
    "wifi.set_ssid",
    *IN_FORM,
    "router.reboot",
    "router.factory_reset",
)


async def repair(site: Site, visit: Visit) -> Shown | Refused:
    """Show a repair."""
    return await _shown(site, visit, None)


async def planned(site: Site, visit: Visit) -> Refused | Response:
    """Plan a repair, and go to it."""
    chosen, name = visit.form.get("action", ""), visit.form.get("value", "")
    action, value = IN_FORM.get(chosen, (chosen, name if chosen == "wifi.set_ssid" else ""))
    data = {"action": action, **({"value": value} if value else {})}
    made = await ask(site.service, visit, "planRepair", path=visit.path, data=data)
    if isinstance(made, Refused):
        return made
    return to(f"/repairs/{cast('Mapping[str, str]', made)['id']}")


async def consented(site: Site, visit: Visit) -> Shown | Refused | Response:
    """Record the customer's consent."""
    names = ("given_by", "identity", "digest")
    data = {name: visit.form.get(name, "").strip() for name in names}
    return await _asked(site, visit, "recordConsent", data)


async def withdrawn(site: Site, visit: Visit) -> Shown | Refused | Response:
    """Take the customer's consent back."""
    return await _asked(site, visit, "withdrawConsent", {})


async def approved(site: Site, visit: Visit) -> Shown | Refused | Response:
    """Approve a plan as the second person."""
    return await _asked(site, visit, "approveRepair", {})


async def begun(site: Site, visit: Visit) -> Shown | Refused | Response:
    """Begin a repair."""
    return await _asked(site, visit, "runRepair", {})


async def link_sent(site: Site, visit: Visit) -> Shown | Refused | Response:
    """Have the customer's link sent to what is on file of them."""
    return await _asked(site, visit, "sendPasswordLink", {})


async def link_made(site: Site, visit: Visit) -> Shown | Refused:
    """Make the customer's link, and show it this once."""
    made = await ask(site.service, visit, "makePasswordLink", path=visit.path)
    if isinstance(made, Refused):
        return await _shown(site, visit, made)
    held = cast("Mapping[str, str]", made)
    usual = f"{visit.site}/w/{{token}}"
    address = (site.service.served.repairs.link or usual).replace("{token}", held["token"])
    values = {
        "repair": visit.path["id"],
        "address": address,
        "until": held["until"],
        "qr": qr_of(address),
    }
    return Shown(template="link.html", values=values, headers={"Referrer-Policy": "no-referrer"})


async def repair_values(
    site: Site, visit: Visit, *, noted: bool = True
) -> dict[str, object] | Refused:
    """Give what the templates of a repair name.

    Args:
        site: the pages.
        visit: whose path names the repair.
        noted: False: this is part of a look that was noted.

    Returns:
        The values; a refusal where the repair is not there, or may not be seen.
    """
    found = await ask(site.service, visit, "getRepair", path=visit.path, noted=noted)
    if isinstance(found, Refused):
        return found
    shown = cast("dict[str, Any]", found)
    plan = shown["plan"]
    served = site.service.served
    may_approve = await run_in_threadpool(_may_approve, served, visit.path["id"], visit.caller)
    return {
        "repair": shown,
        "plan": plan,
        "checks": [one.value for one in BY_WORD],
        "may_record": may(site.service, visit, "recordConsent"),
        "can_send": served.repairs.send_link is not None,
        "may_approve": may_approve,
        "is_ready": (
            shown["permission"] != "refused"
            and may(site.service, visit, "runRepair")
            and not plan["refused_by"]
            and not plan["stands_already"]
            and shown["consent"] is not None
            and (not shown["needs_password"] or shown["typed_at"] is not None)
            and (shown["permission"] == "allowed" or shown["approved_by"] is not None)
        ),
    }


def _may_approve(served: Served, repair_id: str, caller: Caller) -> bool:
    try:
        repair = served.repairs.repairs.repair(repair_id)
    except RunError:  # it was erased since it was looked at
        return False
    return no_second_person(served, repair, caller) is None


async def repairs_of_case(site: Site, visit: Visit) -> dict[str, object]:
    """Give what the page of a case says of its repairs; that was noted with the case."""
    found = await ask(site.service, visit, "listRepairs", path=visit.path, noted=False)
    return {
        "repairs": [] if isinstance(found, Refused) else found,
        "may_plan": may(site.service, visit, "planRepair"),
        "repair_choices": CHOICES,
    }


async def _asked(
    site: Site, visit: Visit, operation: str, data: Mapping[str, object]
) -> Shown | Refused | Response:
    made = await ask(site.service, visit, operation, path=visit.path, data=data)
    if isinstance(made, Refused):
        return await _shown(site, visit, made)
    return to(f"/repairs/{visit.path['id']}")


async def _shown(site: Site, visit: Visit, problem: Refused | None) -> Shown | Refused:
    if problem is not None and problem.status in {403, 404}:
        return problem
    values = await repair_values(site, visit)
    if isinstance(values, Refused):
        return values
    return Shown(
        template="repair.html",
        values={**values, "problem": problem},
        status=200 if problem is None else problem.status,
    )
