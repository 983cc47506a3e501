"""Sign-in by OpenID Connect, against a real provider: who is let in, as whom, and who is not."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlsplit

import pytest
from http_service import SECRETS, HttpService, http_service
from openid_provider import CLIENT, agrees, openid_provider
from page_browser import PAGES_CONFIG, PASSWORD, PageBrowser, passwords_of_all, signed_in
from playwright.sync_api import expect
from real_browser import looked_at, real_browser

from cpe_diag.domain.audit import AuditKind
from cpe_diag.domain.roles import Role
from cpe_diag.service.pages.visit import SESSION
from cpe_diag.wiring.desk import open_desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from page_browser import PageAnswer

SECRET: Final = "a secret of the client, 42"
OPENID: Final = """\
openid:
  issuer: "http://localhost:{port}"
  client_id: cpe-diag
  client_secret: "env:OPENID_SECRET"
  title: Example ID
  groups: {{roles: {{noc: senior}}}}
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[int]:
    """Keep the provider up."""
    with openid_provider() as port:
        yield port


@pytest.fixture(scope="module")
def console(provider: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpService]:
    """Keep a service up whose staff sign in at the provider, or with passwords."""
    with (
        pytest.MonkeyPatch.context() as patch,
        _console(patch, tmp_path_factory.mktemp("openid"), provider) as running,
    ):
        yield running


def _console(
    patch: pytest.MonkeyPatch, folder: Path, port: int
) -> AbstractContextManager[HttpService]:
    store = f"sqlite:///{folder / 'case.db'}"
    given = {**SECRETS, "HTTP_TEST_STORE": store, "OPENID_SECRET": SECRET}
    for name, value in given.items():
        patch.setenv(name, value)
    return http_service(folder / "service", PAGES_CONFIG + OPENID.format(port=port))


def _asks(browser: PageBrowser, place: str = "/") -> str:
    """Begin, and give the address of the provider."""
    browser.open("/sign-in")
    answer = browser.open(f"/sign-in/provider?next={place}")
    assert answer.status == 303
    return answer.place


def _returns(browser: PageBrowser, address: str) -> PageAnswer:
    parts = urlsplit(address)
    return browser.open(f"{parts.path}?{parts.query}")


def _said(console: HttpService, kind: AuditKind) -> list[tuple[str, str]]:
    audit = open_desk(console.config).audit
    assert audit.verify().flaws == ()
    return [
        (one.event.staff or "", one.event.words)
        for one in audit.entries()
        if one.event.kind is kind
    ]


def test_a_browser_is_sent_with_state_nonce_and_challenge(
    console: HttpService, provider: int
) -> None:
    """What each try sends is its own, and tells nothing of the browser's cookie."""
    browser = PageBrowser(port=console.port)
    first, second = (parse_qs(urlsplit(_asks(browser)).query) for _ in range(2))
    assert first["response_type"] == ["code"]
    assert first["code_challenge_method"] == ["S256"]
    assert first["scope"] == ["openid profile email"]
    assert first["client_id"] == [CLIENT]
    assert first["redirect_uri"] == [f"http://127.0.0.1:{console.port}/sign-in/return"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name][0]) == 43
        assert first[name] != second[name]
    sent = str(first)
    assert not any(value in sent for value in browser.cookies.values())
    assert str(provider) in _asks(browser)


@pytest.mark.parametrize(
    ("subject", "name", "role", "words"),
    [
        ("u-1", "bert", "second line", "signs in to the pages by http://localhost:"),
        ("u-2", "carla", "senior", "as one of noc"),
    ],
    ids=["member", "group"],
)
def test_whoever_is_proven_has_the_role_of_their_name_or_group(
    console: HttpService, subject: str, name: str, role: str, words: str
) -> None:
    """The session is the one that a local account gets, and the page wanted opens."""
    browser = PageBrowser(port=console.port)
    answer = _returns(browser, agrees(_asks(browser, "/nodes/an-1"), subject))
    assert (answer.status, answer.place) == (303, "/nodes/an-1")
    assert f"{name} ({role})" in browser.open("/").text
    found = [said for who, said in _said(console, AuditKind.SIGN_IN) if who == name]
    assert words in found[-1]


