"""One try to sign in: what the provider gets of it, none of which is kept anywhere."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

STATE_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A state, and the key of the browser that has begun; all else is derived of the two.

    So another browser cannot go on with it, and a copy of the store does not help anybody.
    """

    state: str
    key: str

    @property
    def shown(self) -> str:
        """What the store knows it by, as a digest."""
        return self._derived("attempt")

    @property
    def nonce(self) -> str:
        """What the ID token has to hold (OpenID Connect Core 1.0, section 3.1.2.1)."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """What the code is exchanged with (RFC 7636, section 4.1): 43 characters."""
        return self._derived("verifier")

    @property
    def challenge(self) -> str:
        """What the provider holds against the verifier (RFC 7636, section 4.2, S256)."""
        return _text(hashlib.sha256(self.verifier.encode()).digest())

    def _derived(self, purpose: str) -> str:
        said = f"{purpose} {self.state}".encode("utf-8", "replace")
        return _text(hmac.digest(self.key.encode("utf-8", "replace"), said, "sha256"))


def new_attempt(key: str) -> Attempt:
    """Begin with a state that nobody guesses; `key` is what the browser's cookie shows."""
    return Attempt(state=secrets.token_urlsafe(STATE_BYTES), key=key)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
