"""Which provider proves who staff are, and how its claims name them and their roles."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from cpe_diag.domain.roles import Role
from cpe_diag.domain.secret import Secret

NAME: Final = re.compile(r"(?!token |account )\S(.{0,98}\S)?")
"""As the configuration names members of staff: no token and no account can look like a person."""
EMAIL: Final = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """One provider.

    `secret` None: a public client, which PKCE alone protects. `title` is what the sign-in page
    calls it. `address` is by which browsers reach our pages; None: by which they come.
    `name_claim` names the member of staff. Whoever is none gets the role of the first of
    `group_roles`, as they are now, that stands in `groups_claim`.
    """

    issuer: str
    client_id: str
    secret: Secret | None
    title: str
    address: str | None = None
    scopes: tuple[str, ...] = ("profile", "email")
    name_claim: str = "preferred_username"
    groups_claim: str = "groups"
    group_roles: Callable[[], Mapping[str, Role]] = dict

    @property
    def origin(self) -> str:
        """The scheme, host and port of the issuer."""
        return origin_of(self.issuer)

    def name_of(self, claims: Mapping[str, object]) -> str | None:
        """Give the name by which somebody works here, or None where the claims give none.

        An address of e-mail counts only where the provider has seen that it is theirs (OpenID
        Connect Core 1.0, section 5.7): elsewhere people may write into it what they like.
        """
        found = claims.get(self.name_claim)
        if not isinstance(found, str) or NAME.fullmatch(found) is None:
            return None
        if self.name_claim == EMAIL and claims.get("email_verified") is not True:
            return None
        return found

    def group_of(self, claims: Mapping[str, object]) -> str | None:
        """Give the first configured group that somebody is in, or None where they are in none."""
        found = claims.get(self.groups_claim)
        held = [found] if isinstance(found, str) else found
        if not isinstance(held, list):
            return None
        return next((one for one in self.group_roles() if one in held), None)


def origin_of(address: str) -> str:
    """Give the scheme, host and port of an address (RFC 6454); empty where it is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.netloc else ""