@pytest.mark.parametrize(
    ("subject", "status", "words"),
    [
        ("u-3", 403, "Example ID knows you, but you have no role here."),
        ("u-4", 403, "Example ID knows you, but you have no role here."),
        (None, 401, "Example ID has not signed you in."),
    ],
    ids=["no role", "no name", "denied"],
)
def test_whoever_has_no_role_or_is_not_proven_stays_outside(
    console: HttpService, subject: str | None, status: int, words: str
) -> None:
    """It is said why, it is noted, and a local account still opens."""
    browser = PageBrowser(port=console.port)
    answer = _returns(browser, agrees(_asks(browser), subject))
    assert answer.status == status
    assert words in answer.text
    assert 'name="password"' in answer.text
    assert SESSION not in browser.cookies
    assert f"fromProvider: {status}" in _said(console, AuditKind.REFUSAL)[-1][1]


def test_an_answer_counts_once_and_for_the_browser_that_has_asked(console: HttpService) -> None:
    """A link with somebody's code signs nobody else in, and a used one nobody at all."""
    browser, other = PageBrowser(port=console.port), PageBrowser(port=console.port)
    stolen = agrees(_asks(browser), "u-1")
    other.open("/sign-in")
    refused = _returns(other, stolen)
    assert refused.status == 400
    assert "was begun in another browser" in refused.text
    form = dict(browser.cookies)
    assert _returns(browser, stolen).status == 303
    again = PageBrowser(port=console.port, cookies=form)
    assert _returns(again, stolen).status == 400
    assert SESSION not in {**other.cookies, **again.cookies}


def test_a_code_that_was_used_proves_nothing_in_another_try(console: HttpService) -> None:
    """Whoever has read a code in a log brings it with a state of their own."""
    browser = PageBrowser(port=console.port)
    answer = agrees(_asks(browser), "u-1")
    code = parse_qs(urlsplit(answer).query)["code"][0]
    assert _returns(browser, answer).status == 303
    thief = PageBrowser(port=console.port)
    state = parse_qs(urlsplit(_asks(thief)).query)["state"][0]
    refused = thief.open(f"/sign-in/return?code={code}&state={state}")
    assert refused.status == 401
    assert "does not prove who you are" in refused.text
    assert SESSION not in thief.cookies


def test_a_code_of_another_try_is_refused_by_its_nonce(console: HttpService) -> None:
    """An unused code of one person is put into the browser of another (injection)."""
    victim, thief = PageBrowser(port=console.port), PageBrowser(port=console.port)
    code = parse_qs(urlsplit(agrees(_asks(victim), "u-1")).query)["code"][0]
    state = parse_qs(urlsplit(_asks(thief)).query)["state"][0]
    refused = thief.open(f"/sign-in/return?code={code}&state={state}")
    assert refused.status == 401
    assert "nonce is not of this try" in _said(console, AuditKind.REFUSAL)[-1][1]


@pytest.mark.parametrize("place", ["//evil.example/", "https://evil.example/", "/%5Cevil"])
def test_a_sign_in_by_the_provider_leads_to_no_other_site(
    console: HttpService, place: str
) -> None:
    """A link with a place of its own is what phishing sends."""
    browser = PageBrowser(port=console.port)
    assert _returns(browser, agrees(_asks(browser, place), "u-1")).place == "/"


@pytest.mark.parametrize("role", Role)
def test_whoever_is_signed_in_of_any_role_goes_on(console: HttpService, role: Role) -> None:
    """With every role, on both routes: nobody becomes somebody else in the middle."""
    browser = signed_in(console, role)
    held = dict(browser.cookies)
    assert browser.open("/sign-in/provider?next=/nodes/an-1").place == "/nodes/an-1"
    assert browser.open("/sign-in/return?state=x&code=y").place == "/"
    assert browser.cookies == held


