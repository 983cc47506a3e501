"""A PostgreSQL server for tests: in a folder of its own, on a Unix socket, without any network."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

STARTS_IN_S: Final = 60.0
STOPS_IN_S: Final = 60.0
USER: Final = "cpe"
EMPTY: Final = "template0"
"""PostgreSQL's own name of a database in which nothing is."""
NOBODY: Final = ("postgres", "nobody")
"""Who runs the server where we are root, which it refuses to be run by."""


@dataclass(slots=True, kw_only=True)
class PostgresServer:
    """A server that is up; `folder` is that of its socket; `durable`: a commit is on the disk."""

    folder: Path
    account: dict[str, Any]
    durable: bool = False
    made: int = 0
    process: subprocess.Popen[bytes] | None = None

    def database(self, like: str = EMPTY) -> str:
        """Make a database; gives its SQLAlchemy URL.

        Args:
            like: the name of the one that it is a copy of, which nobody may use meanwhile.
        """
        self.made += 1
        name = f"cases{self.made}"
        _run("createdb", "-h", str(self.folder), "-U", USER, "-T", like, name)
        return f"postgresql+psycopg://{USER}@/{name}?host={self.folder}"

    def start(self) -> None:
        """Start it, and wait until it answers.

        Raises:
            OSError: it did not start.
        """
        fsync = "on" if self.durable else "off"
        options = ("-k", str(self.folder), "-c", "listen_addresses=", "-c", f"fsync={fsync}")
        self.process = subprocess.Popen(  # noqa: S603 - a server of the system, in our folder
            [_program("postgres"), "-D", str(self.folder / "data"), *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self.account,
        )
        _wait(self.folder, self.process)

    def stop(self, how: int = signal.SIGINT) -> None:
        """Stop it; SIGINT ends connections first ("fast"), SIGQUIT is a crash ("immediate").

        One that a test has left frozen goes on first, and one that does not end is killed.
        """
        if self.process is not None:
            self.send(signal.SIGCONT)
            self.process.send_signal(how)
            try:
                self.process.wait(STOPS_IN_S)
            except subprocess.TimeoutExpired:
                self.send(signal.SIGKILL)
                self.process.wait()
            self.process = None

    def send(self, number: int) -> None:
        """Send a signal to the server and to all that serve its connections."""
        if self.process is not None:
            for pid in (self.process.pid, *_children(self.process.pid)):
                with suppress(ProcessLookupError):
                    os.kill(pid, number)


def why_no_postgres() -> str:
    """Say why there can be no server here; empty where there can."""
    missing = [name for name in ("initdb", "postgres", "createdb") if not _program(name)]
    return f"PostgreSQL is not installed here: no {', '.join(missing)}" if missing else ""


@contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[PostgresServer]:
    """Keep a server running until the block is left; its folder goes with it.

    Args:
        durable: a commit is on the disk; tests do not need that, figures do.

    Yields:
        The server.

    Raises:
        OSError: it did not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="cpe-pg-"))  # short: a socket's path has 107 octets
    account = _account()
    try:
        if account:
            shutil.chown(folder, account["user"], account["group"])
        data = folder / "data"
        _run("initdb", "-D", str(data), "-U", USER, "-A", "trust", "-N", "-E", "UTF8", **account)
        server = PostgresServer(folder=folder, account=account, durable=durable)
        try:
            server.start()
            yield server
        finally:
            server.send(signal.SIGCONT)
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(folder: Path, server: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + STARTS_IN_S
    ready = [_program("pg_isready") or "pg_isready", "-q", "-h", str(folder), "-U", USER]
    while subprocess.run(ready, check=False).returncode != 0:  # noqa: S603 - as above
        if server.poll() is not None or time.monotonic() > ends:
            raise OSError("the PostgreSQL server of the tests did not start")
        time.sleep(0.05)


def _children(pid: int) -> tuple[int, ...]:
    """Give the processes that a process has started; none where the system does not tell."""
    try:
        said = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return ()
    return tuple(map(int, said.split()))


def _run(name: str, *words: str, **account: Any) -> None:  # noqa: ANN401 - of subprocess
    subprocess.run(  # noqa: S603 - a program of the system
        [_program(name), *words], check=True, capture_output=True, **account
    )


def _program(name: str) -> str:
    found = shutil.which(name)
    if found:
        return found
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))  # Debian's place
    return str(places[-1]) if places else ""


def _account() -> dict[str, Any]:
    """Give as whom the server runs; nothing where it runs as we do."""
    if os.geteuid() != 0:
        return {}
    known = {one.pw_name: one for one in pwd.getpwall()}
    for name in NOBODY:
        if name in known:
            return {"user": known[name].pw_uid, "group": known[name].pw_gid, "extra_groups": []}
    return {}
