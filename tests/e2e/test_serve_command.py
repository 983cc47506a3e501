"""`cpe-diag serve` and `cpe-diag token` as they are typed."""

from __future__ import annotations

import http.client
import os
import re
import signal
import ssl
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from http_service import CONFIG, INVENTORY, RULES, SECRETS
from sqlalchemy import make_url

if TYPE_CHECKING:
    from typing import IO

    from cpe_diag.testing.postgres_server import PostgresServer

MEMBERS = "members: {anna: {role: senior}, bert: {role: second_line}}"


_ALONE = ("serve", "--no-worker", "--port", "0")


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """Give a folder with the files of a service."""
    text = CONFIG.replace("members: {anna: {role: senior}}", MEMBERS)
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "inventory.yaml").write_text(INVENTORY, encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    return tmp_path


def _environment(office: Path, staff: str = "anna") -> dict[str, str]:
    store = {"HTTP_TEST_STORE": f"sqlite:///{office / 'case.db'}", "CPE_DIAG_STAFF": staff}
    return {**os.environ, **SECRETS, **store}


def _words(*words: str) -> list[str]:
    return [sys.executable, "-m", "cpe_diag", "--config", "config.yaml", *words]


def _run(office: Path, *words: str, staff: str = "anna") -> tuple[int, str, str]:
    done = subprocess.run(  # noqa: S603 - our own interpreter
        _words(*words),
        cwd=office,
        env=_environment(office, staff),
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done.returncode, done.stdout, done.stderr


def _status(port: int, token: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", "/api/runs", headers={"Authorization": f"Bearer {token}"})
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_token_opens_the_service_until_it_is_revoked(office: Path) -> None:
    """It is shown once; the service asks the store each time, and ends at a signal."""
    assert _run(office, "token", "add", "crm", staff="bert")[0] == 20
    refused = _run(office, "token", "add", "bert")
    assert (refused[0] != 0, "bert is a member of staff" in refused[2]) == (True, True)
    status, said, errors = _run(office, "token", "add", "crm", "--role", "viewer", "--for", "1h")
    assert status == 0, errors
    token = said.strip()
    assert re.fullmatch(r"cpediag_[0-9a-f]{10}_[A-Za-z0-9_-]{43}", token)
    assert _run(office, "token", "add", "crm")[0] == 3
    listed = _run(office, "token", "list")[1]
    assert "crm" in listed
    assert token not in listed
    served = subprocess.Popen(  # noqa: S603 - our own interpreter
        _words(*_ALONE),
        cwd=office,
        env=_environment(office),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert served.stdout is not None
        found = re.match(r"http://127\.0\.0\.1:(\d+)/", served.stdout.readline())
        assert found is not None
        port = int(found[1])
        assert _status(port, token) == 200
        assert _status(port, token[:-1] + ("A" if token[-1] != "A" else "B")) == 401
        assert _run(office, "token", "revoke", "crm")[0] == 0
        assert _status(port, token) == 401
        taken = _run(office, "serve", "--no-worker", "--port", str(port))
        assert taken[0] == 3
    finally:
        served.send_signal(signal.SIGTERM)
        served.communicate(timeout=60)
    assert served.returncode == 143
    audit = _run(office, "audit", "show")[1]
    assert "makes the token crm with the role viewer" in " ".join(audit.split())
    assert token not in audit


def _children(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    return [int(one) for path in tasks for one in path.read_text(encoding="ascii").split()]


def _says(lines: IO[str], words: str) -> None:
    while words not in (line := lines.readline()):
        assert line, f"it has ended without {words!r}"


def _is_gone(process: int) -> bool:
    end_s = time.monotonic() + 60.0
    while Path(f"/proc/{process}").exists():
        if time.monotonic() > end_s:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_is_ordered_is_done_by_a_worker_that_comes_and_goes_with_the_service(
    office: Path, number: signal.Signals
) -> None:
    """On one laptop `serve` is all there is; a worker that dies is followed by another one.

    Also where the service is killed: a worker that nobody knows of would go on for weeks.
    """
    served = subprocess.Popen(  # noqa: S603 - our own interpreter
        _words("serve", "--port", "0"),
        cwd=office,
        env=_environment(office),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert served.stdout is not None
    assert served.stderr is not None
    try:
        served.stdout.readline()
        assert "by a worker beside it" in served.stdout.readline()
        _says(served.stderr, "takes runs of region default")
        (worker,) = _children(served.pid)
        if number is signal.SIGTERM:
            os.kill(worker, signal.SIGKILL)
            _says(served.stderr, "the worker ended with -9; another one begins in 1 s")
            _says(served.stderr, "takes runs of region default")
            (worker,) = _children(served.pid)
        order = ("submit", "no_internet", "--subscriber", "sub-1", "--ticket", "T-1")
        assert _run(office, *order)[0] == 0
        _says(served.stderr, "taken up: no_internet")
    finally:
        served.send_signal(number)
        served.communicate(timeout=90)
    assert _is_gone(worker)


def test_over_tls_a_browser_is_told_to_come_back_over_tls_alone(office: Path) -> None:
    """And what it keeps of us no plain connection can read or set."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    chain = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (office / "chain.pem").write_bytes(chain.public_bytes(Encoding.PEM))
    (office / "key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    served = subprocess.Popen(  # noqa: S603 - our own interpreter
        _words(*_ALONE, "--tls-cert", "chain.pem", "--tls-key", "key.pem"),
        cwd=office,
        env=_environment(office),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert served.stdout is not None
        found = re.match(r"https://127\.0\.0\.1:(\d+)/", served.stdout.readline())
        assert found is not None
        trusts = ssl.create_default_context(cafile=office / "chain.pem")
        for path in ("/sign-in", "/healthz", "/api/cases", "/static/pages.css", "/none"):
            told = _heads(f"https://localhost:{found[1]}{path}", trusts)
            assert told["strict-transport-security"] == "max-age=31536000", path
        cookie = _heads(f"https://localhost:{found[1]}/sign-in", trusts)["set-cookie"]
        assert cookie.startswith("__Host-cpe_diag_form=")
        assert "; Secure" in cookie
    finally:
        served.send_signal(signal.SIGTERM)
        served.communicate(timeout=60)


def _heads(address: str, trusts: ssl.SSLContext) -> httpx.Headers:
    with httpx.Client(verify=trusts) as client:
        return client.get(address).headers


def test_a_certificate_needs_its_key(office: Path) -> None:
    """Nothing listens before that is said."""
    status, _, errors = _run(office, "serve", "--tls-cert", "chain.pem")
    assert (status, "--tls-cert and --tls-key go together" in errors) == (2, True)


def test_a_service_that_starts_while_its_store_is_away_waits_for_it_and_says_so(
    office: Path, postgres: PostgresServer
) -> None:
    """After a power cut the database may come later than who uses it."""
    url = make_url(postgres.database())
    there, later = Path(str(url.query["host"])), office / "later"
    later.mkdir()
    store = url.set(query={**url.query, "host": str(later)})
    served = subprocess.Popen(  # noqa: S603 - our own interpreter
        _words(*_ALONE),
        cwd=office,
        env={
            **_environment(office),
            "HTTP_TEST_STORE": store.render_as_string(hide_password=False),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert served.stdout is not None
    assert served.stderr is not None
    try:
        _says(served.stderr, "serves nothing yet: case store")
        for socket in there.glob(".s.PGSQL.*"):
            (later / socket.name).symlink_to(socket)
        _says(served.stderr, "the case store can be used again")
        found = re.match(r"http://127\.0\.0\.1:(\d+)/", served.stdout.readline())
        assert found is not None
        assert _status(int(found[1]), "none") == 401
    finally:
        served.send_signal(signal.SIGTERM)
        served.communicate(timeout=60)
    assert served.returncode == 143


def test_a_service_that_waits_for_its_store_ends_at_a_signal(office: Path) -> None:
    """Whoever stops it is not kept waiting."""
    served = subprocess.Popen(  # noqa: S603 - our own interpreter
        _words(*_ALONE),
        cwd=office,
        env={**_environment(office), "HTTP_TEST_STORE": f"postgresql:///cpe?host={office}"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert served.stderr is not None
    try:
        _says(served.stderr, "serves nothing yet: case store")
    finally:
        served.send_signal(signal.SIGTERM)
        _, errors = served.communicate(timeout=60)
    assert served.returncode == 143
    assert "Traceback" not in errors
