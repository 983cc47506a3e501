"""Does one change and kills itself at one point of its journal, as a power failure would.

Usage: killed_change.py CONFIG SUBSCRIBER ACTION VALUE|- POINT before|after

POINT is the number of the entry that is written; -1 kills nobody and prints how many there were.
What is measured always looks fine, so that only the change itself is under test.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from cpe_diag.domain.action import Proof
from cpe_diag.store.action_journal import ActionJournals
from cpe_diag.wiring.change_plans import make_plan
from cpe_diag.wiring.change_runs import change_port
from cpe_diag.wiring.changes import ChangeWish, open_change, prepare_change
from cpe_diag.wiring.config import read
from cpe_diag.wiring.desk import case_store

if TYPE_CHECKING:
    from cpe_diag.domain.action import ActionOutcome, ActionRecord, JournalEntry
    from cpe_diag.ports import ActionJournal
    from cpe_diag.store.action_records import RunPart, StoredActionJournal
    from cpe_diag.store.holds import Hold
    from cpe_diag.wiring.proofs import Prover


class Points:
    """Counts entries, and kills at one of them."""

    def __init__(self, point: int, moment: str) -> None:
        """Kill at `point`, `before` or `after` it is written."""
        self.point = point
        self.moment = moment
        self.count = 0

    def passed(self, moment: str) -> None:
        """Tell that an entry is about to be written, or was."""
        if (self.count, moment) == (self.point, self.moment):
            os.kill(os.getpid(), signal.SIGKILL)
        self.count += moment == "after"


class KillingJournal:
    """A journal that ends its process."""

    def __init__(self, journal: ActionJournal, points: Points) -> None:
        """Write into `journal`."""
        self.journal = journal
        self.points = points

    def write(self, entry: JournalEntry) -> None:
        """Append an entry, or die."""
        self.points.passed("before")
        self.journal.write(entry)
        self.points.passed("after")


class KillingJournals(ActionJournals):
    """Journals whose first entry is the plan."""

    points: Points

    def begin(
        self, record: ActionRecord, hold: Hold, part: RunPart | None = None
    ) -> StoredActionJournal:
        """Begin a journal, or die."""
        self.points.passed("before")
        journal = super().begin(record, hold, part)
        self.points.passed("after")
        return cast("StoredActionJournal", KillingJournal(journal, self.points))


class Content:
    """A prover that is content with everything."""

    measured = ()

    async def before(self) -> str:
        """Say nothing of it."""
        return "not measured"

    async def after(self) -> Proof:
        """Say that it is as it should be."""
        return Proof(holds=True, took_effect=True, words="fine")


async def main(config: str, subscriber: str, action: str, value: str, points: Points) -> None:
    """Do the change."""
    wish = ChangeWish(action=action, subscriber=subscriber, value=None if value == "-" else value)
    said = read(Path(config), config)
    journals = KillingJournals(case_store(said))
    journals.points = points
    prepared = replace(prepare_change(said, wish), journals=journals)
    ends: list[ActionOutcome] = []
    async with open_change(prepared) as opened:
        change = replace(opened, prover=cast("Prover", Content()))
        await change_port(change, await make_plan(change), on_end=ends.append)
    sys.stdout.write(f"{points.count} {ends[-1].end}\n")


if __name__ == "__main__":
    _script, config_, subscriber_, action_, value_, point_, moment_ = sys.argv
    asyncio.run(main(config_, subscriber_, action_, value_, Points(int(point_), moment_)))
