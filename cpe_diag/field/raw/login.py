"""Logs in by PAP (RFC 1334) or CHAP with MD5 (RFC 1994)."""

from __future__ import annotations

from hashlib import md5
from typing import TYPE_CHECKING, Final

from cpe_diag.field.raw.ppp import CHAP, PAP, control

if TYPE_CHECKING:
    from cpe_diag.field.raw.ppp import Control

BY_PAP: Final = PAP.to_bytes(2)
BY_CHAP: Final = CHAP.to_bytes(2) + b"\x05"
"""RFC 1994, section 3: the algorithm MD5."""
NAMES: Final = {
    BY_PAP: "PAP",
    BY_CHAP: "CHAP-MD5",
    CHAP.to_bytes(2) + b"\x80": "MS-CHAP",
    CHAP.to_bytes(2) + b"\x81": "MS-CHAP-2",
    bytes.fromhex("c227"): "EAP",
}
"""RFC 1661, section 6.2; RFC 2433; RFC 2759; RFC 3748."""
REQUEST, TAKEN, REFUSED = 1, 2, 3
"""RFC 1334, section 2.2."""
CHALLENGE, RESPONSE, SUCCESS, FAILURE = 1, 2, 3, 4
"""RFC 1994, section 4."""


class Login:
    """One login, until the other end has taken or refused it."""

    def __init__(self, by: bytes, user: str, password: str) -> None:
        """Log in so; `by` is the value of LCP's option."""
        self.protocol = int.from_bytes(by[:2])
        self._user, self._password = user.encode(), password.encode()
        self._last: bytes | None = None
        self.taken: bool | None = None
        self.words = b""

    def ask(self) -> bytes | None:
        """Give what is to be said once more; None: it is the other end's turn."""
        if self.protocol == PAP:
            user, password = self._user, self._password
            data = bytes((len(user),)) + user + bytes((len(password),)) + password
            return control(REQUEST, 1, data)
        return self._last

    def take(self, told: Control) -> bytes | None:
        """Read what the other end says, and give what is to be said to it.

        Raises:
            ValueError: a length in it is false.
        """
        if self.protocol == PAP:
            if told.code in {TAKEN, REFUSED} and told.identifier == 1:
                self.words = _counted(told.data) if told.data else b""
                self.taken = told.code == TAKEN
            return None
        if told.code == CHALLENGE:
            value = _counted(told.data)
            self._last = control(RESPONSE, told.identifier, self._response(told, value))
            return self._last
        answered = self._last is not None and told.identifier == self._last[1]
        if answered and told.code in {SUCCESS, FAILURE}:
            self.words, self.taken = told.data, told.code == SUCCESS
        return None

    def _response(self, told: Control, value: bytes) -> bytes:
        """Answer a challenge (RFC 1994, section 4.1)."""
        whole = bytes((told.identifier,)) + self._password + value
        digest = md5(whole, usedforsecurity=False).digest()
        return bytes((len(digest),)) + digest + self._user


def _counted(data: bytes) -> bytes:
    """Give what the first octet counts.

    Raises:
        ValueError: there is less.
    """
    if not data or 1 + data[0] > len(data):
        raise ValueError("less follows than is counted")
    return data[1 : 1 + data[0]]
