"""SQLCipher below the case store of a laptop: every page is encrypted, also those of its log.

The key is 32 octets that are used as they are (`PRAGMA key = "x'...'"`, SQLCipher's API
documentation, "Raw Key Data"); it appears in no URL, so in no message.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from cpe_diag.domain.failures import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Keys = Callable[[], Sequence[bytes]]
    """Gives the keys that may fit, the one to encrypt with last; StoreError: there is none."""

KEY_BYTES: Final = 32
PLAIN: Final = b"SQLite format 3\x00"
"""How a file begins that is not encrypted: sqlite.org, "Database File Format", 1.3.1."""
NEXT: Final = ".sealing"
LEFT: Final = ("{}.plain", "{}-wal.plain")
"""What names a plain store and its log until they are overwritten. Once their own names are gone
nobody else could find their blocks, and they would stay readable where we die meanwhile."""
BLOCK: Final = 1 << 20


def cipher() -> Any:  # noqa: ANN401 - a DB-API module without types
    """Give the module that opens encrypted stores.

    Raises:
        StoreError: it is not installed.
    """
    try:
        from sqlcipher3 import dbapi2  # noqa: PLC0415 - only laptops need it
    except ImportError:
        words = 'the store of a laptop is encrypted, which needs: pip install "cpe-diag[field]"'
        raise StoreError(words) from None
    return dbapi2


def connected(path: str, keys: Sequence[bytes], wait_s: float) -> Any:  # noqa: ANN401 - as above
    """Open a connection with the first key that fits.

    Raises:
        StoreError: none does, or the file is damaged.
    """
    module = cipher()
    for key in keys:
        connection = module.connect(path, timeout=wait_s, check_same_thread=False)
        try:
            connection.execute("PRAGMA cipher_log_level = NONE")  # what is wrong we say ourselves
            connection.execute(f"PRAGMA key = {_raw(key)}")
            # What is sorted or collected for a moment would be written to a plain file.
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
        except module.DatabaseError as error:
            connection.close()
            if "not a database" not in str(error):
                raise
        else:
            return connection
    words = "it was encrypted with another key than this laptop's, or is damaged"
    raise StoreError(f"case store {path}: {words}")


def is_plain(path: Path) -> bool:
    """Say whether a store is there that anybody can read."""
    try:
        with path.open("rb") as file:
            return file.read(len(PLAIN)) == PLAIN
    except FileNotFoundError:
        return False


def encrypt(path: Path, key: bytes, wait_s: float) -> None:
    """Encrypt a plain store: it is there as it was, or encrypted, whenever this is broken off.

    Args:
        path: of the store, which nobody else opens meanwhile.
        key: with which.
        wait_s: how long to wait for those who still have it open.

    Raises:
        OSError: it cannot be written.
        The module's errors: it cannot be read, or somebody has it open.
    """
    blank_left(path)
    new = path.with_name(f"{path.name}{NEXT}")
    new.unlink(missing_ok=True)
    _named_twice(path.with_name(f"{path.name}-wal"))
    os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    connection = cipher().connect(str(path), timeout=wait_s, isolation_level=None)
    try:
        # Its log comes into the file, and is gone.
        (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        if mode != "delete":
            raise StoreError(f"case store {path}: another process has it open; try again")
        connection.execute(f"ATTACH DATABASE ? AS sealed KEY {_raw(key)}", (str(new),))
        connection.execute("SELECT sqlcipher_export('sealed')").fetchall()
        connection.execute("DETACH DATABASE sealed")
    finally:
        connection.close()
    _write_ahead(connected(str(new), (key,), wait_s))
    findable = _named_twice(path)
    with path.open("r+b") as old:
        with new.open("r+b") as file:
            os.fsync(file.fileno())
        new.replace(path)
        _flushed(path.parent)
        if not findable:
            _blank(old.fileno())
    blank_left(path)


def has_left(path: Path) -> bool:
    """Say whether something plain of a store has stayed behind."""
    return any(one.exists() for one in left_of(path))


def left_of(path: Path) -> tuple[Path, ...]:
    """Give where something plain of a store may have stayed behind."""
    return tuple(path.with_name(name.format(path.name)) for name in LEFT)


def blank_left(path: Path) -> None:
    """Overwrite what has stayed behind of a plain store, but for what is still in use.

    Raises:
        OSError: it cannot be written or removed.
    """
    for left in left_of(path):
        used = left.with_suffix("")
        if left.exists() and used.exists() and left.samefile(used):
            left.unlink()
        else:
            blanked(left)


def _named_twice(path: Path) -> bool:
    """Keep a file findable when its name is gone; False where the disk has no second names."""
    try:
        path.with_name(f"{path.name}.plain").hardlink_to(path)
        _flushed(path.parent)
    except OSError:
        return False
    return True


def rekey(path: Path, keys: Sequence[bytes], key: bytes, wait_s: float) -> None:
    """Write every page anew with another key; what was deleted stays behind in none.

    Raises:
        StoreError: it cannot be written; it has the old key then.
    """
    try:
        _rekey(path, keys, key, wait_s)
    except cipher().Error as error:
        raise StoreError(f"case store {path}: it got no new key: {error}") from error


def _rekey(path: Path, keys: Sequence[bytes], key: bytes, wait_s: float) -> None:
    connection = connected(str(path), keys, wait_s)
    connection.isolation_level = None
    try:
        (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        if mode != "delete":
            raise StoreError(f"case store {path}: another process has it open; try again")
        connection.execute("VACUUM")
        connection.execute(f"PRAGMA rekey = {_raw(key)}")
    finally:
        _write_ahead(connection)


def blanked(path: Path) -> None:
    """Overwrite a file and remove it; nothing where there is none.

    A disk that writes elsewhere (SSD) may still hold the old octets: what must not be read is
    encrypted, and its key is what goes.

    Raises:
        OSError: it cannot be written or removed.
    """
    with suppress(FileNotFoundError):
        with path.open("r+b") as file:
            _blank(file.fileno())
        path.unlink()
        _flushed(path.parent)


def _write_ahead(connection: Any) -> None:  # noqa: ANN401 - as above
    """Have the store write ahead, which it remembers, and close it."""
    try:
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
    finally:
        connection.close()


def _blank(descriptor: int) -> None:
    left = os.fstat(descriptor).st_size
    os.lseek(descriptor, 0, os.SEEK_SET)
    while left > 0:
        left -= os.write(descriptor, os.urandom(min(left, BLOCK)))
    os.fsync(descriptor)


def _flushed(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _raw(key: bytes) -> str:
    """Write a key as SQLCipher takes it as it is."""
    return f"\"x'{key.hex()}'\""
