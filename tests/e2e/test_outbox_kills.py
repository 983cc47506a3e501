"""A sender that is killed in the middle neither loses a letter nor writes it twice."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from send_letters import AT, REFERENCE, ended_run, send_all
from ticket_desk import TicketDesk, ticket_desk

from cpe_diag.domain.letter import LetterState
from cpe_diag.domain.secret import Secret
from cpe_diag.service.sender import LEASE
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.outbox import StoredOutbox
from cpe_diag.testing.clock import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE_S = 30.0


@pytest.fixture
def desk() -> Iterator[TicketDesk]:
    """Keep a desk."""
    with ticket_desk() as running:
        yield running


@pytest.mark.parametrize(
    "points",
    [("asked",), ("noted",), ("replied",), ("lost", "look"), ("noted", "look"), ("lost", "lost")],
    ids="+".join,
)
def test_killed_at_any_point_the_note_is_there_once(
    store_url: str, desk: TicketDesk, points: tuple[str, ...]
) -> None:
    """Counted at the desk, not in our database."""
    store = CaseStore.behind(Secret(store_url))
    ended_run(store)
    later = timedelta()
    for point in points:
        _killed_at(point, store_url, desk, later)
        later += LEASE + timedelta(seconds=1)

    desk.forgets = False
    asyncio.run(send_all(store, desk.url, FakeClock(at=AT + later, jumps=False)))
    assert desk.count(REFERENCE) == 1
    assert desk.groups == {"81": "NOC"}
    (kept,) = StoredOutbox(store).letters()
    assert (kept.state, kept.document) == (LetterState.SENT, {})


def _killed_at(point: str, store_url: str, desk: TicketDesk, later: timedelta) -> None:
    """Let a process send, and kill it when the desk is at a point.

    `lost` is at `asked`, and the desk goes down with it.
    """
    reached, killed = threading.Event(), threading.Event()
    desk.forgets = point == "lost"
    wanted = "asked" if point == "lost" else point

    def at(seen: str) -> None:
        if seen == wanted and not killed.is_set():
            reached.set()
            killed.wait(PATIENCE_S)

    desk.at = at
    here = Path(__file__).parent
    process = subprocess.Popen(  # noqa: S603 - our own script
        [
            sys.executable,
            str(here / "send_letters.py"),
            store_url,
            desk.url,
            str(later.total_seconds()),
        ]
    )
    try:
        assert reached.wait(PATIENCE_S)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        desk.at = lambda _point: None
        killed.set()
