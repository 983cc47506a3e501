"""The door: whoever has proven a name is let in for a shift; guessing is slow."""

from __future__ import annotations

import asyncio
import re
import time
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool

from cpe_diag.domain.audit import AuditEvent, AuditKind
from cpe_diag.report.plain import harmless
from cpe_diag.service.refused import Refused
from cpe_diag.service.web.buckets import Buckets, Rate, whose
from cpe_diag.service.web.call import Caller

if TYPE_CHECKING:
    from datetime import datetime

    from cpe_diag.domain.roles import Role
    from cpe_diag.domain.secret import Secret
    from cpe_diag.service.web.served import Served

OF_ADDRESS: Final = Rate(per_s=0.5, burst=30.0)
"""How often one address may try: an office may be behind one, and begin its shift together."""
OF_NAME: Final = Rate(per_s=0.1, burst=10.0)
"""How often one name may be tried, from wherever: NIST SP 800-63B-4, section 3.2.2."""
OF_LINK: Final = Rate(per_s=0.1, burst=10.0)
"""How often one address may come with a customer's link that is none."""
AT_ONCE: Final = 2
"""Hashes that are made at the same time: each takes 64 MiB (RFC 9106, second recommendation)."""

WRONG: Final = Refused(status=401, reason="the name or the password is wrong")
"""The same words whatever is wrong."""
TOO_OFTEN: Final = Refused(status=429, reason="too many attempts; wait a minute")
_PLACE: Final = re.compile(
    r"/((cases|repairs)/[A-Za-z0-9_-]{1,64}(/report|/trends)?|nodes/[A-Za-z0-9_-][A-Za-z0-9._-]{0,63})?"
)


class Door:
    """The door of one service."""

    def __init__(self, served: Served) -> None:
        """Begin with full buckets."""
        self._served = served
        self._of_address = Buckets(OF_ADDRESS)
        self._of_name = Buckets(OF_NAME)
        self._of_link = Buckets(OF_LINK)
        self._hashing = asyncio.Semaphore(AT_ONCE)

    async def proven(self, name: str, password: str, address: str) -> Refused | None:
        """Say whether a password proves a name; every try takes a turn.

        Returns:
            None where it does; 401, or 429.

        Raises:
            StoreError: the store cannot be read.
        """
        now = time.monotonic()
        waits_s = self._of_address.wait_s(whose(address), now) or self._of_name.wait_s(name, now)
        if waits_s:
            return TOO_OFTEN
        async with self._hashing:
            fits = await run_in_threadpool(self._served.passwords.fits, name, password)
        return None if fits and name in self._served.members() else WRONG

    def may_begin(self, address: str) -> bool:
        """Take a turn of an address that begins a sign-in at the provider; False: it waits."""
        return not self._of_address.wait_s(whose(address), time.monotonic())

    def role_of(
        self, name: str, provider: str | None = None, member_of: str | None = None
    ) -> Role | None:
        """Give the role of somebody now, by name, else by a group of the configured provider.

        Args:
            name: of the member of staff.
            provider: the issuer that has proven it; None: a password has.
            member_of: the group there that may give the role.

        Returns:
            None where they may not be in.
        """
        asked = self._served.provider
        if provider is not None and (asked is None or asked.settings.issuer != provider):
            return None
        role = self._served.members().get(name)
        if role is not None:
            return role
        if provider is None or asked is None or member_of is None:
            return None
        return asked.settings.group_roles().get(member_of)

    def admitted(
        self,
        name: str,
        at: datetime,
        *,
        provider: str | None = None,
        member_of: str | None = None,
    ) -> Secret:
        """Let in whoever has proven a name, however that was; it is noted first.

        Returns:
            What the browser shows from now on.

        Raises:
            StoreError: it cannot be noted or kept.
        """
        by = "" if provider is None else f" by {provider}"
        of = "" if member_of is None else f" as one of {harmless(member_of)}"
        self._note(name, f"signs in to the pages{by}{of}", at)
        return self._served.sessions.begin(name, at, provider=provider, member_of=member_of)

    def known(self, shown: str, at: datetime, *, by_hand: bool = True) -> Caller | None:
        """Say who shows this; None: nobody who may be in now.

        Raises:
            StoreError: the store cannot be used.
        """
        session = self._served.sessions.shown(shown, at, by_hand=by_hand) if shown else None
        if session is None:
            return None
        role = self.role_of(session.name, session.provider, session.member_of)
        return None if role is None else Caller(name=session.name, role=role)

    def may_show_link(self, address: str) -> bool:
        """Say whether an address may come with a customer's link."""
        return not self._of_link.wait_s(whose(address), time.monotonic(), takes=0.0)

    def wrong_link(self, address: str) -> None:
        """Take a turn of an address that has come with a link that is none."""
        self._of_link.wait_s(whose(address), time.monotonic())

    def leave(self, name: str, shown: str, at: datetime) -> str | None:
        """Sign a browser out.

        Returns:
            The issuer by which it was in, None where a password was shown.

        Raises:
            StoreError: the store cannot be written.
        """
        session = self._served.sessions.shown(shown, at, by_hand=False)
        self._served.sessions.end(shown)
        self._note(name, "signs out", at)
        return None if session is None else session.provider

    def _note(self, name: str, words: str, at: datetime) -> None:
        self._served.audit.note(
            AuditEvent(kind=AuditKind.SIGN_IN, at=at, staff=harmless(name), words=words)
        )


def place_after(wanted: str) -> str:
    """Give where to go after the sign-in: a page of ours, whatever a link has said."""
    return wanted if _PLACE.fullmatch(wanted) else "/"
