"""What one address, and what is dear, may take of a service; more is told to come back."""

from __future__ import annotations

import contextlib
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

import pytest
from http_service import SECRETS, HttpService, http_service
from page_browser import PAGES_CONFIG, signed_in

from cpe_diag.domain.roles import Role
from cpe_diag.service.pages import report_page
from cpe_diag.service.pages.report_pdf import report_pdf
from cpe_diag.service.web import trends
from cpe_diag.service.web.buckets import Rate
from cpe_diag.service.web.heads import HeadInTime
from cpe_diag.store.runs import StoredRuns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

R = TypeVar("R")

PATIENCE_S: Final = 90.0
ELSEWHERE: Final = "127.0.0.2"
"""An address of loopback from which no proxy of this machine comes."""
ASKED: Final = b"GET /healthz HTTP/1.1\r\nHost: a.example\r\n\r\n"


@pytest.fixture
def console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpService]:
    """Keep a service up with a member of staff of every role."""
    store = f"sqlite:///{tmp_path / 'case.db'}"
    for name, value in {**SECRETS, "HTTP_TEST_STORE": store}.items():
        monkeypatch.setenv(name, value)
    with http_service(tmp_path / "service", PAGES_CONFIG) as running:
        yield running


@pytest.fixture
def case(console: HttpService) -> str:
    """Give a case whose run has ended."""
    body = {"playbook": "no_internet", "subscriber": "sub-1", "ticket": "T-1"}
    made = console.ask("POST", "/api/runs", body)
    console.run_ends(made.json["id"])
    return str(made.json["case"])


class Standing:
    """Lets what is called stand until `goes_on`; `there` counts those who stand."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.goes_on = threading.Event()
        self.there = threading.Semaphore(0)

    def before(self, work: Callable[..., R]) -> Callable[..., R]:
        """Stand before some work."""

        def stands(*args: object, **more: object) -> R:
            self.there.release()
            assert self.goes_on.wait(PATIENCE_S)
            return work(*args, **more)

        return stands

    def has(self, many: int) -> None:
        """Wait until so many stand."""
        for _ in range(many):
            assert self.there.acquire(timeout=PATIENCE_S)


def test_no_more_trends_are_made_at_once_than_may_be(
    console: HttpService, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each reads many results; whoever comes then is told when to come back."""
    standing, path = Standing(), f"/api/cases/{case}/trends"
    console.token(Role.AUTOMATION)
    with ThreadPoolExecutor(trends.AT_ONCE) as pool, monkeypatch.context() as patch:
        patch.setattr(StoredRuns, "up_to", standing.before(StoredRuns.up_to))
        going = [pool.submit(console.ask, "GET", path) for _number in range(trends.AT_ONCE)]
        standing.has(trends.AT_ONCE)
        more = console.ask("GET", path)
        page = signed_in(console, Role.VIEWER).open(f"/cases/{case}/trends")
        others = console.ask("GET", f"/api/cases/{case}")
        standing.goes_on.set()
        assert [one.result().status for one in going] == [200] * trends.AT_ONCE
    assert (more.status, page.status, others.status) == (503, 503, 200)
    assert more.headers["retry-after"] == page.headers["retry-after"] == "1"
    assert "try again in a second" in more.body.decode()
    assert console.ask("GET", path).status == 200


def test_no_more_pdfs_are_made_at_once_than_may_be(
    console: HttpService, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each keeps a processor busy."""
    standing, path = Standing(), f"/cases/{case}/report.pdf"
    browser = signed_in(console, Role.VIEWER)
    with ThreadPoolExecutor(report_page.AT_ONCE) as pool, monkeypatch.context() as patch:
        patch.setattr(report_page, "report_pdf", standing.before(report_pdf))
        going = [pool.submit(browser.ask, "GET", path) for _number in range(report_page.AT_ONCE)]
        standing.has(report_page.AT_ONCE)
        more = browser.ask("GET", path)
        standing.goes_on.set()
        assert {one.result().headers["content-type"] for one in going} == {"application/pdf"}
    assert (more.status, more.headers["retry-after"]) == (503, "1")


def test_one_address_has_so_many_connections_and_others_theirs(
    console: HttpService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else one who holds a thousand open keeps everybody out; a proxy beside it may have more."""
    monkeypatch.setattr(HeadInTime, "of_one", 2)

    def connected(source: str) -> socket.socket:
        link = socket.create_connection(
            ("127.0.0.1", console.port), timeout=PATIENCE_S, source_address=(source, 0)
        )
        return held.enter_context(contextlib.closing(link))

    def answer(link: socket.socket) -> bytes:
        link.sendall(ASKED)
        said = b""
        while b"}" not in said:
            said += link.recv(65_536)
        return said

    with contextlib.ExitStack() as held:
        first, second = connected(ELSEWHERE), connected(ELSEWHERE)
        assert answer(first).startswith(b"HTTP/1.1 200")
        assert answer(second).startswith(b"HTTP/1.1 200")
        third = connected(ELSEWHERE)
        said = answer(third)
        assert said.startswith(b"HTTP/1.1 429")
        assert b"retry-after: 1" in said.lower()
        assert third.recv(1) == b"", "it is closed"
        for source in ("127.0.0.3", *["127.0.0.1"] * 3):
            assert answer(connected(source)).startswith(b"HTTP/1.1 200")
        first.close()
        second.close()


def test_health_is_told_however_many_strangers_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever watches a service from behind the same address must not take it for dead."""
    store = f"sqlite:///{tmp_path / 'case.db'}"
    for name, value in {**SECRETS, "HTTP_TEST_STORE": store}.items():
        monkeypatch.setenv(name, value)
    with http_service(
        tmp_path / "service", PAGES_CONFIG, rate=Rate(per_s=0.001, burst=1.0)
    ) as service:
        assert [service.ask("GET", "/api/runs").status for _ in range(3)] == [200, 429, 429]
        assert {service.ask("GET", "/healthz", role=None).status for _ in range(5)} == {200}
