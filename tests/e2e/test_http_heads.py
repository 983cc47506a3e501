"""Claims about connections that say nothing, or never come to an end of what they say."""

from __future__ import annotations

import contextlib
import socket
import time
from typing import TYPE_CHECKING, Final

import pytest
import uvicorn
from click.testing import CliRunner
from http_service import CONFIG, INVENTORY, RULES, SECRETS, HttpService

from cpe_diag.cli import main
from cpe_diag.service.web.heads import HeadInTime

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOON_S: Final = 0.3
PATIENCE_S: Final = 90.0
HEAD: Final = b"GET /healthz HTTP/1.1\r\nHost: a.example\r\n"
BODY: Final = b"POST /api/runs HTTP/1.1\r\nHost: a.example\r\nContent-Length: 100\r\n\r\n{"


@pytest.fixture(params=["sqlite"])
def store_url(tmp_path: Path) -> str:
    """Give one kind of store: nothing of this reaches it."""
    return f"sqlite:///{tmp_path / 'case.db'}"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HeadInTime, "head_s", SOON_S)
    monkeypatch.setattr(HeadInTime, "taken_s", SOON_S)


@contextlib.contextmanager
def _connected(service: HttpService) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE_S) as link:
        yield link


def _until_closed(link: socket.socket) -> bytes:
    """Read until the other side closes; a timeout says that it does not."""
    found = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := link.recv(65_536):
            found += piece
    return found


@pytest.mark.parametrize("said", [b"", b"GET", HEAD, HEAD + b"X-More: a\r\n"])
def test_a_connection_without_a_request_is_closed(service: HttpService, said: bytes) -> None:
    """Else so many as may be open keep everybody out for ever."""
    with _connected(service) as link:
        link.sendall(said)
        assert _until_closed(link) == b""


def test_a_head_that_comes_in_drops_is_closed_too(service: HttpService) -> None:
    """Each drop is something, and never an end."""
    with _connected(service) as link, contextlib.suppress(BrokenPipeError, ConnectionResetError):
        link.settimeout(0.05)
        for number in range(round(PATIENCE_S / 0.05)):
            link.sendall(HEAD if not number else b"X-More: a\r\n")
            with contextlib.suppress(TimeoutError):
                assert link.recv(100) == b""
                return
        pytest.fail("it is still open")


def test_a_connection_is_used_again_and_closed_when_it_says_no_more(service: HttpService) -> None:
    """Two requests one after the other, half of a third one."""
    with _connected(service) as link:
        link.sendall(HEAD + b"\r\n" + HEAD + b"\r\n" + HEAD)
        assert _until_closed(link).count(b"HTTP/1.1 200 OK") == 2


def test_who_is_refused_before_the_body_has_come_is_closed_too(service: HttpService) -> None:
    """The answer is there; the rest of the body may never come."""
    with _connected(service) as link:
        link.sendall(BODY)
        assert b"HTTP/1.1 401" in _until_closed(link)


def test_who_does_not_read_what_was_asked_for_is_broken_off(service: HttpService) -> None:
    """The description is for everybody, and large: so many of them would keep everybody out."""
    asked = b"GET /openapi.json HTTP/1.1\r\nHost: a.example\r\n\r\n"
    with socket.socket() as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        link.settimeout(PATIENCE_S)
        link.connect(("127.0.0.1", service.port))
        link.sendall(asked * 200)  # more than any buffer takes
        ends = time.monotonic() + PATIENCE_S
        while service.server.server_state.total_requests == 0:
            assert time.monotonic() < ends, "nothing was asked"
            time.sleep(0.02)
        while service.server.server_state.connections:
            assert time.monotonic() < ends, "it is still open"
            time.sleep(0.02)


def test_who_reads_slowly_gets_all_of_it(service: HttpService) -> None:
    """As long as it goes on."""
    with _connected(service) as link:
        link.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: a.example\r\n\r\n")
        assert len(_until_closed(link)) > 200_000


@pytest.mark.usefixtures("logs_put_back")
def test_the_command_serves_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What tests speak with is what people run."""
    store = f"sqlite:///{tmp_path / 'case.db'}"
    for name, value in {**SECRETS, "HTTP_TEST_STORE": store}.items():
        monkeypatch.setenv(name, value)
    for name, text in (("config", CONFIG), ("inventory", INVENTORY), ("rules", RULES)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    spoken: list[type[HeadInTime]] = []

    def run(server: uvicorn.Server, sockets: list[socket.socket]) -> None:
        server.config.load()
        spoken.append(server.config.http_protocol_class)  # type: ignore[arg-type]  # which is it
        for one in sockets:
            one.close()

    monkeypatch.setattr(uvicorn.Server, "run", run)
    words = [
        "--config",
        str(tmp_path / "config.yaml"),
        "serve",
        "--no-worker",
        "--port",
        "0",
        "--connections",
        "7",
    ]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    (protocol,) = spoken
    assert issubclass(protocol, HeadInTime)
    assert protocol.of_one == 7
