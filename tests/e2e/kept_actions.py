"""Looks into the journals of changes in a case store of SQLite, past the code under test."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cpe_diag.report.codec import moment_text

if TYPE_CHECKING:
    from pathlib import Path


def journal_texts(store: Path, *, ended: bool = True) -> list[str]:
    """Give the text of each journal; none where there is no store yet."""
    if not store.exists():
        return []
    with closing(sqlite3.connect(store, timeout=30)) as connection:
        if not connection.execute(
            "SELECT 1 FROM sqlite_master WHERE name = 'action_entries'"
        ).fetchall():
            return []
        found = []
        for name, plan in connection.execute(
            "SELECT id, document FROM action_records WHERE ended_at IS NULL OR ?", (ended,)
        ).fetchall():
            entries = connection.execute(
                "SELECT document FROM action_entries WHERE action = ? ORDER BY seq", (name,)
            ).fetchall()
            found.append("\n".join([plan, *(one for (one,) in entries)]))
        return found


def unfinished_texts(store: Path) -> list[str]:
    """Give the text of each journal without an end."""
    return journal_texts(store, ended=False)


def action_ids(store: Path) -> list[str]:
    """Give the ids of all changes."""
    with closing(sqlite3.connect(store, timeout=30)) as connection:
        return [
            str(name) for (name,) in connection.execute("SELECT id FROM action_records").fetchall()
        ]


def minutes_pass(store: Path, action_id: str) -> None:
    """Let a journal be older than anything of it can still be on its way."""
    with closing(sqlite3.connect(store, timeout=30)) as connection:
        for seq, document in connection.execute(
            "SELECT seq, document FROM action_entries WHERE action = ?", (action_id,)
        ).fetchall():
            entry = json.loads(document)
            earlier = datetime.fromisoformat(entry["at"]) - timedelta(minutes=5)
            entry["at"] = moment_text(earlier)
            connection.execute(
                "UPDATE action_entries SET document = ? WHERE action = ? AND seq = ?",
                (json.dumps(entry), action_id, seq),
            )
        connection.commit()


def forget(store: Path) -> None:
    """Remove the journals, or the next change of this kind would be a repetition."""
    with closing(sqlite3.connect(store, timeout=30)) as connection:
        connection.execute("DELETE FROM action_entries")
        connection.execute("DELETE FROM action_records")
        connection.commit()