def test_an_answer_of_another_issuer_is_not_gone_on_with(console: HttpService) -> None:
    """RFC 9207: where the answer says who answers, it has to be who was asked."""
    browser = PageBrowser(port=console.port)
    answer = agrees(_asks(browser), "u-1")
    assert _returns(browser, f"{answer}&iss=https://evil.example").status == 401
    assert SESSION not in browser.cookies


def test_neither_the_secret_nor_a_code_is_logged(
    console: HttpService, caplog: pytest.LogCaptureFixture
) -> None:
    """Logs are read by more people than may sign in as somebody else."""
    browser = PageBrowser(port=console.port)
    with caplog.at_level(logging.DEBUG):
        answer = agrees(_asks(browser), "u-1")
        assert _returns(browser, answer).status == 303
        assert _returns(PageBrowser(port=console.port), answer).status == 400
    code = parse_qs(urlsplit(answer).query)["code"][0]
    # `serve` has uvicorn write no line of each request, and neither do we.
    said = [str(vars(one)) for one in caplog.records if one.name != "uvicorn.access"]
    assert any("fromProvider" in one for one in said)
    assert not any(code in one or SECRET in one for one in said)


def test_where_the_provider_is_away_a_local_account_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page says so, and how to get in; the service has started without it."""
    with _console(monkeypatch, tmp_path, 1) as console:
        passwords_of_all(console)
        browser = PageBrowser(port=console.port)
        answer = browser.open("/sign-in/provider?next=/nodes/an-1")
        assert answer.status == 503
        assert "Example ID cannot be reached just now. A local account still opens" in answer.text
        assert browser.sign_in("bert", place="/nodes/an-1").place == "/nodes/an-1"
        assert browser.send("/sign-out").place == "/sign-in"


def test_a_person_signs_in_at_the_provider_and_out_at_both(
    console: HttpService, provider: int, tmp_path: Path
) -> None:
    """In a real browser: to the provider, to the queue, and out again, here and there."""
    faults: list[str] = []
    told: list[str] = []
    with real_browser() as chromium:
        context = chromium.new_context(base_url=f"http://127.0.0.1:{console.port}", locale="en-GB")
        here = re.compile(r"^http://(127\.0\.0\.1|localhost):")
        context.route(lambda url: here.match(url) is None, lambda route: route.abort())
        page = context.new_page()
        page.on("console", lambda said: told.append(said.location["url"] + said.text))
        page.goto("/")
        faults += looked_at(page, "sign-in-provider", tmp_path, crosswise=True)
        page.get_by_role("link", name="Sign in with Example ID").press("Enter")
        expect(page.get_by_role("heading", name="Authorize Client")).to_be_visible()
        page.get_by_role("button", name="u-1", exact=True).first.click()
        expect(page.get_by_role("heading", name="Queue")).to_be_visible()
        expect(page.get_by_text("bert (second line)")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url(f"http://localhost:{provider}/oauth2/end_session?**")
        page.get_by_role("button").first.click()
        expect(page.get_by_label("Password")).to_be_visible()
        assert page.url == f"http://127.0.0.1:{console.port}/sign-in"
        assert SESSION not in {one["name"] for one in context.cookies()}
    assert faults == []
    assert [one for one in told if one.startswith(f"http://127.0.0.1:{console.port}")] == []


def test_a_session_of_the_provider_ends_with_its_group_or_its_configuration(
    console: HttpService,
) -> None:
    """The configuration says what a group may, in the moment of each request."""
    browser = PageBrowser(port=console.port)
    _returns(browser, agrees(_asks(browser), "u-2"))
    assert browser.open("/").status == 200
    shown, at = browser.cookies[SESSION], console.served.clock.now()
    door = console.served
    session = door.sessions.shown(shown, at)
    assert session is not None
    assert (session.name, session.member_of) == ("carla", "noc")
    of_other = door.sessions.begin("carla", at, provider="https://other", member_of="noc")
    of_none = door.sessions.begin("carla", at, provider=session.provider, member_of="gone")
    of_password = door.sessions.begin("carla", at)
    for secret in (of_other, of_none, of_password):
        stranger = PageBrowser(port=console.port, cookies={SESSION: secret.reveal()})
        assert stranger.open("/").status == 303
    assert PASSWORD not in shown
