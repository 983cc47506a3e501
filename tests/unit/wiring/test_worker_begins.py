"""A worker that starts while its store is away waits for it, says so, and can be stopped."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Final

import pytest
from sqlalchemy import make_url, text

from cpe_diag.domain.failures import StoreAwayError, StoreError
from cpe_diag.domain.secret import Secret
from cpe_diag.service import store_awaited
from cpe_diag.service.queue_dbos import DbosWorker
from cpe_diag.store.case_store import CaseStore
from cpe_diag.wiring import working
from cpe_diag.wiring.config import Config, read
from cpe_diag.wiring.working import Worker, WorkerWish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cpe_diag.testing.postgres_server import PostgresServer

LIMIT_S: Final = 60.0
WAITS: Final = "takes no runs yet: case store"


class Beginning:
    """A worker that begins, in a thread; and what it says."""

    def __init__(self, config: Config, caplog: pytest.LogCaptureFixture) -> None:
        """Begin."""
        caplog.set_level(logging.INFO, "cpe_diag.worker")
        self._caplog = caplog
        self.raised: list[StoreError] = []
        self._worker = Worker(config, WorkerWish(sweep_every_s=0.05))
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def _work(self) -> None:
        try:
            self._worker.work()
        except StoreError as error:
            self.raised.append(error)

    def said(self, words: str) -> int:
        """Count the lines that hold some words."""
        return sum(words in line for line in self._caplog.messages)

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait for what it does."""
        ends = time.monotonic() + LIMIT_S
        while not holds():
            assert time.monotonic() < ends, self._caplog.messages
            time.sleep(0.01)

    def stop(self, within_s: float = LIMIT_S) -> None:
        """Stop it, and see that it ends."""
        self._worker.stop()
        self._thread.join(within_s)
        assert not self._thread.is_alive()


@pytest.fixture
def tries(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """Count how often a worker looks whether its store can be used."""
    counted: list[None] = []
    touch = CaseStore.touch

    def counts(store: CaseStore) -> None:
        counted.append(None)
        touch(store)

    monkeypatch.setattr(CaseStore, "touch", counts)
    monkeypatch.setattr(store_awaited, "FIRST_WAIT_S", 0.01)
    return counted


@pytest.fixture
def begin(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str, float], Beginning]]:
    """Give what has a worker begin, with a store that has so much patience; it is stopped."""
    (tmp_path / "inventory.yaml").write_text("nodes: {}\nsubscribers: []\n", encoding="utf-8")
    file = tmp_path / "config.yaml"
    file.write_text("inventory: {kind: file, path: inventory.yaml}\n", encoding="utf-8")
    begun: list[Beginning] = []

    def begins(url: str, wait_s: float) -> Beginning:
        store = CaseStore(make_url(url), wait_s=wait_s)
        monkeypatch.setattr(working, "case_store", lambda _config: store)
        begun.append(Beginning(read(file, str(file)), caplog))
        return begun[-1]

    yield begins
    for one in begun:
        one.stop()


def locked(url: str) -> sqlite3.Connection:
    """Take a file as a process does that copies or mends it."""
    held = sqlite3.connect(str(make_url(url).database), isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    return held


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_worker_waits_for_a_file_that_another_process_has_and_then_works(
    store_url: str, tries: list[None], begin: Callable[[str, float], Beginning]
) -> None:
    """It says so once, and what is ordered meanwhile does not wait for whoever starts it again."""
    with closing(locked(store_url)):
        worker = begin(store_url, 0.02)
        worker.until(lambda: len(tries) > 2)
    worker.until(lambda: worker.said("takes runs of region") == 1)
    assert worker.said(f"{WAITS} {make_url(store_url).database}: another process has held it") == 1
    assert worker.said("the case store can be used again") == 1


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_worker_whose_file_is_held_by_another_ends_at_once_when_it_is_stopped(
    store_url: str, tries: list[None], begin: Callable[[str, float], Beginning]
) -> None:
    """SQLite's own wait hears no signal."""
    with closing(locked(store_url)):
        worker = begin(store_url, LIMIT_S)
        worker.until(lambda: len(tries) == 1)
        worker.stop(within_s=LIMIT_S / 4)
    assert (worker.raised, worker.said("takes runs of")) == ([], 0)


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_queue_that_could_not_be_started_can_be_started_again(
    store_url: str,
    tries: list[None],
    begin: Callable[[str, float], Beginning],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The store may go away once more between our tables and those of the queue."""
    register, failed = DbosWorker._register, [StoreAwayError("gone")]  # noqa: SLF001 - between two of DBOS

    def once(queue: DbosWorker, kind: object) -> None:
        if failed:
            raise failed.pop()
        register(queue, kind)  # type: ignore[arg-type] # as it came

    monkeypatch.setattr(DbosWorker, "_register", once)
    worker = begin(store_url, 10.0)
    worker.until(lambda: worker.said("takes runs of region") == 1)
    assert (len(tries), worker.said("takes no runs yet: gone")) == (2, 1)


def test_a_worker_whose_store_a_newer_version_has_written_ends(
    store_url: str, tries: list[None], begin: Callable[[str, float], Beginning]
) -> None:
    """To wait would hide from whoever has started it that there is something to do."""
    with CaseStore(make_url(store_url)).writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    worker = begin(store_url, 10.0)
    worker.until(lambda: bool(worker.raised))
    assert ["newer version of cpe-diag" in str(one) for one in worker.raised] == [True]
    assert (len(tries), worker.said("takes no runs yet")) == (1, 0)


def test_what_a_server_that_is_away_says_is_waited_for_and_what_it_refuses_is_not(
    postgres: PostgresServer,
) -> None:
    """A server that is there and knows no such database or user is asked in vain for ever."""
    url = make_url(postgres.database())
    nowhere = url.set(port=9, query={**url.query, "host": "127.0.0.1"})
    for one, away in (
        (nowhere, True),
        (url.set(database="none"), False),
        (url.set(username="nobody-known"), False),
    ):
        with pytest.raises(StoreError) as told:
            CaseStore.behind(Secret(one.render_as_string(hide_password=False))).touch()
        assert isinstance(told.value, StoreAwayError) is away, str(told.value)
