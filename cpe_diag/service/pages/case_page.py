"""The page of a case: its path, its verdict with every fact, and what to ask the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from cpe_diag.domain.run_journal import GOES_ON, RunState
from cpe_diag.report.words import kept_next_words
from cpe_diag.service.pages.asking import ask, may
from cpe_diag.service.pages.catalogues import LANGUAGES, SOURCE
from cpe_diag.service.pages.changes_shown import changes_of
from cpe_diag.service.pages.facts_shown import facts_of, raw_of, reasons_of
from cpe_diag.service.pages.path_picture import picture_of
from cpe_diag.service.pages.repair_page import repairs_of_case
from cpe_diag.service.pages.site import to
from cpe_diag.service.pages.visit import Shown
from cpe_diag.service.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from cpe_diag.report.codec import Json
    from cpe_diag.service.pages.site import Site
    from cpe_diag.service.pages.visit import Visit


async def case(site: Site, visit: Visit) -> Shown | Refused:
    """Show a case."""
    values = await case_values(site, visit)
    if isinstance(values, Refused):
        return values
    return Shown(template="case.html", values=values)


async def answered(site: Site, visit: Visit) -> Refused | Response:
    """Take what the caller has said: the case's run is done again with it."""
    names = ("question", "choice")
    data = {name: said for name in names if (said := visit.form.get(name, "").strip())}
    made = await ask(site.service, visit, "answerQuestion", path=visit.path, data=data)
    if isinstance(made, Refused):
        return made
    case = cast("Mapping[str, str]", made)["case"]
    return to(f"/cases/{case}?customer={customer_language(visit)}#questions")


def customer_language(visit: Visit) -> str:
    """Give the language of the customer: what was chosen for them, else that of the page."""
    chosen = visit.form.get("customer") or visit.query.get("customer", "")
    return chosen if chosen in (SOURCE, *LANGUAGES) else visit.language


async def case_values(
    site: Site, visit: Visit, *, noted: bool = True
) -> dict[str, object] | Refused:
    """Give what the templates of a case name.

    Args:
        site: the pages.
        visit: whose path names the case.
        noted: False: this is part of a look that was noted.

    Returns:
        The values; a refusal where the case is not there, or may not be seen.
    """
    found = await ask(site.service, visit, "getCase", path=visit.path, noted=noted)
    if isinstance(found, Refused):
        return found
    shown = cast("dict[str, Any]", found)
    run: dict[str, Any] | None = None
    raw: Json = []
    ids = [str(one["id"]) for one in shown["runs"]]
    wanted = visit.query.get("run", "")
    if ids:
        path = {"id": wanted if wanted in ids else ids[0]}
        newest = await ask(site.service, visit, "getRun", path=path, noted=False)
        if isinstance(newest, Refused):
            return newest
        run = cast("dict[str, Any]", newest)
        if "result" in run:
            answers = await ask(site.service, visit, "listRawAnswers", path=path, noted=False)
            raw = [] if isinstance(answers, Refused) else answers
    changes, problem = await changes_of(site, visit)
    return {
        "case": shown,
        "changes": changes,
        "changes_problem": problem,
        "run": run,
        "is_earlier": run is not None and str(run["id"]) != ids[0],
        "goes_on": run is not None and RunState(run["state"]) in GOES_ON,
        "customer_language": customer_language(visit),
        "may_order": may(site.service, visit, "answerQuestion"),
        **await repairs_of_case(site, visit),
        **_known(run, raw, visit),
    }


def _known(run: Mapping[str, Any] | None, raw: Json, visit: Visit) -> dict[str, object]:
    held = (run.get("result") or run.get("so_far")) if run else None
    if held is None:
        return {
            "verdict": None,
            "do_next": "",
            "tell_customer": "",
            "is_seen": False,
            "picture": None,
            "facts": (),
            "raw": (),
            "reasons": {},
        }
    verdict = held["verdict"]
    names = ("evidence_for", "evidence_against", "unknown")
    answers = raw_of(raw)
    facts = facts_of(held["evidence"], answers, visit.at)
    do_next, tell = kept_next_words(held)
    return {
        "verdict": verdict,
        "do_next": do_next,
        "tell_customer": tell,
        # Before anything was measured a judge can only say that it does not know.
        "is_seen": bool(run and run.get("result")) or any(one.is_known for one in facts),
        "picture": picture_of(verdict["segments"]),
        "facts": facts,
        "raw": answers,
        "reasons": {name: reasons_of(verdict[name]) for name in names},
    }
