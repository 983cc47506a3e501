"""Sign-in at an identity provider that people run: its login form, its consent, its tokens."""

from __future__ import annotations

import asyncio
import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlsplit

import pytest
from http_service import SECRETS, HttpService, http_service
from page_browser import PAGES_CONFIG
from playwright.sync_api import expect
from real_browser import real_browser
from real_provider import (
    CLIENT,
    CLIENT_SECRET,
    MISDIRECTED,
    PERSON_PASSWORD,
    agreed,
    free_port,
    real_provider,
)

from cpe_diag.domain.audit import AuditKind
from cpe_diag.domain.failures import SignInError
from cpe_diag.domain.secret import Secret
from cpe_diag.service.openid.asking import Asker, client_maker
from cpe_diag.service.openid.attempt import new_attempt
from cpe_diag.service.openid.provider import Provider
from cpe_diag.service.openid.settings import ProviderSettings
from cpe_diag.service.pages.visit import SESSION
from cpe_diag.wiring.desk import open_desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page, Route

    from cpe_diag.service.openid.attempt import Attempt

OPENID: Final = f"""\
openid:
  issuer: "http://localhost:{{port}}"
  client_id: {CLIENT}
  client_secret: "env:OPENID_SECRET"
  title: Our accounts
  scopes: [profile, email, groups]
  groups: {{{{roles: {{{{noc: senior}}}}}}}}
"""
HERE: Final = re.compile(r"^http://(127\.0\.0\.1|localhost):")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Keep a browser running."""
    with real_browser() as running:
        yield running


@pytest.fixture(scope="module")
def issuer() -> str:
    """Give the address at which the provider will be."""
    return f"http://localhost:{free_port()}"


@pytest.fixture(scope="module")
def console(issuer: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpService]:
    """Keep pages up, and the provider at which their staff sign in."""
    folder, port = tmp_path_factory.mktemp("provider"), urlsplit(issuer).port
    assert port is not None
    given = {
        **SECRETS,
        "HTTP_TEST_STORE": f"sqlite:///{folder / 'case.db'}",
        "OPENID_SECRET": CLIENT_SECRET,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in given.items():
            patch.setenv(name, value)
        config = PAGES_CONFIG + OPENID.format(port=port)
        with (
            http_service(folder / "service", config) as running,
            real_provider(folder, port, f"http://127.0.0.1:{running.port}"),
        ):
            yield running


@contextmanager
def _page(chromium: Browser, console: HttpService) -> Iterator[Page]:
    """Give a page of a browser of its own that reaches this machine alone.

    Each answer of this provider sets its cookie anew, with what its session was when the request
    came: pictures and scripts that are under way beside a form undo what the form has done.
    """
    context = chromium.new_context(base_url=f"http://127.0.0.1:{console.port}", locale="en-GB")
    context.route(lambda url: HERE.match(url) is None, lambda route: route.abort())
    asked = console.served.provider
    assert asked is not None
    context.route(f"{asked.settings.issuer}/**", _documents_alone)
    try:
        yield context.new_page()
    finally:
        context.close()


def _documents_alone(route: Route) -> None:
    if route.request.resource_type == "document":
        route.continue_()
    else:
        route.abort()


def _types(page: Page, name: str, password: str = PERSON_PASSWORD) -> None:
    """Fill in the provider's own forms."""
    page.get_by_label("Login").fill(name)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def _cookies(context: BrowserContext, port: int) -> set[str]:
    held = context.cookies(f"http://127.0.0.1:{port}")
    return {one.get("name", "") for one in held}


def _noted(console: HttpService, kind: AuditKind) -> list[str]:
    audit = open_desk(console.config).audit
    assert audit.verify().flaws == ()
    return [
        f"{one.event.staff}: {one.event.words}"
        for one in audit.entries()
        if one.event.kind is kind
    ]


def test_a_code_that_is_of_another_browser_is_refused_by_its_proof(
    console: HttpService,
) -> None:
    """PKCE: the provider gives no token for a code without the verifier of its own try."""
    provider = _provider(console, CLIENT)
    code, attempt, back = _code_of(console, provider, "anna")
    thief = new_attempt("another browser")
    with pytest.raises(SignInError, match="refuses the code: 400 invalid_grant"):
        asyncio.run(provider.proven(thief, code, back, datetime.now(UTC)))
    assert thief.nonce != attempt.nonce


@pytest.mark.parametrize(
    ("who", "client", "late", "refusal"),
    [
        ("anna", CLIENT, timedelta(0), None),
        ("ella", CLIENT, timedelta(days=30), "exp is past"),
        ("fred", MISDIRECTED, timedelta(0), "aud is not this client"),
    ],
    ids=["good", "expired", "for another client"],
)
def test_a_token_counts_for_its_client_in_its_time(
    console: HttpService, who: str, client: str, late: timedelta, refusal: str | None
) -> None:
    """Tokens that the provider has signed itself; one of them is made out to another client."""
    provider = _provider(console, client)
    code, attempt, back = _code_of(console, provider, who)
    proof = provider.proven(attempt, code, back, datetime.now(UTC) + late)
    if refusal is None:
        assert asyncio.run(proof)["preferred_username"] == who
    else:
        with pytest.raises(SignInError, match=refusal):
            asyncio.run(proof)


