"""What an ID token proves, by OpenID Connect Core 1.0, section 3.1.3.7, and RFC 8725."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from cpe_diag.domain.failures import SignInError

if TYPE_CHECKING:
    from collections.abc import Mapping

ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512"),
)
"""Signatures that only the provider can make: no `none`, and no HMAC, whose key we would hold."""
LEEWAY: Final = timedelta(seconds=60)
"""How far the provider's clock and ours may be apart."""
OLDEST: Final = timedelta(minutes=10)
"""A token of the code flow is made when it is asked for."""
SHORTEST_RSA_BITS: Final = 2048  # NIST SP 800-131A, RFC 7518 section 3.3


class UnknownKeyError(SignInError):
    """The token names a key that is not among ours: the provider may have a new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """For whom, by whom and for which try a token has to be; `now` in UTC."""

    issuer: str
    client_id: str
    nonce: str
    now: datetime


def keys_of(document: object) -> KeySet:
    """Read a provider's keys (RFC 7517); those that sign nothing we accept are left out.

    Args:
        document: as JSON gives it.

    Returns:
        The keys, perhaps none.
    """
    said = document.get("keys") if isinstance(document, dict) else None
    found: list[RSAKey | ECKey] = []
    for one in said if isinstance(said, list) else ():
        if isinstance(one, dict) and one.get("use", "sig") == "sig":
            key = _key(one)
            if key is not None:
                found.append(key)
    return KeySet([*found])


def _key(said: Mapping[str, object]) -> RSAKey | ECKey | None:
    data = {name: value for name, value in said.items() if isinstance(value, (str, list))}
    try:
        if data.get("kty") == "EC":
            return ECKey.import_key(data)
        if data.get("kty") == "RSA" and _bits(data.get("n")) >= SHORTEST_RSA_BITS:
            return RSAKey.import_key(data)
    except (JoseError, ValueError, TypeError, KeyError):
        return None  # one key that cannot be read does not take the others away
    return None


def _bits(modulus: object) -> int:
    """Say how many bits a modulus has at most (RFC 7518, section 6.3.1.1: base64url)."""
    return len(modulus) * 6 if isinstance(modulus, str) else 0


def proven_claims(token: str, keys: KeySet, expected: Expected) -> Mapping[str, object]:
    """Check an ID token.

    Args:
        token: in JWS compact form (RFC 7515, section 3.1).
        keys: of the provider.
        expected: what it has to say.

    Returns:
        Its claims.

    Raises:
        UnknownKeyError: it is signed by a key that is not among these.
        SignInError: it proves nothing; says why, and holds nothing of the token.
    """
    try:
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
    except InvalidKeyIdError as error:
        raise UnknownKeyError(
            "the ID token names a key that the provider does not show"
        ) from error
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise SignInError(
            f"the ID token is not signed as it has to be: {type(error).__name__}"
        ) from (error)
    for problem in (_of_whom(claims, expected), _of_when(claims, expected.now)):
        if problem is not None:
            raise SignInError(f"the ID token is not for this sign-in: {problem}")
    return claims


def _of_whom(claims: Mapping[str, object], expected: Expected) -> str | None:
    said = claims.get("aud")
    audience = said if isinstance(said, list) else [said]
    if claims.get("iss") != expected.issuer:
        return "iss is not the configured issuer"
    if expected.client_id not in audience:
        return "aud is not this client"
    if (len(audience) > 1 or "azp" in claims) and claims.get("azp") != expected.client_id:
        return "azp is not this client"
    if claims.get("nonce") != expected.nonce:
        return "nonce is not of this try"
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        return "sub is missing"
    return None


def _of_when(claims: Mapping[str, object], now: datetime) -> str | None:
    ends, made, begins = (_seconds(claims.get(name)) for name in ("exp", "iat", "nbf"))
    at, leeway = now.timestamp(), LEEWAY.total_seconds()
    if ends is None or ends <= at - leeway:
        return "exp is past, or missing"
    if made is None or made > at + leeway or made < at - OLDEST.total_seconds():
        return "iat is not about now; are both clocks right?"
    if "nbf" in claims and (begins is None or begins > at + leeway):
        return "nbf is to come"
    return None


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if math.isfinite(value) else None
