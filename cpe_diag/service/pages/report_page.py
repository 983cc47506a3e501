"""The report of a case, to print or to keep: a page of one A4 column, and the same as a PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from cpe_diag.domain.failures import CpeDiagError
from cpe_diag.service.pages.asking import ask
from cpe_diag.service.pages.case_page import customer_language
from cpe_diag.service.pages.changes_shown import changes_of
from cpe_diag.service.pages.report_pdf import report_pdf
from cpe_diag.service.pages.report_text import report_of
from cpe_diag.service.pages.visit import Shown
from cpe_diag.service.refused import Refused
from cpe_diag.service.web.at_once import FULL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.service.pages.report_text import Report
    from cpe_diag.service.pages.site import Site
    from cpe_diag.service.pages.visit import Visit

AT_ONCE: Final = 2
"""PDFs that are made at the same time: each keeps a processor busy."""


async def report(site: Site, visit: Visit) -> Shown | Refused:
    """Show the report of a case."""
    made = await _made(site, visit)
    if isinstance(made, Refused):
        return made
    values = {
        "report": made,
        "case": visit.path["id"],
        "customer_language": customer_language(visit),
    }
    return Shown(template="report.html", values=values)


async def report_file(site: Site, visit: Visit) -> Refused | Response:
    """Give the report of a case as a PDF."""
    made = await _made(site, visit)
    if isinstance(made, Refused):
        return made
    with site.service.at_once.place("pdf", AT_ONCE) as has_place:
        if not has_place:
            return FULL
        try:
            content = await run_in_threadpool(report_pdf, made, visit.at)
        except CpeDiagError as error:
            return Refused(status=501, reason=str(error))
    name = f"case-{visit.path['id']}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, media_type="application/pdf")


async def _made(site: Site, visit: Visit) -> Report | Refused:
    found = await ask(site.service, visit, "getCase", path=visit.path)
    if isinstance(found, Refused):
        return found
    case = cast("dict[str, Any]", found)
    run: dict[str, Any] | None = None
    if case["runs"]:
        path = {"id": case["runs"][0]["id"]}
        newest = await ask(site.service, visit, "getRun", path=path, noted=False)
        if isinstance(newest, Refused):
            return newest
        run = cast("dict[str, Any]", newest)
    repairs = await ask(site.service, visit, "listRepairs", path=visit.path, noted=False)
    changes, _problem = await changes_of(site, visit)
    return report_of(
        case,
        run,
        [] if isinstance(repairs, Refused) else cast("Sequence[Mapping[str, Any]]", repairs),
        site.rendering.wording(visit.language),
        changes=changes,
        customer=customer_language(visit),
        now=visit.at,
    )
