"""A browser without scripts for tests of the pages: cookies, forms and redirects."""

from __future__ import annotations

import http.client
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from http_service import CONFIG

from cpe_diag.domain.roles import Role
from cpe_diag.domain.secret import Secret
from cpe_diag.service.pages.visit import SESSION, csrf_of

if TYPE_CHECKING:
    from http_service import HttpService

STAFF: Final = {
    Role.VIEWER: "vera",
    Role.SECOND_LINE: "bert",
    Role.SENIOR: "anna",
    Role.TECHNICIAN: "tom",
    Role.AUTOMATION: "robot",
}
"""A member of staff of every role."""

PASSWORD: Final = "correct horse battery"
_MEMBERS: Final = ", ".join(f"{name}: {{role: {role}}}" for role, name in STAFF.items())
PAGES_CONFIG: Final = CONFIG.replace("{anna: {role: senior}}", f"{{{_MEMBERS}}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAnswer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """What a page says; what is no text of UTF-8 is marked."""
        return self.body.decode(errors="replace")

    @property
    def place(self) -> str:
        """Where the browser is sent."""
        return self.headers.get("location", "")


@dataclass(slots=True, kw_only=True)
class PageBrowser:
    """One browser."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self,
        method: str,
        path: str,
        form: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> PageAnswer:
        """Send one request, with a form where there is one; redirects are not followed."""
        sent = {"Accept-Language": "en", **(headers or {})}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if form is not None:
            body = urlencode(form)
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            for line in answer.headers.get_all("set-cookie") or ():
                name, _, value = line.partition(";")[0].partition("=")
                if "Max-Age=0" in line:
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = value
            return PageAnswer(
                status=answer.status,
                headers={name.lower(): value for name, value in answer.getheaders()},
                body=answer.read(),
            )
        finally:
            connection.close()

    def open(self, path: str) -> PageAnswer:
        """Get a page."""
        return self.ask("GET", path)

    def send(self, path: str, **form: str) -> PageAnswer:
        """Send a form with the token that belongs to this browser."""
        return self.ask("POST", path, {"csrf": self.csrf, **form})

    def sign_in(self, name: str, password: str = PASSWORD, place: str = "/") -> PageAnswer:
        """Sign in as a person does: the form, then the name and the password."""
        form = self.open(f"/sign-in?next={place}")
        found = re.search(r'name="csrf" value="([0-9a-f]{64})"', form.text)
        assert found is not None
        return self.ask(
            "POST",
            "/sign-in",
            {"csrf": found[1], "name": name, "password": password, "next": place},
        )

    @property
    def csrf(self) -> str:
        """The token of this browser's forms."""
        return csrf_of(self.cookies.get(SESSION, ""))


class PageEvents:
    """The events of a live page, as they come."""

    def __init__(self, browser: PageBrowser, path: str, last: str = "") -> None:
        """Begin to read, after the event `last`."""
        self._connection = http.client.HTTPConnection("127.0.0.1", browser.port, timeout=30)
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        headers = {"Cookie": cookie, **({"Last-Event-ID": last} if last else {})}
        self._connection.request("GET", path, headers=headers)
        self._answer = self._connection.getresponse()
        assert self._answer.getheader("Content-Type", "").startswith("text/event-stream")

    def close(self) -> None:
        """Go away."""
        self._answer.close()
        self._connection.close()

    def line(self) -> str:
        """Give the next line."""
        line = self._answer.readline()
        assert line, "the stream has ended"
        return line.decode().rstrip("\n")

    def next(self) -> dict[str, str]:
        """Give the next event that has something to say."""
        while True:
            found: dict[str, str] = {}
            while line := self.line():
                name, _, value = line.partition(": ")
                found[name] = f"{found[name]}\n{value}" if name in found else value
            if found.get("event", "ping") != "ping":
                return found


def passwords_of_all(service: HttpService) -> None:
    """Give every member of staff the same password."""
    for name in STAFF.values():
        service.served.passwords.put(name, Secret(PASSWORD), by="test", at=datetime.now(UTC))


def signed_in(service: HttpService, role: Role) -> PageBrowser:
    """Give a browser whose session stands in the store, without the time of a hash."""
    shown = service.served.sessions.begin(STAFF[role], datetime.now(UTC))
    return PageBrowser(port=service.port, cookies={SESSION: shown.reveal()})
