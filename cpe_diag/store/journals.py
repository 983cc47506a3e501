"""Journals of changes: one file for each action, append-only, on the disk before the act.

A file is JSON, one object a line: first the plan, then an entry for each intent, answer and
note, at last the end. A line that was cut (the machine died while it was written) was not on the
disk, so that what it speaks of was not begun: it is passed over. No secret is in a plan.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import platformdirs

from cpe_diag.domain.action import ActionRecord, JournalEntry
from cpe_diag.domain.failures import ActionError
from cpe_diag.domain.router_plan import RouterRecord
from cpe_diag.report.codec import encode
from cpe_diag.report.decoding import UndecodableError, decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

R = TypeVar("R", ActionRecord, RouterRecord)

SUFFIX: Final = ".jsonl"
PRIVATE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700


def state_folder(name: str) -> Path:
    """Give the usual place of journals: a folder of the user's state folder."""
    return Path(platformdirs.user_state_dir("cpe-diag")) / name


class Journals(Generic[R]):
    """All actions of one kind of this user on this machine."""

    def __init__(
        self,
        folder: Path,
        record_type: type[R],
        of_now: Callable[[object], object] = lambda document: document,
    ) -> None:
        """Keep them in `folder`, which is made when the first one begins.

        `of_now` gives a record that an earlier version wrote the form of this one.
        """
        self._folder = folder
        self._record_type: type[R] = record_type
        self._of_now = of_now

    def begin(self, record: R) -> JournalFile:
        """Begin the journal of an action.

        Args:
            record: with its plan, and without entries.

        Returns:
            The journal; the plan is on the disk.

        Raises:
            ActionError: it cannot be written, or there is an action of this id.
        """
        path = self._path(record.id)
        try:
            self._folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            _append(path, encode(record), os.O_CREAT | os.O_EXCL)
            _sync_folder(self._folder)
        except OSError as error:
            raise _unwritable(path, error) from error
        return JournalFile(path)

    def resume(self, action_id: str) -> JournalFile:
        """Go on with the journal of an action, which `record` gives."""
        return JournalFile(self._path(action_id))

    def record(self, action_id: str) -> R:
        """Read one action.

        Raises:
            ActionError: there is none of this id, or its file cannot be read.
        """
        path = self._path(action_id)
        if not path.is_file():
            raise ActionError(f"there is no action {action_id!r} in {self._folder}")
        record = self._read(path)
        if record is None:
            raise ActionError(f"{path} does not hold a whole plan: nothing was begun")
        return record

    def find(self, action_id: str) -> R | None:
        """Read one action; None: it was not begun.

        Raises:
            ActionError: its file cannot be read.
        """
        path = self._path(action_id)
        return self._read(path) if path.is_file() else None

    def unfinished(self) -> tuple[R, ...]:
        """Give the actions without an end, the oldest first.

        Raises:
            ActionError: a file cannot be read.
        """
        return tuple(record for record in self.every() if not record.ended)

    def every(self) -> list[R]:
        """Give all actions, the oldest first.

        Raises:
            ActionError: a file cannot be read.
        """
        found = [self._read(path) for path in sorted(self._folder.glob(f"*{SUFFIX}"))]
        records = [record for record in found if record is not None]
        return sorted(records, key=lambda record: record.begun_at)

    @contextmanager
    def locked(self, places: Iterable[str], what: str) -> Iterator[None]:
        """Let only this process change what lies at some places, until the block is left.

        The hold is a lock of the kernel, which ends with the process whatever happens to it.

        Args:
            places: by any names that are always the same.
            what: says in a message what it is.

        Raises:
            ActionError: another process is changing it, or the folder cannot be used.
        """
        with ExitStack() as stack:
            for place in sorted(places):
                stack.enter_context(self._lock(place, what))
            yield

    @contextmanager
    def _lock(self, place: str, what: str) -> Iterator[None]:
        name = hashlib.sha256(place.encode()).hexdigest()[:16]
        path = self._folder / f"{name}.lock"
        try:
            self._folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE)
        except OSError as error:
            raise _unwritable(path, error) from error
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ActionError(f"{what} is being changed by another process") from None
            yield
        finally:
            os.close(descriptor)

    def _path(self, action_id: str) -> Path:
        if not action_id.isalnum():
            raise ActionError(f"{action_id!r} is no id of an action")
        return self._folder / f"{action_id}{SUFFIX}"

    def _read(self, path: Path) -> R | None:
        """Read a journal; None where not even its plan was written.

        Raises:
            ActionError: the file cannot be read, or holds what we do not write.
        """
        try:
            lines = path.read_bytes().split(b"\n")
        except OSError as error:
            raise ActionError(f"{path} cannot be read: {error.strerror}") from error
        documents = [found for line in lines if (found := _document(line)) is not None]
        if not documents:
            return None
        try:
            record = decode(self._record_type, self._of_now(documents[0]))
            entries = tuple(decode(JournalEntry, one) for one in documents[1:])
        except UndecodableError as error:
            raise ActionError(f"{path} is no journal of a change: {error}") from error
        read: R = replace(record, entries=entries)
        return read


class JournalFile:
    """The ActionJournal of one action."""

    def __init__(self, path: Path) -> None:
        """Append to `path`, which holds the plan."""
        self._path = path

    def write(self, entry: JournalEntry) -> None:
        """Append an entry; it is on the disk when this returns.

        Raises:
            ActionError: it cannot be written.
        """
        try:
            _append(self._path, encode(entry), 0)
        except OSError as error:
            raise _unwritable(self._path, error) from error


def _append(path: Path, document: object, flags: int) -> None:
    """Write one line at the end; a line that was cut before it is ended first."""
    line = json.dumps(document, ensure_ascii=True).encode("ascii") + b"\n"
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | flags, PRIVATE)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line
        while line:
            line = line[os.write(descriptor, line) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    """Let the new file's name be on the disk too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _document(line: bytes) -> object | None:
    try:
        return json.loads(line) if line else None
    except ValueError:
        return None  # cut


def _unwritable(path: Path, error: OSError) -> ActionError:
    return ActionError(f"the journal {path} cannot be written: {error.strerror}")
