"""What an ID token has to prove, and what a provider that is bent, slow or away does to nobody."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from cpe_diag.domain.failures import ProviderAwayError, SignInError
from cpe_diag.domain.roles import Role
from cpe_diag.domain.secret import Secret
from cpe_diag.service.openid.asking import LARGEST, Asker
from cpe_diag.service.openid.attempt import Attempt, new_attempt
from cpe_diag.service.openid.id_token import (
    LEEWAY,
    OLDEST,
    Expected,
    UnknownKeyError,
    keys_of,
    proven_claims,
)
from cpe_diag.service.openid.provider import AWAY_S, KEPT_S, KEYS_AGAIN_S, WELL_KNOWN, Provider
from cpe_diag.service.openid.settings import ProviderSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NOW: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
AT: Final = int(NOW.timestamp())
ISSUER: Final = "https://id.example.net/realms/staff"
CLIENT: Final = "cpe-diag"
BACK: Final = "https://diag.example.net/sign-in/return"
KEY: Final = ECKey.generate_key("P-256", {"kid": "k1", "use": "sig"})
NEXT_KEY: Final = ECKey.generate_key("P-256", {"kid": "k2", "use": "sig"})
SHOWN: Final = {"keys": [KEY.as_dict(private=False)]}
GOOD: Final[Mapping[str, Any]] = {
    "iss": ISSUER,
    "aud": CLIENT,
    "sub": "u-1",
    "nonce": "n",
    "exp": AT + 300,
    "iat": AT,
    "preferred_username": "bert",
}
EXPECTED: Final = Expected(issuer=ISSUER, client_id=CLIENT, nonce="n", now=NOW)


def _token(claims: Mapping[str, Any], key: ECKey = KEY, kid: str = "k1") -> str:
    return jwt.encode({"alg": "ES256", "kid": kid}, dict(claims), key)


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_a_good_token_gives_its_claims() -> None:
    """Also with a second audience, where this client is the one it was made for."""
    assert proven_claims(_token(GOOD), keys_of(SHOWN), EXPECTED)["sub"] == "u-1"
    two = {**GOOD, "aud": [CLIENT, "other"], "azp": CLIENT}
    assert proven_claims(_token(two), keys_of(SHOWN), EXPECTED)["azp"] == CLIENT


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"iss": ISSUER + "/"}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": "other"}, "aud"),
        ({"aud": []}, "aud"),
        ({"aud": [CLIENT, "other"]}, "azp"),
        ({"azp": "other"}, "azp"),
        ({"nonce": "of another try"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"sub": ""}, "sub"),
        ({"sub": 7}, "sub"),
        ({"exp": AT - int(LEEWAY.total_seconds())}, "exp"),
        ({"exp": "9999999999"}, "exp"),
        ({"exp": True}, "exp"),
        ({"iat": AT - int(OLDEST.total_seconds()) - 1}, "iat"),
        ({"iat": AT + int(LEEWAY.total_seconds()) + 1}, "iat"),
        ({"iat": None}, "iat"),
        ({"nbf": AT + int(LEEWAY.total_seconds()) + 1}, "nbf"),
        ({"nbf": "soon"}, "nbf"),
    ],
    ids=lambda one: str(one)[:40],
)
def test_a_token_that_is_not_for_this_sign_in_proves_nothing(
    changed: Mapping[str, Any], words: str
) -> None:
    """Each claim of OpenID Connect Core 1.0, section 3.1.3.7; it is said which, and not what."""
    token = _token({**GOOD, **changed})
    with pytest.raises(SignInError, match=f"not for this sign-in: {words}") as caught:
        proven_claims(token, keys_of(SHOWN), EXPECTED)
    assert token not in str(caught.value)


def test_a_token_without_a_signature_proves_nothing() -> None:
    """`alg: none` (RFC 8725, section 2.1), in whatever letters."""
    for alg in ("none", "None", "NONE", ""):
        token = f"{_part({'alg': alg, 'kid': 'k1'})}.{_part(GOOD)}."
        with pytest.raises(SignInError, match="not signed as it has to be"):
            proven_claims(token, keys_of(SHOWN), EXPECTED)


def test_a_public_key_is_no_secret_of_a_signature() -> None:
    """HS256 with what everybody can read (RFC 8725, section 2.1), or with the client's secret."""
    for content in (json.dumps(SHOWN["keys"][0]), "the secret of the client, which is long"):
        forged = jwt.encode(
            {"alg": "HS256", "kid": "k1"}, dict(GOOD), OctKey.import_key(content.encode())
        )
        with pytest.raises(SignInError, match="not signed as it has to be"):
            proven_claims(forged, keys_of(SHOWN), EXPECTED)


