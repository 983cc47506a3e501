"""Who may open which page: every page with every role, and every way to get at one otherwise."""

from __future__ import annotations

import http.client
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import pytest
from http_service import SECRETS, HttpService, http_service
from page_browser import PAGES_CONFIG, PageBrowser, signed_in
from planned_repairs import planned
from starlette.routing import Route

from cpe_diag.domain.audit import AuditKind
from cpe_diag.domain.roles import Role
from cpe_diag.service.pages.routes import PAGES
from cpe_diag.service.pages.site import POLICY
from cpe_diag.service.pages.static_files import STATIC
from cpe_diag.service.pages.visit import SESSION
from cpe_diag.service.web.app import make_app
from cpe_diag.service.web.buckets import Rate
from cpe_diag.service.web.operations import OPERATIONS
from cpe_diag.store.page_sessions import StoredSessions
from cpe_diag.wiring.desk import open_desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cpe_diag.domain.audit import AuditEvent
    from cpe_diag.store.page_sessions import PageSession

EVERY: Final = frozenset(Role)
NOT_VIEWER: Final = EVERY - {Role.VIEWER}
PEOPLE: Final = NOT_VIEWER - {Role.AUTOMATION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A good request for a page: its answer, and for whom; `form` None: it sends none.

    `nobody` is what an open page answers to somebody who is not signed in.
    """

    path: str
    status: int
    form: dict[str, str] | None = None
    roles: frozenset[Role] = EVERY
    nobody: int = 200


GOOD: Final = {
    "start": Opened(path="/?words=sub-1", status=200),
    "queue": Opened(path="/queue?from=0", status=200),
    "liveStart": Opened(path="/live", status=200),
    "liveQueue": Opened(path="/queue/live", status=200),
    "askName": Opened(path="/sign-in", status=303),
    "askProvider": Opened(path="/sign-in/provider", status=404, nobody=404),
    "fromProvider": Opened(path="/sign-in/return?state=x&code=y", status=404, nobody=404),
    "signIn": Opened(path="/sign-in", status=401, form={"name": "nobody", "password": "x"}),
    "signOut": Opened(path="/sign-out", status=303, form={}),
    "order": Opened(
        path="/orders",
        status=303,
        form={"playbook": "no_internet", "subscriber": "sub-1", "ticket": "T-1"},
        roles=NOT_VIEWER,
    ),
    "case": Opened(path="/cases/{case}", status=200),
    "report": Opened(path="/cases/{case}/report", status=200),
    "reportFile": Opened(path="/cases/{case}/report.pdf", status=200),
    "trends": Opened(path="/cases/{case}/trends", status=200),
    "node": Opened(path="/nodes/an-1", status=200),
    "liveNode": Opened(path="/nodes/an-1/live", status=200),
    "liveCase": Opened(path="/cases/{case}/live", status=200),
    "answered": Opened(
        path="/cases/{case}/answers",
        status=303,
        form={"question": "{question}", "choice": "{choice}"},
        roles=NOT_VIEWER,
    ),
    "planRepair": Opened(
        path="/cases/{case}/repairs",
        status=422,  # the inventory names no router
        form={"action": "wifi.set_ssid", "value": "Home"},
        roles=PEOPLE,
    ),
    "repair": Opened(path="/repairs/{repair}", status=200),
    "liveRepair": Opened(path="/repairs/{repair}/live", status=200),
    "consented": Opened(
        path="/repairs/{repair}/consent",
        status=303,
        form={"given_by": "A. Customer", "identity": "call_back", "digest": "{digest}"},
        roles=PEOPLE,
    ),
    "withdrawn": Opened(path="/repairs/{repair}/withdrawal", status=409, form={}),
    "approved": Opened(
        path="/repairs/{repair}/approval",
        status=303,
        form={},
        roles=frozenset({Role.SENIOR}),
    ),
    "linkMade": Opened(path="/repairs/{repair}/link", status=200, form={}, roles=PEOPLE),
    "linkSent": Opened(
        path="/repairs/{repair}/sent-link",
        status=422,  # no gateway is configured
        form={},
        roles=PEOPLE,
    ),
    "begun": Opened(path="/repairs/{repair}/run", status=409, form={}, roles=PEOPLE),
    "askPassword": Opened(path="/w/{token}", status=200),
    "passwordTyped": Opened(
        path="/w/{token}", status=200, form={"password": "long enough", "again": "long enough"}
    ),
}
"""By page, what a browser sends that may; a page that is not here fails below."""


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpService]:
    """Keep a service up with a member of staff of every role."""
    folder: Path = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as patch:
        store = f"sqlite:///{folder / 'case.db'}"
        for name, value in {**SECRETS, "HTTP_TEST_STORE": store}.items():
            patch.setenv(name, value)
        with http_service(folder / "service", PAGES_CONFIG) as running:
            yield running


@pytest.fixture(scope="module")
def case(console: HttpService) -> str:
    """Give a case whose run waits."""
    body = {"playbook": "slow_internet", "subscriber": "sub-1", "ticket": "T-0"}
    made = console.ask("POST", "/api/runs", body)
    assert made.status == 202
    return str(made.json["case"])


def _sent(console: HttpService, case: str, page: str) -> Opened:
    good = GOOD[page]
    questions = console.ask("GET", f"/api/cases/{case}").json["questions"]
    said = {"{question}": questions[0]["id"], "{choice}": questions[0]["choices"][0]["id"]}
    repair = planned(console, case)
    said["{digest}"] = repair.plan.digest
    token = console.served.repairs.repairs.offer_link(repair.id, datetime.now(UTC))
    assert token is not None
    form = good.form and {name: said.get(value, value) for name, value in good.form.items()}
    path = good.path.replace("{case}", case).replace("{repair}", repair.id)
    return replace(good, path=path.replace("{token}", token.reveal()), form=form)


def _audit(console: HttpService, kind: AuditKind) -> list[AuditEvent]:
    audit = open_desk(console.config).audit
    assert audit.verify().flaws == ()
    return [one.event for one in audit.entries() if one.event.kind is kind]


def _status(browser: PageBrowser, opened: Opened, method: str) -> int:
    """Give the status; of a live page only its beginning is read."""
    if opened.path.endswith("/live"):
        return _live_status(browser, opened.path)
    if method == "GET":
        return browser.open(opened.path).status
    return browser.send(opened.path, **(opened.form or {})).status


def _live_status(browser: PageBrowser, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", browser.port, timeout=60)
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    try:
        connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = connection.getresponse()
        assert answer.getheader("Content-Security-Policy") == POLICY
        return answer.status
    finally:
        connection.close()


def test_every_route_is_a_page_an_operation_or_known_to_be_open(console: HttpService) -> None:
    """Whoever adds a route says here who may open it."""
    routes = {
        (method, route.path)
        for route in make_app(console.served).routes
        if isinstance(route, Route)
        for method in (route.methods or ())
        if method != "HEAD"
    }
    pages = {(one.method, one.path) for one in PAGES}
    operations = {(one.method, one.path) for one in OPERATIONS}
    static = {("GET", f"/static/{name}") for name in STATIC}
    described = {("GET", "/openapi.json"), ("GET", "/healthz"), ("GET", "/metrics")}
    assert routes == pages | operations | static | described
    assert {one.id for one in PAGES} == set(GOOD)


@pytest.mark.parametrize("page", PAGES, ids=lambda one: one.id)
@pytest.mark.parametrize("role", Role)
def test_a_page_is_for_the_roles_that_may(
    console: HttpService, case: str, page: object, role: Role
) -> None:
    """What the interface refuses to a token of a role its pages refuse to a person of it."""
    wanted = next(one for one in PAGES if one is page)
    opened = _sent(console, case, wanted.id)
    browser = signed_in(console, role)
    status = _status(browser, opened, wanted.method)
    assert status == (opened.status if role in opened.roles else 403)


def test_a_file_is_asked_for_once_until_its_content_changes(console: HttpService) -> None:
    """A page names its version; an address without one, or with another, is asked for anew."""
    browser = PageBrowser(port=console.port)
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"', browser.open("/sign-in").text)
    assert {one.partition("?")[0] for one in named} == {f"/static/{name}" for name in STATIC}
    for address in named:
        kept = browser.open(address).headers["cache-control"]
        assert kept == "public, max-age=31536000, immutable"
        for other in (address.partition("?")[0], address[:-1]):
            assert browser.open(other).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("page", PAGES, ids=lambda one: one.id)
def test_nobody_sees_a_page_without_signing_in(
    console: HttpService, case: str, page: object
) -> None:
    """The browser is sent to the door; a live page is refused."""
    wanted = next(one for one in PAGES if one is page)
    opened = _sent(console, case, wanted.id)
    browser = PageBrowser(port=console.port)
    if wanted.is_open:
        assert browser.open(opened.path).status == opened.nobody
        return
    if wanted.is_live:
        assert _live_status(browser, opened.path) == 401
        return
    answer = browser.ask(wanted.method, opened.path, opened.form)
    assert (answer.status, answer.place.startswith("/sign-in?next=")) == (303, True)
    assert case not in answer.text


@pytest.mark.parametrize(
    "page", [one for one in PAGES if one.method == "POST"], ids=lambda one: one.id
)
@pytest.mark.parametrize("token", ["missing", "wrong", "of another"])
def test_a_form_of_elsewhere_does_nothing(
    console: HttpService, case: str, page: object, token: str
) -> None:
    """Another site can make a browser send a form; it cannot know its token."""
    wanted = next(one for one in PAGES if one is page)
    opened = _sent(console, case, wanted.id)
    browser, other = signed_in(console, Role.SENIOR), signed_in(console, Role.SENIOR)
    before = len(console.served.runs.runs())
    form = dict(opened.form or {})
    if token != "missing":
        form["csrf"] = other.csrf if token == "of another" else "0" * 64
    answer = browser.ask("POST", opened.path, form)
    assert answer.status == 403
    assert len(console.served.runs.runs()) == before
    assert browser.open("/").status == 200, "still signed in"
    assert "this form is not of this browser" in _audit(console, AuditKind.REFUSAL)[-1].words


def test_only_forms_are_read(console: HttpService) -> None:
    """JSON and half a megabyte are refused before anything is done."""
    browser = signed_in(console, Role.SENIOR)
    kind = {"Content-Type": "application/json"}
    assert browser.ask("POST", "/orders", {"csrf": browser.csrf}, headers=kind).status == 415
    assert browser.send("/orders", playbook="x" * 500_000).status == 413
    assert browser.send("/orders", playbook="a\0b", subscriber="sub-1").status == 400


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/cases/none", *(f"/static/{name}" for name in STATIC)]
)
def test_pages_run_and_load_nothing_of_elsewhere(console: HttpService, path: str) -> None:
    """The policy stands on every answer, and the pages keep to it."""
    for browser in (signed_in(console, Role.VIEWER), PageBrowser(port=console.port)):
        answer = browser.open(path)
        assert answer.headers["content-security-policy"] == POLICY
        assert "'unsafe" not in POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        if "html" in answer.headers.get("content-type", ""):
            assert answer.headers["cache-control"] == "no-store"
            assert " style=" not in answer.text
            assert "//" not in answer.text.replace("<!doctype html>", "")
            assert answer.text.count("<script") == answer.text.count('<script src="/static/')


def test_too_many_requests_are_refused_before_the_store_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A made-up cookie costs a look-up; the refusals are noted as all others are."""
    store = f"sqlite:///{tmp_path / 'case.db'}"
    for name, value in {**SECRETS, "HTTP_TEST_STORE": store}.items():
        monkeypatch.setenv(name, value)
    asked: list[str] = []
    shown = StoredSessions.shown

    def watched(
        made: StoredSessions, text: str, now: datetime, *, by_hand: bool = True
    ) -> PageSession | None:
        asked.append(text)
        return shown(made, text, now, by_hand=by_hand)

    monkeypatch.setattr(StoredSessions, "shown", watched)
    rate = Rate(per_s=0.001, burst=3.0)
    with http_service(tmp_path / "service", PAGES_CONFIG, rate=rate) as running:
        made_up = PageBrowser(port=running.port, cookies={SESSION: "A" * 43})
        assert [made_up.open("/").status for _ in range(5)] == [303, 303, 303, 429, 429]
        refused = [one.words for one in _audit(running, AuditKind.REFUSAL)]
    assert len(asked) == 3
    assert refused == ["over HTTP: start: 429 too many requests; wait a second"] * 2
