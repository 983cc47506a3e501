"""Canaille, an identity provider that people run, in a process on loopback.

It has a login form, asks for consent, keeps sessions and signs with keys of its own.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlsplit

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

STARTS_IN_S: Final = 60.0
CLIENT: Final = "cpe-diag"
MISDIRECTED: Final = "misdirected"
"""A client whose tokens the provider makes out to `CLIENT`."""
CLIENT_SECRET: Final = "a secret of the client, 42"
PERSON_PASSWORD: Final = "typed at the provider alone"
PEOPLE: Final = {
    "anna": (),
    "ella": (),
    "fred": (),
    "gina": (),
    "bert": (),
    "carla": ("noc",),
    "dora": (),
    "tom": (),
}
"""By name, the groups: members of staff; one of a group with a role; dora is without either."""
SERVER: Final = Path(__file__).with_name("real_provider_process.py")


def free_port() -> int:
    """Give a port of loopback that nobody has just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def real_provider(folder: Path, port: int, site: str) -> Iterator[None]:
    """Keep the provider up at http://localhost:`port`; browsers return to pages at `site`."""
    log = folder / "provider.log"
    with log.open("wb") as said:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-W", "ignore", str(SERVER), str(port), site, json.dumps(PEOPLE)],
            cwd=folder,  # it reads a file of settings where it is started
            stdout=said,
            stderr=said,
        )
        try:
            deadline = time.monotonic() + STARTS_IN_S
            while not _answers(port):
                assert process.poll() is None, log.read_text(encoding="utf-8")
                assert time.monotonic() < deadline, "the provider does not start"
                time.sleep(0.05)
            yield
        finally:
            process.kill()
            process.wait()


def agreed(address: str, name: str) -> dict[str, list[str]]:
    """Sign somebody in at the provider by its forms, as a browser without scripts sends them.

    Returns:
        What their browser would bring back to us.
    """
    typed = ({"login": name}, {"password": PERSON_PASSWORD}, {"answer": "accept"})
    with httpx.Client(timeout=30) as browser:
        page = _followed(browser, browser.get(address))
        for fields in typed:
            if "location" in page.headers:
                break  # consent is asked for once
            token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page.text)
            assert token is not None, page.text
            form = {"csrf_token": token[1], **fields}
            page = _followed(browser, browser.post(page.url, data=form))
    return parse_qs(urlsplit(page.headers["location"]).query)


def _followed(browser: httpx.Client, answer: httpx.Response) -> httpx.Response:
    """Follow redirects as long as they stay at the provider."""
    while answer.next_request is not None and answer.next_request.url.host == "localhost":
        answer = browser.send(answer.next_request)
    return answer


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/.well-known/openid-configuration", headers=_host(port))
        answer = connection.getresponse()
        body = answer.read()
        return answer.status == http.client.OK and "issuer" in json.loads(body)
    except OSError:
        return False
    finally:
        connection.close()


def _host(port: int) -> dict[str, str]:
    return {"Host": f"localhost:{port}"}