def test_a_token_that_is_changed_cut_or_of_another_key_proves_nothing() -> None:
    """Cut at every letter, too."""
    keys, token = keys_of(SHOWN), _token(GOOD)
    head, _, signature = token.split(".")
    changed = f"{head}.{_part({**GOOD, 'sub': 'u-2'})}.{signature}"
    other = _token(GOOD, NEXT_KEY)
    for wrong in (changed, other, "", "..", "a.b.c", *(token[:at] for at in range(len(token)))):
        with pytest.raises(SignInError):
            proven_claims(wrong, keys, EXPECTED)
    with pytest.raises(UnknownKeyError):
        proven_claims(_token(GOOD, NEXT_KEY, "k2"), keys, EXPECTED)


def test_keys_that_sign_nothing_are_left_out() -> None:
    """One that cannot be read, is for encryption, short or symmetric takes no other away."""
    said = [
        {"kty": "EC", "kid": "broken", "crv": "P-256", "x": "!", "y": "!"},
        {**KEY.as_dict(private=False), "kid": "enc", "use": "enc"},
        {"kty": "oct", "kid": "oct", "k": "c2VjcmV0"},
        {"kty": "new", "kid": "new"},
        {"kty": "RSA", "kid": "short", "e": "AQAB", "n": "v" * 171},
        {"kty": "RSA", "kid": "no modulus", "e": "AQAB"},
        "no key",
        *SHOWN["keys"],
    ]
    assert [one.kid for one in keys_of({"keys": said})] == ["k1"]
    assert not keys_of({"keys": "none"})
    assert not keys_of([])


def test_a_try_is_of_its_browser_and_its_state() -> None:
    """Nobody derives the verifier from what goes over the wire, and PKCE's sum is right."""
    one = new_attempt("cookie")
    other = Attempt(state=one.state, key="another cookie")
    values = {one.nonce, one.verifier, one.shown, one.challenge, other.nonce, other.shown}
    assert len(values) == 6
    # RFC 7636, section 4.2: BASE64URL(SHA256(verifier)).
    digest = hashlib.sha256(one.verifier.encode()).digest()
    assert one.challenge == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"email": "a@b.example", "email_verified": True}, "a@b.example"),
        ({"email": "a@b.example", "email_verified": "true"}, None),
        ({"email": "a@b.example"}, None),
        ({"email": "token 7", "email_verified": True}, None),
        ({"email": "account root", "email_verified": True}, None),
        ({"email": " anna", "email_verified": True}, None),
        ({"email": ["anna"], "email_verified": True}, None),
        ({"email": "", "email_verified": True}, None),
        ({}, None),
    ],
    ids=str,
)
def test_only_a_verified_address_and_a_plain_name_is_somebody(
    claims: Mapping[str, object], name: str | None
) -> None:
    """People write into an unverified address what they like; a token is no person."""
    assert _settings(name_claim="email").name_of(claims) == name


def test_the_first_group_that_is_configured_counts() -> None:
    """In the configuration's order, not in that of the provider."""
    settings = _settings(group_roles=lambda: {"seniors": Role.SENIOR, "all": Role.VIEWER})
    assert settings.group_of({"groups": ["all", "seniors"]}) == "seniors"
    assert settings.group_of({"groups": "all"}) == "all"
    for none in ({}, {"groups": ["other", 7]}, {"groups": {"all": True}}, {"groups": None}):
        assert settings.group_of(none) is None


def _settings(**changed: Any) -> ProviderSettings:  # noqa: ANN401 - fields of the settings
    given: dict[str, Any] = {
        "issuer": ISSUER,
        "client_id": CLIENT,
        "secret": Secret("s3cret of it"),
        "title": "Example ID",
        **changed,
    }
    return ProviderSettings(**given)


class _Issuer:
    """A provider whose answers are bent by the tests, behind httpx's own transport."""

    def __init__(self) -> None:
        self.described: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/auth?tenant=1",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "userinfo_endpoint": f"{ISSUER}/userinfo",
            "end_session_endpoint": f"{ISSUER}/logout",
        }
        self.shown: dict[str, Any] = dict(SHOWN)
        self.claims: dict[str, Any] = dict(GOOD)
        self.userinfo: dict[str, Any] = {"sub": "u-1", "preferred_username": "bert"}
        self.signed_by = (KEY, "k1")
        self.instead: Callable[[httpx.Request], httpx.Response] | None = None
        self.asked: list[httpx.Request] = []
        self.at_s = 0.0

    def provider(self, settings: ProviderSettings | None = None) -> Provider:
        transport = httpx.MockTransport(self._answer)
        asker = Asker(lambda: httpx.AsyncClient(transport=transport))
        return Provider(settings or _settings(), asker, lambda: self.at_s)

    def count(self, end: str) -> int:
        return sum(one.url.path.endswith(end) for one in self.asked)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.instead is not None:
            return self.instead(request)
        if request.url.path.endswith(WELL_KNOWN):
            return httpx.Response(200, json=self.described)
        if request.url.path.endswith("/keys"):
            return httpx.Response(200, json=self.shown)
        if request.url.path.endswith("/userinfo"):
            return httpx.Response(200, json=self.userinfo)
        token = _token(self.claims, *self.signed_by)
        return httpx.Response(200, json={"id_token": token, "access_token": "at"})


