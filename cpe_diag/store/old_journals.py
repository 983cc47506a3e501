"""Journals of changes as earlier versions have kept them: a file for each, read once.

A file is JSON, one object a line: first the plan, then an entry for each intent, answer and note,
at last the end. A line that was cut (the machine died while it was written) was not on the disk,
so that what it speaks of was not begun: it is passed over.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import platformdirs

from cpe_diag.domain.action import ActionRecord, JournalEntry
from cpe_diag.domain.failures import ActionError
from cpe_diag.domain.router_plan import RouterRecord
from cpe_diag.report.decoding import UndecodableError, decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

R = TypeVar("R", ActionRecord, RouterRecord)

SUFFIX: Final = ".jsonl"
TAKEN: Final = ".taken"


def old_folder(name: str) -> Path:
    """Give the usual place of such files: a folder of the user's state folder."""
    return Path(platformdirs.user_state_dir("cpe-diag")) / name


class OldJournals(Generic[R]):
    """The files of one kind of this user on this machine."""

    def __init__(
        self,
        folder: Path,
        record_type: type[R],
        of_now: Callable[[object], object] = lambda document: document,
    ) -> None:
        """Look into `folder`; `of_now` gives an old record the form of this version."""
        self._folder = folder
        self._record_type: type[R] = record_type
        self._of_now = of_now

    def left(self) -> Iterator[tuple[Path, R | None]]:
        """Give the files that were not taken over; None for one that holds no whole plan.

        Raises:
            ActionError: a file cannot be read, or holds what we do not write: a port may be shut.
        """
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            yield path, self._read(path)

    def is_taken(self, path: Path) -> None:
        """Give a file another name, so that it is not read again.

        Raises:
            ActionError: it cannot be renamed.
        """
        try:
            path.rename(path.with_name(f"{path.name}{TAKEN}"))
        except FileNotFoundError:
            pass  # another process was faster
        except OSError as error:
            raise ActionError(f"{path} cannot be renamed: {error.strerror}") from error

    def _read(self, path: Path) -> R | None:
        try:
            lines = path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return None  # another process was faster
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


def _document(line: bytes) -> object | None:
    try:
        return json.loads(line) if line else None
    except ValueError:
        return None  # cut
