"""The case store: SQLite on one machine, PostgreSQL by URL for a team.

Every use is one short transaction on a connection of its own, so that processes stand beside each
other; a process that is asked again and again keeps connections open (`keep_open`). On SQLite a
writer takes the file first (BEGIN IMMEDIATE) and waits for others; a commit is on the disk
(write-ahead log, synchronous FULL). The tables are made and brought up to date by the migrations
in the package when the store is first used.
"""

from __future__ import annotations

import sqlite3
import threading
import weakref
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import platformdirs
from sqlalchemy import URL, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from cpe_diag.domain.failures import StoreAwayError, StoreError
from cpe_diag.store import ciphered, sqlite_file
from cpe_diag.store.away import is_away
from cpe_diag.store.case_tables import HEAD
from cpe_diag.store.kept_connections import look_after_rest, pool_of
from cpe_diag.store.server_patience import ONE_MOMENT, begin_in_one, patience_of, server_limits
from cpe_diag.store.sql_words import sql_words
from cpe_diag.store.steady import Steady

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

    from cpe_diag.domain.secret import Secret
    from cpe_diag.ports import Clock
    from cpe_diag.store.ciphered import Keys

WAIT_S: Final = 10.0
"""How long a process waits for its turn; a transaction of ours takes milliseconds."""

KEPT_OPEN: Final = 8
"""Connections of a process that keeps any; further uses wait for one, for milliseconds."""

LEAST_POSTGRESQL: Final = 14
"""PostgreSQL, "Versioning Policy": the oldest that its project still mends; tried here with 15."""
SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"
PSYCOPG: Final = "psycopg"
MIGRATION_STANDS: Final = "SET LOCAL idle_in_transaction_session_timeout = '60s'"
"""Its files are loaded between its statements, which on a busy machine takes longer than anything
else that stands in a transaction."""

# What SQLite's result codes mean to a person: sqlite.org, "Result and Error Codes".
_WORDS: Final = {
    "SQLITE_BUSY": f"another process has held it for more than {WAIT_S:.0f} s; try again",
    "SQLITE_FULL": "there is no room left on the disk",
    "SQLITE_IOERR": "the disk does not take or give it; see whether it is full",
    "SQLITE_READONLY": "it may not be written: look at the rights of the file and its folder",
    "SQLITE_CANTOPEN": "it cannot be opened: look at the rights of the file and its folder",
    "SQLITE_NOTADB": "this file is no case store",
    "SQLITE_CORRUPT": "the file is damaged; put a copy of it back",
}


def default_path() -> Path:
    """Give the usual place of the store: the user's data folder."""
    return Path(platformdirs.user_data_dir("cpe-diag")) / "case.db"


