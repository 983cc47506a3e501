"""`cpe-diag staff` as it is typed, and a sign-in with what it has set."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import fork_server
import pytest
from http_service import INVENTORY, RULES, SECRETS
from page_browser import PAGES_CONFIG, PASSWORD, PageBrowser

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """Give a folder with the files of a service."""
    (tmp_path / "config.yaml").write_text(PAGES_CONFIG, encoding="utf-8")
    (tmp_path / "inventory.yaml").write_text(INVENTORY, encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    return tmp_path


def _environment(office: Path, staff: str) -> dict[str, str]:
    store = {"HTTP_TEST_STORE": f"sqlite:///{office / 'case.db'}", "CPE_DIAG_STAFF": staff}
    return {**os.environ, **SECRETS, **store}


def _words(*words: str) -> list[str]:
    return [sys.executable, "-m", "cpe_diag", "--config", "config.yaml", *words]


def _run(office: Path, *words: str, said: str = "", staff: str = "anna") -> tuple[int, str]:
    done = fork_server.run(
        _words(*words)[1:],
        cwd=office,
        env=_environment(office, staff),
        typed=said,
        timeout=150,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done.returncode, done.stdout + done.stderr


def test_a_password_is_set_by_who_may_and_opens_the_pages(office: Path) -> None:
    """It is read from standard input, and stands in no list of processes and in no log."""
    assert _run(office, "staff", "password", "bert", said=PASSWORD, staff="bert")[0] == 20
    assert _run(office, "staff", "password", "nobody", said=PASSWORD)[0] == 2
    status, told = _run(office, "staff", "password", "bert", said="too short\n")
    assert (status, "15 to 200 characters" in told) == (3, True)
    assert _run(office, "staff", "password", "bert", said=f"{PASSWORD}\n")[0] == 0
    served = subprocess.Popen(  # noqa: S603 - our own interpreter
        _words("serve", "--no-worker", "--port", "0"),
        cwd=office,
        env=_environment(office, "anna"),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert served.stdout is not None
        found = re.match(r"http://127\.0\.0\.1:(\d+)/", served.stdout.readline())
        assert found is not None
        browser = PageBrowser(port=int(found[1]))
        assert browser.sign_in("bert").place == "/"
        assert "bert (second line)" in browser.open("/").text
        assert _run(office, "staff", "remove", "bert")[0] == 0
        assert browser.open("/").status == 303
        assert browser.sign_in("bert").status == 401
        assert _run(office, "staff", "remove", "bert")[0] == 2
    finally:
        served.send_signal(signal.SIGTERM)
        served.communicate(timeout=60)
    audit = " ".join(_run(office, "audit", "show")[1].split())
    assert "gives bert a password" in audit
    assert PASSWORD not in audit