def test_a_code_is_of_one_try(console: HttpService) -> None:
    """A code that was asked for with another nonce is refused though its verifier is right."""
    provider = _provider(console, CLIENT)
    code, attempt, back = _code_of(console, provider, "gina", nonce="of-another-try")
    with pytest.raises(SignInError, match="nonce is not of this try"):
        asyncio.run(provider.proven(attempt, code, back, datetime.now(UTC)))


def test_a_member_types_their_password_at_the_provider_alone_and_signs_out_at_both(
    chromium: Browser, console: HttpService, issuer: str
) -> None:
    """The whole way there, in, out, and not in again without the password."""
    with _page(chromium, console) as page:
        page.goto("/nodes/an-1")
        page.get_by_role("link", name="Sign in with Our accounts").click()
        assert page.url.startswith(issuer)
        asked = parse_qs(urlsplit(page.url).query)
        assert PERSON_PASSWORD not in str(asked)
        _types(page, "bert")
        expect(page.get_by_text("The application The console is requesting")).to_be_visible()
        page.get_by_role("button", name="Accept").click()
        expect(page.get_by_text("bert (second line)")).to_be_visible()
        assert urlsplit(page.url).path == "/nodes/an-1"
        page.get_by_role("button", name="Sign out").click()
        assert page.url.startswith(f"{issuer}/oauth/end_session")
        page.get_by_role("button", name="Logout").first.click()
        page.wait_for_url(f"http://127.0.0.1:{console.port}/sign-in")
        assert SESSION not in _cookies(page.context, console.port)
        page.get_by_role("link", name="Sign in with Our accounts").click()
        expect(page.get_by_label("Login")).to_be_visible()
    assert f"bert: signs in to the pages by {issuer}" in _noted(console, AuditKind.SIGN_IN)
    assert "bert: signs out" in _noted(console, AuditKind.SIGN_IN)


def test_a_group_of_the_provider_gives_a_role(
    chromium: Browser, console: HttpService, issuer: str
) -> None:
    """Who stands in no file of ours has the role of the group that the provider proves."""
    with _page(chromium, console) as page:
        page.goto("/sign-in")
        page.get_by_role("link", name="Sign in with Our accounts").click()
        _types(page, "carla")
        page.get_by_role("button", name="Accept").click()
        expect(page.get_by_text("carla (senior)")).to_be_visible()
    said = f"carla: signs in to the pages by {issuer} as one of noc"
    assert said in _noted(console, AuditKind.SIGN_IN)


@pytest.mark.parametrize(
    ("name", "button", "words"),
    [
        ("dora", "Accept", "Our accounts knows you, but you have no role here."),
        ("tom", "Deny", "Our accounts has not signed you in."),
    ],
    ids=["no role", "refuses"],
)
def test_who_has_no_role_or_refuses_is_told_and_stays_outside(
    chromium: Browser, console: HttpService, name: str, button: str, words: str
) -> None:
    """The provider knows them; we let nobody in for that."""
    with _page(chromium, console) as page:
        page.goto("/sign-in")
        page.get_by_role("link", name="Sign in with Our accounts").click()
        _types(page, name)
        page.get_by_role("button", name=button).click()
        expect(page.get_by_text(words)).to_be_visible()
        assert SESSION not in _cookies(page.context, console.port)
    assert "fromProvider: 40" in _noted(console, AuditKind.REFUSAL)[-1]


def _provider(console: HttpService, client: str) -> Provider:
    asked = console.served.provider
    assert asked is not None
    settings = ProviderSettings(
        issuer=asked.settings.issuer,
        client_id=client,
        secret=Secret(CLIENT_SECRET),
        title="Our accounts",
        scopes=("profile", "email", "groups"),
    )
    return Provider(settings, Asker(client_maker()))


def _code_of(
    console: HttpService, provider: Provider, who: str, nonce: str | None = None
) -> tuple[str, Attempt, str]:
    """Sign somebody in at the provider, and keep what their browser would bring back to us.

    Each test has a person of its own: of one alone the provider can make one token in a second.
    """
    attempt = new_attempt("this browser")
    back = f"http://127.0.0.1:{console.port}/sign-in/return"
    address = asyncio.run(provider.where(attempt, back))
    if nonce is not None:
        address = address.replace(f"nonce={attempt.nonce}", f"nonce={nonce}")
    brought = agreed(address, who)
    assert brought["state"] == [attempt.state]
    return brought["code"][0], attempt, back
