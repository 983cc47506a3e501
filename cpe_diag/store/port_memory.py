"""Remembers where ports were found, in one small file of the user's cache folder.

Losing it costs a search; so whatever is wrong with the file is taken for an empty memory.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import platformdirs

from cpe_diag.ports import Remembered

if TYPE_CHECKING:
    from cpe_diag.ports import Oid

MOST_ENTRIES: Final = 20_000
"""The oldest go first; about 2 MB."""


def default_path() -> Path:
    """Give the usual place of the memory."""
    return Path(platformdirs.user_cache_dir("cpe-diag")) / "ports.json"


class PortMemoryFile:
    """PortMemory in a JSON file: a list of [node, column, wanted, index, at]."""

    def __init__(self, path: Path) -> None:
        """Remember in `path`; it is read at the first question."""
        self._path = path
        self._held: dict[tuple[str, Oid, str], Remembered] | None = None

    def recall(self, node: str, column: Oid, wanted: str) -> Remembered | None:
        """Give where `wanted` was found below `column`, or None."""
        return self._entries().get((node, column, wanted))

    def keep(self, node: str, column: Oid, wanted: str, index: str, at: datetime) -> None:
        """Remember it beside what others have written meanwhile."""
        self._held = None
        entries = self._entries()
        entries.pop((node, column, wanted), None)
        entries[node, column, wanted] = Remembered(index=index, at=at)
        rows = [[*key, held.index, held.at.isoformat()] for key, held in list(entries.items())][
            -MOST_ENTRIES:
        ]
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            _replace(self._path, json.dumps(rows))

    def _entries(self) -> dict[tuple[str, Oid, str], Remembered]:
        if self._held is None:
            self._held = _read(self._path)
        return self._held


def _read(path: Path) -> dict[tuple[str, Oid, str], Remembered]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return {
            (str(node), str(column), str(wanted)): Remembered(
                index=_index(index), at=_aware(moment)
            )
            for node, column, wanted, index, moment in rows
        }
    except (OSError, ValueError, TypeError):
        return {}


_FOUND: Final = re.compile(r"[a-z0-9_.]*\Z")
"""An index or an object identifier, or the id of a driver."""


def _index(text: object) -> str:
    if not isinstance(text, str) or not _FOUND.match(text):
        msg = "neither an index nor an id"
        raise ValueError(msg)
    return text


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        msg = "a moment has a time zone"
        raise ValueError(msg)
    return moment


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