class CaseStore:
    """One store, which is opened and made where that is needed when it is first used."""

    def __init__(self, url: URL, *, wait_s: float = WAIT_S, keys: Keys | None = None) -> None:
        """Use the database at `url`; wait up to `wait_s` for others, and for a connection."""
        self._url = url
        self._wait_s = wait_s
        self._keys = keys
        self._foreign: tuple[type[Exception], ...] = (SQLAlchemyError, sqlite3.Error)
        self.steady = Steady(is_file=self.is_file)
        self._engine: Engine | None = None
        self._ways: tuple[Engine, Engine] | None = None
        """The engine as it reads, which sees one moment, and as it writes."""
        self._pool = pool_of(0, wait_s)
        self._opening, self._turn = threading.Lock(), threading.Lock()

    @classmethod
    def at(cls, path: Path, *, wait_s: float = WAIT_S, keys: Keys | None = None) -> CaseStore:
        """Use a SQLite file, encrypted where there are keys; a plain one is taken over once."""
        return cls(URL.create(SQLITE, database=str(path)), wait_s=wait_s, keys=keys)

    @classmethod
    def behind(cls, url: Secret, *, wait_s: float = WAIT_S) -> CaseStore:
        """Use the database of a SQLAlchemy URL; `postgresql://` is spoken by psycopg 3.

        Raises:
            StoreError: it is no URL.
        """
        try:
            named = make_url(url.reveal())
            if named.drivername in {"postgresql", "postgres"}:
                named = named.set(drivername="postgresql+psycopg")
            return cls(named, wait_s=wait_s)
        except ArgumentError:
            msg = "the case store's url is no SQLAlchemy URL (dialect://user@host/database)"
            raise StoreError(msg) from None

    @property
    def url(self) -> URL:
        """Where the store is, with what is secret: for what keeps tables of its own there.

        Raises:
            StoreError: it is a laptop's, which others cannot open by a URL.
        """
        if self._keys is not None:
            raise StoreError("a laptop has no queue: its store is encrypted")
        return self._url

    @property
    def name(self) -> str:
        """Where the store is, without what is secret."""
        url = self._url
        if self.is_file:
            return str(url.database)
        return f"{url.get_backend_name()}://{url.host or ''}/{url.database or ''}"

    def keep_open(self, connections: int = KEPT_OPEN) -> None:
        """Keep connections between uses, and open no more, until `close`.

        It is said before the store is first used. No use may be inside another one then.
        To open one takes PostgreSQL some 5 ms; SQLite writes its log back when the last closes.
        """
        self._pool = pool_of(connections, self._wait_s)

    def close(self) -> None:
        """Close what is kept open; the store can be used again."""
        if self._engine is not None:
            self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read in one transaction, which sees one moment.

        Raises:
            StoreError: it cannot be opened or read.
        """
        with self._told(), self._ready()[0].connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Write in one transaction, which is on the disk when the block is left in peace.

        Raises:
            StoreError: it cannot be opened or written; nothing was.
        """
        with self._told(), self._in_turn(), self._ready()[1].begin() as connection:
            yield connection

    def touch(self) -> None:
        """Have its tables made, and see that it can be written; nothing else is.

        Raises:
            StoreError: it cannot be.
        """
        with self.writing():
            pass

    def now(self, clock: Clock) -> datetime:
        """Give the time of day by the one clock that all have who share this store.

        Args:
            clock: of this machine, which is that one where the store is a file.

        Raises:
            StoreError: the server cannot be asked.
        """
        if self.is_file:
            return clock.now()
        with self.reading() as connection:
            found: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
            return found.astimezone(UTC)

    def dated(self, moment: datetime, clock: Clock) -> datetime:
        """Give a moment of a machine's time of day by the clock of `now`; never a later one.

        Args:
            moment: when something was, in UTC, by `clock`.
            clock: of this machine.

        Raises:
            StoreError: the server cannot be asked.
        """
        now = self.now(clock)
        return min(now, now - (clock.now() - moment))

    @property
    def is_file(self) -> bool:
        """Whether it is a file of this machine; else a server has it."""
        return self._url.get_backend_name() == SQLITE

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """Let threads that write to a file follow each other; SQLite would ask now and then."""
        if not self.is_file:
            yield
            return
        taken = self._turn.acquire(timeout=self._wait_s)
        try:
            yield  # where it was not taken SQLite says why
        finally:
            if taken:
                self._turn.release()

    def _ready(self) -> tuple[Engine, Engine]:
        """Give the engine of a store whose tables are as this version knows them, in both ways."""
        if self._ways is not None:
            return self._ways
        with self._opening:
            if self._ways is None:
                engine = self._made_ready(self._opened())
                # One that nobody has closed, or that was used after it, leaves nothing open.
                weakref.finalize(self, engine.dispose).atexit = False
                self._engine = engine
                self._ways = (_reading(engine), _writing(engine))
            return self._ways

    def _made_ready(self, engine: Engine) -> Engine:
        path = Path(str(self._url.database))
        if self._keys is not None and (ciphered.is_plain(path) or ciphered.has_left(path)):
            with sqlite_file.alone(path):
                ciphered.blank_left(path)
                if ciphered.is_plain(path):  # another process may have been first
                    ciphered.encrypt(path, self._keys()[-1], self._wait_s)
        if not (self.is_file and not path.exists()):
            with engine.connect() as connection:
                _refuse_older(engine, self.name)
                if _version(connection) == HEAD:
                    return engine
        if self.is_file:
            with sqlite_file.alone(path):
                sqlite_file.switch_to_wal(engine)
                _migrate(engine, self.name)
        else:
            _migrate(engine, self.name)
        return engine

    def _opened(self) -> Engine:
        try:
            if not self.is_file:
                limits = server_limits(self._wait_s)
                engine = create_engine(self._url, connect_args=limits, **self._pool)
                if engine.dialect.driver == PSYCOPG:
                    begin_in_one(engine, self._wait_s)
                else:
                    event.listen(engine, "begin", patience_of(self._wait_s))
                look_after_rest(engine)  # the server may have gone and come again
                return engine
            engine = create_engine(self._url, **self._of_file(), **self._pool)
        except ImportError as error:
            raise StoreError(f"the case store needs a Python package: {error.name}") from None
        event.listen(engine, "connect", sqlite_file.connected)
        event.listen(engine, "begin", sqlite_file.begins)
        return engine

    def _of_file(self) -> dict[str, Any]:
        """Give what `create_engine` is told of a file."""
        keys = self._keys
        if keys is None:
            return {"connect_args": {"timeout": self._wait_s}}
        module, path = ciphered.cipher(), str(self._url.database)
        self._foreign = (*self._foreign, module.Error)
        keys()  # nothing is made where there is none
        return {
            "module": module,
            "creator": lambda: ciphered.connected(path, keys(), self._wait_s),
        }

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Let errors of the database leave in words."""
        try:
            yield
        except self._foreign as error:
            code = str(getattr(getattr(error, "orig", error), "sqlite_errorname", ""))
            known = [words for name, words in _WORDS.items() if code.startswith(name)]
            words = known[0] if known else sql_words(error, self._url)
            raise _kind(error)(f"case store {self.name}: {words}") from None
        except OSError as error:
            raise _kind(error)(f"case store {self.name}: {error.strerror}") from error


def _kind(error: Exception) -> type[StoreError]:
    return StoreAwayError if is_away(error) else StoreError


def _reading(engine: Engine) -> Engine:
    """Give an engine whose transactions see one moment, as those of SQLite do in any case."""
    if engine.dialect.driver == PSYCOPG:
        return engine.execution_options(**{ONE_MOMENT: True})
    if engine.dialect.name == SQLITE:
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ")


def _writing(engine: Engine) -> Engine:
    return engine.execution_options(**{sqlite_file.WRITES: True})


def _refuse_older(engine: Engine, name: str) -> None:
    """Refuse a server that is older than those for which we promise anything.

    Raises:
        StoreError: it is; nothing was asked of it but its version.
    """
    found: tuple[int, ...] | None = getattr(engine.dialect, "server_version_info", None)
    if engine.dialect.name == POSTGRESQL and found is not None and found[0] < LEAST_POSTGRESQL:
        raise StoreError(
            f"case store {name}: this is PostgreSQL {found[0]}; cpe-diag needs "
            f"{LEAST_POSTGRESQL} or newer"
        )


def _version(connection: Connection) -> str | None:
    """Give the migration that the store has; None: it has no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(engine: Engine, name: str) -> None:
    """Bring the tables up to date, beside other processes that want the same.

    Raises:
        StoreError: a newer version of ours has made them.
    """
    # alembic takes 300 ms to import, and only a store that is not up to date needs it.
    from alembic import command  # noqa: PLC0415 - the reason stands above
    from alembic.config import Config  # noqa: PLC0415 - as above
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above
    from alembic.util.exc import CommandError  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", "cpe_diag.store:migrations")
    try:
        with _writing(engine).begin() as connection:
            if engine.dialect.name != SQLITE:
                connection.exec_driver_sql(MIGRATION_STANDS)
            version = _version(connection)
            if version == HEAD:
                return
            if version is not None:
                ScriptDirectory.from_config(config).get_revision(version)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError:
        raise StoreError(
            f"case store {name}: a newer version of cpe-diag has written it; update this one"
        ) from None
    except DBAPIError:
        with engine.connect() as connection:  # another process has made them meanwhile
            if _version(connection) != HEAD:
                raise
