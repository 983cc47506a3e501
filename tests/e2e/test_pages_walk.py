"""Every page there is, in a real browser: axe-core, both widths, light and dark, keyboard."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest
from http_service import SECRETS, HttpService, http_service
from page_browser import PAGES_CONFIG, STAFF
from planned_repairs import planned
from real_browser import WIDE, looked_at, real_browser

from cpe_diag.domain.roles import Role
from cpe_diag.service.pages.routes import PAGES
from cpe_diag.service.pages.visit import SESSION
from cpe_diag.testing.verdict_samples import network_verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

OPENID: Final = 'openid: {issuer: "http://127.0.0.1:1", client_id: cpe-diag, title: Example ID}\n'
NOT_LOOKED_AT: Final = frozenset({"reportFile"})
"""What a browser gives to be kept: a PDF."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """One page to look at; `of` is its id in the table of pages, `role` None: nobody's."""

    of: str
    path: str
    role: Role | None = Role.SECOND_LINE


WALK: Final = {
    "start": Walked(of="start", path="/?words=sub-1"),
    "queue": Walked(of="queue", path="/queue"),
    "found-nothing": Walked(of="start", path="/?words=nobody"),
    "sign-in": Walked(of="askName", path="/sign-in", role=None),
    "provider-away": Walked(of="askProvider", path="/sign-in/provider", role=None),
    "provider-over": Walked(of="fromProvider", path="/sign-in/return?state=x&code=y", role=None),
    "case": Walked(of="case", path="/cases/{case}"),
    "case-viewer": Walked(of="case", path="/cases/{case}", role=Role.VIEWER),
    "case-waits": Walked(of="case", path="/cases/{waits}"),
    "report": Walked(of="report", path="/cases/{case}/report"),
    "trends": Walked(of="trends", path="/cases/{case}/trends"),
    "node": Walked(of="node", path="/nodes/an-1"),
    "repair": Walked(of="repair", path="/repairs/{repair}"),
    "repair-senior": Walked(of="repair", path="/repairs/{repair}", role=Role.SENIOR),
    "customer": Walked(of="askPassword", path="/w/{token}", role=None),
    "customer-over": Walked(of="askPassword", path="/w/none", role=None),
    "no-case": Walked(of="case", path="/cases/none"),
}

ALIKE: Final = frozenset({"found-nothing", "case-viewer", "repair-senior"})
"""Pages whose parts have had the focus elsewhere: a walk by keyboard takes its time."""

FOCUSABLE: Final = "a[href], button, input:not([type=hidden]), select, summary, [tabindex='0']"
REACHED: Final = """
  (selector) => {
    window.reached = new Set();
    document.addEventListener('focusin', (event) => window.reached.add(event.target));
    window.wanted = [...document.querySelectorAll(selector)].filter(
      (one) => one.checkVisibility({visibilityProperty: true}) && !one.matches(':disabled'));
    return window.wanted.length;
  }
"""
MISSED: Final = """
  () => window.wanted.filter((one) => !window.reached.has(one)).map((one) => one.outerHTML)
"""


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpService]:
    """Keep a service up that has a provider, which is away."""
    folder: Path = tmp_path_factory.mktemp("walk")
    with pytest.MonkeyPatch.context() as patch:
        store = f"sqlite:///{folder / 'case.db'}"
        for name, value in {**SECRETS, "HTTP_TEST_STORE": store}.items():
            patch.setenv(name, value)
        with http_service(folder / "service", PAGES_CONFIG + OPENID) as running:
            yield running


@pytest.fixture(scope="module")
def places(console: HttpService) -> dict[str, str]:
    """Give a case that has ended, one that waits, a repair and a customer's link."""
    made = {}
    for name, playbook in (("{case}", "no_internet"), ("{waits}", "slow_internet")):
        body = {"playbook": playbook, "subscriber": "sub-1", "ticket": f"T-{playbook}"}
        answer = console.ask("POST", "/api/runs", body)
        assert answer.status == 202
        made[name] = str(answer.json["case"])
        if name == "{case}":
            console.run_ends(str(answer.json["id"]), network_verdict())
    repair = planned(console, made["{case}"])
    token = console.served.repairs.repairs.offer_link(repair.id, datetime.now(UTC))
    assert token is not None
    return {**made, "{repair}": repair.id, "{token}": token.reveal()}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Keep a browser; every page has a context of its own."""
    with real_browser() as running:
        yield running


def _not_reached(page: Page) -> list[str]:
    """Press Tab until all that can be used has had the focus; gives what has not."""
    page.route("**/live.js*", lambda route: route.abort())  # it swaps what is walked over
    page.goto(page.url)
    wanted: int = page.evaluate(REACHED, FOCUSABLE)
    for _ in range(wanted + 3):
        page.keyboard.press("Tab")
    missed: list[str] = page.evaluate(MISSED)
    return missed


def test_every_page_is_walked() -> None:
    """Whoever adds a page has it looked at."""
    looked = {one.id for one in PAGES if one.method == "GET" and not one.is_live}
    assert {one.of for one in WALK.values()} == looked - NOT_LOOKED_AT


@pytest.mark.parametrize("name", WALK)
def test_a_page_shuts_nobody_out(
    console: HttpService, places: dict[str, str], browser: Browser, tmp_path: Path, name: str
) -> None:
    """No violation at either width, light or dark; nothing too wide; all of it by keyboard."""
    wanted = WALK[name]
    path = wanted.path
    for place, value in places.items():
        path = path.replace(place, value)
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{console.port}",
        locale="en-GB",
        viewport={"width": WIDE, "height": 900},
    )
    if wanted.role is not None:
        shown = console.served.sessions.begin(STAFF[wanted.role], datetime.now(UTC)).reveal()
        kept = {"name": SESSION, "value": shown, "domain": "127.0.0.1", "path": "/"}
        context.add_cookies([kept])  # type: ignore[list-item] # a TypedDict of four of its keys
    page = context.new_page()
    page.goto(path)
    # Wide in light and narrow in dark; whoever wants the pictures has all four looked at.
    crosswise = "CPE_DIAG_SCREENSHOTS" not in os.environ
    assert looked_at(page, f"walk-{name}", tmp_path, crosswise=crosswise) == []
    if name not in ALIKE:
        assert _not_reached(page) == []
    context.close()
