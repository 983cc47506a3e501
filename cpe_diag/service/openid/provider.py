"""The provider: its documents, where a browser is sent, and what a code is exchanged for."""

from __future__ import annotations

import asyncio
import base64
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from cpe_diag.domain.failures import ProviderAwayError, SignInError
from cpe_diag.service.openid.asking import Document
from cpe_diag.service.openid.id_token import Expected, UnknownKeyError, keys_of, proven_claims
from cpe_diag.service.openid.settings import origin_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from joserfc.jwk import KeySet

    from cpe_diag.service.openid.asking import Asker
    from cpe_diag.service.openid.attempt import Attempt
    from cpe_diag.service.openid.settings import ProviderSettings

WELL_KNOWN: Final = "/.well-known/openid-configuration"  # OpenID Connect Discovery 1.0, section 4
KEPT_S: Final = 3600.0
"""How long the provider's documents are believed; where it is away, for as long as it is."""
KEYS_AGAIN_S: Final = 10.0
"""A token of an unknown key asks for the keys anew, at most so often."""
AWAY_S: Final = 5.0
"""So long after a document could not be had nobody waits for it again."""
LOCAL: Final = ("http://127.0.0.1:", "http://localhost:", "http://[::1]:")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    document: Document
    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Away:
    words: str
    at_s: float


class Provider:
    """One provider, asked by whoever signs in."""

    def __init__(
        self,
        settings: ProviderSettings,
        asker: Asker,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """Ask nothing yet: the service starts without it too."""
        self.settings = settings
        self._asker = asker
        self._seconds = seconds
        self._kept: dict[str, _Kept] = {}
        self._away: dict[str, _Away] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def where(self, attempt: Attempt, returns_to: str) -> str:
        """Give the address to which a browser is sent (section 3.1.2.1).

        Raises:
            ProviderAwayError: it does not say where.
        """
        described = await self._described()
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": returns_to,
            "scope": " ".join(("openid", *self.settings.scopes)),
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        return _with(_endpoint(described, "authorization_endpoint"), asked)

    async def leaving(self, comes_to: str) -> str | None:
        """Give where a browser signs out there too (RP-Initiated Logout 1.0).

        Returns:
            None where the provider is away, has no such place, or has it at another origin than
            its own, to which our pages send no form.
        """
        try:
            described = await self._described()
            place = _endpoint(described, "end_session_endpoint")
        except ProviderAwayError:
            return None
        if origin_of(place) != self.settings.origin:
            return None
        asked = {"client_id": self.settings.client_id, "post_logout_redirect_uri": comes_to}
        return _with(place, asked)

    async def proven(
        self, attempt: Attempt, code: str, returns_to: str, now: datetime
    ) -> Mapping[str, object]:
        """Exchange a code for the claims of whoever has signed in.

        Args:
            attempt: the try.
            code: that the browser has brought.
            returns_to: as the provider was told.
            now: in UTC.

        Returns:
            The claims of the ID token, and of the userinfo where the token lacks the name.

        Raises:
            ProviderAwayError: the provider cannot be asked.
            SignInError: nothing is proven.
        """
        described = await self._described()
        said = await self._exchanged(described, attempt, code, returns_to)
        token = said.get("id_token")
        if not isinstance(token, str):
            raise SignInError("the provider has given no ID token")
        expected = Expected(
            issuer=self.settings.issuer,
            client_id=self.settings.client_id,
            nonce=attempt.nonce,
            now=now,
        )
        try:
            claims = proven_claims(token, await self._keys(described), expected)
        except UnknownKeyError:
            keys = await self._keys(described, within_s=KEYS_AGAIN_S)
            claims = proven_claims(token, keys, expected)
        return await self._with_userinfo(described, claims, said.get("access_token"))

    async def _described(self) -> Document:
        """Give what the provider says of itself (OpenID Connect Discovery 1.0, section 4.3)."""
        address = self.settings.issuer.rstrip("/") + WELL_KNOWN
        found = await self._document(address, KEPT_S)
        if found.get("issuer") != self.settings.issuer:
            self._kept.pop(address, None)  # who mends it there waits for no hour
            raise ProviderAwayError(
                f"{self.settings.issuer}: its configuration names another issuer; configure "
                "`openid.issuer` exactly as it stands there"
            )
        return found

    async def _keys(self, described: Document, within_s: float = KEPT_S) -> KeySet:
        return keys_of(await self._document(_endpoint(described, "jwks_uri"), within_s))

    async def _document(self, address: str, within_s: float) -> Document:
        """Give a document that is not older, or the older one where the provider is away.

        Whoever waits while another asks has the answer of that, also that there was none.
        """
        async with self._locks.setdefault(address, asyncio.Lock()):
            kept, now_s = self._kept.get(address), self._seconds()
            if kept is not None and now_s - kept.at_s < within_s:
                return kept.document
            away = self._away.get(address)
            if away is None or now_s - away.at_s >= AWAY_S:
                away = await self._asked(address)
                if away is None:
                    return self._kept[address].document
            if kept is None:
                raise ProviderAwayError(away.words)
            return kept.document

    async def _asked(self, address: str) -> _Away | None:
        """Keep a document anew; gives that there is none."""
        try:
            found = await self._asker.document(address)
        except ProviderAwayError as error:
            self._away[address] = _Away(words=str(error), at_s=self._seconds())
            return self._away[address]
        self._kept[address] = _Kept(document=found, at_s=self._seconds())
        self._away.pop(address, None)
        return None

    async def _exchanged(
        self, described: Document, attempt: Attempt, code: str, returns_to: str
    ) -> Document:
        """Give the answer to a code (section 3.1.3); it is tried once, codes count once."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": returns_to,
            "code_verifier": attempt.verifier,
        }
        headers: dict[str, str] = {}
        user, secret = self.settings.client_id, self.settings.secret
        known = described.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        is_basic = not isinstance(known, list) or "client_secret_basic" in known
        if secret is None:
            form["client_id"] = user
        elif is_basic:
            # RFC 6749, section 2.3.1: both are encoded as in a form first; %20 for a space is read
            # alike by providers that decode a form and by those that decode an address.
            encoded = (quote(one, safe="") for one in (user, secret.reveal()))
            headers["Authorization"] = _basic(*encoded)
        else:
            form |= {"client_id": user, "client_secret": secret.reveal()}
        return await self._asker.exchange(_endpoint(described, "token_endpoint"), form, headers)

    async def _with_userinfo(
        self, described: Document, claims: Mapping[str, object], access: object
    ) -> Mapping[str, object]:
        """Add what a provider tells only by its userinfo (section 5.3.2), of the same person."""
        wanted = {self.settings.name_claim}
        wanted |= {self.settings.groups_claim} if self.settings.group_roles() else set()
        if wanted <= set(claims) or not isinstance(access, str) or not access.isascii():
            return claims
        if "userinfo_endpoint" not in described:
            return claims
        more = await self._asker.document(_endpoint(described, "userinfo_endpoint"), access)
        if more.get("sub") != claims.get("sub"):
            raise SignInError("the userinfo is of somebody else than the ID token")
        return {**more, **claims}


def _basic(user: str, password: str) -> str:
    """Give the value of `Authorization` (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


def _endpoint(described: Document, name: str) -> str:
    found = described.get(name)
    if isinstance(found, str) and found.startswith(("https://", *LOCAL)):
        return found
    raise ProviderAwayError(f"the provider's configuration has no {name} with https://")


def _with(address: str, asked: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"
