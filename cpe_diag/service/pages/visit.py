"""A request for a page as a value, and what a page answers."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from cpe_diag.service.web.call import Caller
from cpe_diag.service.web.gate import NOBODY

if TYPE_CHECKING:
    from starlette.requests import Request

SESSION: Final = "cpe_diag_session"
"""The cookie of whoever is signed in."""
FORM: Final = "cpe_diag_form"
"""The cookie that ties the form of the sign-in to a browser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request that was let in. `at` is UTC.

    `caller` is NOBODY where nobody is signed in. `key` is what the browser's cookie shows: of its
    session, else of its form. `path`, `query` and `form` are what was sent. `site` is where the
    browser has found us, empty where it says nothing that could be an address.
    """

    address: str
    at: datetime
    caller: Caller
    form: Mapping[str, str]
    is_safe: bool
    key: str
    language: str
    last_event: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    site: str

    @property
    def signed_in(self) -> bool:
        """Whether anybody is signed in."""
        return self.caller is not NOBODY

    @property
    def csrf(self) -> str:
        """What every form of this browser has to hold."""
        return csrf_of(self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A page: its template, what it names, and headers that are stricter than usual."""

    template: str
    values: Mapping[str, object]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def csrf_of(key: str) -> str:
    """Give the token of the forms of a browser; it tells nothing about the cookie."""
    return hmac.new(key.encode("utf-8", "replace"), b"form", hashlib.sha256).hexdigest()


def cookie_name(name: str, *, is_safe: bool) -> str:
    """Name a cookie; over TLS no other host and no plain connection can set it (RFC 6265bis)."""
    return f"__Host-{name}" if is_safe else name


def is_over_tls(request: Request) -> bool:
    """Say whether the browser speaks TLS, to us or to what stands before us."""
    return request.url.scheme == "https"
