"""Whether a request comes from the desk: a signature over its body, a token, or a password."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from cpe_diag.domain.secret import Secret
from cpe_diag.service.refused import Refused
from cpe_diag.service.ticket_paths import Algorithm

if TYPE_CHECKING:
    from collections.abc import Mapping

AUTHORIZATION: Final = "authorization"

UNSIGNED: Final = Refused(status=401, reason="no valid signature or token of this desk")
"""The same words whatever is wrong: whoever guesses learns nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HmacCheck:
    """A header holds the HMAC of the body in hexadecimal digits, after `prefix`.

    Any of `secrets` will do, so that a new one can be introduced before the old one goes.
    """

    header: str
    algorithm: Algorithm
    prefix: str
    secrets: tuple[Secret, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BearerCheck:
    """`Authorization: Bearer TOKEN` (RFC 6750); any of `secrets` will do."""

    secrets: tuple[Secret, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicCheck:
    """`Authorization: Basic` (RFC 7617), which is what Znuny's REST transport can send."""

    user: str
    secrets: tuple[Secret, ...]


SenderCheck: TypeAlias = HmacCheck | BearerCheck | BasicCheck


def checked(check: SenderCheck, headers: Mapping[str, str], body: bytes) -> Refused | None:
    """Check a request in a time that does not depend on how much of it is right.

    Args:
        check: what this desk must show.
        headers: of the request, names in lower case.
        body: exactly as it came.

    Returns:
        None where it is the desk's; else 401.
    """
    match check:
        case HmacCheck():
            shown = headers.get(check.header.lower(), "").strip()
            wanted = [_signature(check, one, body) for one in check.secrets]
        case BearerCheck():
            shown = _credentials(headers, "bearer")
            wanted = [one.reveal() for one in check.secrets]
        case BasicCheck():
            shown = _basic(_credentials(headers, "basic"))
            wanted = [f"{check.user}:{one.reveal()}" for one in check.secrets]
    return None if shown and _is_one_of(shown, wanted) else UNSIGNED


def _signature(check: HmacCheck, secret: Secret, body: bytes) -> str:
    digest = hmac.new(secret.reveal().encode(), body, getattr(hashlib, check.algorithm))
    return check.prefix + digest.hexdigest()


def _credentials(headers: Mapping[str, str], scheme: str) -> str:
    said, _, rest = headers.get(AUTHORIZATION, "").strip().partition(" ")
    return rest.strip() if said.lower() == scheme else ""


def _basic(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""


def _is_one_of(shown: str, wanted: list[str]) -> bool:
    """Compare with every one, also after one was right."""
    found = False
    for one in wanted:
        same = hmac.compare_digest(_bytes(shown), _bytes(one))
        found = found or (same and bool(one))
    return found


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
