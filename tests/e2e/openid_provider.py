"""A real OpenID Connect provider for tests: oidc-provider-mock in a process, on loopback."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STARTS_IN_S: Final = 60.0
CLIENT: Final = "cpe-diag"
USERS: Final[Mapping[str, Mapping[str, object]]] = {
    "u-1": {"preferred_username": "bert", "groups": ["everybody"]},
    "u-2": {"preferred_username": "carla", "groups": ["everybody", "noc"]},
    "u-3": {"preferred_username": "dora", "groups": ["everybody"]},
    "u-4": {"email": "bert", "email_verified": False},
}
"""By subject: a member of staff; one of a group with a role; one without; one without a name."""


@contextmanager
def openid_provider() -> Iterator[int]:
    """Keep a provider up, and give its port."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
    words = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "-p", str(port)]
    for subject, claims in USERS.items():
        words += ["--user-claims", json.dumps({"sub": subject, **claims})]
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + STARTS_IN_S
        while not _answers(port):
            assert process.poll() is None, "the provider has ended"
            assert time.monotonic() < deadline, "the provider does not start"
            time.sleep(0.05)
        yield port
    finally:
        process.kill()
        process.wait()


def agrees(address: str, subject: str | None) -> str:
    """Sign in at the provider, as a person does there; None: they refuse.

    Returns:
        The address to which the browser is sent back.
    """
    parts = urlsplit(address)
    form = {"action": "deny"} if subject is None else {"sub": subject}
    connection = http.client.HTTPConnection("127.0.0.1", parts.port or 0, timeout=30)
    try:
        connection.request(
            "POST",
            f"{parts.path}?{parts.query}",
            body=urlencode(form),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        answer = connection.getresponse()
        answer.read()
        back = answer.getheader("Location", "")
    finally:
        connection.close()
    if subject is None:
        # RFC 6749, section 4.1.2.1, has the state in a refusal too, which this provider forgets.
        back += "&" + urlencode({"state": parse_qs(parts.query)["state"][0]})
    return back


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/jwks")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()