def _proven(issuer: _Issuer, provider: Provider | None = None) -> Mapping[str, object]:
    attempt = new_attempt("cookie")
    issuer.claims["nonce"] = attempt.nonce
    asked = provider or issuer.provider()
    return asyncio.run(asked.proven(attempt, "the code", BACK, NOW))


def test_a_code_is_exchanged_with_the_verifier_of_its_challenge() -> None:
    """And with the client's secret where the provider wants it: the head, or the form."""
    issuer = _Issuer()
    attempt = new_attempt("cookie")
    issuer.claims["nonce"] = attempt.nonce
    provider = issuer.provider()
    place = asyncio.run(provider.where(attempt, BACK))
    assert place.startswith(f"{ISSUER}/auth?tenant=1&response_type=code&")
    sent = parse_qs(urlsplit(place).query)
    asyncio.run(provider.proven(attempt, "the code", BACK, NOW))
    asked = next(one for one in issuer.asked if one.method == "POST")
    form = {name: value[0] for name, value in parse_qs(asked.content.decode()).items()}
    assert form == {
        "grant_type": "authorization_code",
        "code": "the code",
        "redirect_uri": BACK,
        "code_verifier": attempt.verifier,
    }
    assert sent["code_challenge"] == [attempt.challenge]
    said = base64.b64decode(asked.headers["Authorization"].removeprefix("Basic ")).decode()
    assert said == f"{CLIENT}:s3cret%20of%20it"
    issuer.described["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    _proven(issuer)
    assert b"client_secret=s3cret+of+it" in issuer.asked[-2].content + issuer.asked[-1].content
    _proven(issuer, issuer.provider(_settings(secret=None)))
    public = [one for one in issuer.asked if one.method == "POST"][-1]
    assert "Authorization" not in public.headers
    assert b"client_secret" not in public.content


def test_a_new_key_is_fetched_when_a_token_names_it() -> None:
    """Rotation: once, and not for each token of a key that there is not."""
    issuer = _Issuer()
    provider = issuer.provider()
    assert _proven(issuer, provider)["sub"] == "u-1"
    assert _proven(issuer, provider)["sub"] == "u-1"
    assert (issuer.count("/keys"), issuer.count(WELL_KNOWN)) == (1, 1)
    issuer.signed_by = (NEXT_KEY, "k2")
    issuer.at_s = KEYS_AGAIN_S
    with pytest.raises(UnknownKeyError):
        _proven(issuer, provider)
    assert issuer.count("/keys") == 2
    issuer.shown = {"keys": [NEXT_KEY.as_dict(private=False)]}
    with pytest.raises(UnknownKeyError):
        _proven(issuer, provider)
    assert issuer.count("/keys") == 2
    issuer.at_s = 2 * KEYS_AGAIN_S
    assert _proven(issuer, provider)["sub"] == "u-1"


def test_documents_are_believed_longer_only_while_the_provider_is_away() -> None:
    """After an hour they are asked for again; who is away then takes nobody's sign-in away."""
    issuer = _Issuer()
    provider = issuer.provider()
    asyncio.run(provider.where(new_attempt("c"), BACK))
    issuer.at_s = KEPT_S
    issuer.instead = lambda _: httpx.Response(500)
    assert asyncio.run(provider.where(new_attempt("c"), BACK)).startswith(ISSUER)
    issuer.instead = None
    issuer.at_s += AWAY_S
    issuer.described["authorization_endpoint"] = f"{ISSUER}/new"
    assert asyncio.run(provider.where(new_attempt("c"), BACK)).startswith(f"{ISSUER}/new?")


def test_a_provider_that_does_not_answer_keeps_ten_people_as_long_as_one() -> None:
    """They share one question and its answer; for a moment nobody who comes asks again."""
    asked: list[str] = []
    answers = asyncio.Event()

    async def silent(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        await answers.wait()
        raise httpx.ConnectTimeout("no answer", request=request)

    async def ten() -> list[str | BaseException]:
        begun = [asyncio.ensure_future(_where(provider)) for _ in range(10)]
        await asyncio.sleep(0)
        answers.set()
        first = await asyncio.gather(*begun, return_exceptions=True)
        (last,) = await asyncio.gather(_where(provider), return_exceptions=True)
        return [*first, last]

    async def _where(provider: Provider) -> str:
        return await provider.where(new_attempt("c"), BACK)

    transport, at_s = httpx.MockTransport(silent), [0.0]
    asker = Asker(lambda: httpx.AsyncClient(transport=transport))
    provider = Provider(_settings(), asker, lambda: at_s[0])
    came = asyncio.run(ten())
    assert len(came) == 11
    assert all(isinstance(one, ProviderAwayError) for one in came)
    assert len(asked) == 1
    at_s[0] = AWAY_S
    with pytest.raises(ProviderAwayError):
        asyncio.run(_where(provider))
    assert len(asked) == 2


def test_a_provider_that_names_another_issuer_is_asked_again_once_that_is_mended() -> None:
    """What is wrong is not believed for an hour."""
    issuer = _Issuer()
    provider = issuer.provider()
    issuer.described["issuer"] = "https://other.example"
    with pytest.raises(ProviderAwayError, match="another issuer"):
        asyncio.run(provider.where(new_attempt("c"), BACK))
    issuer.described["issuer"] = ISSUER
    assert asyncio.run(provider.where(new_attempt("c"), BACK)).startswith(ISSUER)


def _raises(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no route", request=request)


@pytest.mark.parametrize(
    ("instead", "words"),
    [
        (_raises, "no answer .ConnectError."),
        (lambda _: httpx.Response(302, headers={"Location": "https://evil.example"}), "302"),
        (lambda _: httpx.Response(200, text="<html>"), "expected 200 with a JSON object"),
        (lambda _: httpx.Response(200, json=[]), "expected 200 with a JSON object"),
        (lambda _: httpx.Response(200, json={"issuer": "https://evil.example"}), "another issuer"),
        (lambda _: httpx.Response(200, json={"issuer": ISSUER}), "no authorization_endpoint"),
        (
            lambda _: httpx.Response(
                200, json={"issuer": ISSUER, "authorization_endpoint": "http://id.example/a"}
            ),
            "no authorization_endpoint with https",
        ),
        (lambda _: httpx.Response(200, content=b" " * (LARGEST + 1)), "does not end"),
    ],
    ids=["away", "elsewhere", "no JSON", "no object", "other issuer", "empty", "plain", "endless"],
)
def test_a_provider_that_cannot_be_used_is_away(
    instead: Callable[[httpx.Request], httpx.Response], words: str
) -> None:
    """It is said what was asked and what came; nobody is sent to a place of somebody else."""
    issuer = _Issuer()
    issuer.instead = instead
    with pytest.raises(ProviderAwayError, match=words):
        asyncio.run(issuer.provider().where(new_attempt("c"), BACK))


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (400, {"error": "invalid_grant"}, SignInError, "refuses the code: 400 invalid_grant"),
        (401, {"error": "<script>"}, SignInError, "refuses the code: 401 no reason"),
        (200, {"access_token": "at"}, SignInError, "no ID token"),
        (500, {}, ProviderAwayError, "500"),
    ],
)
def test_a_code_that_gives_no_token_proves_nothing(
    status: int, body: object, error: type[SignInError], words: str
) -> None:
    """A refusal is one; a provider that fails is away."""
    issuer = _Issuer()
    provider = issuer.provider()
    asyncio.run(provider.where(new_attempt("c"), BACK))
    issuer.instead = lambda _: httpx.Response(status, json=body)
    with pytest.raises(error, match=words):
        _proven(issuer, provider)


def test_a_name_that_stands_only_in_the_userinfo_is_of_the_same_person() -> None:
    """Section 5.3.4: the subjects have to be one; the token's own claims come first."""
    issuer = _Issuer()
    del issuer.claims["preferred_username"]
    assert _proven(issuer)["preferred_username"] == "bert"
    assert issuer.asked[-1].headers["Authorization"] == "Bearer at"
    issuer.userinfo["sub"] = "u-2"
    with pytest.raises(SignInError, match="somebody else"):
        _proven(issuer)


def test_signing_out_there_is_offered_at_its_own_origin_only() -> None:
    """Pages send a form to no third place; without one signing out here is enough."""
    issuer = _Issuer()
    place = asyncio.run(issuer.provider().leaving("https://diag.example.net/sign-in"))
    assert place is not None
    assert place.startswith(f"{ISSUER}/logout?client_id=cpe-diag&post_logout_redirect_uri=https")
    issuer.described["end_session_endpoint"] = "https://elsewhere.example/logout"
    assert asyncio.run(issuer.provider().leaving("x")) is None
    del issuer.described["end_session_endpoint"]
    assert asyncio.run(issuer.provider().leaving("x")) is None
