"""The memory of found ports: it survives the process, and a broken file is an empty one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from cpe_diag.ports import Remembered
from cpe_diag.store.port_memory import PortMemoryFile

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
COLUMN = "1.3.6.1.4.1.2011.6.128.1.1.2.43.1.3.4194304000"


def test_what_was_found_is_there_in_the_next_process(tmp_path: Path) -> None:
    """A node is not searched again for a port that was found an hour ago."""
    path = tmp_path / "cache" / "ports.json"
    PortMemoryFile(path).keep("olt-1", COLUMN, "4857", "5", AT)
    PortMemoryFile(path).keep("olt-2", COLUMN, "4857", "6", AT)
    again = PortMemoryFile(path)
    assert again.recall("olt-1", COLUMN, "4857") == Remembered(index="5", at=AT)
    assert again.recall("olt-2", COLUMN, "4857") == Remembered(index="6", at=AT)
    assert again.recall("olt-3", COLUMN, "4857") is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[[1, 2]]",
        b'[["n", "c", "w", "1; drop", "2026-03-01T12:00:00+00:00"]]',
        b'[["n", "c", "w", "1", "2026-03-01T12:00:00"]]',
        b"\xff\xfe",
        b"null",
    ],
)
def test_a_broken_file_is_an_empty_memory(tmp_path: Path, content: bytes) -> None:
    """It only saves time; it must never stop a run, or put words into an OID."""
    path = tmp_path / "ports.json"
    path.write_bytes(content)
    memory = PortMemoryFile(path)
    assert memory.recall("n", "c", "w") is None
    memory.keep("n", "c", "w", "7", AT)
    assert PortMemoryFile(path).recall("n", "c", "w") == Remembered(index="7", at=AT)


def test_a_folder_that_cannot_be_made_is_passed_over(tmp_path: Path) -> None:
    """A read-only home must not stop a diagnosis."""
    (tmp_path / "file").write_text("")
    memory = PortMemoryFile(tmp_path / "file" / "ports.json")
    memory.keep("n", "c", "w", "7", AT)
    assert PortMemoryFile(tmp_path / "file" / "ports.json").recall("n", "c", "w") is None
