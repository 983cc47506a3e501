"""What all tests have in common: the user's own case store is none of their business."""

from __future__ import annotations

import logging
import shutil
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from sqlalchemy import make_url

from cpe_diag.domain.secret import Secret
from cpe_diag.store.case_store import CaseStore
from cpe_diag.testing.postgres_server import PostgresServer, postgres_server, why_no_postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy import Connection

    Use = Callable[[CaseStore], AbstractContextManager[Connection]]


# How long an example takes says something about the machine, and nothing about the code.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


def pytest_configure() -> None:
    """Let what tests start take the signals of a terminal, also where we were started without one.

    What runs in the background of a script, or under nohup, ignores some, and so do its children.
    """
    for name in ("SIGINT", "SIGHUP", "SIGQUIT"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            given = signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL
            signal.signal(number, given)


LONG = ("kills", "storms", "chaos", "leaks", "cli", "acting", "port", "router", "e2e")
"""Words in the names of files that take minutes, the longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take minutes: at the end one process would do them alone."""

    def rank(item: pytest.Item) -> int:
        if "e2e" not in item.path.parts:
            return len(LONG)
        name = "/".join(item.path.parts[-2:])
        return next(number for number, word in enumerate(LONG) if word in name)

    items.sort(key=rank)


CHAOS = "chaos"
"""The property in which a test tells how many cases it has tried, and in words how they ended."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many cases of dying, cutting and silence were tried, also after a quiet run."""
    told = [
        value
        for report in terminalreporter.stats.get("passed", ())
        for name, value in report.user_properties
        if name == CHAOS
    ]
    if told:
        count = sum(cases for cases, _words in told)
        terminalreporter.write_line(f"chaos: {count} cases in {len(told)} tests")
    if terminalreporter.verbosity > 0:
        for cases, words in sorted(told, key=lambda one: str(one[1])):
            terminalreporter.write_line(f"  {cases:4} {words}")


@pytest.fixture(scope="session", autouse=True)
def data_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let commands that name no case store keep theirs in a folder of this session."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        patch.delenv("CPE_DIAG_STAFF", raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_use_within_another() -> Iterator[None]:
    """Fail what uses a store while it uses it already.

    A process whose connections are all in use so would wait for itself.
    """
    inside = threading.local()

    def watched(use: Use) -> Use:
        @contextmanager
        def once(store: CaseStore) -> Iterator[Connection]:
            held: tuple[CaseStore, ...] = getattr(inside, "held", ())
            assert all(one is not store for one in held), "a use of the store within another"
            inside.held = (*held, store)
            try:
                with use(store) as connection:
                    yield connection
            finally:
                inside.held = held

        return once

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CaseStore, "reading", watched(CaseStore.reading))
        patch.setattr(CaseStore, "writing", watched(CaseStore.writing))
        yield


@pytest.fixture
def logs_put_back() -> Iterator[None]:
    """Put the loggers back that a command of ours has set for its process."""
    root, ours = logging.getLogger(), logging.getLogger("cpe_diag")
    theirs = logging.getLogger("dbos")
    before = (list(root.handlers), root.level, ours.level)
    before_theirs = (list(theirs.handlers), theirs.propagate)
    yield
    root.handlers, level, our_level = before
    root.setLevel(level)
    ours.setLevel(our_level)
    theirs.handlers, theirs.propagate = before_theirs


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Keep a PostgreSQL server running for the tests of this process that want one."""
    why_not = why_no_postgres()
    if why_not:
        pytest.skip(why_not)
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def made_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Have the migrations make one store in a file, of which tests get copies."""
    path = tmp_path_factory.mktemp("made") / "case.db"
    _make(CaseStore.at(path))
    return path


@pytest.fixture(scope="session")
def made_database(postgres: PostgresServer) -> str:
    """Have the migrations make one store in PostgreSQL; gives the name of its database."""
    url = postgres.database()
    _make(CaseStore.behind(Secret(url)))
    return str(make_url(url).database)


def _make(store: CaseStore) -> None:
    with store.writing():
        pass
    store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of a database in which nothing is, not even tables, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'case.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.database()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of a case store in which nothing is but its tables, in each kind of database.

    The migrations take longer than most tests, so it is a copy of a store that they have made.
    """
    if request.param == "sqlite":
        made: Path = request.getfixturevalue("made_file")
        path = tmp_path / "case.db"
        shutil.copy(made, path)  # with the rights of the file, which is private
        return f"sqlite:///{path}"
    like: str = request.getfixturevalue("made_database")
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.database(like)
